"""What happens while workers die: an order that is delivered, one that fails, one that is parked, and what follows.

A scenario leads the city up to the moment in which its saga is queued (`prepare`), and says what has come of it once
everything is worked off (`ended`). Where an operator has to act on it, `then` acts and `finally_ended` looks again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from cloudctl.bootstrap import App
from cloudctl.domain.items import ExtendItem, Item, ReleaseItem, ResizeItem
from cloudctl.domain.orders import Order
from cloudctl.domain.resources import Resource
from cloudctl.domain.workflows import Saga
from cloudctl.persistence.tables.orders import orders as order_table
from cloudctl.providers.simulated import Fault, FaultKind, SimulatedCloud
from cloudctl.services import resources, workflows
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


def break_cloud(app: App, operation: str, kind: FaultKind, match: str = "*") -> None:
    """Has every such call fail until `mend_cloud`."""
    cloud = _cloud(app)
    cloud.inject(Fault(operation=operation, kind=kind, match=match, times=None))
    cloud.close()


def mend_cloud(app: App) -> None:
    cloud = _cloud(app)
    cloud.clear_faults()
    cloud.close()


def _cloud(app: App) -> SimulatedCloud:
    path = Path(app.settings.data_dir) / f"simulated-{city.CLOUD}.sqlite3"
    return SimulatedCloud(path, clock=app.context.clock, code=city.CLOUD)


def order_build(app: App) -> Order:
    return city.approved(app.context, city.build_items("oa"))


def order_that_fails(app: App) -> None:
    break_cloud(app, "servers.create", FaultKind.GOES_TO_ERROR, "oa-2")
    order_build(app)


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


def delivered(app: App) -> None:
    _ends(app, "delivered", OBJECTS)
    assert {volume.status for volume in checks.objects(app) if volume.kind == "volume"} == {"IN_USE"}


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
)


def of_saga(saga: Saga, scenarios: tuple[Scenario, ...] = SCENARIOS) -> list[Scenario]:
    return [scenario for scenario in scenarios if scenario.saga == saga.name]


assert {scenario.saga for scenario in SCENARIOS} == {saga.name for saga in SAGAS}, "a saga has no scenario"
