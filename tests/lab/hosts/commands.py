"""The command line of the hosts: `python -m tests.lab hosts up|down|status|fetch|publish|mirror`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from . import HostSet, LabError, ensure_up, fetch, running, sets

if TYPE_CHECKING:
    Parsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_to(labs: Parsers) -> None:
    """Add the command `hosts` with its own commands."""
    hosts = labs.add_parser("hosts", help="Debian hosts with systemd and sshd, in sets of their own")
    commands = hosts.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start what is missing of a set; prints its hosts as JSON")
    up.add_argument("--name", default="lab", help="the set (lab)")
    up.add_argument("--count", type=int, default=1, help="how many hosts at least (1)")
    down = commands.add_parser("down", help="end a set, and leave nothing of it")
    down.add_argument("--name", default="lab")
    down.add_argument("--all", action="store_true", help="every set of this cache")
    commands.add_parser("status", help="the sets and their hosts")
    packages = commands.add_parser("fetch", help="bring Debian packages into the mirrors")
    packages.add_argument("packages", nargs="+", metavar="PACKAGE")
    own = commands.add_parser("publish", help="add package files to the mirror of one set")
    own.add_argument("files", nargs="+", type=Path, metavar="FILE.deb")
    own.add_argument("--name", default="lab")
    mirror = commands.add_parser("mirror", help="take the package mirror of a set away, or bring it back")
    mirror.add_argument("state", choices=("up", "down"))
    mirror.add_argument("--name", default="lab")


def run(arguments: argparse.Namespace) -> int:
    """Carry the command out; its exit code."""
    _RUN[arguments.command](arguments)
    return 0


def _start(arguments: argparse.Namespace) -> None:
    json.dump(ensure_up(arguments.name, arguments.count).listing(), sys.stdout, indent=1)
    print()


def _end(arguments: argparse.Namespace) -> None:
    for hosts in sets() if arguments.all else [_up(arguments.name)]:
        hosts.down()


def _status(_: argparse.Namespace) -> None:
    for hosts in sets():
        print(f"{hosts.name:10} mirror {'up' if hosts.mirror.running else 'down'}, {hosts.mirror.url}")
        for host in hosts.values():
            state = "runs" if hosts.machine(host.name).running else "off"
            print(f"  {host.name:12} {host.address:15} {state}")


def _mirror(arguments: argparse.Namespace) -> None:
    mirror = _up(arguments.name).mirror
    if arguments.state == "up":
        mirror.start()
    else:
        mirror.stop()


def _up(name: str) -> HostSet:
    hosts = running(name)
    if hosts is None:
        raise LabError(f"no set {name} is up")
    return hosts


_RUN: dict[str, Callable[[argparse.Namespace], object]] = {
    "up": _start,
    "down": _end,
    "status": _status,
    "fetch": lambda arguments: fetch(*arguments.packages),
    "publish": lambda arguments: _up(arguments.name).mirror.publish(*arguments.files),
    "mirror": _mirror,
}
