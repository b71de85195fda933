"""One host: an overlay on the root file system, a network namespace, and systemd-nspawn with a real systemd in it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from ..processes import LabError, Processes
from . import cgroups

#: What systemd calls an orderly end.
_HALT = signal.SIGRTMIN + 4
_BOOT_S = 60.0


@dataclass(frozen=True)
class Machine:
    """A host by its folder, whose last part is its name, and by its network namespace."""

    folder: Path
    netns: str

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def upper(self) -> Path:
        """What the host has written: all that tells it from the others."""
        return self.folder / "upper"

    @property
    def root(self) -> Path:
        """The host's file system as it sees it, mounted while it exists."""
        return self.folder / "root"

    @property
    def console(self) -> Path:
        return self._processes.log("console")

    @property
    def _processes(self) -> Processes:
        return Processes(self.folder, self.folder)

    def make(self, base: Path, *, hostname: str, hosts: dict[str, str]) -> None:
        """Make the overlay on `base`, with identity and names of its own; `hosts` is name -> address."""
        for part in (self.upper, self.folder / "work", self.root):
            part.mkdir(parents=True, exist_ok=True)
        (self.folder / "base").write_text(str(base), "utf-8")
        self._mount()
        self.write("etc/hostname", hostname + "\n")
        names = {"localhost": "127.0.0.1", hostname: "127.0.1.1", **hosts}
        self.write("etc/hosts", "".join(f"{address} {name}\n" for name, address in names.items()))
        self.write("etc/machine-id", uuid.uuid4().hex + "\n")
        subprocess.run(["ssh-keygen", "-A", "-f", str(self.root)], check=True, stdout=subprocess.DEVNULL)

    def write(self, name: str, text: str, mode: int = 0o644) -> None:
        """Write a file of the host, while it is off or on."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        path.chmod(mode)

    @property
    def host_key(self) -> str:
        """The public key by which the host is known: type and key."""
        return " ".join((self.root / "etc/ssh/ssh_host_ed25519_key.pub").read_text("utf-8").split()[:2])

    def start(self) -> None:
        """Power on; returns before the host has booted. Nothing happens to one that runs."""
        if self.running:
            return
        # What was killed from outside may have left its processes.
        cgroups.end(self.netns)
        self._mount()
        argv = ["/usr/bin/systemd-nspawn", "--quiet", f"--directory={self.root}", "--boot", f"--machine={self.name}"]
        # This machine has no systemd of its own to register with.
        argv += ["--register=no", "--keep-unit", "--link-journal=no", "--resolv-conf=off", "--timezone=off"]
        argv += [f"--network-namespace-path=/run/netns/{self.netns}", "--capability=CAP_NET_ADMIN"]
        argv += ["--console=passive"]
        env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
        self._processes.start("console", [*cgroups.entering(self.netns), *argv], env, self.folder)

    @property
    def running(self) -> bool:
        """Whether the host is powered on."""
        return self._processes.pid("console") is not None

    def stop(self, *, patience_s: float = 20.0) -> None:
        """Power off: in order where it obeys in time (never at patience 0), else by force."""
        leader = self.leader
        if leader is not None and patience_s > 0:
            with contextlib.suppress(ProcessLookupError):
                os.kill(leader, _HALT)
            deadline = time.monotonic() + patience_s
            while self.running and time.monotonic() < deadline:
                time.sleep(0.05)
        self._processes.stop(["console"], graceful=False)
        cgroups.end(self.netns)

    @property
    def leader(self) -> int | None:
        """The process that is number 1 inside the host."""
        supervisor = self._processes.pid("console")
        nspawn = _only_child(supervisor) if supervisor else None
        return _only_child(nspawn) if nspawn else None

    def archive(self, file: Path) -> None:
        """Write a tar of all that the host has written, as it is at one moment: `unpack` makes it into another host."""
        frozen = self.running
        if frozen:
            cgroups.freeze(self.netns, frozen=True)
        try:
            words = ["tar", "--create", "--xattrs", "--xattrs-include=*", "--acls", f"--file={file}", "."]
            done = subprocess.run(words, cwd=self.upper, capture_output=True, text=True, check=False)
        finally:
            if frozen:
                cgroups.freeze(self.netns, frozen=False)
        if done.returncode:
            raise LabError(f"tar: {done.stderr[-2000:]}")

    def unpack(self, file: Path) -> None:
        """Begin with what an archive holds; called before `make`."""
        self.upper.mkdir(parents=True)
        words = ["tar", "--extract", "--xattrs", "--xattrs-include=*", "--acls", "--preserve-permissions"]
        done = subprocess.run([*words, f"--file={file}"], cwd=self.upper, capture_output=True, text=True, check=False)
        if done.returncode:
            raise LabError(f"tar: {done.stderr[-2000:]}")
        # Another host than the one the image was made of: its keys are its own.
        for host_key in (self.upper / "etc/ssh").glob("ssh_host_*"):
            host_key.unlink()

    def remove(self) -> None:
        """Power off at once and leave nothing on disk."""
        self.stop(patience_s=0)
        # An overlay is busy for a moment after its last process has gone.
        for _ in range(50):
            if not os.path.ismount(self.root):
                break
            subprocess.run(["umount", str(self.root)], check=False, capture_output=True)
            time.sleep(0.02)
        else:
            subprocess.run(["umount", "--lazy", str(self.root)], check=False, capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _mount(self) -> None:
        if os.path.ismount(self.root):
            return
        base = (self.folder / "base").read_text("utf-8")
        # Volatile: nobody needs a host that outlives a power cut, and waiting for disks is most of a package's time.
        shutil.rmtree(self.folder / "work/work/incompat", ignore_errors=True)
        layers = f"volatile,lowerdir={base},upperdir={self.upper},workdir={self.folder / 'work'}"
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o", layers, str(self.root)], check=True)


def _only_child(pid: int) -> int | None:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()
    except FileNotFoundError:
        return None
    return int(children[0]) if children else None


def await_ssh(address: str, *, seconds: float = _BOOT_S) -> None:
    """Wait until a host's sshd greets; raises LabError when it does not in time."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with socket.create_connection((address, 22), timeout=2) as connection:
                if connection.recv(4).startswith(b"SSH"):
                    return
        except OSError:
            pass
        if time.monotonic() > deadline:
            raise LabError(f"{address} does not answer by SSH after {seconds:.0f} s")
        time.sleep(0.1)
