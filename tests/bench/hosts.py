"""20,000 hosts through the inventory plugin against Ansible reading the same hosts from a static YAML file.

Both are read by Ansible's own InventoryManager in a process of its own, the rounds are interleaved; ours asks the
platform (PostgreSQL) each time and keeps nothing. The same by `ansible-inventory --list` beside it, whose printing
costs both alike.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from cloudctl.bootstrap import build
from cloudctl.domain.accounts import Role
from cloudctl.ports.context import platform
from cloudctl.services import accounts, tokens
from cloudctl.settings import load
from tests.bench.measures import Clock, Goal, Measure, Rounds, clocked
from tests.bench.servers import await_http, cloudctl, free_port, process
from tests.fleets import spread
from tests.lab.postgres import PostgresServer

HOSTS = 20_000
ROUNDS = 3
ROOT = Path(__file__).parents[2]


def measure() -> list[Measure]:
    """The ratios of reading and of listing, and what a kept answer costs."""
    with PostgresServer() as postgres, TemporaryDirectory() as name:
        directory = Path(name)
        url = postgres.create_database()
        app = build(load({}, {"database_url": url, "data_dir": name}))
        app.prepare()
        spread(app, HOSTS)
        operator = accounts.create(
            app.context, platform("bench"), login="ops", name="ops", email="", department_id=None,
            roles=frozenset({Role.OPERATOR}),
        )  # fmt: skip
        _, token = tokens.issue(app.context, platform("bench"), operator.id, name="bench")
        app.stop()
        port = free_port()
        environment = {"CLOUDCTL_DATABASE_URL": url, "CLOUDCTL_DATA_DIR": name, "CLOUDCTL_LOG_LEVEL": "WARNING"}
        with process(cloudctl("serve", "--port", str(port)), environment, directory / "serve.log") as served:
            bearer = {"Authorization": f"Bearer {token}"}
            answer = json.loads(await_http(port, "/v1/hosts/inventory", bearer))
            static, dynamic, kept = _sources(directory, answer)
            ansible = {
                **os.environ, "HOME": name, "CLOUDCTL_URL": f"http://127.0.0.1:{port}", "CLOUDCTL_TOKEN": token,
                "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "CLOUDCTL_INVENTORY_DIR": str(directory / "kept"),
            }  # fmt: skip
            pids = [served, postgres.pid]
            read = [sys.executable, "-m", "tests.bench.hosts"]
            show = [str(Path(sys.executable).with_name("ansible-inventory")), "--list", "--output", os.devnull, "-i"]
            rounds = Rounds()
            rounds.run(
                {
                    "static": _contender([*read, str(static)], ansible, []),
                    "ours": _contender([*read, str(dynamic)], ansible, pids),
                    "kept": _contender([*read, str(kept)], ansible, pids),
                    "static list": _contender([*show, str(static)], ansible, []),
                    "our list": _contender([*show, str(dynamic)], ansible, pids),
                },
                ROUNDS,
            )
    return _table(rounds)


def _table(rounds: Rounds) -> list[Measure]:
    wall = {name: rounds.wall(name) for name in rounds.results}
    raw = ", ".join(f"{name} {wall[name]:.1f} s" for name in wall)
    return [
        Measure("inventory: 20,000 hosts, time to read", "Ansible, static YAML", wall["ours"] / wall["static"],
                Goal("<=", 0.5), raw),
        Measure("inventory: the same from the kept answer", "Ansible, static YAML", wall["kept"] / wall["static"],
                None, raw),
        Measure("inventory: `ansible-inventory --list`", "Ansible, static YAML",
                wall["our list"] / wall["static list"], None, raw),
        Measure("inventory: CPU of platform and database in it", "-",
                rounds.cpu("ours"), None, "the whole request", "s"),
    ]  # fmt: skip


def _sources(directory: Path, answer: dict[str, Any]) -> tuple[Path, Path, Path]:
    """The same hosts, variables and groups as a static file; the plugin's file that keeps nothing, and that keeps."""
    names = list(answer["hosts"])
    groups = {group: {"hosts": {names[place]: {} for place in places}} for group, places in answer["groups"].items()}
    whole = {"all": {"hosts": answer["hosts"], "vars": answer["variables"], "children": groups}}
    static = directory / "static.yml"
    static.write_text(yaml.dump(whole, Dumper=yaml.CSafeDumper))
    plugin = {"plugin": "cloudctl"}
    paths = []
    for folder, keep_s in (("asking", 0), ("keeping", 3600)):
        (directory / folder).mkdir()
        path = directory / folder / "cloudctl.yml"
        path.write_text(yaml.dump({**plugin, "keep_s": keep_s}))
        paths.append(path)
    return static, paths[0], paths[1]


def _contender(command: list[str], environment: dict[str, str], pids: list[int]) -> Callable[[], Clock]:
    """One reading: our wall is the process's, the CPU that of the servers."""

    def run() -> Clock:
        with clocked(pids) as clock:
            done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{command}:\n{done.stderr}")
        if done.stdout and int(done.stdout) != HOSTS:
            raise RuntimeError(f"{command} read {done.stdout} hosts")
        return clock

    return run


def _read(source: str) -> int:
    """Reads a source as ansible-playbook does before it plays; answers how many hosts it has."""
    from ansible.inventory.manager import InventoryManager
    from ansible.parsing.dataloader import DataLoader
    from ansible.plugins.loader import init_plugin_loader

    init_plugin_loader()
    return len(InventoryManager(loader=DataLoader(), sources=[source]).hosts)


if __name__ == "__main__":
    print(_read(sys.argv[1]))
