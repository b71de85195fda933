"""What a balancer says of the hosts behind it: who is well, who is drained, and why one gets nothing."""

from __future__ import annotations

import csv
import socket
import time
from typing import Any

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: app_rotation
short_description: Reads from HAProxy which hosts of applications are in rotation
description:
  - Waits until every host was asked whether it is well, and until what drained ones had begun is ended.
  - Fails where an application has no host left that is well. Changes nothing.
options:
  apps: {description: "instance, address and backends of each.", type: list, elements: dict, required: true}
  wait_s: {description: "How long to wait for checks and for drained hosts.", type: int, default: 30}
author: [cloudctl]
"""
RETURN = r"""
apps: {description: "By instance, C(backends): what each host is, in a few words.", type: dict, returned: success}
"""
SOCKET = "/run/haproxy/admin.sock"


def asked(path: str = SOCKET) -> str:
    """HAProxy's own table; raises OSError where it does not run."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(10)
        line.connect(path)
        line.sendall(b"show stat\n")
        parts = []
        while part := line.recv(65536):
            parts.append(part)
    return b"".join(parts).decode()


def servers(table: str) -> dict[tuple[str, str], dict[str, str]]:
    r"""The rows of hosts, by backend and host.

    >>> servers("# pxname,svname,status,\napp_a.b,web-1,UP,\napp_a.b,BACKEND,UP,\n")
    {('app_a.b', 'web-1'): {'pxname': 'app_a.b', 'svname': 'web-1', 'status': 'UP'}}
    """
    rows = csv.DictReader(table.lstrip("# ").splitlines())
    named = [{key: word for key, word in row.items() if key} for row in rows]
    return {(row["pxname"], row["svname"]): row for row in named if row["svname"] not in ("FRONTEND", "BACKEND")}


def state(row: dict[str, str] | None, drained: bool) -> str:
    """What a host is: well, drained, draining, unknown (not asked yet), or why it gets nothing.

    >>> state({"status": "UP", "check_status": "L7OK", "scur": "0"}, drained=False)
    'well'
    >>> state({"status": "DRAIN", "check_status": "L7OK", "scur": "2"}, drained=True)
    'draining'
    >>> state({"status": "DOWN", "check_status": "L7STS", "check_code": "502"}, drained=False)
    'does not answer its check: L7STS 502'
    >>> state({"status": "UP 1/2", "check_status": "L4CON"}, drained=False), state(None, drained=False)
    ('unknown', 'unknown')
    """
    if row is None:
        return "unknown"
    if drained:
        return "draining" if row.get("scur", "0") not in ("0", "") else "drained"
    checked = row.get("check_status", "")
    if checked in ("", "INI") or checked.startswith("*") or "/" in row["status"]:
        return "unknown"
    if row["status"] == "UP":
        return "well"
    return f"does not answer its check: {checked} {row.get('check_code', '')}".strip()


def rotation(apps: list[dict[str, Any]], table: str) -> dict[str, dict[str, str]]:
    """What the hosts of each application are, by instance."""
    rows = servers(table)
    return {
        app["instance"]: {
            each["name"]: state(rows.get((f"app_{app['address'].lower()}", each["name"])), bool(each.get("drained")))
            for each in app["backends"]
        }
        for app in apps
    }


def main() -> None:
    """The module."""
    module = AnsibleModule(
        argument_spec={
            "apps": {"type": "list", "elements": "dict", "required": True},
            "wait_s": {"type": "int", "default": 30},
        },
        supports_check_mode=True,
    )
    apps = module.params["apps"]
    ends = time.monotonic() + module.params["wait_s"]
    while True:
        try:
            found = rotation(apps, asked())
        except OSError as error:
            module.fail_json(msg=f"HAProxy does not answer at {SOCKET}: {error.strerror or error}")
        waited = {word for hosts in found.values() for word in hosts.values()} & {"unknown", "draining"}
        if not waited or time.monotonic() > ends:
            break
        time.sleep(0.5)
    for app in apps:
        hosts = found[app["instance"]]
        if hosts and "well" not in hosts.values():
            told = ", ".join(f"{name} {word}" for name, word in hosts.items())
            module.fail_json(msg=f"{app['code']} has no host in rotation: {told}")
    module.exit_json(changed=False, apps={instance: {"backends": hosts} for instance, hosts in found.items()})


if __name__ == "__main__":
    main()
