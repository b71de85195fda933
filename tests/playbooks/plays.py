"""A playbook played on real hosts as a person would, by ansible-playbook, and what it leaves.

played = play("quarantine_host", hosts, folder, quarantine_host_case="C-1")
played.changed["web-1"], played.reports["quarantine-web-1"]
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.lab.hosts import Host

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Played:
    """How a play ended: its exit code, its words, by host how many tasks changed something, and its reports."""

    code: int
    said: str
    changed: Mapping[str, int]
    reports: Mapping[str, Any]


def play(
    name: str,
    hosts: Iterable[Host],
    folder: Path,
    *,
    check: bool = False,
    variables: Mapping[str, Mapping[str, Any]] | None = None,
    book: str | None = None,
    **arguments: Any,
) -> Played:
    """Plays a playbook of this tree, or the one that is written in `book`; raises nothing where it fails.

    `variables` are those of single hosts.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = Path("playbooks") / f"{name}.yml"
    if book is not None:
        path = folder / f"{name}.yml"
        path.write_text(book, encoding="utf-8")
    chosen = list(hosts)
    known = folder / "known_hosts"
    known.write_text("".join(f"{host.address} {host.host_key}\n" for host in chosen), encoding="utf-8")
    listed = {
        host.name: {
            "ansible_host": host.address, "ansible_user": host.user, "ansible_ssh_private_key_file": host.key_file,
            "ansible_ssh_common_args": f"-F none -o UserKnownHostsFile={known} -o StrictHostKeyChecking=yes",
            **(variables or {}).get(host.name, {}),
        }
        for host in chosen
    }  # fmt: skip
    inventory = folder / "hosts.json"
    inventory.write_text(json.dumps({"all": {"children": {"targets": {"hosts": listed}}}}), encoding="utf-8")
    artifacts = folder / "artifacts"
    artifacts.mkdir(exist_ok=True)
    for old in artifacts.iterdir():
        old.unlink()
    command = [
        str(Path(sys.executable).parent / "ansible-playbook"), "-i", str(inventory),
        "-e", json.dumps({"cloudctl_artifacts": str(artifacts), **arguments}), str(path),
        *(["--check"] if check else []),
    ]  # fmt: skip
    told = {
        "ANSIBLE_TIMEOUT": "60", "ANSIBLE_NOCOLOR": "1", "ANSIBLE_LOCALHOST_WARNING": "0",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, **told})
    said = done.stdout + done.stderr
    recap = [line.split() for line in said.partition("PLAY RECAP")[2].splitlines() if "changed=" in line]
    return Played(
        code=done.returncode,
        said=said,
        changed={words[0]: int(word.partition("=")[2]) for words in recap for word in words if "changed=" in word},
        reports={file.stem: json.loads(file.read_text(encoding="utf-8")) for file in artifacts.glob("*.json")},
    )


def digest(host: Host, *folders: str) -> str:
    """Names, modes, owners and contents of everything below the folders, as one figure."""
    below = " ".join(folders)
    script = (
        f"find {below} -xdev -printf '%p %m %u %g %l\\n' | sort; "
        f"find {below} -xdev -type f -print0 | sort -z | xargs -0 -r sha256sum"
    )
    return host.ssh("sudo", "sh", "-s", stdin=f"({script}) | sha256sum\n").stdout
