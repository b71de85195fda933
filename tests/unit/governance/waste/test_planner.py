"""What counts as waste, what it would give back, and what only looks like it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest

from cloudctl.domain.catalogue import Specification
from cloudctl.domain.drift import Record
from cloudctl.domain.inventory import CloudObject, ObjectKind, ObjectState, ObjectStatus, Recorded, object_id
from cloudctl.domain.waste import Saved, WasteKind
from cloudctl.governance.waste.planner import Line, Stock, Use, look
from cloudctl.governance.waste.words import worded
from cloudctl.policy import measures, prices, waste
from cloudctl.policy.registry import shipped

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=200)
RULES = waste.load(shipped(), prices.load(shipped(), measures.load(shipped()).indicators))
SIZES = {
    code: Specification(code=code, name=code, vcpu=vcpu, memory_mib=memory, root_disk_gib=40, **more)
    for code, vcpu, memory, more in (
        ("s2", 2, 4096, {}), ("s4", 4, 8192, {}), ("s8", 8, 16384, {}), ("m4", 4, 16384, {}),
        ("arm2", 2, 4096, {"architecture": "aarch64"}),
    )
}  # fmt: skip


def named(name: str) -> UUID:
    return uuid5(UUID(int=3), name)


def record(name: str, kind: ObjectKind = ObjectKind.SERVER, **changes: Any) -> Record:
    values: dict[str, Any] = {
        "id": named(name), "kind": kind, "cloud": "city-a", "name": name, "state": "active", "zone": "extranet",
        "backend_id": name, "department_id": named("fgw"), "system_id": named("oa"), "claimed": False,
        "gone_at": None, "expires_on": None, "since": LONG_AGO, "order": None, "order_state": None,
        "applicant_gone": False,
    }  # fmt: skip
    if kind is ObjectKind.SERVER:
        values |= {"vcpu": 8, "memory_mib": 16384, "disk_gib": 40, "network_id": named("net")}
    return Record(**values | changes)


def thing(name: str, kind: ObjectKind = ObjectKind.SERVER, *, ours: bool = True, **changes: Any) -> Recorded:
    values: dict[str, Any] = {"kind": kind, "native_id": name, "name": name, "status": ObjectStatus.ACTIVE}
    misses = changes.pop("misses", 0)
    return Recorded(
        id=object_id("city-a", kind, name), cloud="city-a", state=ObjectState.PRESENT, misses=misses,
        resource_id=named(name) if ours else None, first_seen_at=LONG_AGO, seen_at=LONG_AGO, changed_at=LONG_AGO,
        object=CloudObject(**values | changes),
    )  # fmt: skip


def stock(*pairs: tuple[Record, Recorded], **more: Any) -> Stock:
    values: dict[str, Any] = {"specifications": SIZES, "of_server": {pairs[0][0].id: "s8"} if pairs else {}}
    return Stock(
        cloud="city-a", now=NOW, rules=RULES, records=[one for one, _ in pairs],
        objects={one.id: seen for one, seen in pairs}, **values | more,
    )  # fmt: skip


def lines(*pairs: tuple[Record, Recorded], **more: Any) -> list[Line]:
    return list(look(stock(*pairs, **more)))


def use(cpu: float = 8.0, memory: float = 20.0, **changes: Any) -> Use:
    values = {"covered": 0.95, "cpu_p95": cpu, "cpu_most": cpu * 2, "memory_p95": memory, "memory_most": memory + 5}
    return Use(**values | changes)


def off(days: float, **more: Any) -> tuple[Record, Recorded, dict[str, Any]]:
    seen = thing("web", status=ObjectStatus.STOPPED)
    return record("web"), seen, {"since": {(seen.id, "status"): NOW - timedelta(days=days)}, **more}


def test_a_server_that_is_off_for_long_gives_its_own_size_back() -> None:
    one, seen, more = off(31)
    (line,) = lines((one, seen), **more)
    assert (line.kind, line.saved) == (WasteKind.POWERED_OFF, Saved(vcpu=8, memory_mib=16384, disk_gib=40))
    assert "2026-10-20" in worded(line).said["en"]


NOT_OFF = {
    "switched off yesterday": off(1),
    "a clearing is about it": off(90, spoken_for={named("web")}),
    "standby by declaration": off(90, purposes={named("web"): "standby"}),
    "its system is for disasters": off(90, purposes={named("oa"): "disaster_recovery"}),
    "protected": off(90, protected={named("web")}),
}


@pytest.mark.parametrize("name", NOT_OFF)
def test_servers_that_are_off_and_no_waste(name: str) -> None:
    one, seen, more = NOT_OFF[name]
    assert lines((one, seen), **more) == []


def test_what_an_order_works_on_or_a_sync_missed_is_left_alone() -> None:
    _, seen, more = off(90)
    assert lines((record("web", claimed=True), seen), **more) == []
    assert lines((record("web", state="retained"), seen), **more) == []
    missed = thing("web", status=ObjectStatus.STOPPED, misses=1)
    assert lines((record("web"), missed), **more) == []


def test_a_declaration_about_a_server_goes_before_that_of_its_system() -> None:
    one, seen, more = off(90, purposes={named("oa"): "standby", named("web"): "ordinary"})
    assert [line.kind for line in lines((one, seen), **more)] == [WasteKind.POWERED_OFF]


def loose(days: float | None, **changes: Any) -> tuple[tuple[Record, Recorded], dict[str, Any]]:
    seen = thing("data", ObjectKind.VOLUME, disk_gib=500, **changes)
    since = {} if days is None else {(seen.id, "server"): NOW - timedelta(days=days)}
    return (record("data", ObjectKind.VOLUME, disk_gib=500), seen), {"since": since}


def test_a_disk_on_nothing_is_waste_after_a_month_and_one_detached_for_an_hour_is_none() -> None:
    pair, more = loose(31)
    (line,) = lines(pair, **more)
    assert (line.kind, line.saved, line.resource_id) == (WasteKind.ORPHAN_DISK, Saved(disk_gib=500), named("data"))
    pair, more = loose(1 / 24)
    assert lines(pair, **more) == []
    pair, more = loose(None, server="web")  # it hangs on a server in the cloud, whatever the record says
    assert lines(pair, **more) == []
    on_record = record("data", ObjectKind.VOLUME, disk_gib=500, server_id=named("web"))
    assert lines((on_record, thing("data", ObjectKind.VOLUME))) == []


def test_a_disk_that_was_delivered_lately_is_none_however_long_the_inventory_knows_it() -> None:
    pair, _ = loose(None)
    young = record("data", ObjectKind.VOLUME, disk_gib=500, since=NOW - timedelta(days=3))
    assert lines((young, pair[1])) == []


def test_an_address_that_leads_to_nothing_and_one_that_leads_to_a_server() -> None:
    one = record("ip", ObjectKind.ADDRESS, server_id=named("web"))
    (line,) = lines((one, thing("ip", ObjectKind.ADDRESS)))
    assert (line.kind, line.saved) == (WasteKind.UNUSED_ADDRESS, Saved(addresses=1))
    assert lines((one, thing("ip", ObjectKind.ADDRESS, server="web"))) == []


def test_a_segment_with_nothing_on_it_since_its_last_server_went() -> None:
    net, seen = record("net", ObjectKind.NETWORK), thing("net", ObjectKind.NETWORK)
    (line,) = lines((net, seen))
    assert (line.kind, line.saved) == (WasteKind.IDLE_SEGMENT, Saved())
    assert lines((net, seen), emptied={named("net"): NOW - timedelta(days=5)}) == []
    assert [one.kind for one in lines((net, seen), emptied={named("net"): NOW - timedelta(days=61)})] == [line.kind]
    assert lines((net, seen), (record("web"), thing("web"))) == []  # a record stands on it
    foreign = thing("stranger", ours=False, networks=("net",))
    assert lines((net, seen), others=[foreign]) == []  # something that no record has does


def snapshot(name: str = "before-upgrade", days: int = 100, **changes: Any) -> Recorded:
    return thing(
        name,
        ObjectKind.SNAPSHOT,
        ours=False,
        server="web",
        disk_gib=40,
        created_at=NOW - timedelta(days=days),
        **changes,
    )


def test_an_old_snapshot_is_its_departments_to_say_and_what_is_kept_on_purpose_is_none() -> None:
    web = (record("web"), thing("web"))
    (line,) = lines(web, others=[snapshot()])
    assert (line.kind, line.department_id, line.saved) == (WasteKind.OLD_SNAPSHOT, named("fgw"), Saved(disk_gib=40))
    assert lines(web, others=[snapshot(days=10)]) == []
    for kept in (
        snapshot("backup-2026"), snapshot("每月备份"), snapshot(tags=("clearing",)), snapshot(key=named("ours")),
    ):  # fmt: skip
        assert lines(web, others=[kept]) == []
    assert lines(others=[snapshot()]) == []  # of a server that no record has: drift says so


def sized(given: Use | None, **more: Any) -> list[Line]:
    seen = thing("web")
    return lines((record("web"), seen), uses={} if given is None else {seen.id: given}, **more)


def test_a_server_that_does_little_is_proposed_the_smallest_size_that_is_enough() -> None:
    (line,) = sized(use(cpu=8, memory=20))
    assert (line.kind, line.specification) == (WasteKind.OVERSIZED, "s4")  # memory needs 16384 * 25 / 95 = 4312
    assert line.saved == Saved(vcpu=4, memory_mib=8192)
    assert "P95 of CPU was 8 %" in worded(line).said["en"]


@pytest.mark.parametrize(
    ("given", "specification"),
    [
        (use(cpu=11, memory=10), "s2"),
        (use(cpu=12, memory=60), "m4"),  # memory stays, CPU halves
        (use(cpu=20, memory=10), "s4"),
        (use(cpu=40, memory=10), None),
        (use(cpu=5, memory=10, cpu_most=99.0), None),  # works at its peak
        (use(cpu=5, memory=70), "m4"),
        (use(cpu=5, memory=10, covered=0.79), None),
        (use(cpu=5, memory=10, memory_p95=None), "m4"),  # memory was not measured: it stays
        (None, None),
    ],
)
def test_how_much_is_enough(given: Use | None, specification: str | None) -> None:
    assert [line.specification for line in sized(given)] == ([specification] if specification else [])


@pytest.mark.parametrize("purpose", sorted(RULES.oversized.spared))
def test_what_waits_for_its_hour_is_not_proposed(purpose: str) -> None:
    assert sized(use(cpu=1, memory=5), purposes={named("oa"): purpose}) == []


def test_batch_work_keeps_its_worst_hour_under_the_aim() -> None:
    given = use(cpu=5, memory=10, cpu_most=40.0)
    assert [line.specification for line in sized(given)] == ["s4"]
    assert sized(use(cpu=5, memory=10, cpu_most=40.0), purposes={named("web"): "batch"}) == []


def test_a_server_that_was_resized_within_the_window_or_has_processors_of_its_own() -> None:
    seen = thing("web")
    recent = {(seen.id, "vcpu"): NOW - timedelta(days=10)}
    assert sized(use(), since=recent) == []
    assert sized(use(cpu=8, memory=10), of_server={}) == []  # two architectures, and nobody knows which
    only = {code: one for code, one in SIZES.items() if code != "arm2"}
    assert [line.specification for line in sized(use(cpu=8, memory=10), of_server={}, specifications=only)] == ["s2"]
    larger_disk = record("web", disk_gib=80)
    assert lines((larger_disk, seen), uses={seen.id: use()}) == []  # a root disk does not shrink
