"""Drift: what is otherwise in the cloud is put back, or put by."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row

from cloudctl.bootstrap import App
from cloudctl.domain.drift import DriftAct
from cloudctl.domain.servers import ServerRequest
from cloudctl.domain.syncs import SyncMode
from cloudctl.persistence.tables.drift import drift_findings
from cloudctl.providers.simulated import FaultKind
from cloudctl.services import drift, syncs
from cloudctl.services.deliveries import platform_request
from tests.crash import checks, city
from tests.crash.scenarios.orders import order_build
from tests.crash.scenarios.resources import restored
from tests.crash.scenarios.scenario import OBJECTS, Scenario, break_cloud, ends, named, reached


def queue_drift_restore(app: App) -> None:
    """Somebody has switched a server off in the cloud, and it is to be put back."""
    server = named(app, "oa-1")
    provider, tenant = reached(app)
    provider.servers.stop(tenant, server.backend_id or "")
    _decide(app, DriftAct.RESTORE)


def queue_drift_restore_that_fails(app: App) -> None:
    queue_drift_restore(app)
    break_cloud(app, "servers.start", FaultKind.NO_CAPACITY)


def queue_drift_release(app: App) -> None:
    """A server that somebody made in the cloud is to be put by."""
    provider, tenant = reached(app)
    server = named(app, "oa-1")
    network = next(resource for resource in checks.resources(app) if resource.id == server.network_id)  # type: ignore[attr-defined]
    asked = ServerRequest(
        key=UUID(int=1), tenant=tenant, name="shadow", vcpu=1, memory_mib=1024, root_disk_gib=20, image="debian",
        network=network.backend_id or "",
    )  # fmt: skip
    provider.servers.disown(tenant, provider.servers.create(asked).backend_id, asked.key)
    _decide(app, DriftAct.RELEASE)


def queue_drift_release_that_fails(app: App) -> None:
    queue_drift_release(app)
    break_cloud(app, "servers.stop", FaultKind.NO_CAPACITY)


def _decide(app: App, act: DriftAct) -> None:
    """A full sync shows what is otherwise, and an operator decides on it."""
    syncs.ask(app.context, city.asked_by("operator"), city.CLOUD, mode=SyncMode.FULL)
    syncs.run_due(app.context, platform_request("sync"), city.CLOUD)
    drift.resolve(app.context, city.asked_by("operator"), _finding(app).id, by=act, reason="x")


def _finding(app: App) -> Row[Any]:
    (finding,) = checks.rows(app, drift_findings)
    return finding


def drift_restored(app: App) -> None:
    restored(app)
    assert _finding(app).state == "resolved"


def drift_not_restored(app: App) -> None:
    ends(app, "delivered", OBJECTS)
    assert (_finding(app).state, named(app, "oa-1").claimed_by) == ("open", None)
    assert _finding(app).last_error


def drift_released(app: App) -> None:
    ends(app, "delivered", OBJECTS | {"server": 3})
    kept = next(resource for resource in checks.resources(app) if resource.order_id is None)
    assert (kept.state, kept.claimed_by, _finding(app).state) == ("retained", None, "resolved")
    assert {item.key: item.status for item in checks.objects(app)}[str(kept.id)] == "SHUTOFF"


def drift_not_released(app: App) -> None:
    ends(app, "delivered", OBJECTS | {"server": 3})
    kept = next(resource for resource in checks.resources(app) if resource.order_id is None)
    assert (kept.state, kept.claimed_by, _finding(app).state) == ("undone", None, "open")


DRIFT = (
    Scenario(
        name="drift-restored",
        saga="restore_drift",
        before=(order_build,),
        prepare=queue_drift_restore,
        ended=drift_restored,
    ),
    Scenario(
        name="drift-not-restored",
        saga="restore_drift",
        before=(order_build,),
        prepare=queue_drift_restore_that_fails,
        ended=drift_not_restored,
    ),
    Scenario(
        name="drift-released",
        saga="release_drift",
        before=(order_build,),
        prepare=queue_drift_release,
        ended=drift_released,
    ),
    Scenario(
        name="drift-not-released",
        saga="release_drift",
        before=(order_build,),
        prepare=queue_drift_release_that_fails,
        ended=drift_not_released,
    ),
)
