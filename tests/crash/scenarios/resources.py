"""Resources that were released: purged when their retention is over, or restored before."""

from __future__ import annotations

from cloudctl.bootstrap import App
from cloudctl.domain.items import ReleaseItem
from cloudctl.services import resources
from cloudctl.services.deliveries import platform_request
from tests.crash import checks, city
from tests.crash.scenarios.orders import order_build
from tests.crash.scenarios.scenario import OBJECTS, Scenario, ends, named


def release_server(app: App) -> None:
    city.approved(app.context, [ReleaseItem(resource=named(app, "oa-2").id)])


def queue_purge(app: App) -> None:
    assert resources.purge_due(app.context, platform_request("purge")) == 1


def queue_restore(app: App) -> None:
    resources.restore(app.context, city.asked_by("officer"), named(app, "oa-2").id)


def purged(app: App) -> None:
    ends(app, "delivered", OBJECTS | {"server": 1})
    assert named(app, "oa-2").state == "released"


def restored(app: App) -> None:
    ends(app, "delivered", OBJECTS)
    assert {resource.state for resource in checks.resources(app)} == {"active"}
    assert {server.status for server in checks.objects(app) if server.kind == "server"} == {"ACTIVE"}


RESOURCES = (
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
