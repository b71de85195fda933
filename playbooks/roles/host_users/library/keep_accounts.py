#!/usr/bin/python
"""People's accounts on a host, their groups and their keys, all in one call."""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: keep_accounts
short_description: People's accounts, their groups and their keys, all in one call
description:
  - An account has no password, the group of its duty and no other, and the keys that are named and no others.
  - One that has ended keeps its files, and has no shell, no group, no key. One that never was is not made to be ended.
  - Keys are written as the account itself, so that no link in its home leads elsewhere.
author: cloudctl
options:
  duties:
    description: By duty, the group of the system whose members have it.
    type: dict
    default: {}
  accounts:
    description: The accounts; who is not among them is left alone.
    type: list
    elements: dict
    default: []
    suboptions:
      name: {description: The account., type: str, required: true}
      comment: {description: Whose it is., type: str, default: ""}
      duty: {description: Its duty; any other word is none., type: str, default: none}
      keys: {description: Public keys that open it., type: list, elements: str, default: []}
      ended: {description: Whether nobody is to get in., type: bool, default: false}
"""

EXAMPLES = r"""
- name: Have an administrator
  keep_accounts:
    duties: {system: cloudctl-system}
    accounts: [{name: li, duty: system, keys: [ssh-ed25519 AAAA li]}]
"""

RETURN = r"""
done:
  description: What was changed, in words.
  returned: always
  type: list
"""

SHELL, NO_SHELL = "/bin/bash", "/usr/sbin/nologin"
#: What nobody knows: no password at all, and the same locked.
NONE, LOCKED = "*", "!*"


def known(name: str) -> pwd.struct_passwd | None:
    """An account's entry, None where there is none."""
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def groups_of(name: str) -> set[str]:
    """The groups that name an account as a member."""
    return {group.gr_name for group in grp.getgrall() if name in group.gr_mem}


def password_of(name: str) -> str:
    """What /etc/shadow has for an account."""
    for line in Path("/etc/shadow").read_text(encoding="utf-8").splitlines():
        if line.startswith(name + ":"):
            return line.split(":")[1]
    return ""


def changes(
    one: dict[str, Any], wanted: set[str], entry: pwd.struct_passwd, found: set[str], password: str
) -> list[str]:
    """The words by which usermod makes an account as it is to be; none where it is.

    >>> li = pwd.struct_passwd(("li", "x", 1000, 1000, "Li", "/home/li", "/bin/bash"))
    >>> one = {"name": "li", "comment": "Li", "ended": False}
    >>> changes(one, {"a"}, li, {"a"}, "*"), changes(one, {"a"}, li, {"b"}, "!*")
    ([], ['-G', 'a', '-p', '*'])
    >>> changes({**one, "ended": True}, {"a"}, li, {"a"}, "$6$x")
    ['-G', '', '-s', '/usr/sbin/nologin', '-p', '!*']
    """
    ended, words = one["ended"], []
    if entry.pw_gecos != one["comment"]:
        words += ["-c", one["comment"]]
    wanted = set() if ended else wanted
    if found != wanted:
        words += ["-G", ",".join(sorted(wanted))]
    if entry.pw_shell != (NO_SHELL if ended else SHELL):
        words += ["-s", NO_SHELL if ended else SHELL]
    if (ended and not password.startswith("!")) or (not ended and password == LOCKED):
        words += ["-p", LOCKED if ended else NONE]
    return words


@contextlib.contextmanager
def acting_as(entry: pwd.struct_passwd) -> Iterator[None]:
    """Files are looked at and written with the account's own rights."""
    root = (os.geteuid(), os.getegid(), os.getgroups())
    os.setgroups([])
    os.setegid(entry.pw_gid)
    os.seteuid(entry.pw_uid)
    try:
        yield
    finally:
        os.seteuid(root[0])
        os.setegid(root[1])
        os.setgroups(root[2])


def keep_keys(entry: pwd.struct_passwd, keys: list[str], *, check: bool) -> bool:
    """Has these keys open an account, and no others; whether anything was different."""
    file = Path(entry.pw_dir) / ".ssh" / "authorized_keys"
    wanted = "".join(f"{key.strip()}\n" for key in keys)
    with acting_as(entry):
        there = file.read_text(encoding="utf-8") if file.exists() else ""
        if there == wanted:
            return False
        if not check:
            file.parent.mkdir(mode=0o700, exist_ok=True)
            new = file.with_suffix(".new")
            new.write_text(wanted, encoding="utf-8")
            new.chmod(0o600)
            os.replace(new, file)
    return True


def keep(module: AnsibleModule, one: dict[str, Any], groups: set[str]) -> Iterator[str]:
    """Makes one account as it is to be; says what was different."""
    name, check = one["name"], module.check_mode
    entry = known(name)
    if entry is None:
        if one["ended"]:
            return
        yield f"{name} made"
        if check:
            return
        module.run_command(["useradd", "-m", "-s", SHELL, "-p", NONE, "-c", one["comment"], name], check_rc=True)
        entry = pwd.getpwnam(name)
        os.chmod(entry.pw_dir, 0o700)
    words = changes(one, groups, entry, groups_of(name), password_of(name))
    if words:
        yield f"{name} changed"
        if not check:
            module.run_command(["usermod", *words, name], check_rc=True)
    if os.path.isdir(entry.pw_dir) and keep_keys(entry, [] if one["ended"] else one["keys"], check=check):
        yield f"keys of {name} changed"


def main() -> None:
    """Ansible's entry."""
    entry = {
        "name": {"type": "str", "required": True},
        "comment": {"type": "str", "default": ""},
        "duty": {"type": "str", "default": "none"},
        "keys": {"type": "list", "elements": "str", "default": [], "no_log": False},
        "ended": {"type": "bool", "default": False},
    }
    module = AnsibleModule(
        argument_spec={
            "duties": {"type": "dict", "default": {}},
            "accounts": {"type": "list", "elements": "dict", "default": [], "options": entry},
        },
        supports_check_mode=True,
    )
    duties, here = module.params["duties"], {group.gr_name for group in grp.getgrall()}
    lacking = [name for name in duties.values() if name not in here]
    if not module.check_mode:
        for name in lacking:
            module.run_command(["groupadd", "--system", name], check_rc=True)
    done = [f"group {name} made" for name in lacking]
    for one in module.params["accounts"]:
        groups = {duties[one["duty"]]} if one["duty"] in duties else set()
        done += keep(module, one, groups)
    module.exit_json(changed=bool(done), done=done)


if __name__ == "__main__":
    main()
