"""What the pages tell people to type works, and answers what the pages show.

The Chinese pages have the same blocks (test_languages.py), so that playing one language covers both. Each page has a
folder and a server of its own; two are played at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.docs.markdown import DOCS
from tests.docs.surroundings import in_an_empty_folder, in_the_city

# Each page, the longest first, and the fewest commands that it has.
PAGES = {
    "tutorial.md": 40,
    "how-to/department.md": 30,
    "how-to/office.md": 30,
    "how-to/operations.md": 25,
    "how-to/auditor.md": 6,
}
AT_ONCE = 2


@pytest.fixture(scope="module")
def played(
    tmp_path_factory: pytest.TempPathFactory, city: tuple[Path, Mapping[str, str]]
) -> Iterator[dict[str, Future[int]]]:
    """How many commands of each page were typed, or what went wrong."""

    def play(name: str) -> int:
        folder = tmp_path_factory.mktemp(Path(name).stem)
        opened = in_an_empty_folder(folder) if name == "tutorial.md" else in_the_city(folder, *city)
        with opened as terminal:
            return terminal.play((DOCS / name).read_text(encoding="utf-8"))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {name: pool.submit(play, name) for name in PAGES}


@pytest.mark.parametrize("name", PAGES)
def test_page_can_be_typed(played: dict[str, Future[int]], name: str) -> None:
    assert played[name].result() >= PAGES[name]
