"""Servers of the simulated cloud: what each state allows, and what it turns to."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from cloudctl.domain.quotas import Demand, Dimension
from cloudctl.domain.servers import ServerRequest
from cloudctl.providers.simulated.backend.calls import Call, refuse_unless
from cloudctl.providers.simulated.backend.limits import admit
from cloudctl.providers.simulated.backend.networks import allot, on_network
from cloudctl.providers.simulated.backend.objects import Kind, Status, Thing
from cloudctl.providers.simulated.backend.refusals import Reason, Refusal

HOSTS = 4
KEPT_TIMES = 50
SETTLED = (Status.ACTIVE, Status.SHUTOFF)


def create(call: Call, request: ServerRequest) -> Thing:
    """Starts building a server and allots its fixed addresses."""
    images = call.settings.images
    if request.export is None and images is not None and request.image not in images:
        raise Refusal(Reason.INVALID, f"no image {request.image}")
    network = call.get(Kind.NETWORK, request.tenant, request.network)
    refuse_unless(network, Status.ACTIVE)
    admit(call, request.tenant, takes(request))
    fixed = next(allot(network, on_network(call, request.tenant, network.id)), None)
    if fixed is None:
        raise Refusal(Reason.NO_CAPACITY, f"network {network.name} has no free address")
    return add(call, request, fixed, Status.BUILD, then={"status": Status.ACTIVE}, host=_host(call, request))


def _host(call: Call, request: ServerRequest) -> str:
    """The host that it goes to: any, but for a pair's server one that has no other of the pair."""
    hosts = [f"host-{number}" for number in range(1, HOSTS + 1)]
    start = request.key.int % HOSTS
    hosts = hosts[start:] + hosts[:start]
    if request.apart is None:
        return hosts[0]
    pair = str(request.apart.key)
    others = [thing for thing in call.things(Kind.SERVER, request.tenant) if thing.state.get("pair") == pair]
    taken = Counter(thing.state["host"] for thing in others)
    best = min(hosts, key=lambda host: taken[host])
    if taken[best] and request.apart.required:
        raise Refusal(Reason.NO_CAPACITY, f"every simulated host has a server of the pair {pair}")
    return best


def takes(request: ServerRequest) -> Demand:
    """What a server takes of quota and capacity; its root disk counts as volume."""
    return Demand(
        {
            Dimension.SERVERS: 1,
            Dimension.VCPU: request.vcpu,
            Dimension.MEMORY_MIB: request.memory_mib,
            Dimension.VOLUME_GIB: request.root_disk_gib,
        }
    )


def add(
    call: Call,
    request: ServerRequest,
    fixed: list[str],
    status: Status,
    *,
    then: dict[str, object] | None = None,
    keyed: bool = True,
    host: str | None = None,
) -> Thing:
    """Puts a server into the file, unchecked. Of user data only the length is kept: it may hold secrets."""
    return call.add(
        Kind.SERVER,
        key=request.key if keyed else None,
        tenant=request.tenant,
        name=request.name,
        state={
            "status": status,
            "vcpu": request.vcpu,
            "memory_mib": request.memory_mib,
            "network": request.network,
            "fixed": fixed,
            "image": request.export or request.image,
            "host": host,
            "pair": None if request.apart is None else str(request.apart.key),
            "labels": request.labels,
            "ssh_keys": len(request.ssh_keys),
            "user_data_bytes": len(request.user_data or b""),
            "made_at": call.now if status is Status.BUILD else 0.0,  # what is put there already has a past
            "off": [[0.0, None]] if status is Status.SHUTOFF else [],
        },
        then=then,
        vcpu=request.vcpu,
        memory_mib=request.memory_mib,
        volume_gib=request.root_disk_gib,
    )


def power(call: Call, tenant: str, server: str, *, on: bool) -> None:
    """Starts switching a server on or off; one that is there, or on its way, is done."""
    thing = call.get(Kind.SERVER, tenant, server)
    under_way, goal = (Status.POWERING_ON, Status.ACTIVE) if on else (Status.POWERING_OFF, Status.SHUTOFF)
    if thing.status in (under_way, goal):
        return
    refuse_unless(thing, *SETTLED)
    thing.state["status"] = under_way
    thing.state["off"] = _times_off(thing, call.now, on=on)
    call.save(thing, then={"status": goal})


def _times_off(thing: Thing, now: float, *, on: bool) -> list[list[float | None]]:
    """When it was off, from when to when: the last times, and now one more or one that is over."""
    times: list[list[float | None]] = thing.state.get("off", [])
    return (
        [*times[:-1], [times[-1][0], now]] if on and times else times if on else [*times[1 - KEPT_TIMES :], [now, None]]
    )


def isolate(call: Call, tenant: str, server: str, *, cut: bool) -> None:
    """Closes, or opens, every port of a server in any state; its addresses stay allotted."""
    thing = call.get(Kind.SERVER, tenant, server)
    if thing.state.get("isolated", False) is not cut:
        thing.state["isolated"] = cut
        call.save(thing)


def isolated(call: Call, tenant: str, server: str) -> bool:
    """Whether its ports are closed."""
    return bool(call.get(Kind.SERVER, tenant, server).state.get("isolated", False))


def resize(call: Call, tenant: str, server: str, *, vcpu: int, memory_mib: int, root_disk_gib: int) -> None:
    """Starts a resize; the new size is taken at once and shown once it waits for its confirmation."""
    thing = call.get(Kind.SERVER, tenant, server)
    same = (thing.vcpu, thing.memory_mib, thing.volume_gib) == (vcpu, memory_mib, root_disk_gib)
    if same and thing.status is not Status.ERROR:
        return
    refuse_unless(thing, *SETTLED)
    if root_disk_gib < thing.volume_gib:
        raise Refusal(Reason.INVALID, f"the root disk of {thing.name} cannot shrink to {root_disk_gib} GiB")
    growth = Demand(
        {
            Dimension.VCPU: vcpu - thing.vcpu,
            Dimension.MEMORY_MIB: memory_mib - thing.memory_mib,
            Dimension.VOLUME_GIB: root_disk_gib - thing.volume_gib,
        }
    )
    admit(call, tenant, growth)
    thing.vcpu, thing.memory_mib, thing.volume_gib = vcpu, memory_mib, root_disk_gib
    thing.state |= {"status": Status.RESIZE, "before": thing.status}
    call.save(thing, then={"status": Status.VERIFY_RESIZE, "vcpu": vcpu, "memory_mib": memory_mib})


def confirm_resize(call: Call, tenant: str, server: str) -> None:
    """Makes a resize final; a server that waits for none is done."""
    thing = call.get(Kind.SERVER, tenant, server)
    if thing.status in (*SETTLED, Status.CONFIRMING):
        return
    refuse_unless(thing, Status.VERIFY_RESIZE)
    thing.state["status"] = Status.CONFIRMING
    call.save(thing, then={"status": thing.state["before"]})


def attach(call: Call, tenant: str, server: str, volume: str) -> None:
    """Starts attaching an available volume to a settled server."""
    host, disk = call.get(Kind.SERVER, tenant, server), call.get(Kind.VOLUME, tenant, volume)
    if disk.state["server"] == host.id and disk.status in (Status.ATTACHING, Status.IN_USE, Status.EXTENDING):
        return
    refuse_unless(host, *SETTLED)
    refuse_unless(disk, Status.AVAILABLE)
    disk.state |= {"status": Status.ATTACHING, "server": host.id}
    call.save(disk, then={"status": Status.IN_USE})


def detach(call: Call, tenant: str, server: str, volume: str) -> None:
    """Starts detaching a volume; one that the server does not have is done."""
    disk = call.look(Kind.VOLUME, tenant, volume)
    if disk is None or disk.state["server"] != server or disk.status is Status.DETACHING:
        return
    refuse_unless(call.get(Kind.SERVER, tenant, server), *SETTLED)
    refuse_unless(disk, Status.IN_USE)
    disk.state["status"] = Status.DETACHING
    call.save(disk, then={"status": Status.AVAILABLE, "server": None})


def snapshot(call: Call, tenant: str, server: str, key: UUID, name: str) -> Thing:
    """Starts an image of a settled server."""
    thing = call.get(Kind.SERVER, tenant, server)
    refuse_unless(thing, *SETTLED)
    state = {"status": Status.BUILD, "server": thing.id}
    return call.add(Kind.IMAGE, key=key, tenant=tenant, name=name, state=state, then={"status": Status.ACTIVE})


def console(call: Call, tenant: str, server: str) -> str:
    """A console address that leads nowhere and says so; needs a server that is on."""
    thing = call.get(Kind.SERVER, tenant, server)
    refuse_unless(thing, Status.ACTIVE)
    return f"https://console.simulated.invalid/{call.settings.code}/{thing.id}?expires={int(call.now) + 600}"


def delete(call: Call, tenant: str, server: str) -> None:
    """Starts deleting a server in any state; its volumes and addresses are set free and stay."""
    thing = call.look(Kind.SERVER, tenant, server)
    if thing is None or thing.status is Status.DELETING:
        return
    call.remove(thing)
    for disk in call.things(Kind.VOLUME, tenant):
        if disk.state["server"] == server:
            disk.state["status"] = Status.DETACHING
            disk.later, disk.later_at = {"status": Status.AVAILABLE, "server": None}, thing.gone_at
            call.save(disk)
    for address in call.things(Kind.ADDRESS, tenant):
        if address.state["server"] == server:
            address.state["server"] = None
            call.save(address)
