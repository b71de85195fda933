"""What a server's cloud-init is told: the department's user data and the ssh keys, as one document.

    compose(b"#!/bin/sh ...", ("ssh-ed25519 AAAA... officer",)) -> the document

With both, cloud-init gets a MIME multi-part message; the keys come last and append, so that keys the department lists
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


def compose(user_data: bytes | None, ssh_keys: tuple[str, ...]) -> bytes | None:
    """The document: the department's bytes untouched, a cloud-config with the keys, or a multi-part of both."""
    if not ssh_keys:
        return user_data or None
    keys = b"#cloud-config\n" + json.dumps({"ssh_authorized_keys": list(ssh_keys)}).encode() + b"\n"
    if not user_data:
        return keys
    # A boundary of the content's digest: the same order gives the same bytes, and no part can contain it by chance.
    message = MIMEMultipart(boundary=sha256(user_data + keys).hexdigest()[:32])
    for part in (_theirs(user_data), _part("text", "cloud-config", keys, "ssh-keys")):
        message.attach(part)
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
