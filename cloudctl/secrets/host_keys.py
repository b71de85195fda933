"""Hosts' keys (`ports.host_keys.HostKeys`) by OpenSSH's ssh-keyscan."""

from __future__ import annotations

import subprocess
from base64 import b64decode, b64encode
from hashlib import sha256

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_ssh_public_key

from cloudctl.domain.errors import Invalid
from cloudctl.ports.host_keys import HostKey

PATIENCE_S = 8
KINDS = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa")
"""The best first."""


class ScannedHostKeys:
    """Asks the host; what it shows is to be compared with its console, or trusted because it was just built."""

    def scan(self, address: str, port: int) -> HostKey:
        """The best key that it shows; raises Invalid where nobody answers with one."""
        asked = ["ssh-keyscan", "-T", str(PATIENCE_S), "-t", "ed25519,ecdsa,rsa", "-p", str(port), "--", address]
        try:
            done = subprocess.run(asked, capture_output=True, text=True, timeout=PATIENCE_S * 4, check=False)  # noqa: S603
            shown = [line.split(maxsplit=1)[1] for line in done.stdout.splitlines() if " " in line and line[0] != "#"]
        except (OSError, subprocess.SubprocessError):
            shown = []
        best = min((line for line in shown if line.split(maxsplit=1)[0] in KINDS), key=_place, default=None)
        if best is None:
            raise Invalid(
                "Nobody shows a host key of ssh at {address}, port {port}.",
                field="address",
                way_out="Check the address, that sshd runs, and that the network lets the platform in.",
                address=address,
                port=port,
            )
        return self.checked(best)

    def checked(self, line: str) -> HostKey:
        """The key without its comment."""
        try:
            key = load_ssh_public_key(" ".join(line.split()[:2]).encode())
            blob = key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
        except (ValueError, UnsupportedAlgorithm):
            raise Invalid(
                "This is no host key of ssh.", field="host_key",
                way_out="Give the line of /etc/ssh/ssh_host_ed25519_key.pub.",
            ) from None  # fmt: skip
        return HostKey(line=blob, fingerprint=_fingerprint(blob))


def _place(line: str) -> int:
    return KINDS.index(line.split(maxsplit=1)[0])


def _fingerprint(blob: str) -> str:
    return "SHA256:" + b64encode(sha256(b64decode(blob.split()[1])).digest()).decode().rstrip("=")
