"""A real sshd of one's own on loopback, that trusts what it is told to, and the ssh client against it.

with sshd(tmp_path, authorities="ssh-ed25519 AAAA… ca", principals={"root": "host-…"}) as door:
    assert door.enter(key_file).returncode == 0
"""

from __future__ import annotations

import os
import pwd
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.waiting import until

ME = pwd.getpwuid(os.getuid()).pw_name


@dataclass
class Door:
    """A running sshd: where it listens, its public host key, and what it wrote."""

    port: int
    host_key: str
    log: Path

    def enter(self, key: Path, *, known_hosts: Path | None = None, source: str = "127.0.0.1", user: str = ME):
        """Runs `id -un` as the user, by this key and the certificate beside it, and nothing else."""
        told = ["-o", f"UserKnownHostsFile={known_hosts}", "-o", "StrictHostKeyChecking=yes"]
        free = ["-o", "UserKnownHostsFile=/dev/null", "-o", "StrictHostKeyChecking=no"]
        return subprocess.run(
            ["ssh", "-F", "none", "-b", source, "-i", str(key), "-p", str(self.port), "-o", "IdentitiesOnly=yes",
             "-o", "BatchMode=yes", "-o", "LogLevel=ERROR", "-o", "ConnectTimeout=20",
             *(told if known_hosts else free), f"{user}@127.0.0.1", "id -un"],
            capture_output=True, text=True, timeout=60, check=False, env={"PATH": os.environ["PATH"]},
        )  # fmt: skip


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def sshd(directory: Path, *, authorities: str, principals: Mapping[str, str]) -> Iterator[Door]:
    """An sshd that lets in by certificates of `authorities` alone, each account by its principal."""
    directory.mkdir(parents=True, exist_ok=True)
    names = directory / "principals"
    names.mkdir(exist_ok=True)
    for account, name in principals.items():
        (names / account).write_text(f"{name}\n")
    (directory / "ca.pub").write_text(authorities)
    host_key = directory / "host_key"
    if not host_key.exists():
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(host_key)], check=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = directory / "sshd_config"
    config.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {host_key}\nPidFile none\nUsePAM no\nStrictModes no\n"
        f"TrustedUserCAKeys {directory / 'ca.pub'}\nAuthorizedPrincipalsFile {names}/%u\nAuthorizedKeysFile none\n"
        "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\n"
        "LogLevel VERBOSE\n"
    )
    log = directory / "sshd.log"
    Path("/run/sshd").mkdir(exist_ok=True)
    with log.open("wb") as out:
        process = subprocess.Popen(
            ["/usr/sbin/sshd", "-D", "-e", "-f", str(config)], stdout=out, stderr=subprocess.STDOUT
        )
    try:
        until(lambda: _answers(port) or process.poll() is not None, what=log.read_text)
        assert process.poll() is None, log.read_text()
        yield Door(port, " ".join(host_key.with_suffix(".pub").read_text().split()[:2]), log)
    finally:
        process.terminate()
        process.wait(10)
