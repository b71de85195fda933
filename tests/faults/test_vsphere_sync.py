"""Every fault of a vCenter that a sync meets: nothing is lost, nothing counts as gone, the sync says what happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pyVmomi import vim

from cloudctl.bootstrap import App, build
from cloudctl.domain.clouds import Cloud, CloudKind
from cloudctl.domain.inventory import ObjectKind, ObjectState, Recorded
from cloudctl.domain.syncs import Sync, SyncMode
from cloudctl.ports.context import platform
from cloudctl.providers.vsphere import reader
from cloudctl.services import catalogue, clouds, syncs
from cloudctl.settings import load
from tests.lab.vcenter import Rule, Vcenter, VcenterServer, drop, fault, hang, respond

VMS = 8
MANY = 10_000
ZONE = {"name": "政务外网区", "name_en": "Extranet", "max_mlps_level": 3}


@dataclass
class Office:
    """An installation with vCenters, and its syncs by hand."""

    app: App
    records: dict[str, Cloud]

    def sync(self, code: str, mode: SyncMode = SyncMode.FULL) -> Sync:
        ctx, me = self.app.context, platform("test")
        syncs.ask(ctx, me, code, mode=mode)
        done = syncs.run_due(ctx, me, code)
        assert done is not None
        return done

    def objects(self, code: str, state: ObjectState | None = ObjectState.PRESENT) -> dict[str, Recorded]:
        with self.app.context.unit_of_work(platform("test")) as uow:
            return {str(row.object.identity): row for row in uow.inventory.of(code, state=state)}

    def servers(self, code: str) -> dict[str, Recorded]:
        there = self.objects(code)
        return {key: row for key, row in there.items() if row.object.kind is ObjectKind.SERVER}

    def machine(self, code: str, native_id: str) -> Any:
        client = self.app.context.clouds.provider(self.records[code]).inventory._client
        return client.call(lambda content: content.searchIndex.FindByUuid(None, native_id, True, True))

    def close(self) -> None:
        for record in self.records.values():
            client = self.app.context.clouds.provider(record).inventory._client
            if client._stub is not None:  # it was asked for something
                client._stub.DropConnections()
        self.app.stop()


def office(directory: Path, **vcenters: Vcenter) -> Office:
    """An installation of its own whose clouds are these."""
    file = None
    for code, vcenter in vcenters.items():
        file = vcenter.write_clouds(directory / f"{code}.yaml", code, beside=file)
    app = build(load({}, {"data_dir": str(directory), "clouds_file": str(file)}))
    app.prepare()
    ctx, me = app.context, platform("test")
    catalogue.put(ctx, me, "zones", "extranet", ZONE)
    records = {}
    for code in vcenters:
        records[code] = clouds.register(
            ctx, me, code=code, name=code, kind=CloudKind.VSPHERE, zones=frozenset({"extranet"}), capacity={}
        )
    return Office(app, records)


@pytest.fixture(scope="module")
def vcenters() -> Iterator[tuple[Vcenter, Vcenter]]:
    with VcenterServer(vms=VMS, folders=2, snapshot_every=4) as one, VcenterServer(vms=3) as other:
        yield one, other


@pytest.fixture
def town(vcenters: tuple[Vcenter, Vcenter], tmp_path: Path) -> Iterator[Office]:
    one, other = vcenters
    made = office(tmp_path, east=one, west=other)
    yield made
    for vcenter in vcenters:
        vcenter.clear()
    made.close()


@pytest.fixture
def east(vcenters: tuple[Vcenter, Vcenter]) -> Vcenter:
    return vcenters[0]


def words(sync: Sync) -> str:
    assert sync.error is not None
    return str(sync.error)


def test_half_a_list_and_an_error_is_partial_and_nothing_is_gone(
    town: Office, east: Vcenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "PAGE_SIZE", 3)
    assert town.sync("east").state == "clean"
    before = town.objects("east")
    east.clear()
    assert town.sync("east").state == "clean"
    last = east.calls["ContinueRetrievePropertiesEx"]
    for _ in range(4):
        east.clear()
        east.add(Rule("ContinueRetrievePropertiesEx", fault("RuntimeFault", "half of it"), skip=last - 1))
        done = town.sync("east")
        assert (done.state, done.missing) == ("partial", 0)
        assert 0 < done.objects < len(before)
        assert "half of it" in words(done)
    assert town.objects("east") == before
    assert {row.misses for row in town.objects("east").values()} == {0}


@pytest.mark.parametrize(
    "action",
    [fault("RuntimeFault", "out of order", direct=True), respond(503), drop(), hang(0.1)],
    ids=["fault", "503", "drop", "hang"],
)
def test_a_vcenter_that_fails_the_first_read_is_failed_and_its_objects_stay(
    town: Office, east: Vcenter, action: dict[str, Any]
) -> None:
    town.sync("east")
    before = town.objects("east")
    east.add(Rule("RetrievePropertiesEx", action))
    done = town.sync("east")
    assert (done.state, done.objects, done.missing) == ("failed", 0, 0)
    assert words(done)
    assert town.objects("east") == before
    east.clear()
    assert town.sync("east").state == "clean"
    assert town.objects("east") == before


def test_a_vcenter_that_is_away_changes_no_other(town: Office, east: Vcenter) -> None:
    assert (town.sync("east").state, town.sync("west").state) == ("clean", "clean")
    before = {code: town.objects(code) for code in ("east", "west")}
    east.stop()
    try:
        for _ in range(4):
            assert town.sync("east").state == "failed"
            assert town.sync("west").state == "clean"
        assert {code: town.objects(code) for code in ("east", "west")} == before
    finally:
        east.start()
    done = town.sync("east", SyncMode.INCREMENTAL)
    assert (done.state, done.mode, done.changed) == ("clean", SyncMode.FULL, 0)
    assert town.objects("east") == before["east"]


@pytest.mark.parametrize("strike", ["expire_sessions", "restart", "lose_feeds"])
def test_a_gap_in_the_feed_makes_the_next_sync_a_full_one(town: Office, east: Vcenter, strike: str) -> None:
    town.sync("east")
    before = town.objects("east")
    getattr(east, strike)()
    east.rename_all(f"{strike}-")  # in the gap
    done = town.sync("east", SyncMode.INCREMENTAL)
    assert (done.mode, done.state, done.missing, done.objects) == (SyncMode.FULL, "clean", 0, len(before))
    after = town.objects("east")
    assert after.keys() == before.keys()
    assert all(row.object.name.startswith(f"{strike}-") for row in town.servers("east").values())
    again = town.sync("east", SyncMode.INCREMENTAL)
    assert (again.mode, again.changed) == (SyncMode.INCREMENTAL, 0)


def test_a_living_server_that_is_said_to_have_left_stays(town: Office, east: Vcenter) -> None:
    town.sync("east")
    before = town.objects("east")
    assert east.say_left("VM") == VMS
    done = town.sync("east", SyncMode.INCREMENTAL)
    assert (done.state, done.missing) == ("clean", 0)
    assert town.objects("east") == before


def test_a_server_deleted_outside_is_missing_after_three_clean_counts_and_not_before(
    town: Office, east: Vcenter
) -> None:
    town.sync("east")
    (victim, *_) = town.servers("east").values()
    key = str(victim.object.identity)
    town.machine("east", victim.object.native_id).PowerOffVM_Task()
    town.machine("east", victim.object.native_id).Destroy_Task()
    assert town.sync("east", SyncMode.INCREMENTAL).state == "clean"
    states = []
    for count in range(3):
        states.append(key in town.objects("east"))
        east.stop()
        assert town.sync("east").state == "failed", count
        east.start()
        assert town.sync("east").state == "clean", count
    assert states == [True, True, True]
    assert key not in town.objects("east")
    assert town.objects("east", None)[key].state is ObjectState.MISSING


def test_what_is_renamed_resized_and_moved_at_once_is_the_same(town: Office) -> None:
    town.sync("east")
    before = town.servers("east")
    for row in before.values():
        machine = town.machine("east", row.object.native_id)
        machine.ReconfigVM_Task(vim.vm.ConfigSpec(name=f"all-{machine.name}", numCPUs=9))
        machine.PowerOffVM_Task()
    done = town.sync("east", SyncMode.INCREMENTAL)
    assert (done.mode, done.state, done.changed, done.missing) == (SyncMode.INCREMENTAL, "clean", len(before), 0)
    after = town.servers("east")
    assert {key: row.id for key, row in after.items()} == {key: row.id for key, row in before.items()}
    assert {row.object.vcpu for row in after.values()} == {9}
    for row in before.values():
        town.machine("east", row.object.native_id).PowerOnVM_Task()


@pytest.mark.timeout(1200)  # the simulator keeps files for each, which a slow disk takes minutes to take away
def test_ten_thousand_servers_renamed_at_once_are_the_same(
    tmp_path: Path, record_property: pytest.RecordProperty
) -> None:
    with VcenterServer(vms=MANY, clusters=4, hosts=8, folders=20) as vcenter:
        town = office(tmp_path, large=vcenter)
        first = town.sync("large")
        assert (first.state, first.changed) == ("clean", first.objects)
        before = {key: row.id for key, row in town.servers("large").items()}
        assert vcenter.rename_all("renamed-") == MANY
        done = town.sync("large", SyncMode.INCREMENTAL)
        assert (done.mode, done.state, done.changed, done.missing) == (SyncMode.INCREMENTAL, "clean", MANY, 0)
        after = town.servers("large")
        assert {key: row.id for key, row in after.items()} == before
        assert all(row.object.name.startswith("renamed-") for row in after.values())
        assert done.ended_at is not None
        assert done.started_at is not None
        taken = (done.ended_at - done.started_at).total_seconds()
        record_property("figure", f"{MANY:,} VMs renamed at once, synced in {taken:.0f} s by one incremental pass")
        town.close()
