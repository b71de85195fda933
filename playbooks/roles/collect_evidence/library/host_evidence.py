#!/usr/bin/python
"""What a host itself tells of its use: logins, services that listen, connections, patches, certificates. Reads only."""

from __future__ import annotations

import glob
import gzip
import json
import os
import pwd
import re
import ssl
import struct
import subprocess
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: host_evidence
short_description: Reads what a host tells of its use
description:
  - Nothing is changed. What cannot be told is null, never 0.
author: cloudctl
options:
  days:
    description: How many days of logins are counted, today among them.
    type: int
    default: 31
  platform_accounts:
    description: Accounts that the platform enters by; their logins are counted apart, for they are no use.
    type: list
    elements: str
    default: []
  platform_addresses:
    description: Addresses that the platform comes from.
    type: list
    elements: str
    default: []
  certificate_files:
    description: Patterns of files where certificates of services lie.
    type: list
    elements: str
    default: []
  container:
    description: The hardware that is seen is another machine's.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Read evidence
  host_evidence:
    days: 31
"""

RETURN = r"""
evidence:
  description: Addresses, listening sockets, connections, logins, patches, certificates.
  returned: always
  type: dict
"""

RECORD = struct.Struct("hi32s4s32s256shhiii4i20s")  # utmp(5), as glibc lays it out
USER_PROCESS = 7
TLS_PORTS = {443, 465, 563, 636, 853, 989, 990, 992, 993, 995, 5671, 6443, 6514, 8443, 9443}
ACCEPTED = re.compile(r"^(\d+)\.\d+ .*Accepted \S+ for (\S+) from (\S+) port")
ANY = ("0.0.0.0", "::")  # noqa: S104 - what others bind, not we
LOCAL = ("127.", "::1", "[::1]", "[::ffff:127.")


def said(*command: str) -> str | None:
    """What a command prints; None where it fails or is not there."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/bin:/bin"
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=120, errors="replace",
            stdin=subprocess.DEVNULL, env={"PATH": path, "LC_ALL": "C", "TZ": "UTC"},
        )  # fmt: skip
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def addresses() -> list[str]:
    """Addresses by which others reach the host."""
    told = json.loads(said("ip", "-j", "address") or "[]")
    return sorted(
        one["local"] for link in told for one in link.get("addr_info", []) if one.get("scope") == "global"
    )  # fmt: skip


def sockets(text: str, protocol: str) -> list[dict[str, Any]]:
    """Listening sockets as `ss -Hlnp` prints them, each once.

    >>> sockets('LISTEN 0 128 [::]:22 [::]:* users:(("sshd",pid=0,fd=4))', "tcp")
    [{'protocol': 'tcp', 'address': '::', 'port': 22, 'process': 'sshd', 'user': ''}]
    """
    found = {}
    for line in text.splitlines():
        parts = line.split()
        if len(parts) < 4:
            continue
        address, _, port = parts[3].rpartition(":")
        if not port.isdigit():
            continue
        process = re.search(r'\("([^"]*)",pid=(\d+)', line)
        plain = address.strip("[]").partition("%")[0].replace("*", ANY[0])
        found[(plain, int(port))] = {
            "protocol": protocol,
            "address": plain,
            "port": int(port),
            "process": process[1] if process else "",
            "user": user_of(process[2]) if process else "",
        }
    return [found[key] for key in sorted(found)]


def user_of(pid: str) -> str:
    """Whose a process is."""
    try:
        return pwd.getpwuid(os.stat(f"/proc/{pid}").st_uid).pw_name
    except (OSError, KeyError):
        return ""


def connections(text: str, platform: list[str]) -> list[dict[str, Any]]:
    r"""Established connections to others, without the platform's own.

    >>> connections("0 0 10.0.0.1:443 10.0.0.9:5000\n0 0 127.0.0.1:5432 127.0.0.1:4000", [])
    [{'port': 443, 'peer': '10.0.0.9', 'peer_port': 5000}]
    """
    found = []
    for line in text.splitlines():
        parts = line.split()
        if len(parts) < 4 or parts[2].startswith(LOCAL):
            continue
        peer, _, peer_port = parts[3].rpartition(":")
        plain = peer.strip("[]").replace("::ffff:", "")
        port = parts[2].rpartition(":")[2]
        if port.isdigit() and peer_port.isdigit() and plain not in platform:
            found.append({"port": int(port), "peer": plain, "peer_port": int(peer_port)})
    return found


def recorded_logins() -> list[tuple[float, str, str]] | None:
    """(when, who, from where) of wtmp and what was rotated; None where the host keeps none."""
    files = [path for path in sorted(glob.glob("/var/log/wtmp*")) if os.path.getsize(path)]
    if not os.path.exists("/var/log/wtmp"):
        return None
    found = []
    for path in files:
        with gzip.open(path) if path.endswith(".gz") else open(path, "rb") as file:
            content = file.read()
        for begin in range(0, len(content) - RECORD.size + 1, RECORD.size):
            kind, _, _, _, user, host, _, _, _, seconds, *_ = RECORD.unpack_from(content, begin)
            if kind == USER_PROCESS:
                found.append((float(seconds), user.rstrip(b"\0").decode(), host.rstrip(b"\0").decode()))
    return found


def journal_logins(days: int) -> list[tuple[float, str, str]] | None:
    """The same by what sshd logged; None without a journal."""
    text = said("journalctl", "--quiet", "--no-pager", "-o", "short-unix", "-t", "sshd", "--since", f"-{days} days")
    if text is None:
        return None
    return [(float(found[1]), found[2], found[3]) for line in text.splitlines() if (found := ACCEPTED.search(line))]


def logins(days: int, accounts: list[str], origins: list[str]) -> dict[str, Any]:
    """Logins of people a day, and of the platform; the last of each account.

    Of days after the record's first one nobody's login is 0; of those before it there is nothing.
    """
    written, source = recorded_logins(), "wtmp"
    if not written:
        told = journal_logins(days)
        if told is not None:
            written, source = told, "journal"
    if written is None:
        return {"source": None, "by_day": None, "platform_by_day": None, "last": None}
    today = datetime.now(timezone.utc).date()
    begin = today - timedelta(days=days - 1)
    people = dict.fromkeys(covered(min((one[0] for one in written), default=None), begin, today), 0)
    platform = dict(people)
    last: dict[str, dict[str, str]] = {}
    for seconds, user, origin in sorted(written):
        at = datetime.fromtimestamp(seconds, timezone.utc)
        ours = user in accounts or origin in origins
        last[user] = {"at": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "from": origin, "platform": ours}
        if at.date() >= begin:
            counts, day = (platform if ours else people), at.date().isoformat()
            counts[day] = counts.get(day, 0) + 1
    return {"source": source, "by_day": people, "platform_by_day": platform, "last": last}


def covered(earliest: float | None, begin: date, end: date) -> list[str]:
    """The days from one to another that a record knows whole: those after its first entry's.

    >>> covered(1700000000.0, date(2023, 11, 13), date(2023, 11, 16)), covered(None, date.min, date.min)
    (['2023-11-15', '2023-11-16'], [])
    """
    if earliest is None:
        return []
    first = max(begin, date.fromisoformat(day_of(earliest)) + timedelta(days=1))
    return [(first + timedelta(days=more)).isoformat() for more in range((end - first).days + 1)]


def patched_on() -> tuple[str | None, str | None]:
    """The day of the last newer version of a package, else of the last installation; and which of the two it is."""
    if os.path.exists("/var/lib/dpkg/status"):
        days: dict[str, str] = {}
        for path in glob.glob("/var/log/dpkg.log*"):
            with gzip.open(path, "rt") if path.endswith(".gz") else open(path, encoding="utf-8") as file:
                for line in file:
                    found = re.match(r"(\d{4}-\d\d-\d\d) \S+ (upgrade|install) ", line)
                    if found:
                        days[found[2]] = max(days.get(found[2], ""), found[1])
        if "upgrade" in days:
            return days["upgrade"], "upgrade"
        if "install" in days:
            return days["install"], "install"
        lists = [os.path.getmtime(path) for path in glob.glob("/var/lib/dpkg/info/*.list")]
        return (
            (datetime.fromtimestamp(max(lists), timezone.utc).date().isoformat(), "install") if lists else (None, None)
        )
    text = said("rpm", "-qa", "--qf", "%{INSTALLTIME}\\n")
    times = [int(line) for line in (text or "").split() if line.isdigit()]
    return (day_of(max(times)), "install") if times else (None, None)


def day_of(seconds: float) -> str:
    """The UTC day of a moment."""
    return datetime.fromtimestamp(seconds, timezone.utc).date().isoformat()


def certificate(pem: str, address: str, port: int, where: str) -> dict[str, Any] | None:
    """What openssl says of a certificate; None for what is none, and for an authority's."""
    done = subprocess.run(
        ["openssl", "x509", "-noout", "-enddate", "-serial", "-subject", "-issuer", "-nameopt", "RFC2253", "-ext",
         "subjectAltName,basicConstraints"],
        input=pem, capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = dict(re.findall(r"^(notAfter|serial|subject|issuer)=(.*)$", done.stdout, re.MULTILINE))
    if "notAfter" not in found or "CA:TRUE" in done.stdout:
        return None
    common = re.search(r"(?:^|,)CN=([^,]+)", found.get("subject", ""))
    names = re.findall(r"(?:DNS|IP Address):([^,\s]+)", done.stdout) or ([common[1]] if common else [])
    ends = datetime.strptime(found["notAfter"].replace(" GMT", "+0000"), "%b %d %H:%M:%S %Y%z")
    return {
        "names": sorted(set(names)), "serial": found.get("serial", ""), "issuer": found.get("issuer", ""),
        "ends_on": ends.date().isoformat(), "address": address, "port": port, "where": where,
    }  # fmt: skip


def certificates(listening: list[dict[str, Any]], patterns: list[str], mine: list[str]) -> list[dict[str, Any]] | None:
    """Certificates that services show on the usual ports, or that lie in the usual files; None without openssl."""
    if said("openssl", "version") is None:
        return None
    found: dict[str, dict[str, Any]] = {}
    for one in listening:
        if one["protocol"] == "tcp" and one["port"] in TLS_PORTS:
            reached = "127.0.0.1" if one["address"] in ANY else one["address"]
            try:
                pem = ssl.get_server_certificate((reached, one["port"]), timeout=5)
            except (OSError, ValueError):
                continue
            public = one["address"] if one["address"] not in ANY else (mine or [""])[0]
            told = certificate(pem, public, one["port"], f"port {one['port']}")
            if told:
                found.setdefault(told["serial"], told)
    for pattern in patterns:
        for path in sorted(glob.glob(pattern)):
            try:
                pem = Path(path).read_text(encoding="ascii")
            except (OSError, UnicodeDecodeError):
                continue
            told = certificate(pem, "", 443, path) if "BEGIN CERTIFICATE" in pem else None
            if told:
                found.setdefault(told["serial"], told)
    return sorted(found.values(), key=lambda one: one["ends_on"])


def evidence(given: dict[str, Any]) -> dict[str, Any]:
    """Everything."""
    mine = addresses()
    tcp, udp = said("ss", "-Hltnp"), said("ss", "-Hlunp")
    listening = None if tcp is None else sockets(tcp, "tcp") + sockets(udp or "", "udp")
    open_now = said("ss", "-Htn", "state", "established")
    patched, how = patched_on()
    uuid = Path("/sys/class/dmi/id/product_uuid")
    return {
        "addresses": mine,
        "native_id": None if given["container"] or not uuid.exists() else uuid.read_text().strip().lower(),
        "listening": listening,
        "connections": None if open_now is None else connections(open_now, given["platform_addresses"]),
        "logins": logins(given["days"], given["platform_accounts"], given["platform_addresses"]),
        "patched_on": patched,
        "patched_by": how,
        "certificates": certificates(listening or [], given["certificate_files"], mine),
    }


def main() -> None:
    """Ansible's entry."""
    module = AnsibleModule(
        argument_spec={
            "days": {"type": "int", "default": 31},
            "platform_accounts": {"type": "list", "elements": "str", "default": []},
            "platform_addresses": {"type": "list", "elements": "str", "default": []},
            "certificate_files": {"type": "list", "elements": "str", "default": []},
            "container": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    module.exit_json(changed=False, evidence=evidence(module.params))


if __name__ == "__main__":
    main()
