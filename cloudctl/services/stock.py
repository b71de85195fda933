"""What a look for waste looks at: a cloud that was read well, our records of it, and what was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from cloudctl.domain.calendars import DAY, today_for_people
from cloudctl.domain.catalogue import Specification
from cloudctl.domain.inventory import ObjectKind
from cloudctl.domain.metrics import Metric
from cloudctl.governance.waste.planner import Stock, Use
from cloudctl.ports.context import Context
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import telemetry
from cloudctl.services.landscapes import read_well

SIZES = ("code", "name", "vcpu", "memory_mib", "root_disk_gib", "architecture", "xinchuang")


def uses(ctx: Context) -> Mapping[UUID, Use]:
    """What was measured of each server over the window that ended yesterday, by its object; no transaction is open."""
    last = today_for_people(ctx.clock.now()) - DAY
    first = last - timedelta(days=ctx.waste_rules.oversized.window_days - 1)
    spreads = telemetry.scan(ctx, first, last, [Metric.CPU_PERCENT, Metric.MEMORY_PERCENT])
    cpu, memory = spreads.get(Metric.CPU_PERCENT, {}), spreads.get(Metric.MEMORY_PERCENT, {})
    return {
        key: Use(
            covered=min(cpu[key].covered, memory[key].covered),
            cpu_p95=cpu[key].p95,
            cpu_most=cpu[key].most,
            memory_p95=memory[key].p95,
            memory_most=memory[key].most,
        )
        for key in cpu.keys() & memory.keys()
    }


def specifications(ctx: Context) -> Mapping[str, Specification]:
    """What can be ordered, by code."""
    return {
        str(entry["code"]): Specification(**{name: entry[name] for name in SIZES})  # type: ignore[arg-type]
        for entry in ctx.queries.catalogue()["specifications"]
    }


def stocks(
    ctx: Context, uow: UnitOfWork, used: Mapping[UUID, Use], sizes: Mapping[str, Specification]
) -> tuple[Sequence[Stock], frozenset[str]]:
    """Each cloud that was read well, and the codes of those that were not: of them nothing can be said."""
    found, unread = [], set()
    purposes = uow.waste.purposes()
    spoken_for = {server for clearing in uow.clearings.standing() for server in clearing.servers}
    for cloud in uow.clouds.all():
        if cloud.retired or not read_well(ctx, uow, cloud.code):
            unread.add(cloud.code)
            continue
        records = uow.drift.records(cloud.code)
        living = {record.id for record in records}
        present = list(uow.inventory.of(cloud.code))
        objects = {thing.resource_id: thing for thing in present if thing.resource_id in living}
        found.append(
            Stock(
                cloud=cloud.code,
                now=uow.now,
                rules=ctx.waste_rules,
                records=records,
                objects={key: thing for key, thing in objects.items() if key is not None},
                others=[thing for thing in present if thing.resource_id not in living],
                since=uow.waste.since([thing.id for thing in objects.values()]),
                specifications=sizes,
                of_server=uow.waste.specifications(cloud.code),
                protected=uow.waste.protected(cloud.code),
                spoken_for=spoken_for,
                uses=used,
                purposes=purposes,
                emptied=uow.waste.emptied([record.id for record in records if record.kind is ObjectKind.NETWORK]),
            )
        )
    return found, frozenset(unread)
