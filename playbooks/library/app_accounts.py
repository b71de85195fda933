"""The unix accounts of instances, all in one call: a system user and group each, which nobody can log in to."""

from __future__ import annotations

import grp
import pwd
import subprocess
from typing import Any

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: app_accounts
short_description: The unix accounts of instances, all in one call
description: [A system user with a group of its name; no shell, no password.]
options:
  accounts: {description: "name and home of each.", type: list, elements: dict, required: true}
  state: {description: "present or absent.", type: str, choices: [present, absent], default: present}
author: [cloudctl]
"""
RETURN = r"""
names: {description: Accounts that were made or taken away., type: list, returned: always}
"""


def there(name: str) -> bool:
    """Whether the user exists."""
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def group_there(name: str) -> bool:
    """Whether the group exists."""
    try:
        grp.getgrnam(name)
    except KeyError:
        return False
    return True


def commands(account: dict[str, Any], state: str) -> list[list[str]]:
    """What makes it so."""
    name = account["name"]
    if state == "absent":
        gone = [["pkill", "-KILL", "-u", name], ["userdel", name]] if there(name) else []
        return gone + ([["groupdel", name]] if group_there(name) and not there(name) else [])
    if there(name):
        return []
    group = ["--gid", name] if group_there(name) else ["--user-group"]
    quiet = ["--system", "--no-create-home", "--shell", "/usr/sbin/nologin", "--home-dir", account["home"]]
    return [["useradd", *quiet, *group, name]]


def main() -> None:
    """The module."""
    module = AnsibleModule(
        argument_spec={
            "accounts": {"type": "list", "elements": "dict", "required": True},
            "state": {"choices": ["present", "absent"], "default": "present"},
        },
        supports_check_mode=True,
    )
    changed = []
    for account in module.params["accounts"]:
        wanted = commands(account, module.params["state"])
        if not wanted:
            continue
        changed.append(account["name"])
        if module.check_mode:
            continue
        for command in wanted:
            done = subprocess.run(command, capture_output=True, text=True, check=False)  # as above
            if done.returncode and command[0] != "pkill":  # it says so where there is no process
                module.fail_json(msg=f"{' '.join(command)}: {done.stderr.strip()}", names=changed)
    module.exit_json(changed=bool(changed), names=changed)


if __name__ == "__main__":
    main()
