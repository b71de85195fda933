"""A city whose cloud somebody else works on as well: its objects are changed behind our back, by its own interface.

outside.provider.servers.stop(outside.tenant, outside.server.backend_id)
outside.sync()                                   # one clean full round, and what it finds
outside.resolve(DriftAct.RESTORE)                # the only open finding
"""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from cloudctl.domain.drift import DriftAct, Finding
from cloudctl.domain.servers import ServerRequest
from cloudctl.ports.context import platform
from cloudctl.services import drift, syncs
from tests.factories import Installed
from tests.seeds import CLOUD


class Outside:
    """A city whose cloud somebody else works on as well; `sync` is one clean full round."""

    def __init__(self, city: Installed) -> None:
        self.city = city
        self.made = city.resources(city.delivered(city.build_items(count=2, disks=1)))
        self.provider = city.ctx.clouds.provider(city.record)
        tenant = city.read(lambda uow: uow.tenants.get(city.ids["fgw"], CLOUD))
        self.tenant: str = tenant.backend_id

    @property
    def server(self) -> Any:
        return self.city.resource(self.made["oa-1"].id)

    @property
    def volume(self) -> Any:
        return self.city.resource(self.made["oa-1-disk-1"].id)

    def sync(self, rounds: int = 1) -> None:
        for _ in range(rounds):
            self.city.clock.move(hours=2)
            done = syncs.run_due(self.city.ctx, platform("test"), CLOUD)
            assert done is not None
            assert done.mode == "full"

    def findings(self, *states: str) -> list[Finding]:
        known = self.city.read(lambda uow: uow.drift.known(CLOUD))
        found = [self.city.read(lambda uow, key=key: uow.drift.get(key)) for key in known]
        return [one for one in found if one.state in (states or ("open",))]

    def only(self, *states: str) -> Finding:
        (one,) = self.findings(*states)
        return one

    def resolve(self, by: DriftAct, finding: Finding | None = None, **more: Any) -> Finding:
        key = (finding or self.only()).id
        who = more.pop("who", self.city.people["operator"])
        return drift.resolve(self.city.ctx, who, key, **{"by": by, "reason": "查明"} | more)

    def shown(self, key: UUID) -> Any:
        """The object that carries a key, as the cloud lists it."""
        return next((item for item in self.city.cloud.inventory() if item.key == str(key)), None)

    def strange_server(self, name: str = "shadow", key: UUID | None = None) -> str:
        """A server that the platform did not order; without a key it is nobody's."""
        network = self.city.resource(self.made["oa-net"].id)
        request = ServerRequest(
            key=key or uuid4(), tenant=self.tenant, name=name, vcpu=2, memory_mib=4096, root_disk_gib=40,
            image="openeuler", network=network.backend_id,
        )  # fmt: skip
        backend_id = self.provider.servers.create(request).backend_id
        if key is None:
            self.provider.servers.disown(self.tenant, backend_id, request.key)
        self.city.clock.move(minutes=5)
        return str(backend_id)
