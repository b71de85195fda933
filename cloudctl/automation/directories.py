"""The directory of one playing: what Ansible reads, keys and secrets among it, on tmpfs and for its owner alone.

It is made before the player is started and removed by whoever is left: the player when it ends or its worker dies, the
next worker on the machine otherwise.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from cloudctl.domain.errors import ConfigurationError
from cloudctl.ports.automation import Job

_UNPRINTED = re.compile("[^\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]")
TMPFS = Path("/dev/shm")  # noqa: S108 - the directories in it are 0700 and never taken over from others
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", ".git", "*.retry")
CONFIG = """[defaults]
roles_path = {project}/roles
library = {project}/library
action_plugins = {project}/action_plugins
filter_plugins = {project}/filter_plugins
module_utils = {project}/module_utils
callbacks_enabled = cloudctl_results
retry_files_enabled = False
host_key_checking = True
interpreter_python = auto_silent
inventory_enabled = yaml
forks = {forks}
timeout = 20
home = {home}
local_tmp = {home}/tmp
nocows = True
display_skipped_hosts = True
[ssh_connection]
pipelining = True
control_path_dir = {home}/cp
retries = 2
ssh_args = -C -o ControlMaster=auto -o ControlPersist=60s -o ServerAliveInterval=15 -o ServerAliveCountMax=4 \
-o IdentitiesOnly=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile={known_hosts}
"""


class Home:
    """The directory of a run's playing; `make` takes nothing over from an earlier one."""

    def __init__(self, base: Path, run_id: str) -> None:
        self.path = base / f"cloudctl-run-{run_id}"

    @property
    def project(self) -> Path:
        """The playbooks, as they were at the start."""
        return self.path / "project"

    @property
    def artifacts(self) -> Path:
        """What the playbooks leave for the record."""
        return self.path / "kept"

    @property
    def log(self) -> Path:
        """Everything that was said, masked."""
        return self.path / "log.txt"

    @property
    def results(self) -> Path:
        """What the plays gave back."""
        return self.path / "results.json"

    def make(self, playbooks: Path, blueprints: Sequence[Path], group_vars: Path | None) -> None:
        """Makes it, with a copy of the playbooks and, below them, of the blueprints. Raises ConfigurationError."""
        self.remove()
        try:
            self.path.mkdir(mode=0o700)
            shutil.copytree(playbooks, self.project, ignore=LEFT_OUT)
            for tree in blueprints:
                shutil.copytree(tree, self.project / "blueprints", ignore=LEFT_OUT, dirs_exist_ok=True)
            (self.path / "inventory").mkdir()
            if group_vars is not None and group_vars.is_dir():
                shutil.copytree(group_vars, self.path / "inventory" / "group_vars", ignore=LEFT_OUT)
            self.artifacts.mkdir()
        except OSError as error:
            raise ConfigurationError(
                "The directory of a run cannot be made in {path}: {problem}.",
                path=str(self.path.parent),
                problem=error.strerror or str(error),
            ) from error

    def fill(self, job: Job, *, forks: int) -> None:
        """Writes what Ansible reads: its settings, the inventory, the variables, the keys; all 0600."""
        keys = self.path / "keys"
        keys.mkdir(mode=0o700)
        for name, content in (job.key.files if job.key else {}).items():
            _write(keys / name, content)
        known_hosts = self.path / "known_hosts"
        _write(known_hosts, "".join(f"{target.known_host}\n" for target in job.targets))
        home = self.path / "home"
        (home / "cp").mkdir(parents=True, mode=0o700)
        settings = CONFIG.format(project=self.project, home=home, known_hosts=known_hosts, forks=forks)
        _write(self.path / "ansible.cfg", settings)
        _write(self.path / "inventory" / "hosts.yml", unsafe(_inventory(job, keys)))
        handed = {
            **job.arguments,
            **job.secrets,
            "cloudctl_run": str(job.run_id),
            "cloudctl_artifacts": str(self.artifacts),
            "report_directory": str(self.artifacts),
        }
        environment = self.path / "env"
        environment.mkdir(mode=0o700)
        _write(environment / "extravars", unsafe(handed))

    def remove(self) -> None:
        """Nothing is left of it; raises ConfigurationError where somebody else's lies in its place."""
        try:
            there = self.path.lstat()
        except FileNotFoundError:
            return
        if there.st_uid != os.geteuid() or not stat.S_ISDIR(there.st_mode):
            raise ConfigurationError("{path} is somebody else's. Remove it.", path=str(self.path))
        shutil.rmtree(self.path, ignore_errors=True)


def base_of(configured: str) -> Path:
    """Where the directories of runs are made: as set, else tmpfs, else the machine's directory for such things."""
    if configured:
        return Path(configured)
    return TMPFS if TMPFS.is_dir() and os.access(TMPFS, os.W_OK) else Path(tempfile.gettempdir())


def digest_of(tree: Path, blueprints: Sequence[Path] = ()) -> str:
    """SHA-256 over the names and contents of a tree as `Home.make` copies it, in hexadecimal."""
    files = _files(tree)
    for other in blueprints:
        files |= {f"blueprints/{name}": path for name, path in _files(other).items()}
    whole = sha256()
    for name in sorted(files):
        whole.update(f"{name}\0".encode())
        whole.update(sha256(files[name].read_bytes()).digest())
    return whole.hexdigest()


def _files(tree: Path) -> dict[str, Path]:
    left_out = {"__pycache__", ".git"}
    return {
        path.relative_to(tree).as_posix(): path
        for path in tree.rglob("*")
        if path.is_file() and not left_out & set(path.parts) and path.suffix not in {".pyc", ".retry"}
    }


def _inventory(job: Job, keys: Path) -> dict[str, Any]:
    """The run's hosts and nothing else, in `targets` and in the groups that the inventory plugin has them in."""
    hosts: dict[str, Any] = {}
    groups: dict[str, dict[str, Any]] = {"targets": {}}
    for target in job.targets:
        variables = dict(target.variables) | job.host_secrets.get(target.alias, {})
        if job.key is not None and target.id in job.key.file_of:
            variables["ansible_ssh_private_key_file"] = str(keys / job.key.file_of[target.id])
        hosts[target.alias] = variables | job.variables.get(target.alias, {})
        for group in {"targets", *target.groups}:
            groups.setdefault(group, {})[target.alias] = {}
    children = {name: {"hosts": members} for name, members in groups.items()}
    return {"all": {"hosts": hosts, "children": children, "vars": job.shared}}


def unsafe(value: Any) -> str:
    """Plain data as YAML in which Ansible takes every text as it stands: whoever wrote it, no template is run.

    >>> unsafe({"title": "{{ 1 + 1 }}", "sizes": [1, True, None]})
    '{"title": !unsafe "{{ 1 + 1 }}", "sizes": [1, true, null]}'
    """
    match value:
        case str():
            return f"!unsafe {_quoted(value)}"
        case Mapping():
            return "{" + ", ".join(f"{_quoted(str(key))}: {unsafe(part)}" for key, part in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(unsafe, value)) + "]"
    return json.dumps(value)


def _quoted(text: str) -> str:
    """As JSON quotes it, with what YAML does not print by its number."""
    return _UNPRINTED.sub(lambda found: f"\\U{ord(found[0]):08x}", json.dumps(text, ensure_ascii=False))


def _write(path: Path, content: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(content)
