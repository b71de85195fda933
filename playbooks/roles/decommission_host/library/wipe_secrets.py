#!/usr/bin/python
"""Overwrites and removes files with secrets, and makes every password of the host useless."""

from __future__ import annotations

import glob
import os
import pwd
import subprocess
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: wipe_secrets
short_description: Overwrites and removes files, and locks passwords
description:
  - Files are overwritten once before they are removed. On storage that copies on write that is no proof; the
    cloud's own deletion of the disk is.
author: cloudctl
options:
  paths:
    description: Files, or patterns with * and **; folders are gone through.
    type: list
    elements: str
    required: true
  in_homes:
    description: The same, below the home of every account that the host knows.
    type: list
    elements: str
    default: []
  way_in:
    description: The account whose authorized keys stay, because a person or a run still has to get in.
    type: str
"""

EXAMPLES = r"""
- name: Wipe keys
  wipe_secrets:
    paths: [/etc/ssl/private/*]
    in_homes: [.ssh, .netrc]
"""

RETURN = r"""
wiped:
  description: Files that are gone now.
  returned: always
  type: list
locked:
  description: Accounts whose password counts no more.
  returned: always
  type: list
"""

NOTHING = {"", "*", "!", "!!", "!*", "x"}


def files(patterns: list[str], keep: list[str]) -> list[str]:
    """The regular files that the patterns mean, without what is to stay."""
    found: set[str] = set()
    for pattern in patterns:
        for path in glob.glob(pattern, recursive=True) if "*" in pattern else [pattern]:
            if os.path.isdir(path) and not os.path.islink(path):
                found |= {os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names}
            elif os.path.lexists(path):
                found.add(path)
    return sorted(path for path in found if not any(path == one or path.startswith(one + "/") for one in keep))


def homes() -> list[str]:
    """The homes of all accounts, the system's own among them: a database's password file lies in its home, too."""
    return sorted({account.pw_dir for account in pwd.getpwall() if os.path.isdir(account.pw_dir)})


def wipe(path: str) -> None:
    """Overwrites a file once, and removes it; a link is removed alone."""
    if not os.path.islink(path) and os.path.isfile(path):
        with open(path, "r+b") as file:
            file.write(os.urandom(os.fstat(file.fileno()).st_size))
            file.flush()
            os.fsync(file.fileno())
    os.unlink(path)


def with_passwords() -> list[str]:
    """Accounts whose password would be taken."""
    entries = [line.split(":") for line in Path("/etc/shadow").read_text().splitlines()]
    return [entry[0] for entry in entries if entry[1] not in NOTHING and not entry[1].startswith("!")]


def main() -> None:
    """Ansible's entry."""
    module = AnsibleModule(
        argument_spec={
            "paths": {"type": "list", "elements": "str", "required": True},
            "in_homes": {"type": "list", "elements": "str", "default": []},
            "way_in": {"type": "str"},
        },
        supports_check_mode=True,
    )
    given, way_in = module.params, module.params["way_in"]
    paths = given["paths"] + [os.path.join(home, name) for home in homes() for name in given["in_homes"]]
    keep = [os.path.join(pwd.getpwnam(way_in).pw_dir, ".ssh/authorized_keys")] if way_in else []
    wiped, locked = files(paths, keep), with_passwords()
    if not module.check_mode:
        for path in wiped:
            wipe(path)
        for name in locked:
            subprocess.run(["usermod", "-p", "!", name], check=True, capture_output=True)
    module.exit_json(changed=bool(wiped or locked), wiped=wiped, locked=locked)


if __name__ == "__main__":
    main()
