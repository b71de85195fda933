#!/usr/bin/python
"""Which packages would be brought to which version, as the repositories stand now; nothing of the host is changed."""

from __future__ import annotations

import glob
import os
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: list_updates
short_description: Lists what an update of packages would change
description:
  - Lists of packages are fetched into a place of their own that is thrown away, so that check mode tells the truth and
    leaves the host as it is.
author: cloudctl
options:
  container:
    description: The kernel is another machine's.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: See what would change
  list_updates:
"""

RETURN = r"""
updates:
  description: Name, version now, version then, and whether it comes from a security source.
  returned: always
  type: list
held:
  description: Packages that stay as they are on order.
  returned: always
  type: list
reboot:
  description: Why the host has to start anew; none where it need not.
  returned: always
  type: list
"""

PLANNED = re.compile(r"^Inst (\S+)(?: \[([^\]]*)\])? \((\S+) ([^)]*)\)", re.MULTILINE)
ENVIRONMENT = {"LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}


class Failed(Exception):
    """The repositories do not answer; its text is what the tool says."""


def said(*command: str, good: tuple[int, ...] = (0,)) -> str:
    """What a command prints; raises Failed with its own words."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/bin:/bin"
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**ENVIRONMENT, "PATH": path})
    if done.returncode not in good:
        raise Failed((done.stderr or done.stdout).strip()[-2000:])
    return done.stdout


def planned(text: str) -> list[dict[str, Any]]:
    """What `apt-get -s dist-upgrade` would install.

    >>> planned("Inst hello [2.10-2] (2.10-3 Debian-Security:12/stable [amd64])")
    [{'name': 'hello', 'now': '2.10-2', 'then': '2.10-3', 'security': True}]
    >>> planned("Inst new (1.0 Debian:12/stable [amd64])")[0]["now"]
    ''
    """
    return [
        {"name": name, "now": now or "", "then": then, "security": "security" in source.lower()}
        for name, now, then, source in PLANNED.findall(text)
    ]


def apt() -> dict[str, Any]:
    """By apt."""
    with tempfile.TemporaryDirectory(prefix="cloudctl-lists-") as place:
        os.makedirs(f"{place}/lists/partial")
        os.makedirs(f"{place}/cache/archives/partial")
        own = ["-o", f"Dir::State::lists={place}/lists", "-o", f"Dir::Cache={place}/cache"]
        own += ["-o", "APT::Sandbox::User=root", "-o", "APT::Update::Error-Mode=any"]
        said("apt-get", "-q", *own, "update")
        updates = planned(said("apt-get", "-q", "-s", *own, "dist-upgrade"))
    return {"updates": updates, "held": said("apt-mark", "showhold").split()}


def dnf() -> dict[str, Any]:
    """By dnf. Not tried on a real host of its kind."""
    wanted = said("dnf", "-q", "check-update", good=(0, 100)).partition("\nObsoleting")[0]
    security = said("dnf", "-q", "updateinfo", "list", "--security", good=(0, 1))
    updates = []
    for line in wanted.splitlines():
        parts = line.split()
        if len(parts) == 3 and "." in parts[0]:
            name = parts[0].rpartition(".")[0]
            now = said("rpm", "-q", "--qf", "%{VERSION}-%{RELEASE}\n", name, good=(0, 1)).split("\n")[0]
            updates.append({"name": name, "now": now, "then": parts[1], "security": f" {name}-" in security})
    return {"updates": updates, "held": []}


def reboot(container: bool) -> list[str]:
    """Why the host has to start anew."""
    reasons = []
    if os.path.exists("/run/reboot-required"):
        packages = "/run/reboot-required.pkgs"
        named = sorted(set(Path(packages).read_text().split())) if os.path.exists(packages) else []
        reasons.append("packages ask for it: " + (", ".join(named) or "no names given"))
    kernels = [] if container else [path.split("/")[3] for path in glob.glob("/lib/modules/*/modules.dep")]
    running = os.uname().release
    if kernels and running in kernels and max(kernels, key=in_order) != running:
        reasons.append(f"kernel {running} runs, {max(kernels, key=in_order)} is installed")
    return reasons


def in_order(version: str) -> list[tuple[int, str]]:
    """A key that sorts versions of kernels.

    >>> sorted(["6.1.0-9-amd64", "6.1.0-13-amd64"], key=in_order)
    ['6.1.0-9-amd64', '6.1.0-13-amd64']
    """
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.findall(r"\d+|[a-z]+", version)]


def main() -> None:
    """Ansible's entry."""
    module = AnsibleModule(argument_spec={"container": {"type": "bool", "default": False}}, supports_check_mode=True)
    try:
        found = apt() if os.path.exists("/usr/bin/apt-get") else dnf()
    except Failed as error:
        module.fail_json(msg=f"Nothing was changed: the repositories do not answer. {error}")
    module.exit_json(changed=False, reboot=reboot(module.params["container"]), **found)


if __name__ == "__main__":
    main()
