"""The platform's certificate authorities: what they sign, in pure arithmetic; their keys are given, and kept elsewhere.

Times are aware UTC datetimes; private keys are PEM bytes, certificates text.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec


class MadeAuthority(msgspec.Struct, frozen=True, kw_only=True):
    """A new authority: its private key, and the public part (an OpenSSH line, or a certificate in PEM)."""

    private_key: bytes
    public: str


class KeyPair(msgspec.Struct, frozen=True, kw_only=True):
    """A pair of OpenSSH keys."""

    private_key: str
    public_key: str


class IssuedTls(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate of a server with its key; `chain_pem` is the certificate, then what signed it."""

    cert_pem: str
    key_pem: str
    chain_pem: str
    serial: int
    ends_at: datetime


class Authority(Protocol):
    """Signs for hours (ssh) and days (TLS); what is to be revoked is not signed again."""

    def new_ssh(self, name: str) -> MadeAuthority:
        """A new authority for ssh."""
        ...

    def new_tls(self, name: str, starts_at: datetime, ends_at: datetime) -> MadeAuthority:
        """A new root for TLS."""
        ...

    def key_pair(self, comment: str) -> KeyPair:
        """A new pair of keys for ssh (Ed25519)."""
        ...

    def sign_ssh(
        self,
        authority: bytes,
        public_key: str,
        *,
        serial: int,
        key_id: str,
        principals: Sequence[str],
        starts_at: datetime,
        ends_at: datetime,
        source_addresses: Sequence[str] = (),
        interactive: bool = False,
    ) -> str:
        """An OpenSSH user certificate, for these principals, from these addresses (CIDR), until `ends_at`.

        `interactive` allows a terminal; nothing allows forwarding. Raises Invalid for what is no public key.
        """
        ...

    def issue_tls(
        self, authority: bytes, root: str, *, serial: int, names: Sequence[str], starts_at: datetime, ends_at: datetime
    ) -> IssuedTls:
        """A certificate of a server for DNS names and addresses, with a key of its own.

        Raises Invalid for what is neither.
        """
        ...
