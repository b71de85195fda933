"""A server's cloud-init document (`providers.userdata`) as Nova takes it.

    encode(b"#!/bin/sh ...", ("ssh-ed25519 AAAA... officer",)) -> base64 text for Nova's `user_data`

The keys travel in a cloud-config of their own and not as a Nova keypair: a keypair belongs to one account, holds one
key and would be one more object to make, find and remove.
"""

from __future__ import annotations

import gzip
from base64 import b64encode

from cloudctl.providers.userdata import GZIP, compose

#: What Nova accepts, in characters of base64.
LIMIT = 65535


def encode(user_data: bytes | None, ssh_keys: tuple[str, ...], first_boot: bytes | None = None) -> str | None:
    """The base64 text for Nova, compressed when it would be too long otherwise; None when there is nothing to say."""
    document = compose(user_data, ssh_keys, first_boot)
    if document is None:
        return None
    text = b64encode(document).decode("ascii")
    if len(text) > LIMIT and not document.startswith(GZIP):
        text = b64encode(gzip.compress(document, mtime=0)).decode("ascii")
    return text
