"""Defects as people state them at a return: a ground, a field of the form, and words."""

from __future__ import annotations

from typing import Any

PARTS = ("ground", "field", "words")


def defect(ground: str, field: str, words: str, *, new: bool | None) -> dict[str, Any]:
    """A defect as the API takes it; `-` is no field, and `new` is left out where it is open."""
    made = {"ground": ground, "field": None if field == "-" else field, "words": words, "new": new}
    return {name: value for name, value in made.items() if value is not None}
