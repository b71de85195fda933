"""What the pages tell people to type works, and answers what the pages show.

The Chinese pages have the same blocks (test_languages.py), so that reading one language covers both.
"""

from __future__ import annotations

import pytest

from tests.docs.markdown import DOCS
from tests.docs.terminals import Terminal


def test_tutorial(terminal: Terminal) -> None:
    assert terminal.play((DOCS / "tutorial.md").read_text(encoding="utf-8")) > 30


@pytest.mark.parametrize("name", ["department", "office", "operations", "auditor"])
def test_how_to(city_terminal: Terminal, name: str) -> None:
    assert city_terminal.play((DOCS / "how-to" / f"{name}.md").read_text(encoding="utf-8")) > 5
