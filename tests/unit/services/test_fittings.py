"""Colocations and accesses ordered like servers: held, granted, installed by operations, given back."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from cloudctl.domain.calendars import add_months, today_for_people
from cloudctl.domain.errors import Conflict, Forbidden, Invalid, NotFound, PolicyDenied, PoolExhausted, Refused
from cloudctl.domain.fittings import AccessKind, AccessLevel
from cloudctl.domain.items import AccessItem, ColocationItem, VolumeItem
from cloudctl.domain.opinions import Verdict
from cloudctl.ports.context import platform
from cloudctl.ports.queries import PageAsk
from cloudctl.services import (
    acceptances,
    accesses,
    catalogue,
    colocations,
    decisions,
    devices,
    fittings,
    mergers,
    opinions,
    orders,
    racks,
    rooms,
    terms,
    todo,
)
from tests.factories import Installed
from tests.seeds import ZONE


class Shared:
    """A zone of a shared room of its own, with one rack of 10 units and 2000 W."""

    def __init__(self, city: Installed, units: int = 10, power_w: int | None = 2000) -> None:
        self.city, self.office = city, city.people["office-admin"]
        self.zone = f"z{uuid4().hex[:6]}"
        fields = {"department_id": city.ids["czj"], "kind": "shared", "zones": [self.zone]}
        self.room = rooms.create(city.ctx, self.office, code=f"s-{self.zone}", name="共享机房", **fields)
        self.rack = self.more("A01", units, power_w)

    def more(self, code: str, units: int, power_w: int | None) -> Any:
        where = {"room_id": self.room.id, "zone": self.zone}
        return racks.create(self.city.ctx, self.office, code=code, units=units, power_w=power_w, **where)

    def item(self, units: int = 2, power_w: int = 500, name: str = "db", **fields: Any) -> ColocationItem:
        own = {"device": "数据库一体机", "room_zone": self.zone, "term_months": 12}
        return ColocationItem(name=name, units=units, power_w=power_w, **own | fields)

    def of(self, order: Any) -> list[Any]:
        return list(self.city.read(lambda uow: uow.colocations.of_order(order.id)))


@pytest.fixture
def shared(city: Installed) -> Shared:
    return Shared(city)


def egress(mbps: int = 100, **fields: Any) -> AccessItem:
    own: dict[str, Any] = {"name": "局机关出口", "access": AccessKind.EGRESS, "level": AccessLevel.CITY}
    own |= {"bandwidth_mbps": mbps, "security_package": "basic", "term_months": 12}
    return AccessItem(**own | fields)


def line(**fields: Any) -> AccessItem:
    return egress(**{"name": "专线", "access": AccessKind.LINE, "security_package": None} | fields)


def package(city: Installed, egress_mbps: int | None = None) -> None:
    office = city.people["office-admin"]
    catalogue.put(city.ctx, office, "security-packages", "basic", {"name": "基础安全包", "description": ""})
    zone = {"name": "政务外网区", "name_en": "Extranet", "max_mlps_level": 3, "egress_mbps": egress_mbps}
    catalogue.put(city.ctx, office, "zones", ZONE, zone)


def test_a_colocation_travels_like_a_server(city: Installed, shared: Shared) -> None:
    order = city.submitted([shared.item()])
    (held,) = shared.of(order)
    assert (held.state, held.rack_id, held.first_unit, held.number) == (
        "reserved", shared.rack.id, 1, f"{order.number}-1",
    )  # fmt: skip
    order = decisions.sign_off(city.ctx, city.people["head"], order.id)
    assert order.state == "signed_off"  # the office looks at it: no small request
    decisions.approve(city.ctx, city.people["office-admin"], order.id)
    city.run()
    assert city.order(order.id).state == "delivered"
    (granted,) = shared.of(order)
    assert (granted.state, granted.until_on) == ("assigned", None)

    operator = city.people["operator"]
    waiting = [row for row in todo.waiting(city.ctx, operator, 100) if row.order_id == order.id]
    assert [row.source for row in waiting] == ["installation"]
    done = colocations.install(city.ctx, operator, granted.id)
    today = today_for_people(city.clock.now())
    assert (done.state, done.from_on, done.until_on) == ("in_use", today, add_months(today, 12))
    assert not [row for row in todo.waiting(city.ctx, operator, 100) if row.order_id == order.id]
    assert "Installed or connected: {number} {name}." in city.progress(order)
    assert [event["after"]["state"] for event in city.audited(action="update/complete")][-1] == "in_use"


def test_no_cloud_has_a_part_in_it(city: Installed, shared: Shared) -> None:
    order = city.delivered([shared.item()])
    assert (order.cloud, order.placements, order.held) == (None, [], False)
    assert {name: verdict["outcome"] for name, verdict in city.verdicts}.items() >= {
        ("begin", "done"), ("prepare_tenant", "done"), ("deliver", "done"),
    }  # fmt: skip
    assert city.ledger() == {} or all(taken == (0, 0) for taken in city.ledger().values())


def test_it_goes_together_with_what_a_cloud_builds(city: Installed, shared: Shared) -> None:
    order = city.delivered([*city.build_items(count=1, disks=0), shared.item()])
    assert order.cloud == "sim-1"
    assert [at.items for at in order.placements] == [(0, 1)]
    assert [entry.state for entry in shared.of(order)] == ["assigned"]


def test_no_unit_is_given_twice_and_the_refusal_says_what_is_free(city: Installed, shared: Shared) -> None:
    first = city.submitted([shared.item(4, 300), shared.item(4, 300, "b")])
    assert sorted(entry.first_unit for entry in shared.of(first)) == [1, 5]
    before = city.rows()
    with pytest.raises(PoolExhausted) as caught:
        city.submitted([shared.item(3, 100)])
    assert (caught.value.field, caught.value.params["largest"], caught.value.params["watts"]) == (
        "items[0].units", 2, 1400,
    )  # fmt: skip
    with pytest.raises(PoolExhausted):
        city.submitted([shared.item(1, 1500)])
    assert city.rows() == before


def test_the_check_before_submission_says_the_same_and_holds_nothing(city: Installed, shared: Shared) -> None:
    before = city.rows()
    found = orders.check(city.ctx, city.people["officer"], city.form([shared.item(10, 2000)]))
    assert (found.plan.fittings[0].first_unit, city.rows()) == (1, before)  # type: ignore[union-attr]


@pytest.mark.parametrize("end", ["cancel", "reject", "return"])
def test_what_ends_before_delivery_frees_the_units(city: Installed, shared: Shared, end: str) -> None:
    order = city.signed([shared.item(10)])
    act: dict[str, Any] = {
        "cancel": lambda: orders.cancel(city.ctx, city.people["officer"], order.id),
        "reject": lambda: decisions.reject(city.ctx, city.people["office-admin"], order.id, reason="不符合"),
        "return": lambda: decisions.send_back(city.ctx, city.people["office-admin"], order.id, missing=["布置图"]),
    }
    if end == "return":
        acceptances.accept(city.ctx, city.people["reviewer"], order.id)
    act[end]()
    if end == "return":  # held until the correction deadline, and by the same order again
        with pytest.raises(PoolExhausted):
            city.submitted([shared.item(1)])
        orders.update(city.ctx, city.people["officer"], order.id, {"items": [shared.item(3)]})
        orders.submit(city.ctx, city.people["officer"], order.id)
        (again,) = shared.of(order)
        assert (again.state, again.units, again.first_unit) == ("reserved", 3, 1)
    else:
        assert [entry.state for entry in shared.of(order)] == ["undone"]
        city.submitted([shared.item(10)])


def test_a_build_that_fails_gives_the_place_back(city: Installed, shared: Shared) -> None:
    order = city.approved([*city.build_items(count=1, disks=0), shared.item()])
    orders.cancel(city.ctx, city.people["officer"], order.id)
    city.run()
    assert city.order(order.id).state == "cancelled"
    assert [entry.state for entry in shared.of(order)] == ["undone"]


def test_release_frees_what_operations_have_taken_out(city: Installed, shared: Shared) -> None:
    officer, operator = city.people["officer"], city.people["operator"]
    order = city.delivered([shared.item(10)])
    (place,) = shared.of(order)
    colocations.install(city.ctx, operator, place.id)
    device = devices.create(
        city.ctx, officer, code=f"sv-{uuid4().hex[:6]}", kind="server", colocation_id=place.id, units=4, power_w=400
    )
    assert (device.rack_id, device.first_unit) == (shared.rack.id, 1)
    fittings.release(city.ctx, officer, "colocations", place.id, "设备退役")
    assert [row.source for row in todo.waiting(city.ctx, operator, 100) if row.order_id == order.id] == ["removal"]
    with pytest.raises(PoolExhausted):
        city.submitted([shared.item(1)])
    fittings.keep(city.ctx, officer, "colocations", place.id)
    fittings.release(city.ctx, officer, "colocations", place.id)
    colocations.remove(city.ctx, operator, place.id, reason="已下架")
    assert devices.get(city.ctx, officer, device.id).rack_id is None
    city.submitted([shared.item(10)])


def test_what_is_given_back_before_it_was_installed_ends_at_once(city: Installed, shared: Shared) -> None:
    (place,) = shared.of(city.delivered([shared.item()]))
    ended = fittings.release(city.ctx, city.people["officer"], "colocations", place.id)
    assert (ended.state, ended.ended_on) == ("ended", today_for_people(city.clock.now()))
    with pytest.raises(Refused):
        colocations.install(city.ctx, city.people["operator"], place.id)


def test_devices_under_a_contract_stay_within_it(city: Installed, shared: Shared) -> None:
    officer = city.people["officer"]
    (place,) = shared.of(city.delivered([shared.item(2, 500)]))

    def stand(**fields: Any) -> Any:
        code = f"sv-{uuid4().hex[:6]}"
        return devices.create(city.ctx, officer, code=code, kind="server", colocation_id=place.id, **fields)

    for fields, field in (
        ({"units": 3}, "first_unit"), ({"first_unit": 5, "units": 1}, "first_unit"), ({"power_w": 600}, "power_w"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as caught:
            stand(**fields)
        assert caught.value.field == field
    stand(first_unit=1, units=1, power_w=300)
    with pytest.raises(Invalid):
        stand(first_unit=1, units=1)
    with pytest.raises(Invalid):
        stand(first_unit=2, units=1, power_w=300)
    with pytest.raises(NotFound):
        devices.create(city.ctx, city.people["stranger"], code="sv-y", kind="server", colocation_id=place.id)


def test_operations_install_elsewhere_only_where_there_is_room(city: Installed, shared: Shared) -> None:
    other = shared.more("A02", 4, 2000)
    (place,) = shared.of(city.delivered([shared.item(3)]))
    operator = city.people["operator"]
    colocations.install(city.ctx, operator, place.id, rack_id=shared.rack.id, first_unit=8)
    (second,) = shared.of(city.delivered([shared.item(2, name="second")]))
    with pytest.raises(Invalid) as caught:
        colocations.install(city.ctx, operator, second.id, rack_id=shared.rack.id, first_unit=9)
    assert caught.value.field == "first_unit"
    with pytest.raises(Invalid):
        colocations.install(
            city.ctx, operator, second.id, rack_id=other.id if second.rack_id != other.id else shared.rack.id
        )


def test_who_may_do_what(city: Installed, shared: Shared) -> None:
    (place,) = shared.of(city.delivered([shared.item()]))
    for who in ("officer", "office-admin", "reviewer"):
        with pytest.raises(Forbidden):
            colocations.install(city.ctx, city.people[who], place.id)
    for look in (
        lambda: colocations.get(city.ctx, city.people["stranger"], place.id),
        lambda: fittings.release(city.ctx, city.people["stranger"], "colocations", place.id),
    ):
        with pytest.raises(NotFound):
            look()
    with pytest.raises(Forbidden):
        fittings.release(city.ctx, city.people["office-admin"], "colocations", place.id)


def test_a_contract_from_before_the_platform(city: Installed, shared: Shared) -> None:
    fields = {"department_id": city.ids["fgw"], "rack_id": shared.rack.id, "units": 4, "power_w": 900}
    number = f"TG-{shared.zone}"
    kept = colocations.record(
        city.ctx, shared.office, number=number, first_unit=1, from_on=date(2021, 3, 1), **fields
    )  # fmt: skip
    assert (kept.state, kept.room_id, kept.from_on) == ("in_use", shared.room.id, date(2021, 3, 1))
    with pytest.raises(Invalid):
        colocations.record(city.ctx, shared.office, number=f"{number}-2", first_unit=4, **fields)
    with pytest.raises(Forbidden):
        colocations.record(city.ctx, city.people["officer"], number=f"{number}-3", first_unit=5, **fields)
    (row,) = city.ctx.queries.colocations.page(city.ids["fgw"], {"number": number}, PageAsk()).items
    assert (row.room, row.rack) == (shared.room.code, "A01")


def test_an_egress_takes_its_bandwidth_from_the_zone(city: Installed) -> None:
    taken = city.read(lambda uow: uow.accesses.egress_mbps(ZONE))
    package(city, egress_mbps=taken + 300)
    order = city.submitted([egress(200)])
    before = city.rows()
    with pytest.raises(PoolExhausted) as caught:
        city.submitted([egress(101)])
    assert (caught.value.field, caught.value.params["left"]) == ("items[0].bandwidth_mbps", 100)
    assert city.rows() == before
    city.submitted([egress(100, name="b")])
    orders.cancel(city.ctx, city.people["officer"], order.id)
    city.submitted([egress(150, name="c"), line(mbps=10_000)])
    package(city, egress_mbps=None)


def test_an_access_is_looked_at_by_the_network_specialist_then_connected(city: Installed) -> None:
    package(city)
    order = city.signed([line(mbps=100), egress(50)])
    assert order.ruling.specialists >= {"network"}
    office, operator = city.people["office-admin"], city.people["operator"]
    acceptances.accept(city.ctx, city.people["reviewer"], order.id)
    for opinion in opinions.of_order(city.ctx, city.people["reviewer"], order.id):
        who = city.people[opinion.specialist.value]
        opinions.give(city.ctx, who, order.id, verdict=Verdict.AGREE, words="同意")
    decisions.approve(city.ctx, office, order.id)
    city.run()
    entries = list(city.read(lambda uow: uow.accesses.of_order(order.id)))
    assert [entry.state for entry in entries] == ["assigned", "assigned"]
    done = accesses.connect(city.ctx, operator, entries[0].id)
    assert (done.state, done.zone, done.level) == ("in_use", ZONE, AccessLevel.CITY)
    with pytest.raises(Invalid):
        accesses.update(city.ctx, office, done.id, {"bandwidth_mbps": 1000})
    fittings.release(city.ctx, city.people["officer"], "accesses", done.id)
    assert accesses.disconnect(city.ctx, operator, done.id).state == "ended"


@pytest.mark.parametrize(
    ("item", "kind", "field"),
    [
        (egress(security_package=None), PolicyDenied, "items[0].security_package"),
        (egress(security_package="none"), Invalid, "items[0].security_package"),
        (egress(count=2), Invalid, "items[0].count"),
        (line(bandwidth_mbps=None), Invalid, "items[0].bandwidth_mbps"),
        (ColocationItem(name="x", units=0, power_w=1, term_months=1), Invalid, "items[0].units"),
        (ColocationItem(name="x", units=1, power_w=0, term_months=1), Invalid, "items[0].power_w"),
        (ColocationItem(name="x", units=1, power_w=1, device="（机密）", term_months=1), Invalid, "items[0].device"),
    ],
)
def test_what_cannot_be_ordered(city: Installed, item: Any, kind: type[Exception], field: str) -> None:
    package(city)
    before = city.rows()
    with pytest.raises(kind) as caught:
        city.submitted([item])
    assert (caught.value.field, city.rows()) == (field, before)  # type: ignore[attr-defined]


def test_a_small_order_with_a_colocation_is_not_approved_by_policy(city: Installed, shared: Shared) -> None:
    order = city.signed([shared.item(), VolumeItem(name="v", size_gib=10, term_months=12)])
    assert order.state == "signed_off"


def test_an_access_from_before_the_platform_is_corrected_by_the_office(city: Installed) -> None:
    office, number = city.people["office-admin"], f"ZX-{uuid4().hex[:6]}"
    fields: dict[str, Any] = {"department_id": city.ids["fgw"], "kind": "line", "level": "township", "zone": ZONE}
    kept = accesses.record(city.ctx, office, number=number, bandwidth_mbps=20, **fields)
    changed = accesses.update(city.ctx, office, kept.id, {"bandwidth_mbps": 100, "note": "扩容"})
    assert (changed.bandwidth_mbps, changed.version) == (100, 2)
    with pytest.raises(Conflict):
        accesses.record(city.ctx, office, number=number, bandwidth_mbps=20, **fields)
    page = accesses.history(city.ctx, city.people["officer"], kept.id, PageAsk())
    assert page.items[0].changes == {"bandwidth_mbps": (20, 100), "note": ("", "扩容")}


def test_terms_that_end_are_told_and_a_merger_takes_everything_along(city: Installed, shared: Shared) -> None:
    officer, operator = city.people["officer"], city.people["operator"]
    (place,) = shared.of(city.delivered([shared.item(2, name="db-host", term_months=1)]))
    colocations.install(city.ctx, operator, place.id)
    device = devices.create(city.ctx, officer, code=f"sv-{uuid4().hex[:6]}", kind="server", colocation_id=place.id)
    room = rooms.create(city.ctx, officer, code=f"r-{uuid4().hex[:6]}", name="机房", opened_on=date(2012, 5, 1))
    end = colocations.get(city.ctx, officer, place.id).until_on
    assert end is not None
    city.clock.move(days=(end - today_for_people(city.clock.now())).days - 7)
    assert terms.remind(city.ctx, platform("test")) == 1
    mergers.merge(city.ctx, city.people["office-admin"], city.ids["fgw"], into=city.ids["czj"], reason="机构改革")
    owners = city.read(
        lambda uow: {
            uow.rooms.get(room.id).department_id,
            uow.devices.get(device.id).department_id,
            uow.colocations.get(place.id).department_id,
        }
    )
    assert owners == {city.ids["czj"]}
