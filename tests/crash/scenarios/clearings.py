"""Clearings: a system is quarantined, backed up and tested, brought back, deleted; and where each of these fails."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Row

from cloudctl.bootstrap import App
from cloudctl.domain.campaigns import Campaign, digest_of
from cloudctl.domain.clearings import Clearing, Signature
from cloudctl.domain.identifiers import new_id
from cloudctl.governance.zombies.acts import ActKind
from cloudctl.persistence.tables.backups import backup_objects, backups
from cloudctl.persistence.tables.clearings import clearings as clearing_table
from cloudctl.providers.simulated import FaultKind
from cloudctl.services import clearings
from cloudctl.services.deliveries import platform_request
from tests.crash import checks, city
from tests.crash.scenarios.orders import order_build
from tests.crash.scenarios.scenario import OBJECTS, Scenario, break_cloud, cloud_of, named, reached

REASON = {"en": "x", "zh_CN": "x"}


def queue_quarantine(app: App) -> None:
    """Nobody has answered for the system: it is switched off, and backed up after that."""
    policy, servers = app.context.zombie_policies["default"], [named(app, name).id for name in ("oa-1", "oa-2")]
    with app.context.unit_of_work(platform_request("case")) as uow:
        campaign = Campaign(
            number="c-1", title="x", policy_name=policy.name, policy=policy, digest=digest_of(policy),
            started_by=city.key("reviewer"), started_at=uow.now,
        )  # fmt: skip
        uow.campaigns.add(campaign)
        clearing = Clearing(
            number="c-1-1", campaign_id=campaign.id, system_id=city.key("system"), department_id=city.key("department"),
            verdict_id=new_id(), claim=city.key("system"), words=REASON, state="due", notified_at=uow.now,
            servers=servers, changed_at=uow.now, created_at=uow.now,
        )  # fmt: skip
        uow.clearings.add(clearing)
        clearings.start(uow, clearing, ActKind.QUARANTINE)


def queue_quarantine_that_fails(app: App) -> None:
    """The second server cannot be switched off, so the first comes back."""
    break_cloud(app, "servers.stop", FaultKind.NO_CAPACITY, "oa-2")
    queue_quarantine(app)


def queue_backup_that_fails(app: App) -> None:
    """A disk is copied, the next one cannot be."""
    break_cloud(app, "exports.take", FaultKind.NO_CAPACITY, "*oa-2*")
    queue_quarantine(app)


def queue_backup_that_does_not_come_up(app: App) -> None:
    break_cloud(app, "servers.create", FaultKind.GOES_TO_ERROR, "restore-test-oa-2")
    queue_quarantine(app)


def queue_release(app: App) -> None:
    _begin(app, ActKind.RELEASE, lambda clearing, now: clearing.restore(REASON, now))


def queue_release_that_fails(app: App) -> None:
    break_cloud(app, "servers.start", FaultKind.NO_CAPACITY, "oa-2")
    queue_release(app)


def queue_deletion(app: App) -> None:
    """Its time in quarantine is over, and two persons want it deleted."""

    def confirm(clearing: Clearing, now: Any) -> None:
        clearing.quarantined_until = now - timedelta(days=1)
        clearing.propose(Signature(by=city.key("operator"), at=now, reason="x"))
        clearing.confirm(Signature(by=city.key("reviewer"), at=now, reason="x"), ())

    _begin(app, ActKind.DELETE, confirm)


def queue_deletion_that_is_stopped(app: App) -> None:
    """One byte of the backup was flipped."""
    digest = checks.rows(app, backup_objects)[0].digest
    place = Path(app.settings.data_dir) / "files" / digest[:2] / digest
    content = place.read_bytes()
    place.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    queue_deletion(app)


def _begin(app: App, saga: ActKind, change: Any) -> None:
    key = _clearing(app).id
    with app.context.unit_of_work(platform_request("case")) as uow:
        clearing = uow.clearings.lock(key)
        change(clearing, uow.now)
        clearings.start(uow, clearing, saga)


def backed_up(app: App) -> None:
    """Off and cut off, its backup in the file store, and nothing of it left in the cloud."""
    _stands(app, "restore_tested", OBJECTS)
    _off(app, cut=True)
    (backup,) = checks.rows(app, backups)
    disks = checks.rows(app, backup_objects)
    assert (backup.state, len(disks)) == ("tested", 4)
    assert _clearing(app).digest == backup.manifest
    assert _clearing(app).size_bytes == sum(each.size_bytes for each in disks)
    assert all(app.context.files.is_sound(each.digest) for each in disks)
    assert app.context.files.is_sound(backup.manifest)


def not_quarantined(app: App) -> None:
    _stands(app, "attention", OBJECTS)
    _off(app, cut=False)


def not_backed_up(app: App) -> None:
    _stands(app, "attention", OBJECTS)
    assert _clearing(app).paused == "quarantined"
    _off(app, cut=True)


def not_tested(app: App) -> None:
    _stands(app, "attention", OBJECTS)
    assert _clearing(app).paused == "backed_up"
    _off(app, cut=True)


def brought_back(app: App) -> None:
    _stands(app, "restored", OBJECTS)
    _off(app, cut=False)
    assert {named(app, name).claimed_by for name in ("oa-1", "oa-2")} == {None}


def not_brought_back(app: App) -> None:
    """The other one runs already."""
    _stands(app, "attention", OBJECTS)
    statuses = {item.name: item.status for item in checks.objects(app) if item.kind == "server"}
    assert statuses == {"oa-1": "ACTIVE", "oa-2": "SHUTOFF"}


def deleted(app: App) -> None:
    """All of it is gone and booked out; the backup stays."""
    _stands(app, "deleted", {})
    states = Counter(resource.state for resource in checks.resources(app))
    assert states == {"released": 6}
    returned = _clearing(app).returned
    assert (returned.servers, returned.vcpu, returned.disk_gib) == (2, 4, 120)
    (backup,) = checks.rows(app, backups)
    assert app.context.files.is_sound(backup.manifest)


def not_deleted(app: App) -> None:
    _stands(app, "attention", OBJECTS)
    assert _clearing(app).paused == "deletion_confirmed"
    assert {resource.state for resource in checks.resources(app)} == {"active"}
    _off(app, cut=True)


def _stands(app: App, state: str, counts: dict[str, int]) -> None:
    clearing = _clearing(app)
    assert (clearing.state, clearing.saga) == (state, None), (clearing.cause, clearing.saga)
    assert Counter(item.kind for item in checks.objects(app)) == counts
    cloud = cloud_of(app)
    left = [item for item in cloud.inventory() if item.kind == "image"]
    cloud.close()
    assert left == [], "an export was left in the cloud"


def _off(app: App, *, cut: bool) -> None:
    provider, tenant = reached(app)
    found = [item for item in checks.objects(app) if item.kind == "server"]
    assert {item.status for item in found} == {"SHUTOFF" if cut else "ACTIVE"}
    assert {provider.servers.isolated(tenant, item.backend_id) for item in found} == {cut}
    (address,) = provider.addresses.find(tenant).values()
    assert (address.server is None) is cut


def _clearing(app: App) -> Row[Any]:
    (clearing,) = checks.rows(app, clearing_table)
    return clearing


IN_QUARANTINE = (order_build, queue_quarantine)
CLEARINGS = (
    Scenario(
        name="quarantined",
        saga="quarantine_system",
        before=(order_build,),
        prepare=queue_quarantine,
        ended=backed_up,
    ),
    Scenario(
        name="not-quarantined",
        saga="quarantine_system",
        before=(order_build,),
        prepare=queue_quarantine_that_fails,
        ended=not_quarantined,
    ),
    Scenario(name="backed-up", saga="back_up_system", before=(order_build,), prepare=queue_quarantine, ended=backed_up),
    Scenario(
        name="not-backed-up",
        saga="back_up_system",
        before=(order_build,),
        prepare=queue_backup_that_fails,
        ended=not_backed_up,
    ),
    Scenario(
        name="backup-not-tested",
        saga="back_up_system",
        before=(order_build,),
        prepare=queue_backup_that_does_not_come_up,
        ended=not_tested,
    ),
    Scenario(
        name="brought-back", saga="release_quarantine", before=IN_QUARANTINE, prepare=queue_release, ended=brought_back
    ),
    Scenario(
        name="not-brought-back",
        saga="release_quarantine",
        before=IN_QUARANTINE,
        prepare=queue_release_that_fails,
        ended=not_brought_back,
    ),
    Scenario(name="deleted", saga="delete_system", before=IN_QUARANTINE, prepare=queue_deletion, ended=deleted),
    Scenario(
        name="not-deleted",
        saga="delete_system",
        before=IN_QUARANTINE,
        prepare=queue_deletion_that_is_stopped,
        ended=not_deleted,
    ),
)
