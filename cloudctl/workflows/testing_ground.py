"""Where a backup is tried out: a network that leads nowhere, and on it a server built of the kept bytes.

Both carry keys that follow from the disk's, so that whoever comes after a crash finds them again; neither is on record
as a resource, for neither outlives its test.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from cloudctl.domain.backups import BYTES, NETWORK, SERVER, BackupObject
from cloudctl.domain.errors import Failed
from cloudctl.domain.networks import NetworkFact, NetworkRequest
from cloudctl.domain.servers import ServerRequest
from cloudctl.workflows.attempts import PASSING, insist, pause
from cloudctl.workflows.building import await_ready, remove_objects, settle
from cloudctl.workflows.clearing import Lot
from cloudctl.workflows.objects import NETWORKS, SERVERS, Fact, Handler, Site

PREFIX = "192.0.2.0/28"
"""Set aside for documentation (RFC 5737): nobody has it, and it is routed nowhere."""


def build(home: Lot, disk: BackupObject) -> None:
    """A server of the kept bytes comes up; found where an earlier run has built it."""
    site = home.site
    network = _made(site, NETWORKS, disk.part(NETWORK), lambda: _network(home, disk))
    of = insist(site.ctx, lambda: site.provider.exports.find(site.tenant, [disk.part(BYTES)])).get(disk.part(BYTES))
    if of is None:
        raise Failed("What is to be tried out of {name} is gone from the cloud.", name=disk.name)
    request = ServerRequest(
        key=disk.part(SERVER),
        tenant=site.tenant,
        name=f"restore-test-{disk.name}",
        vcpu=disk.vcpu,
        memory_mib=disk.memory_mib,
        root_disk_gib=disk.disk_gib,
        image="",
        network=network.backend_id,
        export=of.backend_id,
    )
    _made(site, SERVERS, request.key, lambda: site.provider.servers.create(request))


def clear(home: Lot, disk: BackupObject) -> None:
    """Removes the server, then its network, and waits until the cloud lists neither."""
    made: tuple[tuple[Handler, UUID], ...] = ((SERVERS, disk.part(SERVER)), (NETWORKS, disk.part(NETWORK)))
    for handler, key in made:
        found = settle(home.site, handler, [key])
        remove_objects(home.site, handler, {each: fact.backend_id for each, fact in found.items()})


def _network(home: Lot, disk: BackupObject) -> NetworkFact:
    site = home.site
    request = NetworkRequest(
        key=disk.part(NETWORK),
        tenant=site.tenant,
        name=f"restore-test-{disk.name}",
        cidr_v4=PREFIX,
        cidr_v6=None,
        zone=home.server.zone,
        external_network=None,
        isolated=True,
    )
    return site.provider.networks.create(request)


def _made(site: Site, handler: Handler, key: UUID, create: Callable[[], Fact]) -> Fact:
    """Found whole, or created; once it is ready. What an earlier run has made may not be listed yet."""
    found: dict[UUID, Fact] = {}
    for attempt in range(site.ctx.limits.retry_attempts):
        found = dict(settle(site, handler, [key]))
        if key in found and (not handler.IN_PARTS or handler.ready(found[key])):
            break
        try:
            found = {key: create()}
            break
        except PASSING as error:
            if attempt == site.ctx.limits.retry_attempts - 1:
                raise
            pause(site.ctx, attempt, error)
    return await_ready(site, handler, found)[key]
