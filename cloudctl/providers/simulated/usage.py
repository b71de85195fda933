"""What the simulated cloud tells of the use of its servers: made up on its seed, and said to be so."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from cloudctl.domain.clouds import Capability
from cloudctl.domain.errors import Unsupported
from cloudctl.domain.metrics import ACTIVITY, DATES, USE, Metric, begin_of, end_of, utc_day
from cloudctl.domain.usage import Activity, Counters, Course, Occasion, Told
from cloudctl.providers.simulated import translate, utilisation
from cloudctl.providers.simulated.backend.cloud import SimulatedCloud
from cloudctl.providers.simulated.backend.objects import Kind, Thing

PAGE_SIZE = 200


class SimulatedUsage:
    """ports.clouds.Usage. A server tells nothing of the time before it was made, or while it was off."""

    metrics: frozenset[Metric] = frozenset((*USE, *ACTIVITY, Metric.BACKED_UP_ON, Metric.PATCHED_ON))
    interval_s = utilisation.SLOT_S

    def __init__(self, cloud: SimulatedCloud, capabilities: frozenset[Capability]) -> None:
        self._cloud = cloud
        self._capabilities = capabilities

    def history(
        self, servers: Collection[str], since: datetime, until: datetime, metrics: Collection[Metric]
    ) -> Iterator[Told]:
        self._need(Capability.METRICS)
        wanted = set(servers)
        with translate.asked(self._cloud, "usage.history") as call:
            things = [thing for thing in call.things(Kind.SERVER) if thing.id in wanted]
            latest_s = min(int(until.timestamp()), int(call.now))
        begin_s = int(since.timestamp())
        if latest_s <= begin_s:
            return
        for day in _days(since, until):
            for start in range(0, len(things), PAGE_SIZE):
                some = things[start : start + PAGE_SIZE]
                told = self._page(some, day, (begin_s, latest_s), frozenset(metrics))
                if told.courses or told.activities or told.occasions:
                    yield told

    def counters(self, servers: Collection[str]) -> Iterator[Sequence[Counters]]:  # noqa: ARG002 - as the port has it
        self._need(Capability.DIAGNOSTICS)
        return iter(())  # no simulated cloud declares it

    def _page(self, things: Sequence[Thing], day: date, span_s: tuple[int, int], metrics: frozenset[Metric]) -> Told:
        seed = self._cloud.settings.seed
        courses: list[Course] = []
        activities: list[Activity] = []
        occasions: list[Occasion] = []
        day_s = int(begin_of(day).timestamp())
        for thing in things:
            usual = utilisation.PROFILES[utilisation.profile(seed, thing.id, thing.state.get("labels"))]
            ran = list(_running(thing.state, max(day_s, span_s[0]), min(int(end_of(day).timestamp()), span_s[1])))
            for begin_s, end_s in ran:
                for metric, level in utilisation.levels(seed, thing.id, day, usual).items():
                    if metric in metrics:
                        at, values = utilisation.points(level, begin_s, end_s, day_s)
                        courses.append(Course(thing.id, metric, at, values, utilisation.SLOT_S))
            if ran:
                done = utilisation.activity(seed, thing.id, day, usual)
                activities += [
                    Activity(thing.id, metric, day, done[metric]) for metric in ACTIVITY if metric in metrics
                ]
                kept = utilisation.occasions(seed, thing.id, day, usual)
                occasions += [
                    Occasion(thing.id, metric, kept[metric]) for metric in DATES if metric in metrics & kept.keys()
                ]
        return Told(courses=courses, activities=activities, occasions=occasions)

    def _need(self, capability: Capability) -> None:
        if capability not in self._capabilities:
            raise Unsupported(
                "The simulated cloud {cloud} does not offer {capability}.",
                cloud=self._cloud.settings.code,
                capability=capability.value,
            )


def _days(since: datetime, until: datetime) -> Iterator[date]:
    day = utc_day(since)
    while begin_of(day) < until:
        yield day
        day = utc_day(end_of(day))


def _running(state: Mapping[str, Any], begin_s: int, end_s: int) -> Iterator[tuple[int, int]]:
    """The stretches of a span in which a server ran: since it was made, but for the times that it was off."""
    at = max(begin_s, int(state.get("made_at", 0)))
    for off_s, on_s in state.get("off", ()):
        if at < min(off_s, end_s):
            yield at, int(min(off_s, end_s))
        at = max(at, int(end_s if on_s is None else on_s))
    if at < end_s:
        yield at, end_s
