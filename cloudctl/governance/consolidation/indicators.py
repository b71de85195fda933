"""Counts the register by versioned definitions: every ratio with its counts, exclusions and the time of its evidence.

    figures = [figure(definition, groups, scope="all", as_of=moment) for definition in definitions]
    asked(definitions)          # the fields that the census has to be grouped by, and what it has to add up

Pure: the groups are the census of a moment, and the same census gives the same figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from cloudctl.domain.indicators import CLASSES, Counted, Definition, Exclusion, Figure, Term, Value, Where, in_force
from cloudctl.governance.consolidation.evidence import Reclassed


@dataclass(frozen=True, slots=True)
class Group:
    """So many things of a noun and department with the same fields, what of theirs adds up, and when it was seen."""

    noun: Counted
    department_id: UUID
    fields: Mapping[str, Value | None]
    count: int = 1
    sums: Mapping[str, float | None] = field(default_factory=dict)
    seen_from: datetime | None = None
    seen_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What definitions ask of a noun."""

    fields: frozenset[str]
    sums: frozenset[str]


def asked(definitions: Iterable[Definition]) -> dict[Counted, Asked]:
    """By noun, the fields that conditions are about, and those that are added up."""
    fields: dict[Counted, set[str]] = {}
    sums: dict[Counted, set[str]] = {}
    for definition in definitions:
        for term in definition.terms:
            fields.setdefault(term.noun, set()).update(term.where)
            if term.noun is Counted.SYSTEMS and "verified" in term.where:
                fields[term.noun].add("status")  # what is verified is a claim
            sums.setdefault(term.noun, set()).update(filter(None, [term.total_of]))
        for exclusion in definition.exclusions:
            fields.setdefault(exclusion.noun, set()).update(exclusion.where)
    return {noun: Asked(frozenset(names), frozenset(sums.get(noun, ()))) for noun, names in fields.items()}


def figure(definition: Definition, groups: Sequence[Group], *, scope: str, as_of: datetime) -> Figure:
    """What a definition comes to over the groups of a scope."""
    nouns = {term.noun for term in definition.terms} | {one.noun for one in definition.exclusions}
    of_noun = {noun: [group for group in groups if group.noun is noun] for noun in nouns}
    out = {noun: _outs(definition, noun) for noun in nouns}
    left = {
        noun: [group for group in some if not any(holds(where, group.fields) for where in out[noun])]
        for noun, some in of_noun.items()
    }
    times = [group for term in definition.terms for group in left[term.noun]]
    return Figure(
        name=definition.name,
        version=definition.version,
        scope=scope,
        as_of=as_of,
        numerator=_total(definition.numerator, left),
        denominator=_total(definition.denominator, left) if definition.denominator else None,
        claimed=_total(definition.claimed, left) if definition.claimed else None,
        excluded={one.name: _excluded(one, of_noun[one.noun]) for one in definition.exclusions},
        seen_from=min((group.seen_from for group in times if group.seen_from), default=None),
        seen_until=max((group.seen_until for group in times if group.seen_until), default=None),
    )


def holds(where: Where, fields: Mapping[str, Value | None]) -> bool:
    """Whether every condition holds."""
    return all(fields.get(name) in values for name, values in where.items())


def reclassed(
    noun: Counted, versions: Sequence[tuple[datetime, str, Mapping[str, Value]]], definitions: Sequence[Definition]
) -> Iterator[Reclassed]:
    """Where a change of class took a thing out of a count; `versions` are (since, by whom, fields), oldest first."""
    for (_, _, before), (since, by, after) in pairwise(versions):
        changed = sorted(name for name in CLASSES[noun] if before.get(name) != after.get(name))
        as_it_was = {**after, **{name: before.get(name) for name in changed}}
        lost = {
            name: definition.title
            for name in dict.fromkeys(one.name for one in definitions)
            if (definition := in_force(definitions, name, since.date())) is not None
            and _counts(definition, noun, as_it_was)
            and not _counts(definition, noun, after)
        }
        if changed and lost:
            name = changed[0]
            yield Reclassed(
                at=since, by=by, field=name, before=str(before.get(name)), after=str(after.get(name)), indicators=lost
            )


def _counts(definition: Definition, noun: Counted, fields: Mapping[str, Value | None]) -> bool:
    """Whether a thing is among what a definition divides by, or counts at all where it does not divide."""
    if any(holds(where, fields) for where in _outs(definition, noun)):
        return False
    terms = definition.denominator or definition.claimed or definition.numerator
    known = [_without_evidence(term.where) for term in terms if term.noun is noun]
    return any(holds(where, fields) for where in known)


def _without_evidence(where: Where) -> Where:
    return {name: values for name, values in where.items() if name != "verified"}


def _outs(definition: Definition, noun: Counted) -> list[Where]:
    return [one.where for one in definition.exclusions if one.noun is noun]


def _excluded(one: Exclusion, groups: Iterable[Group]) -> int:
    return sum(group.count for group in groups if holds(one.where, group.fields))


def _total(terms: Iterable[Term], groups: Mapping[Counted, Sequence[Group]]) -> float | None:
    """The sum of the terms; None where things are there and nothing is known of any."""
    parts = [_part(term, groups[term.noun]) for term in terms]
    known = [part for part in parts if part is not None]
    return round(sum(known), 6) if known else None


def _part(term: Term, groups: Iterable[Group]) -> float | None:
    matched = [group for group in groups if holds(term.where, group.fields)]
    if term.total_of is None:
        return float(sum(group.count for group in matched))
    known = [value for group in matched if (value := group.sums.get(term.total_of)) is not None]
    return float(sum(known)) if known or not matched else None
