"""The end of a released resource: kept, then deleted; its quota and prefix come back in their own time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cloudctl.domain.items import ReleaseItem
from cloudctl.ports.context import platform
from cloudctl.providers.simulated import Fault, FaultKind
from cloudctl.services import decisions, orders, resources
from tests.factories import Installed


def purge(city: Installed) -> None:
    resources.purge_due(city.ctx, platform("test"))
    city.run()


def released(city: Installed, *names: str) -> dict[str, Any]:
    """A delivered order of which these are released."""
    made = city.resources(city.delivered(city.build_items(count=1, address=True)))
    city.delivered([ReleaseItem(resource=made[name].id) for name in names])
    return made


def test_nothing_is_purged_within_its_retention(city: Installed) -> None:
    made = released(city, "oa-1")
    city.clock.move(days=13, hours=23)
    purge(city)
    assert city.resource(made["oa-1"].id).state == "retained"


def test_after_its_retention_it_is_deleted_and_its_quota_freed(city: Installed) -> None:
    made = released(city, "oa-1")
    assert city.ledger()["servers"] == (0, 1)
    city.clock.move(days=14)
    purge(city)
    assert (city.resource(made["oa-1"].id).state, city.resource(made["oa-1-address-2"].id).state) == ("released",) * 2
    gone = {str(made["oa-1"].id), str(made["oa-1-address-2"].id)}
    assert not gone & {item.key for item in city.cloud.inventory()}
    assert city.ledger() == {
        "vcpu": (0, 0),
        "memory_mib": (0, 0),
        "servers": (0, 0),
        "addresses": (0, 0),
        "volume_gib": (0, 100),
        "segments": (0, 1),
    }
    assert [event["action"] for event in city.audited() if event["target"]["id"] == str(made["oa-1"].id)][-2:] == [
        "delete/purge",
        "delete/vanish",
    ]


def test_the_volumes_of_a_purged_server_stand_alone(city: Installed) -> None:
    made = released(city, "oa-1")
    city.clock.move(days=14)
    purge(city)
    volume = city.resource(made["oa-1-disk-1"].id)
    assert (volume.state, volume.server_id) == ("active", None)
    status = {item.key: item.status for item in city.cloud.inventory()}
    assert status[str(volume.id)] == "AVAILABLE"


def test_a_network_goes_after_its_servers_and_its_prefix_cools_down(city: Installed) -> None:
    made = released(city, "oa-1")
    city.clock.move(days=14)
    purge(city)
    city.delivered([ReleaseItem(resource=made["oa-net"].id)])
    city.clock.move(days=14)
    purge(city)
    (v4, v6) = sorted(city.read(lambda uow: list(uow.prefixes.of_network(made["oa-net"].id))), key=lambda p: p.cidr)
    assert (v4.state, v6.state) == ("cooling", "cooling")
    assert v4.cooling_until == city.clock.now() + timedelta(days=7)
    assert city.ledger()["segments"] == (0, 0)


def test_a_cooling_prefix_is_not_handed_out_before_its_time(city: Installed) -> None:
    made = released(city, "oa-1")
    city.clock.move(days=14)
    purge(city)
    city.delivered([ReleaseItem(resource=made["oa-net"].id)])
    city.clock.move(days=14)
    purge(city)
    cidr = made["oa-net"].cidr_v4
    assert city.resources(city.delivered(city.build_items("b", count=1)))["b-net"].cidr_v4 != cidr
    city.clock.move(days=7)
    assert city.resources(city.delivered(city.build_items("c", count=1)))["c-net"].cidr_v4 == cidr


def test_a_network_whose_order_was_corrected_is_purged_too(city: Installed) -> None:
    """A correction gives the first prefix back and takes another: both are on record for the network."""
    order = city.submitted(city.build_items(count=1))
    decisions.send_back(city.ctx, city.people["head"], order.id, reason="a smaller one")
    orders.submit(city.ctx, city.people["officer"], order.id)
    order = decisions.sign_off(city.ctx, city.people["head"], order.id)
    if order.state == "signed_off":
        decisions.approve(city.ctx, city.people["office-admin"], order.id)
    city.run()
    made = city.resources(city.order(order.id))
    assert made["oa-net"].state == "active"
    city.delivered([ReleaseItem(resource=made["oa-1"].id)])
    city.clock.move(days=14)
    purge(city)
    city.delivered([ReleaseItem(resource=made["oa-net"].id)])
    city.clock.move(days=14)
    purge(city)
    assert city.resource(made["oa-net"].id).state == "released"
    states = [prefix.state for prefix in city.prefixes(order) if prefix.state != "free"]
    assert states == ["cooling", "cooling"]


@pytest.mark.parametrize("kind", [FaultKind.BUSY_409, FaultKind.QUOTA_403, FaultKind.HANG])
def test_a_purge_that_fails_is_tried_again_the_next_day(city: Installed, kind: FaultKind) -> None:
    made = released(city, "oa-1-disk-1")
    city.clock.move(days=14)
    city.cloud.inject(Fault(operation="volumes.delete", kind=kind, times=None))
    purge(city)
    assert city.resource(made["oa-1-disk-1"].id).state == "purging"
    assert city.ledger()["volume_gib"] == (0, 140)
    city.cloud.clear_faults()
    purge(city)
    assert city.resource(made["oa-1-disk-1"].id).state == "purging"
    city.clock.move(days=1)
    purge(city)
    assert city.resource(made["oa-1-disk-1"].id).state == "released"
    assert city.ledger()["volume_gib"] == (0, 40)


def test_a_released_address_alone_goes_too(city: Installed) -> None:
    made = released(city, "oa-1-address-2")
    city.clock.move(days=14)
    purge(city)
    assert city.resource(made["oa-1-address-2"].id).state == "released"
    assert city.resource(made["oa-1"].id).state == "active"


def test_a_server_and_its_volume_released_together_are_both_purged(city: Installed) -> None:
    made = released(city, "oa-1", "oa-1-disk-1")
    city.clock.move(days=14)
    purge(city)
    assert city.ledger()["volume_gib"] == (0, 0)
    assert {item.kind for item in city.cloud.inventory() if item.key in {str(r.id) for r in made.values()}} == {
        "network"
    }
