"""Rolling a parked order back."""

from __future__ import annotations

import pytest

from cloudctl.domain.errors import Forbidden
from cloudctl.domain.orders import Order
from cloudctl.domain.volumes import VolumeRequest
from cloudctl.providers.simulated import Fault, FaultKind
from cloudctl.services import workflows
from cloudctl.workflows.undo_order import UNDO_ORDER
from tests.factories import Installed


def parked(city: Installed, operation: str = "addresses.create") -> Order:
    city.cloud.inject(Fault(operation=operation, kind=FaultKind.BUSY_409, times=None))
    order = city.carried_out(city.build_items(address=True))
    assert order.state == "attention"
    city.verdicts.clear()
    return order


def test_everything_goes_in_reverse_and_the_order_has_failed(city: Installed) -> None:
    before = city.ledger()
    order = parked(city)
    rolled = workflows.roll_back(city.ctx, city.people["operator"], order.id, "hopeless")
    assert rolled.state == "provisioning"
    assert [saga for saga, _ in city.run()] == ["undo_order"]
    assert [name for name, _ in city.verdicts] == [
        "undo_changes",
        "undo_addresses",
        "undo_servers",
        "undo_volumes",
        "undo_networks",
        "fail",
    ]
    now = city.order(order.id)
    assert (now.state, now.held, now.last_error) == ("failed", False, "roll back: undone on an operator's order")
    assert (city.objects(order), city.ledger(), city.stranded()) == ({}, before, [])
    assert {prefix.state for prefix in city.prefixes(order)} <= {"free"}


def test_it_can_be_run_again(city: Installed) -> None:
    order = parked(city)
    workflows.roll_back(city.ctx, city.people["operator"], order.id)
    city.run()
    assert UNDO_ORDER.body(city.steps_of(UNDO_ORDER), str(order.id))["outcome"] == "failed"
    assert city.order(order.id).state == "failed"


def test_before_there_was_a_project_there_is_nothing_to_remove(city: Installed) -> None:
    order = parked(city, "tenants.create")
    workflows.roll_back(city.ctx, city.people["operator"], order.id)
    city.run()
    assert city.order(order.id).state == "failed"
    assert {resource.state for resource in city.resources(order).values()} == {"undone"}


def test_what_the_record_says_was_never_built_is_looked_for_too(city: Installed) -> None:
    """As after the restore of a backup from the time before it was built."""
    order = parked(city, "networks.create")
    provider = city.ctx.clouds.provider(city.record)
    tenant = provider.tenants.find(city.ids["fgw"])
    disk = city.resources(order)["oa-1-disk-1"]
    assert disk.state == "planned"
    provider.volumes.create(
        VolumeRequest(key=disk.id, tenant=tenant, name=disk.name, size_gib=disk.size_gib, volume_type=None)
    )
    workflows.roll_back(city.ctx, city.people["operator"], order.id)
    city.run()
    assert city.order(order.id).state == "failed"
    assert city.objects(order) == {}


def test_why_it_was_undone_is_kept_where_undoing_is_parked(city: Installed) -> None:
    city.cloud.inject(Fault(operation="addresses.create", kind=FaultKind.NO_CAPACITY, times=None, message="no address"))
    city.cloud.inject(Fault(operation="servers.delete", kind=FaultKind.BUSY_409, times=None, message="on fire"))
    order = city.carried_out(city.build_items(address=True))
    assert order.state == "attention"
    assert "undo_servers" in order.last_error
    assert "on fire" in order.last_error
    assert "no address" in order.last_error


@pytest.mark.parametrize("login", ["officer", "head", "reviewer", "office-admin", "auditor"])
def test_only_an_operator_may(city: Installed, login: str) -> None:
    order = parked(city)
    with pytest.raises(Forbidden):
        workflows.roll_back(city.ctx, city.people[login], order.id)
    assert city.order(order.id).state == "attention"
