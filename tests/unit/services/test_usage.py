"""Looks at a cloud's counters: when they are due, what is kept of them, and what a failure leaves."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta

import pytest

from cloudctl.domain.clouds import Capability, CloudKind
from cloudctl.domain.errors import Unreachable
from cloudctl.domain.usage import Counters, unpacked
from cloudctl.ports.context import platform
from cloudctl.services import clouds, usage
from tests.factories import Installed
from tests.seeds import CLOUD
from tests.unit.services.running import running, synced

REQUEST = platform("test")


class Counting:
    """Stands in for the counters that the simulated cloud does not have."""

    def __init__(self, city: Installed) -> None:
        self.city = city
        self.asked: list[list[str]] = []
        self.breaks_after: int | None = None

    def counters(self, servers: Collection[str]) -> Iterator[Sequence[Counters]]:
        self.asked.append(sorted(servers))
        for number, server in enumerate(sorted(servers)):
            if number == self.breaks_after:
                raise Unreachable("The cloud did not answer: {words}", effect_unknown=False, words="gone")
            now = self.city.clock.now().timestamp()
            yield [Counters(server=server, at_s=now, steady_s=now, cpu_s=1.0)]


@pytest.fixture
def counting(city: Installed, monkeypatch: pytest.MonkeyPatch) -> Counting:
    """All tests share the city: each begins with a look that is due."""
    city.clock.sleep(3 * 86_400 + 1000)
    made = Counting(city)
    monkeypatch.setitem(usage.DECLARED, CloudKind.SIMULATED, frozenset({Capability.DIAGNOSTICS}))
    monkeypatch.setattr(city.ctx.clouds.provider(city.record), "usage", made)
    return made


def look(city: Installed):
    return usage.look(city.ctx, REQUEST, CLOUD)


def test_a_look_keeps_what_every_present_server_has_counted(counting):
    city = counting.city
    stock = running(city, 3, cidr="172.21.0.0/16")
    synced(city)
    made = look(city)
    assert set(stock.servers) <= set(counting.asked[0])
    last = city.ctx.queries.usage.latest(CLOUD)
    assert (last.at, last.servers, last.error) == (made.at, len(counting.asked[0]), None)
    (kept,) = city.ctx.queries.usage.samples(CLOUD, made.at, made.at + timedelta(seconds=1))
    assert [each.server for each in unpacked(kept.packed)] == counting.asked[0]


def test_it_is_due_once_in_each_interval_counted_from_midnight(counting):
    city = counting.city
    assert look(city) is not None
    moments = []
    for _ in range(40):
        city.clock.sleep(30)
        if made := look(city):
            moments.append(int(made.at.timestamp()))
    assert len(moments) == 4
    assert len({moment // 300 for moment in moments}) == 4
    assert all(moment % 300 < 30 for moment in moments)


def test_a_look_that_fails_in_the_middle_keeps_what_it_saw_and_why(counting):
    city = counting.city
    running(city, 3, cidr="172.22.0.0/16")
    synced(city)
    counting.breaks_after = 2
    made = look(city)
    assert (made.servers, made.error) == (2, "The cloud did not answer: gone")
    assert city.ctx.queries.usage.latest(CLOUD).error == made.error


def test_a_clock_that_is_set_back_does_not_stop_the_looks(counting):
    city = counting.city
    look(city)
    city.clock.sleep(-7200)
    assert look(city) is not None


def test_old_looks_are_forgotten(counting):
    city = counting.city
    first = look(city)
    city.clock.sleep(8 * 86_400)
    second = look(city)
    kept = city.ctx.queries.usage.samples(CLOUD, first.at, second.at + timedelta(seconds=1))
    assert [each.at for each in kept] == [second.at]


def test_a_cloud_that_keeps_its_own_history_is_not_looked_at(city):
    city.clock.sleep(86_400)
    assert look(city) is None


def test_the_clouds_in_use_are_those_that_are_not_retired(city):
    assert CLOUD in [cloud.code for cloud in clouds.in_use(city.ctx, REQUEST)]
