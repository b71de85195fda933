"""Transfers: two signatures in either order, quota and owner together, and what stands in between."""

from __future__ import annotations

from typing import Any

import pytest

from cloudctl.domain.errors import Claimed, Conflict, Forbidden, Invalid, NotFound, QuotaExceeded, Refused
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.items import ExtendItem, ReleaseItem, VolumeItem
from cloudctl.domain.quotas import Dimension
from cloudctl.domain.servers import Server
from cloudctl.ports.queries import PageAsk
from cloudctl.services import resources, systems, transfers
from tests.factories import Installed
from tests.seeds import CLOUD, LIMITS, ZONE


@pytest.fixture
def made(city: Installed) -> dict[str, Any]:
    return city.resources(city.delivered(city.build_items(count=1, address=True)))


def asked(city: Installed, *keys: Any, who: str = "officer", **changes: Any) -> Any:
    ask = {"to_department": "czj", "to_system": "ys", "reason": "机构改革", **changes}
    return transfers.create(city.ctx, city.people[who], resources=list(keys), **ask)


def carried(city: Installed, *keys: Any) -> Any:
    transfer = asked(city, *keys)
    transfers.accept(city.ctx, city.people["head"], transfer.id)
    return transfers.accept(city.ctx, city.people["strange-head"], transfer.id)


def committed(city: Installed, department: str, dimension: str) -> int:
    return city.ledger(department).get(dimension, (0, 0))[1]


@pytest.mark.parametrize("first", ["head", "strange-head"])
def test_the_second_signature_moves_everything(city: Installed, made: dict[str, Any], first: str) -> None:
    before = {name: committed(city, "czj", name) for name in ("servers", "addresses", "volume_gib")}
    transfer = asked(city, made["oa-1"].id)
    second = "strange-head" if first == "head" else "head"
    half = transfers.accept(city.ctx, city.people[first], transfer.id)
    assert half.state == ("given_by_head" if first == "head" else "taken_by_head")
    assert city.resource(made["oa-1"].id).department_id == city.ids["fgw"]
    with pytest.raises(Refused):
        transfers.accept(city.ctx, city.people[first], transfer.id)
    done = transfers.accept(city.ctx, city.people[second], transfer.id)
    assert (done.state, done.given_by, done.taken_by) == ("done", city.ids["head"], city.ids["strange-head"])
    for name in ("oa-1", "oa-1-disk-1", "oa-1-address-2"):
        moved = city.resource(made[name].id)
        assert (moved.department_id, moved.system_id, moved.claimed_by) == (city.ids["czj"], city.ids["ys"], None)
    assert city.resource(made["oa-net"].id).department_id == city.ids["fgw"]
    assert (committed(city, "fgw", "servers"), committed(city, "czj", "servers")) == (0, before["servers"] + 1)
    assert committed(city, "czj", "addresses") == before["addresses"] + 1
    assert committed(city, "czj", "volume_gib") == before["volume_gib"] + 140
    told = [e for e in city.audited(action="update/transfer") if e["target"]["id"] == str(made["oa-1"].id)]
    assert (told[0]["before"]["department"], told[0]["after"]["department"]) == (
        str(city.ids["fgw"]),
        str(city.ids["czj"]),
    )


def test_the_new_owner_has_it_in_the_project_where_it_was_built(city: Installed, made: dict[str, Any]) -> None:
    carried(city, made["oa-1"].id)
    with pytest.raises(NotFound):
        resources.get(city.ctx, city.people["officer"], Server, made["oa-1"].id)
    project = city.read(lambda uow: uow.tenants.get(city.ids["fgw"], CLOUD)).backend_id
    assert city.resource(made["oa-1"].id).tenant == project
    assert resources.stop(city.ctx, city.people["stranger"], made["oa-1"].id).power == "off"
    assert resources.start(city.ctx, city.people["stranger"], made["oa-1"].id).power == "on"
    theirs = apart_as_receiver(city)
    disk, server = made["oa-1-disk-1"], made["oa-1"]
    theirs.delivered([ExtendItem(volume=disk.id, size_gib=150)])
    assert city.resource(disk.id).size_gib == 150
    theirs.delivered([ReleaseItem(resource=server.id)])
    assert city.resource(server.id).state == "retained"
    resources.restore(city.ctx, city.people["stranger"], server.id)
    city.run()
    assert (city.resource(server.id).state, city.resource(made["oa-1-address-2"].id).state) == ("active", "active")


def apart_as_receiver(city: Installed) -> Installed:
    """The same installation with the receiver's people where the department's stand."""
    from dataclasses import replace

    from tests.seeds import Seed

    people = {**city.people, "officer": city.people["stranger"], "head": city.people["strange-head"]}
    ids = {**city.ids, "fgw": city.ids["czj"], "oa": city.ids["ys"]}
    return replace(city, seed=Seed(city.seed.directory, people, city.secrets, ids), verdicts=[])


def test_nothing_new_is_built_on_what_stands_in_another_project(city: Installed, made: dict[str, Any]) -> None:
    carried(city, made["oa-1"].id)
    with pytest.raises(Invalid, match="not its department's own"):
        apart_as_receiver(city).submitted(
            [VolumeItem(name="more", size_gib=10, server=made["oa-1"].id, term_months=12)]
        )


def test_the_givers_fence_leaves_room_for_its_guests(city: Installed, made: dict[str, Any]) -> None:
    from cloudctl.services import deliveries

    carried(city, made["oa-1"].id)
    order = city.submitted([VolumeItem(name="v", size_gib=10, term_months=12)])
    (delivery,) = deliveries.load(city.ctx, order.id)
    fence = delivery.limits
    assert fence[Dimension.SERVERS] == LIMITS[Dimension.SERVERS] + 1
    assert fence[Dimension.SEGMENTS] == LIMITS[Dimension.SEGMENTS]


def test_it_comes_home(city: Installed, made: dict[str, Any]) -> None:
    carried(city, made["oa-1"].id)
    code = city.read(lambda uow: uow.departments.get(city.ids["fgw"])).code
    system = city.read(lambda uow: uow.systems.get(city.ids["oa"])).code
    back = asked(city, made["oa-1"].id, who="stranger", to_department=code, to_system=system)
    transfers.accept(city.ctx, city.people["head"], back.id)
    transfers.accept(city.ctx, city.people["strange-head"], back.id)
    home = city.resource(made["oa-1"].id)
    assert (home.department_id, home.tenant) == (city.ids["fgw"], None)


def test_the_receiver_must_have_room(city: Installed, made: dict[str, Any]) -> None:
    limits = city.read(lambda uow: uow.quotas.of(city.ids["czj"], CLOUD, ZONE))
    old = limits[Dimension.SERVERS]

    def limit(value: int) -> None:
        with city.ctx.unit_of_work(city.people["office-admin"]) as uow:
            uow.quotas.set_limit(city.ids["czj"], CLOUD, ZONE, Dimension.SERVERS, value)

    transfer = asked(city, made["oa-1"].id)
    transfers.accept(city.ctx, city.people["head"], transfer.id)
    limit(old.held + old.committed)
    try:
        before = (city.rows(), city.ledger("fgw"), city.ledger("czj"))
        with pytest.raises(QuotaExceeded) as caught:
            transfers.accept(city.ctx, city.people["strange-head"], transfer.id)
        assert caught.value.params["dimension"] == "servers"
        assert (city.rows(), city.ledger("fgw"), city.ledger("czj")) == before
        assert transfers.get(city.ctx, city.people["head"], transfer.id).state == "given_by_head"
        assert city.resource(made["oa-1"].id).department_id == city.ids["fgw"]
    finally:
        limit(old.limit)
    assert transfers.accept(city.ctx, city.people["strange-head"], transfer.id).state == "done"


def test_an_order_and_a_transfer_exclude_each_other(city: Installed, made: dict[str, Any]) -> None:
    order = city.submitted([ExtendItem(volume=made["oa-1-disk-1"].id, size_gib=120)])
    before = city.rows()
    with pytest.raises(Claimed):
        asked(city, made["oa-1"].id)
    assert city.rows() == before
    from cloudctl.services import orders

    orders.cancel(city.ctx, city.people["officer"], order.id)
    transfer = asked(city, made["oa-1"].id)
    with pytest.raises(Claimed):
        city.submitted([ExtendItem(volume=made["oa-1-disk-1"].id, size_gib=120)])
    with pytest.raises(Claimed):
        asked(city, made["oa-1"].id)
    transfers.cancel(city.ctx, city.people["officer"], transfer.id)
    assert city.submitted([ExtendItem(volume=made["oa-1-disk-1"].id, size_gib=120)]).state == "submitted"


def test_a_head_may_refuse_and_nothing_has_moved(city: Installed, made: dict[str, Any]) -> None:
    transfer = asked(city, made["oa-1"].id)
    transfers.accept(city.ctx, city.people["head"], transfer.id)
    with pytest.raises(Invalid):
        transfers.refuse(city.ctx, city.people["strange-head"], transfer.id, reason=" ")
    refused = transfers.refuse(city.ctx, city.people["strange-head"], transfer.id, reason="不需要")
    assert (refused.state, refused.ended_reason) == ("refused", "不需要")
    assert city.resource(made["oa-1"].id).claimed_by is None
    with pytest.raises(Refused):
        transfers.accept(city.ctx, city.people["strange-head"], transfer.id)


@pytest.mark.parametrize(
    ("changes", "error", "field"),
    [
        ({"to_system": "oa"}, Invalid, "to_system"),
        ({"to_department": "nowhere"}, Invalid, "to_system"),
        ({"reason": " "}, Invalid, "reason"),
    ],
)
def test_what_is_refused(city: Installed, made: dict[str, Any], changes: Any, error: Any, field: str) -> None:
    before = city.rows()
    with pytest.raises(error) as caught:
        asked(city, made["oa-1"].id, **changes)
    assert (caught.value.field, city.rows()) == (field, before)


def test_a_part_does_not_go_without_its_server(city: Installed, made: dict[str, Any]) -> None:
    for name in ("oa-1-disk-1", "oa-1-address-2"):
        with pytest.raises(Invalid, match="belongs to a server that stays"):
            asked(city, made[name].id)
    with pytest.raises(NotFound) as caught:
        asked(city, new_id())
    assert caught.value.field == "resources[0]"
    city.delivered([ReleaseItem(resource=made["oa-1-disk-1"].id)])
    with pytest.raises(Conflict, match="is retained, not active"):
        asked(city, made["oa-1"].id)


def test_the_receiving_system_fits_where_the_resources_stand(city: Installed, made: dict[str, Any]) -> None:
    transfer = asked(city, made["oa-1"].id)
    transfers.accept(city.ctx, city.people["head"], transfer.id)
    systems.update(city.ctx, city.people["office-admin"], city.ids["ys"], {"mlps_level": 4})
    try:
        with pytest.raises(Invalid, match="MLPS level 3"):
            transfers.accept(city.ctx, city.people["strange-head"], transfer.id)
    finally:
        systems.update(city.ctx, city.people["office-admin"], city.ids["ys"], {"mlps_level": 2})


def test_who_sees_and_who_signs(city: Installed, made: dict[str, Any]) -> None:
    transfer = asked(city, made["oa-1"].id)
    for who in ("officer", "stranger", "reviewer"):
        assert transfers.get(city.ctx, city.people[who], transfer.id).number == transfer.number
        with pytest.raises(Forbidden):
            transfers.accept(city.ctx, city.people[who], transfer.id)
    other = city.apart()
    with pytest.raises(NotFound):
        transfers.get(city.ctx, other.people["officer"], transfer.id)
    with pytest.raises(NotFound):
        transfers.accept(city.ctx, other.people["head"], transfer.id)
    with pytest.raises(NotFound):
        transfers.cancel(city.ctx, city.people["stranger"], transfer.id)
    for department in ("fgw", "czj"):
        page = city.ctx.queries.transfers.page(city.ids[department], {"number": transfer.number}, PageAsk())
        assert [row.number for row in page.items] == [transfer.number]
    assert city.ctx.queries.transfers.page(other.ids["fgw"], {}, PageAsk()).items == []
