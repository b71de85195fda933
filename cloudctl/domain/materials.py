"""What people paste into forms: SSH public keys and user data, checked before anything is kept."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error

from cloudctl.domain.errors import Invalid
from cloudctl.domain.items import Item, ServerItem

USER_DATA_LIMIT_BYTES = 64 * 1024
SSH_KEY_TYPES = frozenset(
    {
        "ssh-ed25519",
        "ssh-rsa",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
        "sk-ssh-ed25519@openssh.com",
        "sk-ecdsa-sha2-nistp256@openssh.com",
    }
)


def check_ssh_key(text: str, field: str) -> None:
    """Raises Invalid unless `text` is one OpenSSH public key whose blob names the same type (RFC 4253, 6.6)."""
    parts = text.strip().split(None, 2)
    if len(parts) < 2 or parts[0] not in SSH_KEY_TYPES or _blob_type(parts[1]) != parts[0] or "\n" in text.strip():
        raise Invalid(
            "This is not an SSH public key.",
            field=field,
            way_out="Paste one line of a .pub file: type, key and comment ({types}).",
            types=", ".join(sorted(SSH_KEY_TYPES)[:5]),
        )


def _blob_type(blob: str) -> str | None:
    try:
        data = b64decode(blob, validate=True)
    except (Base64Error, ValueError):
        return None
    length = int.from_bytes(data[:4], "big")
    return data[4 : 4 + length].decode("ascii", "replace") if 4 + length < len(data) else None


def check_materials(items: list[Item]) -> None:
    """Raises Invalid naming the field for user data over 64 KiB or a key that is none."""
    for position, item in enumerate(items):
        if isinstance(item, ServerItem):
            for number, key in enumerate(item.ssh_keys):
                check_ssh_key(key, f"items[{position}].ssh_keys[{number}]")
            if item.user_data is not None and len(item.user_data) > USER_DATA_LIMIT_BYTES:
                raise Invalid(
                    "User data of {size} bytes is over {limit}.",
                    field=f"items[{position}].user_data",
                    way_out="Fetch large files from a server of yours inside a short script.",
                    size=len(item.user_data),
                    limit=USER_DATA_LIMIT_BYTES,
                )
