"""The signs that use shows: detached from business, and idle resources.

One signal a metric, over all servers of the system: what decides is the server that did most. A metric that was not
measured on half of the days is missing, and speaks for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from cloudctl.domain.signals import Sentence, Sign, Signal
from cloudctl.domain.standings import Side
from cloudctl.domain.zombies import ZombiePolicy
from cloudctl.governance.zombies.days import DayUse
from cloudctl.governance.zombies.views import Seen, measured_days, standing
from cloudctl.messages import mark

LEAST_MEASURED = 0.5
LITTLE = 0.6
"""What so little that it counts as nothing is worth beside nothing at all."""


class Activity(NamedTuple):
    """A number a day: what is said when there was none, when there was some, and what it is worth then."""

    name: str
    none: str
    some: str
    unseen: str
    worth_none: float
    worth_some: float
    most: bool = False  # the largest of a day counts, not the sum


ACTIVITIES = (
    Activity(
        "logins",
        mark("Nobody logged in from {since} to {until}."),
        mark("{value} logins from {since} to {until}, last on {day}."),
        mark("Logins were not measured."),
        0.9, 1.0,
    ),
    Activity(
        "http_requests",
        mark("No HTTP request came from {since} to {until}."),
        mark("{value} HTTP requests from {since} to {until}, last on {day}."),
        mark("HTTP requests were not measured."),
        0.9, 1.0,
    ),
    Activity(
        "writes_by_people",
        mark("Nobody wrote anything from {since} to {until}."),
        mark("People wrote {value} times from {since} to {until}, last on {day}."),
        mark("What people write was not measured."),
        0.9, 1.0,
    ),
    Activity(
        "connections",
        mark("No connection was open from {since} to {until}."),
        mark("Up to {value} connections at a time from {since} to {until}, last on {day}."),
        mark("Open connections were not measured."),
        0.8, 0.7, most=True,
    ),
    Activity(
        "dns_queries",
        mark("Nobody asked for its names from {since} to {until}."),
        mark("Its names were asked for {value} times from {since} to {until}, last on {day}."),
        mark("Queries for its names were not measured."),
        0.4, 0.3,
    ),
)  # fmt: skip


class Figure(NamedTuple):
    """A mean of the day: what is said where it is idle, busy, or was not measured."""

    name: str
    unit: str
    idle: str
    busy: str
    unseen: str


FIGURES = (
    Figure(
        "cpu_percent",
        "%",
        mark("The CPU did at most {value} % a day ({server}); up to {threshold} % counts as idle."),
        mark("The CPU did {value} % on {day} ({server}); up to {threshold} % counts as idle."),
        mark("The CPU was not measured on enough days: {observed} of {days} ({server})."),
    ),
    Figure(
        "network_mib",
        "MiB/d",
        mark("The network carried at most {value} MiB a day ({server}); below {threshold} MiB counts as idle."),
        mark("The network carried {value} MiB on {day} ({server}); below {threshold} MiB counts as idle."),
        mark("The network was not measured on enough days: {observed} of {days} ({server})."),
    ),
)


def activity_signals(seen: Sequence[Seen], policy: ZombiePolicy, last: date) -> Iterator[Signal]:
    """Detached from business, or not, by what people and programs did."""
    span = max(policy.windows.window_days, policy.windows.off_after_idle_days)
    for activity in ACTIVITIES:
        yield _activity(activity, seen, span, last, float(getattr(policy.thresholds, activity.name, 0)))


def idle_signals(seen: Sequence[Seen], policy: ZombiePolicy, day: date) -> Iterator[Signal]:
    """Idle or not, by processor, network and power."""
    upright = standing(seen)
    off = [one for one in upright if one.view.state == "off"]
    if off:
        yield _powered_off(off, upright, policy, day)
    running = [one for one in upright if one.view.state != "off"]
    if not upright:
        words = Sentence(mark("Nothing of it stands on the platform: its use was not measured."))
        yield Signal(
            sign=Sign.IDLE, name="idle_days", side=Side.MISSING, sentence=words, source="-", covered=0.0, confidence=0.0
        )  # fmt: skip
    if running:
        for figure in FIGURES:
            yield _figure(figure, running, policy.windows.window_days)
        yield _run(running)


def _activity(what: Activity, seen: Sequence[Seen], span: int, last: date, threshold: float) -> Signal:
    first = last - timedelta(days=span - 1)
    measured = [
        (one.day, float(value), looked)
        for looked in seen
        for one in measured_days(looked.server, first, last)
        if (value := getattr(one, what.name)) is not None
    ]
    upright = {looked.server.server_id for looked in standing(seen)}
    owed = span * len(upright)
    had = {(looked.server.server_id, day) for day, _value, looked in measured if looked.server.server_id in upright}
    covered = len(had) / owed if owed else 0.0
    over = [day for day, value, _looked in measured if value > threshold]
    values = [value for _day, value, _looked in measured]
    total = (max(values) if what.most else sum(values)) if values else None
    some = [day for day, value, _looked in measured if value > 0]
    said: dict[str, object] = {"since": f"{first}", "until": f"{last}"}
    if some:
        said |= {"value": f"{total:g}", "day": f"{max(over or some)}"}
    sentence = Sentence(what.some if some else what.none, said)
    if over:
        side, worth = Side.AGAINST, what.worth_some
    elif covered < LEAST_MEASURED:
        side, worth, sentence = Side.MISSING, 0.0, Sentence(what.unseen)
    else:
        side, worth = Side.FOR, what.worth_none * covered * (LITTLE if some else 1.0)
    return Signal(
        sign=Sign.DETACHED, name=what.name, side=side, sentence=sentence, source=_sources(seen),
        value=None if side is Side.MISSING else total, threshold=threshold, unit="/d" if what.most else "", since=first,
        until=last, covered=round(covered, 4), confidence=round(worth, 4),
    )  # fmt: skip


def _figure(what: Figure, seen: Sequence[Seen], days: int) -> Signal:
    """The highest mean of a day, of the server that came nearest to its threshold."""
    name = what.name
    first = seen[0].last - timedelta(days=days - 1)

    def highest(one: Seen) -> DayUse | None:
        measured = [day for day in one.server.days if first <= day.day <= one.last and getattr(day, name) is not None]
        return max(measured, key=lambda day: (getattr(day, name), day.day), default=None)

    worst, most = max(
        ((one, highest(one)) for one in seen),
        key=lambda pair: (
            -1.0 if pair[1] is None else getattr(pair[1], name) / getattr(pair[0].past.thresholds, name),
            pair[0].server.name,
        ),
    )
    least = min(seen, key=lambda one: (one.view.covered, one.server.name))
    threshold = float(getattr(worst.past.thresholds, name))
    value = None if most is None else round(float(getattr(most, name)), 2)
    said = {"server": worst.server.name, "threshold": f"{threshold:g}", "value": "-" if value is None else f"{value:g}"}
    if most is not None and value is not None and _passes(name, value, threshold):
        side, worth, sentence = Side.AGAINST, 1.0, Sentence(what.busy, {**said, "day": f"{most.day}"})
    elif least.view.state == "unseen" or most is None:
        told = {"observed": least.view.observed_days, "days": days, "server": least.server.name}
        side, worth, sentence = Side.MISSING, 0.0, Sentence(what.unseen, told)
    else:
        side, worth, sentence = Side.FOR, least.view.covered * 0.9, Sentence(what.idle, said)
    return Signal(
        sign=Sign.IDLE, name=name, side=side, sentence=sentence, source=_sources(seen), value=value,
        threshold=threshold, unit=what.unit, since=first, until=worst.last, covered=least.view.covered,
        confidence=round(worth, 4), subject=worst.server.name,
    )  # fmt: skip


def _passes(name: str, value: float, threshold: float) -> bool:
    return value >= threshold if name == "network_mib" else value > threshold


def _run(seen: Sequence[Seen]) -> Signal:
    """For how long all of them have been idle, beside how long the rule wants; and what objects."""
    worst = min(seen, key=lambda one: (one.decision.idle_days - one.decision.needed_days, one.server.name))
    idle, needed = worst.decision.idle_days, worst.decision.needed_days
    params = {"days": idle, "needed": needed, "server": worst.server.name}
    if any(one.view.state == "unseen" for one in seen):
        side, worth = Side.MISSING, 0.0
        sentence = Sentence(mark("For how long it has been idle cannot be told: it was not seen well enough."))
    elif all(one.view.state == "idle" for one in seen):
        side, worth = Side.FOR, min(1.0, 0.5 + 0.5 * idle / needed)
        sentence = Sentence(mark("No day of use on {days} measured days; {needed} are the measure ({server})."), params)
    else:
        busy = [one for one in seen if one.view.state == "active"]
        chosen = busy[0] if busy else next(one for one in seen if one.view.state == "quiet")
        side, worth = Side.AGAINST, 1.0 if busy else 0.6
        sentence = (
            Sentence(
                mark("Last used on {day} ({server})."),
                {"day": f"{chosen.view.last_active_on}", "server": chosen.server.name},
            )
            if busy
            else chosen.decision.sentence
        )
    return Signal(
        sign=Sign.IDLE, name="idle_days", side=side, sentence=sentence, source=_sources(seen), value=float(idle),
        threshold=float(needed), unit="d", since=worst.view.last_active_on, until=worst.last,
        covered=min(one.view.covered for one in seen), confidence=round(worth, 4), subject=worst.server.name,
    )  # fmt: skip


def _powered_off(off: Sequence[Seen], upright: Sequence[Seen], policy: ZombiePolicy, day: date) -> Signal:
    shortest = min(off, key=lambda one: (one.off_days(day), one.server.name))
    days, needed = shortest.off_days(day), policy.windows.powered_off_days
    long = days >= needed
    message = (
        mark("{off} of {count} servers have been powered off for {days} days or more.")
        if long
        else mark("{off} of {count} servers are powered off, {server} only since {day}.")
    )
    return Signal(
        sign=Sign.IDLE, name="powered_off", side=Side.FOR if long else Side.AGAINST,
        sentence=Sentence(message, {
            "off": len(off), "count": len(upright), "days": days, "server": shortest.server.name,
            "day": f"{shortest.server.off_since}",
        }),
        source="inventory", value=float(days), threshold=float(needed), unit="d", since=shortest.server.off_since,
        until=day, confidence=0.95 if long else 0.3, subject=shortest.server.name,
    )  # fmt: skip


def _sources(seen: Sequence[Seen]) -> str:
    return ", ".join(sorted({source for one in seen for source in one.server.sources})) or "-"
