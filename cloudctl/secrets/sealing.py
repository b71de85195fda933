"""Sealing under the installation's keys (`ports.secrets.Secrets`): libsodium's XChaCha20-Poly1305, authenticated.

The first key seals, every key opens: a key is rotated by putting a new one in front and keeping the old one.

    secrets = Sealing(FileKeys(Path("/etc/cloudctl/secret.keys"), os.environ).read())

A sealed value begins with a byte for its form and the id of its key. What was sealed before libsodium (Fernet, by the
same keys) still opens.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode
from binascii import Error as Base64Error
from collections.abc import Sequence
from hashlib import blake2b

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from nacl.exceptions import CryptoError
from nacl.secret import Aead

from cloudctl.domain.errors import ConfigurationError
from cloudctl.secrets.keys import VARIABLE

FORM = b"\x01"
ID_BYTES = 4
KEY_BYTES = 32


class Sealing:
    """Seals with the first key, opens with any. Raises ConfigurationError for what is not a key."""

    def __init__(self, keys: Sequence[str]) -> None:
        clear = [_key(key, place) for place, key in enumerate(keys, start=1)]
        self._boxes = {_id(key): Aead(_derived(key, b"seal")) for key in clear}
        self._id = _id(clear[0])
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    @property
    def key_id(self) -> str:
        """The id of the key that seals now."""
        return self._id.hex()

    def seal(self, clear: bytes, about: bytes = b"") -> bytes:
        """The sealed form; differs at each call, and opens only together with the same `about`."""
        return FORM + self._id + self._boxes[self._id].encrypt(clear, about)

    def open(self, sealed: bytes, about: bytes = b"") -> bytes:
        """The clear bytes; raises ConfigurationError when no configured key fits, or it is about something else."""
        try:
            if sealed[:1] != FORM and not about:
                return self._fernet.decrypt(sealed)
            start = len(FORM)
            return self._boxes[sealed[start : start + ID_BYTES]].decrypt(sealed[start + ID_BYTES :], about)
        except (InvalidToken, CryptoError, KeyError) as error:
            raise ConfigurationError(
                "A sealed value cannot be opened: it is damaged, or its key is not among the configured ones. "
                "Put the key that sealed it back, after the current one (the key file, or {variable}).",
                variable=VARIABLE,
            ) from error


def _key(key: str, place: int) -> bytes:
    try:
        clear = urlsafe_b64decode(key.encode("ascii"))
    except (Base64Error, UnicodeEncodeError):
        clear = b""
    if len(clear) != KEY_BYTES:
        raise ConfigurationError(
            "Sealing key number {place} is not a key: 32 bytes in URL-safe base64 are needed. "
            "To have one made, name a key file that does not exist yet.",
            place=place,
        )
    return clear


def _derived(key: bytes, use: bytes) -> bytes:
    """A key for one use: what one form of sealing does with it tells nothing about another's."""
    return blake2b(key=key, digest_size=KEY_BYTES, person=b"cloudctl-" + use).digest()


def _id(key: bytes) -> bytes:
    return _derived(key, b"id")[:ID_BYTES]
