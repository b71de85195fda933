"""The vSphere feed on the simulator: the same objects whatever their names and places, an honest cursor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from pyVmomi import vim

from cloudctl.domain.adoptions import AdoptionRule, Criterion
from cloudctl.domain.errors import BackendError, Unreachable
from cloudctl.domain.inventory import CloudObject, ObjectKind, ObjectState, ObjectStatus, Recorded
from cloudctl.providers.vsphere import reader
from cloudctl.providers.vsphere.inventory import VsphereInventory
from cloudctl.providers.vsphere.machines import promised_uuid
from tests.lab.vcenter import Rule, Vcenter, VcenterServer, drop, fault
from tests.lab.vcenter.site import Objects, Site


@pytest.fixture(scope="module")
def server() -> Iterator[Vcenter]:
    with VcenterServer(vms=6, clusters=2, folders=2, snapshot_every=3) as vcenter:
        yield vcenter


@pytest.fixture
def site(server: Vcenter, tmp_path: Path) -> Iterator[Site]:
    site = Site(server, tmp_path / "clouds.yaml")
    yield site
    server.clear()
    site.close()


@pytest.fixture
def one(site: Site) -> CloudObject:
    """A server whose fate the feed has followed from here on."""
    return min(site.servers(), key=lambda each: each.native_id)


def test_counts_everything_in_neutral_words(site: Site) -> None:
    there = site.full()
    kinds = [kind for kind, _ in there]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"server": 6, "snapshot": 2, "image": 2, "network": 3}
    server = next(each for each in there.values() if each.name.endswith("VM0"))
    assert (server.vcpu, server.memory_mib, server.disk_gib) == (2, 4096, 40)
    assert server.status is ObjectStatus.ACTIVE
    assert server.tenant_name in {"dept-00", "dept-01"}
    assert server.zone in {"DC0_C0", "DC0_C1"}
    assert server.host is not None
    assert len(server.addresses) == 1
    assert [there["network", network].name for network in server.networks] == ["DC0_DVPG0"]
    snapshots = [each for each in there.values() if each.kind is ObjectKind.SNAPSHOT]
    assert all(("server", each.server) in there for each in snapshots)
    assert {each.name for each in there.values() if each.kind is ObjectKind.IMAGE} == {"debian-12", "openeuler-24.03"}


def test_counting_again_reads_no_devices_and_finds_the_same(site: Site) -> None:
    assert site.full() == site.full() == site.full(site.another())


def test_a_list_comes_in_pages(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = site.full()
    monkeypatch.setattr(reader, "PAGE_SIZE", 3)
    assert site.full(site.another()) == whole
    assert site.vcenter.calls["ContinueRetrievePropertiesEx"] > 2


def test_half_a_list_and_an_error_is_an_error(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "PAGE_SIZE", 3)
    site.vcenter.clear()
    whole = site.full()
    last = site.vcenter.calls["ContinueRetrievePropertiesEx"]
    site.vcenter.add(Rule("ContinueRetrievePropertiesEx", fault("RuntimeFault", "half"), skip=last - 1))
    found: Objects = {}

    def gather() -> None:
        for page in site.inventory.full():
            found.update({each.identity: each for each in page})

    with pytest.raises(BackendError, match="half"):
        gather()
    assert found
    assert found.keys() < whole.keys()


@pytest.mark.parametrize("strike", ["expire_sessions", "restart"])
def test_a_session_lost_in_the_middle_of_a_list_is_an_error_and_never_a_short_list(
    site: Site, monkeypatch: pytest.MonkeyPatch, strike: str
) -> None:
    monkeypatch.setattr(reader, "PAGE_SIZE", 2)
    whole = site.full()
    pages = site.inventory.full()
    found = {each.identity for _ in range(2) for each in next(pages)}
    getattr(site.vcenter, strike)()
    with pytest.raises(BackendError):
        list(pages)
    assert found < whole.keys()
    assert site.full() == whole


def test_an_answer_lost_in_the_middle_of_a_list_is_an_error_as_well(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "PAGE_SIZE", 3)
    site.vcenter.clear()
    site.full()
    last = site.vcenter.calls["ContinueRetrievePropertiesEx"]
    site.vcenter.add(Rule("ContinueRetrievePropertiesEx", drop(), skip=last - 1, times=1))
    with pytest.raises(BackendError):
        list(site.inventory.full())


def test_nothing_happened(site: Site) -> None:
    first = site.inventory.changes(None)
    site.full()
    news = site.inventory.changes(first.cursor)
    assert (news.complete, list(news.objects), list(news.suspects)) == (True, [], [])


def change_of(site: Site, one: CloudObject, act: Callable[[Any], Any]) -> CloudObject:
    """What the feed tells of one server after an act on it: it stays the same object, and nothing is suspected."""
    cursor = site.inventory.changes(None).cursor
    site.full()
    site.act(one.native_id, act)
    news = site.inventory.changes(cursor)
    assert news.complete
    assert list(news.suspects) == []
    (found,) = [each for each in news.objects if each.kind is ObjectKind.SERVER]
    assert found.native_id == one.native_id
    assert found == site.full()[one.identity] == site.full(site.another())[one.identity]
    return found


def test_a_renamed_server_is_the_same(site: Site, one: CloudObject) -> None:
    assert change_of(site, one, lambda machine: machine.Rename_Task("another name")).name == "another name"


def test_a_moved_server_is_the_same(site: Site, one: CloudObject) -> None:
    target = next(name for name in ("dept-00", "dept-01") if name != one.tenant_name)
    folder = site.folder(f"DC0/vm/{target}")
    found = change_of(site, one, lambda machine: folder.MoveIntoFolder_Task([machine]))
    assert found.tenant_name == target


def test_a_server_with_a_new_address_is_the_same(site: Site, one: CloudObject) -> None:
    options = [vim.option.OptionValue(key="SET.guest.ipAddress", value="192.0.2.77")]
    found = change_of(site, one, lambda machine: machine.ReconfigVM_Task(vim.vm.ConfigSpec(extraConfig=options)))
    assert found.addresses == ("192.0.2.77",)


def test_a_server_on_another_host_is_the_same(site: Site, one: CloudObject) -> None:
    hosts = site.folder("DC0/host/DC0_C1").host
    host = next(each for each in hosts if each.name != one.host)
    found = change_of(site, one, lambda machine: machine.RelocateVM_Task(vim.vm.RelocateSpec(host=host)))
    assert (found.host, found.zone) == (host.name, "DC0_C1")


def test_a_server_whose_card_is_down_is_the_same(site: Site, one: CloudObject) -> None:
    def unplug(machine: Any) -> Any:
        kind = vim.vm.device.VirtualEthernetCard
        (card,) = [each for each in machine.config.hardware.device if isinstance(each, kind)]
        card.connectable.connected = card.connectable.startConnected = False
        change = vim.vm.device.VirtualDeviceSpec(operation="edit", device=card)
        return machine.ReconfigVM_Task(vim.vm.ConfigSpec(deviceChange=[change]))

    assert change_of(site, one, unplug).networks == ()


def test_a_resized_and_stopped_server_is_the_same(site: Site, one: CloudObject) -> None:
    wanted = vim.vm.ConfigSpec(numCPUs=5, memoryMB=8192)
    found = change_of(site, one, lambda machine: machine.ReconfigVM_Task(wanted))
    assert (found.vcpu, found.memory_mib) == (5, 8192)
    assert change_of(site, one, lambda machine: machine.PowerOffVM_Task()).status is ObjectStatus.STOPPED
    assert change_of(site, one, lambda machine: machine.PowerOnVM_Task()).status is ObjectStatus.ACTIVE


def test_all_renamed_at_once_are_the_same(site: Site) -> None:
    cursor = site.inventory.changes(None).cursor
    before = site.full()
    site.vcenter.rename_all("new-")
    news = site.inventory.changes(cursor)
    assert news.complete
    assert list(news.suspects) == []
    renamed = {each.identity: each for each in news.objects if each.kind is ObjectKind.SERVER}
    assert renamed.keys() == {identity for identity, each in before.items() if each.kind is ObjectKind.SERVER}
    assert all(each.name == f"new-{before[identity].name}" for identity, each in renamed.items())


def test_a_new_server_comes_and_a_deleted_one_is_suspected(site: Site) -> None:
    (image,) = [each for each in site.full().values() if each.name == "debian-12"]
    cursor = site.inventory.changes(None).cursor
    uuid = site.clone(image.native_id, "short-lived")
    news = site.inventory.changes(cursor)
    assert [each.native_id for each in news.objects] == [uuid]
    assert [each.native_id for each in site.inventory.look(ObjectKind.SERVER, [uuid])] == [uuid]
    site.act(uuid, lambda machine: machine.Destroy_Task())
    gone = site.inventory.changes(news.cursor)
    assert list(gone.suspects) == [("server", uuid)]
    assert list(site.inventory.look(ObjectKind.SERVER, [uuid])) == []
    assert ("server", uuid) not in site.full()


def test_a_living_server_said_to_have_left_is_there_at_a_second_look(site: Site, one: CloudObject) -> None:
    cursor = site.inventory.changes(None).cursor
    there = site.full()
    site.vcenter.say_left(f"^{there[one.identity].name}$")
    news = site.inventory.changes(cursor)
    assert ("server", one.native_id) in news.suspects
    assert list(site.inventory.look(ObjectKind.SERVER, [one.native_id])) == [there[one.identity]]


def test_a_removed_snapshot_is_suspected(site: Site, one: CloudObject) -> None:
    task = site.act(one.native_id, lambda machine: machine.CreateSnapshot_Task("s", "", memory=False, quiesce=False))
    cursor = site.inventory.changes(None).cursor
    assert ("snapshot", task._moId) in site.full()
    site.hands.call(lambda _: task.RemoveSnapshot_Task(removeChildren=False))
    news = site.inventory.changes(cursor)
    assert ("snapshot", task._moId) in news.suspects
    assert list(site.inventory.look(ObjectKind.SNAPSHOT, [task._moId])) == []


def test_our_servers_have_their_key_and_our_volumes_are_told_once(site: Site) -> None:
    (image,) = [each for each in site.full().values() if each.name == "debian-12"]
    server, holder = site.clone(image.native_id, "web-1"), site.clone(image.native_id, "volume-1")
    keys = uuid4(), uuid4()
    path = site.add_disk(server, 25)
    site.note(server, key=str(keys[0]), name="web", addresses="10.8.1.5/24 fd00:8::5/64")
    held = f'{{"path": "{path}", "size_gib": 25, "server": "{server}"}}'
    site.note(holder, key="", kind="volume", disk=held, name="data")
    site.note(holder, key=str(keys[1]))
    there = site.full(site.another())
    web, data = there["server", server], there["volume", holder]
    assert (web.key, web.name, web.addresses) == (keys[0], "web", ("10.8.1.5", "fd00:8::5"))
    assert (data.key, data.name, data.server) == (keys[1], "data", server)
    assert [each for each in there.values() if each.kind is ObjectKind.VOLUME] == [data]
    assert there.keys() == site.full().keys()
    site.act(holder, lambda machine: machine.Destroy_Task())
    (orphan,) = [each for each in site.full().values() if each.kind is ObjectKind.VOLUME]
    assert (orphan.name, orphan.disk_gib, orphan.server, orphan.key) == (path, 25, server, None)
    assert list(site.inventory.look(ObjectKind.VOLUME, [orphan.native_id])) == [orphan]
    site.act(server, lambda machine: machine.Destroy_Task())


def test_a_key_in_the_custom_field_alone_counts(site: Site, one: CloudObject) -> None:
    fields = site.hands.call(lambda content: content.customFieldsManager)
    ours = site.hands.call(lambda _: fields.AddCustomFieldDef("cloudctl.key", vim.VirtualMachine)).key
    other = site.hands.call(lambda _: fields.AddCustomFieldDef("owner", vim.VirtualMachine)).key
    machine = site.machine(one.native_id)
    site.hands.call(lambda _: fields.SetField(machine, ours, str(UUID(int=7))))
    site.hands.call(lambda _: fields.SetField(machine, other, "li"))
    found = site.full(site.another())[one.identity]
    assert (found.key, found.tags) == (UUID(int=7), ("owner=li",))


def test_who_did_it_is_told_with_what_changed(site: Site, one: CloudObject, monkeypatch: pytest.MonkeyPatch) -> None:
    events = vim.event.EventManager.QueryEvents

    def signed(manager: Any, wanted: Any) -> Any:
        """The simulator's own events; it leaves out who was at work."""
        told = events(manager, wanted)
        for each in told:
            each.userName = "CITY\\wang"
        return told

    monkeypatch.setattr(vim.event.EventManager, "QueryEvents", signed)
    cursor = site.inventory.changes(None).cursor
    site.act(one.native_id, lambda machine: machine.PowerOffVM_Task())
    changes = site.inventory.changes(cursor)
    assert changes.actors[one.native_id] == "CITY\\wang"
    assert {each.native_id: each.status for each in changes.objects}[one.native_id] is ObjectStatus.STOPPED
    site.act(one.native_id, lambda machine: machine.PowerOnVM_Task())


def test_tags_come_with_the_machine_and_rules_of_adoption_fit_them(site: Site, one: CloudObject) -> None:
    site.tag(one.native_id, "归属", "发改委")
    site.tag(one.native_id, "tier", "1", "2")
    found = site.full(site.another())[one.identity]
    assert found.tags == (*sorted({*one.tags, "归属=发改委", "tier=1", "tier=2"}),)
    assert all(not each.tags for each in site.full().values() if each.identity != one.identity)
    now = datetime.now(UTC)
    recorded = Recorded(
        id=uuid4(), cloud="v", state=ObjectState.PRESENT, misses=0, resource_id=None, object=found,
        first_seen_at=now, seen_at=now, changed_at=now,
    )  # fmt: skip
    whose = {"department_id": uuid4(), "system_id": uuid4(), "created_by": uuid4()}
    for wanted in ("归属=发改委", "归属=财政局"):
        rule = AdoptionRule(code="r", matches={Criterion.TAG: wanted}, term_months=1, created_at=now, **whose)
        assert rule.fits(recorded, {}) == (wanted == "归属=发改委")


def test_the_trash_is_no_part_of_it(site: Site) -> None:
    (image,) = [each for each in site.full().values() if each.name == "debian-12"]
    root = site.folder("DC0/vm")
    site.hands.call(lambda _: root.CreateFolder("cloudctl").CreateFolder("trash"))
    uuid = site.clone(image.native_id, "thrown-away")
    assert ("server", uuid) in site.full()
    cursor = site.inventory.changes(None).cursor
    trash = site.folder("DC0/vm/cloudctl/trash")
    site.act(uuid, lambda machine: trash.MoveIntoFolder_Task([machine]))
    assert list(site.inventory.changes(cursor).suspects) == [("server", uuid)]
    assert list(site.inventory.look(ObjectKind.SERVER, [uuid])) == []
    assert ("server", uuid) not in site.full()


@pytest.mark.parametrize("break_feed", ["lose_feeds", "expire_sessions", "restart"])
def test_a_gap_in_the_feed_is_told_and_then_it_goes_on(site: Site, one: CloudObject, break_feed: str) -> None:
    cursor = site.inventory.changes(None).cursor
    getattr(site.vcenter, break_feed)()
    lost = site.inventory.changes(cursor)
    assert (lost.complete, list(lost.objects), list(lost.suspects)) == (False, [], [])
    site.full()
    site.act(one.native_id, lambda machine: machine.ReconfigVM_Task(vim.vm.ConfigSpec(numCPUs=3)))
    again = site.inventory.changes(lost.cursor)
    assert again.complete
    assert [(each.native_id, each.vcpu) for each in again.objects if each.kind is ObjectKind.SERVER] == [
        (one.native_id, 3)
    ]


def test_a_session_lost_between_counts_is_no_error(site: Site) -> None:
    before = site.full()
    site.vcenter.expire_sessions()
    assert site.full() == before


def test_two_processes_serve_one_cursor(site: Site, one: CloudObject) -> None:
    other = site.another()
    cursor = site.inventory.changes(None).cursor
    site.act(one.native_id, lambda machine: machine.ReconfigVM_Task(vim.vm.ConfigSpec(numCPUs=4)))
    news = other.changes(cursor)
    assert news.complete
    assert [each.native_id for each in news.objects if each.kind is ObjectKind.SERVER] == [one.native_id]
    assert list(other.changes(news.cursor).objects) == []
    # Where nobody kept an answer, the same cursor gives it again, in either process.
    for again in (other, site.inventory, other):
        assert [each.vcpu for each in again.changes(cursor).objects if each.kind is ObjectKind.SERVER] == [4]


def test_a_process_that_began_later_cannot_serve_an_older_cursor(site: Site) -> None:
    cursor = site.inventory.changes(None).cursor
    other = site.another()
    late = other.changes(cursor)
    assert not late.complete
    assert other.changes(late.cursor).complete


def test_who_came_before_the_first_cursor_is_known_when_it_leaves(site: Site) -> None:
    (image,) = [each for each in site.full().values() if each.name == "debian-12"]
    site.inventory.changes(None)
    uuid = site.clone(image.native_id, "between")
    cursor = site.inventory.changes(None).cursor
    site.act(uuid, lambda machine: machine.Destroy_Task())
    for _ in range(2):
        assert list(site.inventory.changes(cursor).suspects) == [("server", uuid)]


def test_our_snapshot_has_its_key(site: Site, one: CloudObject) -> None:
    key = uuid4()
    words = f"cloudctl:{key}"
    task = site.act(one.native_id, lambda machine: machine.CreateSnapshot_Task("s", words, memory=False, quiesce=False))
    (found,) = [each for each in site.full().values() if each.key == key]
    assert (found.kind, found.native_id, found.server) == (ObjectKind.SNAPSHOT, promised_uuid(key), one.native_id)
    site.hands.call(lambda _: task.RemoveSnapshot_Task(removeChildren=False))


def test_a_feed_that_has_yet_to_begin_tells_everything(site: Site) -> None:
    (image,) = [each for each in site.full().values() if each.name == "debian-12"]
    uuid = site.clone(image.native_id, "before-it-began")
    early = VsphereInventory(site.client())
    site.full(early)
    cursor = early.changes(None).cursor
    site.act(uuid, lambda machine: machine.Destroy_Task())
    news = early.changes(cursor)
    assert news.complete
    assert list(news.suspects) == [("server", uuid)]
    assert {each.identity for each in news.objects} == site.full().keys()
    after = early.changes(news.cursor)
    assert (after.complete, list(after.objects), list(after.suspects)) == (True, [], [])


def test_a_feed_whose_session_ends_before_it_began_begins_anew(site: Site) -> None:
    early = VsphereInventory(site.client())
    cursor = early.changes(None).cursor
    site.vcenter.expire_sessions()
    assert site.full(early) == site.full()
    assert not early.changes(cursor).complete


def test_a_foreign_cursor_is_refused_without_an_error(site: Site) -> None:
    assert not site.inventory.changes("not a cursor").complete
    assert not site.inventory.changes("2020-01-01T00:00:00+00:00").complete


def test_a_vcenter_that_is_away_is_unreachable(site: Site) -> None:
    site.full()
    site.vcenter.stop()
    try:
        with pytest.raises(Unreachable):
            site.full()
        with pytest.raises(Unreachable):
            site.inventory.changes(None)
    finally:
        site.vcenter.start()
    assert site.full()
