"""The compute host whose servers are real ones: Debian with systemd and sshd, in the availability zone `hosts`.

It costs a process and some seconds, so it is started in a running cloud when somebody asks for it, and ends with it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from tests.lab.hosts import mirror, prepared, root
from tests.lab.hosts.places import USER
from tests.lab.hosts.routed import Routed
from tests.lab.processes import Processes

from .layout import REAL_HOST, Layout, load_settings
from .seed import Client
from .zones import Zone

IMAGE = "debian-12-host"
ZONE = Zone("hosts", REAL_HOST, "CUSTOM_LAB_HOST", "h1.small", (1, 512, 4))
#: A tar with nothing in it: a host is the root file system and what its image adds.
_EMPTY_TAR = bytes(10240)


@dataclass(frozen=True)
class RealHosts:
    """What a client needs to order a real host and to reach it."""

    zone: str
    image: str
    flavor: str
    #: Who has sudo on a new server, and the private key that opens it, when its image is `image`.
    user: str
    key_file: Path
    routed: Routed

    def host_key(self, uuid: str) -> str:
        """The public key of a server, type and key, as its administrator sees it from outside."""
        return self.routed.machine(uuid).host_key


def ensure(layout: Layout) -> RealHosts:
    """Start the compute host in a cloud that runs; nothing happens when it is there."""
    routed = Routed(layout.cache)
    places = routed.places
    base = root.ensure(places)
    mirror.fetch(places, base, mirror.FIRST)
    with layout.locked():
        routed.up()
        ZONE.start(layout, Processes(layout.pids, layout.logs))
        client = Client(load_settings(layout))
        ZONE.upload(client, IMAGE, _EMPTY_TAR)
        ZONE.seed(client)
    return RealHosts(ZONE.name, IMAGE, ZONE.flavor, USER, places.key_file, routed)


def prepare(layout: Layout, packages: Collection[str]) -> str:
    """The name of an image whose servers have these packages already; it is made and uploaded at the first call."""
    real = ensure(layout)
    places = real.routed.places
    content = prepared.ensure(places, packages)
    name = f"{IMAGE}-{prepared.name(root.ensure(places), packages)}"
    with layout.locked():
        ZONE.upload(Client(load_settings(layout)), name, content.read_bytes())
    return name
