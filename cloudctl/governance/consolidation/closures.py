"""Judges a machine room by its evidence: is it closed, and what speaks for and against it.

    explanation = judge_room(RoomFacts(...), rows, at=moment, uses=uses)

Closed means: no power to servers or none racked, circuits cut, signed off by two persons, a photo and one of the meter.
What was observed before the room was last in use belongs to an earlier closure, and shows nothing of this one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from cloudctl.domain.evidence import Evidence, EvidenceKind
from cloudctl.domain.standings import Explanation, Lie, Point, Side, Standing
from cloudctl.governance.consolidation.evidence import Reclassed, expired, left_counts
from cloudctl.governance.consolidation.shelf import Shelf
from cloudctl.governance.consolidation.standing import CLOSED, stand
from cloudctl.messages import mark

SIGNATURES = 2


class Use(NamedTuple):
    """A file in evidence: of which subject, by its code, and when it was observed."""

    evidence_id: UUID
    subject_id: UUID
    subject: str
    observed_at: datetime


Uses = Mapping[str, Sequence[Use]]
"""By digest: every use of the files of a room, wherever they were handed in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomFacts:
    """A room as the register has it at the time.

    `running` are the codes of its devices that are on record as running; `reopened_at` is when it was last claimed to
    be in use again after a closure; `names` are those of the people in its evidence.
    """

    id: UUID
    code: str
    name: str
    status: str
    running: tuple[str, ...] = ()
    reopened_at: datetime | None = None
    reclassed: tuple[Reclassed, ...] = ()
    names: Mapping[UUID, str] = field(default_factory=dict)


def judge_room(facts: RoomFacts, rows: Iterable[Evidence], *, at: datetime, uses: Uses | None = None) -> Explanation:
    """What is proven of a room at `at`; a room that nobody claims to be closed can be proven dead all the same."""
    shelf = Shelf(rows, at, since=facts.reopened_at)
    power = _power(shelf, facts)
    circuits = list(_circuits(shelf))
    signatures = list(_signatures(shelf, facts))
    photos = [
        point
        for kind in (EvidenceKind.PHOTO, EvidenceKind.METER_PHOTO)
        for point in _photo(kind, shelf, facts, uses or {})
    ]
    points = [*_reopened(facts), *power, *circuits, *signatures, *photos, *left_counts(facts.reclassed)]
    kinds = [power, circuits, signatures, *([p for p in photos if p.question == kind] for kind in _PHOTOS)]
    standing = stand(map(_side, kinds), against=facts.status == "reopened")
    verified = "closed" if standing is Standing.PROVEN else standing.value
    return Explanation(facts.id, facts.code, facts.name, facts.status, verified, standing, at, tuple(points))


_PHOTOS = (EvidenceKind.PHOTO.value, EvidenceKind.METER_PHOTO.value)


def _side(points: Sequence[Point]) -> bool | None:
    """What one question comes to: against before for, and for before nothing."""
    sides = {point.side for point in points}
    if Side.AGAINST in sides:
        return False
    return True if Side.FOR in sides else None


def _reopened(facts: RoomFacts) -> Iterator[Point]:
    if facts.status == "reopened" or (facts.reopened_at is not None and facts.status not in CLOSED):
        day = f"{facts.reopened_at:%Y-%m-%d}" if facts.reopened_at else "-"
        yield Point("reopened", Side.AGAINST, mark("It was closed, and is in use again since {day}."), {"day": day})


def _power(shelf: Shelf, facts: RoomFacts) -> list[Point]:
    """Dead is: the meter shows nothing, or nothing is racked. Either will do, and neither may speak against it."""
    return [
        *_running(facts),
        *_reading(shelf, EvidenceKind.POWER_READING, facts),
        *_reading(shelf, EvidenceKind.NONE_RACKED, facts),
    ] or [Point("power", Side.MISSING, mark("Neither a reading of its power nor a count of what is racked is there."))]


def _running(facts: RoomFacts) -> Iterator[Point]:
    if facts.running:
        yield Point(
            "power", Side.AGAINST, mark("Devices in it are on record as running: {devices}."),
            {"devices": ", ".join(sorted(facts.running))},
        )  # fmt: skip


def _reading(shelf: Shelf, kind: EvidenceKind, facts: RoomFacts) -> Iterator[Point]:
    row, lapsed = shelf.current(kind), shelf.lapsed(kind)
    if lapsed is not None:
        yield expired("power", lapsed)
    if row is None:
        return
    params = {"day": f"{row.observed_at:%Y-%m-%d}", **row.value}
    if kind is EvidenceKind.NONE_RACKED:
        if row.holds:
            yield Point("power", Side.FOR, mark("Nothing was racked in it on {day}."), params, row)
        else:
            yield Point("power", Side.AGAINST, mark("{racked} devices were racked in it on {day}."), params, row)
    elif row.holds:
        yield Point("power", Side.FOR, mark("Its servers drew no power on {day}."), params, row)
    else:
        lie = Lie.POWER_ON if facts.status in CLOSED else None
        sentence = mark("Its servers drew {it_power_w} W on {day}.")
        if lie is not None:
            sentence = mark("It is claimed to be closed, and its servers drew {it_power_w} W on {day}.")
        yield Point("power", Side.AGAINST, sentence, params, row, lie)


def _circuits(shelf: Shelf) -> Iterator[Point]:
    kind, question = EvidenceKind.CIRCUITS_CUT, "circuits"
    row, lapsed = shelf.current(kind), shelf.lapsed(kind)
    if lapsed is not None:
        yield expired(question, lapsed)
    elif row is None:
        yield Point(question, Side.MISSING, mark("That its circuits are cut was not looked at."))
    elif row.holds:
        day = {"day": f"{row.observed_at:%Y-%m-%d}"}
        yield Point(question, Side.FOR, mark("Its circuits were found cut on {day}."), day, row)
    else:
        left = {"count": row.value["circuits_left"], "day": f"{row.observed_at:%Y-%m-%d}"}
        yield Point(question, Side.AGAINST, mark("{count} circuits were still connected on {day}."), left, row)


def _signatures(shelf: Shelf, facts: RoomFacts) -> Iterator[Point]:
    """The newest signatures of different hands count; whoever acted for somebody signed with both hands."""
    question = EvidenceKind.SIGN_OFF.value
    signed = shelf.counting(EvidenceKind.SIGN_OFF)
    hands: set[UUID] = set()
    count = 0
    for row in reversed(signed):
        theirs = {person for person in (row.by, row.for_account_id) if person is not None}
        if hands & theirs:
            name = ", ".join(sorted(facts.names.get(person, str(person)) for person in hands & theirs))
            sentence = mark("{person} has signed twice: the second signature does not count.")
            yield Point(question, Side.VOID, sentence, {"person": name}, row, Lie.SAME_PERSON)
            continue
        hands |= theirs
        count += 1
    params = {"count": count, "needed": SIGNATURES}
    if count >= SIGNATURES:
        yield Point(question, Side.FOR, mark("{count} persons have signed it off."), params, signed[0])
    else:
        yield Point(question, Side.MISSING, mark("{count} of {needed} persons have signed it off."), params)


def _photo(kind: EvidenceKind, shelf: Shelf, facts: RoomFacts, uses: Uses) -> Iterator[Point]:
    """A photo of its own counts; one that was handed in elsewhere, or for an earlier closure, does not."""
    question = kind.value
    for row in shelf.counting(kind):
        reused = _reused(row, shelf, facts, uses)
        if reused is None:
            yield Point(question, Side.FOR, mark("The photo {name} is there."), {"name": row.name}, row)
            return
        yield reused
    lapsed = shelf.lapsed(kind)
    if lapsed is not None:
        yield expired(question, lapsed)
    elif kind is EvidenceKind.PHOTO:
        yield Point(question, Side.MISSING, mark("A photo of the room is missing."))
    else:
        yield Point(question, Side.MISSING, mark("A photo of the meter is missing."))


def _reused(row: Evidence, shelf: Shelf, facts: RoomFacts, uses: Uses) -> Point | None:
    question, params = row.kind.value, {"name": row.name or ""}
    if any(earlier.digest == row.digest for earlier in shelf.earlier):
        sentence = mark("The photo {name} is the very file of an earlier closure of this room.")
        return Point(question, Side.VOID, sentence, params, row, Lie.PHOTO_REUSED)
    for use in uses.get(row.digest or "", ()):
        first = (use.observed_at, use.evidence_id.int) < (row.observed_at, row.id.int)
        if use.subject_id != facts.id and first:
            sentence = mark("The photo {name} is the very file that was handed in for {other} on {day}.")
            params |= {"other": use.subject, "day": f"{use.observed_at:%Y-%m-%d}"}
            return Point(question, Side.VOID, sentence, params, row, Lie.PHOTO_REUSED)
    if row.kind is EvidenceKind.METER_PHOTO and any(
        other.digest == row.digest for other in shelf.counting(EvidenceKind.PHOTO)
    ):
        sentence = mark("The photo {name} of the meter is the very file of the room's photo.")
        return Point(question, Side.VOID, sentence, params, row, Lie.PHOTO_REUSED)
    return None
