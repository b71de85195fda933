from __future__ import annotations

import json
from datetime import date
from uuid import UUID

import msgspec
import pytest

from cloudctl.domain.fittings import AccessKind, AccessLevel
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.items import (
    CHANGE_ITEMS,
    NEW_ITEMS,
    AccessItem,
    AddressItem,
    ColocationItem,
    DiskAsk,
    ExtendItem,
    Item,
    NetworkItem,
    ReleaseItem,
    RenewItem,
    ResizeItem,
    ServerItem,
    VolumeItem,
    changed_resource,
    decode_item,
    encode_item,
    item_kind,
)

KEY = new_id()
ITEMS: list[tuple[str, Item, UUID | None]] = [
    (
        "server",
        ServerItem(
            name="web",
            count=2,
            specification="s2",
            image="openeuler",
            network="net",
            disks=(DiskAsk(size_gib=10), DiskAsk(size_gib=20, volume_type="ssd")),
            ssh_keys=("ssh-ed25519 AAAA",),
            user_data=b"\x00\xffsealed",
            term_months=12,
        ),
        None,
    ),
    ("volume", VolumeItem(name="data", size_gib=100, server=KEY, term_months=6), None),
    ("network", NetworkItem(name="net", cidr="10.8.0.0/26", ipv6=True, term_months=36), None),
    ("address", AddressItem(server="web-1", term_months=1), None),
    ("colocation", ColocationItem(name="db", units=4, power_w=800, room_zone="core", term_months=12), None),
    (
        "access",
        AccessItem(name="line", access=AccessKind.LINE, level=AccessLevel.VILLAGE, bandwidth_mbps=20, term_months=12),
        None,
    ),
    ("resize", ResizeItem(server=KEY, specification="s4"), KEY),
    ("extend", ExtendItem(volume=KEY, size_gib=200), KEY),
    ("renew", RenewItem(resource=KEY, expires_on=date(2028, 2, 29)), KEY),
    ("release", ReleaseItem(resource=KEY), KEY),
]


@pytest.mark.parametrize(("kind", "item", "changes"), ITEMS, ids=[kind for kind, _, _ in ITEMS])
def test_an_item_is_what_was_stored_of_it(kind: str, item: Item, changes: UUID | None) -> None:
    stored = encode_item(item)
    assert decode_item(stored) == item
    assert decode_item(stored.decode()) == item
    assert json.loads(stored)["kind"] == item_kind(item) == kind
    assert changed_resource(item) == changes
    assert isinstance(item, CHANGE_ITEMS) == (changes is not None)
    assert isinstance(item, NEW_ITEMS) == (changes is None)


def test_every_kind_is_here() -> None:
    assert {type(item) for _, item, _ in ITEMS} == {*NEW_ITEMS, *CHANGE_ITEMS}


def test_bytes_that_are_no_text_survive() -> None:
    stored = encode_item(ITEMS[0][1])
    assert b"sealed" not in stored
    item = decode_item(stored)
    assert isinstance(item, ServerItem)
    assert item.user_data == b"\x00\xffsealed"


@pytest.mark.parametrize("text", ['{"kind":"toaster"}', "{}", '{"kind":"release"}', "[]"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode_item(text)
