"""The message catalogues: compiled when the package is built or installed, extracted on demand.

    python build_catalogues.py            # .po -> .mo beside it, as the build hook does
    python build_catalogues.py extract    # new message ids of the code into every .po, vanished ones out

Hatchling runs the hook for wheels and for editable installations, so that `make venv` needs no step of its own. The
.po files are the source; no .mo is committed.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
LOCALES = Path("cloudctl", "messages", "locale")
SOURCES = ("cloudctl", "api")
ENGLISH = frozenset({"api/openapi.py", "api/examples.py"})  # the API's own description is in one language


class CatalogueHook(BuildHookInterface[Any]):
    """Compiles the catalogues before the files of the wheel are collected."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        compile_catalogues(Path(self.root))


def catalogues(root: Path = ROOT) -> list[Path]:
    """Every .po under `root`."""
    return sorted((root / LOCALES).glob("*/LC_MESSAGES/*.po"))


def read_catalogue(path: Path) -> Catalog:
    """A .po file; its locale is the folder's."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parents[1].name)


def compile_catalogues(root: Path = ROOT) -> list[Path]:
    """Writes the .mo of every .po whose .mo is missing or older; answers all .mo paths."""
    compiled = []
    for path in catalogues(root):
        target = path.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < path.stat().st_mtime:
            with target.open("wb") as file:
                write_mo(file, read_catalogue(path))
        compiled.append(target)
    return compiled


def template(root: Path = ROOT) -> Catalog:
    """All message ids of the code, untranslated."""
    from cloudctl.messages.extraction import texts  # noqa: PLC0415 - a build has no package to import yet

    found = Catalog(fuzzy=False)
    for path in sorted(file for source in SOURCES for file in (root / source).rglob("*.py")):
        if path.relative_to(root).as_posix() in ENGLISH:
            continue
        for _line, text in texts(path.read_text(encoding="utf-8")):
            found.add(text)
    return found


def update_catalogues(root: Path = ROOT) -> None:
    """Brings every .po up to the code: new ids come in empty, vanished ones go; translations stay."""
    fresh = template(root)
    for path in catalogues(root):
        catalogue = read_catalogue(path)
        fresh.creation_date = catalogue.creation_date  # else every extraction is a change
        catalogue.update(fresh, no_fuzzy_matching=True)
        with path.open("wb") as file:
            write_po(file, catalogue, width=0, no_location=True, sort_output=True, ignore_obsolete=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["extract"]:
        update_catalogues()
    compile_catalogues()
