"""Blueprints as they are shown: what can be deployed, and the form that it takes."""

from __future__ import annotations

from typing import Any, Self

from api.schemas.fields import Out
from cloudctl.domain.blueprints import Blueprint, Text
from cloudctl.services import blueprints


class ReleaseOut(Out, frozen=True, kw_only=True):
    """A release, with what is new in it and which releases it upgrades."""

    version: str
    released_on: str
    notes: Text
    upgrades_from: tuple[str, ...]


class SizeOut(Out, frozen=True, kw_only=True):
    """A size, with its quota of files, its memory, and its price in fen a month."""

    code: str
    title: Text
    quota_mib: int
    memory_mib: int
    price_fen_month: int


class FieldOut(Out, frozen=True, kw_only=True):
    """A field of the form that asks for a parameter."""

    name: str
    kind: str
    title: Text
    hint: Text
    required: bool
    default: Any
    choices: tuple[Any, ...]
    most: int | None


class BlueprintOut(Out, frozen=True, kw_only=True):
    """An application that can be deployed; `zones` are where (none: everywhere), `internet` whether it may be exposed.

    `checks` are the names of the checks by which it is said to run, `availability` what is promised, in percent.
    """

    name: str
    title: Text
    summary: Text
    releases: list[ReleaseOut]
    sizes: list[SizeOut]
    fields: list[FieldOut]
    parameters: dict[str, Any]
    zones: tuple[str, ...]
    max_mlps_level: int
    internet: bool
    scales: bool
    checks: list[str]
    availability: str

    @classmethod
    def of(cls, entity: Blueprint) -> Self:
        """Of one blueprint."""
        return cls(
            **cls.copied(entity, *DERIVED),
            releases=[ReleaseOut.of(release) for release in entity.releases],
            sizes=[SizeOut.of(size) for size in entity.sizes],
            fields=[FieldOut.of(field) for field in blueprints.form(entity)],
            zones=entity.rules.zones,
            max_mlps_level=entity.rules.max_mlps_level,
            internet=entity.rules.internet,
            checks=[check.name for check in entity.checks],
        )


DERIVED = ("releases", "sizes", "fields", "zones", "max_mlps_level", "internet", "checks")
