"""The lab's command line: `python -m tests.lab openstack up|down|status|env|smoke|faults`."""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from . import openstack


def _up() -> int:
    before = openstack.running()
    lab = openstack.ensure_up()
    if before == lab:
        print("openstack lab: already up and healthy")
    else:
        print(f"openstack lab: up after {lab.seconds:.0f} s ({lab.origin})")
    print(lab.clouds_yaml)
    return 0


def _down() -> int:
    began = time.monotonic()
    openstack.down()
    print(f"openstack lab: down after {time.monotonic() - began:.1f} s")
    return 0


def _status() -> int:
    table = openstack.processes()
    for name, pid in table.items():
        print(f"{name:18} {f'pid {pid}' if pid else 'died'}")
    lab = openstack.running()
    if lab is None:
        print("openstack lab: not healthy" if table else "openstack lab: down")
        return 1
    for name, url in lab.endpoints.items():
        print(f"{name:18} {url}")
    print(f"openstack lab: up ({lab.origin}, {lab.seconds:.0f} s), {lab.clouds_yaml}")
    return 0


def _env() -> int:
    """Print what a shell evaluates: eval "$(python -m tests.lab openstack env)"."""
    lab = openstack.running()
    if lab is None:
        print("openstack lab: down", file=sys.stderr)
        return 1
    for name, value in lab.environment().items():
        print(f"export {name}={shlex.quote(value)}")
    print(f'export PATH="$PATH":{shlex.quote(str(lab.openstack.parent))}')
    return 0


def _run_script(name: str) -> int:
    lab = openstack.ensure_up()
    # In the lab's own environment: it has openstacksdk whatever the caller's environment has.
    script = Path(openstack.__file__).with_name(name)
    python = lab.openstack.with_name("python")
    # -P: this package's modules must not stand before those that openstacksdk imports.
    return subprocess.run([python, "-P", script], env=os.environ | lab.environment(), check=False).returncode


_COMMANDS: dict[str, Callable[[], int]] = {
    "up": _up,
    "down": _down,
    "status": _status,
    "env": _env,
    "smoke": lambda: _run_script("smoke.py"),
    "faults": lambda: _run_script("faults.py"),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.lab", description=__doc__)
    labs = parser.add_subparsers(dest="lab", required=True)
    cloud = labs.add_parser("openstack", help="Keystone, Glance, Placement, Nova, Neutron and Cinder")
    cloud.add_argument("command", choices=_COMMANDS)
    arguments = parser.parse_args()
    try:
        return _COMMANDS[arguments.command]()
    except openstack.LabError as error:
        print(f"openstack lab: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
