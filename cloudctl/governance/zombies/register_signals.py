"""The signs that the register and its dates show: detached, replaceable, not maintained, small and seldom used.

What a department has not filled in is missing, and speaks for nothing. The newest date of any server counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from cloudctl.domain.metrics import Metric
from cloudctl.domain.signals import Sentence, Sign, Signal
from cloudctl.domain.standings import Side
from cloudctl.domain.systems import ENDED
from cloudctl.domain.zombies import ZombiePolicy
from cloudctl.governance.zombies.candidates import Candidate
from cloudctl.messages import mark

REGISTER = "register"
SELDOM, OFTEN = frozenset({"quarterly", "yearly", "never"}), frozenset({"daily", "weekly"})


class Dated(NamedTuple):
    """A date of the servers: for which sign, after how many days it speaks (by the rules' name), and in which words."""

    metric: Metric
    sign: Sign
    rule: str
    old: str
    fresh: str
    unknown: str
    worth: float


DATED = (
    Dated(
        Metric.CONTENT_CHANGED_ON, Sign.DETACHED, "unchanged_days",
        mark("Its content has not changed since {day}."), mark("Its content changed on {day}."),
        mark("When its content last changed is not known."), 0.8,
    ),
    Dated(
        Metric.PATCHED_ON, Sign.UNMAINTAINED, "unpatched_days",
        mark("It was last patched on {day}."), mark("It was patched on {day}."),
        mark("When it was last patched is not known."), 0.7,
    ),
    Dated(
        Metric.DEPLOYED_ON, Sign.UNMAINTAINED, "undeployed_days",
        mark("Nothing was deployed since {day}."), mark("Something was deployed on {day}."),
        mark("When something was last deployed is not known."), 0.8,
    ),
)  # fmt: skip


class Term(NamedTuple):
    """Something of the register that runs out: its field, and what is said when it is over, in force or not known."""

    name: str
    over: str
    in_force: str
    unknown: str
    worth: float


TERMS = (
    Term(
        "contract_ends_on", mark("Its contract ended on {day}."), mark("Its contract lasts until {day}."),
        mark("The register does not say when its contract ends."), 0.6,
    ),
    Term(
        "maintained_until", mark("Its maintenance ended on {day}."), mark("It is maintained until {day}."),
        mark("The register does not say until when it is maintained."), 0.7,
    ),
)  # fmt: skip


def register_signals(candidate: Candidate, policy: ZombiePolicy, day: date) -> Iterator[Signal]:
    """All that is told by what is on record."""
    yield from _business(candidate)
    for dated in DATED:
        yield _dated(candidate, dated, policy, day)
    yield from _replaceable(candidate, policy)
    for term in TERMS:
        yield _term(candidate, term, policy, day)
    yield _certificate(candidate, policy, day)
    yield _users(candidate, policy)
    yield _frequency(candidate)


def _told(sign: Sign, name: str, side: Side, sentence: Sentence, confidence: float, **more: object) -> Signal:
    return Signal(
        sign=sign, name=name, side=side, sentence=sentence, source=REGISTER, confidence=confidence, **more  # type: ignore[arg-type]
    )  # fmt: skip


def _business(candidate: Candidate) -> Iterator[Signal]:
    """What its department says of it, and who else needs it."""
    fields = candidate.register
    status = str(fields.get("status") or "")
    if status in ENDED and candidate.living:
        words = Sentence(
            mark("The register says that it is {state}, and {count} servers of it still stand."),
            {"state": status, "count": len(candidate.living)},
        )
        yield _told(Sign.DETACHED, "status", Side.FOR, words, 0.9, value=status)
    if fields.get("declared_zombie"):
        words = Sentence(mark("Its own department has declared it a zombie system."))
        yield _told(Sign.DETACHED, "declared_zombie", Side.FOR, words, 0.9)
    if candidate.needed_by:
        words = Sentence(
            mark("{count} systems in use need it: {systems}."),
            {"count": len(candidate.needed_by), "systems": ", ".join(candidate.needed_by[:5])},
        )
        yield _told(
            Sign.DETACHED, "needed_by", Side.AGAINST, words, 0.9, value=float(len(candidate.needed_by)), threshold=0.0
        )


def _replaceable(candidate: Candidate, policy: ZombiePolicy) -> Iterator[Signal]:
    least = float(policy.signs.duplicate_points)
    twins = [twin for twin in candidate.twins if twin.points >= least]
    if not twins:
        words = Sentence(mark("Nothing else on the register is like it."))
        yield _told(Sign.REPLACEABLE, "duplicates", Side.AGAINST, words, 0.3, threshold=least)
        return
    best = max(twins, key=lambda twin: (twin.points, twin.code))
    words = Sentence(
        mark("{system} {name} may do the same work: {points} of 100 points."),
        {"system": best.code, "name": best.name, "points": best.points},
    )
    yield _told(
        Sign.REPLACEABLE, "duplicates", Side.FOR, words, round(best.points / 100 * 0.8, 4),
        value=float(best.points), threshold=least, subject=best.code,
    )  # fmt: skip


def _dated(candidate: Candidate, dated: Dated, policy: ZombiePolicy, day: date) -> Signal:
    known = [
        (when, server)
        for server in candidate.living
        if (when := server.dates.get(dated.metric)) is not None and when <= day
    ]
    threshold = float(getattr(policy.signs, dated.rule))
    if not known:
        return Signal(
            sign=dated.sign, name=dated.metric.value, side=Side.MISSING, sentence=Sentence(dated.unknown),
            source="-", threshold=threshold, unit="d", covered=0.0, confidence=0.0,
        )  # fmt: skip
    newest, server = max(known, key=lambda pair: (pair[0], pair[1].name))
    age = (day - newest).days
    covered = len({one.server_id for _when, one in known}) / len(candidate.living)
    old = age >= threshold
    fresh = 0.9 if age <= policy.signs.recent_days else 0.4
    return Signal(
        sign=dated.sign, name=dated.metric.value, side=Side.FOR if old else Side.AGAINST,
        sentence=Sentence(dated.old if old else dated.fresh, {"day": f"{newest}"}),
        source=", ".join(server.sources) or "-", value=float(age), threshold=threshold, unit="d", since=newest,
        until=day, covered=round(covered, 4), confidence=round(dated.worth * covered if old else fresh, 4),
        subject=server.name,
    )  # fmt: skip


def _term(candidate: Candidate, term: Term, policy: ZombiePolicy, day: date) -> Signal:
    ends_on, threshold = candidate.register.get(term.name), float(policy.signs.contract_over_days)
    if not isinstance(ends_on, date):
        return _told(Sign.UNMAINTAINED, term.name, Side.MISSING, Sentence(term.unknown), 0.0, covered=0.0)
    over = (day - ends_on).days
    long = over >= threshold
    words = Sentence(term.over if over > 0 else term.in_force, {"day": f"{ends_on}"})
    return _told(
        Sign.UNMAINTAINED, term.name, Side.FOR if long else Side.AGAINST, words,
        term.worth if long else 0.3 if over > 0 else 0.5,
        value=float(over), threshold=threshold, unit="d", until=ends_on,
    )  # fmt: skip


def _certificate(candidate: Candidate, policy: ZombiePolicy, day: date) -> Signal:
    """The last one to run out counts: an old one beside one that is valid says nothing."""
    ends = [when for one in candidate.living if (when := one.dates.get(Metric.CERTIFICATE_ENDS_ON)) is not None]
    threshold, name = float(policy.signs.certificate_over_days), Metric.CERTIFICATE_ENDS_ON.value
    if not ends:
        words = Sentence(mark("No certificate of it is known."))
        return _told(Sign.UNMAINTAINED, name, Side.MISSING, words, 0.0, covered=0.0)
    over = (day - max(ends)).days
    expired = over >= threshold
    words = Sentence(
        mark("Its certificate ran out on {day}.") if over > 0 else mark("Its certificate is valid until {day}."),
        {"day": f"{max(ends)}"},
    )
    return Signal(
        sign=Sign.UNMAINTAINED, name=name, side=Side.FOR if expired else Side.AGAINST, sentence=words,
        source=", ".join(sorted({source for one in candidate.living for source in one.sources})) or "-",
        value=float(over), threshold=threshold, unit="d", until=max(ends), confidence=0.7 if expired else 0.3,
    )  # fmt: skip


def _users(candidate: Candidate, policy: ZombiePolicy) -> Signal:
    count, few = candidate.register.get("user_count"), float(policy.signs.few_users)
    if count is None:
        words = Sentence(mark("The register does not say how many use it."))
        return _told(Sign.SMALL, "user_count", Side.MISSING, words, 0.0, threshold=few, covered=0.0)
    small = count <= few
    message = mark("The register counts {count} users.")
    return _told(
        Sign.SMALL, "user_count", Side.FOR if small else Side.AGAINST, Sentence(message, {"count": count}),
        0.5 if small else 0.4, value=float(count), threshold=few,
    )  # fmt: skip


def _frequency(candidate: Candidate) -> Signal:
    frequency, scope = candidate.register.get("use_frequency"), candidate.register.get("user_scope")
    if frequency is None:
        words = Sentence(mark("The register does not say how often it is used."))
        return _told(Sign.SMALL, "use_frequency", Side.MISSING, words, 0.0, covered=0.0)
    if frequency == "never":
        words = Sentence(mark("The register says that it is not used any more."))
        return _told(Sign.SMALL, "use_frequency", Side.FOR, words, 0.8, value="never")
    words = Sentence(mark("The register says that it is used {kind}."), {"kind": frequency})
    seldom = frequency in SELDOM and scope in {None, "unit"}
    worth = 0.5 if seldom else 0.4 if frequency in OFTEN else 0.3
    return _told(Sign.SMALL, "use_frequency", Side.FOR if seldom else Side.AGAINST, words, worth, value=str(frequency))
