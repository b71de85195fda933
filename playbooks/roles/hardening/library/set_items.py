#!/usr/bin/python
"""Sets the hardening items that were read as wrong, all in one call, each by the remedy that it names."""

from __future__ import annotations

import os
import re
import tempfile
from typing import Any

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: set_items
short_description: Sets the hardening items that were read as wrong
description:
  - Takes what C(read_items) tells of the wrong ones, with their remedy and the things that are wrong of several.
  - Check mode says what would be set. Whether it took effect is not asked here; C(read_items) reads it back.
author: cloudctl
options:
  items:
    description: The wrong items, each with C(id), C(remedy) and C(things), by remedies that this module has.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Set what is wrong
  set_items:
    items:
      - id: files_not_open
        remedy: {by: line, file: /etc/login.defs, line: UMASK 027}
"""

RETURN = r"""
set:
  description: The ids of the items that were changed.
  returned: always
  type: list
"""

KERNEL_VALUES = "/etc/sysctl.d/90-cloudctl.conf"
KERNEL_MODULES = "/etc/modprobe.d/cloudctl.conf"


def text_of(path: str) -> str:
    """A file's text, "" where there is none."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except OSError:
        return ""


def with_line(text: str, line: str, where: str = "", after: str = "") -> str:
    r"""A text in which a line stands once for its setting: in the last one's place, else after a line, else at the end.

    >>> with_line("a 1\nUMASK 022\nb 2", "UMASK 027")
    'a 1\nUMASK 027\nb 2\n'
    >>> with_line("# minlen = 8\n", "minlen = 10"), with_line("one\ntwo\n", "set", after="^one")
    ('# minlen = 8\nminlen = 10\n', 'one\nset\ntwo\n')
    >>> with_line("auth sufficient x\n# auth required pam_wheel.so\n", "auth y", where=r"^#?\s*auth.*pam_wheel")
    'auth sufficient x\nauth y\n'
    """
    name = re.match(r"[^\s=]+", line)
    rule = re.compile(where or (rf"^\s*{re.escape(name[0])}(\s|=|$)" if name else re.escape(line)))
    lines = text.splitlines()
    matching = [number for number, one in enumerate(lines) if rule.search(one)]
    following = [number for number, one in enumerate(lines) if after and re.search(after, one)]
    if matching:
        lines[matching[-1]] = line
    elif following:
        lines.insert(following[-1] + 1, line)
    else:
        lines.append(line)
    return "\n".join(lines) + "\n"


class Remedies:
    """What sets an item, by the word in its C(remedy.by); each says whether anything was different."""

    def __init__(self, module: AnsibleModule) -> None:
        self.module = module
        self.check = module.check_mode

    def line(self, item: dict[str, Any]) -> bool:
        """A line of a file."""
        remedy = item["remedy"]
        text = with_line(text_of(remedy["file"]), remedy["line"], remedy.get("where", ""), remedy.get("after", ""))
        return self._write(remedy["file"], text, "0644")

    def file(self, item: dict[str, Any]) -> bool:
        """A whole file."""
        remedy = item["remedy"]
        return self._write(remedy["file"], remedy["content"], remedy["mode"])

    def mode(self, item: dict[str, Any]) -> bool:
        """The mode of files, and whose they are."""
        remedy, changed = item["remedy"], False
        wanted = {"mode": remedy["mode"]}
        if not remedy.get("any_owner"):
            wanted.update(owner="root", group=remedy.get("group", "root"))
        for path in item["things"]:
            changed = self._rights(path, wanted) or changed
        return changed

    def lock(self, item: dict[str, Any]) -> bool:
        """Accounts without a password: nobody gets in by one."""
        return self._each(["usermod", "-p", "!"], item["things"])

    def shell(self, item: dict[str, Any]) -> bool:
        """Accounts that came along lose their shell."""
        return self._each(["usermod", "-s", "/usr/sbin/nologin"], item["things"])

    def sysctl(self, item: dict[str, Any]) -> bool:
        """A value of the kernel, now and after a restart."""
        name, value = item["remedy"]["name"], str(item["remedy"]["value"])
        line = f"{name}={value}"
        where = rf"^\s*{re.escape(name)}\s*="
        changed = self._write(KERNEL_VALUES, with_line(text_of(KERNEL_VALUES), line, where), "0644")
        return self._each(["sysctl", "-w"], [line]) or changed

    def unit_masked(self, item: dict[str, Any]) -> bool:
        """A unit that nothing may start."""
        return self._each(["systemctl", "mask"], [item["remedy"]["unit"]])

    def units_off(self, item: dict[str, Any]) -> bool:
        """Units that are stopped and stay so."""
        return self._each(["systemctl", "disable", "--now"], item["things"])

    def kernel_module(self, item: dict[str, Any]) -> bool:
        """A module that the kernel does not load, and lets go of where it can."""
        name = item["remedy"]["name"]
        line = f"install {name} /bin/false"
        where = rf"^\s*install\s+{re.escape(name)}\s"
        self._write(KERNEL_MODULES, with_line(text_of(KERNEL_MODULES), line, where), "0644")
        if not self.check and os.path.exists("/sys/module/" + name.replace("-", "_")):
            self.module.run_command(["modprobe", "-r", name])
        return True

    def _each(self, command: list[str], names: list[str]) -> bool:
        """Runs a command for each name; fails with its words."""
        if not self.check:
            for name in names:
                self.module.run_command([*command, name], check_rc=True)
        return bool(names)

    def _write(self, path: str, text: str, mode: str) -> bool:
        """Puts a text in a file's place; a folder that is lacking is made."""
        changed = not os.path.exists(path) or text_of(path) != text
        if changed and not self.check:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            handle, new = tempfile.mkstemp(dir=self.module.tmpdir)
            with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as file:
                file.write(text)
            self.module.atomic_move(new, path)
        return self._rights(path, {"owner": "root", "group": "root", "mode": mode}) or changed

    def _rights(self, path: str, wanted: dict[str, str]) -> bool:
        """Sets mode and owner, in Ansible's own spelling of them; a file that is not there yet has none."""
        if not os.path.lexists(path):
            return False
        told = self.module.load_file_common_arguments({"owner": None, "group": None, "mode": None, **wanted}, path=path)
        return bool(self.module.set_fs_attributes_if_different(told, changed=False))


def main() -> None:
    """Ansible's entry."""
    module = AnsibleModule(
        argument_spec={"items": {"type": "list", "elements": "dict", "required": True}}, supports_check_mode=True
    )
    remedies = Remedies(module)
    done = [item["id"] for item in module.params["items"] if getattr(remedies, item["remedy"]["by"])(item)]
    module.exit_json(changed=bool(done), set=done)


if __name__ == "__main__":
    main()
