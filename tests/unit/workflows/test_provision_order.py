"""The build of an order on the simulated cloud, step by step."""

from __future__ import annotations

from datetime import date
from ipaddress import ip_address, ip_network
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from cloudctl.domain.errors import Refused, Rejected
from cloudctl.domain.items import (
    AddressItem,
    DiskAsk,
    ExtendItem,
    NetworkItem,
    ReleaseItem,
    RenewItem,
    ResizeItem,
    ServerItem,
    VolumeItem,
)
from cloudctl.domain.volumes import VolumeRequest
from cloudctl.ports.context import platform
from cloudctl.providers.simulated import Fault, FaultKind
from cloudctl.services import catalogue, deliveries, orders, resources, workflows
from cloudctl.workflows.provision_order import FORWARD, PROVISION_ORDER
from tests.factories import Installed
from tests.waiting import until


def test_an_order_is_built_step_by_step_and_handed_over(city: Installed) -> None:
    order = city.delivered(city.build_items(address=True))
    assert [name for name, _ in city.verdicts] == ["begin", *(step.__name__ for step in FORWARD), "deliver"]
    made = city.resources(order)
    assert sorted(made) == ["oa-1", "oa-1-address-2", "oa-1-disk-1", "oa-2", "oa-2-disk-1", "oa-net"]
    assert {resource.state for resource in made.values()} == {"active"}
    assert {resource.expires_on for resource in made.values()} == {date(2027, 3, 2)}
    assert all(count == 1 for count in city.objects(order).values())
    assert city.ledger() == {
        "vcpu": (0, 4),
        "memory_mib": (0, 8192),
        "volume_gib": (0, 280),
        "servers": (0, 2),
        "segments": (0, 1),
        "addresses": (0, 1),
    }
    assert city.progress(order)[-1] == "Delivered."
    assert order.delivered_at == city.clock.now()


def test_the_addresses_that_the_cloud_gave_are_on_record(city: Installed) -> None:
    made = city.resources(city.delivered(city.build_items(address=True)))
    segment = ip_network(made["oa-net"].cidr_v4)
    assert [ip_address(address) in segment for address in made["oa-1"].fixed_addresses] == [True, False]
    assert made["oa-1"].power == "on"
    assert ip_address(made["oa-1-address-2"].address)


def test_volumes_hang_on_their_own_server(city: Installed) -> None:
    made = city.resources(city.delivered(city.build_items(disks=2)))
    provider = city.ctx.clouds.provider(city.record)
    tenant = provider.tenants.find(city.ids["fgw"])
    hanging = {key: fact.server for key, fact in provider.volumes.find(tenant).items()}
    assert hanging == {
        made[f"oa-{number}-disk-{disk}"].id: made[f"oa-{number}"].backend_id for number in (1, 2) for disk in (1, 2)
    }


def test_the_backend_s_own_quota_follows_ours(city: Installed) -> None:
    city.delivered(city.build_items(count=1))
    provider = city.ctx.clouds.provider(city.record)
    tenant = provider.tenants.find(city.ids["fgw"])
    too_large = VolumeRequest(key=uuid4(), tenant=tenant, name="x", size_gib=3901, volume_type=None)
    with pytest.raises(Rejected, match="quota of volume_gib"):
        provider.volumes.create(too_large)


def test_what_the_cloud_has_and_the_record_does_not_know_of_is_found(city: Installed) -> None:
    """As after the restore of a backup from the time before it was built."""
    order = city.approved(city.build_items(count=1))
    provider = city.ctx.clouds.provider(city.record)
    tenant = provider.tenants.create(city.ids["fgw"], "fgw")
    disk = city.resources(order)["oa-1-disk-1"]
    assert disk.state == "planned"
    made = provider.volumes.create(
        VolumeRequest(key=disk.id, tenant=tenant, name=disk.name, size_gib=disk.size_gib, volume_type=None)
    )
    city.run()
    assert city.order(order.id).state == "delivered"
    assert city.resources(order)["oa-1-disk-1"].backend_id == made.backend_id
    assert set(city.objects(order).values()) == {1}


def test_a_server_can_be_built_on_a_network_that_exists(city: Installed) -> None:
    network = city.resources(city.delivered(city.build_items(count=1)))["oa-net"]
    item = ServerItem(name="more", specification="s2", image="openeuler", network=str(network.id), term_months=6)
    order = city.delivered([item])
    server = city.resources(order)["more-1"]
    assert (server.network_id, city.resources(order).keys()) == (network.id, {"more-1"})
    assert ip_address(server.fixed_addresses[0]) in ip_network(network.cidr_v4)


def test_a_volume_and_an_address_for_a_server_that_exists(city: Installed) -> None:
    server = city.resources(city.delivered(city.build_items(count=1, disks=0)))["oa-1"]
    order = city.delivered(
        [
            VolumeItem(name="data", size_gib=30, server=server.id, term_months=6),
            AddressItem(server=str(server.id), term_months=6),
        ]
    )
    made = city.resources(order)
    assert made["data"].server_id == server.id
    assert made["oa-1-address-1"].server_id == server.id
    assert city.ledger()["volume_gib"] == (0, 70)


def test_a_resize_is_confirmed_and_booked(city: Installed) -> None:
    server = city.resources(city.delivered(city.build_items(count=1)))["oa-1"]
    city.delivered([ResizeItem(server=server.id, specification="s4")])
    now = city.resource(server.id)
    assert (now.specification, now.vcpu, now.memory_mib, now.state) == ("s4", 4, 8192, "active")
    assert city.ledger()["vcpu"] == (0, 4)
    city.delivered([ResizeItem(server=server.id, specification="s2")])
    assert city.ledger()["vcpu"] == (0, 2)
    assert city.ledger()["memory_mib"] == (0, 4096)


def test_growth_and_shrinking_in_one_order_are_booked_apart(city: Installed) -> None:
    """What shrinks frees its quota when the cloud has confirmed; until then the growth beside it is held in full."""
    made = city.resources(city.delivered(city.build_items(count=2)))
    city.delivered([ResizeItem(server=made["oa-1"].id, specification="s4")])
    both = [
        ResizeItem(server=made["oa-1"].id, specification="s2"),
        ResizeItem(server=made["oa-2"].id, specification="s4"),
    ]
    order = city.approved(both)
    assert city.ledger()["vcpu"] == (2, 6)
    city.run()
    assert city.order(order.id).state == "delivered"
    assert city.ledger()["vcpu"] == (0, 6)


def test_a_new_server_beside_a_shrinking_one(city: Installed) -> None:
    made = city.resources(city.delivered(city.build_items(count=1)))
    city.delivered([ResizeItem(server=made["oa-1"].id, specification="s4")])
    network = str(made["oa-net"].id)
    city.delivered(
        [
            ServerItem(name="more", specification="s2", image="openeuler", network=network, term_months=6),
            ResizeItem(server=made["oa-1"].id, specification="s2"),
        ]
    )
    assert city.ledger()["vcpu"] == (0, 4)


def test_an_extension_and_a_renewal(city: Installed) -> None:
    made = city.resources(city.delivered(city.build_items(count=1)))
    order = city.delivered(
        [
            ExtendItem(volume=made["oa-1-disk-1"].id, size_gib=150),
            RenewItem(resource=made["oa-1"].id, expires_on=date(2028, 6, 1)),
        ]
    )
    assert city.resource(made["oa-1-disk-1"].id).size_gib == 150
    assert city.resource(made["oa-1"].id).expires_on == date(2028, 6, 1)
    assert city.ledger()["volume_gib"] == (0, 190)
    assert city.claimed(order) == []


def test_a_release_switches_off_and_keeps(city: Installed) -> None:
    made = city.resources(city.delivered(city.build_items(count=1, address=True)))
    city.delivered([ReleaseItem(resource=made["oa-1"].id)])
    server, address = city.resource(made["oa-1"].id), city.resource(made["oa-1-address-2"].id)
    assert (server.state, server.power, address.state) == ("retained", "off", "retained")
    assert server.purge_after == address.purge_after
    assert (server.purge_after - city.clock.now()).days == 14
    assert city.resource(made["oa-1-disk-1"].id).state == "active"
    assert city.ledger()["vcpu"] == (0, 2)
    status = {item.key: item.status for item in city.cloud.inventory()}
    assert status[str(server.id)] == "SHUTOFF"


def test_a_server_that_was_off_is_resized_too(city: Installed) -> None:
    server = city.resources(city.delivered(city.build_items(count=1)))["oa-1"]
    resources.stop(city.ctx, city.people["officer"], server.id)
    city.delivered([ResizeItem(server=server.id, specification="s4")])
    status = {item.key: item.status for item in city.cloud.inventory()}
    assert (status[str(server.id)], city.resource(server.id).power) == ("SHUTOFF", "off")


def test_a_withdrawn_order_is_not_built(city: Installed) -> None:
    order = city.approved(city.build_items())
    orders.cancel(city.ctx, city.people["officer"], order.id, reason="no longer needed")
    assert city.run() == [("provision_order", {"outcome": "stop"})]
    now = city.order(order.id)
    assert (now.state, now.held) == ("cancelled", False)
    assert city.objects(order) == {}
    assert {resource.state for resource in city.resources(order).values()} == {"undone"}


@pytest.mark.parametrize("after", ["prepare_tenant", "build_networks", "build_servers", "attach_volumes"])
def test_a_cancel_during_the_build_undoes_at_the_next_step(city: Installed, after: str) -> None:
    before = city.ledger()
    order = city.approved(city.build_items(count=1))
    steps = city.steps_of(PROVISION_ORDER)
    original = getattr(steps, after)

    def then_cancel(*ids: str) -> object:
        verdict = original(*ids)
        cancelled = orders.cancel(city.ctx, city.people["officer"], UUID(ids[0]), reason="stop")
        assert (cancelled.state, cancelled.cancel_requested) == ("provisioning", True)
        return verdict

    setattr(steps, after, then_cancel)
    assert PROVISION_ORDER.body(steps, str(order.id))["outcome"] == "failed"
    now = city.order(order.id)
    assert (now.state, now.held) == ("cancelled", False)
    assert (city.objects(order), city.ledger(), city.stranded()) == ({}, before, [])


def test_a_step_that_ran_before_changes_nothing_when_it_runs_again(city: Installed) -> None:
    order = city.approved(city.build_items(count=1, address=True))
    steps = city.steps_of(PROVISION_ORDER)

    class Twice:
        def __getattr__(self, name: str) -> object:
            return lambda *ids: (getattr(steps, name)(*ids), getattr(steps, name)(*ids))[1]

    assert PROVISION_ORDER.body(Twice(), str(order.id))["outcome"] == "done"
    assert city.order(order.id).state == "delivered"
    assert set(city.objects(order).values()) == {1}
    assert city.ledger()["servers"] == (0, 1)
    assert city.progress(order).count("Delivered.") == 1


def test_a_step_that_breaks_by_a_fault_of_ours_is_parked(city: Installed) -> None:
    order = city.approved([NetworkItem(name="n", prefix_length=28, term_months=1)])
    with city.app.engines.write.begin() as connection:
        connection.execute(text("UPDATE networks SET zone = 'x', cidr_v4 = 'no network' WHERE name = 'n'"))
    city.run()
    now = city.order(order.id)
    assert now.state == "attention"
    assert now.last_error is not None
    assert "build_networks" in now.last_error


def test_only_what_is_parked_can_be_retried(city: Installed) -> None:
    order = city.delivered(city.build_items(count=1))
    with pytest.raises(Refused):
        workflows.retry(city.ctx, city.people["operator"], order.id)


def test_a_parked_order_goes_on_where_it_stood(city: Installed) -> None:
    city.cloud.inject(Fault(operation="servers.create", kind=FaultKind.BUSY_409, times=None))
    order = city.carried_out(city.build_items(count=1, address=True))
    assert (order.state, order.attempt) == ("attention", 1)
    made = city.objects(order)
    city.cloud.clear_faults()
    again = workflows.retry(city.ctx, city.people["operator"], order.id, "the cloud is well again")
    assert (again.state, again.attempt, again.workflow_id) == ("provisioning", 2, f"{order.id}:2")
    city.run()
    assert city.order(order.id).state == "delivered"
    assert city.order(order.id).last_error is None
    assert made.keys() < city.objects(order).keys()
    assert set(city.objects(order).values()) == {1}


def test_the_real_engine_runs_it(city: Installed) -> None:
    with city.worker():
        order = city.approved(city.build_items(count=1, disks=1))
        assert city.wait(order, "delivered", "failed", "attention").state == "delivered"
        until(lambda: city.ctx.workflows.get(order.workflow_id).status != "PENDING")  # the engine notes its end later
    end = city.ctx.workflows.get(order.workflow_id)
    assert (end.saga, end.status, end.output) == ("provision_order", "SUCCESS", {"outcome": "done"})
    assert [step.name for step in city.ctx.workflows.steps(order.workflow_id)][-1].endswith("deliver")


def test_volume_types_go_by_the_cloud_s_own_name(city: Installed) -> None:
    catalogue.put(city.ctx, platform("t"), "volume-types", "ssd", {"name": "SSD", "names": {"sim-1": "nvme"}})
    item = ServerItem(
        name="db",
        specification="s2",
        image="openeuler",
        network="n",
        disks=(DiskAsk(size_gib=10, volume_type="ssd"),),
        term_months=6,
    )
    order = city.approved([NetworkItem(name="n", prefix_length=28, term_months=6), item])
    assert [delivery.volume_types for delivery in deliveries.load(city.ctx, order.id)] == [{"ssd": "nvme"}]
