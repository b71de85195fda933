"""Whose turn it is, what is left of a run, and who may give leave."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudctl.domain.errors import Conflict, Forbidden, Refused
from cloudctl.domain.runs import HostStats, Played, Room, Run, Waiting, whose_turn

NOW = datetime(2026, 11, 22, tzinfo=UTC)
A, B, C = (UUID(int=number) for number in (1, 2, 3))


def waits(number: int, *hosts: int, zone: str = "extranet") -> Waiting:
    return Waiting(UUID(int=100 + number), zone, frozenset(UUID(int=host) for host in hosts))


def turn(waiting: list[Waiting], going: list[Waiting] | None = None, **room: Any) -> list[int]:
    limits = Room(**{"at_once": 10, "per_zone": 10} | room)
    return [key.int - 100 for key in whose_turn(waiting, going or [], limits)]


def test_a_host_belongs_to_one_run_at_a_time() -> None:
    assert turn([waits(1, 1), waits(2, 1), waits(3, 2)]) == [1, 3]
    assert turn([waits(1, 1)], [waits(9, 1)]) == []


def test_nobody_overtakes_who_waits_for_the_same_host() -> None:
    """Else a run on many hosts would wait for ever."""
    assert turn([waits(1, 1, 2), waits(2, 2), waits(3, 3)], [waits(9, 1)]) == [3]


def test_zones_have_limits_and_one_may_have_its_own() -> None:
    three = [waits(number, number) for number in (1, 2, 3)]
    assert turn(three, per_zone=2) == [1, 2]
    assert turn(three, zones={"extranet": 1}) == [1]
    assert turn([*three, waits(4, 4, zone="internet")], zones={"extranet": 1}) == [1, 4]
    assert turn(three, [waits(9, 9)], at_once=2) == [1]


runs_ = st.lists(
    st.tuples(st.sets(st.integers(1, 5), min_size=1, max_size=3), st.sampled_from(["x", "y"])), max_size=8
).map(lambda found: [waits(number, *hosts, zone=zone) for number, (hosts, zone) in enumerate(found)])


@given(runs_, st.integers(1, 4), st.integers(1, 4))
def test_no_two_that_go_share_a_host_and_the_first_always_goes(
    waiting: list[Waiting], at_once: int, per_zone: int
) -> None:
    chosen = set(whose_turn(waiting, [], Room(at_once=at_once, per_zone=per_zone)))
    going = [run for run in waiting if run.id in chosen]
    hosts = [host for run in going for host in run.hosts]
    assert len(hosts) == len(set(hosts))
    assert len(going) <= at_once
    assert max((sum(run.zone == zone for run in going) for zone in "xy"), default=0) <= per_zone
    assert not waiting or waiting[0].id in chosen


def run(**fields: Any) -> Run:
    names = {str(A): "a", str(B): "b", str(C): "c"}
    values = {"playbook": "p", "hosts": [A, B, C], "names": names, "zone": "extranet", "state": "queued"}
    return Run(**{**values, "created_at": NOW, **fields})


def test_what_is_left_is_what_failed_was_out_of_reach_or_never_came_to_its_end() -> None:
    begun = run(state="running")
    stats = {"a": HostStats(ok=3), "b": HostStats(ok=1, unreachable=1)}
    begun.end(Played(outcome="failed", stats=stats, reason="b: gone", failed_task="Look"), NOW)
    assert begun.left == [B, C]
    assert begun.words == {"en": "b: gone", "zh_CN": "b: gone"}
    begun.require_resumable()
    cut = run(state="running")
    cut.end(Played(outcome="cancelled", stats={"a": HostStats(ok=3)}, unfinished=("a",)), NOW)
    assert cut.left == [A, B, C]


def test_only_what_did_not_succeed_is_gone_on_with() -> None:
    done = run(state="running")
    done.end(Played(outcome="succeeded", stats={name: HostStats(ok=1) for name in "abc"}), NOW)
    for each in (done, run(state="running"), run()):
        with pytest.raises(Conflict):
            each.require_resumable()


def test_leave_is_a_second_persons_and_for_one_tree() -> None:
    asker, deputy, other = uuid4(), uuid4(), uuid4()
    asked = run(state="asked", asked_by=deputy, asked_for=asker, digest="one")
    for persons in ({asker}, {deputy}, {other, asker}):
        with pytest.raises(Forbidden):
            asked.approve(other, frozenset(persons), NOW)
    asked.approve(other, frozenset({other}), NOW)
    asked.begin(NOW)
    with pytest.raises(Conflict):
        asked.play("another", NOW)
    asked.play("one", NOW)
    assert (asked.attempts, asked.playing_since) == (1, NOW)


def test_a_call_off_ends_what_waits_and_asks_what_plays() -> None:
    waiting, playing = run(), run(state="running")
    waiting.stop()
    playing.stop()
    assert (waiting.state, playing.state) == ("cancelled", "stopping")
    with pytest.raises(Refused):
        waiting.stop()
