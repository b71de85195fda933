#!/usr/bin/python
"""Stops a host's services so that they stay stopped over a restart, and brings exactly those back."""

from __future__ import annotations

import json
import os
import re
import subprocess
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: hold_units
short_description: Stops services and keeps them stopped, or brings them back
description:
  - Held, what runs is written down first, and then stopped. Each unit gets a condition that the record is not there, so
    that nothing starts it while it is held. What is enabled stays enabled.
  - Released, the conditions go, and exactly what is on record is started.
author: cloudctl
options:
  record:
    description: The file that says what was running.
    type: path
    required: true
  state:
    description: Which of the two.
    type: str
    choices: [held, released]
    required: true
  keep:
    description: Regular expressions of further units that are never stopped.
    type: list
    elements: str
    default: []
  because:
    description: What the record says besides.
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Stop everything that is not the host's own
  hold_units:
    record: /var/lib/cloudctl/quarantine.json
    state: held
"""

RETURN = r"""
record:
  description: The record as it stands, or as it was.
  returned: always
  type: dict
stopped:
  description: Units that were stopped now.
  returned: always
  type: list
started:
  description: Units that were started now.
  returned: always
  type: list
missing:
  description: Units that are on record and did not come back.
  returned: always
  type: list
"""

KINDS = ("service", "socket", "timer", "path")
KEPT = (
    r"systemd-.*|init\.scope|dbus.*|ssh.*|nftables\..*|auditd\..*|.*getty.*|user@.*|user-runtime-dir@.*|polkit.*",
    r"rsyslog\..*|syslog\..*|chrony.*|networking\..*|network\..*|NetworkManager.*|ifup.*|cloud-.*|kmod.*|lvm2.*",
    r"apparmor\..*|keyboard-setup\..*|console-setup\..*|plymouth.*|dracut.*|rc-local\..*|qemu-guest-agent\..*|vmtoolsd\..*",
)
UNITS = Path("/etc/systemd/system")
DROP_IN = "90-cloudctl-held.conf"


class Units:
    """What systemd has, by systemctl."""

    def said(self, *words: str) -> str:
        """What a call of systemctl prints; its exit code is not looked at."""
        return subprocess.run(["systemctl", *words], capture_output=True, text=True, check=False).stdout

    def active(self, keep: list[str]) -> list[str]:
        """Units that are active and are not the host's own: those of the boot, of ssh, of the network, of logs."""
        kept = re.compile("|".join(f"(?:{rule})" for rule in (*KEPT, *keep)))
        types = [f"--type={kind}" for kind in KINDS]
        listed = self.said("list-units", *types, "--state=active", "--plain", "--no-legend", "--no-pager", "--full")
        names = [line.split()[0] for line in listed.splitlines() if line.split()]
        names = [name for name in names if not kept.fullmatch(name)]
        return [name for name in names if name not in self._of_the_boot(names)]

    def _of_the_boot(self, names: list[str]) -> set[str]:
        if not names:
            return set()
        told = self.said("show", "-p", "Id", "-p", "DefaultDependencies", *names)
        blocks = [
            dict(line.split("=", 1) for line in block.splitlines()) for block in told.split("\n\n") if block.strip()
        ]
        return {block["Id"] for block in blocks if block.get("DefaultDependencies") == "no"}

    def is_active(self, name: str) -> bool:
        """Whether it runs, or has done its work and counts as there."""
        return self.said("is-active", name).strip() in {"active", "activating", "reloading"}


def drop_in(name: str) -> Path:
    """Where a unit's condition lies."""
    return UNITS / f"{name}.d" / DROP_IN


def hold(units: Units, given: dict[str, Any], *, check: bool) -> dict[str, Any]:
    """Writes the record, then the conditions, then stops: dead in the middle, the next run goes on."""
    path = Path(given["record"])
    known = path.exists()
    active = units.active(given["keep"])
    record = json.loads(path.read_text()) if known else {
        "at": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"), **given["because"], "units": active,
    }  # fmt: skip
    held = sorted({*record["units"], *active})
    condition = f"# Written by the platform: stopped until it is released.\n[Unit]\nConditionPathExists=!{path}\n"
    lacking = [name for name in held if not drop_in(name).exists()]
    changed = not known or bool(active) or bool(lacking)
    if changed and not check:
        path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        _write(path, json.dumps(record, ensure_ascii=False, indent=1) + "\n")
        for name in lacking:
            drop_in(name).parent.mkdir(parents=True, exist_ok=True)
            _write(drop_in(name), condition, mode=0o644)
        units.said("daemon-reload")
        if active:
            units.said("stop", *active)
    left = [] if check else [name for name in active if units.is_active(name)]
    return {"changed": changed, "record": record, "stopped": active, "started": [], "missing": left}


def release(units: Units, given: dict[str, Any], *, check: bool) -> dict[str, Any]:
    """Takes the conditions away and starts what is on record; the record goes last, once everything is there."""
    path = Path(given["record"])
    if not path.exists():
        return {"changed": False, "record": {}, "stopped": [], "started": [], "missing": []}
    record = json.loads(path.read_text())
    if check:
        return {"changed": True, "record": record, "stopped": [], "started": record["units"], "missing": []}
    aside = path.with_suffix(".releasing")
    path.rename(aside)  # the conditions look for the record: from here on units may start
    units.said("daemon-reload")
    if record["units"]:
        units.said("start", *record["units"])
    missing = [name for name in record["units"] if not units.is_active(name)]
    if missing:
        aside.rename(path)
        return {"changed": True, "record": record, "stopped": [], "started": record["units"], "missing": missing}
    for file in UNITS.glob(f"*.d/{DROP_IN}"):
        if str(path) in file.read_text():
            file.unlink()
            if not any(file.parent.iterdir()):
                file.parent.rmdir()
    units.said("daemon-reload")
    aside.unlink()
    return {"changed": True, "record": record, "stopped": [], "started": record["units"], "missing": []}


def _write(path: Path, text: str, mode: int = 0o600) -> None:
    """Whole or not at all."""
    new = path.with_suffix(path.suffix + ".new")
    new.write_text(text)
    new.chmod(mode)
    os.replace(new, path)


def main() -> None:
    """Ansible's entry."""
    module = AnsibleModule(
        argument_spec={
            "record": {"type": "path", "required": True},
            "state": {"type": "str", "choices": ["held", "released"], "required": True},
            "keep": {"type": "list", "elements": "str", "default": []},
            "because": {"type": "dict", "default": {}},
        },
        supports_check_mode=True,
    )
    act = hold if module.params["state"] == "held" else release
    done = act(Units(), module.params, check=module.check_mode)
    if done["missing"]:
        doing = "do not stop" if act is hold else "did not come back: they stay held, the record stays"
        module.fail_json(msg=f"These {doing}: {', '.join(done['missing'])}", **done)
    module.exit_json(**done)


if __name__ == "__main__":
    main()
