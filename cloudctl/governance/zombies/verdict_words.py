"""A verdict in words: the one sentence that says it, and what would change it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from math import ceil
from typing import NamedTuple

from cloudctl.domain.purposes import PURPOSES
from cloudctl.domain.signals import SIGNS, Sentence
from cloudctl.domain.verdicts import SUSPICIOUS, Judged, Rule, VerdictState
from cloudctl.domain.zombies import ZombiePolicy
from cloudctl.governance.zombies.views import Seen, standing
from cloudctl.messages import mark

LEAST_SIGNS = 2
"""A zombie shows so many of the official signs."""
NAMED = 5

HEADLINES: dict[tuple[Rule, VerdictState], str] = {
    (Rule.IN_USE, VerdictState.ACTIVE): mark("In use on {days} of the last {window} days, last on {day}."),
    (Rule.SELDOM_USED, VerdictState.WATCH): mark(
        "Used on {days} of the last {window} days only, and by nobody that was seen; last on {day}."
    ),
    (Rule.NOT_SEEN, VerdictState.NO_DATA): mark(
        "Not seen well enough to judge ({servers}): no data is never taken for idle."
    ),
    (Rule.REGISTER_ONLY, VerdictState.NO_DATA): mark("Nothing of it stands on the platform, so nothing was measured."),
    (Rule.REGISTER_ONLY, VerdictState.SUSPECT): mark(
        "Nothing of it stands on the platform; by the register alone it is suspect: {noun}."
    ),
    (Rule.POWERED_OFF, VerdictState.WATCH): mark("Powered off since {day}, not for long yet."),
    (Rule.POWERED_OFF, VerdictState.SUSPECT): mark("Powered off since {day}, and suspect: {noun}."),
    (Rule.POWERED_OFF, VerdictState.ZOMBIE): mark("Powered off since {day}, and by these signs a zombie: {noun}."),
    (Rule.IDLE, VerdictState.WATCH): mark("Not used in the last {window} days; it is watched, and something objects."),
    (Rule.IDLE, VerdictState.SUSPECT): mark("Unused on {days} measured days, and suspect: {noun}."),
    (Rule.IDLE, VerdictState.ZOMBIE): mark("Unused on {days} measured days, and by these signs a zombie: {noun}."),
}
REPORTED = mark("Unused, as something for {noun} may be: it is reported and not cleared.")
RESTING = frozenset({Rule.IDLE, Rule.POWERED_OFF})


class Grounds(NamedTuple):
    """What the words are about. `last` is the last day that telemetry can be of."""

    rule: Rule
    state: VerdictState
    seen: Sequence[Seen]
    policy: ZombiePolicy
    drawn: Judged
    last: date

    @property
    def used(self) -> set[date]:
        """The days of use within the window."""
        return {when for one in self.seen for when in one.used_within(self.policy.windows.window_days)}

    @property
    def running(self) -> list[Seen]:
        """What stands and is not powered off."""
        return [one for one in standing(self.seen) if one.view.state != "off"]

    @property
    def reported(self) -> bool:
        """Whether it rests, and is not cleared for its purpose."""
        resting = self.rule in RESTING and self.state is VerdictState.WATCH
        return resting and bool(standing(self.seen)) and not self.drawn.cleared


def headline(grounds: Grounds) -> Sentence:
    """The verdict in one sentence."""
    if grounds.reported:
        return Sentence(REPORTED, {"noun": PURPOSES[grounds.drawn.purpose]})
    window = grounds.policy.windows.window_days
    params: dict[str, object] = {}
    match grounds.rule:
        case Rule.IN_USE | Rule.SELDOM_USED:
            params = {"days": len(grounds.used), "window": window, "day": f"{max(grounds.used)}"}
        case Rule.NOT_SEEN:
            names = [one.server.name for one in grounds.running if one.view.state == "unseen"]
            params = {"servers": ", ".join(names[:NAMED])}
        case Rule.POWERED_OFF:
            since = [one.server.off_since for one in standing(grounds.seen) if one.server.off_since is not None]
            params = {"day": f"{max(since)}"}
        case Rule.IDLE:
            params = {"days": min(one.decision.idle_days for one in grounds.running), "window": window}
    if grounds.state in SUSPICIOUS:
        params |= {"noun": ", ".join(SIGNS[sign] for sign in grounds.drawn.signs)}
    return Sentence(HEADLINES[grounds.rule, grounds.state], params)


def changes(grounds: Grounds) -> Iterator[Sentence]:
    """What would change the verdict."""
    if grounds.state in SUSPICIOUS or grounds.rule is Rule.IDLE:
        yield from _would_end(grounds)
    match grounds.rule:
        case Rule.NOT_SEEN:
            yield from _missing(grounds)
        case Rule.IN_USE | Rule.SELDOM_USED:
            day = max(grounds.used) + timedelta(days=grounds.policy.windows.window_days)
            yield Sentence(mark("Without any use until {day} it is looked at as idle."), {"day": f"{day}"})
        case Rule.REGISTER_ONLY:
            yield Sentence(mark("Name its servers: what stands elsewhere is judged by evidence of people and meters."))
    if grounds.reported:
        yield Sentence(mark("Declared for ordinary use it would be judged as all others are."))
    if grounds.drawn.flagged:
        yield Sentence(
            mark("Its purpose was declared when it was suspected already, and its use does not show it: look at it.")
        )


def _would_end(grounds: Grounds) -> Iterator[Sentence]:
    """What would end a suspicion, and what would complete it."""
    thresholds = grounds.policy.thresholds
    yield Sentence(
        mark(
            "One login, request or write by people, or a day with more than {cpu} % CPU or {network} MiB on the "
            "network, ends it."
        ),
        {"cpu": f"{thresholds.cpu_percent:g}", "network": f"{thresholds.network_mib:g}"},
    )
    if grounds.state not in SUSPICIOUS:
        return
    left = max((one.decision.needed_days - one.decision.idle_days for one in grounds.running), default=0)
    if left > 0:
        yield Sentence(
            mark("If nothing is used until {day}, it counts as idle for long enough."),
            {"day": f"{grounds.last + timedelta(days=left)}"},
        )
    if len(grounds.drawn.signs) < LEAST_SIGNS:
        yield Sentence(
            mark("A second official sign would make it a zombie: have logins measured, complete the register.")
        )
    yield Sentence(mark("A purpose that its department declares, or an exemption, keeps it from being cleared."))


def _missing(grounds: Grounds) -> Iterator[Sentence]:
    """What each server lacks that was not seen well."""
    windows = grounds.policy.windows
    least = ceil(windows.least_coverage * windows.window_days)
    for one in [one for one in grounds.running if one.view.state == "unseen"][:NAMED]:
        name = one.server.name
        if one.server.subject is None:
            yield Sentence(mark("{server}: no sync has found it in its cloud."), {"server": name})
            continue
        judged_from = one.server.since + timedelta(days=windows.least_age_days)
        if judged_from > one.last + timedelta(days=1):
            yield Sentence(
                mark("{server}: it stands since {day}, and is judged from {from_day} on."),
                {"server": name, "day": f"{one.server.since}", "from_day": f"{judged_from}"},
            )
        if one.view.observed_days < least:
            seen = {"observed": one.view.observed_days, "days": windows.window_days, "least": least}
            yield Sentence(
                mark("{server}: measured on {observed} of the last {days} days; {least} are needed."),
                {"server": name, **seen},
            )
