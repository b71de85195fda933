"""The vSphere provider on the simulator: what the contract, which is the same for every cloud, does not ask."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pyVmomi import vim

from cloudctl.domain.clouds import Cloud, CloudKind
from cloudctl.domain.errors import Absent, Rejected, Unreachable
from cloudctl.domain.inventory import ObjectKind
from cloudctl.domain.networks import NetworkRequest
from cloudctl.domain.quotas import Dimension
from cloudctl.domain.servers import Apart, ServerRequest, ServerStatus
from cloudctl.domain.volumes import VolumeRequest, VolumeStatus
from cloudctl.providers.vsphere.client import Client
from cloudctl.providers.vsphere.config import configured
from cloudctl.providers.vsphere.machines import PATHS, Machine, machine
from cloudctl.providers.vsphere.provider import VSphereProvider, connect
from tests.contract.cases import guest_metadata
from tests.contract.clocks import RealClock
from tests.lab.vcenter import Rule, Vcenter, VcenterServer, fault, slow
from tests.waiting import until

CODE = "city-v"
CLOUD = Cloud(code=CODE, name="v", kind=CloudKind.VSPHERE, zones=frozenset(), capacity={})


class LaterClock(RealClock):
    """The real time, some days on."""

    later = timedelta()

    def now(self):
        return super().now() + self.later

    def monotonic_s(self):
        return super().monotonic_s() + self.later.total_seconds()


@pytest.fixture(scope="module")
def vcenter() -> Iterator[Vcenter]:
    with VcenterServer(vms=4, clusters=1, hosts=2) as made:
        yield made


@pytest.fixture
def clouds_yaml(vcenter: Vcenter, tmp_path: Path) -> Iterator[Path]:
    yield vcenter.write_clouds(tmp_path / "clouds.yaml", CODE)
    vcenter.clear()


@pytest.fixture
def clock() -> LaterClock:
    return LaterClock()


@pytest.fixture
def provider(clouds_yaml: Path, clock: LaterClock) -> VSphereProvider:
    return connect(CLOUD, clock, clouds_yaml)


@pytest.fixture
def past(clouds_yaml: Path) -> Client:
    """A connection past the provider."""
    return Client(configured(CODE, clouds_yaml))


@pytest.fixture
def tenant(provider: VSphereProvider) -> str:
    return provider.tenants.create(uuid4(), "water")


vlans = iter(range(300, 4000))


def segment(provider: VSphereProvider, tenant: str, cidr: str = "10.70.0.0/24") -> str:
    request = NetworkRequest(
        key=uuid4(), tenant=tenant, name="seg", cidr_v4=cidr, cidr_v6=None, zone="z", external_network=None,
        vlan=next(vlans),
    )  # fmt: skip
    return provider.networks.create(request).backend_id


def asked(tenant: str, network: str, name: str = "web") -> ServerRequest:
    return ServerRequest(
        key=uuid4(), tenant=tenant, name=name, vcpu=2, memory_mib=2048, root_disk_gib=20, image="debian-12",
        network=network, user_data=b"#cloud-config\n",
    )  # fmt: skip


def active(provider: VSphereProvider, tenant: str, *keys: UUID) -> bool:
    facts = provider.servers.find(tenant, keys)
    assert all(fact.status is not ServerStatus.ERROR for fact in facts.values()), facts
    return [facts[key].status for key in keys if key in facts] == [ServerStatus.ACTIVE] * len(keys)


def machines(past: Client, path: str = "") -> list[Machine]:
    full = f"{past.config.datacenter}/vm{path}"
    folder = past.call(lambda content: content.searchIndex.FindByInventoryPath(full))
    return [machine(*found, None) for found in past.read(vim.VirtualMachine, [past.under(folder)], PATHS)]


def test_a_department_s_limits_are_its_pool_s(provider, tenant, past):
    provider.tenants.set_quota(tenant, {Dimension.VCPU: 24, Dimension.MEMORY_MIB: 65536, Dimension.SEGMENTS: 3})
    pool = provider.tenants.pool(tenant)
    found = next(past.read(vim.ResourcePool, [past.ref(vim.ResourcePool, pool._GetMoId())], ("config",)))[1]["config"]
    assert (found.cpuAllocation.limit, found.memoryAllocation.limit) == (24_000, 65536)
    provider.tenants.set_quota(tenant, {Dimension.VCPU: 8})
    found = next(past.read(vim.ResourcePool, [past.ref(vim.ResourcePool, pool._GetMoId())], ("config",)))[1]["config"]
    assert (found.cpuAllocation.limit, found.memoryAllocation.limit) == (8_000, -1)


def test_twenty_servers_are_built_under_one_watch_a_few_tasks_at_a_time(provider, tenant, vcenter):
    network = segment(provider, tenant)
    vcenter.add(Rule("CloneVM|PowerOnVM", slow(0.2)))
    requests = [asked(tenant, network, f"web-{number}") for number in range(20)]
    most = 0
    for request in requests:
        assert provider.servers.create(request).status is ServerStatus.BUILDING
        most = max(most, len(provider.servers._fleet.tasks._underway))
    keys = [request.key for request in requests]
    assert set(provider.servers.find(tenant, keys)) == set(keys)  # also those whose task has not been sent yet
    until(lambda: active(provider, tenant, *keys))
    facts = provider.servers.find(tenant, keys)
    assert most == 8
    assert len({address for fact in facts.values() for address in fact.addresses}) == 20
    calls = vcenter.calls
    assert calls["CloneVM"] == 20
    assert calls.get("RetrieveProperties", 0) == 0
    assert calls["CreateFilter"] <= 20 * 3 + 5  # one for each change of what is under way, and never one to look


def test_another_process_goes_on_with_what_one_left_half_made(provider, clouds_yaml, clock, tenant, vcenter):
    network = segment(provider, tenant)
    request, disk = asked(tenant, network), VolumeRequest(
        key=uuid4(), tenant=tenant, name="data", size_gib=3, volume_type=None
    )  # fmt: skip
    dying = connect(CLOUD, clock, clouds_yaml)
    dying.servers._fleet.tasks._after = lambda _: None  # it sends one task of each and is never heard of again
    server, volume = dying.servers.create(request), dying.volumes.create(disk)
    until(lambda: not any(map(dying.servers._fleet.tasks.busy, (server.backend_id, volume.backend_id))))
    (half,) = provider.servers.find(tenant).values()
    assert half.status is ServerStatus.BUILDING
    time.sleep(0.3)  # time enough for a next task that must not come: a list alone changes nothing
    assert provider.servers.find(tenant)[request.key].status is ServerStatus.BUILDING
    until(lambda: active(provider, tenant, request.key))
    dying.servers.attach(tenant, server.backend_id, volume.backend_id)
    until(lambda: provider.volumes.find(tenant, [disk.key])[disk.key].status is VolumeStatus.IN_USE)
    dying.servers.delete(tenant, server.backend_id)
    until(lambda: not provider.servers.find(tenant, [request.key]))
    until(lambda: provider.volumes.find(tenant, [disk.key])[disk.key].status is VolumeStatus.AVAILABLE)


def test_an_address_that_another_machine_has_got_is_given_up_before_the_server_is_on(provider, tenant, past, vcenter):
    network = segment(provider, tenant, "10.72.0.0/28")
    request = asked(tenant, network)
    vcenter.add(Rule("CloneVM", slow(0.5)))
    made = provider.servers.create(request)
    rival = vim.vm.ConfigSpec(
        name="rival",
        guestId="otherGuest64",
        numCPUs=1,
        memoryMB=64,
        files=vim.vm.FileInfo(vmPathName=f"[{past.config.datastore}]"),
        extraConfig=[vim.option.OptionValue(key="cloudctl.addresses", value=f"{made.addresses[0]}/28")],
    )
    pool = provider.tenants.pool(tenant)
    past.call(lambda _: past.ref(vim.Folder, tenant).CreateVM_Task(rival, pool))
    until(lambda: active(provider, tenant, request.key))
    (fact,) = provider.servers.find(tenant, [request.key]).values()
    assert fact.addresses != made.addresses
    assert fact.addresses[0].startswith("10.72.0.")
    (server,) = [each for each in machines(past) if each.key == request.key]
    values = next(past.read(vim.VirtualMachine, [past.ref(vim.VirtualMachine, server.moid)], PATHS))[1]
    told = guest_metadata(values)
    assert told["network"]["ethernets"]["segment"]["addresses"] == [f"{fact.addresses[0]}/28"]
    assert told["local-hostname"] == "web"


def test_the_key_is_a_note_and_a_custom_field_and_the_guest_is_told_its_name(provider, tenant, past):
    request = asked(tenant, segment(provider, tenant))
    provider.servers.create(request)
    until(lambda: active(provider, tenant, request.key))
    (made,) = [each for each in machines(past) if each.key == request.key]
    fields = past.call(lambda content: {f.name: f.key for f in content.customFieldsManager.field})
    values = next(past.read(vim.VirtualMachine, [past.ref(vim.VirtualMachine, made.moid)], PATHS))[1]
    assert machine(made.ref, values, fields["cloudctl.key"]).key_field == str(request.key)
    options = {option.key: option.value for option in values["config.extraConfig"]}
    assert options["guestinfo.userdata.encoding"] == "gzip+base64"
    assert made.name == f"web-{request.key.hex[-12:]}"
    assert made.title == "web"


def test_what_is_deleted_waits_in_the_trash_and_is_destroyed_after_its_days(provider, tenant, past, clock):
    network = segment(provider, tenant)
    request, disk = asked(tenant, network), VolumeRequest(
        key=uuid4(), tenant=tenant, name="data", size_gib=3, volume_type=None
    )  # fmt: skip
    server = provider.servers.create(request)
    volume = provider.volumes.create(disk)
    until(lambda: active(provider, tenant, request.key))
    until(lambda: provider.volumes.find(tenant, [disk.key])[disk.key].status is VolumeStatus.AVAILABLE)
    provider.servers.attach(tenant, server.backend_id, volume.backend_id)
    until(lambda: provider.volumes.find(tenant, [disk.key])[disk.key].status is VolumeStatus.IN_USE)
    provider.servers.delete(tenant, server.backend_id)
    until(lambda: not provider.servers.find(tenant, [request.key]))
    until(lambda: provider.volumes.find(tenant, [disk.key])[disk.key].status is VolumeStatus.AVAILABLE)

    def thrown() -> list[Machine]:
        return [each for each in machines(past, "/cloudctl/trash") if str(request.key) in str(each.notes)]

    until(thrown)
    (waiting,) = thrown()
    assert (waiting.on, waiting.nics, waiting.key, len(waiting.disks)) == (False, (), None, 1)
    again = provider.servers.create(request)  # the same key may be built again meanwhile
    until(lambda: active(provider, tenant, request.key))
    assert again.backend_id == server.backend_id
    clock.later = timedelta(days=6)
    provider.servers.delete(tenant, str(uuid4()))
    time.sleep(0.3)  # time enough for a sweep that must not come: six days are less than what the trash keeps
    assert [each.moid for each in thrown()] == [waiting.moid]
    clock.later = timedelta(days=8)
    provider.servers.delete(tenant, str(uuid4()))
    until(lambda: not thrown())
    assert provider.volumes.find(tenant, [disk.key])[disk.key].size_gib == 3


def test_a_department_s_folder_and_pool_go_when_they_are_empty(provider, past):
    key = uuid4()
    tenant = provider.tenants.create(key, "brief")
    pool = provider.tenants.pool(tenant)._GetMoId()
    provider.tenants.delete(tenant)
    provider.tenants.delete(tenant)
    assert provider.tenants.find(key) is None
    with pytest.raises(Absent):
        provider.tenants.enter(tenant)
    assert not list(past.read(vim.ResourcePool, [past.ref(vim.ResourcePool, pool)], ("name",)))


def test_what_already_runs_is_adopted_with_its_disk_and_given_back(provider, past):
    before = next(each for each in machines(past) if each.name.endswith("_VM0"))
    tenant, key, disk_key = before.parent, uuid4(), uuid4()
    provider.tenants.enter(tenant)
    provider.servers.adopt(tenant, before.uuid, key)
    provider.servers.adopt(tenant, before.uuid, key)
    with pytest.raises(Rejected):
        provider.servers.adopt(tenant, before.uuid, uuid4())
    fact = provider.servers.find(tenant, [key])[key]
    assert (fact.backend_id, fact.status, fact.vcpu) == (before.uuid, ServerStatus.ACTIVE, before.vcpu)
    with pytest.raises(Absent):
        provider.servers.adopt(tenant, str(uuid4()), uuid4())

    disk = before.disks[0]
    provider.volumes.adopt(tenant, disk.uuid, disk_key)
    provider.volumes.adopt(tenant, disk.uuid, disk_key)
    with pytest.raises(Rejected):
        provider.volumes.adopt(tenant, disk.uuid, uuid4())
    volume = provider.volumes.find(tenant, [disk_key])[disk_key]
    assert (volume.backend_id, volume.server, volume.status) == (disk.uuid, before.uuid, VolumeStatus.IN_USE)
    assert volume.size_gib == disk.size_gib
    provider.volumes.extend(tenant, disk.uuid, disk.size_gib + 1)
    until(lambda: provider.volumes.find(tenant, [disk_key])[disk_key].size_gib == disk.size_gib + 1)

    provider.volumes.disown(tenant, disk.uuid, disk_key)
    provider.servers.disown(tenant, before.uuid, uuid4())
    assert key in provider.servers.find(tenant, [key])
    provider.servers.disown(tenant, before.uuid, key)
    provider.servers.disown(tenant, before.uuid, key)
    assert provider.servers.find(tenant, [key]) == {}
    (after,) = [each for each in machines(past) if each.moid == before.moid]
    assert (after.key, after.on, [d.path for d in after.disks]) == (None, before.on, [d.path for d in before.disks])
    assert not [each for each in machines(past) if each.holds and each.key == disk_key]


def test_a_network_that_already_runs_is_adopted_and_given_back_its_description(provider, past):
    path = f"{past.config.datacenter}/network/"
    switch = past.call(lambda content: content.searchIndex.FindByInventoryPath(path + past.config.switch))
    spec = vim.dvs.DistributedVirtualPortgroup.ConfigSpec(
        name="old-net", type="earlyBinding", numPorts=8, description="made in 2019"
    )
    past.call(lambda _: switch.AddDVPortgroup_Task([spec]))
    group = past.call(lambda content: content.searchIndex.FindByInventoryPath(path + "old-net"))

    def description() -> str:
        return next(past.read(type(group), [group], ("config.description",)))[1].get("config.description", "")

    key, moid = uuid4(), group._GetMoId()
    provider.networks.adopt("group-v3", moid, key)
    provider.networks.adopt("group-v3", moid, key)
    with pytest.raises(Rejected):
        provider.networks.adopt("group-v3", moid, uuid4())
    fact = provider.networks.find("group-v3", [key])[key]
    assert (fact.backend_id, fact.name, fact.ready) == (moid, "old-net", True)
    provider.networks.disown("group-v3", moid, uuid4())
    assert str(key) in description()
    provider.networks.disown("group-v3", moid, key)
    assert description() == "made in 2019"
    past.call(lambda _: group.Destroy_Task())


def test_a_segment_without_a_vlan_is_refused(provider, tenant):
    request = NetworkRequest(
        key=uuid4(), tenant=tenant, name="bare", cidr_v4="10.71.0.0/24", cidr_v6=None, zone="z", external_network=None
    )
    with pytest.raises(Rejected, match="needs a VLAN"):
        provider.networks.create(request)


def test_a_vcenter_that_is_away_is_told_and_reached_again(provider, vcenter):
    provider.check()
    vcenter.stop()
    try:
        with pytest.raises(Unreachable):
            provider.check()
    finally:
        vcenter.start()
    provider.check()


def test_credentials_that_are_wrong_are_refused(clouds_yaml, clock):
    text = clouds_yaml.read_text(encoding="utf-8")
    password = configured(CODE, clouds_yaml).password
    clouds_yaml.write_text(text.replace(password, "wrong"), encoding="utf-8")
    with pytest.raises(Rejected, match="refuses the credentials"):
        connect(CLOUD, clock, clouds_yaml).check()


def test_a_place_that_is_not_there_is_told_by_its_name(clouds_yaml, clock):
    text = clouds_yaml.read_text(encoding="utf-8")
    clouds_yaml.write_text(text.replace("switch: DVS0", "switch: DVS9").replace('"DVS0"', '"DVS9"'), encoding="utf-8")
    with pytest.raises(Rejected, match="no distributed switch named DVS9"):
        connect(CLOUD, clock, clouds_yaml).check()


def rules(past: Client, vcenter: Vcenter) -> list[tuple[str, bool, int]]:
    """The cluster's rules: name, whether it must be kept, and how many machines it is about."""
    path = f"{vcenter.datacenter}/host/{vcenter.clusters[0]}"
    cluster = past.call(lambda content: content.searchIndex.FindByInventoryPath(path))
    (found,) = past.read(vim.ClusterComputeResource, [cluster], ("configurationEx",))
    return [(rule.name, rule.mandatory, len(rule.vm)) for rule in found[1]["configurationEx"].rule or ()]


@pytest.mark.parametrize("required", [True, False])
def test_the_cluster_is_told_of_a_pair_before_its_servers_run_and_until_one_goes(
    provider: VSphereProvider, tenant: str, past: Client, vcenter: Vcenter, clouds_yaml: Path, required: bool
) -> None:
    network, apart = segment(provider, tenant), Apart(key=uuid4(), required=required)
    pair = [replace(asked(tenant, network, name), apart=apart) for name in ("left", "right")]
    for request in pair:
        provider.servers.create(request)
    keys = [request.key for request in pair]

    def active() -> bool:
        found = provider.servers.find(tenant, keys).values()
        return [fact.status for fact in found] == [ServerStatus.ACTIVE] * 2

    until(active)
    assert rules(past, vcenter) == [(f"cloudctl:{apart.key}", required, 2)]
    again = connect(CLOUD, LaterClock(), clouds_yaml)
    assert len(again.servers.find(tenant, keys)) == 2
    assert rules(past, vcenter) == [(f"cloudctl:{apart.key}", required, 2)], "another process writes it no second time"
    for key, fact in provider.servers.find(tenant, keys).items():
        provider.servers.delete(tenant, fact.backend_id)
        until(lambda key=key: key not in provider.servers.find(tenant, keys))
        until(lambda: not rules(past, vcenter))


def test_a_cluster_that_takes_no_rules_gets_pairs_all_the_same(
    provider: VSphereProvider, tenant: str, past: Client, vcenter: Vcenter
) -> None:
    vcenter.add(Rule("ReconfigureComputeResource", fault("NotSupported")))
    network, apart = segment(provider, tenant), Apart(key=uuid4())
    pair = [replace(asked(tenant, network, name), apart=apart) for name in ("left", "right")]
    for request in pair:
        provider.servers.create(request)
    keys = [request.key for request in pair]
    until(lambda: {f.status for f in provider.servers.find(tenant, keys).values()} == {ServerStatus.ACTIVE})
    assert rules(past, vcenter) == []


def test_a_portgroup_made_by_hand_has_its_vlan_in_the_inventory_and_is_named_when_it_is_in_the_way(
    provider: VSphereProvider, tenant: str, past: Client, vcenter: Vcenter
) -> None:
    vlan = next(vlans)
    setting = vim.dvs.VmwareDistributedVirtualSwitch
    ports = setting.VmwarePortConfigPolicy(vlan=setting.VlanIdSpec(vlanId=vlan, inherited=False))
    spec = vim.dvs.DistributedVirtualPortgroup.ConfigSpec(
        name="by-hand", type="earlyBinding", numPorts=8, defaultPortConfig=ports
    )
    path = f"{vcenter.datacenter}/network/{vcenter.switch}"
    switch = past.call(lambda content: content.searchIndex.FindByInventoryPath(path))
    past.call(lambda _: switch.AddDVPortgroup_Task([spec]))
    request = NetworkRequest(
        key=uuid4(), tenant=tenant, name="seg", cidr_v4="10.71.0.0/24", cidr_v6=None, zone="z", external_network=None,
        vlan=vlan,
    )  # fmt: skip
    with pytest.raises(Rejected, match="by-hand") as refused:
        provider.networks.create(request)
    assert refused.value.taken_by
    (seen,) = provider.inventory.look(ObjectKind.NETWORK, [refused.value.taken_by])
    assert (seen.name, seen.key, seen.vlans) == ("by-hand", None, ((vlan, vlan),))
    listed = {each.native_id: each for page in provider.inventory.full() for each in page}
    assert listed[seen.native_id].vlans == seen.vlans
    made = provider.networks.create(replace(request, vlan=next(vlans)))
    assert provider.inventory.look(ObjectKind.NETWORK, [made.backend_id])[0].vlans != seen.vlans
