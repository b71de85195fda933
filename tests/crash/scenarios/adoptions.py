"""Adoptions: what somebody made in the cloud becomes the department's, and is given back."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from cloudctl.bootstrap import App
from cloudctl.domain.adoptions import Criterion
from cloudctl.domain.inventory import Census, Source
from cloudctl.domain.servers import ServerRequest
from cloudctl.domain.syncs import Sync, SyncMode
from cloudctl.domain.volumes import VolumeRequest
from cloudctl.persistence.tables.adoptions import adoptions as adoption_table
from cloudctl.persistence.tables.adoptions import takings
from cloudctl.providers.simulated import FaultKind
from cloudctl.services import adoptions
from cloudctl.services.deliveries import platform_request
from tests.crash import checks, city
from tests.crash.scenarios.orders import order_build
from tests.crash.scenarios.scenario import OBJECTS, Scenario, break_cloud, mend_cloud, office, reached


def queue_adoption(app: App) -> None:
    """A server and a disk that somebody made in the cloud are to become the department's."""
    provider, tenant = reached(app)
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
        app.context, office(), code="found", matches={Criterion.NAME: "*found-*"}, term_months=12,
        department_id=city.key("department"), system_id=city.key("system"),
    )  # fmt: skip
    adoptions.apply(app.context, office())


def queue_adoption_that_is_parked(app: App) -> None:
    queue_adoption(app)
    break_cloud(app, "servers.adopt", FaultKind.BUSY_409)


def queue_undoing(app: App) -> None:
    adoptions.undo(app.context, office(), _adoption(app).id, reason="x")


def queue_undoing_that_is_parked(app: App) -> None:
    queue_undoing(app)
    break_cloud(app, "servers.disown", FaultKind.BUSY_409)


def retry_adoption(app: App) -> None:
    mend_cloud(app)
    adoptions.retry(app.context, office(), _adoption(app).id)


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


ADOPTIONS = (
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
)
