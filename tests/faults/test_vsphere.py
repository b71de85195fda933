"""Every fault of a vCenter: the order is delivered with each object once, or undone to nothing with the reason told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread
from uuid import uuid4

import pytest
from msgspec import structs
from pyVmomi import vim

from cloudctl.domain.items import ReleaseItem, ResizeItem, ServerItem
from cloudctl.domain.networks import Network, NetworkRequest
from cloudctl.domain.orders import Order
from cloudctl.domain.servers import Server, ServerRequest, ServerStatus
from cloudctl.domain.volumes import VolumeRequest, VolumeStatus
from tests.faults.vcenters import Hall, hall
from tests.lab.vcenter import Rule, VcenterServer, drop, fault, slow
from tests.waiting import until


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with (
        VcenterServer(vms=2, clusters=1, hosts=2) as vcenter,
        hall(tmp_path_factory.mktemp("hall"), vcenter) as made,
    ):
        yield made


@pytest.fixture
def room(shared: Hall) -> Iterator[Hall]:
    """The hall for a department of its own."""
    yield shared.apart()
    shared.vcenter.clear()


def items(room: Hall, **more: object) -> list[object]:
    return room.city.build_items(f"s{uuid4().hex[:6]}", count=1, **more)  # type: ignore[arg-type,return-value]


def only_server(room: Hall, order: Order) -> Server:
    """The record of the order's one server."""
    (server,) = [each for each in room.city.resources(order).values() if isinstance(each, Server)]
    return server


def during(act: Callable[[], object], every_s: float) -> Callable[[], None]:
    """Does `act` again and again until the answer is called."""
    over = Event()

    def run() -> None:
        while not over.wait(every_s):
            act()

    thread = Thread(target=run)
    thread.start()

    def end() -> None:
        over.set()
        thread.join()

    return end


def test_an_order_is_built_resized_and_released(room: Hall) -> None:
    order = room.delivered(items(room))
    server = only_server(room, order)
    made = room.server(order, server.name)
    assert (made.vcpu, made.memory_mib, made.on, made.goal) == (2, 4096, True, None)
    assert sorted(disk.size_gib for disk in made.disks) == [40, 100]
    room.city.delivered([ResizeItem(server=server.id, specification="s4")], zone="machine-hall")
    larger = room.server(order, server.name)
    assert (larger.moid, larger.vcpu, larger.memory_mib, larger.on) == (made.moid, 4, 8192, True)
    room.city.delivered([ReleaseItem(resource=server.id)], zone="machine-hall")
    released = room.server(order, server.name)
    assert not released.on
    assert not any(nic.connected for nic in released.nics)


def test_a_clone_with_its_template_s_size_is_not_handed_over_before_it_has_the_size_asked_for(room: Hall) -> None:
    order = room.delivered(items(room))
    server = only_server(room, order)
    made = room.server(order, server.name)
    template = next(each for each in room.machines() if each.template)
    assert (template.vcpu, template.memory_mib) != (made.vcpu, made.memory_mib) == (2, 4096)
    assert made.nics[0].network is not None


def test_a_vcenter_that_restarts_while_it_builds(room: Hall) -> None:
    room.vcenter.add(Rule("CloneVM", slow(1.0), times=1))
    restarts = Thread(target=lambda: (room.city.clock.sleep(0.6), room.vcenter.restart(1.0)))
    restarts.start()
    order = room.carried_out(items(room))
    restarts.join()
    room.require_delivered(order)


def test_sessions_that_end_again_and_again(room: Hall) -> None:
    end = during(room.vcenter.expire_sessions, 0.15)
    try:
        order = room.carried_out(items(room))
    finally:
        end()
    room.require_delivered(order)


@pytest.mark.parametrize("method", ["CloneVM", "ReconfigVM", "PowerOnVM", "CreateVM"])
def test_a_task_that_somebody_cancels_is_sent_again(room: Hall, method: str) -> None:
    room.vcenter.add(Rule(method, fault("RequestCanceled", "The task was canceled by a user."), times=1))
    room.delivered(items(room))


@pytest.mark.parametrize(
    ("method", "kind"),
    [
        ("CloneVM", "NoDiskSpace"),
        ("CreateVM", "NoDiskSpace"),
        ("CloneVM", "InsufficientResourcesFault"),
        ("PowerOnVM", "InsufficientResourcesFault"),
        ("AddDVPortgroup", "LimitExceeded"),
    ],
)
def test_what_has_no_room_undoes_everything(room: Hall, method: str, kind: str) -> None:
    room.vcenter.add(Rule(method, fault(kind, "the rack is full")))
    room.require_undone(room.carried_out(items(room)), "the rack is full")


def test_a_template_that_is_missing_undoes_everything(room: Hall) -> None:
    asked = [structs.replace(item, image="forgotten") if isinstance(item, ServerItem) else item for item in items(room)]
    room.require_undone(room.carried_out(asked), "no template named no-such-template")


def test_vlans_that_somebody_took_in_the_vcenter_are_passed_over(room: Hall) -> None:
    switch = vim.dvs.VmwareDistributedVirtualSwitch
    foreign = range(200, 260)
    taken = [by_hand(room, f"by-hand-{vlan}", switch.VlanIdSpec(vlanId=vlan)) for vlan in foreign]
    try:
        order = room.delivered(items(room))
        (segment,) = [each for each in room.city.resources(order).values() if isinstance(each, Network)]
        assert segment.vlan is not None
        assert segment.vlan not in foreign
    finally:
        for group in taken:
            room.client.call(lambda _, group=group: group.Destroy_Task())


def test_a_machine_of_the_same_name_is_another_machine(room: Hall) -> None:
    first = room.delivered(items(room))
    server = only_server(room, first)
    ours = room.server(first, server.name)
    folder, spec = room.client.ref(vim.Folder, ours.parent), vim.vm.CloneSpec(location=vim.vm.RelocateSpec())
    room.client.call(lambda _: ours.ref.CloneVM_Task(folder, server.name, spec))
    until(lambda: any(each.name == server.name for each in room.machines()))
    (copy,) = [each for each in room.machines() if each.name == server.name]
    notes = [vim.option.OptionValue(key=key, value=value) for key, value in ours.notes.items()]
    room.client.call(lambda _: copy.ref.ReconfigVM_Task(vim.vm.ConfigSpec(extraConfig=notes)))
    until(lambda: room.objects()[server.id] == 2)
    found = room.provider().servers.find(ours.parent, [server.id])[server.id]
    assert found.backend_id == ours.uuid == server.backend_id


def test_a_lost_answer_makes_nothing_twice(room: Hall) -> None:

    for method in ("CloneVM", "CreateVM", "AddDVPortgroup"):
        room.vcenter.add(Rule(method, drop(), times=1))
    room.delivered(items(room))


def test_two_workers_on_one_machine_make_one(room: Hall) -> None:
    first, second = room.provider(), room.provider()
    tenant = first.tenants.create(uuid4(), "two-workers")
    segment = NetworkRequest(
        key=uuid4(), tenant=tenant, name="seg", cidr_v4="10.61.0.0/26", cidr_v6=None, zone="z", external_network=None,
        vlan=1500,
    )  # fmt: skip
    network = first.networks.create(segment).backend_id
    request = ServerRequest(
        key=uuid4(), tenant=tenant, name="web", vcpu=2, memory_mib=2048, root_disk_gib=30, image="debian-12",
        network=network,
    )  # fmt: skip
    disk = VolumeRequest(key=uuid4(), tenant=tenant, name="data", size_gib=5, volume_type=None)
    room.vcenter.add(Rule("CloneVM|ReconfigVM|PowerOnVM|CreateVM", slow(0.1)))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda worker: worker.servers.create(request), (first, second)))
        list(pool.map(lambda worker: worker.volumes.create(disk), (first, second)))
        looks = [(first, request.key), (second, request.key)]
        until(lambda: all(pool.map(lambda look: active(look[0], tenant, look[1]), looks)))
        until(lambda: first.volumes.find(tenant, [disk.key])[disk.key].status is VolumeStatus.AVAILABLE)
        server, volume = first.servers.find(tenant)[request.key], first.volumes.find(tenant)[disk.key]
        attach(first, tenant, server.backend_id, volume.backend_id)
        until(
            lambda: all(
                facts[disk.key].status is VolumeStatus.IN_USE
                for facts in pool.map(lambda worker: worker.volumes.find(tenant, [disk.key]), (first, second))
            )
        )
    assert (room.objects()[request.key], room.objects()[disk.key]) == (1, 1)
    (made,) = [each for each in room.machines() if each.key == request.key]
    assert (made.vcpu, made.memory_mib, made.on, len(made.nics)) == (2, 2048, True, 1)
    assert sorted(each.size_gib for each in made.disks) == [5, 30]


def attach(worker: object, tenant: str, server: str, volume: str) -> None:
    worker.servers.attach(tenant, server, volume)  # type: ignore[attr-defined]


def active(worker: object, tenant: str, key: object) -> bool:
    found = worker.servers.find(tenant, [key]).get(key)  # type: ignore[attr-defined]
    assert found is None or found.status is not ServerStatus.ERROR, found
    return found is not None and found.status is ServerStatus.ACTIVE


def by_hand(room: Hall, name: str, vlan: object) -> object:
    """A portgroup that somebody made in the vCenter."""
    path = f"{room.vcenter.datacenter}/network/"
    ports = vim.dvs.VmwareDistributedVirtualSwitch.VmwarePortConfigPolicy(vlan=vlan)
    spec = vim.dvs.DistributedVirtualPortgroup.ConfigSpec(
        name=name, type="earlyBinding", numPorts=8, defaultPortConfig=ports
    )
    switch = room.client.call(lambda content: content.searchIndex.FindByInventoryPath(path + room.vcenter.switch))
    room.client.call(lambda _: switch.AddDVPortgroup_Task([spec]))
    return room.client.call(lambda content: content.searchIndex.FindByInventoryPath(path + name))
