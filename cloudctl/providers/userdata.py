"""What a server's cloud-init is told: the platform's script, the department's user data and the ssh keys, in one.

    compose(b"#!/bin/sh ...", ("ssh-ed25519 AAAA... officer",)) -> the document

Of several, cloud-init gets a MIME multi-part message; the keys come last and append, so that keys the department lists
in its own cloud-config stay.
"""

from __future__ import annotations

import json
from base64 import b64encode
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.parser import BytesParser
from hashlib import sha256

GZIP = b"\x1f\x8b"
_MIME = (b"content-type:", b"mime-version:")
_MERGE = "list(append)+dict(no_replace,recurse_list)+str()"


def compose(user_data: bytes | None, ssh_keys: tuple[str, ...], first_boot: bytes | None = None) -> bytes | None:
    """The document: one part as it is, the department's bytes untouched, or a multi-part of all there are."""
    keys = b"#cloud-config\n" + json.dumps({"ssh_authorized_keys": list(ssh_keys)}).encode() + b"\n"
    plain = [part for part in (first_boot, user_data, keys if ssh_keys else None) if part]
    if len(plain) < 2:
        return plain[0] if plain else None
    # A boundary of the content's digest: the same order gives the same bytes, and no part can contain it by chance.
    message = MIMEMultipart(boundary=sha256(b"".join(plain)).hexdigest()[:32])
    if first_boot:
        message.attach(_part("text", "x-shellscript", first_boot, "cloudctl"))
    if user_data:
        message.attach(_theirs(user_data))
    if ssh_keys:
        message.attach(_part("text", "cloud-config", keys, "ssh-keys"))
    return message.as_bytes()


def _theirs(user_data: bytes) -> Message:
    if user_data.lstrip().lower().startswith(_MIME):
        return BytesParser().parsebytes(user_data.lstrip())
    if user_data.startswith(GZIP):
        return _part("application", "gzip", user_data, "department")
    # cloud-init recognises what is marked as plain text by its first line (#!, #cloud-config, #include, ...).
    return _part("text", "plain", user_data, "department")


def _part(kind: str, subtype: str, content: bytes, name: str) -> Message:
    part = MIMENonMultipart(kind, subtype)
    part.set_payload(b64encode(content).decode("ascii"))
    part["Content-Transfer-Encoding"] = "base64"
    part["Content-Disposition"] = f'attachment; filename="{name}"'
    if name == "ssh-keys":
        part["Merge-Type"] = _MERGE
    return part
