"""Who is affected, and through what."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cloudctl.domain.impacts import ImpactKind
from cloudctl.domain.inventory import CloudObject, ObjectKind
from cloudctl.governance.impact.planner import (
    AppFact,
    Impact,
    Placed,
    ServerFact,
    Snapshot,
    SystemFact,
    assess,
)

FGW, CZJ = UUID(int=1), UUID(int=2)
SERVERS = {
    UUID(int=number): ServerFact(id=UUID(int=number), name=f"web-{number}", system_id=system, department_id=owner)
    for number, system, owner in ((11, UUID(int=21), FGW), (12, None, FGW), (13, UUID(int=22), CZJ))
}
SYSTEMS = {
    UUID(int=number): SystemFact(id=UUID(int=number), code=code, name=code, department_id=owner, contact=contact)
    for number, code, owner, contact in (
        (21, "oa", FGW, "李 1"), (22, "ys", CZJ, "王 2"), (23, "portal", CZJ, "王 3"), (24, "site", FGW, ""),
    )
}  # fmt: skip
NEEDS = {UUID(int=22): [UUID(int=21)], UUID(int=23): [UUID(int=22)], UUID(int=21): [UUID(int=23)]}
SITE = AppFact(
    id=UUID(int=31), code="fgw-site", name="门户", system_id=UUID(int=24), department_id=FGW, servers=(UUID(int=12),)
)


def server(number: int, **more: Any) -> Placed:
    found = {"kind": ObjectKind.SERVER, "native_id": f"s{number}", "name": f"vm-{number}"} | more
    return Placed(cloud="os-1", object=CloudObject(**found), server_id=UUID(int=number))


OBJECTS = [
    server(11, host="compute-1", networks=("n1",)),
    server(12, host="compute-2", networks=("n2",)),
    server(13, host="compute-3", networks=("n1", "n2")),
    server(99, host="compute-1"),
    Placed(cloud="os-1", object=CloudObject(kind=ObjectKind.NETWORK, native_id="n2", name="dmz")),
    Placed(cloud="os-2", object=CloudObject(kind=ObjectKind.NETWORK, native_id="n1", name="dmz")),
    Placed(
        cloud="os-1",
        object=CloudObject(kind=ObjectKind.VOLUME, native_id="v1", name="data", server="s12", host="ceph#1"),
    ),
]


def of(kind: ImpactKind, name: str, **changes: Any) -> Impact:
    given = {"objects": OBJECTS, "servers": SERVERS, "systems": SYSTEMS, "apps": [SITE], "needs": {}} | changes
    return assess(Snapshot(kind=kind, name=name, **given))


def test_a_host_hits_its_servers_systems_and_who_needs_them_once_each() -> None:
    found = of(ImpactKind.HOST, "compute-1", needs=NEEDS)
    assert [server.name for server in found.servers] == ["web-11"]
    assert found.strangers == ("os-1: vm-99",)
    assert [(one.code, one.direct) for one in found.systems] == [("oa", True), ("portal", False), ("ys", False)]
    reasons = {one.code: [reason.words["en"] for reason in one.reasons] for one in found.systems}
    assert reasons["ys"] == ["It needs the system oa."]
    assert reasons["oa"][0] == "vm-11 runs on the host compute-1."
    assert found.departments == (FGW, CZJ)


def test_an_application_and_its_system_are_hit_where_it_stands() -> None:
    found = of(ImpactKind.HOST, "compute-2")
    (app,) = found.apps
    assert (app.code, app.direct, [reason.words["en"] for reason in app.reasons]) == (
        "fgw-site", True, ["It stands on web-12."],
    )  # fmt: skip
    assert [one.code for one in found.systems] == ["site"]


def test_a_network_is_meant_in_its_own_cloud() -> None:
    found = of(ImpactKind.NETWORK, "dmz")
    assert [server.name for server in found.servers] == ["web-12", "web-13"]


def test_a_storage_hits_what_has_disks_on_it() -> None:
    for name in ("data", "v1", "ceph#1"):
        assert [server.name for server in of(ImpactKind.STORAGE, name).servers] == ["web-12"]


def test_a_cloud_hits_all_of_it_and_an_unknown_name_nothing() -> None:
    assert len(of(ImpactKind.CLOUD, "os-1").servers) == 3
    assert not of(ImpactKind.HOST, "compute-9").known
