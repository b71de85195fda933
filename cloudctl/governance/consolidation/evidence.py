"""Judges a system by its evidence: is it on the platform, and what speaks for and against it.

    explanation = judge_system(SystemFacts(...), rows, at=moment)
    explanation.standing, [point.words["en"] for point in explanation.points]

Pure: the same register, evidence and time give the same answer, whenever it is asked. What a check answered from and
what a sync showed was judged when it was recorded; here it is put together with the register as of the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from cloudctl.domain import rooms
from cloudctl.domain.evidence import Evidence, EvidenceKind
from cloudctl.domain.indicators import CLASSES, Counted
from cloudctl.domain.standings import Explanation, Lie, Point, Side
from cloudctl.domain.surveys import REGISTER_FIELDS
from cloudctl.governance.consolidation.shelf import Shelf
from cloudctl.governance.consolidation.standing import GONE, Shown, of_system, verified_state
from cloudctl.messages import mark

OFF = frozenset({"off", "gone"})
ByLocale = Mapping[str, str]
_FIELDS = {Counted.ROOMS: rooms.FIELDS, Counted.SYSTEMS: REGISTER_FIELDS}
_CLASSES = {field.name: field for noun, fields in _FIELDS.items() for field in fields if field.name in CLASSES[noun]}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFacts:
    """A device of the system as the register has it; `off_on` is since when it is said to be off or gone."""

    code: str
    status: str
    off_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reclassed:
    """A change of the register by which something left the count of indicators: their titles by name and locale."""

    at: datetime
    by: str
    field: str
    before: str
    after: str
    indicators: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemFacts:
    """A system as the register has it at the time, with its devices and the moves that took it out of a count."""

    id: UUID
    code: str
    name: str
    status: str
    check_url: str | None = None
    devices: tuple[DeviceFacts, ...] = ()
    reclassed: tuple[Reclassed, ...] = ()


def judge_system(facts: SystemFacts, rows: Iterable[Evidence], *, at: datetime) -> Explanation:
    """What is proven of a system at `at` from the evidence that was on record then."""
    shelf = Shelf(rows, at)
    points = [
        *_resources(shelf, gone=facts.status in GONE),
        *_answers(shelf, facts),
        *_old_servers(shelf, facts),
        *left_counts(facts.reclassed),
    ]
    standing = of_system(facts.status, shown(facts, shelf))
    return Explanation(
        facts.id, facts.code, facts.name, facts.status, verified_state(facts.status, standing), standing, at,
        tuple(points),
    )  # fmt: skip


def shown(facts: SystemFacts, shelf: Shelf) -> Shown:
    """The same as one line of the census has it."""
    return Shown(
        synced=_says(shelf, EvidenceKind.RESOURCES_SYNCED),
        answers=_says(shelf, EvidenceKind.CHECK_ANSWERS),
        old_servers=_says(shelf, EvidenceKind.OLD_SERVERS),
        noisy=any(_noisy(shelf, facts)),
        running=any(device.status not in OFF for device in facts.devices),
    )


def left_counts(reclassed: Sequence[Reclassed]) -> Iterator[Point]:
    """What left a count by a change of its class, not by a move or a closure."""
    for move in reclassed:
        yield Point(
            "class",
            Side.AGAINST,
            mark("{field} was changed from {before} to {after} on {day} by {by}: it left the count of {indicators}."),
            {
                "field": _title(move.field), "before": _word(move.field, move.before),
                "after": _word(move.field, move.after), "day": f"{move.at:%Y-%m-%d}", "by": move.by,
                "indicators": _titles(move.indicators),
            },
            lie=Lie.CLASS_CHANGED,
        )  # fmt: skip


def _title(name: str) -> ByLocale | str:
    """A field as people call it."""
    field = _CLASSES.get(name)
    return name if field is None else {"en": field.title, "zh_CN": field.title_zh}


def _word(name: str, code: str) -> ByLocale | str:
    """What a field has, as people say it."""
    options = _CLASSES[name].options if name in _CLASSES else ()
    return next(({"en": one.label, "zh_CN": one.label_zh} for one in options if one.code == code), code)


def _titles(indicators: Mapping[str, Mapping[str, str]]) -> ByLocale:
    return {
        "en": ", ".join(f"{title['en']} ({name})" for name, title in indicators.items()),
        "zh_CN": "、".join(f"{title['zh_CN']}（{name}）" for name, title in indicators.items()),
    }


def _says(shelf: Shelf, kind: EvidenceKind) -> bool | None:
    row = shelf.current(kind)
    return None if row is None else row.holds


def expired(question: str, row: Evidence) -> Point:
    """A point that counted until its evidence expired."""
    return Point(
        question,
        Side.EXPIRED,
        mark("What was seen on {observed} counts no longer since {expired}: it has to be looked at again."),
        {"observed": f"{row.observed_at:%Y-%m-%d}", "expired": f"{row.expires_at:%Y-%m-%d}"},
        row,
    )


def _resources(shelf: Shelf, *, gone: bool) -> Iterator[Point]:
    kind, question = EvidenceKind.RESOURCES_SYNCED, "resources"
    row, lapsed = shelf.current(kind), shelf.lapsed(kind)
    if lapsed is not None:
        yield expired(question, lapsed)
    elif row is None:
        side = Side.FOR if gone else Side.MISSING
        yield Point(question, side, mark("No sync of a cloud has shown servers of it."))
    elif gone and row.holds:
        yield Point(question, Side.AGAINST, mark("Servers of it still run: {servers}."), _servers(row), row)
    elif row.holds:
        yield Point(question, Side.FOR, mark("Its servers run in a synced cloud: {servers}."), _servers(row), row)
    elif not row.value.get("servers"):
        side = Side.FOR if gone else Side.AGAINST
        yield Point(question, side, mark("It has no server on the platform any more."), {}, row)
    else:
        yield from (_server(question, server, row) for server in row.value["servers"] if server["seen"] != "active")


def _servers(row: Evidence) -> dict[str, str]:
    return {"servers": ", ".join(f"{server['name']} ({server['cloud']})" for server in row.value["servers"])}


def _server(question: str, server: dict[str, str], row: Evidence) -> Point:
    params = {"server": server["name"], "cloud": server["cloud"], "seen": server["seen"]}
    if server["seen"] == "stopped":
        sentence = mark("The server {server} is on record as in use, and stands switched off in {cloud}.")
        return Point(question, Side.AGAINST, sentence, params, row, Lie.SERVER_OFF)
    sentence = mark("The server {server} is on record as in use; the last sync of {cloud} saw it as {seen}.")
    return Point(question, Side.AGAINST, sentence, params, row)


def _answers(shelf: Shelf, facts: SystemFacts) -> Iterator[Point]:
    kind, question = EvidenceKind.CHECK_ANSWERS, "check"
    row, lapsed = shelf.current(kind), shelf.lapsed(kind)
    if row is not None:
        yield _answer(question, row)
    elif facts.status in GONE:
        return
    elif lapsed is not None:
        yield expired(question, lapsed)
    else:
        waits, unknown = mark("Its check {url} was not made yet."), mark("It has no check_url on record.")
        yield Point(question, Side.MISSING, waits if facts.check_url else unknown, {"url": facts.check_url or ""})


def _answer(question: str, row: Evidence) -> Point:
    params = {"url": row.value["url"], "peer": row.value.get("peer") or "-", "error": row.value.get("error") or "-"}
    params["device"] = row.value.get("device") or "-"
    if row.holds:
        sentence = mark("Its check {url} answers, from {peer} on the platform.")
        return Point(question, Side.FOR, sentence, params, row)
    if not row.value.get("answered"):
        return Point(question, Side.AGAINST, mark("Its check {url} does not answer: {error}."), params, row)
    if row.value.get("device"):
        sentence = mark("Its check {url} answers from {peer}: the address of the old device {device}.")
        return Point(question, Side.AGAINST, sentence, params, row, Lie.OLD_ADDRESS)
    sentence = mark("Its check {url} answers from {peer}, which is no address of its servers on the platform.")
    return Point(question, Side.AGAINST, sentence, params, row)


def _old_servers(shelf: Shelf, facts: SystemFacts) -> Iterator[Point]:
    kind, question = EvidenceKind.OLD_SERVERS, "old_servers"
    row, lapsed = shelf.current(kind), shelf.lapsed(kind)
    on = [device.code for device in facts.devices if device.status not in OFF]
    for reading in _noisy(shelf, facts):
        drawn = {"device": reading.about, "bytes": reading.value["bytes_per_day"]}
        yield Point(
            question,
            Side.AGAINST,
            mark("The old device {device} is said to be off, and drew {bytes} bytes in a day on {day}."),
            {**drawn, "day": f"{reading.observed_at:%Y-%m-%d}"},
            reading,
            Lie.OLD_SERVER_RUNS,
        )
    if on:
        yield Point(
            question, Side.AGAINST, mark("Devices of it are on record as running: {devices}."),
            {"devices": ", ".join(sorted(on))}, row,
        )  # fmt: skip
    elif lapsed is not None:
        yield expired(question, lapsed)
    elif row is None:
        yield Point(question, Side.MISSING, mark("Its old devices were not looked at yet."))
    elif facts.devices:
        codes = ", ".join(sorted(device.code for device in facts.devices))
        yield Point(question, Side.FOR, mark("Its old devices are off or gone: {devices}."), {"devices": codes}, row)
    else:
        yield Point(question, Side.FOR, mark("It has no old device on record."), {}, row)


def _noisy(shelf: Shelf, facts: SystemFacts) -> Iterator[Evidence]:
    """Readings that still count of devices that are said to be off or gone."""
    off = {device.code for device in facts.devices if device.status in OFF}
    for code, reading in shelf.by_part(EvidenceKind.TRAFFIC_READING).items():
        if not reading.holds and code in off:
            yield reading
