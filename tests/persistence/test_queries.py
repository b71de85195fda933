"""The reads: scope, filters, pages by keyset, and one statement a page."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from sqlalchemy import text

from cloudctl.domain.accounts import Permission, Token
from cloudctl.domain.addresses import Address
from cloudctl.domain.catalogue import Image, Specification, VolumeType
from cloudctl.domain.clocks import Colour
from cloudctl.domain.errors import Invalid
from cloudctl.domain.exemptions import Exemption
from cloudctl.domain.freezes import Bound, Freeze
from cloudctl.domain.notices import Notice
from cloudctl.domain.policies import Effect, Finding, Ruling
from cloudctl.domain.progress import ProgressLine
from cloudctl.domain.quotas import Demand, Dimension
from cloudctl.domain.ratings import Rating
from cloudctl.domain.resources import ResourceKind
from cloudctl.domain.volumes import Volume
from cloudctl.persistence.queries.database import DatabaseQueries
from cloudctl.ports.queries import PageAsk, Queries, rows
from tests.persistence.records import START, City, Database, Statements, account, department, system
from tests.persistence.test_clocks import card, clock

LISTS: dict[str, type[rows.Row]] = {
    "departments": rows.DepartmentRow,
    "accounts": rows.AccountRow,
    "tokens": rows.TokenRow,
    "systems": rows.SystemRow,
    "clouds": rows.CloudRow,
    "orders": rows.OrderRow,
    "servers": rows.ServerRow,
    "volumes": rows.VolumeRow,
    "networks": rows.NetworkRow,
    "addresses": rows.AddressRow,
    "prefixes": rows.PrefixRow,
    "quotas": rows.QuotaRow,
    "exemptions": rows.ExemptionRow,
    "freezes": rows.FreezeRow,
    "due": rows.DueRow,
    "cards": rows.CardRow,
    "ratings": rows.RatingRow,
    "audit": rows.AuditRow,
    "notices": rows.NoticeRow,
}
ASK = PageAsk()
FAR_FUTURE = urlsafe_b64encode(b"\x7f" * 24).decode()  # a well-formed cursor of no moment that there is


@pytest.fixture
def full(city: City, database: Database) -> City:
    """One row of every noun for the city's department."""
    city.limit(5)
    finding = Finding(rule="size", version=1, effect=Effect.REQUIRE_APPROVAL, reason={"en": "large"})
    order = city.order(ruling=Ruling(findings=(finding,)))
    mine, officer = city.department.id, city.officer.id
    network = city.network(order_id=order.id)
    server = city.server(network.id, order_id=order.id, fixed_addresses=["10.8.0.5"])
    shared: dict[str, Any] = {
        "order_id": order.id,
        "department_id": mine,
        "system_id": city.system.id,
        "cloud": "sim",
        "zone": "egov",
    }
    shared |= {"created_at": START, "server_id": server.id, "item": 1}
    with database.work() as uow:
        uow.tokens.add(
            Token(
                account_id=officer,
                name="laptop",
                digest=b"\x01" * 32,
                scopes=frozenset({Permission.ORDERS_READ}),
                expires_at=START + timedelta(days=1),
                created_at=START,
            )
        )
        uow.resources.add(network)
        uow.resources.add(server)
        uow.resources.add(Volume(id=uuid4(), name="data", size_gib=100, volume_type="ssd", **shared))
        uow.resources.add(Address(id=uuid4(), name="public", **shared))
        uow.prefixes.reserve(zone="egov", length=24, version=4, network_id=network.id, order_id=order.id, now=START)
        uow.quotas.hold(order, "sim", Demand({Dimension.SERVERS: 2}))
        uow.exemptions.add(
            Exemption(
                rule="size",
                department_id=mine,
                system_id=None,
                reason="relief",
                approved_by=officer,
                ends_on=date(2026, 12, 31),
                created_at=START,
            )
        )
        uow.freezes.add(
            Freeze(
                name="f",
                starts_at=START,
                ends_at=START + timedelta(days=1),
                binds=[Bound.ORDERS],
                reason="r",
                created_by=officer,
                created_at=START,
            )
        )
        running = clock(order)
        uow.clocks.add(running)
        uow.session.flush()
        uow.cards.add(card(running, Colour.YELLOW))
        uow.ratings.add(Rating(order_id=order.id, department_id=mine, rated_by=officer, mark=5, created_at=START))
        uow.audit("create/order", "order", order.id, department_id=mine, reason="why")
        uow.notices.add(
            Notice(recipient="a@b.cn", template="t", params={}, order_id=order.id, due_at=START, created_at=START)
        )
    return city


def test_it_is_what_the_port_asks_for(queries: DatabaseQueries) -> None:
    port: Queries = queries
    port.check()


@pytest.mark.parametrize("noun", LISTS)
def test_every_list_answers_its_row_in_one_statement(full: City, queries: DatabaseQueries, noun: str) -> None:
    reader = getattr(queries, noun)
    reader.page(None, {}, ASK)
    with Statements(full.database.engines) as sent:
        page = reader.page(full.department.id, {}, ASK)
    assert len(sent) == 1
    (row,) = page.items
    assert type(row) is LISTS[noun]
    assert page.next is None
    sent_and_read = msgspec.json.decode(msgspec.json.encode(row), type=LISTS[noun])
    assert msgspec.json.encode(sent_and_read) == msgspec.json.encode(row)


@pytest.mark.parametrize("noun", [noun for noun in LISTS if noun not in {"clouds", "freezes"}])
def test_what_is_foreign_is_invisible(full: City, queries: DatabaseQueries, noun: str) -> None:
    assert getattr(queries, noun).page(uuid4(), {}, ASK).items == []
    assert len(getattr(queries, noun).page(None, {}, ASK).items) == 1


def test_clouds_and_freeze_windows_are_for_everybody(full: City, queries: DatabaseQueries) -> None:
    assert len(queries.clouds.page(uuid4(), {}, ASK).items) == 1
    assert len(queries.freezes.page(uuid4(), {}, ASK).items) == 1


@pytest.mark.parametrize(
    ("noun", "name"), [(noun, name) for noun, row in LISTS.items() for name in sorted(row.FILTERS)]
)
def test_every_filter_finds_and_leaves_out(full: City, queries: DatabaseQueries, noun: str, name: str) -> None:
    reader = getattr(queries, noun)
    (row,) = reader.page(None, {}, ASK).items
    value: Any = getattr(row, name)
    if value is not None:
        assert reader.page(None, {name: value}, ASK).items == [row]
        assert reader.page(None, {name: str(value).lower() if isinstance(value, bool) else str(value)}, ASK).items == [
            row
        ]
    assert reader.page(None, {name: None}, ASK).items == [row]
    other: object = {int: 4, bool: not value, date: date(2000, 1, 1)}.get(type(value), str(uuid4()))
    assert reader.page(None, {name: other}, ASK).items == []


def test_bad_asks_name_the_field_and_the_way_out(full: City, queries: DatabaseQueries) -> None:
    asks: list[tuple[str, dict[str, object], PageAsk]] = [
        ("colour", {"colour": "red"}, ASK),
        ("system_id", {"system_id": "not-an-id"}, ASK),
        ("limit", {}, PageAsk(limit=0)),
        ("limit", {}, PageAsk(limit=501)),
        *(("cursor", {}, PageAsk(cursor=cursor)) for cursor in ("", "x", "é", "AAAA", "A" * 400, FAR_FUTURE)),
    ]
    for field, filters, ask in asks:
        with pytest.raises(Invalid) as refused:
            queries.servers.page(None, filters, ask)
        assert (refused.value.field, bool(refused.value.way_out)) == (field, True)
    with pytest.raises(Invalid, match="no filter colour") as refused:
        queries.departments.page(None, {"colour": "red"}, ASK)
    assert refused.value.params["allowed"] == "code, level, parent_id"


def test_catalogue_leaves_out_what_is_retired(city: City, database: Database, queries: DatabaseQueries) -> None:
    image: dict[str, Any] = {"os_family": "linux", "architecture": "x86_64", "min_disk_gib": 10, "login_user": "debian"}
    with database.work() as uow:
        uow.catalogue.add(Specification(code="s2", name="2C4G", vcpu=2, memory_mib=4096, root_disk_gib=40))
        uow.catalogue.add(Specification(code="old", name="1C", vcpu=1, memory_mib=1, root_disk_gib=1, retired=True))
        uow.catalogue.add(Image(code="debian", name="Debian", names={"sim": "d12"}, **image))
        uow.catalogue.add(VolumeType(code="ssd", name="SSD", names={}))
    with Statements(database.engines) as sent:
        found = queries.catalogue()
    assert len(sent) == 1
    assert list(found) == [
        "specifications", "images", "volume_types", "zones", "classifications", "security_packages",
    ]  # fmt: skip
    two = {"code": "s2", "name": "2C4G", "vcpu": 2, "memory_mib": 4096, "root_disk_gib": 40, "retired": False}
    assert found["specifications"] == [{**two, "architecture": "x86_64", "xinchuang": False}]
    system = {"os_name": "", "os_version": "", "xinchuang": False}
    debian = {"code": "debian", "name": "Debian", **image, "names": {"sim": "d12"}, "retired": False}
    assert found["images"] == [debian | system]
    assert [zone["name"] for zone in found["zones"]] == ["政务外网区"]
    assert found["classifications"] == []


def test_an_order_over_several_clouds_is_found_by_each_of_them(
    city: City, database: Database, queries: DatabaseQueries
) -> None:
    for number, codes in enumerate(("a", "a+b", "b", "a_b", None)):
        city.order(f"2026-{number:06d}", cloud=codes)

    def found(code: str) -> set[str | None]:
        return {row.cloud for row in queries.orders.page(None, {"cloud": code}, PageAsk()).items}  # type: ignore[attr-defined]

    assert found("a") == {"a", "a+b"}
    assert found("b") == {"b", "a+b"}
    assert found("a+b") == {"a+b"}
    assert found("a_b") == {"a_b"}
    assert found("+") == found("c") == found("") == set()


def test_capacity_counts_overcommit_holds_and_commits(full: City, queries: DatabaseQueries) -> None:
    with Statements(full.database.engines) as sent:
        found = {(c.cloud, c.dimension): c for c in queries.capacity(zone="egov")}
    assert len(sent) == 2
    assert found["sim", Dimension.VCPU].total == 200
    servers_left = found["sim", Dimension.SERVERS]
    assert (servers_left.total, servers_left.held, servers_left.committed) == (50, 2, 0)
    assert found["sim", Dimension.ADDRESSES].total is None
    assert queries.capacity("moon") == []
    assert len(queries.capacity("sim")) == 2 * len(Dimension), "two zones"


def test_token_owner(full: City, queries: DatabaseQueries) -> None:
    with Statements(full.database.engines) as sent:
        owner = queries.token_owner(b"\x01" * 32)
    assert len(sent) == 1
    assert owner is not None
    assert (owner.login, owner.department_id, owner.active) == ("officer", full.department.id, True)
    assert (owner.roles, owner.scopes) == (frozenset({"department-officer"}), frozenset({"orders:read"}))
    assert (owner.expires_at, owner.revoked_at) == (START + timedelta(days=1), None)
    assert queries.token_owner(b"\x02" * 32) is None


def test_gauges(full: City, queries: DatabaseQueries) -> None:
    with full.database.work() as uow:
        uow.channels.lock("duty").down(START - timedelta(minutes=90), "refused")
        uow.channels.lock("mail")
    with Statements(full.database.engines) as sent:
        found = queries.gauges(START)
    assert len(sent) == 5
    failing = {name: value for name, value in found.items() if name.startswith("cloudctl_channel")}
    assert failing == {
        'cloudctl_channel_failing_seconds{channel="duty"}': 5400.0,
        'cloudctl_channel_failing_seconds{channel="mail"}': 0.0,
    }
    assert found['cloudctl_orders{state="draft"}'] == 1
    assert found['cloudctl_orders{state="failed"}'] == 0
    assert found['cloudctl_notices{state="pending"}'] == 1
    assert [
        found[f'cloudctl_{kind}{{state="planned"}}'] for kind in ("servers", "volumes", "networks", "addresses")
    ] == [1] * len(ResourceKind)
    assert found["cloudctl_notices_due"] == 1
    assert queries.gauges(START - timedelta(seconds=1))["cloudctl_notices_due"] == 0


def test_joined_columns(full: City, queries: DatabaseQueries) -> None:
    (order,) = queries.orders.page(None, {"state": "draft"}, ASK).items
    assert isinstance(order, rows.OrderRow)
    assert (order.department, order.system, order.effect) == ("Civil-Affairs", "Relief", "require_approval")
    (prefix,) = queries.prefixes.page(None, {"zone": "egov"}, ASK).items
    assert isinstance(prefix, rows.PrefixRow)
    assert (prefix.supernet, prefix.cidr) == ("10.8.0.0/16", "10.8.0.0/24")
    (event,) = queries.audit.page(None, {}, ASK).items
    assert isinstance(event, rows.AuditRow)
    assert msgspec.json.decode(event.record)["reason"] == "why"
    (owner,) = queries.accounts.page(None, {}, ASK).items
    assert isinstance(owner, rows.AccountRow)
    assert owner.roles == ["department-officer"]


def test_progress(full: City, database: Database, queries: DatabaseQueries) -> None:
    assert (queries.last_progress(), queries.progress_since(0)) == (0, []) or queries.progress_since(0) == []
    order, other = (city_order.id for city_order in (full.order("2026-000002"), full.order("2026-000003")))
    shared: dict[str, Any] = {
        "department_id": full.department.id,
        "at": START,
        "state": "submitted",
        "actor": "officer",
    }
    with database.work() as uow:
        uow.progress(ProgressLine(order_id=order, message="Handed in.", params={"n": "1"}, **shared))
        uow.progress(ProgressLine(order_id=other, message="Handed in too.", reason="why", **shared))
    first, second = queries.progress_since(0)
    assert (first.message, first.params, first.at, second.reason) == ("Handed in.", {"n": "1"}, START, "why")
    assert queries.progress_since(first.seq) == [second]
    assert queries.progress_of(other) == [second]
    assert queries.progress_of(order, after=first.seq) == []
    assert queries.last_progress() == second.seq


def test_reading_cannot_write(database: Database) -> None:
    """SQLite's read engine refuses; PostgreSQL's is kept to single statements."""
    if database.engines.read.dialect.name == "sqlite":
        with pytest.raises(Exception, match="readonly"), database.engines.read.connect() as connection:
            connection.execute(text("DELETE FROM counters"))
    else:
        with database.engines.read.connect() as connection:
            driver: Any = connection.connection.driver_connection
            assert driver.autocommit


def test_readers_do_not_wait_for_a_writer(city: City, database: Database, queries: DatabaseQueries) -> None:
    with database.work() as uow:
        uow.departments.add(department("health"))
        assert [getattr(row, "code", "") for row in queries.departments.page(None, {}, ASK).items] == ["civil-affairs"]
    assert len(queries.departments.page(None, {}, ASK).items) == 2


def test_a_department_sees_only_its_own(city: City, database: Database, queries: DatabaseQueries) -> None:
    other = department("health")
    with database.work() as uow:
        uow.departments.add(other)
        uow.accounts.add(account("nurse", other.id))
        uow.systems.add(system(other.id, "clinic"))
    for noun, own in (("departments", "health"), ("accounts", "nurse"), ("systems", "clinic")):
        (row,) = getattr(queries, noun).page(other.id, {}, ASK).items
        assert own in (getattr(row, "code", None), getattr(row, "login", None))
