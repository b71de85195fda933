"""Writes all generated pages."""

from __future__ import annotations

from tests.docs.reference import rendered

for path, text in rendered().items():
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
