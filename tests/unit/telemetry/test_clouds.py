"""Clouds as sources: what they keep, and what is made of looks at their counters."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest

from cloudctl.domain.clouds import Cloud, CloudKind
from cloudctl.domain.errors import Absent, Busy, ConfigurationError, Rejected, Unreachable
from cloudctl.domain.metrics import USE, Metric
from cloudctl.domain.usage import Counters, Course, Told, UsageSample, packed
from cloudctl.ports.metrics import Target
from cloudctl.telemetry.clouds import COARSE, LAPSES, LOOK_FAILED, Kept, Looked, of_clouds
from cloudctl.telemetry.sources import Sources
from tests.contract.clocks import MovableClock

DAY = datetime(2026, 3, 9, tzinfo=UTC)
DAY_S = int(DAY.timestamp())
NEXT = DAY + timedelta(days=1)
EVERY = timedelta(minutes=5)


def cloud(code: str = "city", kind: CloudKind = CloudKind.VSPHERE) -> Cloud:
    return Cloud(code=code, name=code, kind=kind, zones=frozenset(), capacity={})


def target(native_id: str, of: str = "city") -> Target:
    return Target(id=uuid4(), cloud=of, native_id=native_id, name=native_id)


class Clouds:
    """Gives a provider that tells what is planned."""

    def __init__(self, *told: Told, broken: Exception | None = None) -> None:
        self.told, self.broken = told, broken
        self.asked: list[list[str]] = []
        self.metrics, self.interval_s = frozenset(USE), 300

    def provider(self, _cloud: Cloud) -> SimpleNamespace:
        if isinstance(self.broken, ConfigurationError):
            raise self.broken
        return SimpleNamespace(usage=self, check=lambda: None)

    def history(self, servers, since, until, metrics) -> Iterator[Told]:
        self.asked.append(sorted(servers))
        yield from self.told
        if self.broken:
            raise self.broken


class Samples:
    """Looks in memory."""

    def __init__(self, *samples: UsageSample) -> None:
        self.kept: Sequence[UsageSample] = samples

    def samples(self, code: str, since: datetime, until: datetime) -> Iterator[UsageSample]:
        return (each for each in self.kept if each.cloud == code and since <= each.at < until)

    def latest(self, code: str) -> UsageSample | None:
        return max((each for each in self.kept if each.cloud == code), key=lambda each: each.at, default=None)


def course(server: str, *values: float, interval_s: int = 300, at: int = DAY_S) -> Course:
    moments = array("q", range(at, at + interval_s * len(values), interval_s))
    return Course(server, Metric.CPU_PERCENT, moments, array("d", values), interval_s)


def points(pages) -> dict[tuple[object, Metric], list[tuple[int, float]]]:
    told: dict[tuple[object, Metric], list[tuple[int, float]]] = {}
    for page in pages:
        for each in page.series:
            told.setdefault((each.subject, each.metric), []).extend(zip(each.at, each.values, strict=True))
    return told


def test_kept_points_go_to_the_server_of_the_clouds_own_id():
    one, other = target("a"), target("b", of="another")
    clouds = Clouds(Told(courses=[course("a", 1.0, 2.0), course("b", 9.0)]))
    pages = list(Kept(cloud(), clouds).read([one, other], DAY, NEXT, USE))
    assert points(pages) == {(one.id, Metric.CPU_PERCENT): [(DAY_S, 1.0), (DAY_S + 300, 2.0)]}
    assert clouds.asked == [["a"]]


def test_coarse_points_are_spread_and_that_is_said_once():
    one = target("a")
    clouds = Clouds(
        Told(courses=[course("a", 4.0, interval_s=1800)]),
        Told(courses=[course("a", 6.0, interval_s=1800, at=DAY_S + 1800)]),
    )
    pages = list(Kept(cloud(), clouds).read([one], DAY, NEXT, USE))
    told = points(pages)[one.id, Metric.CPU_PERCENT]
    assert told == [(DAY_S + 300 * number, 4.0 if number < 6 else 6.0) for number in range(12)]
    assert [warning for page in pages for warning in page.warnings] == [(COARSE, {"cloud": "city", "minutes": 30})]


def test_a_cloud_that_falls_silent_leaves_what_it_said():
    one = target("a")
    source = Kept(cloud(), Clouds(Told(courses=[course("a", 1.0)]), broken=Unreachable("gone", effect_unknown=False)))
    pages = []
    with pytest.raises(Unreachable):
        pages.extend(source.read([one], DAY, NEXT, USE))
    assert points(pages)


def test_a_cloud_without_credentials_refuses_and_is_listed_all_the_same():
    source = Kept(cloud(), Clouds(broken=ConfigurationError("No credentials for the cloud {code}.", code="city")))
    assert (source.name, source.interval_s, source.metrics) == ("vsphere:city", 300, frozenset(USE))
    for act in (source.check, lambda: list(source.read([], DAY, NEXT, USE))):
        with pytest.raises(Rejected, match="No credentials"):
            act()


def counted(server: str, number: int, **changes: float) -> Counters:
    """What a server has counted that uses a tenth of its two processors, five minutes after five minutes."""
    at_s = changes.pop("at_s", DAY_S + 300 * number)
    told = {"cpu_s": 60.0 * number, "disk_bytes": 300 * 1024 * number, "network_bytes": 600 * 1024 * number} | changes
    return Counters(server=server, at_s=at_s, steady_s=300.0 * number + 1000, vcpu=2, **told)


def looked(*looks: list[Counters], error: str | None = None, since: datetime = DAY) -> Samples:
    return Samples(
        *(
            UsageSample(cloud="city", at=since + EVERY * number, packed=packed(each), error=error)
            for number, each in enumerate(looks)
        )
    )


def source(samples: Samples, clock: MovableClock | None = None) -> Looked:
    return Looked(cloud(kind=CloudKind.OPENSTACK), samples, clock or MovableClock(), every_s=300)


def test_two_looks_make_a_rate_of_the_time_between():
    one = target("a")
    pages = list(source(looked([counted("a", 0)], [counted("a", 1)])).read([one], DAY, NEXT, USE))
    assert points(pages) == {
        (one.id, Metric.CPU_PERCENT): [(DAY_S, pytest.approx(10.0))],
        (one.id, Metric.DISK_KIB_S): [(DAY_S, pytest.approx(1.0))],
        (one.id, Metric.NETWORK_KIB_S): [(DAY_S, pytest.approx(2.0))],
    }
    assert not [warning for page in pages for warning in page.warnings]


def test_the_first_look_after_midnight_tells_of_the_days_last_minutes_and_no_day_has_them_twice():
    one = target("a")
    looks = looked(*([counted("a", number)] for number in range(287, 291)), since=DAY + EVERY * 287)
    today = points(source(looks).read([one], DAY, NEXT, USE))[one.id, Metric.CPU_PERCENT]
    after = points(source(looks).read([one], NEXT, NEXT + timedelta(days=1), USE))[one.id, Metric.CPU_PERCENT]
    assert [at - DAY_S for at, _ in today] == [287 * 300]
    assert [at - DAY_S for at, _ in after] == [288 * 300, 289 * 300]


@pytest.mark.parametrize(
    ("why", "looks"),
    [
        ("reset", [[counted("a", 4)], [counted("a", 5, cpu_s=1.0)], [counted("a", 6, cpu_s=61.0)]]),
        ("clock", [[counted("a", 4)], [counted("a", 5, at_s=DAY_S + 9_000)], [counted("a", 6, at_s=DAY_S + 9_300)]]),
        ("apart", [[counted("a", 4)], [counted("a", 11)], [counted("a", 12)]]),
    ],
)
def test_what_looks_do_not_tell_is_left_out_and_counted(why, looks):
    one = target("a")
    pages = list(source(looked(*looks)).read([one], DAY, NEXT, USE))
    assert len(points(pages)[one.id, Metric.CPU_PERCENT]) == 1
    assert [warning for page in pages for warning in page.warnings] == [(LAPSES[why], {"count": 1, "cloud": "city"})]


def test_a_week_without_looks_is_a_week_without_points():
    one = target("a")
    looks = looked([counted("a", 0)], [counted("a", 1)])
    week = DAY + timedelta(days=1), DAY + timedelta(days=8)
    assert not points(source(looks).read([one], *week, USE))


def test_a_look_that_failed_is_a_hole_that_says_why():
    one = target("a")
    samples = Samples(
        *looked([counted("a", 0)], [counted("a", 1)]).kept,
        UsageSample(cloud="city", at=DAY + 2 * EVERY, error="503 nova is away"),
        UsageSample(cloud="city", at=DAY + 3 * EVERY, packed=packed([counted("a", 3)])),
    )
    pages = list(source(samples).read([one], DAY, NEXT, USE))
    assert [at - DAY_S for at, _ in points(pages)[one.id, Metric.CPU_PERCENT]] == [0, 300]
    assert pages[-1].warnings == [(LOOK_FAILED, {"cloud": "city", "words": "503 nova is away"})]


def test_a_server_rebuilt_under_its_name_is_another_and_one_that_moved_has_two_histories():
    old, new = target("old-id"), target("new-id")
    looks = looked([counted("old-id", 0)], [counted("old-id", 1)], [counted("new-id", 0, at_s=DAY_S + 600)])
    assert set(points(source(looks).read([old, new], DAY, NEXT, USE))) == {
        (old.id, metric) for metric in (Metric.CPU_PERCENT, Metric.DISK_KIB_S, Metric.NETWORK_KIB_S)
    }


def test_it_is_well_when_the_last_look_was_good_and_not_long_ago():
    clock = MovableClock()
    with pytest.raises(Absent, match="not been looked at"):
        source(Samples(), clock).check()
    fresh = looked([counted("a", 0)], since=clock.now())
    source(fresh, clock).check()
    with pytest.raises(Busy, match="nova is away"):
        source(looked([], error="nova is away", since=clock.now()), clock).check()
    clock.sleep(1000)
    with pytest.raises(Busy, match="since"):
        source(fresh, clock).check()


def test_the_sources_are_those_that_are_set_and_the_clouds_that_can():
    clouds = [
        cloud("v", CloudKind.VSPHERE),
        cloud("o", CloudKind.OPENSTACK),
        cloud("s", CloudKind.SIMULATED),
        cloud("x", CloudKind.VSPHERE),
    ]
    made = of_clouds(lambda: clouds, Clouds(), Samples(), MovableClock(), without=("x",))
    other = SimpleNamespace(name="prometheus:a")
    assert [(each.name, getattr(each, "simulated", None)) for each in Sources([other], made).all()] == [
        ("diagnostics:o", False),
        ("prometheus:a", None),
        ("simulated:s", True),
        ("vsphere:v", False),
    ]
