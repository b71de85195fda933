"""Delete protection: it refuses a release, and the head alone takes it off."""

from __future__ import annotations

from typing import Any

import pytest

from cloudctl.domain.errors import Conflict, Forbidden, NotFound
from cloudctl.domain.items import ReleaseItem
from cloudctl.services import resources, systems
from tests.factories import Installed


@pytest.fixture
def made(city: Installed) -> dict[str, Any]:
    return city.resources(city.delivered(city.build_items(count=1, address=True)))


def test_a_protected_resource_is_not_released_until_it_is_taken_off(city: Installed, made: dict[str, Any]) -> None:
    server = made["oa-1"]
    assert resources.protect(city.ctx, city.people["officer"], server.id).protected
    before = city.rows()
    with pytest.raises(Conflict, match="is protected from release") as caught:
        city.submitted([ReleaseItem(resource=server.id)])
    assert (caught.value.field, city.rows()) == ("items[0].resource", before)
    with pytest.raises(Forbidden):
        resources.unprotect(city.ctx, city.people["officer"], server.id)
    with pytest.raises(NotFound):
        resources.unprotect(city.ctx, city.people["strange-head"], server.id)
    assert not resources.unprotect(city.ctx, city.people["head"], server.id, reason="下线").protected
    city.delivered([ReleaseItem(resource=server.id)])
    assert city.resource(server.id).state == "retained"
    told = [e for e in city.audited(action="update/protection") if e["target"]["id"] == str(server.id)]
    assert [(e["after"]["protected"], e["reason"]) for e in told] == [(True, None), (False, "下线")]


def test_a_servers_addresses_share_its_protection(city: Installed, made: dict[str, Any]) -> None:
    resources.protect(city.ctx, city.people["head"], made["oa-1"].id)
    assert city.resource(made["oa-1-address-2"].id).protected
    assert not city.resource(made["oa-1-disk-1"].id).protected


def test_protection_after_the_approval_stops_the_release(city: Installed, made: dict[str, Any]) -> None:
    order = city.approved([ReleaseItem(resource=made["oa-1-disk-1"].id)])
    resources.protect(city.ctx, city.people["officer"], made["oa-1-disk-1"].id)
    city.run()
    assert city.order(order.id).state == "failed"
    disk = city.resource(made["oa-1-disk-1"].id)
    assert (disk.state, disk.claimed_by) == ("active", None)


@pytest.mark.parametrize(("level", "protected"), [(2, False), (3, True)])
def test_from_mlps_level_three_on_it_stands_from_the_delivery(city: Installed, level: int, protected: bool) -> None:
    order = city.approved(city.build_items(count=1))
    systems.update(city.ctx, city.people["office-admin"], city.ids["oa"], {"mlps_level": level})
    city.run()
    made = city.resources(order)
    assert {resource.state for resource in made.values()} == {"active"}
    assert {resource.protected for resource in made.values()} == {protected}


def test_what_is_gone_is_not_protected(city: Installed, made: dict[str, Any]) -> None:
    with city.ctx.unit_of_work(city.people["operator"]) as uow:
        uow.resources.lock(made["oa-1-disk-1"].id).state = "released"
    with pytest.raises(Conflict, match="is released"):
        resources.protect(city.ctx, city.people["officer"], made["oa-1-disk-1"].id)
