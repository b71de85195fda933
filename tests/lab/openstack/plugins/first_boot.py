"""What a server does once, before its sshd greets: a small part of cloud-init.

Scripts (`#!`) are run in order, keys of a cloud-config go to the image's user; anything else of user data is ignored.
"""

# PyYAML is Nova's, and carries no types here.
# mypy: disable-error-code="import-untyped,unused-ignore"

from __future__ import annotations

import base64
import email
import gzip
from collections.abc import Iterable, Sequence

import yaml

from .hosts.machine import Machine
from .hosts.places import USER

_FOLDER = "var/lib/lab-first-boot"
_UNIT = f"""\
[Unit]
Description=The user data of this server
Before=ssh.service
After=network.target
ConditionPathExists=!/{_FOLDER}/done

[Service]
Type=oneshot
ExecStart=/bin/sh -c 'for part in /{_FOLDER}/part-*; do [ -e "$part" ] && "$part"; done; touch /{_FOLDER}/done'
StandardOutput=append:/var/log/cloud-init-output.log
StandardError=append:/var/log/cloud-init-output.log

[Install]
WantedBy=multi-user.target
"""


def first_boot(machine: Machine, user_data: str | None, keys: Sequence[str]) -> None:
    """Prepare a server that is off; `user_data` is as Nova keeps it, in base64."""
    folder = machine.root / _FOLDER
    for old in folder.glob("*"):
        old.unlink()
    opening = list(keys)
    for number, part in enumerate(_parts(base64.b64decode(user_data or ""))):
        if part.startswith(b"#!"):
            machine.write(f"{_FOLDER}/part-{number:02}", part.decode(), mode=0o700)
        elif part.startswith(b"#cloud-config"):
            opening += (yaml.safe_load(part) or {}).get("ssh_authorized_keys", [])
    machine.write("etc/systemd/system/lab-first-boot.service", _UNIT)
    wanted = machine.root / "etc/systemd/system/multi-user.target.wants/lab-first-boot.service"
    wanted.unlink(missing_ok=True)
    wanted.parent.mkdir(parents=True, exist_ok=True)
    wanted.symlink_to("/etc/systemd/system/lab-first-boot.service")
    allowed = machine.root / "home" / USER / ".ssh/authorized_keys"
    allowed.write_text("".join(f"{key.strip()}\n" for key in (*allowed.read_text("utf-8").splitlines(), *opening)))


def _parts(document: bytes) -> Iterable[bytes]:
    if document.startswith(b"\x1f\x8b"):
        document = gzip.decompress(document)
    if not document[:200].lower().lstrip().startswith((b"content-type:", b"mime-version:")):
        return [document]
    leaves = (part for part in email.message_from_bytes(document).walk() if not part.is_multipart())
    contents = (part.get_payload(decode=True) for part in leaves)
    return [content for content in contents if isinstance(content, bytes)]
