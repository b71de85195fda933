"""What was released comes back within its retention."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.errors import Conflict, Forbidden, NotFound
from cloudctl.domain.items import ReleaseItem
from cloudctl.domain.servers import ServerStatus
from cloudctl.ports.context import platform
from cloudctl.providers.simulated import Fault, FaultKind
from cloudctl.services import resources, systems
from tests.factories import Installed
from tests.seeds import CLOUD


def released(city: Installed, name: str) -> dict[str, Any]:
    made = city.resources(city.delivered(city.build_items(count=1, address=True)))
    city.delivered([ReleaseItem(resource=made[name].id)])
    return made


def reach(city: Installed) -> tuple[Any, str]:
    """The provider and the department's project."""
    tenant = city.read(lambda uow: uow.tenants.get(city.ids["fgw"], CLOUD))
    return city.ctx.clouds.provider(city.record), tenant.backend_id


def facts(city: Installed, made: dict[str, Any]) -> dict[str, Any]:
    """What the cloud says of these resources: ids, status, disks, addresses, and whether they are cut off."""
    provider, tenant = reach(city)
    keys = [resource.id for resource in made.values()]
    ports = (provider.servers, provider.volumes, provider.addresses)
    found = {key: fact for port in ports for key, fact in port.find(tenant, keys).items()}
    servers = provider.servers.find(tenant, keys)
    cut = {key: provider.servers.isolated(tenant, fact.backend_id) for key, fact in servers.items()}
    return {name: (found.get(resource.id), cut.get(resource.id)) for name, resource in made.items()}


def restore(city: Installed, key: Any) -> None:
    resources.restore(city.ctx, city.people["officer"], key)
    city.run()


def test_a_server_runs_again_with_its_address(city: Installed) -> None:
    made = released(city, "oa-1")
    city.clock.move(days=13)
    restore(city, made["oa-1"].id)
    server, address = city.resource(made["oa-1"].id), city.resource(made["oa-1-address-2"].id)
    assert (server.state, server.power, server.purge_after) == ("active", "on", None)
    assert (address.state, address.purge_after) == ("active", None)
    status = {item.key: item.status for item in city.cloud.inventory()}
    assert status[str(server.id)] == "ACTIVE"
    city.clock.move(days=30)
    resources.purge_due(city.ctx, platform("test"))
    city.run()
    assert city.resource(server.id).state == "active"


def test_a_volume_hangs_on_its_server_again(city: Installed) -> None:
    made = released(city, "oa-1-disk-1")
    assert {item.key: item.status for item in city.cloud.inventory()}[str(made["oa-1-disk-1"].id)] == "AVAILABLE"
    restore(city, made["oa-1-disk-1"].id)
    assert city.resource(made["oa-1-disk-1"].id).state == "active"
    assert {item.key: item.status for item in city.cloud.inventory()}[str(made["oa-1-disk-1"].id)] == "IN_USE"


def test_a_restore_that_failed_can_be_asked_for_again(city: Installed) -> None:
    made = released(city, "oa-1")
    city.cloud.inject(Fault(operation="servers.start", kind=FaultKind.BUSY_409, times=None))
    restore(city, made["oa-1"].id)
    assert city.resource(made["oa-1"].id).state == "retained"
    city.cloud.clear_faults()
    restore(city, made["oa-1"].id)
    assert city.resource(made["oa-1"].id).state == "active"


def test_only_what_is_retained_can_be_restored(city: Installed) -> None:
    made = released(city, "oa-1")
    with pytest.raises(Conflict, match="is active"):
        resources.restore(city.ctx, city.people["officer"], made["oa-1-disk-1"].id)


def test_it_is_too_late_once_the_purge_has_begun(city: Installed) -> None:
    made = released(city, "oa-1")
    city.clock.move(days=14)
    resources.purge_due(city.ctx, platform("test"))
    with pytest.raises(Conflict, match=r"ended on .*: it is being deleted"):
        resources.restore(city.ctx, city.people["officer"], made["oa-1"].id)
    city.run()


def test_what_was_given_away_is_refused_with_the_day_and_what_remains(city: Installed) -> None:
    made = released(city, "oa-1")
    city.clock.move(days=14)
    resources.purge_due(city.ctx, platform("test"))
    city.run()
    gone = city.resource(made["oa-1"].id)
    assert gone.gone_at == city.clock.now()
    before = city.rows()
    with pytest.raises(Conflict) as caught:
        resources.restore(city.ctx, city.people["officer"], gone.id)
    assert caught.value.params["addresses"] == ", ".join(gone.fixed_addresses)
    assert caught.value.params["gone"] == caught.value.params["ended"] == str(today_for_people(city.clock.now()))
    assert caught.value.params["remains"] == "oa-net, oa-1-disk-1"
    assert city.rows() == before


def test_the_same_disks_and_addresses_come_back_with_a_server(city: Installed) -> None:
    made = city.resources(city.delivered(city.build_items(count=1, disks=2, address=True)))
    server, before = made["oa-1"], facts(city, made)
    gone = [made[name].id for name in ("oa-1", "oa-1-disk-1", "oa-1-disk-2")]
    city.delivered([ReleaseItem(resource=key) for key in gone])
    assert facts(city, made) != before
    city.clock.move(days=13)
    restore(city, server.id)
    assert facts(city, made) == before
    assert {city.resource(resource.id).state for resource in made.values()} == {"active"}
    assert {city.resource(resource.id).purge_after for resource in made.values()} == {None}
    assert city.ledger()["servers"] == (0, 1)


def test_a_retained_server_is_off_and_cut_off_with_its_addresses_held(city: Installed) -> None:
    made = released(city, "oa-1")
    provider, tenant = reach(city)
    server = city.resource(made["oa-1"].id)
    assert provider.servers.isolated(tenant, server.backend_id)
    assert provider.servers.find(tenant, [server.id])[server.id].status is ServerStatus.STOPPED
    assert provider.servers.find(tenant, [server.id])[server.id].addresses == tuple(server.fixed_addresses)
    assert provider.addresses.find(tenant, [made["oa-1-address-2"].id])
    assert city.ledger()["servers"] == (0, 1)
    restore(city, server.id)
    assert not provider.servers.isolated(tenant, server.backend_id)


def test_an_address_released_alone_points_nowhere_until_it_is_restored(city: Installed) -> None:
    made = released(city, "oa-1-address-2")
    provider, tenant = reach(city)
    address, server = made["oa-1-address-2"], city.resource(made["oa-1"].id)
    put_by = provider.addresses.find(tenant, [address.id])[address.id]
    assert put_by.server is None
    restore(city, address.id)
    back = provider.addresses.find(tenant, [address.id])[address.id]
    assert (back.server, back.address) == (server.backend_id, put_by.address)
    assert city.resource(address.id).state == "active"


def test_an_address_waits_for_its_server(city: Installed) -> None:
    made = released(city, "oa-1")
    with pytest.raises(Conflict, match="belongs to oa-1, which is retained"):
        resources.restore(city.ctx, city.people["officer"], made["oa-1-address-2"].id)


def test_a_release_that_fails_leaves_the_server_reachable(city: Installed) -> None:
    made = city.resources(city.delivered(city.build_items(count=1)))
    city.cloud.inject(Fault(operation="servers.isolate", kind=FaultKind.QUOTA_403, times=None))
    order = city.carried_out([ReleaseItem(resource=made["oa-1"].id)])
    assert order.state == "failed", order.last_error
    city.cloud.clear_faults()
    provider, tenant = reach(city)
    server = city.resource(made["oa-1"].id)
    assert (server.state, server.power) == ("active", "on")
    assert not provider.servers.isolated(tenant, server.backend_id)
    assert provider.servers.find(tenant, [server.id])[server.id].status is ServerStatus.ACTIVE


def test_a_cloud_that_does_not_confirm_the_cut_parks_the_order(city: Installed) -> None:
    made = city.resources(city.delivered(city.build_items(count=1)))
    city.cloud.inject(Fault(operation="servers.isolated", kind=FaultKind.BUSY_409, times=None))
    order = city.carried_out([ReleaseItem(resource=made["oa-1"].id)])
    assert (order.state, city.resource(made["oa-1"].id).state) == ("attention", "releasing")


def test_the_purge_does_not_overtake_a_restore_that_is_under_way(city: Installed) -> None:
    made = released(city, "oa-1")
    city.clock.move(days=13, hours=23)
    resources.restore(city.ctx, city.people["officer"], made["oa-1"].id)
    city.clock.move(hours=2)
    resources.purge_due(city.ctx, platform("test"))
    assert city.resource(made["oa-1"].id).state == "retained"
    city.run()
    assert city.resource(made["oa-1"].id).state == "active"


@pytest.mark.parametrize(("level", "days"), [(2, 14), (3, 30)])
def test_a_higher_mlps_level_is_kept_longer(city: Installed, level: int, days: int) -> None:
    made = city.resources(city.delivered(city.build_items(count=1)))
    systems.update(city.ctx, city.people["office-admin"], city.ids["oa"], {"mlps_level": level})
    city.delivered([ReleaseItem(resource=made["oa-1-disk-1"].id)])
    assert city.resource(made["oa-1-disk-1"].id).purge_after == city.clock.now() + timedelta(days=days)


def test_only_the_own_department_restores(city: Installed) -> None:
    made = released(city, "oa-1")
    with pytest.raises(NotFound):
        resources.restore(city.ctx, city.people["stranger"], made["oa-1"].id)
    with pytest.raises(Forbidden):
        resources.restore(city.ctx, city.people["head"], made["oa-1"].id)
