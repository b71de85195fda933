"""One playbook on two hosts through the platform, against `ansible-playbook` by hand on the same hosts.

Both play the same tree with the same settings over ssh; ours from asking to the end on record, with its queue, its log
and its artifacts. The rounds are interleaved. On this machine both sides share two cores with whatever else runs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from time import sleep
from typing import Any
from uuid import UUID

from cloudctl.automation.runner import AnsibleAutomation
from cloudctl.bootstrap import SystemClock
from cloudctl.domain.lifecycle_runs import ENDED
from cloudctl.ports.context import platform
from cloudctl.secrets.redact import redact, redact_text
from cloudctl.services import hosts, runs
from tests.bench.measures import Clock, Goal, Measure, Rounds, clocked
from tests.factories import Installed, installation
from tests.lab.hosts import HostSet, temporary
from tests.locally import PLAYBOOKS, run_of

ROUNDS = 3
TASKS = 20
NAME = "work_through"


def measure() -> list[Measure]:
    """The ratio of a run's time, and of an empty one the seconds that the platform adds."""
    with temporary(2) as machines, TemporaryDirectory() as name:
        tree = _playbooks(Path(name))
        automation = AnsibleAutomation(playbooks_dir=tree, redact=redact_text, redact_data=redact)
        with installation(Path(name), automation=automation, clock=SystemClock(), engine_poll_s=0.1) as city:
            ids = enrolled(city, machines)
            by_hand = _by_hand(tree, machines, Path(name))
            rounds = Rounds()
            with city.worker():
                rounds.run({"by hand": by_hand, "platform": lambda: _through(city, ids)}, ROUNDS)
    hand, ours = rounds.wall("by hand"), rounds.wall("platform")
    raw = f"by hand {hand:.1f} s, platform {ours:.1f} s; {TASKS} tasks, 2 hosts, {ROUNDS} rounds"
    return [
        Measure("run: a playbook through the platform, time", "ansible-playbook by hand", ours / hand,
                Goal("<=", 1.1), raw),
        Measure("run: what the platform adds", "", ours - hand, None, raw, unit="s"),
    ]  # fmt: skip


def _playbooks(directory: Path) -> Path:
    """A tree with one playbook of small tasks that change nothing."""
    tree = directory / "playbooks"
    tasks = tree / "roles" / NAME / "tasks"
    tasks.mkdir(parents=True)
    steps = [
        {"name": f"Look {number}", "ansible.builtin.command": "true", "changed_when": False} for number in range(TASKS)
    ]
    (tasks / "main.yml").write_text(json.dumps(steps))
    play = [{"name": "Work", "hosts": "targets", "gather_facts": True, "become": True, "roles": [NAME]}]
    (tree / f"{NAME}.yml").write_text(json.dumps(play))
    entry = {
        "summary": {"en": NAME}, "changes": False, "repeat": "safe", "approval": "none", "timeout_minutes": 30,
        "owner": "operations",
    }  # fmt: skip
    (tree / "catalogue.yaml").write_text(json.dumps({"playbooks": {NAME: entry}}))
    assert PLAYBOOKS.is_dir()
    return tree


def enrolled(city: Installed, machines: HostSet) -> list[UUID]:
    """Delivered servers, `web-1` and so on, that are these machines, known to the platform."""
    made = city.resources(city.delivered(city.build_items("web", count=len(machines), disks=0)))
    ids = [made[f"web-{number}"].id for number in range(1, len(machines) + 1)]
    for key, machine in zip(ids, machines.values(), strict=True):
        machine.ssh("sudo", "sh", "-s", stdin=hosts.first_boot(city.ctx, platform("bench"), key))
        hosts.enrol(
            city.ctx, city.people["operator"], key, host_key=machine.host_key, address=machine.address
        )  # fmt: skip
    return ids


def _by_hand(tree: Path, machines: HostSet, home: Path) -> Callable[[], Clock]:
    """ansible-playbook with the settings of a run and the lab's own key."""
    known = {
        machine.name: {
            "ansible_host": machine.address, "ansible_user": machine.user,
            "ansible_ssh_private_key_file": str(machine.key_file),
        }
        for machine in machines.values()
    }  # fmt: skip
    (home / "hosts.yml").write_text(json.dumps({"all": {"children": {"targets": {"hosts": known}}}}))
    (home / "known_hosts").write_text("".join(f"{one.address} {one.host_key}\n" for one in machines.values()))
    (home / "ansible.cfg").write_text(
        f"[defaults]\nroles_path = {tree}/roles\nforks = 20\ninterpreter_python = auto_silent\nhome = {home}/ansible\n"
        "[ssh_connection]\npipelining = True\n"
        f"ssh_args = -C -o ControlMaster=auto -o ControlPersist=60s -o UserKnownHostsFile={home}/known_hosts\n"
    )
    ansible = Path(sys.executable).with_name("ansible-playbook")
    command = [ansible, "-i", home / "hosts.yml", tree / f"{NAME}.yml"]
    environment: dict[str, Any] = {**os.environ, "ANSIBLE_CONFIG": str(home / "ansible.cfg")}

    def play() -> Clock:
        rmtree(home / "ansible", ignore_errors=True)  # and with it the open connections
        with clocked([]) as clock:
            subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
        return clock

    return play


def _through(city: Installed, ids: list[UUID]) -> Clock:
    with clocked([]) as clock:
        run = runs.ask(city.ctx, city.people["operator"], playbook=NAME, hosts=ids)
        while (ended := run_of(city, run)).state not in ENDED:
            sleep(0.05)
    assert ended.state == "succeeded", ended.words
    return clock
