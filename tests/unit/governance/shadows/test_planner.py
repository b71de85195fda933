"""What counts as a shadow system, and what only looks like one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest

from cloudctl.domain.shadows import ShadowKind, ShadowRules, ShadowSubject
from cloudctl.domain.sweeps import Sweep, SweepKind
from cloudctl.governance.consolidation.duplicates import Pair
from cloudctl.governance.shadows.landscape import Landscape, Machine, Registered
from cloudctl.governance.shadows.planner import Line, Plan, look
from cloudctl.governance.shadows.words import worded

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
RULES = ShadowRules(
    version=1, unknown_hours=24, sweep_days=35, former_days=30, usual_ports=frozenset({22, 9100}),
    usual_processes=frozenset({"sshd"}), duplicate_points=70,
)  # fmt: skip


def named(name: str) -> UUID:
    return uuid5(UUID(int=9), name)


def machine(name: str, address: str = "10.8.0.4", **changes: Any) -> Machine:
    """On record, of the system oa, unless said otherwise."""
    values: dict[str, Any] = {
        "object_id": named(name), "native_id": f"{name}-native", "cloud": "city-a", "name": name,
        "addresses": frozenset({address}), "resource_id": named(f"{name}-record"), "system_id": named("oa"),
        "department_id": named("fgw"), "first_seen_at": NOW - timedelta(days=90),
    }  # fmt: skip
    return Machine(**values | changes)


def stranger(name: str, address: str = "10.8.0.9", **changes: Any) -> Machine:
    """On no record; drift has a finding of it."""
    nobodys = {"resource_id": None, "system_id": None, "department_id": None, "finding_id": named(f"{name}-finding")}
    return machine(name, address, **nobodys | changes)


def system(code: str, check_url: str | None = None, **changes: Any) -> Registered:
    values: dict[str, Any] = {
        "id": named(code), "code": code, "name": f"系统{code}", "department_id": named("fgw"), "check_url": check_url,
        "weight": (False, 0, 0, code),
    }  # fmt: skip
    return Registered(**values | changes)


def sweep(kind: SweepKind, *entries: dict[str, Any], days: int = 1, source: str = "city") -> Sweep:
    at = NOW - timedelta(days=days)
    return Sweep(
        kind=kind, source=source, taken_at=at, entries=list(entries), count=len(entries), digest="",
        imported_by=None, created_at=at,
    )  # fmt: skip


def dns(*pairs: tuple[str, str], **more: Any) -> Sweep:
    records = [{"name": name, "type": "CNAME" if value.isalpha() or ".g" in value else "A", "value": value}
               for name, value in pairs]  # fmt: skip
    return sweep(SweepKind.DNS, *records, **more)


def land(*machines: Machine, systems: tuple[Registered, ...] = (), **more: Any) -> Landscape:
    known = systems or (system("oa"),)
    values: dict[str, Any] = {"blocks": ["10.8.0.0/16"], "systems": {one.id: one for one in known}}
    return Landscape(now=NOW, rules=RULES, machines=machines, **values | more)


def told(plan: Plan) -> list[tuple[str, str]]:
    return [(line.subject.value, line.name) for line in plan.lines]


def only(plan: Plan) -> Line:
    (line,) = plan.lines
    return line


def test_a_server_on_no_record_is_a_shadow_and_one_of_a_system_is_none() -> None:
    plan = look(land(machine("oa-1"), stranger("old")))
    line = only(plan)
    assert (line.kind, line.subject, line.name) == (ShadowKind.UNREGISTERED, ShadowSubject.SERVER, "old")
    assert "old" in worded(line).said["en"]


def test_a_server_on_record_without_a_system_is_a_shadow_of_its_department() -> None:
    line = only(look(land(machine("loose", system_id=None))))
    assert (line.why, line.department_id, line.resource_id) == ("record", named("fgw"), named("loose-record"))


LOOK_ALIKES = {
    "renamed": machine("totally-new-name"),
    "its card is down": machine("oa-1", addresses=frozenset()),
    "seen by a second vCenter": stranger("twin", native_id="oa-1-native"),
    "just made": stranger("young", first_seen_at=NOW - timedelta(hours=3)),
    "under an order": machine("moving", system_id=None, settled=False),
    "unknown, and no finding of drift yet": stranger("passing", finding_id=None),
    "of a cloud that is not read": stranger("far", cloud="city-b"),
}


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_what_only_looks_like_one_is_not_proposed(name: str) -> None:
    plan = look(land(machine("oa-1"), LOOK_ALIKES[name], unread={"city-b"}))
    assert plan.lines == []


def test_of_a_cloud_that_is_not_read_nothing_is_said() -> None:
    before = only(look(land(stranger("far", cloud="city-b"))))
    assert before.id in look(land(stranger("far", cloud="city-b"), unread={"city-b"})).silent


def test_a_name_that_leads_to_an_address_of_ours_without_a_server_is_a_shadow() -> None:
    line = only(look(land(machine("oa-1"), sweeps=[dns(("pay.city.gov.cn", "10.8.7.7"))])))
    assert (line.subject, line.name, line.facts) == (
        ShadowSubject.DNS_NAME, "pay.city.gov.cn", {"addresses": ["10.8.7.7"]},
    )  # fmt: skip


NAMES = {
    "of a server that has a system": ("files.city.gov.cn", "10.8.0.4"),
    "elsewhere": ("www.example.org", "203.0.113.9"),
    "where a system is said to answer": ("oa.city.gov.cn", "10.8.7.7"),
    "that only spells its address": ("ip-10-8-7-7.city.gov.cn", "10.8.7.7"),
    "of the reverse zone": ("7.7.8.10.in-addr.arpa", "10.8.7.7"),
    "of a server whose card is down": ("down.city.gov.cn", "10.8.0.6"),
}


@pytest.mark.parametrize("name", NAMES)
def test_names_that_are_no_shadows(name: str) -> None:
    town = land(
        machine("oa-1"),
        machine("down", "10.8.0.6"),  # an address that it had lately
        systems=(system("oa", "https://oa.city.gov.cn/login"),),
        sweeps=[dns(NAMES[name])],
    )
    assert look(town).lines == []


def test_what_leads_to_a_server_of_nobodys_is_its_evidence_and_counts_once() -> None:
    town = land(
        stranger("old", "10.8.0.9"),
        sweeps=[
            dns(("pay.city.gov.cn", "10.8.0.9"), ("www.pay.city.gov.cn", "pay.city.gov.cn")),
            sweep(SweepKind.CERTIFICATES, {"names": ["pay.city.gov.cn"], "address": "10.8.0.9", "serial": "1"}),
            sweep(SweepKind.SERVICES, {"name": "old", "addresses": ["10.8.0.9"], "listening": [
                {"port": 8443, "process": "java"}, {"port": 22, "process": "sshd"}]}),
        ],
    )  # fmt: skip
    line = only(look(town))
    assert (line.subject, line.name) == (ShadowSubject.SERVER, "old")
    assert line.evidence["names"] == ["pay.city.gov.cn", "www.pay.city.gov.cn"]
    assert line.evidence["certificates"] == ["pay.city.gov.cn"]
    assert line.evidence["listening"] == ["8443 java"]


def test_a_certificate_without_a_server_and_a_name_counts_and_with_its_name_it_does_not_count_twice() -> None:
    met = sweep(SweepKind.CERTIFICATES, {"names": ["hr.city.gov.cn"], "address": "10.8.7.8", "serial": "7"})
    assert told(look(land(sweeps=[met]))) == [("certificate", "hr.city.gov.cn")]
    both = [met, dns(("hr.city.gov.cn", "10.8.7.8"))]
    assert told(look(land(sweeps=both))) == [("dns_name", "hr.city.gov.cn")]
    answered = (system("hr", "hr.city.gov.cn"),)
    assert told(look(land(sweeps=both, systems=answered))) == []


def test_a_socket_that_nobody_declared_is_a_shadow_and_what_every_server_has_is_none() -> None:
    heard = [
        {"port": 22, "process": "sshd"}, {"port": 443, "process": "nginx"}, {"port": 9100, "process": "node_exporter"},
        {"port": 5432, "process": "postgres", "address": "127.0.0.1"},
    ]  # fmt: skip
    host = {"name": "oa-1", "addresses": ["10.8.0.4"], "listening": heard}
    declared = machine("oa-1", ports=frozenset({80, 443}))
    assert look(land(declared, sweeps=[sweep(SweepKind.SERVICES, host)])).lines == []
    more = host | {"listening": [*heard, {"port": 8088, "process": "java"}]}
    line = only(look(land(declared, sweeps=[sweep(SweepKind.SERVICES, more)])))
    assert (line.subject, line.why, line.facts) == (ShadowSubject.SERVICE, "undeclared", {"ports": [8088]})
    assert look(land(machine("oa-1"), sweeps=[sweep(SweepKind.SERVICES, more)])).lines == []  # nobody declared any
    unreached = more | {"reached": False}
    assert look(land(declared, sweeps=[sweep(SweepKind.SERVICES, unreached)])).lines == []


def test_a_host_is_known_by_its_own_id_before_any_address() -> None:
    host = {"name": "x", "addresses": ["10.8.0.4"], "native_id": "OLD-NATIVE", "listening": [{"port": 81}]}
    town = land(
        machine("oa-1", "10.8.0.4", ports=frozenset({80})),
        stranger("old", "10.8.0.9"),
        sweeps=[sweep(SweepKind.SERVICES, host)],
    )
    line = only(look(town))
    assert (line.name, line.evidence["listening"]) == ("old", ["81"])


def test_a_sweep_that_is_too_old_opens_nothing_and_its_source_is_named() -> None:
    plan = look(land(sweeps=[dns(("pay.city.gov.cn", "10.8.7.7"), days=40)]))
    assert plan.lines == []
    assert plan.sources == {(SweepKind.DNS, "city")}


def test_of_a_pair_the_lighter_one_would_go_and_kinds_stay_apart() -> None:
    light, heavy = system("oa"), system("oa2", weight=(True, 500, 0, "oa2"))
    plan = look(land(stranger("old"), systems=(light, heavy),
                     pairs=[Pair(first="oa", second="oa2", score=92, reasons=())]))  # fmt: skip
    duplicate = next(line for line in plan.lines if line.kind is ShadowKind.DUPLICATE)
    assert (duplicate.system_id, duplicate.other_id) == (light.id, heavy.id)
    assert [line.kind for line in plan.lines] == [ShadowKind.UNREGISTERED, ShadowKind.DUPLICATE]
    weak = [Pair(first="oa", second="oa2", score=69, reasons=())]
    assert look(land(systems=(light, heavy), pairs=weak)).lines == []


def test_what_was_registered_stays_so_while_its_system_stands() -> None:
    sweeps = [dns(("pay.city.gov.cn", "10.8.7.7"))]
    line = only(look(land(sweeps=sweeps)))
    assert look(land(sweeps=sweeps, claimed={line.id: named("oa")})).lines == []
    assert only(look(land(sweeps=sweeps, claimed={line.id: named("ended")}))).id == line.id
