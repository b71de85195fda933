"""Every fault that the machine work of a clearing can meet: nothing is lost, nothing wrong is off or deleted."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta
from errno import ENOSPC
from typing import Any
from uuid import UUID

import pytest

from cloudctl.domain.campaigns import Campaign, digest_of
from cloudctl.domain.clearings import Clearing, Signature
from cloudctl.domain.errors import Conflict
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.servers import ServerRequest
from cloudctl.files.directory import Directory
from cloudctl.governance.zombies.acts import ActKind
from cloudctl.persistence.mapping import TABLES
from cloudctl.providers.simulated import FaultKind
from cloudctl.services import attachments, backups, clearings
from cloudctl.services.deliveries import platform_request
from cloudctl.workflows import changing
from tests.factories import Installed
from tests.faults.outcomes import WORDS, strike

assert TABLES  # the mapping is there before a clearing is made
CAUSE = {"en": "x", "zh_CN": "x"}
PASSING = [FaultKind.BUSY_409, FaultKind.SERVER_ERROR_5XX, FaultKind.HANG, FaultKind.ACCEPTED_THEN_LOST]
TO_BACKUP = [
    "servers.stop", "servers.isolate", "addresses.point", "exports.take", "exports.read", "exports.drop", "exports.put",
    "networks.create", "networks.create_subnet", "servers.create", "servers.delete", "networks.delete",
]  # fmt: skip
TO_DELETION = ["addresses.delete", "servers.delete", "volumes.delete", "networks.delete"]
TO_RELEASE = ["servers.rejoin", "servers.start", "addresses.point"]


class Case:
    """A system with two servers, a volume each and an address; its case, and what cloud and records say."""

    def __init__(self, city: Installed) -> None:
        self.city = city
        self.made = city.resources(city.delivered(city.build_items(address=True)))
        self.ledger = city.ledger()
        policy = city.ctx.zombie_policies["default"]
        with city.ctx.unit_of_work(platform_request("case")) as uow:
            number = new_id().hex
            campaign = Campaign(
                number=number, title="x", policy_name=policy.name, policy=policy, digest=digest_of(policy),
                started_by=city.ids["office-admin"], started_at=uow.now,
            )  # fmt: skip
            uow.campaigns.add(campaign)
            clearing = Clearing(
                number=f"{number}-1", campaign_id=campaign.id, system_id=city.ids["oa"], department_id=city.ids["fgw"],
                verdict_id=new_id(), claim=city.ids["oa"], words=CAUSE, state="due", notified_at=uow.now,
                servers=[self.made["oa-1"].id, self.made["oa-2"].id], changed_at=uow.now, created_at=uow.now,
            )  # fmt: skip
            uow.clearings.add(clearing)
            clearings.start(uow, clearing, ActKind.QUARANTINE)
        self.id = clearing.id
        self.provider = city.ctx.clouds.provider(city.record)
        self.tenant = self.provider.tenants.find(city.ids["fgw"])

    @property
    def now(self) -> Clearing:
        return self.city.read(lambda uow: uow.clearings.get(self.id))

    def change(self, act: Callable[[Any, Clearing], object]) -> None:
        with self.city.ctx.unit_of_work(platform_request("person")) as uow:
            act(uow, uow.clearings.lock(self.id))

    def begin(self, saga: ActKind, act: Callable[[Clearing, Any], object]) -> None:
        """A person has decided, and the machine works to wherever it ends."""

        def both(uow: Any, clearing: Clearing) -> None:
            act(clearing, uow.now)
            clearings.start(uow, clearing, saga)

        self.change(both)
        self.city.run()

    def resume(self, saga: ActKind) -> None:
        """A person has looked, and lets it go on where it was."""
        self.city.cloud.clear_faults()

        def back(clearing: Clearing, _now: Any) -> None:
            clearing.state, clearing.paused, clearing.cause = clearing.paused or "", None, None

        self.begin(saga, back)

    def confirm(self) -> None:
        """The quarantine is over and two persons want it deleted."""

        def signed(clearing: Clearing, now: Any) -> None:
            clearing.quarantined_until = now - timedelta(days=1)
            clearing.propose(Signature(by=self.city.ids["operator"], at=now, reason="x"))
            clearing.confirm(Signature(by=self.city.ids["office-admin"], at=now, reason="x"), ())

        self.begin(ActKind.DELETE, signed)

    def release(self) -> None:
        self.begin(ActKind.RELEASE, lambda clearing, now: clearing.restore(CAUSE, now))

    def fact(self, name: str) -> Any:
        return self.provider.servers.find(self.tenant).get(self.made[name].id)

    def kinds(self) -> Counter[str]:
        return Counter(item.kind for item in self.city.cloud.inventory() if item.tenant == self.tenant)

    def files(self) -> list[str]:
        found = backups.load(self.city.ctx, self.id)
        return [each.digest or "" for each in found.objects] if found else []

    def stands(self, state: str, words: str = "") -> None:
        now = self.now
        assert (now.state, now.saga) == (state, None), (now.cause, self.city.verdicts[-3:])
        assert words in str(now.cause)

    def off(self) -> None:
        """All of it off and cut off, and nothing of a backup left in the cloud."""
        assert {self.fact(name).status for name in ("oa-1", "oa-2")} == {"stopped"}
        assert all(self.provider.servers.isolated(self.tenant, self.fact(name).backend_id) for name in ("oa-1", "oa-2"))
        assert {fact.server for fact in self.provider.addresses.find(self.tenant).values()} == {None}
        assert self.kinds() == {"network": 1, "server": 2, "volume": 2, "address": 1}

    def on(self) -> None:
        """As it was before."""
        assert {self.fact(name).status for name in ("oa-1", "oa-2")} == {"active"}
        reached = [self.provider.servers.isolated(self.tenant, self.fact(name).backend_id) for name in ("oa-1", "oa-2")]
        assert not any(reached)
        assert {f.server for f in self.provider.addresses.find(self.tenant).values()} == {self.fact("oa-1").backend_id}
        assert self.kinds() == {"network": 1, "server": 2, "volume": 2, "address": 1}

    def whole(self) -> None:
        """The backup is tested, sound, and has a disk's bytes each."""
        self.stands("restore_tested")
        self.off()
        assert backups.verify(self.city.ctx, self.id) == self.now.digest
        assert len(set(self.files())) == 4

    def gone(self) -> None:
        self.stands("deleted")
        assert self.kinds() == {}
        states = {resource.state for resource in map(self.city.resource, (each.id for each in self.made.values()))}
        assert states == {"released"}
        assert set(self.city.ledger().values()) == {(0, 0)}
        assert backups.verify(self.city.ctx, self.id) == self.now.digest

    def untouched(self) -> None:
        """Nothing of it was deleted."""
        self.off()
        assert {self.city.resource(each.id).state for each in self.made.values()} == {"active"}
        assert self.city.ledger() == self.ledger


@pytest.fixture
def case(city: Installed) -> Case:
    return Case(city)


def flip(city: Installed, digest: str) -> None:
    """One bit of a file in the store."""
    place = city.directory / "files" / digest[:2] / digest
    content = place.read_bytes()
    place.write_bytes(bytes([content[0] ^ 1]) + content[1:])


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
    case.change(lambda _uow, clearing: clearing.servers.remove(case.made["oa-2"].id))
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
    (event,) = city.audited(action="delete/backup", target_id=str(found.backup.id))
    assert event["after"]["manifest"] == case.now.digest
    with pytest.raises(Conflict):
        backups.verify(city.ctx, case.id)
