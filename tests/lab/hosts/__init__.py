"""Real hosts for the tests: Debian with systemd and sshd in containers, in sets that do not meet.

    hosts = ensure_up("p", count=2)         # starts what is missing, reuses what is there
    hosts["p-1"].address, hosts.key_file    # ssh debian@address with this key
    hosts.mirror.stop()                     # the package mirror is gone; start() brings it back
    hosts.down()

A set has a network of its own, which this machine reaches and nobody else.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from ..processes import LabError
from . import mirror, network, root
from .machine import Machine, await_ssh
from .mirror import Mirror
from .places import USER, Places, default_cache, locked_file
from .services import Store

__all__ = ["Host", "HostSet", "LabError", "ensure_up", "fetch", "running", "sets", "temporary"]


@dataclass(frozen=True)
class Host:
    """A host as a client sees it."""

    name: str
    address: str
    user: str
    key_file: str
    #: The host's public key, type and key: what a known_hosts line needs.
    host_key: str

    def ssh(self, *words: str, check: bool = True, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command on the host as its user, with its key pinned; raises with its words where it fails."""
        known = Path(self.key_file).parent / "known" / self.name
        known.parent.mkdir(exist_ok=True)
        known.write_text(f"{self.address} {self.host_key}\n", "utf-8")
        options = ["-o", "BatchMode=yes", "-o", f"UserKnownHostsFile={known}", "-o", "ConnectTimeout=10"]
        argv = ["ssh", "-F", "none", *options, "-i", self.key_file, f"{self.user}@{self.address}", *words]
        done = subprocess.run(argv, input=stdin, capture_output=True, text=True, check=False)
        if check and done.returncode:
            raise LabError(f"{self.name}: {' '.join(words)} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done


class HostSet(Mapping[str, Host]):
    """The hosts of one set, by name, in the order of their numbers."""

    def __init__(self, places: Places, name: str, number: int) -> None:
        self.name = name
        self.number = number
        self._places = places
        self.folder = places.sets / name
        self.mirror = Mirror(places, self.folder, number)
        #: Where restic puts backups; started by whoever needs it.
        self.store = Store(self.folder, number)

    @property
    def key_file(self) -> Path:
        return self._places.key_file

    def machine(self, name: str) -> Machine:
        """The container behind a host: power, console, its file system from outside."""
        return Machine(self.folder / name, network.host_namespace(self.number, _last(name)))

    def __getitem__(self, name: str) -> Host:
        return Host(name, self._address(name), USER, str(self.key_file), self.machine(name).host_key)

    def __iter__(self) -> Iterator[str]:
        names = [path.parent.name for path in self.folder.glob("*/base")]
        return iter(sorted(names, key=_last))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _address(self, name: str) -> str:
        return network.address(self.number, network.FIRST_HOST + _last(name) - 1)

    def add(self, name: str) -> Host:
        """Make and start one more host, named `<set>-<number>`, and wait for its sshd."""
        self._boot(name)
        await_ssh(self._address(name))
        return self[name]

    def _boot(self, name: str) -> None:
        machine = self.machine(name)
        if not (machine.folder / "base").exists():
            shutil.rmtree(machine.folder, ignore_errors=True)
            names = {root.MIRROR: network.mirror_address(self.number)}
            machine.make(root.ensure(self._places), hostname=name, hosts=names)
        if not machine.running:
            network.unplug(machine.netns)
            gateway = network.address(self.number, 2)
            network.plug(self.number, machine.netns, address=f"{self._address(name)}/24", gateway=gateway)
            machine.start()

    def remove(self, name: str) -> None:
        """A host and all it held, gone."""
        machine = self.machine(name)
        machine.remove()
        network.unplug(machine.netns)

    def renew(self, name: str) -> Host:
        """The same host as it was at first: what a test changed is gone."""
        self.remove(name)
        return self.add(name)

    def cut(self, name: str) -> None:
        """Pull a host's cable: it runs on, and nobody reaches it."""
        self._cable(name, "down")

    def mend(self, name: str) -> None:
        """Plug the cable in again."""
        self._cable(name, "up")

    def _cable(self, name: str, state: str) -> None:
        cable = network.port(self.machine(name).netns)
        network.ip("-n", network.namespace(self.number), "link", "set", cable, state)

    def fetch(self, *packages: str) -> None:
        """Have packages, with what they need, in this set's mirror."""
        mirror.fetch(self._places, root.ensure(self._places), packages)
        self.mirror.refresh()

    def listing(self) -> list[dict[str, str]]:
        """The hosts as plain data."""
        return [asdict(host) for host in self.values()]

    def down(self) -> None:
        """End the set: hosts, mirror, network, folder."""
        with locked_file(network.LOCK):
            for name in list(self):
                self.remove(name)
            self.mirror.stop()
            self.store.stop()
            network.down(self.number)
            shutil.rmtree(self.folder, ignore_errors=True)


def ensure_up(name: str = "lab", count: int = 1) -> HostSet:
    """The set of this name with at least so many hosts, all of them booted; starts what is missing."""
    if not name.isalnum() or len(name) > 10 or name[-1].isdigit():
        raise LabError(f"a set is named by up to ten letters and digits that end in a letter, not {name!r}")
    places = Places(default_cache())
    base = root.ensure(places)
    mirror.fetch(places, base, mirror.FIRST)
    with places.locked(f"set-{name}"):
        hosts = running(name) or _found(places, name)
        hosts.mirror.start()
        wanted = dict.fromkeys([*hosts, *(f"{name}-{number}" for number in range(1, count + 1))])
        for host in wanted:
            hosts._boot(host)
        for host in hosts.values():
            await_ssh(host.address)
    return hosts


@contextlib.contextmanager
def temporary(count: int = 1) -> Iterator[HostSet]:
    """A set that nobody else has, for the time of a test: its hosts are named anew each time."""
    hosts = ensure_up(f"t{secrets.token_hex(3)}x", count)
    try:
        yield hosts
    finally:
        hosts.down()


def _found(places: Places, name: str) -> HostSet:
    folder = places.sets / name
    with locked_file(network.LOCK):
        _clear(folder)
        number = network.free_number()
        network.up(number)
        folder.mkdir(parents=True)
        (folder / "set.json").write_text(json.dumps({"number": number}), "utf-8")
    return HostSet(places, name, number)


def _clear(folder: Path) -> None:
    """What an earlier set of this name left when the machine went down under it."""
    for base in folder.glob("*/base"):
        Machine(base.parent, netns="").remove()
    shutil.rmtree(folder, ignore_errors=True)


def running(name: str) -> HostSet | None:
    """The set of this name, if it was started and its network is there."""
    places = Places(default_cache())
    try:
        number = int(json.loads((places.sets / name / "set.json").read_text("utf-8"))["number"])
    except FileNotFoundError:
        return None
    return HostSet(places, name, number) if Path("/run/netns", network.namespace(number)).exists() else None


def sets() -> list[HostSet]:
    """Every set of this cache that is up."""
    names = sorted(path.parent.name for path in Places(default_cache()).sets.glob("*/set.json"))
    return [found for name in names if (found := running(name)) is not None]


def fetch(*packages: str) -> list[str]:
    """Bring Debian packages into the cache that all mirrors serve; returns those that were new."""
    places = Places(default_cache())
    added = mirror.fetch(places, root.ensure(places), packages)
    for hosts in sets():
        hosts.mirror.refresh()
    return added


def _last(name: str) -> int:
    """The number at the end of a host's name."""
    return int(name.rpartition("-")[2])
