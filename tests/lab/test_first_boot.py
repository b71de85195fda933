"""A real host with systemd and sshd after the platform's script: it opens for whom the platform signs, nobody else."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cloudctl.domain.hosts import RunKey
from cloudctl.domain.identifiers import new_id
from cloudctl.ports.context import platform
from cloudctl.services import hosts
from tests.factories import Installed, installation
from tests.lab.hosts import Host, temporary
from tests.unit.services.enrolling import servers


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with temporary(1) as made:
        yield next(iter(made.values()))


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    with installation(tmp_path_factory.mktemp("city")) as made:
        made.clock.move(seconds=(datetime.now(UTC) - made.clock.now()).total_seconds())
        yield made


def enter(directory: Path, given: RunKey, name: str, address: str, *command: str) -> subprocess.CompletedProcess[str]:
    directory.mkdir(exist_ok=True)
    for file, content in given.files.items():
        (directory / file).touch(mode=0o600)
        (directory / file).write_text(content)
    return subprocess.run(
        ["ssh", "-F", "none", "-i", str(directory / name), "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes",
         "-o", f"UserKnownHostsFile={directory / given.known_hosts}", "-o", "StrictHostKeyChecking=yes",
         "-o", "ConnectTimeout=60", f"cloudctl@{address}", *command],
        capture_output=True, text=True, timeout=200, check=False, env={"PATH": os.environ["PATH"]},
    )  # fmt: skip


def test_a_host_opens_for_a_run_of_its_own_and_for_no_other(host: Host, city: Installed, tmp_path: Path) -> None:
    first, second = servers(city)
    for _ in range(2):  # it may run again
        host.ssh("sudo", "sh", "-s", stdin=hosts.script(city.ctx, city.people["operator"], first))
    enrolled = hosts.enrol(city.ctx, city.people["operator"], first, address=host.address)
    assert enrolled.host_key == " ".join(host.host_key.split()[:2])
    hosts.enrol(city.ctx, city.people["operator"], second, address=host.address)
    for key, code in ((first, 0), (second, 255)):
        targets = hosts.targets(city.ctx, city.people["operator"], [key])
        given = hosts.run_key(city.ctx, platform("run"), run_id=new_id(), hosts=targets, valid_s=600)
        done = enter(tmp_path / str(key), given, given.file_of[key], host.address, "sudo", "-n", "id", "-un")
        assert done.returncode == code, done
        assert done.stdout.strip() == ("root" if code == 0 else "")
    assert host.ssh("sudo", "cat", "/etc/cloudctl/principals/cloudctl-user").stdout.strip() == f"user-host-{first}"
    shadow = host.ssh("sudo", "grep", "^cloudctl", "/etc/shadow").stdout
    assert [line.split(":")[1] for line in shadow.splitlines()] == ["*", "*", "*"]
