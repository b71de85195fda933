"""The plain openstacksdk script: a project, a network, then servers with a volume each on 10 threads, and it waits.

python -m tests.bench.plain_script CLOUDS_YAML CLOUD COUNT      # says ready, waits for a line, says done WALL CPU
"""

from __future__ import annotations

import os
import sys
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

THREADS, INTERVAL_S, WAIT_S = 10, 2, 600


def main(clouds_file: str, cloud: str, count: int) -> None:
    """Sets up, builds on command, cleans up on command."""
    os.environ["OS_CLIENT_CONFIG_FILE"] = clouds_file
    warnings.simplefilter("ignore")  # the SDK's own deprecations
    import openstack

    admin = openstack.connect(cloud=cloud)
    project = admin.identity.create_project(name=f"plain-{uuid4().hex[:8]}")
    admin.identity.assign_project_role_to_user(project.id, admin.current_user_id, admin.identity.find_role("member").id)
    admin.set_compute_quotas(project.id, cores=1000, ram=10**6, instances=1000)
    admin.set_volume_quotas(project.id, gigabytes=1000, volumes=1000)
    own = admin.connect_as_project({"id": project.id, "name": project.name})
    image = own.image.find_image("debian-12")
    flavor = own.compute.find_flavor("m1.tiny")
    print("ready", flush=True)
    sys.stdin.readline()
    wall, cpu = time.monotonic(), time.process_time()
    network = own.network.create_network(name="net")
    own.network.create_subnet(network_id=network.id, ip_version=4, cidr="10.99.0.0/24")

    def one(number: int) -> tuple[Any, Any]:
        volume = own.block_storage.create_volume(name=f"disk-{number}", size=1)
        server = own.compute.create_server(
            name=f"vm-{number}", image_id=image.id, flavor_id=flavor.id, networks=[{"uuid": network.id}]
        )
        volume = own.block_storage.wait_for_status(volume, "available", interval=INTERVAL_S, wait=WAIT_S)
        server = own.compute.wait_for_server(server, interval=INTERVAL_S, wait=WAIT_S)
        own.compute.create_volume_attachment(server, volume_id=volume.id)
        return server, own.block_storage.wait_for_status(volume, "in-use", interval=INTERVAL_S, wait=WAIT_S)

    with ThreadPoolExecutor(THREADS) as pool:
        made = list(pool.map(one, range(count)))
    print("done", time.monotonic() - wall, time.process_time() - cpu, flush=True)
    sys.stdin.readline()
    _clean(admin, own, project, network, made)


def _clean(admin: Any, own: Any, project: Any, network: Any, made: list[tuple[Any, Any]]) -> None:
    for server, _ in made:
        own.compute.delete_server(server)
    for server, volume in made:
        own.compute.wait_for_delete(server, wait=WAIT_S)
        own.block_storage.wait_for_status(volume, "available", wait=WAIT_S)
        own.block_storage.delete_volume(volume)
    own.network.delete_network(network)
    for group in admin.network.security_groups(project_id=project.id):
        admin.network.delete_security_group(group)
    for _, volume in made:
        own.block_storage.wait_for_delete(volume, wait=WAIT_S)
    admin.identity.delete_project(project)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
