"""The network of a set of hosts: a namespace with a bridge, which the machine reaches by one cable.

Set N has 198.19.N.0/24, reserved for benchmarks of network devices and so nobody's. The machine is .1 on it and
listens on nothing; the namespace is .2, the package mirror .3, and hosts begin at .10.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from ..processes import LabError

BRIDGE = "hosts"
FIRST_HOST = 10
#: Held while a number is chosen: sets of several caches share one machine.
LOCK = Path("/run/cloudctl-lab-hosts.lock")


def subnet(number: int) -> str:
    """The addresses of a set."""
    return f"198.19.{number}.0/24"


def address(number: int, last: int) -> str:
    """One address of a set."""
    return f"198.19.{number}.{last}"


def mirror_address(number: int) -> str:
    """Where the package mirror of a set listens, inside its namespace."""
    return address(number, 3)


def namespace(number: int) -> str:
    """The namespace that the hosts of a set hang on."""
    return f"cloudctl-{number}"


def host_namespace(number: int, host: int) -> str:
    """The namespace of one host of a set."""
    return f"{namespace(number)}-{host}"


def free_number() -> int:
    """A number that no set on this machine has, of whichever cache; ask under the machine's lock."""
    taken = {path.name for path in Path("/run/netns").glob("cloudctl-*")}
    for number in range(1, 250):
        if namespace(number) not in taken:
            return number
    raise LabError("there are 249 sets of hosts on this machine: take some down")


def up(number: int) -> None:
    """Make the namespace, its bridge and the cable to the machine."""
    name, cable = namespace(number), f"cc{number}"
    ip("netns", "add", name)
    ip("-n", name, "link", "set", "lo", "up")
    ip("-n", name, "link", "add", BRIDGE, "type", "bridge")
    ip("link", "add", cable, "type", "veth", "peer", "name", "machine", "netns", name)
    ip("-n", name, "link", "set", "machine", "master", BRIDGE, "up")
    ip("-n", name, "address", "add", f"{address(number, 2)}/24", "dev", BRIDGE)
    ip("-n", name, "address", "add", f"{mirror_address(number)}/24", "dev", BRIDGE)
    ip("-n", name, "link", "set", BRIDGE, "up")
    ip("address", "add", f"{address(number, 1)}/24", "dev", cable)
    ip("link", "set", cable, "up")
    ip("netns", "exec", name, "sysctl", "-q", "-w", "net.ipv4.ip_forward=1")


def down(number: int) -> None:
    """Remove the namespace; the cable and the routes over it go with it."""
    ip("netns", "delete", namespace(number), missing_ok=True)
    ip("link", "delete", f"cc{number}", missing_ok=True)


def plug(number: int, host: str, *, address: str, gateway: str | None, mac: str | None = None) -> None:
    """Give a host its own namespace with `eth0` on the bridge of the set.

    `address` is written with its prefix length; a gateway that the set does not have yet becomes an address of it.
    """
    hub, cable = namespace(number), port(host)
    ip("netns", "add", host)
    # A host that is made anew keeps its hardware address, or its neighbours would look for the old one.
    mac = mac or "02:00:" + ":".join(f"{int(part):02x}" for part in address.partition("/")[0].split("."))
    ip("-n", hub, "link", "add", cable, "type", "veth", "peer", "name", "eth0", "address", mac, "netns", host)
    ip("-n", hub, "link", "set", cable, "master", BRIDGE, "up")
    ip("-n", host, "link", "set", "lo", "up")
    ip("-n", host, "address", "add", address, "dev", "eth0")
    ip("-n", host, "link", "set", "eth0", "up")
    if gateway:
        ip("-n", host, "route", "add", "default", "via", gateway)


def unplug(host: str) -> None:
    """Remove a host's namespace with its cable."""
    ip("netns", "delete", host, missing_ok=True)


def port(host: str) -> str:
    """The name of a host's cable at the bridge: no longer than the kernel's 15 letters."""
    return host[-15:]


def ip(*words: str, missing_ok: bool = False) -> str:
    """Run `ip`; raises LabError with its words, unless what is missing may be."""
    done = subprocess.run(["/usr/sbin/ip", *words], capture_output=True, text=True, check=False)
    if done.returncode and not missing_ok:
        raise LabError(f"ip {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout
