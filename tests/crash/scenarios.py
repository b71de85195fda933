"""What happens while workers die: an order that is delivered, one that fails, one that is parked, and what follows.

A scenario leads the city up to the moment in which its saga is queued (`prepare`), and says what has come of it once
everything is worked off (`ended`). Where an operator has to act on it, `then` acts and `finally_ended` looks again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from cloudctl.bootstrap import App
from cloudctl.domain.accounts import Permission
from cloudctl.domain.adoptions import Criterion
from cloudctl.domain.drift import DriftAct
from cloudctl.domain.inventory import Census, Source
from cloudctl.domain.items import ExtendItem, Item, NetworkItem, ReleaseItem, ResizeItem
from cloudctl.domain.orders import Order
from cloudctl.domain.resources import Resource
from cloudctl.domain.servers import ServerRequest
from cloudctl.domain.syncs import Sync, SyncMode
from cloudctl.domain.volumes import VolumeRequest
from cloudctl.domain.workflows import Saga
from cloudctl.persistence.tables.adoptions import adoptions as adoption_table
from cloudctl.persistence.tables.adoptions import takings
from cloudctl.persistence.tables.drift import drift_findings
from cloudctl.persistence.tables.orders import orders as order_table
from cloudctl.ports.clouds import Provider
from cloudctl.ports.context import Request
from cloudctl.providers.simulated import Fault, FaultKind, SimulatedCloud
from cloudctl.services import adoptions, drift, resources, syncs, workflows
from cloudctl.services.deliveries import platform_request
from cloudctl.workflows import SAGAS
from tests.crash import checks, city

Act = Callable[[App], object]
OBJECTS = {"network": 1, "server": 2, "volume": 2, "address": 1}


def nothing(_app: App) -> None:
    """For scenarios without such a part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """`before` are acts with a clean worker run after each; `prepare` comes last and leaves the saga queued."""

    name: str
    saga: str
    prepare: Act
    ended: Act
    before: tuple[Act, ...] = ()
    then: Act | None = None
    finally_ended: Act = nothing

    def __str__(self) -> str:
        return self.name


def break_cloud(app: App, operation: str, kind: FaultKind, match: str = "*", code: str = city.CLOUD) -> None:
    """Has every such call fail until `mend_cloud`."""
    cloud = _cloud(app, code)
    cloud.inject(Fault(operation=operation, kind=kind, match=match, times=None))
    cloud.close()


def mend_cloud(app: App) -> None:
    cloud = _cloud(app)
    cloud.clear_faults()
    cloud.close()


def _cloud(app: App, code: str = city.CLOUD) -> SimulatedCloud:
    path = Path(app.settings.data_dir) / f"simulated-{code}.sqlite3"
    return SimulatedCloud(path, clock=app.context.clock, code=code)


def order_build(app: App) -> Order:
    return city.approved(app.context, city.build_items("oa"))


def order_that_fails(app: App) -> None:
    break_cloud(app, "servers.create", FaultKind.GOES_TO_ERROR, "oa-2")
    order_build(app)


def segment_on_the_second(app: App) -> None:
    """A segment where the department's orders do not go by themselves."""
    city.pinned(app.context, city.SECOND)
    city.approved(app.context, [NetworkItem(name="elsewhere", prefix_length=28, ipv6=True, term_months=12)])
    city.pinned(app.context, city.CLOUD)


def order_over_both(app: App) -> None:
    """Two servers on the first cloud, one more on the second's segment."""
    elsewhere = city.more_items("ob", named(app, "elsewhere").id)
    assert city.approved(app.context, [*city.build_items("oa"), *elsewhere]).clouds == list(city.CLOUDS)


def order_over_both_that_fails(app: App) -> None:
    break_cloud(app, "servers.create", FaultKind.GOES_TO_ERROR, "ob-1", city.SECOND)
    order_over_both(app)


def order_that_is_parked(app: App) -> None:
    break_cloud(app, "servers.create", FaultKind.BUSY_409, "oa-2")
    order_build(app)


def order_changes(app: App) -> None:
    city.approved(app.context, _changes(app))


def order_changes_that_fail(app: App) -> None:
    """The first change of all cannot be made, so that everything is taken back."""
    break_cloud(app, "servers.resize", FaultKind.NO_CAPACITY)
    city.approved(app.context, _changes(app))


def _changes(app: App) -> list[Item]:
    return [
        ResizeItem(server=named(app, "oa-1").id, specification="large"),
        ExtendItem(volume=named(app, "oa-1-disk-1").id, size_gib=40),
        ReleaseItem(resource=named(app, "oa-2").id),
    ]


def release_server(app: App) -> None:
    city.approved(app.context, [ReleaseItem(resource=named(app, "oa-2").id)])


def queue_purge(app: App) -> None:
    assert resources.purge_due(app.context, platform_request("purge")) == 1


def queue_restore(app: App) -> None:
    resources.restore(app.context, city.asked_by("officer"), named(app, "oa-2").id)


def queue_roll_back(app: App) -> None:
    mend_cloud(app)
    workflows.roll_back(app.context, city.asked_by("operator"), last_order(app))


def queue_roll_back_that_is_parked(app: App) -> None:
    queue_roll_back(app)
    break_cloud(app, "servers.delete", FaultKind.BUSY_409)


def retry(app: App) -> None:
    mend_cloud(app)
    workflows.retry(app.context, city.asked_by("operator"), last_order(app))


def withdraw(app: App) -> None:
    """The applicant withdraws while the order is being built: the saga sees it at the next step."""
    order = order_build(app)
    with app.context.unit_of_work(platform_request("begin")) as uow:
        uow.orders.lock(order.id).cancel_requested = True


def queue_drift_restore(app: App) -> None:
    """Somebody has switched a server off in the cloud, and it is to be put back."""
    server = named(app, "oa-1")
    provider, tenant = _reached(app)
    provider.servers.stop(tenant, server.backend_id or "")
    _decide(app, DriftAct.RESTORE)


def queue_drift_restore_that_fails(app: App) -> None:
    queue_drift_restore(app)
    break_cloud(app, "servers.start", FaultKind.NO_CAPACITY)


def queue_drift_release(app: App) -> None:
    """A server that somebody made in the cloud is to be put by."""
    provider, tenant = _reached(app)
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


def queue_adoption(app: App) -> None:
    """A server and a disk that somebody made in the cloud are to become the department's."""
    provider, tenant = _reached(app)
    network = next(item.backend_id for item in checks.objects(app) if item.kind == "network")
    server = ServerRequest(
        key=UUID(int=2), tenant=tenant, name="found-server", vcpu=1, memory_mib=1024, root_disk_gib=20,
        image="debian", network=network,
    )  # fmt: skip
    disk = VolumeRequest(key=UUID(int=3), tenant=tenant, name="found-disk", size_gib=10, volume_type=None)
    provider.servers.disown(tenant, provider.servers.create(server).backend_id, server.key)
    provider.volumes.disown(tenant, provider.volumes.create(disk).backend_id, disk.key)
    with app.context.unit_of_work(platform_request("sync")) as uow:
        census = Census(city.CLOUD, uow.inventory.known(city.CLOUD))
        for page in provider.inventory.full():
            uow.inventory.write(city.CLOUD, census.take(page), source=Source.FULL)
        uow.inventory.link(city.CLOUD)
        sync = Sync(cloud=city.CLOUD, mode=SyncMode.FULL, asked_at=uow.now)
        sync.start(uow.now)
        sync.end("finish", uow.now)
        uow.syncs.add(sync)
    adoptions.add_rule(
        app.context, _office(), code="found", matches={Criterion.NAME: "*found-*"}, term_months=12,
        department_id=city.key("department"), system_id=city.key("system"),
    )  # fmt: skip
    adoptions.apply(app.context, _office())


def queue_adoption_that_is_parked(app: App) -> None:
    queue_adoption(app)
    break_cloud(app, "servers.adopt", FaultKind.BUSY_409)


def queue_undoing(app: App) -> None:
    adoptions.undo(app.context, _office(), _adoption(app).id, reason="x")


def queue_undoing_that_is_parked(app: App) -> None:
    queue_undoing(app)
    break_cloud(app, "servers.disown", FaultKind.BUSY_409)


def retry_adoption(app: App) -> None:
    mend_cloud(app)
    adoptions.retry(app.context, _office(), _adoption(app).id)


def adopted(app: App) -> None:
    assert _takings(app) == ("done", {"marked": 2})
    assert Counter(item.kind for item in checks.objects(app)) == OBJECTS | {"server": 3, "volume": 3}
    assert {resource.state for resource in checks.resources(app) if resource.order_id is None} == {"active"}


def adoption_parked(app: App) -> None:
    assert _takings(app) == ("attention", {"marked": 1, "recorded": 1})


def given_back(app: App) -> None:
    assert _takings(app) == ("undone", {"given_back": 2})
    assert {resource.state for resource in checks.resources(app) if resource.order_id is None} == {"undone"}
    assert Counter(item.key for item in checks.objects(app))[None] == 2


def undoing_parked(app: App) -> None:
    assert _takings(app) == ("undoing", {"given_back": 1, "withdrawn": 1})


def _takings(app: App) -> tuple[str, dict[str, int]]:
    return _adoption(app).state, dict(Counter(row.state for row in checks.rows(app, takings)))


def _adoption(app: App) -> Row[Any]:
    (adoption,) = checks.rows(app, adoption_table)
    return adoption


def _office() -> Request:
    """The office's admin, who has no account of their own here."""
    lent = city.asked_by("operator")
    return replace(lent, actor=replace(lent.actor, permissions=frozenset(Permission)))


def _reached(app: App) -> tuple[Provider, str]:
    """The cloud as somebody else works on it, and the department's project there."""
    with app.context.unit_of_work(platform_request("outside")) as uow:
        tenant = uow.tenants.get(city.key("department"), city.CLOUD)
        assert tenant is not None
        return app.context.clouds.provider(uow.clouds.by_code(city.CLOUD)), tenant.backend_id


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
    _ends(app, "delivered", OBJECTS)
    assert (_finding(app).state, named(app, "oa-1").claimed_by) == ("open", None)
    assert _finding(app).last_error


def drift_released(app: App) -> None:
    _ends(app, "delivered", OBJECTS | {"server": 3})
    kept = next(resource for resource in checks.resources(app) if resource.order_id is None)
    assert (kept.state, kept.claimed_by, _finding(app).state) == ("retained", None, "resolved")
    assert {item.key: item.status for item in checks.objects(app)}[str(kept.id)] == "SHUTOFF"


def drift_not_released(app: App) -> None:
    _ends(app, "delivered", OBJECTS | {"server": 3})
    kept = next(resource for resource in checks.resources(app) if resource.order_id is None)
    assert (kept.state, kept.claimed_by, _finding(app).state) == ("undone", None, "open")


def delivered(app: App) -> None:
    _ends(app, "delivered", OBJECTS)
    assert {volume.status for volume in checks.objects(app) if volume.kind == "volume"} == {"IN_USE"}


def delivered_on_both(app: App) -> None:
    _ends(app, "delivered", {"network": 2, "server": 3, "volume": 3, "address": 2})
    assert {(resource.name[:2], resource.cloud) for resource in checks.resources(app)} == {
        ("oa", city.CLOUD), ("ob", city.SECOND), ("el", city.SECOND),
    }  # fmt: skip


def undone_on_both(app: App) -> None:
    _ends(app, "failed", {"network": 1})


def undone(app: App) -> None:
    _ends(app, "failed", {})


def cancelled(app: App) -> None:
    _ends(app, "cancelled", {})


def parked(app: App) -> None:
    _ends(app, "attention", None)


def changed(app: App) -> None:
    _ends(app, "delivered", OBJECTS)
    assert named(app, "oa-1").specification == "large"  # type: ignore[attr-defined]
    assert named(app, "oa-1-disk-1").size_gib == 40  # type: ignore[attr-defined]
    assert named(app, "oa-2").state == "retained"


def unchanged(app: App) -> None:
    _ends(app, "failed", OBJECTS)
    assert {resource.state for resource in checks.resources(app)} == {"active"}
    assert named(app, "oa-1").specification == "small"  # type: ignore[attr-defined]


def purged(app: App) -> None:
    _ends(app, "delivered", OBJECTS | {"server": 1})
    assert named(app, "oa-2").state == "released"


def restored(app: App) -> None:
    _ends(app, "delivered", OBJECTS)
    assert {resource.state for resource in checks.resources(app)} == {"active"}
    assert {server.status for server in checks.objects(app) if server.kind == "server"} == {"ACTIVE"}


def _ends(app: App, state: str, counts: dict[str, int] | None) -> None:
    last = next(row for row in checks.rows(app, order_table) if row.id == last_order(app))
    assert last.state == state, last.last_error
    assert last.held == (state == "attention")
    if counts is not None:
        assert Counter(item.kind for item in checks.objects(app)) == counts


def last_order(app: App) -> UUID:
    return max(checks.rows(app, order_table), key=lambda row: row.number).id  # type: ignore[no-any-return]


def named(app: App, name: str) -> Resource:
    return next(resource for resource in checks.resources(app) if resource.name == name)


BUILDS = (
    Scenario(name="delivered", saga="provision_order", prepare=order_build, ended=delivered),
    Scenario(name="failed", saga="provision_order", prepare=order_that_fails, ended=undone),
    Scenario(
        name="parked",
        saga="provision_order",
        prepare=order_that_is_parked,
        ended=parked,
        then=retry,
        finally_ended=delivered,
    ),
)
SCENARIOS = (
    *BUILDS,
    Scenario(
        name="over-both",
        saga="provision_order",
        before=(segment_on_the_second,),
        prepare=order_over_both,
        ended=delivered_on_both,
    ),
    Scenario(
        name="over-both-failed",
        saga="provision_order",
        before=(segment_on_the_second,),
        prepare=order_over_both_that_fails,
        ended=undone_on_both,
    ),
    Scenario(name="withdrawn", saga="provision_order", prepare=withdraw, ended=cancelled),
    Scenario(name="changed", saga="provision_order", before=(order_build,), prepare=order_changes, ended=changed),
    Scenario(
        name="unchanged",
        saga="provision_order",
        before=(order_build,),
        prepare=order_changes_that_fail,
        ended=unchanged,
    ),
    Scenario(
        name="rolled-back", saga="undo_order", before=(order_that_is_parked,), prepare=queue_roll_back, ended=undone
    ),
    Scenario(
        name="parked-again",
        saga="undo_order",
        before=(order_that_is_parked,),
        prepare=queue_roll_back_that_is_parked,
        ended=parked,
        then=queue_roll_back,
        finally_ended=undone,
    ),
    Scenario(
        name="purged",
        saga="purge_resource",
        before=(order_build, release_server),
        prepare=queue_purge,
        ended=purged,
    ),
    Scenario(
        name="restored",
        saga="restore_resource",
        before=(order_build, release_server),
        prepare=queue_restore,
        ended=restored,
    ),
    Scenario(name="adopted", saga="adopt_resources", before=(order_build,), prepare=queue_adoption, ended=adopted),
    Scenario(
        name="adoption-parked",
        saga="adopt_resources",
        before=(order_build,),
        prepare=queue_adoption_that_is_parked,
        ended=adoption_parked,
        then=retry_adoption,
        finally_ended=adopted,
    ),
    Scenario(
        name="adoption-undone",
        saga="undo_adoption",
        before=(order_build, queue_adoption),
        prepare=queue_undoing,
        ended=given_back,
    ),
    Scenario(
        name="undoing-parked",
        saga="undo_adoption",
        before=(order_build, queue_adoption),
        prepare=queue_undoing_that_is_parked,
        ended=undoing_parked,
        then=retry_adoption,
        finally_ended=given_back,
    ),
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


def of_saga(saga: Saga, scenarios: tuple[Scenario, ...] = SCENARIOS) -> list[Scenario]:
    return [scenario for scenario in scenarios if scenario.saga == saga.name]


assert {scenario.saga for scenario in SCENARIOS} == {saga.name for saga in SAGAS}, "a saga has no scenario"
