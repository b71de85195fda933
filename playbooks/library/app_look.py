"""What a host has, as the acts of applications need it: read once, in one call, without any change."""

from __future__ import annotations

import json
import os
import pathlib
from typing import Any

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: app_look
short_description: Reads what a host has of applications, packages and room
description: [Changes nothing.]
options:
  packages: {description: "Debian packages that are wanted.", type: list, elements: str, default: []}
  home: {description: "Below which instances lie.", type: path, default: /srv/apps}
author: [cloudctl]
"""
RETURN = r"""
missing: {description: Packages that are not installed., type: list, returned: always}
apps: {description: "What the host says of each instance, by its name.", type: dict, returned: always}
free_mib: {description: What is left where instances lie., type: int, returned: always}
system: {description: "Distribution and version, as debian-12.", type: str, returned: always}
"""
STATES = "/var/lib/cloudctl/apps"


def installed() -> set[str]:
    """The names of the packages that dpkg has installed."""
    try:
        text = pathlib.Path("/var/lib/dpkg/status").read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return set()
    found = set()
    for part in text.split("\n\n"):
        if "\nStatus: install ok installed\n" in part:
            found.add(part.partition("\n")[0].removeprefix("Package: "))
            provided = next((line for line in part.split("\n") if line.startswith("Provides: ")), "")
            found.update(name.split()[0] for name in provided.removeprefix("Provides: ").split(",") if name.split())
    return found


def states() -> dict[str, Any]:
    """What is written of each instance on this host."""
    found = {}
    for file in sorted(pathlib.Path(STATES).glob("*.json")):
        try:
            found[file.stem] = json.loads(file.read_text(encoding="utf-8"))
        except ValueError:
            found[file.stem] = {"state": "unreadable", "code": "", "version": "", "message": str(file)}
    return found


def system() -> str:
    """Distribution and version."""
    release = pathlib.Path("/etc/os-release")
    lines = release.read_text(encoding="utf-8").splitlines() if release.exists() else []
    said = {key: value.strip('"') for key, _, value in (line.partition("=") for line in lines)}
    return f"{said.get('ID', 'unknown')}-{said.get('VERSION_ID', '')}"


def room(path: str) -> tuple[int, int]:
    """Free and whole size of the file system of a path, in MiB."""
    while not os.path.exists(path):
        path = os.path.dirname(path)
    left = os.statvfs(path)
    return left.f_bavail * left.f_frsize >> 20, left.f_blocks * left.f_frsize >> 20


def main() -> None:
    """The module."""
    module = AnsibleModule(
        argument_spec={
            "packages": {"type": "list", "elements": "str", "default": []},
            "home": {"type": "path", "default": "/srv/apps"},
        },
        supports_check_mode=True,
    )
    there = installed()
    free, size = room(module.params["home"])
    module.exit_json(
        changed=False,
        missing=[name for name in module.params["packages"] if name not in there],
        apps=states(),
        free_mib=free,
        size_mib=size,
        system=system(),
        ipv6=os.path.exists("/proc/net/if_inet6"),
    )


if __name__ == "__main__":
    main()
