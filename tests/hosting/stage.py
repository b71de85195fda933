"""Playbooks of applications on real hosts: what a run said, host by host, and what it told the platform."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from cloudctl.domain.blueprints import Catalogue, DatabaseCheck, HttpCheck, TcpCheck
from cloudctl.hosting.catalogue import load, shipped
from cloudctl.hosting.parameters import fill
from tests.lab.hosts import Host, HostSet

ROOT = Path(__file__).parents[2]
SETTINGS = """[defaults]
roles_path = {root}/playbooks/roles
timeout = 60
forks = 10
[ssh_connection]
pipelining = True
ssh_args = -o ControlMaster=auto -o ControlPersist=120s
control_path_dir = {control}
"""


class _Unsafe(str):
    """Text that Ansible takes as it stands, as the platform hands it over."""

    __slots__ = ()


yaml.SafeDumper.add_representer(_Unsafe, lambda dumper, text: dumper.represent_scalar("!unsafe", str(text)))


def _unsafe(value: Any) -> Any:
    match value:
        case str():
            return _Unsafe(value)
        case Mapping():
            return {key: _unsafe(each) for key, each in value.items()}
        case list() | tuple():
            return [_unsafe(each) for each in value]
    return value


@dataclass(frozen=True)
class Played:
    """A run that ended."""

    code: int
    text: str
    stats: dict[str, dict[str, int]]
    answer: dict[str, dict[str, Any]]
    messages: tuple[str, ...]

    @property
    def changed(self) -> int:
        """What was changed on all hosts."""
        return sum(each["changed"] for each in self.stats.values())

    @property
    def message(self) -> str:
        """What a run that failed said last."""
        return self.messages[-1] if self.messages else ""

    def well(self) -> Played:
        """This, where it ended well."""
        assert self.code == 0, self.text[-6000:]
        return self


@dataclass
class App:
    """An instance as tests ask for it; `variables` is what a playbook takes."""

    blueprint: str
    instance: str
    host: str
    version: str = "1.0.0"
    parameters: dict[str, Any] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return f"APP-{self.instance.upper()}"

    @property
    def address(self) -> str:
        return f"{self.instance}.city.example"

    def variables(self, catalogue: Catalogue, **change: Any) -> dict[str, Any]:
        blueprint = catalogue.named(self.blueprint)
        return {
            "code": self.code,
            "blueprint": self.blueprint,
            "version": self.version,
            "instance": self.instance,
            "department": "audit",
            "department_title": "市审计局",
            "address": self.address,
            "port": blueprint.plain_port,
            "parameters": fill(blueprint, self.parameters),
            "quota_mib": 64,
            "memory_mib": blueprint.sizes[0].memory_mib,
            "hosts": [self.host],
            "repository": f"/var/backups/{self.instance}",
            **self.more,
            **change,
        }

    def secrets(self, catalogue: Catalogue) -> dict[str, str]:
        names = [secret.name for secret in catalogue.named(self.blueprint).secrets]
        return {name: f"{self.instance}-{name}-not-to-be-seen" for name in [*names, "restic_password"]}


class Stage:
    """A set of hosts, and the playbooks that are played on it."""

    def __init__(self, hosts: HostSet, folder: Path, catalogue: Catalogue | None = None) -> None:
        self.hosts = hosts
        self.folder = folder
        self.catalogue = catalogue or load(shipped())
        self.blueprints: Path | None = None
        (folder / "ansible.cfg").write_text(SETTINGS.format(root=ROOT, control=folder / "cp"), "utf-8")
        known = folder / "known_hosts"
        known.write_text("".join(f"{host.address} {host.host_key}\n" for host in hosts.values()), "utf-8")
        inventory = {"targets": {"hosts": {host.name: self._variables(host, known) for host in hosts.values()}}}
        (folder / "hosts.yml").write_text(yaml.safe_dump(inventory), "utf-8")

    @staticmethod
    def _variables(host: Host, known: Path) -> dict[str, str]:
        return {
            "ansible_host": host.address,
            "ansible_user": host.user,
            "ansible_ssh_private_key_file": host.key_file,
            "ansible_ssh_common_args": f"-F none -o UserKnownHostsFile={known}",
            "ansible_python_interpreter": "/usr/bin/python3",
        }

    def play(self, playbook: str, apps: Iterable[App], *words: str, **change: Any) -> Played:
        """Plays it for these instances; `change` goes into what each of them takes."""
        apps = list(apps)
        variables: dict[str, Any] = {
            "apps": [app.variables(self.catalogue, **change) for app in apps],
            "app_secrets": {app.code: app.secrets(self.catalogue) for app in apps},
        }
        if self.blueprints is not None:
            variables["app_blueprints"] = str(self.blueprints)
        return self.play_with(playbook, variables, *words)

    def play_with(self, playbook: str, variables: Mapping[str, Any], *words: str) -> Played:
        """Plays it with exactly these variables."""
        file = self.folder / "variables.yml"
        file.touch(mode=0o600)
        file.write_text(yaml.safe_dump(_unsafe(variables), allow_unicode=True), "utf-8")
        environment = os.environ | {
            "ANSIBLE_CONFIG": str(self.folder / "ansible.cfg"),
            "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
            "ANSIBLE_SHOW_CUSTOM_STATS": "1",
            "ANSIBLE_LOCALHOST_WARNING": "0",
        }
        program = Path(sys.executable).with_name("ansible-playbook")
        done = subprocess.run(
            [
                program,
                "-i",
                self.folder / "hosts.yml",
                ROOT / "playbooks" / f"{playbook}.yml",
                "-e",
                f"@{file}",
                *words,
            ],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        told = _json(done.stdout)
        return Played(
            code=done.returncode,
            text=done.stdout + done.stderr,
            stats=told.get("stats", {}),
            answer=told.get("global_custom_stats", {}).get("answer", {}).get("apps", {}),
            messages=tuple(_messages(told)),
        )

    def hang_up(self) -> None:
        """No connection is kept any more: the next play begins as the first one did."""
        for kept in (self.folder / "cp").glob("*"):
            subprocess.run(["ssh", "-O", "exit", "-o", f"ControlPath={kept}", "any"], capture_output=True, check=False)

    def host(self, app: App) -> Host:
        """Where it is."""
        return self.hosts[app.host]

    def sudo(self, host: Host, *words: str, check: bool = True) -> str:
        """What a command said there, as root."""
        return host.ssh("sudo", *words, check=check).stdout

    def page(self, app: App, path: str = "/", *words: str) -> tuple[int, str]:
        """Status and text of a page, asked for by the instance's name; 0 where nothing answers."""
        address = f"http://{app.address}{path}"
        resolve = f"{app.address}:80:{self.host(app).address}"
        argv = ["curl", "-sg", "-m", "60", "-w", "\n%{http_code}", "--resolve", resolve, *words, address]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        text, _, status = done.stdout.rpartition("\n")
        return int(status or 0), text

    def answers(self, app: App) -> list[str]:
        """The checks of its blueprint that do not answer."""
        broken = []
        blueprint = self.catalogue.named(app.blueprint)
        for check in blueprint.checks:
            match check:
                case HttpCheck():
                    wanted = check.contains.format(**app.parameters)
                    status, text = self.page(app, check.path)
                    well = status == check.status and wanted in text
                case TcpCheck():
                    well = self._takes(app, check.port)
                case DatabaseCheck():
                    well = self.sql(app, "SELECT 1") == "1"
                case _:
                    continue  # certificates: tests of their own
            if not well:
                broken.append(check.name)
        return broken

    def _takes(self, app: App, port: int) -> bool:
        argv = ["timeout", "10", "bash", "-c", f"echo > /dev/tcp/{self.host(app).address}/{port}"]
        return subprocess.run(argv, capture_output=True, check=False).returncode == 0

    def sql(self, app: App, text: str, *, database: str | None = None, check: bool = True) -> str:
        """What the instance's database says to its own role, asked with its password."""
        password = app.secrets(self.catalogue)["database_password"]
        url = f"postgresql://{app.instance}:{password}@127.0.0.1/{database or app.instance}"
        return self.host(app).ssh("psql", "-XAtq", url, stdin=text, check=check).stdout.strip()


def _json(text: str) -> dict[str, Any]:
    start = text.find("{")
    try:
        return dict(json.JSONDecoder().raw_decode(text[start:])[0]) if start >= 0 else {}
    except ValueError:
        return {}


def _messages(told: Mapping[str, Any]) -> Iterable[str]:
    for play in told.get("plays", ()):
        for task in play["tasks"]:
            for result in task["hosts"].values():
                if result.get("failed") and "msg" in result:
                    yield str(result["msg"])
