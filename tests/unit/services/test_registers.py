"""What the office keeps: departments, systems, the catalogue, clouds, quotas and the address plan."""

from __future__ import annotations

from typing import Any

import pytest

from cloudctl.domain.clouds import CloudKind
from cloudctl.domain.departments import Level
from cloudctl.domain.errors import Conflict, Invalid, NotFound, PolicyDenied, Stale
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.items import NetworkItem, VolumeItem
from cloudctl.domain.quotas import Dimension
from cloudctl.ports.context import platform
from cloudctl.services import addresses, catalogue, clouds, departments, quotas, systems
from tests.factories import Installed
from tests.seeds import CLOUD, ZONE


def code() -> str:
    return f"c{new_id().hex[-10:]}"


def department(city: Installed, **fields: Any) -> Any:
    return departments.create(
        city.ctx, city.people["office-admin"], **{"code": code(), "name": "某局", "level": Level.CITY, **fields}
    )


def test_a_department_stands_in_a_tree_without_loops(city: Installed) -> None:
    top = department(city)
    middle = department(city, parent_id=top.id, level=Level.DISTRICT)
    low = department(city, parent_id=middle.id, level=Level.TOWNSHIP)
    for parent in (top, middle, low):
        with pytest.raises(Invalid) as caught:
            departments.update(city.ctx, city.people["office-admin"], top.id, {"parent_id": parent.id})
        assert caught.value.field == "parent_id"
    moved = departments.update(city.ctx, city.people["office-admin"], low.id, {"parent_id": top.id})
    assert moved.parent_id == top.id
    assert city.audited(action="update/department")[-1]["before"] == {"parent_id": str(middle.id)}


def test_a_department_s_code_is_unique_and_stays(city: Installed) -> None:
    first = department(city)
    with pytest.raises(Conflict) as caught:
        department(city, code=first.code)
    assert caught.value.field == "code"
    with pytest.raises(Invalid):
        departments.update(city.ctx, city.people["office-admin"], first.id, {"code": "new"})
    with pytest.raises(Stale):
        departments.update(city.ctx, city.people["office-admin"], first.id, {"name": "x"}, expected_version=9)
    with pytest.raises(NotFound):
        department(city, parent_id=new_id())


def test_a_department_sees_itself_only(city: Installed) -> None:
    assert departments.get(city.ctx, city.people["officer"], city.ids["fgw"]).id == city.ids["fgw"]
    with pytest.raises(NotFound):
        departments.get(city.ctx, city.people["stranger"], city.ids["fgw"])


def test_an_officer_registers_systems_of_the_own_department(city: Installed) -> None:
    made = systems.create(city.ctx, city.people["officer"], code=code(), name="OA", mlps_level=2, no_state_secrets=True)
    assert made.department_id == city.ids["fgw"]
    with pytest.raises(NotFound):
        systems.create(
            city.ctx,
            city.people["officer"],
            code=code(),
            name="x",
            mlps_level=2,
            no_state_secrets=True,
            department_id=city.ids["czj"],
        )
    with pytest.raises(Invalid) as caught:
        systems.create(
            city.ctx, city.people["office-admin"], code=code(), name="x", mlps_level=2, no_state_secrets=True
        )
    assert caught.value.field == "department_id"
    for act in (systems.get, lambda ctx, who, key: systems.update(ctx, who, key, {"name": "x"})):
        with pytest.raises(NotFound):
            act(city.ctx, city.people["stranger"], made.id)


def test_a_system_s_level_and_classification_exist(city: Installed) -> None:
    made = systems.create(city.ctx, city.people["officer"], code=code(), name="OA", mlps_level=2, no_state_secrets=True)
    before = city.rows()
    with pytest.raises(Invalid) as caught:
        systems.update(city.ctx, city.people["officer"], made.id, {"mlps_level": 6})
    assert caught.value.field == "mlps_level"
    assert systems.get(city.ctx, city.people["officer"], made.id).mlps_level == 2
    with pytest.raises(NotFound):
        systems.create(
            city.ctx,
            city.people["officer"],
            code=code(),
            name="x",
            mlps_level=2,
            no_state_secrets=True,
            classification="Z9999",
        )
    assert city.rows() == before


SIZES = {"name": "x", "vcpu": 2, "memory_mib": 4096, "root_disk_gib": 40}


@pytest.mark.parametrize(("size", "value"), [("vcpu", 4), ("memory_mib", 8192), ("root_disk_gib", 41)])
def test_a_specification_s_sizes_never_change(city: Installed, size: str, value: int) -> None:
    name = code()
    catalogue.put(city.ctx, city.people["office-admin"], "specifications", name, dict(SIZES))
    with pytest.raises(Conflict) as caught:
        catalogue.put(city.ctx, city.people["office-admin"], "specifications", name, {**SIZES, size: value})
    assert caught.value.field == size
    kept: Any = city.read(lambda uow: uow.catalogue.specification(name))
    assert getattr(kept, size) == SIZES[size]


def test_a_specification_is_renamed_and_retired(city: Installed) -> None:
    name = code()
    catalogue.put(city.ctx, city.people["office-admin"], "specifications", name, dict(SIZES))
    fields = {**SIZES, "name": "旧", "retired": True}
    now: Any = catalogue.put(city.ctx, city.people["office-admin"], "specifications", name, fields)
    assert (now.name, now.retired) == ("旧", True)
    assert [event["action"] for event in city.audited() if event["target"]["id"] == name] == [
        "create/catalogue",
        "update/catalogue",
    ]
    assert name not in {entry["code"] for entry in city.ctx.queries.catalogue()["specifications"]}


def test_the_catalogue_has_its_nouns(city: Installed) -> None:
    with pytest.raises(Invalid) as caught:
        catalogue.put(city.ctx, city.people["office-admin"], "toasters", "x", {})
    assert caught.value.field == "noun"


def test_a_cloud_serves_zones_that_exist(city: Installed) -> None:
    fields: dict[str, Any] = {"name": "x", "kind": CloudKind.SIMULATED, "capacity": {}}
    with pytest.raises(NotFound):
        clouds.register(city.ctx, city.people["office-admin"], code=code(), zones=frozenset({"atlantis"}), **fields)
    made = clouds.register(city.ctx, city.people["office-admin"], code=code(), zones=frozenset(), **fields)
    with pytest.raises(NotFound):
        clouds.update(city.ctx, city.people["office-admin"], made.id, {"zones": frozenset({"atlantis"})})
    with pytest.raises(Conflict):
        clouds.register(city.ctx, city.people["office-admin"], code=made.code, zones=frozenset(), **fields)
    now = clouds.update(
        city.ctx,
        city.people["office-admin"],
        made.id,
        {"zones": frozenset({"internet"}), "max_mlps_level": 2, "retired": True},
        expected_version=made.version,
    )
    assert now.zones == {"internet"}
    assert city.audited(action="update/cloud")[-1]["after"]["zones"] == ["internet"]
    with pytest.raises(Invalid):
        clouds.update(city.ctx, city.people["office-admin"], made.id, {"code": "x"})


def limit(city: Installed, dimension: Dimension, amount: int) -> Any:
    return quotas.set_limit(
        city.ctx,
        city.people["office-admin"],
        department_id=city.ids["fgw"],
        cloud=CLOUD,
        zone=ZONE,
        dimension=dimension,
        limit=amount,
    )


def test_a_limit_below_what_is_in_use_stops_growth_of_that_dimension_only(city: Installed) -> None:
    city.delivered([VolumeItem(name="v", size_gib=50, term_months=1)])
    quota = limit(city, Dimension.VOLUME_GIB, 10)
    assert quota.left == -40
    with pytest.raises(PolicyDenied):
        city.submitted([VolumeItem(name="v", size_gib=1, term_months=1)])
    city.delivered([NetworkItem(name="n", prefix_length=28, term_months=1)])
    assert city.audited(action="update/quota")[-1]["before"] == {"limit": 4000}


def test_a_limit_is_not_negative_and_names_what_exists(city: Installed) -> None:
    with pytest.raises(Invalid) as caught:
        limit(city, Dimension.VCPU, -1)
    assert caught.value.field == "limit"
    for wrong in ({"department_id": new_id()}, {"cloud": "none"}, {"zone": "none"}):
        given: dict[str, Any] = {"department_id": city.ids["fgw"], "cloud": CLOUD, "zone": ZONE, **wrong}
        with pytest.raises(NotFound):
            quotas.set_limit(city.ctx, platform("t"), dimension=Dimension.VCPU, limit=1, **given)


@pytest.mark.parametrize("cidr", ["10.9.0.1/16", "nonsense", "10.9.0.0/33", ""])
def test_a_supernet_is_a_network(city: Installed, cidr: str) -> None:
    before = city.rows()
    with pytest.raises(Invalid) as caught:
        addresses.add_supernet(city.ctx, city.people["office-admin"], zone=ZONE, cidr=cidr)
    assert (caught.value.field, city.rows()) == ("cidr", before)


@pytest.mark.parametrize("cidr", ["10.8.0.0/16", "10.8.4.0/24", "10.0.0.0/8", "fd00:8:0:1::/64"])
def test_supernets_of_all_zones_are_disjoint(city: Installed, cidr: str) -> None:
    with pytest.raises(Conflict) as caught:
        addresses.add_supernet(city.ctx, city.people["office-admin"], zone="internet", cidr=cidr)
    assert caught.value.field == "cidr"
