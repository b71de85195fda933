"""Links between pages lead to something, and so do their anchors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.markdown import DOCS, ROOT, anchors, links

PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]


def broken(page: Path) -> Iterator[str]:
    """The links of a page that lead nowhere in this repository; other sites are not asked."""
    for link in links(page.read_text(encoding="utf-8")):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in anchors(target.read_text(encoding="utf-8"))):
            yield link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_resolve(page: Path) -> None:
    assert list(broken(page)) == []


def test_every_page_is_linked_from_some_other() -> None:
    linked = {
        (page.parent / link.partition("#")[0]).resolve()
        for page in PAGES
        for link in links(page.read_text(encoding="utf-8"))
        if not link.startswith(("http", "#"))
    }
    folders = {path for path in linked if path.is_dir()}
    lost = [
        str(page.relative_to(DOCS))
        for page in DOCS.rglob("*.md")
        if page.resolve() not in linked and page.parent.resolve() not in folders
    ]
    assert lost == []
