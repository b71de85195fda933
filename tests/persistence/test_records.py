"""Domain objects come back as they were put on record."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.exc import StatementError

from cloudctl.domain.accounts import Permission, Role, Token
from cloudctl.domain.addresses import Address
from cloudctl.domain.catalogue import Classification, Image, Specification, VolumeType
from cloudctl.domain.errors import Conflict, NotFound, Stale
from cloudctl.domain.exemptions import Exemption
from cloudctl.domain.items import DiskAsk, NetworkItem, ServerItem
from cloudctl.domain.orders import Backup
from cloudctl.domain.placements import Placement
from cloudctl.domain.policies import Effect, Finding, Ruling
from cloudctl.domain.quotas import Dimension
from cloudctl.domain.resources import Tenant
from cloudctl.domain.servers import Server
from cloudctl.domain.volumes import Volume
from tests.persistence.records import START, City, Database, account, department, system


def test_order_comes_back_whole(city: City, database: Database) -> None:
    finding = Finding(rule="mlps", version=1, effect=Effect.WARN, reason={"en": "because", "zh_CN": "因为"})
    items = [
        NetworkItem(name="seg", term_months=12),
        ServerItem(
            name="web",
            term_months=12,
            count=2,
            specification="s2",
            image="debian",
            network="seg",
            disks=(DiskAsk(size_gib=100),),
            user_data=b"\x00\xff",
        ),
    ]
    made = city.order(items=items, ruling=Ruling(findings=(finding,)), backup=Backup.DAILY, go_live_on=date(2026, 5, 1))
    with database.work() as uow:
        order = uow.orders.get(made.id)
        assert order is not made
        assert order.items == items
        assert order.ruling == Ruling(findings=(finding,))
        assert (order.backup, order.go_live_on, order.version) == (Backup.DAILY, date(2026, 5, 1), 1)
        assert (order.created_at, order.created_at.tzinfo) == (START, UTC)
        assert order.title == "两台云主机"
        order.advance("submit")
    with database.work() as uow:
        assert uow.orders.get(made.id).version == 2


def test_lists_and_dicts_may_be_changed_in_place(city: City, database: Database) -> None:
    made = city.order()
    place = Placement(items=(0,), cloud="sim", reasons=({"en": "sim: 80% left", "zh_CN": "sim"},))
    with database.work() as uow:
        order, cloud = uow.orders.get(made.id), uow.clouds.by_code("sim")
        order.placements.append(place)
        cloud.capacity[Dimension.VCPU] = 7
    with database.work() as uow:
        assert uow.orders.lock(made.id).placements == [place]
        cloud = uow.clouds.get(city.cloud.id)
        assert (cloud.capacity[Dimension.VCPU], cloud.room(Dimension.VCPU), cloud.version) == (7, 14, 2)
        assert [cloud.code for cloud in uow.clouds.all()] == ["sim"]


def test_instants_are_kept_in_utc_and_never_guessed(city: City, database: Database) -> None:
    made = city.order(submitted_at=datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=timezone(timedelta(hours=8))))
    with database.work() as uow:
        submitted = uow.orders.get(made.id).submitted_at
        assert submitted == datetime(2026, 3, 2, 1, 30, 0, 123456, tzinfo=UTC)
        assert submitted.utcoffset() == timedelta(0)
    with pytest.raises(StatementError, match="only aware datetimes"), database.work() as uow:
        uow.orders.get(made.id).delivered_at = datetime(2026, 3, 2)  # noqa: DTZ001


def test_accounts_and_tokens(city: City, database: Database) -> None:
    reviewer = account("reviewer", None, Role.OFFICE_REVIEWER)
    token = Token(
        account_id=city.officer.id,
        name="laptop",
        digest=b"\x01" * 32,
        scopes=frozenset({Permission.ORDERS_READ, Permission.QUOTAS_READ}),
        expires_at=START + timedelta(days=30),
        created_at=START,
    )
    with database.work() as uow:
        uow.accounts.add(reviewer)
        uow.tokens.add(token)
    with database.work() as uow:
        assert uow.accounts.any()
        found = uow.accounts.by_login("officer")
        assert found is not None
        assert found.roles == {Role.DEPARTMENT_OFFICER}
        assert uow.accounts.by_login("nobody") is None
        assert [a.login for a in uow.accounts.with_role("office-reviewer", None)] == ["reviewer"]
        assert [a.login for a in uow.accounts.with_role("department-officer", city.department.id)] == ["officer"]
        assert uow.accounts.with_role("department-head", city.department.id) == []
        pair = uow.tokens.by_digest(b"\x01" * 32)
        assert pair is not None
        assert (pair[0].scopes, pair[1].login) == (token.scopes, "officer")
        assert uow.tokens.by_digest(b"\x02" * 32) is None
        assert uow.tokens.by_name(city.officer.id, "laptop") is pair[0]
        assert uow.tokens.by_name(city.officer.id, "phone") is None


def test_catalogue(database: Database) -> None:
    entries = (
        Specification(code="s2", name="2C4G", vcpu=2, memory_mib=4096, root_disk_gib=40),
        Image(
            code="debian",
            name="Debian 12",
            os_family="linux",
            architecture="x86_64",
            min_disk_gib=10,
            login_user="debian",
            names={"sim": "debian-12"},
        ),
        VolumeType(code="ssd", name="SSD", names={}, retired=True),
        Classification(code="A1", name="Office"),
    )
    with database.work() as uow:
        for entry in entries:
            uow.catalogue.add(entry)
    with database.work() as uow:
        assert uow.catalogue.specification("s2").memory_mib == 4096
        assert uow.catalogue.image("debian").names == {"sim": "debian-12"}
        assert uow.catalogue.volume_type("ssd").retired
        assert uow.catalogue.classification("A1").name == "Office"
        with pytest.raises(NotFound, match="no zone moon"):
            uow.catalogue.zone("moon")


def test_resources_of_all_kinds(city: City, database: Database) -> None:
    order = city.order()
    network = city.network(order_id=order.id)
    server = city.server(network.id, order_id=order.id, item=1, ssh_keys=["ssh-ed25519 AAAA"], user_data=b"sealed")
    base: dict[str, Any] = {
        "order_id": order.id,
        "department_id": city.department.id,
        "system_id": city.system.id,
        "cloud": "sim",
    }
    rest = base | {"zone": "egov", "created_at": START, "server_id": server.id, "item": 2}
    volume = Volume(id=uuid4(), name="data", size_gib=100, volume_type="ssd", **rest)
    address = Address(id=uuid4(), name="public", **rest)
    with database.work() as uow:  # in no particular order: their references are checked at commit
        for resource in (address, volume, server, network):
            uow.resources.add(resource)
    with database.work() as uow:
        assert [r.name for r in uow.resources.of_order(order.id)] == ["seg", "web-1", "data", "public"]
        assert [r.id for r in uow.resources.of_server(server.id)] == [volume.id, address.id]
        assert uow.resources.on_network(network.id) == 1
        found = uow.resources.lock(volume.id)
        found.claim(order.id, "items")
        assert uow.resources.claimed_by(order.id) == [found]
        for event in ("build", "activate", "release", "retain"):
            found.advance(event)
        found.purge_after = START
        active = uow.resources.get(server.id)
        active.state, active.expires_on = "active", date(2026, 6, 1)
        assert uow.resources.ending_on(date(2026, 6, 1)) == [active]
        assert uow.resources.ending_on(date(2026, 6, 2)) == []
    with database.work() as uow:
        assert [r.id for r in uow.resources.due_for_purge(START)] == [volume.id]
        assert uow.resources.due_for_purge(START - timedelta(seconds=1)) == []
        server_found = uow.resources.get(server.id)
        assert isinstance(server_found, Server)
        assert (server_found.ssh_keys, server_found.user_data) == (["ssh-ed25519 AAAA"], b"sealed")
        server_found.state = "undone"
        assert uow.resources.on_network(network.id) == 0
        with pytest.raises(NotFound):
            uow.resources.get(uuid4())


def test_a_part_of_nothing_is_refused_at_commit(city: City, database: Database) -> None:
    with pytest.raises(Conflict, match="not on record"), database.work() as uow:
        uow.resources.add(city.server(uuid4()))


def test_order_numbers_run_by_year_and_leave_no_gap(database: Database) -> None:
    with database.work() as uow:
        assert [uow.orders.next_number(2026), uow.orders.next_number(2026)] == ["2026-000001", "2026-000002"]
    with pytest.raises(ZeroDivisionError), database.work() as uow:
        assert uow.orders.next_number(2026) == f"2026-00000{3 // 0}"
    with database.work() as uow:
        assert (uow.orders.next_number(2026), uow.orders.next_number(2027)) == ("2026-000003", "2027-000001")


def test_orders_due_for_correction(city: City, database: Database) -> None:
    due = city.order("2026-000001", state="returned", correction_due=START)
    city.order("2026-000002", state="returned", correction_due=START + timedelta(seconds=1))
    city.order("2026-000003", state="submitted", correction_due=START)
    with database.work() as uow:
        assert [order.id for order in uow.orders.due_for_correction(START)] == [due.id]


def test_exemptions_in_force(city: City, database: Database) -> None:
    def exemption(**fields: Any) -> Exemption:
        standard: dict[str, Any] = {
            "rule": "size",
            "department_id": city.department.id,
            "system_id": None,
            "reason": "relief",
        }
        more: dict[str, Any] = {"approved_by": city.officer.id, "ends_on": date(2026, 3, 2), "created_at": START}
        return Exemption(**(standard | more | fields))

    standing, over = exemption(), exemption(ends_on=date(2026, 3, 1))
    with database.work() as uow:
        for one in (standing, over, exemption(revoked_at=START)):
            uow.exemptions.add(one)
    with database.work() as uow:
        assert [e.id for e in uow.exemptions.in_force(city.department.id, START)] == [standing.id]
        evening_in_shanghai = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)  # it is the third there
        assert uow.exemptions.in_force(city.department.id, evening_in_shanghai) == []


def test_tenants(city: City, database: Database) -> None:
    with database.work() as uow:
        assert uow.tenants.get(city.department.id, "sim") is None
        uow.tenants.add(Tenant(department_id=city.department.id, cloud="sim", backend_id="p-1"))
    with database.work() as uow:
        tenant = uow.tenants.get(city.department.id, "sim")
        assert tenant is not None
        assert tenant.backend_id == "p-1"
    with pytest.raises(Conflict), database.work() as uow:
        uow.tenants.add(Tenant(department_id=city.department.id, cloud="sim", backend_id="p-2"))


@pytest.mark.parametrize("noun", ["departments", "accounts", "systems", "orders"])
def test_taken_names_are_told_by_field(city: City, database: Database, noun: str) -> None:
    city.order("2026-000001")
    twin, field = {
        "departments": (department("civil-affairs"), "code"),
        "accounts": (account("officer", None), "login"),
        "systems": (system(city.department.id, "relief"), "code"),
        "orders": (city.unsaved_order("2026-000001"), "number"),
    }[noun]
    with pytest.raises(Conflict) as refused, database.work() as uow:
        getattr(uow, noun).add(twin)
    assert refused.value.field == field
    assert refused.value.way_out
    assert field in str(refused.value)


def test_a_foreign_key_that_leads_nowhere_is_a_conflict(database: Database) -> None:
    with pytest.raises(Conflict, match="not on record"), database.work() as uow:
        uow.systems.add(system(uuid4(), "nobody"))


def test_absent_ones_are_not_found(database: Database) -> None:
    with database.work() as uow:
        for store in (uow.departments, uow.accounts, uow.systems, uow.orders, uow.exemptions, uow.notices, uow.clouds):
            with pytest.raises(NotFound):
                store.get(uuid4())
        with pytest.raises(NotFound):
            uow.clouds.by_code("moon")
        assert uow.departments.by_code("moon") is None
        assert uow.systems.by_code("moon") is None


def test_overtaken_changes_are_stale(city: City, database: Database) -> None:
    with database.work() as uow:
        mine = uow.departments.get(city.department.id)
    with database.work() as uow:
        uow.departments.get(city.department.id).name = "First"
    mine.name = "Second"
    with pytest.raises(Stale) as refused, database.work() as uow:
        uow.session.add(mine)
    assert refused.value.field == "If-Match"
    with database.work() as uow:
        found = uow.departments.by_code("civil-affairs")
        assert found is not None
        assert (found.name, found.version) == ("First", 2)
        uow.check_version(found, None)
        uow.check_version(found, 2)
        with pytest.raises(Stale):
            uow.check_version(found, 1)
