"""The texts of official letters: `<template>.<version>.<locale>.txt` beside this file, title in the first line.

    title, content = written("approval", "zh_CN", {"number": "决定〔2026〕1号", "conditions": "", ...})

A version that letters were written from is never edited: a change is a file with the next version, named in VERSIONS.
A paragraph whose placeholder has nothing to say falls away.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from functools import cache
from importlib import resources

VERSIONS: dict[str, int] = {"acceptance": 1, "refusal": 1, "supplement": 1, "approval": 1, "rejection": 1}


def written(template: str, locale: str, params: Mapping[str, str]) -> tuple[str, str]:
    """(title, content) from the newest version of a template. Raises KeyError for a value that is not given."""
    title, *paragraphs = _paragraphs(template, VERSIONS[template], locale)
    said = [paragraph.format(**params) for paragraph in paragraphs if all(params[name] for name in _names(paragraph))]
    return title, "\n\n".join([title, *said])


@cache
def _paragraphs(template: str, version: int, locale: str) -> tuple[str, ...]:
    file = resources.files(__package__).joinpath(f"{template}.{version}.{locale}.txt")
    return tuple(file.read_text(encoding="utf-8").strip("\n").split("\n\n"))


@cache
def _names(paragraph: str) -> tuple[str, ...]:
    """The placeholders of a paragraph."""
    return tuple(name for _, name, _, _ in string.Formatter().parse(paragraph) if name)
