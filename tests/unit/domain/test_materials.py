from __future__ import annotations

import struct
from base64 import b64encode

import pytest

from cloudctl.domain.errors import Invalid
from cloudctl.domain.items import NetworkItem, ServerItem
from cloudctl.domain.materials import SSH_KEY_TYPES, USER_DATA_LIMIT_BYTES, check_materials, check_ssh_key


def key(kind: str, blob_kind: str | None = None, body: bytes = b"\x00\x00\x00\x04abcd") -> str:
    named = (blob_kind or kind).encode()
    return f"{kind} {b64encode(struct.pack('>I', len(named)) + named + body).decode()}"


@pytest.mark.parametrize("kind", sorted(SSH_KEY_TYPES))
def test_every_type_is_taken_with_or_without_a_comment(kind: str) -> None:
    check_ssh_key(key(kind), "f")
    check_ssh_key(f"  {key(kind)} li wang@fgw\n", "f")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ssh-ed25519",
        "ssh-ed25519 !!!!",
        "ssh-ed25519 c2hvcnQ=",
        "ssh-ed25519 AAAA",
        key("ssh-ed25519", "ssh-rsa"),
        key("ssh-ed25519", body=b""),
        key("ssh-dss"),
        "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----",
        f"{key('ssh-ed25519')}\n{key('ssh-ed25519')}",
        f"no-pty {key('ssh-ed25519')}",
    ],
)
def test_anything_else_is_no_public_key(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_ssh_key(text, "items[0].ssh_keys[1]")
    assert caught.value.field == "items[0].ssh_keys[1]"
    assert text == "" or text not in str(caught.value)


def server(**fields: object) -> ServerItem:
    return ServerItem(name="s", specification="s2", image="i", network="n", term_months=1, **fields)  # type: ignore[arg-type]


def test_user_data_of_64_kib_is_taken_and_a_byte_more_is_not() -> None:
    check_materials([server(user_data=b"x" * USER_DATA_LIMIT_BYTES)])
    with pytest.raises(Invalid) as caught:
        check_materials([server(), server(user_data=b"y" * (USER_DATA_LIMIT_BYTES + 1))])
    assert caught.value.field == "items[1].user_data"
    assert "yyyy" not in str(caught.value)


def test_a_bad_key_is_named_by_its_place() -> None:
    good = key("ssh-ed25519")
    items = [NetworkItem(name="n", term_months=1), server(ssh_keys=(good, good, "x"))]
    with pytest.raises(Invalid) as caught:
        check_materials(items)
    assert caught.value.field == "items[1].ssh_keys[2]"
