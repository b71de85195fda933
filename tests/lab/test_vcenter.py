"""The vCenter simulator keeps its word: what it enforces, what it mends, and every fault that can be asked for."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from typing import Any

import pytest
from pyVim.connect import SmartStubAdapter
from pyVim.task import WaitForTask
from pyVmomi import vim, vmodl

from tests.lab.processes import LabError
from tests.lab.vcenter import Rule, Vcenter, VcenterServer, drop, fault, hang, respond, slow
from tests.waiting import until

Query = vmodl.query.PropertyCollector


@pytest.fixture(scope="module")
def server() -> Iterator[Vcenter]:
    with VcenterServer(vms=4, clusters=2, folders=2, snapshot_every=2) as vcenter:
        yield vcenter


@pytest.fixture
def vcenter(server: Vcenter) -> Iterator[Vcenter]:
    yield server
    server.clear()


@pytest.fixture
def content(vcenter: Vcenter) -> Iterator[Any]:
    with logged_in(vcenter) as content:
        yield content


@contextmanager
def logged_in(vcenter: Vcenter, password: str | None = None) -> Iterator[Any]:
    stub = SmartStubAdapter(
        host=vcenter.host, port=vcenter.port, sslContext=ssl.create_default_context(cafile=vcenter.cacert)
    )
    try:
        content = vim.ServiceInstance("ServiceInstance", stub).RetrieveContent()
        content.sessionManager.Login(vcenter.username, password or vcenter.password)
        yield content
    finally:
        stub.DropConnections()


def machines(content: Any) -> dict[str, Any]:
    view = content.viewManager.CreateContainerView(content.rootFolder, [vim.VirtualMachine], recursive=True)
    return {machine.name: machine for machine in view.view}


def clone(content: Any, name: str) -> Any:
    datacenter = content.rootFolder.childEntity[0]
    pool = datacenter.hostFolder.childEntity[0].resourcePool
    wanted = vim.vm.CloneSpec(location=vim.vm.RelocateSpec(pool=pool), powerOn=False, template=False)
    return machines(content)["debian-12"].CloneVM_Task(datacenter.vmFolder, name, wanted)


def specification(content: Any, *paths: str) -> Any:
    view = content.viewManager.CreateContainerView(content.rootFolder, [vim.VirtualMachine], recursive=True)
    walk = Query.TraversalSpec(type=vim.view.ContainerView, path="view", skip=False)
    return Query.FilterSpec(
        objectSet=[Query.ObjectSpec(obj=view, skip=True, selectSet=[walk])],
        propSet=[Query.PropertySpec(type=vim.VirtualMachine, pathSet=list(paths))],
    )


def cards(machine: Any) -> list[Any]:
    kind = vim.vm.device.VirtualEthernetCard
    return [device for device in machine.config.hardware.device if isinstance(device, kind)]


def disks(machine: Any) -> list[Any]:
    kind = vim.vm.device.VirtualDisk
    return [device for device in machine.config.hardware.device if isinstance(device, kind)]


class Told:
    """An update feed: `news()` gives what it has to say now, by the object's id."""

    def __init__(self, content: Any, *paths: str) -> None:
        self.collector = content.propertyCollector.CreatePropertyCollector()
        self.collector.CreateFilter(specification(content, *paths), partialUpdates=False)
        self.version = self.collector.WaitForUpdatesEx("", Query.WaitOptions(maxWaitSeconds=0)).version

    def news(self) -> dict[str, tuple[str, dict[str, Any]]]:
        told = self.collector.WaitForUpdatesEx(self.version, Query.WaitOptions(maxWaitSeconds=1))
        if told is None:
            return {}
        self.version = told.version
        return {
            each.obj._moId: (each.kind, {change.name: change.val for change in each.changeSet})
            for part in told.filterSet
            for each in part.objectSet
        }


def test_holds_what_was_asked_for(content: Any) -> None:
    there = machines(content)
    assert sorted(name for name, one in there.items() if one.summary.config.template) == [
        "debian-12",
        "openeuler-24.03",
    ]
    running = [one for one in there.values() if not one.summary.config.template]
    assert {one.parent.name for one in running} == {"dept-00", "dept-01"}
    assert {one.runtime.host.parent.name for one in running} == {"DC0_C0", "DC0_C1"}
    assert len({disk.backing.uuid for one in running for disk in disks(one)}) == 4
    assert len({one.guest.ipAddress for one in running}) == 4


def test_refuses_a_wrong_password(vcenter: Vcenter) -> None:
    with pytest.raises(vim.fault.InvalidLogin), logged_in(vcenter, "wrong"):
        pass


def test_a_clone_has_its_own_disks_and_addresses(content: Any) -> None:
    WaitForTask(clone(content, "own-1"))
    WaitForTask(clone(content, "own-2"))
    there = machines(content)
    three = [there[name] for name in ("own-1", "own-2", "debian-12")]
    assert len({disks(one)[0].backing.uuid for one in three}) == 3
    assert len({disks(one)[0].backing.fileName for one in three}) == 3
    assert len({cards(one)[0].macAddress for one in three}) == 3


def test_refuses_a_second_machine_of_one_name(content: Any) -> None:
    WaitForTask(clone(content, "twice-1"))
    assert isinstance(clone(content, "twice-1").info.error, vim.fault.DuplicateName)
    WaitForTask(clone(content, "twice-2"))
    renamed = machines(content)["twice-2"].Rename_Task("twice-1")
    assert isinstance(renamed.info.error, vim.fault.DuplicateName)


def test_a_list_comes_in_pages(content: Any) -> None:
    collector = content.propertyCollector
    page = collector.RetrievePropertiesEx([specification(content, "name")], Query.RetrieveOptions(maxObjects=4))
    names = [each.propSet[0].val for each in page.objects]
    while page.token:
        page = collector.ContinueRetrievePropertiesEx(page.token)
        assert len(page.objects) <= 4
        names += [each.propSet[0].val for each in page.objects]
    assert sorted(names) == sorted(machines(content))
    with pytest.raises(vmodl.fault.InvalidArgument):
        collector.ContinueRetrievePropertiesEx("4/unknown")


def test_the_feed_tells_of_every_change(content: Any) -> None:
    WaitForTask(clone(content, "told"))
    feed = Told(content, "name", "parent", "config.hardware.numCPU", "customValue")
    machine = machines(content)["told"]
    assert feed.news() == {}
    machine.ReconfigVM_Task(vim.vm.ConfigSpec(numCPUs=7))
    assert feed.news()[machine._moId][1]["config.hardware.numCPU"] == 7
    machine.Rename_Task("told-2")
    assert feed.news()[machine._moId] == ("modify", {"name": "told-2"})
    number = content.customFieldsManager.AddCustomFieldDef("lab.told", vim.VirtualMachine).key
    content.customFieldsManager.SetField(machine, number, "a")
    content.customFieldsManager.SetField(machine, number, "b")
    (value,) = feed.news()[machine._moId][1]["customValue"]
    assert value.value == "b"
    (folder,) = [each for each in content.rootFolder.childEntity[0].vmFolder.childEntity if each.name == "dept-01"]
    folder.MoveIntoFolder_Task([machine])
    kind, values = feed.news()[machine._moId]
    assert (kind, values["parent"].name) == ("modify", "dept-01")
    machine.Destroy_Task()
    assert feed.news()[machine._moId][0] == "leave"
    WaitForTask(clone(content, "told-3"))
    assert [kind for kind, _ in feed.news().values()] == ["enter"]


def test_a_feed_can_lie_and_lose_track(vcenter: Vcenter, content: Any) -> None:
    feed = Told(content, "name")
    assert vcenter.say_left("^DC0_C0_RP0_VM0$") == 1
    assert [kind for kind, _ in feed.news().values()] == ["leave"]
    assert vcenter.lose_feeds() >= 1
    with pytest.raises(vmodl.query.InvalidCollectorVersion):
        feed.news()


def test_all_machines_renamed_at_once_are_one_set_of_news(vcenter: Vcenter, content: Any) -> None:
    feed = Told(content, "name")
    renamed = vcenter.rename_all("r-")
    news = feed.news()
    assert len(news) == renamed
    assert all(values["name"].startswith("r-") for _, values in news.values())


def test_a_task_fails_for_chosen_machines_only(vcenter: Vcenter, content: Any) -> None:
    rule = vcenter.add(Rule("CloneVM", fault("NoDiskSpace", "full", datastore="LocalDS_0"), name="^full-", times=1))
    error = clone(content, "full-1").info.error
    assert isinstance(error, vim.fault.NoDiskSpace)
    assert (error.datastore, error.msg) == ("LocalDS_0", "full")
    assert clone(content, "fine-1").info.state == "success"
    assert clone(content, "full-2").info.state == "success"  # it acts once
    assert (vcenter.rules[rule]["Matched"], vcenter.rules[rule]["Fired"]) == (2, 1)
    assert vcenter.calls["CloneVM"] == 3


def test_a_call_fails_directly(vcenter: Vcenter, content: Any) -> None:
    WaitForTask(clone(content, "direct"))
    vcenter.add(Rule("PowerOnVM", fault("InsufficientResourcesFault", "no <host>", direct=True), name="^direct$"))
    with pytest.raises(vim.fault.InsufficientResourcesFault, match="no <host>"):
        machines(content)["direct"].PowerOnVM_Task()


def test_a_slow_task_runs_and_can_be_cancelled(vcenter: Vcenter, content: Any) -> None:
    vcenter.add(Rule("CloneVM", slow(0.5), name="^slow-"))
    first, second = clone(content, "slow-1"), clone(content, "slow-2")
    assert (first.info.state, second.info.state) == ("running", "running")
    second.CancelTask()
    WaitForTask(first)
    until(lambda: second.info.state != "running")
    assert isinstance(second.info.error, vmodl.fault.RequestCanceled)
    there = machines(content)
    assert "slow-1" in there
    assert "slow-2" not in there
    with pytest.raises(vim.fault.InvalidState):
        first.CancelTask()


def test_answers_can_be_lost(vcenter: Vcenter, content: Any) -> None:
    vcenter.add(Rule("CloneVM", drop(), name="^lost-1$"))
    vcenter.add(Rule("CloneVM", hang(0.1), name="^lost-2$"))
    vcenter.add(Rule("CloneVM", respond(503), name="^lost-3$"))
    for name in ("lost-1", "lost-2", "lost-3"):
        with pytest.raises((OSError, HTTPException)):
            clone(content, name)
    assert {"lost-1", "lost-2", "lost-3"} & machines(content).keys() == {"lost-1"}


def test_sessions_expire(vcenter: Vcenter, content: Any) -> None:
    machine = machines(content)["debian-12"]
    vcenter.expire_sessions()
    with pytest.raises(vim.fault.NotAuthenticated):
        _ = machine.name
    with pytest.raises(vim.fault.NotAuthenticated):
        content.propertyCollector.CreatePropertyCollector()
    with logged_in(vcenter) as again:
        assert "debian-12" in machines(again)


def test_a_restart_keeps_what_there_is(vcenter: Vcenter, content: Any) -> None:
    before = set(machines(content))
    vcenter.stop()
    with pytest.raises(OSError, match="refused"), logged_in(vcenter):
        pass
    vcenter.start()
    with pytest.raises(OSError):  # the connection that was open
        _ = content.rootFolder.name
    with pytest.raises(vim.fault.NotAuthenticated):
        _ = content.rootFolder.name
    with logged_in(vcenter) as again:
        assert set(machines(again)) == before


def test_an_unknown_fault_is_refused(vcenter: Vcenter) -> None:
    with pytest.raises(LabError, match="no fault"):
        vcenter.add(Rule("CloneVM", fault("NoSuchFault")))
    assert vcenter.rules == []
