#!/usr/bin/python
"""Reads hardening items back from the host as it is: sshd -T, /proc/sys, nft, stat, units, packages, settings."""

from __future__ import annotations

import glob
import grp
import json
import os
import pwd
import re
import stat
import subprocess
from typing import Any

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: read_items
short_description: Reads hardening items back from the host
description:
  - Reads each item from where it has its effect, compares it with what is wanted, and changes nothing.
author: cloudctl
options:
  items:
    description: The items, each with C(id), C(title), C(clause), C(check), C(wanted) and C(remedy).
    type: list
    elements: dict
    required: true
  level:
    description: The MLPS level; items that it does not ask for are left out.
    type: int
    choices: [2, 3]
    required: true
  exempt:
    description: By item, why it is not asked of this host.
    type: dict
    default: {}
  container:
    description: The host shares its kernel with others. What belongs to the kernel is then not applicable.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Read the items
  read_items:
    items:
      - id: ssh_login_grace
        title: {en: A login has to be done soon}
        clause: {2: 7.1.4.1 b, 3: 8.1.4.1 b}
        check: {by: sshd, name: logingracetime}
        wanted: {least: 1, most: 60}
        remedy: {by: sshd, keyword: LoginGraceTime, value: 60}
    level: 3
"""

RETURN = r"""
told:
  description:
    - By item, C(found), C(wanted) in words, C(ok), C(applicable), C(why) where it is not, C(read_by).
    - C(things) are what is wrong of several, files, units, packages or accounts.
  returned: always
  type: list
"""

ABSENT = "absent"
MOST_NAMED = 20
TOP = 3
CONTAINER = "not applicable here: container"
NO_LOGIN = {"nologin", "false", "sync", "halt", "shutdown"}
TRUE = {"yes", "true", "1", "on"}


class NotApplicable(Exception):
    """The item has no meaning on this host; its text says why."""


class Host:
    """What is read of the host, each source once."""

    def __init__(self, *, container: bool) -> None:
        self.container = container
        self._said: dict[tuple[str, ...], tuple[int, str]] = {}

    def said(self, *command: str) -> tuple[int, str]:
        """A command's exit code and output; 127 where there is no such program."""
        if command not in self._said:
            path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/bin:/bin"
            try:
                done = subprocess.run(
                    command, capture_output=True, text=True, check=False, env={"PATH": path, "LC_ALL": "C"}, timeout=60
                )
                self._said[command] = (done.returncode, done.stdout)
            except (FileNotFoundError, subprocess.TimeoutExpired):
                self._said[command] = (127, "")
        return self._said[command]

    def sshd(self, check: dict[str, Any]) -> object:
        """The value that sshd itself has for a keyword."""
        code, out = self.said("sshd", "-T")
        if code:
            return "sshd -T fails"
        found = re.search(rf"^{check['name']} (.*)$", out, re.MULTILINE)
        return found[1].strip() if found else ABSENT

    def sysctl(self, check: dict[str, Any]) -> object:
        """The kernel's value, and whether a file keeps it over a restart."""
        path = "/proc/sys/" + check["name"].replace(".", "/")
        if not os.path.exists(path):
            raise NotApplicable(CONTAINER if self.container else "not applicable here: no such kernel value")
        if self.container and not writable(path):
            raise NotApplicable(CONTAINER)
        value = text_of(path).strip()
        kept = text_of("/etc/sysctl.d/90-cloudctl.conf")
        if not re.search(rf"^{re.escape(check['name'])}\s*=\s*{re.escape(value)}\s*$", kept, re.MULTILINE):
            return f"{value} (not kept over a restart)"
        return value

    def setting(self, check: dict[str, Any]) -> object:
        """The last value that a file gives a name, files read in order."""
        value = ABSENT
        seen = False
        for pattern in check["files"]:
            for file in sorted(glob.glob(pattern)):
                seen = True
                named = rf"^[ \t]*{re.escape(check['name'])}"
                rule = named + r"(?:[ \t]*=[ \t]*|[ \t]+)(.*?)[ \t]*(?:#.*)?$"
                for found in re.finditer(rule, text_of(file), re.MULTILINE):
                    value = found[1].strip("\"'")
                if value == ABSENT and re.search(named + r"[ \t]*$", text_of(file), re.MULTILINE):
                    value = "set"
        if not seen and check.get("optional"):
            raise NotApplicable("not applicable here: no such file")
        return value

    def mode(self, check: dict[str, Any]) -> object:
        """The files that are open wider than wanted, or somebody else's."""
        wrong, seen = [], False
        for path in sorted({file for pattern in check["files"] for file in glob.glob(pattern)}):
            if os.path.islink(path):
                continue
            seen = True
            told = os.stat(path)
            mode = stat.S_IMODE(told.st_mode)
            wide = mode & ~int(check["most"], 8)
            foreign = told.st_uid != 0 or group_of(told.st_gid) not in check.get("groups", ["root"])
            if wide or (foreign and not check.get("any_owner")):
                wrong.append(path)
        if not seen and check.get("present"):
            return ABSENT
        if not seen:
            raise NotApplicable("not applicable here: no such file")
        return wrong

    def units_off(self, check: dict[str, Any]) -> object:
        """The units of the list that run or would be started."""
        wrong = []
        for unit in check["units"]:
            enabled = self.said("systemctl", "is-enabled", unit)[1].strip()
            active = self.said("systemctl", "is-active", unit)[1].strip()
            if enabled in {"enabled", "enabled-runtime"} or active == "active":
                wrong.append(unit)
        return wrong

    def unit_masked(self, check: dict[str, Any]) -> object:
        """What systemd says of the unit's enablement."""
        return self.said("systemctl", "is-enabled", check["unit"])[1].strip() or ABSENT

    def unit_on(self, check: dict[str, Any]) -> object:
        """Either "ok", or in what the unit is not started and enabled."""
        enabled = self.said("systemctl", "is-enabled", check["unit"])[1].strip()
        active = self.said("systemctl", "is-active", check["unit"])[1].strip()
        return "ok" if (enabled, active) == ("enabled", "active") else f"{enabled or ABSENT}/{active}"

    def packages_absent(self, check: dict[str, Any]) -> object:
        """Those of the list that are installed."""
        if os.path.exists("/usr/bin/dpkg-query"):
            out = self.said("dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\\n")[1]
            here = {line.split()[0] for line in out.splitlines() if line.endswith(" installed")}
        else:
            here = set(self.said("rpm", "-qa", "--qf", "%{NAME}\\n")[1].split())
        return sorted(here & set(check["packages"]))

    def pam(self, check: dict[str, Any]) -> object:
        """The files of the stack that do not have the module."""
        rule = rf"^\s*-?(auth|account|password|session)\s.*\b{re.escape(check['module'])}\b"
        here = [file for file in check["files"] if os.path.exists(file)]
        missing = [file for file in here if not re.search(rule, text_of(file), re.MULTILINE)]
        return missing if here else check["files"]

    def shell(self, check: dict[str, Any]) -> object:
        """What a login shell has in a variable."""
        code, out = self.said("bash", "-lc", f'printf %s "${check["name"]}"')
        return out.strip() or ABSENT if not code else ABSENT

    def no_account(self, check: dict[str, Any]) -> object:
        """The accounts that are as no account may be."""
        entries = pwd.getpwall()
        if check["name"] == "empty_password":
            wrong = [line.split(":")[0] for line in text_of("/etc/shadow").splitlines() if line.split(":")[1:2] == [""]]
        elif check["name"] == "second_root":
            wrong = [entry.pw_name for entry in entries if entry.pw_uid == 0 and entry.pw_name != "root"]
        elif check["name"] == "same_uid":
            uids = [entry.pw_uid for entry in entries]
            wrong = sorted({entry.pw_name for entry in entries if uids.count(entry.pw_uid) > 1})
        else:
            wrong = [
                entry.pw_name for entry in entries
                if entry.pw_name in check["accounts"] and os.path.basename(entry.pw_shell) not in NO_LOGIN
            ]  # fmt: skip
        return wrong

    def groups(self, check: dict[str, Any]) -> object:
        """Either "ok", or the groups that are not there, or who is in more than one of them."""
        found = {entry.gr_name: set(entry.gr_mem) for entry in grp.getgrall() if entry.gr_name in check["groups"]}
        missing = sorted(set(check["groups"]) - found.keys())
        if missing:
            return "missing: " + ", ".join(missing)
        members = [member for several in found.values() for member in several]
        twice = sorted({member for member in members if members.count(member) > 1})
        return "in several: " + ", ".join(twice) if twice else "ok"

    def kernel_module(self, check: dict[str, Any]) -> object:
        """Either "off", or how modprobe would load it."""
        code, out = self.said("modprobe", "-n", "-v", check["name"])
        off = code != 0 or re.search(r"install /(usr/)?bin/(true|false)", out)
        loaded = os.path.exists("/sys/module/" + check["name"].replace("-", "_"))
        return "off" if off and not loaded else "can be loaded"

    def audit_rule(self, check: dict[str, Any]) -> object:
        """A value of the kernel's audit, or the watched files without a rule in it."""
        code, out = self.said("auditctl", "-l" if "watch" in check else "-s")
        if code:
            return "auditctl fails"
        if "watch" not in check:
            found = re.search(rf"^{check['name']} (\S+)", out, re.MULTILINE)
            return found[1] if found else ABSENT
        return [path for path in check["watch"] if path not in out]

    def firewall(self, check: dict[str, Any]) -> object:
        """The policy of the platform's input chain, or "ok" where ssh is let in from declared addresses alone."""
        code, out = self.said("nft", "-j", "list", "table", "inet", "cloudctl")
        if code:
            return ABSENT
        parts = json.loads(out)["nftables"]
        if check["name"] == "policy":
            policies = [part["chain"].get("policy") for part in parts if part.get("chain", {}).get("name") == "input"]
            return policies[0] if policies else ABSENT
        ssh = [json.dumps(part["rule"]["expr"]) for part in parts if '"dport"' in json.dumps(part.get("rule", {}))]
        open_ports = [rule for rule in ssh if '"right": 22}' in rule and '"saddr"' not in rule]
        return "ssh from anywhere" if open_ports else "ok"

    def world_writable(self, check: dict[str, Any]) -> object:
        """The files below the folders that everybody may write to."""
        out = self.said("find", *check["folders"], "-xdev", "-type", "f", "-perm", "-0002")[1]
        return out.splitlines()

    def sudo(self, check: dict[str, Any]) -> object:
        """Whether the rules of sudo are well formed and have a default."""
        code, _ = self.said("visudo", "-c", "-q")
        if code == 127:
            raise NotApplicable("not applicable here: no sudo")
        if code:
            return "visudo -c fails"
        files = ["/etc/sudoers", *sorted(glob.glob("/etc/sudoers.d/*"))]
        rule = rf"^\s*Defaults\s.*\b{re.escape(check['name'])}\b"
        return "set" if any(re.search(rule, text_of(file), re.MULTILINE) for file in files) else ABSENT


def text_of(path: str) -> str:
    """A file's text, "" where there is none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def writable(path: str) -> bool:
    """Whether the kernel would take a value there; a read-only mount says no to root as well."""
    return os.access(path, os.W_OK) and not os.statvfs(path).f_flag & os.ST_RDONLY


def group_of(gid: int) -> str:
    """A group's name, or its number."""
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def fits(found: object, wanted: object) -> bool:
    """Whether what was found is what is wanted: a value, a span of whole numbers, or words that must (not) be there.

    >>> fits("60", {"least": 1, "most": 60}), fits("0", {"least": 1, "most": 60}), fits("absent", {"most": 5})
    (True, False, False)
    >>> fits("aes256-ctr,3des-cbc", {"none_of": ["3des-cbc"]}), fits("YES", "yes"), fits("", {"one_of": ["a"]})
    (False, True, False)
    """
    told = str(found).strip()
    if not isinstance(wanted, dict):
        return told.lower() == str(wanted).lower()
    if "one_of" in wanted:
        return told.lower() in [str(one).lower() for one in wanted["one_of"]]
    if "none_of" in wanted:
        return told != ABSENT and not set(re.split(r"[,\s]+", told)) & set(wanted["none_of"])
    digits = re.fullmatch(r"[-+]?(?:0[0-7]+|\d+)", told)
    if digits is None:
        return False
    number = int(told)
    return wanted.get("least", number) <= number <= wanted.get("most", number)


def in_words(wanted: object) -> str:
    """What is wanted, as people read it.

    >>> in_words({"least": 1, "most": 60}), in_words({"none_of": ["a", "b"]}), in_words("no")
    ('1 to 60', 'none of a, b', 'no')
    """
    if not isinstance(wanted, dict):
        return str(wanted)
    for key, words in (("one_of", "one of "), ("none_of", "none of ")):
        if key in wanted:
            return words + ", ".join(map(str, wanted[key]))
    least, most = wanted.get("least"), wanted.get("most")
    if least is None or most is None:
        return f"at most {most}" if least is None else f"at least {least}"
    return f"{least} to {most}"


def read_by(check: dict[str, Any]) -> str:
    """The command by which a person reads the same.

    >>> read_by({"by": "sshd", "name": "permitrootlogin"}), read_by({"by": "mode", "files": ["/etc/passwd"]})
    ('sshd -T | grep permitrootlogin', 'stat -c "%a %U:%G %n" /etc/passwd')
    """
    name, files = check.get("name", ""), " ".join(check.get("files", ()))
    return {
        "sshd": f"sshd -T | grep {name}",
        "sysctl": f"sysctl {name}; grep {name} /etc/sysctl.d/90-cloudctl.conf",
        "setting": f"grep {name} {files}",
        "mode": f'stat -c "%a %U:%G %n" {files}',
        "units_off": "systemctl is-enabled " + " ".join(check.get("units", ())),
        "unit_masked": f"systemctl is-enabled {check.get('unit')}",
        "unit_on": f"systemctl status {check.get('unit')}",
        "packages_absent": "dpkg -l (or rpm -q) " + " ".join(check.get("packages", ())),
        "pam": f"grep {check.get('module')} {files}",
        "shell": f"bash -lc 'echo ${name}'",
        "no_account": "getent passwd; getent shadow",
        "groups": "getent group " + " ".join(check.get("groups", ())),
        "kernel_module": f"modprobe -n -v {name}",
        "audit_rule": "auditctl -l" if "watch" in check else "auditctl -s",
        "firewall": "nft list table inet cloudctl",
        "world_writable": "find {} -xdev -type f -perm -0002".format(" ".join(check.get("folders", ()))),
        "sudo": f"visudo -c; grep {name} /etc/sudoers.d/*",
    }[check["by"]]


def read(host: Host, item: dict[str, Any], level: int, exempt: dict[str, str]) -> dict[str, Any]:
    """One item as the host has it."""
    check, wanted = item["check"], item["wanted_3"] if level == TOP and "wanted_3" in item else item["wanted"]
    told = {
        "id": item["id"],
        "title": item["title"],
        "clause": clause_of(item, level),
        "wanted": in_words(wanted),
        "found": "",
        "ok": True,
        "applicable": False,
        "why": "",
        "read_by": read_by(check),
        "remedy": item["remedy"],
        "things": [],
    }
    if item["id"] in exempt:
        return {**told, "why": "exempt: " + exempt[item["id"]]}
    if item.get("needs") == "kernel" and host.container:
        return {**told, "why": CONTAINER}
    if item.get("needs") == "given":
        return {**told, "why": "not applicable here: " + item["why"]}
    try:
        found = getattr(host, check["by"])(check)
    except NotApplicable as reason:
        return {**told, "why": str(reason)}
    things = found if isinstance(found, list) else []
    words = (", ".join(things[:MOST_NAMED]) or "ok") if isinstance(found, list) else str(found)
    return {**told, "found": words, "ok": fits(words, wanted), "applicable": True, "things": things}


def clause_of(item: dict[str, Any], level: int) -> str | None:
    """The clause at a level, whose number may have become text on the way; None where the level does not ask."""
    return item["clause"].get(level) or item["clause"].get(str(level))


def main() -> None:
    """Ansible's entry."""
    module = AnsibleModule(
        argument_spec={
            "items": {"type": "list", "elements": "dict", "required": True},
            "level": {"type": "int", "choices": [2, TOP], "required": True},
            "container": {"type": "bool", "default": False},
            "exempt": {"type": "dict", "default": {}},
        },
        supports_check_mode=True,
    )
    given = module.params
    host = Host(container=given["container"])
    asked = [item for item in given["items"] if clause_of(item, given["level"])]
    module.exit_json(changed=False, told=[read(host, item, given["level"], given["exempt"]) for item in asked])


if __name__ == "__main__":
    main()
