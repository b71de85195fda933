"""What the pages tell people to type works, and answers what the pages show."""

from __future__ import annotations

from collections.abc import Callable

from tests.docs.markdown import DOCS
from tests.docs.terminals import Terminal


def test_tutorial(terminal: Callable[[], Terminal]) -> None:
    with terminal() as opened:
        assert opened.play((DOCS / "tutorial.md").read_text(encoding="utf-8")) > 30
