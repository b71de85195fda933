"""Real hosts: by themselves, and as servers of the lab's OpenStack."""

from __future__ import annotations

import base64
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openstack as sdk
import pytest
from openstack.config import OpenStackConfig

from tests.e2e.openstack import QUIET
from tests.lab.hosts import Host, HostSet, LabError, temporary
from tests.lab.hosts.machine import await_ssh
from tests.lab.openstack import RealHosts, ensure_up
from tests.waiting import until

pytestmark = QUIET


def test_a_host_is_a_debian_with_its_units_running_and_keeps_what_it_wrote_over_a_reboot(hosts: HostSet) -> None:
    host, other = hosts.values()
    assert host.ssh("systemctl", "is-system-running", "--wait").stdout.strip() == "running"
    assert "Debian GNU/Linux 12" in host.ssh("cat", "/etc/os-release").stdout
    assert host.host_key != other.host_key

    host.ssh("echo kept > mark; sudo systemctl reboot", check=False)
    until(lambda: host.ssh("uptime -s", check=False).returncode, what=lambda: "it did not go down")
    await_ssh(host.address)
    assert host.ssh("cat", "mark").stdout == "kept\n"
    assert other.ssh("cat", "mark", check=False).returncode == 1

    machine = hosts.machine(host.name)
    machine.stop()
    assert not machine.running
    machine.start()
    await_ssh(host.address)
    assert host.ssh("cat", "mark").stdout == "kept\n"
    assert hosts.renew(host.name).ssh("cat", "mark", check=False).returncode == 1


def test_packages_come_from_the_mirror_until_it_is_taken_away(hosts: HostSet, tmp_path: Path) -> None:
    host = next(iter(hosts.values()))
    old, new = (_package(tmp_path, version) for version in ("1.0", "2.0"))
    hosts.mirror.publish(old)
    host.ssh("sudo apt-get update -q && sudo apt-get install -q -y lab-probe nginx")
    with urllib.request.urlopen(f"http://{host.address}/", timeout=20) as page:
        assert page.status == 200

    hosts.mirror.publish(new)
    host.ssh("sudo apt-get update -q && sudo apt-get upgrade -q -y")
    assert host.ssh("dpkg-query -f '${Version}' -W lab-probe").stdout == "2.0"

    hosts.mirror.stop()
    refused = host.ssh("sudo apt-get update -q && sudo apt-get install -q -y haproxy", check=False)
    assert refused.returncode == 100
    hosts.mirror.start()
    host.ssh("sudo apt-get update -q")


def test_a_backup_outlives_its_host_until_its_store_is_taken_away(hosts: HostSet) -> None:
    host = next(iter(hosts.values()))
    hosts.store.start()
    install = "sudo apt-get update -q && sudo apt-get install -q -y restic"
    restic = f"timeout 60 env RESTIC_PASSWORD=lab restic -q -r {hosts.store.url}/probe"
    host.ssh(f"{install} && echo kept > mark && {restic} init && {restic} backup mark")
    host = hosts.renew(host.name)
    host.ssh(f"{install} && {restic} restore latest --target restored && {restic} check")
    assert host.ssh("find restored -name mark -exec cat {} +").stdout == "kept\n"
    hosts.store.stop()
    assert "refused" in host.ssh(f"{restic} snapshots", check=False).stderr
    hosts.store.start()
    assert not host.ssh(f"{restic} snapshots", check=False).returncode


def test_a_host_whose_cable_is_pulled_runs_on_and_is_not_reached(hosts: HostSet) -> None:
    host = next(iter(hosts.values()))
    hosts.cut(host.name)
    with pytest.raises(LabError, match="does not answer"):
        await_ssh(host.address, seconds=2)
    assert hosts.machine(host.name).running
    hosts.mend(host.name)
    await_ssh(host.address)


def test_sets_do_not_meet_and_leave_nothing(hosts: HostSet) -> None:
    host = next(iter(hosts.values()))
    with temporary(1) as others:
        stranger = next(iter(others.values()))
        assert stranger.ssh(f"curl -sm2 http://{host.address}:22/", check=False).returncode != 0
        folder, namespace = others.folder, f"cloudctl-{others.number}"
    assert not folder.exists()
    listed = subprocess.run(["ip", "netns"], capture_output=True, text=True, check=True).stdout.splitlines()
    assert namespace not in {line.split()[0] for line in listed}


# As servers of Nova


@pytest.fixture(scope="module")
def real() -> RealHosts:
    return ensure_up().ensure_hosts()


@pytest.fixture(scope="module")
def cloud(real: RealHosts) -> Iterator[Any]:
    config = OpenStackConfig(config_files=[str(ensure_up().clouds_yaml)], load_envvars=False)
    with sdk.connection.Connection(config=config.get_one(cloud="lab-admin")) as connection:
        yield connection


@pytest.fixture(scope="module")
def segment(cloud: Any) -> Iterator[Any]:
    """A network with a group that lets SSH and HTTP in."""
    network = cloud.network.create_network(name="real-hosts")
    cloud.network.create_subnet(network_id=network.id, ip_version=4, cidr="10.91.7.0/24", name="real-hosts")
    group = cloud.network.create_security_group(name="real-hosts")
    cloud.network.create_security_group_rule(
        security_group_id=group.id, direction="ingress", protocol="tcp", port_range_min=22, port_range_max=22
    )
    yield network, group
    for port in cloud.network.ports(network_id=network.id):
        cloud.network.delete_port(port)
    cloud.network.delete_security_group(group)
    cloud.network.delete_network(network)


@contextmanager
def serving(cloud: Any, real: RealHosts, segment: Any, name: str, **more: Any) -> Iterator[Callable[[], Any]]:
    """A server for the time of a test; called, it is what Nova says of it now."""
    network, group = segment
    image = cloud.image.find_image(more.pop("image", real.image))
    flavor = cloud.compute.find_flavor(real.flavor)
    groups = [{"name": group.name}]
    wanted = {"networks": [{"uuid": network.id}], "security_groups": groups, **more}
    made = cloud.compute.create_server(name=name, image_id=image.id, flavor_id=flavor.id, **wanted)
    try:
        cloud.compute.wait_for_server(made, wait=120, interval=0.5)
        yield lambda: cloud.compute.get_server(made.id)
    finally:
        cloud.compute.delete_server(made, force=True)
        cloud.compute.wait_for_delete(made, wait=120, interval=0.5)
        assert not real.routed.machine(made.id).folder.exists()


def reach(real: RealHosts, server: Any) -> Host:
    (address,) = (fixed["addr"] for fixed in next(iter(server.addresses.values())))
    await_ssh(address)
    key = real.routed.machine(server.id).host_key
    return Host(server.name, address, real.user, str(real.key_file), key)


def state(server: Callable[[], Any], wanted: str) -> None:
    until(lambda: server().status == wanted and server().task_state is None, what=lambda: f"{server().status}")


def test_a_server_boots_its_user_data_stops_and_starts_and_its_image_has_its_bytes(
    cloud: Any, real: RealHosts, segment: Any
) -> None:
    script = "#!/bin/sh\necho first >> /etc/first-boot\n"
    user_data = base64.b64encode(script.encode()).decode()
    with serving(cloud, real, segment, "real-1", user_data=user_data) as server:
        assert server().availability_zone == real.zone
        host = reach(real, server())
        assert host.ssh("cat", "/etc/first-boot").stdout == "first\n"
        assert host.ssh("hostname").stdout == "real-1\n"
        host.ssh("echo kept > mark; rm .profile; sync")

        cloud.compute.stop_server(server())
        state(server, "SHUTOFF")
        with pytest.raises(LabError, match="does not answer"):
            await_ssh(host.address, seconds=1)
        cloud.compute.start_server(server())
        state(server, "ACTIVE")
        await_ssh(host.address)
        assert host.ssh("cat", "mark", "/etc/first-boot").stdout == "kept\nfirst\n", "user data runs once"

        image = cloud.compute.create_server_image(server(), "real-1-image", wait=True, timeout=120)
        try:
            with serving(cloud, real, segment, "real-2", image=image.id) as copy:
                twin = reach(real, copy())
                assert twin.ssh("cat", "mark").stdout == "kept\n"
                assert twin.ssh("ls", ".profile", check=False).returncode, "what was deleted is in the image too"
                assert twin.ssh("hostname").stdout == "real-2\n"
                assert twin.host_key != host.host_key
                assert twin.ssh("cat /etc/machine-id").stdout != host.ssh("cat /etc/machine-id").stdout
        finally:
            cloud.image.delete_image(image.id)
        host.ssh("true")
        mine = real.routed.machine(server().id).netns
    namespaces = subprocess.run(["ip", "netns"], capture_output=True, text=True, check=True).stdout
    assert mine not in namespaces
    assert host.address not in subprocess.run(["ip", "route"], capture_output=True, text=True, check=True).stdout


def test_security_groups_and_ports_that_are_down_are_obeyed(cloud: Any, real: RealHosts, segment: Any) -> None:
    _, group = segment
    with serving(cloud, real, segment, "real-3") as server, serving(cloud, real, segment, "real-4") as second:
        host, peer = reach(real, server()), reach(real, second())
        host.ssh("sudo systemd-run --quiet python3 -m http.server 80")
        url = f"http://{host.address}/"
        peer.ssh(f"curl -sm2 http://{real.routed.mirror.url.removeprefix('http://')}Release")
        assert not _answers(url)
        assert peer.ssh(f"curl -sm2 -o /dev/null {url}", check=False).returncode

        rule = cloud.network.create_security_group_rule(
            security_group_id=group.id,
            direction="ingress",
            protocol="tcp",
            port_range_min=80,
            port_range_max=80,
            remote_group_id=group.id,
        )
        until(
            lambda: not peer.ssh(f"curl -sm2 -o /dev/null {url}", check=False).returncode,
            what=lambda: "a member of the group is not let in",
        )
        assert not _answers(url), "this machine is no member of the group"
        cloud.network.delete_security_group_rule(rule)
        assert peer.ssh(f"curl -sm2 -o /dev/null {url}", check=False).returncode

        (port,) = cloud.network.ports(device_id=server().id)
        cloud.network.update_port(port, admin_state_up=False)
        with pytest.raises(LabError, match="does not answer"):
            await_ssh(host.address, seconds=2)
        cloud.network.update_port(port, admin_state_up=True)
        await_ssh(host.address)


def test_a_server_that_does_not_ask_for_a_real_host_gets_none(cloud: Any, real: RealHosts, segment: Any) -> None:
    with serving(cloud, real, segment, "fake-1", image="debian-12") as server:
        assert server().availability_zone == "nova"


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as page:
            return bool(page.status == 200)
    except OSError:
        return False


def _package(folder: Path, version: str) -> Path:
    """An empty Debian package."""
    tree = folder / f"lab-probe-{version}"
    (tree / "DEBIAN").mkdir(parents=True)
    control = f"Package: lab-probe\nVersion: {version}\nArchitecture: all\nMaintainer: Lab <lab@localhost>\n"
    (tree / "DEBIAN/control").write_text(f"{control}Description: a probe of the lab\n", "utf-8")
    package = tree.with_suffix(".deb")
    subprocess.run(["dpkg-deb", "--build", tree, package], check=True, capture_output=True)
    return package
