"""The next step of a machine is decided from what is there: every way leads to the goal, whoever walks it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudctl.providers.vsphere.machines import (
    DISK,
    GOAL,
    KEY,
    KIND,
    Disk,
    Goal,
    Held,
    Machine,
    Nic,
    full_name,
    machine,
    noted,
    promised_uuid,
)
from cloudctl.providers.vsphere.steps import SHUTDOWN_GRACE_S, Act, Site, Step, step_of, volume_step

NOW = datetime(2026, 3, 2, tzinfo=UTC)
BUILD = Goal(act="build", vcpu=4, memory_mib=8192, root_disk_gib=40, network="pg-1", on=True)
ROOT = "[ds] web/web.vmdk"
DATA = "[ds] data/data.vmdk"


def server(goal: Goal | None = None, **more: object) -> Machine:
    key = uuid4()
    values: dict[str, object] = {
        "moid": "vm-1",
        "uuid": str(uuid4()),
        "name": full_name("web", key),
        "vcpu": 1,
        "memory_mib": 1024,
        "disks": (Disk(path=ROOT, size_gib=10),),
        "nics": (Nic(network="template-net", connected=True),),
        "notes": {KEY: str(key), KIND: "server", **noted(goal=goal)},
    }
    return Machine(**(values | more))  # type: ignore[arg-type]


def holder(held: Held | None = None, *, disk: bool = True, goal: Goal | None = None) -> Machine:
    key = uuid4()
    return Machine(
        moid="vm-2",
        uuid=str(uuid4()),
        name=full_name("data", key),
        disks=(Disk(path=DATA, size_gib=5),) if disk else (),
        notes={KEY: str(key), KIND: "volume", **noted(goal=goal, disk=held)},
    )


def done(target: Machine, step: Step) -> Machine:
    """The machine after a task of the vCenter."""
    if step.act in (Act.POWER_ON, Act.POWER_OFF):
        return replace(target, on=step.act is Act.POWER_ON)
    if step.act is Act.TRASH:
        return replace(target, parent="trash")
    disks = tuple(
        replace(disk, size_gib=step.grow.get(disk.path, disk.size_gib))
        for disk in target.disks
        if disk.path not in step.drop
    )
    if step.add is not None:
        assert all(disk.path != step.add.path for disk in disks)
        disks += (Disk(path=step.add.path, size_gib=step.add.size_gib),)
    nics = () if step.drop_nics else target.nics
    return replace(
        target,
        vcpu=step.vcpu or target.vcpu,
        memory_mib=step.memory_mib or target.memory_mib,
        nics=(Nic(network=step.network, connected=True),) if step.network else nics,
        disks=disks,
        name=step.name or target.name,
        uuid=step.uuid or target.uuid,
        notes={**target.notes, **step.notes},
    )


def walked(target: Machine, *others: Machine, now: datetime = NOW) -> tuple[Machine, list[Act]]:
    """Step by step to where there is none any more."""
    acts: list[Act] = []
    while (step := step_of(target, Site([target, *others]), now)) is not None:
        assert len(acts) < 10
        acts.append(step.act)
        target = done(target, step)
        if step.act is Act.TRASH:
            break
    return target, acts


@pytest.mark.parametrize("vcpu", [1, 4])
@pytest.mark.parametrize("on", [False, True])
def test_a_clone_has_what_was_asked_for_before_it_is_switched_on(vcpu: int, on: bool) -> None:
    made, acts = walked(server(BUILD, vcpu=vcpu, on=on))
    assert (made.vcpu, made.memory_mib, made.disks[0].size_gib, made.nics[0].network) == (4, 8192, 40, "pg-1")
    assert made.on
    assert made.goal is None
    assert acts == ([Act.RECONFIGURE] * 2 if on else [Act.RECONFIGURE, Act.POWER_ON, Act.RECONFIGURE])


def test_a_machine_without_a_goal_is_left_alone_whatever_it_has() -> None:
    for odd in (server(), server(on=True), server(vcpu=0, nics=(), disks=())):
        assert step_of(odd, Site([odd]), NOW) is None


def test_a_resize_switches_off_changes_and_switches_on_and_waits_to_be_confirmed() -> None:
    goal = Goal(act="resize", vcpu=8, memory_mib=16384, root_disk_gib=40, on=True)
    made, acts = walked(server(goal, on=True))
    assert (made.vcpu, made.memory_mib, made.on) == (8, 16384, True)
    assert acts == [Act.POWER_OFF, Act.RECONFIGURE, Act.POWER_ON, Act.RECONFIGURE]
    assert made.goal is not None
    assert made.goal.act == "resized"
    stopped, _ = walked(server(replace_on(goal, on=False)))
    assert not stopped.on


def replace_on(goal: Goal, *, on: bool) -> Goal:
    return Goal(act=goal.act, vcpu=goal.vcpu, memory_mib=goal.memory_mib, root_disk_gib=goal.root_disk_gib, on=on)


def test_a_root_disk_never_shrinks() -> None:
    large = server(BUILD, disks=(Disk(path=ROOT, size_gib=80),))
    assert walked(large)[0].disks[0].size_gib == 80


def test_a_guest_that_can_be_asked_has_its_time_to_shut_down() -> None:
    goal = Goal(act="stop", since=NOW.timestamp())
    asked = server(goal, on=True, tools=True)
    assert step_of(asked, Site([asked]), NOW + timedelta(seconds=SHUTDOWN_GRACE_S - 1)) is None
    late = step_of(asked, Site([asked]), NOW + timedelta(seconds=SHUTDOWN_GRACE_S))
    assert late is not None
    assert late.act is Act.POWER_OFF
    assert walked(replace(asked, on=False))[0].goal is None


def test_what_is_deleted_is_off_and_cut_off_and_leaves_others_disks_before_it_goes_to_the_trash() -> None:
    keeper = holder(Held(path=DATA, size_gib=5, server="any"), disk=False)
    disks = (Disk(path=ROOT, size_gib=10), Disk(path=DATA, size_gib=5))
    old = server(Goal(act="delete"), on=True, disks=disks)
    gone, acts = walked(old, keeper)
    assert acts == [Act.POWER_OFF, Act.RECONFIGURE, Act.TRASH]
    assert (gone.parent, gone.on, gone.nics, gone.key) == ("trash", False, (), None)
    assert [disk.path for disk in gone.disks] == [ROOT]
    assert (gone.uuid, gone.name) != (old.uuid, old.name)


def moved(keeper: Machine, *servers: Machine) -> tuple[Machine, list[Machine]]:
    """A volume's way to its end; at every moment at most one machine has its disk."""
    everyone = {each.uuid: each for each in (keeper, *servers)}
    for _ in range(10):
        found = volume_step(everyone[keeper.uuid], Site(everyone.values()))
        if found is None:
            return everyone[keeper.uuid], [everyone[each.uuid] for each in servers]
        target, step = found
        everyone[target.uuid] = done(target, step)
        assert sum(each.disk(DATA) is not None for each in everyone.values()) <= 1
    raise AssertionError("no end")


@given(wants=st.sampled_from([None, 0, 1]), has=st.sampled_from([None, 0, 1, "holder"]), leaving=st.booleans())
def test_a_volume_comes_to_where_it_is_wanted_from_wherever_it_is(wants, has, leaving) -> None:
    servers = [server(), server()]
    if leaving and wants is not None:
        servers[wants] = server(Goal(act="delete"))
    if isinstance(has, int):
        disks = (*servers[has].disks, Disk(path=DATA, size_gib=5))
        servers[has] = replace(servers[has], disks=disks)
    wanted = None if wants is None else servers[wants].uuid
    keeper, after = moved(holder(Held(path=DATA, size_gib=5, server=wanted), disk=has == "holder"), *servers)
    at = [index for index, each in enumerate(after) if each.disk(DATA) is not None]
    assert at == ([] if wants is None or leaving else [wants])
    assert (keeper.disk(DATA) is not None) is (not at)
    assert sum(len(each.disks) for each in after) == 2 + len(at)


def test_a_volume_of_a_server_that_is_gone_comes_back_to_its_holder() -> None:
    keeper, _ = moved(holder(Held(path=DATA, size_gib=5, server=str(uuid4())), disk=False))
    assert [disk.path for disk in keeper.disks] == [DATA]


def test_a_volume_that_grew_on_its_server_keeps_its_size() -> None:
    grown = server(disks=(Disk(path=ROOT, size_gib=10), Disk(path=DATA, size_gib=9)))
    keeper, _ = moved(holder(Held(path=DATA, size_gib=5), disk=False), grown)
    assert keeper.disks[0].size_gib == 9


def test_addresses_that_two_machines_have_clash() -> None:
    first = server(notes={"cloudctl.addresses": "10.0.0.5/24 fd00::5/64"})
    second = server(notes={"cloudctl.addresses": "10.0.0.6/24 fd00::5/64"})
    site = Site([first, second])
    assert site.clash(first)
    assert site.clash(second)
    assert not Site([first]).clash(first)


def test_notes_that_are_no_notes_of_ours_mean_nothing() -> None:
    odd = server(notes={KEY: "not a key", GOAL: "{", DISK: "[]", KIND: ""})
    assert (odd.key, odd.goal, odd.held, odd.holds, odd.addresses) == (None, None, None, False, ())


def test_a_machine_is_read_from_what_a_collector_answers() -> None:
    class Ref:
        def _GetMoId(self) -> str:  # noqa: N802
            return "vm-9"

    class Option:
        def __init__(self, key: str, value: str) -> None:
            self.key, self.value = key, value

    key = uuid4()
    notes = [Option("guestinfo.userdata", "SECRET"), Option(KEY, str(uuid4())), Option(KEY, str(key))]
    read = machine(Ref(), {"name": "web", "config.extraConfig": notes, "runtime.powerState": "poweredOn"}, 5)
    assert (read.moid, read.key, read.on, read.vcpu, read.disks) == ("vm-9", key, True, 0, ())
    assert "SECRET" not in repr(read)
    bare = machine(Ref(), {}, None)
    assert (bare.uuid, bare.name, bare.key) == ("", "", None)


def test_names_end_in_the_key_and_fit() -> None:
    key = UUID("01a200c7-83ae-7486-9b1a-399899204021")
    assert full_name("x" * 200, key).endswith("-399899204021")
    assert len(full_name("x" * 200, key)) == 80
    assert "/" not in full_name("a/b%c\\d", key)
    assert promised_uuid(key) != promised_uuid(uuid4())
