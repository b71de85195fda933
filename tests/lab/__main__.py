"""The lab's command line: `python -m tests.lab openstack|vcenter|prometheus up|down|status|env`,
`openstack hosts|vms|smoke|faults`, and `hosts up|down|status|fetch|mirror` (see `tests/lab/hosts/commands.py`).
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from . import openstack, prometheus, vcenter
from .hosts import commands as hosts


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


def _hosts() -> int:
    """Start the availability zone of real hosts in the running cloud."""
    real = openstack.ensure_up().ensure_hosts()
    print(f"availability zone {real.zone}, image {real.image}, flavour {real.flavor}")
    print(f"ssh -i {real.key_file} {real.user}@ADDRESS")
    return 0


def _vms() -> int:
    """Start the availability zone of VMs in the running cloud."""
    real = openstack.ensure_up().ensure_vms()
    print(f"availability zone {real.zone}, image {real.image}, flavour {real.flavor}")
    print(f"ssh -i {real.key_file} {real.user}@ADDRESS")
    return 0


def _run_script(name: str) -> int:
    lab = openstack.ensure_up()
    # In the lab's own environment: it has openstacksdk whatever the caller's environment has.
    script = Path(openstack.__file__).with_name(name)
    python = lab.openstack.with_name("python")
    # -P: this package's modules must not stand before those that openstacksdk imports.
    return subprocess.run([python, "-P", script], env=os.environ | lab.environment(), check=False).returncode


def _vcenter_up() -> int:
    began = time.monotonic()
    up = vcenter.running()
    lab = vcenter.ensure_up()
    print("vcenter lab: already up" if up == lab else f"vcenter lab: up after {time.monotonic() - began:.1f} s")
    print(_vcenter_clouds(lab))
    return 0


def _vcenter_clouds(lab: vcenter.Vcenter) -> Path:
    """A clouds.yaml with the vCenter in it, and with the OpenStack where that is up."""
    cloud = openstack.running()
    return lab.write_clouds(vcenter.clouds_yaml(), beside=cloud.clouds_yaml if cloud else None)


def _vcenter_down() -> int:
    vcenter.down()
    print("vcenter lab: down")
    return 0


def _vcenter_status() -> int:
    lab = vcenter.running()
    if lab is None:
        print("vcenter lab: down")
        return 1
    print(f"vcenter lab: up, pid {lab.pid}, https://{lab.host}:{lab.port}/sdk, faults at {lab.control}")
    return 0


def _vcenter_env() -> int:
    lab = vcenter.running()
    if lab is None:
        print("vcenter lab: down", file=sys.stderr)
        return 1
    print(f"export OS_CLIENT_CONFIG_FILE={shlex.quote(str(_vcenter_clouds(lab)))}")
    return 0


def _prometheus_up() -> int:
    began = time.monotonic()
    up = prometheus.running()
    lab = prometheus.ensure_up()
    print("prometheus lab: already up" if up == lab else f"prometheus lab: up after {time.monotonic() - began:.1f} s")
    print(lab.url)
    return 0


def _prometheus_down() -> int:
    prometheus.down()
    print("prometheus lab: down")
    return 0


def _prometheus_status() -> int:
    lab = prometheus.running()
    if lab is None:
        print("prometheus lab: down")
        return 1
    for name, native_id in lab.machines.items():
        print(f"{name:18} {native_id}")
    print(f"prometheus lab: up, pid {lab.pid}, {lab.url}, from {lab.since} to {lab.until}")
    return 0


def _prometheus_env() -> int:
    lab = prometheus.running()
    if lab is None:
        print("prometheus lab: down", file=sys.stderr)
        return 1
    for name, value in lab.settings().items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


_LABS: dict[str, dict[str, Callable[[], int]]] = {
    "openstack": {
        "up": _up,
        "down": _down,
        "status": _status,
        "env": _env,
        "hosts": _hosts,
        "vms": _vms,
        "smoke": lambda: _run_script("smoke.py"),
        "faults": lambda: _run_script("faults.py"),
    },
    "vcenter": {"up": _vcenter_up, "down": _vcenter_down, "status": _vcenter_status, "env": _vcenter_env},
    "prometheus": {
        "up": _prometheus_up,
        "down": _prometheus_down,
        "status": _prometheus_status,
        "env": _prometheus_env,
    },
}
_HELP = {
    "openstack": "Keystone, Glance, Placement, Nova, Neutron and Cinder",
    "prometheus": "Debian's Prometheus with 90 days of four machines",
    "vcenter": "govmomi's vCenter simulator with faults of our own",
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.lab", description=__doc__)
    labs = parser.add_subparsers(dest="lab", required=True)
    for name, commands in _LABS.items():
        labs.add_parser(name, help=_HELP[name]).add_argument("command", choices=commands)
    hosts.add_to(labs)
    arguments = parser.parse_args()
    try:
        if arguments.lab == "hosts":
            return hosts.run(arguments)
        return _LABS[arguments.lab][arguments.command]()
    except openstack.LabError as error:
        print(f"{arguments.lab} lab: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
