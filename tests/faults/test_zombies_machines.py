"""Every fault that the machine work of a clearing can meet: nothing is lost, nothing wrong is off or deleted."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import timedelta
from errno import ENOSPC
from typing import Any
from uuid import UUID

import pytest

from cloudctl.domain.clearings import Clearing
from cloudctl.domain.errors import Conflict, Rejected
from cloudctl.domain.networks import NetworkRequest
from cloudctl.domain.quotas import Dimension
from cloudctl.domain.servers import ServerRequest
from cloudctl.domain.syncs import SyncMode
from cloudctl.files.directory import Directory
from cloudctl.governance.zombies.acts import ActKind
from cloudctl.providers.simulated import FaultKind
from cloudctl.services import attachments, backups, syncs, systems
from cloudctl.services.deliveries import platform_request
from cloudctl.workflows import changing, testing_ground
from tests.factories import Installed
from tests.faults.clearings import CAUSE, Case, flip
from tests.faults.outcomes import WORDS, strike
from tests.seeds import CLOUD, ZONE

PASSING = [FaultKind.BUSY_409, FaultKind.SERVER_ERROR_5XX, FaultKind.HANG, FaultKind.ACCEPTED_THEN_LOST]
TO_BACKUP = [
    "servers.stop", "servers.isolate", "addresses.point", "exports.take", "exports.read", "exports.drop", "exports.put",
    "networks.create", "networks.create_subnet", "servers.create", "servers.delete", "networks.delete",
]  # fmt: skip
TO_DELETION = ["addresses.delete", "servers.delete", "volumes.delete", "networks.delete"]
TO_RELEASE = ["servers.rejoin", "servers.start", "addresses.point"]


@pytest.fixture
def case(city: Installed) -> Case:
    return Case(city)


@pytest.mark.parametrize("kind", PASSING)
def test_what_passes_is_tried_again_on_the_way_to_a_backup(case: Case, kind: FaultKind) -> None:
    """Every call with an effect is struck once."""
    for operation in TO_BACKUP:
        strike(case.city, operation, kind)
    case.city.run()
    assert case.city.cloud.pending_faults() == []
    case.whole()


def test_a_list_that_lags_makes_nothing_twice(case: Case) -> None:
    for operation in ("exports.take", "servers.create", "networks.create"):
        strike(case.city, operation, FaultKind.ACCEPTED_THEN_LOST)
        strike(case.city, operation, FaultKind.LISTS_LATE, seconds=1)
    case.city.run()
    case.whole()


@pytest.mark.parametrize("kind", PASSING)
def test_what_passes_is_tried_again_on_the_way_to_the_deletion(case: Case, kind: FaultKind) -> None:
    case.city.run()
    for operation in TO_DELETION:
        strike(case.city, operation, kind)
    case.confirm()
    assert case.city.cloud.pending_faults() == []
    case.gone()


@pytest.mark.parametrize("kind", PASSING)
def test_what_passes_is_tried_again_on_the_way_back(case: Case, kind: FaultKind) -> None:
    case.city.run()
    for operation in TO_RELEASE:
        strike(case.city, operation, kind)
    case.release()
    assert case.city.cloud.pending_faults() == []
    case.stands("restored")
    case.on()


def test_where_one_server_cannot_be_switched_off_the_others_come_back(case: Case) -> None:
    strike(case.city, "servers.stop", FaultKind.NO_CAPACITY, match="oa-2")
    case.city.run()
    case.stands("attention", WORDS)
    case.on()
    case.resume(ActKind.QUARANTINE)
    case.whole()


def test_a_server_that_was_off_before_stays_off_and_the_others_run_again(case: Case) -> None:
    """Switched off past the platform: only the cloud knows it. The same whether it was released or ended early."""
    case.provider.servers.stop(case.tenant, case.fact("oa-1").backend_id)
    strike(case.city, "servers.stop", FaultKind.NO_CAPACITY, match="oa-2")
    case.city.run()
    case.stands("attention", WORDS)
    assert [case.fact(name).status for name in ("oa-1", "oa-2")] == ["stopped", "active"]
    assert case.now.ran == []
    case.resume(ActKind.QUARANTINE)
    case.whole()
    case.release()
    case.stands("restored")
    assert [case.fact(name).status for name in ("oa-1", "oa-2")] == ["stopped", "active"]
    assert [case.city.resource(case.made[name].id).power for name in ("oa-1", "oa-2")] == ["off", "on"]


def test_what_could_not_be_brought_back_runs_again_after_the_next_quarantine(case: Case) -> None:
    """It is off only because of the first one. They are switched off in the order of their ids."""
    earlier, later = sorted(("oa-1", "oa-2"), key=lambda name: case.made[name].id)
    strike(case.city, "servers.stop", FaultKind.NO_CAPACITY, match=later)
    strike(case.city, "servers.start", FaultKind.NO_CAPACITY, match=earlier)
    case.city.run()
    assert case.fact(earlier).status == "stopped"
    case.resume(ActKind.QUARANTINE)
    case.whole()
    case.release()
    case.stands("restored")
    case.on()


def test_a_campaign_that_is_stopped_midway_leaves_nothing_off(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    switch_off, done = changing.switch_off, []
    person = case.city.ids["operator"]

    def once(site: Any, server: Any) -> None:
        switch_off(site, server)
        done.append(server.name)
        case.change(lambda uow, clearing: uow.campaigns.get(clearing.campaign_id).stop(person, "x", uow.now))

    monkeypatch.setattr(changing, "switch_off", once)
    case.city.run()
    assert len(done) == 1
    case.stands("held", "stopped")
    case.on()


@pytest.mark.parametrize("operation", ["exports.take", "exports.put", "servers.create", "networks.create"])
def test_a_backup_that_the_cloud_refuses_waits_for_a_person_and_goes_on(case: Case, operation: str) -> None:
    strike(case.city, operation, FaultKind.NO_CAPACITY)
    case.city.run()
    case.stands("attention", WORDS)
    case.off()
    case.resume(ActKind.BACK_UP)
    case.whole()


def test_a_server_that_does_not_come_up_from_its_backup_is_no_backup(case: Case) -> None:
    strike(case.city, "servers.create", FaultKind.GOES_TO_ERROR, match="restore-test-oa-2")
    case.city.run()
    case.stands("attention", WORDS)
    assert case.now.tested_at is None
    case.off()
    with pytest.raises(Conflict):
        case.confirm()


def test_a_full_store_loses_nothing(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first disk is kept, the second is not; both are there when the store has room again."""
    put_pieces, kept = Directory.put_pieces, []

    def full(store: Directory, pieces: Iterable[bytes]) -> Any:
        if kept:
            raise _unavailable(OSError(ENOSPC, "No space left on device"))
        kept.append(put_pieces(store, pieces))
        return kept[-1]

    monkeypatch.setattr(Directory, "put_pieces", full)
    case.city.run()
    case.stands("attention", "No space left on device")
    case.off()
    first = [digest for digest in case.files() if digest]
    assert first == [kept[0].digest]
    monkeypatch.setattr(Directory, "put_pieces", put_pieces)
    case.resume(ActKind.BACK_UP)
    case.whole()
    assert kept[0].digest in case.files()


def _unavailable(error: OSError) -> Exception:
    from cloudctl.domain.errors import Unavailable

    return Unavailable("The file store cannot be written: {words}.", words=error.strerror or "?")


def test_a_store_that_is_away_is_waited_for_and_then_told(case: Case) -> None:
    store = case.city.directory / "files"
    if store.exists():
        store.rename(store.with_name("away"))
    store.write_text("a file where the folder was")
    case.city.run()
    case.stands("attention", "The file store cannot be written")
    case.off()
    store.unlink()
    if store.with_name("away").exists():
        store.with_name("away").rename(store)
    case.resume(ActKind.BACK_UP)
    case.whole()


@pytest.mark.parametrize("which", ["disk", "manifest"])
def test_one_flipped_bit_stops_the_deletion(case: Case, which: str) -> None:
    case.city.run()
    digest = case.files()[2] if which == "disk" else case.now.digest or ""
    flip(case.city, digest)
    case.confirm()
    case.stands("attention", "damaged")
    case.untouched()
    flip(case.city, digest)
    case.resume(ActKind.DELETE)
    case.gone()


def test_a_file_that_is_gone_stops_the_deletion(case: Case) -> None:
    case.city.run()
    case.city.ctx.files.delete(case.files()[0])
    case.confirm()
    case.stands("attention", "damaged")
    case.untouched()


def test_a_server_started_by_hand_is_not_backed_up_and_not_switched_off_again(case: Case) -> None:
    strike(case.city, "exports.take", FaultKind.NO_CAPACITY, match="*oa-2*", times=None)
    case.city.run()
    case.provider.servers.start(case.tenant, case.fact("oa-1").backend_id)
    stops = case.city.cloud.call_counts()["servers.stop"]
    case.resume(ActKind.BACK_UP)
    case.stands("attention", "started by hand")
    assert case.city.cloud.call_counts()["servers.stop"] == stops
    found = backups.load(case.city.ctx, case.id)
    assert found is not None
    assert {each.digest for each in found.objects if each.server_id == case.made["oa-1"].id} == {None}
    case.provider.servers.stop(case.tenant, case.fact("oa-1").backend_id)
    case.city.clock.sleep(60)
    case.resume(ActKind.BACK_UP)
    case.whole()


def test_what_was_copied_of_a_server_that_is_gone_since_is_kept(case: Case) -> None:
    """It may be all that there is."""
    strike(case.city, "exports.take", FaultKind.NO_CAPACITY, match="*oa-2*", times=None)
    case.city.run()
    copied = [digest for digest in case.files() if digest]
    assert copied
    case.provider.servers.delete(case.tenant, case.fact("oa-1").backend_id)
    case.city.clock.sleep(60)
    case.resume(ActKind.BACK_UP)
    case.stands("attention", "oa-1 is gone")
    assert [digest for digest in case.files() if digest] == copied
    assert all(map(case.city.ctx.files.is_sound, copied))


@pytest.mark.parametrize("act", ["start", "rejoin"])
def test_a_server_that_is_in_use_again_is_not_deleted(case: Case, act: str) -> None:
    case.city.run()
    getattr(case.provider.servers, act)(case.tenant, case.fact("oa-2").backend_id)
    case.city.clock.sleep(60)
    case.confirm()
    case.stands("attention", "oa-2")
    assert {case.city.resource(each.id).state for each in case.made.values()} == {"active"}
    assert case.kinds() == {"network": 1, "server": 2, "volume": 2, "address": 1}


def test_what_was_used_since_is_backed_up_anew(case: Case) -> None:
    case.city.run()
    earlier = case.now.digest

    def used(_uow: Any, clearing: Clearing) -> None:
        clearing.park(CAUSE, clearing.changed_at, used=True)

    case.change(used)
    case.resume(ActKind.BACK_UP)
    case.whole()
    assert case.now.digest != earlier


def test_a_segment_with_somebody_elses_server_stays(case: Case) -> None:
    """One that nobody has on record: only the cloud knows it."""
    case.city.run()
    network = case.made["oa-net"]
    stranger = ServerRequest(
        key=UUID(int=7), tenant=case.tenant, name="stranger", vcpu=1, memory_mib=512, root_disk_gib=1, image="debian",
        network=network.backend_id,
    )  # fmt: skip
    made = case.provider.servers.create(stranger)
    case.provider.servers.disown(case.tenant, made.backend_id, stranger.key)
    case.confirm()
    case.stands("deleted")
    assert case.kinds() == {"network": 1, "server": 1}
    assert case.city.resource(network.id).state == "active"


def test_a_segment_with_another_server_of_the_department_stays(city: Installed) -> None:
    case = Case(city)
    other = {"code": f"x{case.id.hex[:8]}", "name": "x", "mlps_level": 2, "no_state_secrets": True}
    theirs = systems.create(city.ctx, city.people["officer"], **other).id

    def apart(uow: Any, clearing: Clearing) -> None:
        """It is another system's, and no verdict was about it."""
        clearing.servers.remove(case.made["oa-2"].id)
        uow.resources.lock(case.made["oa-2"].id).system_id = theirs

    case.change(apart)
    city.run()
    case.confirm()
    case.stands("deleted")
    assert case.fact("oa-2").status == "active"
    assert (case.fact("oa-1"), case.kinds()["network"], case.kinds()["volume"]) == (None, 1, 1)
    assert city.resource(case.made["oa-net"].id).state == "active"


def test_a_deletion_that_is_refused_midway_goes_on_where_it_was(case: Case) -> None:
    case.city.run()
    strike(case.city, "volumes.delete", FaultKind.NO_CAPACITY)
    case.confirm()
    case.stands("attention", WORDS)
    assert case.city.resource(case.made["oa-1"].id).state == "purging"
    case.resume(ActKind.DELETE)
    case.gone()
    assert (case.now.returned.servers, case.now.returned.vcpu) == (2, 4)  # type: ignore[union-attr]


def test_backups_are_kept_as_long_as_was_said_and_then_go(case: Case) -> None:
    city, sweeper = case.city, platform_request("sweep")
    case.city.run()
    case.confirm()
    files = [*case.files(), case.now.digest or ""]
    days = (case.now.backup_until - case.now.deleted_at.date()).days  # type: ignore[operator,union-attr]
    assert days >= 180
    for digest in files:  # as old as the city's clock, which stands before ours
        os.utime(city.directory / "files" / digest[:2] / digest, (0, 0))
    city.clock.sleep(timedelta(days=days - 1).total_seconds())
    attachments.sweep(city.ctx, sweeper)
    assert backups.purge_due(city.ctx, sweeper) == 0
    assert all(map(city.ctx.files.is_sound, files))
    city.clock.sleep(timedelta(days=2).total_seconds())
    assert backups.purge_due(city.ctx, sweeper) >= 1
    assert backups.purge_due(city.ctx, sweeper) == 0
    attachments.sweep(city.ctx, sweeper)
    assert not any(map(city.ctx.files.is_sound, files))
    found = backups.load(city.ctx, case.id)
    assert found is not None
    purged = city.audited(action="delete/backup")
    (event,) = [each for each in purged if each["target"]["id"] == str(found.backup.id)]
    assert event["after"]["manifest"] == case.now.digest
    with pytest.raises(Conflict):
        backups.verify(city.ctx, case.id)


def test_what_stands_for_a_test_only_is_no_finding(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sync in the middle of the test restore sees a server and a network that are on no record."""
    build, seen = testing_ground.build, []

    def looked_at(home: Any, disk: Any) -> None:
        build(home, disk)
        syncs.ask(case.city.ctx, case.city.people["operator"], CLOUD, mode=SyncMode.FULL)
        syncs.run_due(case.city.ctx, platform_request("sync"), CLOUD)
        seen.append(case.kinds()["server"])

    monkeypatch.setattr(testing_ground, "build", looked_at)
    case.city.run()
    case.whole()
    assert seen == [3, 4]
    names = case.city.read(lambda uow: [uow.drift.get(key).name for key in uow.drift.known(CLOUD)])
    assert [name for name in names if "restore-test" in name] == []


def test_a_department_that_has_used_up_its_quota_is_backed_up_all_the_same(case: Case) -> None:
    """The backend's own fence leaves room for the test while it lasts, and not longer."""
    full = {dimension: used for dimension, (_held, used) in case.city.ledger().items()}
    with case.city.ctx.unit_of_work(platform_request("quota")) as uow:
        for name, used in full.items():
            uow.quotas.set_limit(case.city.ids["fgw"], CLOUD, ZONE, Dimension(name), used)
    case.provider.tenants.set_quota(case.tenant, {Dimension(name): used for name, used in full.items()})
    case.city.run()
    case.whole()
    with pytest.raises(Rejected, match="quota of"):
        case.provider.networks.create(
            NetworkRequest(
                key=UUID(int=8), tenant=case.tenant, name="x", cidr_v4="10.9.0.0/24", cidr_v6=None, zone=ZONE,
                external_network=None,
            )
        )  # fmt: skip
