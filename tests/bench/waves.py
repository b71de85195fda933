"""Planning the waves of 10,000 systems with 30,000 dependencies, and how its time grows from 1,000 with 3,000.

Peer: networkx on the same graph, condensation and topological generations only: what moves together and in which
order, without dates, room, readiness, freeze windows or reasons. Both from the same lists of codes, CPU time, in
interleaved rounds. What was made before each round is out of the garbage collector's sight, and it looks as seldom as
in a server (`App.settle`), for both.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random
from time import monotonic, process_time
from uuid import UUID

import networkx as nx

from cloudctl.bootstrap import COLLECT_AFTER
from cloudctl.domain.calendars import Calendar
from cloudctl.domain.freezes import Bound, Freeze
from cloudctl.governance.consolidation.slots import Schedule, Size
from cloudctl.governance.consolidation.waves import Mover, Snapshot, WavePlan, plan_waves
from tests.bench.measures import Clock, Goal, Measure, Rounds

SMALL, LARGE = 1_000, 10_000
NEEDS = 3  # dependencies a system
NEAR = 200  # a system needs others that were built about the same time
CIRCLES = 100  # one circle of two for so many systems
START = date(2027, 1, 4)


def measure() -> list[Measure]:
    """The growth, and the ratio to the peer."""
    seen = {size: snapshot(size) for size in (SMALL, LARGE)}
    plans = {size: plan_waves(facts) for size, facts in seen.items()}
    for size, plan in plans.items():
        assert sum(len(wave.places) for wave in plan.waves) == size, "not every system was placed"
    rounds = Rounds()
    contenders: dict[str, Callable[[], Clock]] = {
        "small": partial(_clocked, plan_waves, seen[SMALL]),
        "large": partial(_clocked, plan_waves, seen[LARGE]),
        "peer small": partial(_clocked, _generations, seen[SMALL]),
        "peer large": partial(_clocked, _generations, seen[LARGE]),
    }
    rounds.run(contenders)
    small, large = rounds.cpu("small"), rounds.cpu("large")
    peer_small, peer_large = rounds.cpu("peer small"), rounds.cpu("peer large")
    raw = f"{small * 1000:.0f} ms and {large * 1000:.0f} ms CPU; {len(plans[LARGE].waves)} waves"
    theirs = f"ours {large * 1000:.0f} ms, theirs {peer_large * 1000:.0f} ms CPU"
    return [
        Measure(f"plan waves: {LARGE:,} systems against {SMALL:,}", "itself", large / small, Goal("<=", 12), raw),
        Measure(
            f"the same growth of condensation and generations, {LARGE:,} against {SMALL:,}",
            "networkx",
            peer_large / peer_small,
            None,
            f"{peer_small * 1000:.0f} ms and {peer_large * 1000:.0f} ms CPU",
        ),
        Measure(f"plan waves of {LARGE:,} systems, {LARGE * NEEDS:,} dependencies", "networkx", large / peer_large,
                None, theirs),
    ]  # fmt: skip


def snapshot(systems: int) -> Snapshot:
    """A register on a seed: three zones, four freeze windows, a third of the systems in departments not ready yet."""
    dice = Random(systems)
    codes = [f"s{number:05d}" for number in range(systems)]
    movers = [
        Mover(
            code,
            dice.choice((2, 4, 8, 16, 32)),
            dice.choice((4, 8, 16, 32, 64)) * 1024,
            dice.choice(("extranet", "internet", "private")),
            START + timedelta(days=dice.randrange(300)) if dice.random() < 1 / 3 else None,
        )
        for code in codes
    ]
    needs = []
    for _ in range(systems * NEEDS - systems // CIRCLES):
        one = dice.randrange(1, systems)
        needs.append((codes[one], codes[dice.randrange(max(0, one - NEAR), one)]))
    for _ in range(systems // CIRCLES):
        one = dice.randrange(1, systems)
        needs += [(codes[one - 1], codes[one]), (codes[one], codes[one - 1])]
    return Snapshot(
        movers=movers,
        dependencies=needs,
        others={},
        room=Size(systems=20, vcpu=400, memory_mib=819_200),
        schedule=Schedule(start=START, days=10, calendar=Calendar(), freezes=[_freeze(year) for year in range(4)]),
    )


def _freeze(year: int) -> Freeze:
    """The ten days of a spring session, for one zone only in every other year."""
    begins = datetime(2027 + year, 3, 3, tzinfo=UTC)
    return Freeze(
        name="两会", starts_at=begins, ends_at=begins + timedelta(days=10), binds=[Bound.MIGRATIONS],
        zones=["internet"] if year % 2 else [], reason="重保", created_by=UUID(int=year), created_at=begins,
    )  # fmt: skip


def _generations(seen: Snapshot) -> list[list[int]]:
    graph = nx.DiGraph()
    graph.add_nodes_from(mover.code for mover in seen.movers)
    graph.add_edges_from((needed, system) for system, needed in seen.dependencies)
    return list(nx.topological_generations(nx.condensation(graph)))


def _clocked(act: Callable[[Snapshot], WavePlan | list[list[int]]], seen: Snapshot) -> Clock:
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    began, cpu = monotonic(), process_time()
    made = act(seen)
    clock = Clock(wall_s=monotonic() - began, cpu_s=process_time() - cpu)
    del made
    gc.unfreeze()
    return clock
