"""The reference pages, written from the code: `python -m tests.docs.reference`.

Each module of this package is one page and has `render() -> str`. A test fails while a committed page differs from
what its module writes now; `stale()` lists those.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path

from tests.docs.markdown import DOCS
from tests.docs.reference import problems

PAGES = ("README", "api", "cli", "policies", "states", "errors", "metrics", "settings", "sagas", "audit", "roles")


def rendered() -> Mapping[Path, str]:
    """Every generated page and its text as the code has it now."""
    pages = {DOCS / "reference" / f"{name}.md": import_module(f"{__name__}.{name.lower()}").render() for name in PAGES}
    return pages | problems.pages()


def stale() -> Iterator[Path]:
    """The pages whose committed text is another."""
    for path, text in rendered().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            yield path
