"""A vCenter's objects in neutral words, from answers as they come over the wire."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from cloudctl.domain.inventory import CloudObject, ObjectKind, ObjectStatus
from cloudctl.providers.vsphere.sightings import (
    NOWHERE,
    Depth,
    Places,
    depth_of,
    in_trash,
    mark_of,
    of_machine,
    of_network,
    volumes_of,
)
from cloudctl.providers.vsphere.soap import Seen, parse
from tests.unit.providers.vsphere import answers
from tests.unit.providers.vsphere.answers import prop, reference

KEY = UUID(int=42)
PLACES = Places(
    folders={
        "group-v3": "",
        "group-v9": "cloudctl/fgw",
        "group-v10": "cloudctl/trash",
        "group-v11": "cloudctl/trash/a",
    },
    hosts={"host-9": ("esx-9", "Cluster-1")},
    key_field="101",
    fields={"101": "cloudctl.key", "102": "owner"},
    trash=frozenset({"group-v10"}),
)
SNAPSHOT = """<VirtualMachineSnapshotTree><snapshot type="VirtualMachineSnapshot">snapshot-{0}</snapshot><vm
 type="VirtualMachine">vm-7</vm><name>s{0}</name><createTime>2026-03-02T08:15:30.5Z</createTime>{1}"""


def seen(*properties: str) -> Seen:
    basic = (
        prop("name", "web-0042"),
        reference("parent", "Folder", "group-v9"),
        prop("config.instanceUuid", "5021-aa"),
        prop("config.template", "false", "xsd:boolean"),
        prop("config.changeVersion", "2026-10-30T02:44:11.1Z"),
        prop("summary.config.numCpu", "4", "xsd:int"),
        prop("summary.config.memorySizeMB", "8192", "xsd:int"),
        prop("runtime.powerState", "poweredOn"),
        prop("runtime.connectionState", "connected"),
        reference("runtime.host", "HostSystem", "host-9"),
    )
    # A later property of the same name stands in place of the former.
    (one,) = parse(answers.listed(answers.machine("vm-7", *basic, *properties))).objects
    return one


def told(*properties: str) -> list[CloudObject]:
    one = seen(*properties)
    return list(of_machine(one.moid, one.values, depth_of(mark_of(one.values), one.values), PLACES))


def test_a_server() -> None:
    nic = "<GuestNicInfo><ipAddress>10.1.0.9</ipAddress><ipAddress>fe80::1</ipAddress><ipAddress>10.1.0.10</ipAddress>"
    (server,) = told(
        prop("guest.net", f"{nic}<macAddress>a</macAddress></GuestNicInfo>", "ArrayOfGuestNicInfo"),
        prop("config.createDate", "2026-03-02T08:15:30Z", "xsd:dateTime"),
        answers.devices(answers.disk("[ds] web/web.vmdk", 40, "6000-c2"), answers.card("dvportgroup-21")),
        answers.notes(**{"svga.present": "TRUE", "cloudctl.key": str(KEY), "cloudctl.name": "web"}),
    )
    assert server == CloudObject(
        kind=ObjectKind.SERVER,
        native_id="5021-aa",
        name="web",
        key=KEY,
        tenant="group-v9",
        tenant_name="cloudctl/fgw",
        zone="Cluster-1",
        status=ObjectStatus.ACTIVE,
        vcpu=4,
        memory_mib=8192,
        disk_gib=40,
        host="esx-9",
        addresses=("10.1.0.10", "10.1.0.9"),
        networks=("dvportgroup-21",),
        created_at=datetime(2026, 3, 2, 8, 15, 30, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("power", "connection", "goal", "status"),
    [
        ("poweredOff", "connected", "", ObjectStatus.STOPPED),
        ("suspended", "connected", "", ObjectStatus.STOPPED),
        ("poweredOn", "inaccessible", "", ObjectStatus.ERROR),
        ("poweredOn", "disconnected", "", ObjectStatus.UNKNOWN),
        ("poweredOff", "connected", '{"act":"build"}', ObjectStatus.BUILDING),
        ("poweredOff", "connected", '{"act":"delete"}', ObjectStatus.DELETING),
        ("poweredOn", "connected", "no JSON", ObjectStatus.ACTIVE),
    ],
)
def test_the_status(power: str, connection: str, goal: str, status: ObjectStatus) -> None:
    (server,) = told(
        prop("runtime.powerState", power),
        prop("runtime.connectionState", connection),
        answers.notes(**{"cloudctl.goal": goal}),
    )
    assert server.status is status


def test_only_cards_that_are_or_will_be_connected_count() -> None:
    (server,) = told(
        answers.devices(
            answers.card("dvportgroup-3", kind="VirtualE1000e"),
            answers.card("dvportgroup-2", connected=False),
            answers.card("dvportgroup-1", connected=False, starts=False),
        )
    )
    assert server.networks == ("dvportgroup-2", "dvportgroup-3")


def test_the_last_note_counts_and_an_empty_one_takes_the_key_away() -> None:
    field = "<CustomFieldValue xsi:type='CustomFieldStringValue'><key>{}</key><value>{}</value></CustomFieldValue>"
    fields = field.format(101, KEY) + field.format(102, "li")
    values = prop("customValue", fields, "ArrayOfCustomFieldValue")
    (server,) = told(values)
    assert (server.key, server.tags) == (KEY, ("owner=li",))
    (server,) = told(values, answers.notes(**{"cloudctl.key": ""}))
    assert server.key is None


def test_snapshots_of_a_tree() -> None:
    end = "</VirtualMachineSnapshotTree>"
    child = SNAPSHOT.format(2, "").replace("VirtualMachineSnapshotTree>", "childSnapshotList>") + "</childSnapshotList>"
    tree = SNAPSHOT.format(1, child) + end + SNAPSHOT.format(3, "") + end
    _, *snapshots = told(prop("snapshot.rootSnapshotList", tree, "ArrayOfVirtualMachineSnapshotTree"))
    assert [(each.native_id, each.name, each.server) for each in snapshots] == [
        ("snapshot-1", "s1", "5021-aa"),
        ("snapshot-2", "s2", "5021-aa"),
        ("snapshot-3", "s3", "5021-aa"),
    ]


def test_a_template_is_an_image() -> None:
    (image,) = told(
        prop("config.template", "true", "xsd:boolean"), answers.devices(answers.disk("[ds] t.vmdk", 10, "6000-01"))
    )
    assert (image.kind, image.native_id, image.disk_gib, image.host) == (ObjectKind.IMAGE, "5021-aa", 10, None)


def test_a_holder_is_its_volume() -> None:
    held = '{"path": "[ds] web/data.vmdk", "size_gib": 100, "server": "5021-bb"}'
    noted = {"cloudctl.kind": "volume", "cloudctl.key": str(KEY), "cloudctl.name": "data", "cloudctl.disk": held}
    (volume,) = told(answers.notes(**noted))
    assert (volume.kind, volume.key, volume.name) == (ObjectKind.VOLUME, KEY, "data")
    assert (volume.disk_gib, volume.server, volume.status) == (100, "5021-bb", ObjectStatus.ACTIVE)
    (volume,) = told(answers.notes(**noted), answers.devices(answers.disk("[ds] data.vmdk", 120, "6000-02")))
    assert volume.disk_gib == 120


def test_disks_beyond_the_first_are_volumes_unless_a_holder_speaks_for_them() -> None:
    disks = [answers.disk(f"[ds] web/{number}.vmdk", 10 * number, f"6000-0{number}", number) for number in (1, 2, 3)]
    one = seen(answers.devices(*disks))
    depth = depth_of("m", one.values)
    (server,) = of_machine(one.moid, one.values, depth, PLACES)
    found = list(volumes_of(server, depth, {"[ds] web/2.vmdk"}))
    assert [(each.native_id, each.name, each.disk_gib, each.server) for each in found] == [
        ("6000-03", "[ds] web/3.vmdk", 30, "5021-aa")
    ]
    assert found[0].tenant_name == "cloudctl/fgw"


def test_the_trash() -> None:
    assert in_trash(seen(reference("parent", "Folder", "group-v10")).values, PLACES)
    assert not in_trash(seen().values, PLACES)


def test_a_machine_that_is_just_being_made_has_little() -> None:
    (one,) = parse(answers.listed(answers.machine("vm-8", prop("name", "new")))).objects
    (server,) = of_machine(one.moid, one.values, Depth(), NOWHERE)
    assert (server.native_id, server.name, server.vcpu, server.tenant, server.zone) == ("vm-8", "new", None, None, None)


def test_places_say_what_they_do_not_know() -> None:
    assert PLACES.has(seen().values)
    assert not PLACES.has(seen(reference("parent", "Folder", "group-v99")).values)
    assert not PLACES.has(seen(reference("runtime.host", "HostSystem", "host-99")).values)


def network(*properties: str) -> CloudObject | None:
    body = answers.listed(answers.machine("dvportgroup-21", *properties))
    (one,) = parse(body).objects
    return of_network(one.moid, one.values, PLACES)


@pytest.mark.parametrize(
    ("setting", "taken"),
    [
        ("<vlanId>310</vlanId>", ((310, 310),)),
        ("<vlanId>0</vlanId>", ()),
        (
            "<vlanId><start>20</start><end>29</end></vlanId><vlanId><start>7</start><end>7</end></vlanId>",
            ((7, 7), (20, 29)),
        ),
        ("<vlanId><start>0</start><end>4094</end></vlanId>", ()),
        ("<vlanId><start>0</start><end>9</end></vlanId>", ((1, 9),)),
        ("", ()),
    ],
)
def test_the_vlans_that_a_portgroup_takes_up(setting: str, taken: tuple[tuple[int, int], ...]) -> None:
    config = f"<inherited>false</inherited><vlan><inherited>false</inherited>{setting}</vlan>"
    found = network(prop("name", "seg"), prop("config.defaultPortConfig", config, "VMwareDVSPortSetting"))
    assert found is not None
    assert found.vlans == taken


def test_networks() -> None:
    foreign = network(prop("name", "VM Network"))
    assert foreign is not None
    assert (foreign.native_id, foreign.name, foreign.key, foreign.addresses) == (
        "dvportgroup-21",
        "VM Network",
        None,
        (),
    )
    words = f"cloudctl:{KEY} tenant group-v9 10.8.1.0/24 fd00:8::/64"
    ours = network(prop("name", "net-1"), prop("config.description", words))
    assert ours is not None
    assert (ours.key, ours.tenant, ours.tenant_name) == (KEY, "group-v9", "cloudctl/fgw")
    assert ours.addresses == ("10.8.1.0/24", "fd00:8::/64")
    assert ours.vlans == ()
    tag = prop("tag", "<Tag><key>SYSTEM/DVS.UPLINKPG</key></Tag>", "ArrayOfTag")
    assert network(prop("name", "up"), tag) is None
    assert network(prop("name", "up"), prop("config.uplink", "true", "xsd:boolean")) is None
