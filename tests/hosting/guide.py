"""The blueprint of the guide, as a person would save it."""

from __future__ import annotations

from pathlib import Path

from tests.docs.markdown import DOCS, blocks


def save(home: Path) -> Path:
    """Writes the guide's files below a directory; returns it."""
    for block in blocks((DOCS / "how-to" / "blueprints.md").read_text("utf-8")):
        if block.words:
            file = home / block.words[0]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, "utf-8")
    return home
