"""A process that reads one cloud and tells what that cost, so that memory and CPU are its own: `-m ... WAY ARGUMENTS`.

It prints one line of JSON: for each reading its seconds, CPU seconds, objects, and at the end the peak of memory.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from json import dumps
from pathlib import Path
from typing import Any

NAMED = (
    "name",
    "config.uuid",
    "config.instanceUuid",
    "runtime.powerState",
    "runtime.host",
    "summary.config.numCpu",
    "summary.config.memorySizeMB",
    "guest.ipAddress",
)


def timed(read: Callable[[], int]) -> dict[str, float]:
    """One reading."""
    began, cpu = time.monotonic(), time.process_time()
    objects = read()
    return {"wall_s": time.monotonic() - began, "cpu_s": time.process_time() - cpu, "objects": objects}


def pyvmomi(clouds: str) -> dict[str, Any]:
    """One plain PropertyCollector read of the eight properties that the issue names."""
    from pyVmomi import vim, vmodl

    from cloudctl.providers.vsphere.client import Client
    from cloudctl.providers.vsphere.config import configured

    query = vmodl.query.PropertyCollector
    client = Client(configured("lab-vcenter", Path(clouds)))
    view = client.call(
        lambda content: content.viewManager.CreateContainerView(content.rootFolder, [vim.VirtualMachine], True)
    )
    walk = query.TraversalSpec(type=vim.view.ContainerView, path="view", skip=False)
    wanted = query.FilterSpec(
        objectSet=[query.ObjectSpec(obj=view, skip=True, selectSet=[walk])],
        propSet=[query.PropertySpec(type=vim.VirtualMachine, pathSet=list(NAMED))],
    )
    read = lambda content: content.propertyCollector.RetrievePropertiesEx([wanted], query.RetrieveOptions())  # noqa: E731
    return {"read": timed(lambda: len(client.call(read).objects))}


def vsphere(clouds: str, database: str, postmaster: str, only_servers: str) -> dict[str, Any]:
    """Full, unchanged full, and incremental with nothing changed, into a database."""
    from cloudctl.domain.clouds import CloudKind
    from cloudctl.domain.inventory import ObjectKind
    from cloudctl.providers.vsphere.inventory import VsphereInventory

    def servers_alone(provider: Any) -> None:
        if only_servers == "servers":
            provider.inventory = VsphereInventory(provider.inventory._client, frozenset({ObjectKind.SERVER}))

    modes = ("full", "full", "incremental", "incremental")
    return synced(CloudKind.VSPHERE, "lab-vcenter", clouds, database, int(postmaster), modes, servers_alone)


def openstack(clouds: str, database: str, postmaster: str) -> dict[str, Any]:
    """A full sync of what looks like Nova."""
    from cloudctl.domain.clouds import CloudKind

    return synced(
        CloudKind.OPENSTACK, "bench-nova", clouds, database, int(postmaster), ("full", "full"), lambda _: None
    )


def openstacksdk(clouds: str) -> dict[str, Any]:
    """The SDK's own list."""
    import os

    os.environ["OS_CLIENT_CONFIG_FILE"] = clouds
    from openstack import connect

    connection = connect(cloud="bench-nova")
    connection.compute.get("/servers/detail?limit=1")  # login and discovery are not the list's
    return {"read": timed(lambda: len(list(connection.compute.servers(details=True, all_projects=True))))}


def synced(
    kind: Any,
    code: str,
    clouds_file: str,
    database: str,
    postmaster: int,
    modes: tuple[str, ...],
    prepare: Callable[[Any], None],
) -> dict[str, Any]:
    """The syncs of these modes, by the service that the workers run. PostgreSQL's CPU counts.

    What follows a sync, the findings, is not timed.
    """
    from tempfile import TemporaryDirectory

    from cloudctl.bootstrap import build
    from cloudctl.domain.syncs import SyncMode
    from cloudctl.ports.context import platform
    from cloudctl.services import catalogue, clouds, syncs
    from cloudctl.settings import load
    from tests.bench.measures import cpu_seconds

    found: dict[str, Any] = {}
    carry_out = syncs._Reading.carry_out

    def clocked(reading: Any, provider: Any) -> Any:
        began, cpu, theirs = time.monotonic(), time.process_time(), cpu_seconds([postmaster])
        done = carry_out(reading, provider)
        found[f"{len(found)} {done.mode.value}"] = {
            "wall_s": time.monotonic() - began,
            "cpu_s": time.process_time() - cpu + cpu_seconds([postmaster]) - theirs,
            "objects": done.objects,
            "changed": done.changed,
        }
        return done

    syncs._Reading.carry_out = clocked  # type: ignore[method-assign]
    with TemporaryDirectory() as directory:
        app = build(load({}, {"database_url": database, "data_dir": directory, "clouds_file": clouds_file}))
        app.prepare()
        ctx, seed = app.context, platform("bench")
        zone = {"name": "政务外网区", "name_en": "Extranet", "max_mlps_level": 3}
        catalogue.put(ctx, seed, "zones", "extranet", zone)
        cloud = clouds.register(
            ctx,
            seed,
            code=code,
            name=code,
            kind=kind,
            zones=frozenset({"extranet"}),
            capacity={},
            external_network=None,
        )
        provider = ctx.clouds.provider(cloud)
        provider.check()
        prepare(provider)
        app.settle()  # as a worker does
        for mode in modes:
            syncs.ask(ctx, seed, code, mode=SyncMode(mode))
            done = syncs.run_due(ctx, seed, code)
            if done is None or done.state != "clean" or done.mode != mode:
                raise RuntimeError(f"{mode}: {done and (done.state, done.mode, done.error)}")
        app.stop()
    return found


if __name__ == "__main__":
    ways = {"pyvmomi": pyvmomi, "vsphere": vsphere, "openstack": openstack, "openstacksdk": openstacksdk}
    answer = ways[sys.argv[1]](*sys.argv[2:])
    answer["memory_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(dumps(answer))
