from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from cloudctl.domain.accounts import Role
from cloudctl.domain.catalogue import Zone
from cloudctl.domain.clouds import Cloud, CloudKind
from cloudctl.domain.departments import Level
from cloudctl.domain.errors import Conflict
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.quotas import Dimension
from cloudctl.domain.resources import Tenant
from cloudctl.domain.servers import Server
from cloudctl.ports.context import platform
from cloudctl.services import accounts, cities
from tests.factories import Installed, installation


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Installed]:
    with installation(tmp_path) as made:
        yield made


def plan(code: str = "wjw") -> cities.City:
    return cities.City(
        catalogue=[Zone(code="dmz", name="DMZ", name_en="DMZ", max_mlps_level=3)],
        clouds=[Cloud(code="sim-2", name="二号云", kind=CloudKind.SIMULATED, zones=frozenset({"dmz"}), capacity={})],
        supernets={"dmz": ["10.20.0.0/16"]},
        departments=[(code, "卫健委", Level.CITY, None), (f"{code}-1", "一处", Level.DISTRICT, code)],
        people=[cities.Person(login="wang", name="王", role=Role.DEPARTMENT_OFFICER, department=code)],
        systems=[(code, "his", "HIS", 3)],
        quota={Dimension.SERVERS: 1, Dimension.VCPU: 4},
        quota_zones=[("sim-2", "dmz")],
    )


def test_a_city_is_there_at_once(city: Installed) -> None:
    made = cities.register(city.ctx, platform("demo"), plan())
    assert set(made.departments) == {"wjw", "wjw-1"}
    assert made.networks["wjw"].cidr_v4 == "10.20.0.0/24"
    assert accounts.authenticate(city.ctx, made.tokens["wang"]).department_id == made.departments["wjw"]
    assert city.audited(action="create/city")[-1]["after"] == {"departments": 2, "systems": 1, "people": 1}


def test_who_is_absent_has_an_account_and_no_token(city: Installed) -> None:
    whole = plan()
    whole.people.append(
        cities.Person(login="away", name="李", role=Role.DEPARTMENT_HEAD, department="wjw", absent=True)
    )
    made = cities.register(city.ctx, platform("demo"), whole)
    assert (set(made.accounts), set(made.tokens)) == ({"wang", "away"}, {"wang"})


def test_or_it_is_not(city: Installed) -> None:
    before = city.rows()
    with pytest.raises(Conflict):
        cities.register(city.ctx, platform("demo"), plan("fgw"))
    assert city.rows() == before


def test_what_runs_already_is_adopted_past_the_limit(city: Installed) -> None:
    made = cities.register(city.ctx, platform("demo"), plan())
    key = made.departments["wjw"]
    network = made.networks["wjw"]
    servers = [
        Server(
            id=new_id(),
            order_id=None,
            item=0,
            department_id=key,
            system_id=made.systems["his"],
            cloud="sim-2",
            zone="dmz",
            name=f"his-{number}",
            created_at=city.clock.now(),
            specification="s2",
            vcpu=4,
            memory_mib=8192,
            root_disk_gib=40,
            image="openeuler",
            network_id=network.id,
            backend_id=f"b-{number}",
        )
        for number in range(3)
    ]
    tenant = Tenant(department_id=key, cloud="sim-2", backend_id="t-1")
    city.clock.move(hours=15, minutes=30)  # past midnight in Shanghai, not in UTC
    assert cities.adopt(city.ctx, platform("demo"), [tenant], [network, *servers]) == 4
    kept = city.resource(servers[0].id)
    assert (kept.state, kept.expires_on) == ("active", date(2027, 3, 3))
    quotas = city.read(lambda uow: uow.quotas.of(key, "sim-2", "dmz"))
    assert (quotas[Dimension.SERVERS].committed, quotas[Dimension.VCPU].left) == (3, -8)
