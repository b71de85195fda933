"""The network of servers behind Neutron: each port a cable into one router, which knows the security groups.

The set `openstack` has a namespace as every set has. A server's address is routed to its cable, and the router answers
for its neighbours, so that each packet between two servers passes the rules of both their ports. Neutron's mechanism
driver calls `wire` with what it has on record whenever that changes; Nova's driver plugs and unplugs.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..processes import LabError
from . import network
from .machine import Machine
from .mirror import Mirror
from .network import ip
from .places import Places, locked_file
from .services import Store

NAME = "openstack"


@dataclass(frozen=True)
class Rule:
    """One rule of a security group, as far as the lab enforces it: IPv4, who, what."""

    #: Protocol, or None for any.
    protocol: str | None = None
    ports: tuple[int, int] | None = None
    #: Prefixes on the other side; None for anybody.
    peers: tuple[str, ...] | None = None

    def render(self, side: str) -> str:
        """The matches of nftables; `side` is saddr or daddr."""
        words = []
        if self.peers is not None:
            words.append(f"ip {side} {{ {', '.join(self.peers)} }}")
        if self.protocol and self.ports and self.protocol in ("tcp", "udp", "sctp"):
            words.append(f"{self.protocol} dport {self.ports[0]}-{self.ports[1]}")
        elif self.protocol:
            words.append(f"meta l4proto {self.protocol}")
        return " ".join(words)


@dataclass(frozen=True)
class Wiring:
    """What Neutron says of one port."""

    cable: str
    up: bool = True
    #: Whether security groups are asked at all.
    guarded: bool = True
    ingress: Sequence[Rule] = field(default_factory=tuple)
    egress: Sequence[Rule] = field(default_factory=tuple)


@dataclass(frozen=True)
class Cable:
    """One port of a server, as Nova tells of it."""

    name: str
    mac: str
    address: str
    prefix: int
    gateway: str | None


class Routed:
    """The servers' set of one cache."""

    def __init__(self, cache: Path) -> None:
        self.places = Places(cache)
        self.folder = self.places.sets / NAME

    @property
    def number(self) -> int | None:
        """The set's number; None while it is down."""
        try:
            number = int(json.loads((self.folder / "set.json").read_text("utf-8"))["number"])
        except FileNotFoundError:
            return None
        return number if Path("/run/netns", network.namespace(number)).exists() else None

    @property
    def mirror(self) -> Mirror:
        return Mirror(self.places, self.folder, self._number)

    @property
    def store(self) -> Store:
        return Store(self.folder, self._number)

    @property
    def _number(self) -> int:
        if self.number is None:
            raise LabError("the network of the OpenStack's hosts is down")
        return self.number

    def up(self) -> None:
        """Make the router and start the package mirror; nothing happens when they are there."""
        if self.number is None:
            with locked_file(network.LOCK):
                self._clear()
                number = network.free_number()
                network.up(number)
                self.folder.mkdir(parents=True)
                (self.folder / "set.json").write_text(json.dumps({"number": number}), "utf-8")
            self.wire(())
        self.mirror.start()

    def down(self) -> None:
        """Every server, the mirror and the router, gone."""
        number = self.number
        if number is not None:
            self.mirror.stop()
            self.store.stop()
        self._clear()
        if number is not None:
            network.down(number)

    def _clear(self) -> None:
        for base in self.folder.glob("*/base"):
            self.remove(base.parent.name)
        shutil.rmtree(self.folder, ignore_errors=True)

    def machine(self, uuid: str) -> Machine:
        """The container of a server."""
        return Machine(self.folder / uuid, f"server-{uuid[:8]}")

    def remove(self, uuid: str) -> None:
        """A server, its cables and its routes, gone."""
        machine = self.machine(uuid)
        for cable in self._cables(uuid):
            ip("route", "delete", f"{cable.address}/32", missing_ok=True)
        machine.remove()
        network.unplug(machine.netns)

    def plug(self, uuid: str, cables: Iterable[Cable]) -> None:
        """Give a server its own namespace with a cable for each port, the first with the default route."""
        machine = self.machine(uuid)
        network.unplug(machine.netns)
        ip("netns", "add", machine.netns)
        ip("-n", machine.netns, "link", "set", "lo", "up")
        for cable in cables:
            self.attach(uuid, cable)

    def attach(self, uuid: str, cable: Cable) -> None:
        """Add one cable to a server that is off or on."""
        hub, host = network.namespace(self._number), self.machine(uuid).netns
        known = self._cables(uuid)
        device = f"eth{len(known)}"
        ip("-n", hub, "link", "delete", cable.name, missing_ok=True)
        ends = ("type", "veth", "peer", "name", device, "address", cable.mac, "netns", host)
        ip("-n", hub, "link", "add", cable.name, *ends)
        self._serve(cable)
        ip("-n", host, "address", "add", f"{cable.address}/{cable.prefix}", "dev", device)
        ip("-n", host, "link", "set", device, "up")
        if cable.gateway and not known:
            ip("-n", host, "route", "add", "default", "via", cable.gateway)
        self._note(uuid, [*known, cable])

    def tap(self, uuid: str, cable: Cable) -> None:
        """A cable whose other end a VM holds: its QEMU runs beside the router, and the VM knows its own address."""
        hub = network.namespace(self._number)
        known = [other for other in self._cables(uuid) if other.name != cable.name]
        ip("-n", hub, "link", "delete", cable.name, missing_ok=True)
        ip("-n", hub, "tuntap", "add", "dev", cable.name, "mode", "tap")
        self._serve(cable)
        (self.folder / uuid).mkdir(exist_ok=True)
        self._note(uuid, [*known, cable])

    def untap(self, uuid: str, name: str) -> None:
        """Take such a cable away; nothing is left of a VM that has none."""
        self.detach(uuid, name)
        if not self._cables(uuid):
            shutil.rmtree(self.folder / uuid, ignore_errors=True)

    def _serve(self, cable: Cable) -> None:
        """The router's side: it answers for the neighbours, is the gateway, and leads the machine to the address."""
        hub = network.namespace(self._number)
        settings = {"proxy_arp": "conf", "proxy_delay": "neigh"}
        for name, kind in settings.items():
            value = "1" if name == "proxy_arp" else "0"
            ip("netns", "exec", hub, "sysctl", "-q", "-w", f"net.ipv4.{kind}.{cable.name}.{name}={value}")
        ip("-n", hub, "link", "set", cable.name, "up")
        if cable.gateway:
            ip("-n", hub, "address", "add", f"{cable.gateway}/32", "dev", cable.name)
        ip("-n", hub, "route", "replace", f"{cable.address}/32", "dev", cable.name)
        ip("route", "replace", f"{cable.address}/32", "via", network.address(self._number, 2))

    def detach(self, uuid: str, name: str) -> None:
        """Take one cable away."""
        ip("-n", network.namespace(self._number), "link", "delete", name, missing_ok=True)
        for cable in self._cables(uuid):
            if cable.name == name:
                ip("route", "delete", f"{cable.address}/32", missing_ok=True)
        self._note(uuid, [cable for cable in self._cables(uuid) if cable.name != name])

    def _cables(self, uuid: str) -> list[Cable]:
        try:
            return [Cable(**known) for known in json.loads((self.folder / uuid / "cables").read_text("utf-8"))]
        except FileNotFoundError:
            return []

    def _note(self, uuid: str, cables: list[Cable]) -> None:
        (self.folder / uuid / "cables").write_text(json.dumps([vars(cable) for cable in cables]), "utf-8")

    def wire(self, ports: Iterable[Wiring]) -> None:
        """Enforce this and nothing else, at once for all ports."""
        rules = render(list(ports))
        command = ["/usr/sbin/ip", "netns", "exec", network.namespace(self._number), "/usr/sbin/nft", "-f", "-"]
        done = subprocess.run(command, input=rules, capture_output=True, text=True, check=False)
        if done.returncode:
            raise LabError(f"nft: {done.stderr}")


def render(ports: Sequence[Wiring]) -> str:
    """The whole table: what comes from a port passes its egress rules, what goes to one its ingress rules."""
    down = [f'"{port.cable}"' for port in ports if not port.up]
    living = [port for port in ports if port.up]
    lines = ["table inet neutron", "delete table inet neutron", "table inet neutron {"]
    for port in living:
        lines += _chain(f"from-{port.cable}", port.egress if port.guarded else (Rule(),), "daddr", "return")
        lines += _chain(f"to-{port.cable}", port.ingress if port.guarded else (Rule(),), "saddr", "accept")
    gone = [f"iifname {{ {', '.join(down)} }} drop"] if down else []
    lost = [f"oifname {{ {', '.join(down)} }} drop"] if down else []
    leaving = [f'iifname "{port.cable}" jump from-{port.cable}' for port in living]
    arriving = [f'oifname "{port.cable}" goto to-{port.cable}' for port in living]
    established = "ct state established,related accept"
    to_machine = f'oifname "{network.BRIDGE}" accept'
    lines += _hook("forward", "drop", [*gone, *lost, established, *leaving, *arriving, to_machine])
    lines += _hook("input", "accept", [*gone, established, *leaving])
    lines += _hook("output", "accept", lost)
    return "\n".join([*lines, "}", ""])


def _chain(name: str, rules: Iterable[Rule], side: str, verdict: str) -> list[str]:
    return [f"chain {name} {{", *(f"{rule.render(side)} {verdict}" for rule in rules), "drop", "}"]


def _hook(name: str, policy: str, rules: list[str]) -> list[str]:
    return [f"chain {name} {{ type filter hook {name} priority 0; policy {policy};", *rules, "}"]
