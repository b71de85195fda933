"""Orders: delivered, failed, parked, withdrawn, over two clouds, changed, rolled back."""

from __future__ import annotations

from cloudctl.bootstrap import App
from cloudctl.domain.items import ExtendItem, Item, NetworkItem, ReleaseItem, ResizeItem
from cloudctl.domain.orders import Order
from cloudctl.providers.simulated import FaultKind
from cloudctl.services import workflows
from cloudctl.services.deliveries import platform_request
from tests.crash import checks, city
from tests.crash.scenarios.scenario import OBJECTS, Scenario, break_cloud, ends, last_order, mend_cloud, named


def order_build(app: App) -> Order:
    """Servers with all that belongs to them, and a place in the shared room beside."""
    return city.approved(app.context, [*city.build_items("oa"), city.COLOCATION])


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
    ends(app, "delivered", OBJECTS)
    assert {volume.status for volume in checks.objects(app) if volume.kind == "volume"} == {"IN_USE"}


def delivered_on_both(app: App) -> None:
    ends(app, "delivered", {"network": 2, "server": 3, "volume": 3, "address": 2})
    assert {(resource.name[:2], resource.cloud) for resource in checks.resources(app)} == {
        ("oa", city.CLOUD), ("ob", city.SECOND), ("el", city.SECOND),
    }  # fmt: skip


def undone_on_both(app: App) -> None:
    ends(app, "failed", {"network": 1})


def undone(app: App) -> None:
    ends(app, "failed", {})


def cancelled(app: App) -> None:
    ends(app, "cancelled", {})


def parked(app: App) -> None:
    ends(app, "attention", None)


def changed(app: App) -> None:
    ends(app, "delivered", OBJECTS)
    assert named(app, "oa-1").specification == "large"  # type: ignore[attr-defined]
    assert named(app, "oa-1-disk-1").size_gib == 40  # type: ignore[attr-defined]
    assert named(app, "oa-2").state == "retained"


def unchanged(app: App) -> None:
    ends(app, "failed", OBJECTS)
    assert {resource.state for resource in checks.resources(app)} == {"active"}
    assert named(app, "oa-1").specification == "small"  # type: ignore[attr-defined]


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
ORDERS = (
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
)
