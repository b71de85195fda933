"""The items of an order: what can be asked for, one struct a kind.

An item is stored as the JSON that it encodes to (`kind` is the tag). New things are asked for by server, volume,
network and address, and by colocation and access where people install or connect it; what exists is changed by resize,
extend, renew and release.

>>> decode_item(encode_item(VolumeItem(name="data", size_gib=100, term_months=12)))
VolumeItem(term_months=12, name='data', size_gib=100, volume_type=None, server=None)
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import UUID

import msgspec

from cloudctl.domain.fittings import AccessKind, AccessLevel


class _Item(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", omit_defaults=False):
    """Base of all items."""


class _NewItem(_Item, frozen=True, kw_only=True):
    """Base of what asks for something new: it has a term."""

    term_months: int


class DiskAsk(msgspec.Struct, frozen=True, kw_only=True):
    """A data volume that every server of an item gets."""

    size_gib: int
    volume_type: str | None = None


class Separation(StrEnum):
    """How much a pair's servers are kept on different hosts of a cloud: wherever it can be done, or else not at all."""

    PREFERRED = "preferred"
    REQUIRED = "required"


class ServerItem(_NewItem, frozen=True, kw_only=True, tag="server"):
    """`count` servers named `name`-1, `name`-2, ... on `network`: a network item of this order, or a network's id.

    `user_data` is sealed (base64 of the sealed bytes) before the item is made. `anti_affinity` names a pair: server
    items of the same name go to different clouds where that is possible, and to different hosts where they share one;
    `separation` says whether servers for which there is no host of their own are built all the same.
    """

    name: str
    count: int = 1
    specification: str
    image: str
    network: str
    disks: tuple[DiskAsk, ...] = ()
    ssh_keys: tuple[str, ...] = ()
    user_data: bytes | None = None
    anti_affinity: str | None = None
    separation: Separation = Separation.PREFERRED


class VolumeItem(_NewItem, frozen=True, kw_only=True, tag="volume"):
    """A volume, attached to `server` (the id of one that exists) when given."""

    name: str
    size_gib: int
    volume_type: str | None = None
    server: UUID | None = None


class NetworkItem(_NewItem, frozen=True, kw_only=True, tag="network"):
    """A segment of `prefix_length` (IPv4), or exactly `cidr`; and a /64 of IPv6, unless it is not wanted."""

    name: str
    prefix_length: int = 24
    cidr: str | None = None
    ipv6: bool = True


class AddressItem(_NewItem, frozen=True, kw_only=True, tag="address"):
    """A floating address for `server`: a server of this order (`name`-`n`), or a server's id."""

    server: str


class ColocationItem(_NewItem, frozen=True, kw_only=True, tag="colocation"):
    """A place for a device of one's own in the shared room: `units` of a rack and `power_w` watts.

    `device` describes what is to stand there; `room_zone` is the part of the room, as shielded or core (None: any).
    """

    name: str
    units: int
    power_w: int
    device: str = ""
    room_zone: str | None = None


class AccessItem(_NewItem, frozen=True, kw_only=True, tag="access"):
    """A line, terminals or an Internet egress in the order's zone, connected at `level`; bandwidth is that of each."""

    name: str
    access: AccessKind
    level: AccessLevel
    count: int = 1
    bandwidth_mbps: int | None = None
    security_package: str | None = None


class ResizeItem(_Item, frozen=True, kw_only=True, tag="resize"):
    """Another specification for a server."""

    server: UUID
    specification: str


class ExtendItem(_Item, frozen=True, kw_only=True, tag="extend"):
    """A larger size for a volume."""

    volume: UUID
    size_gib: int


class RenewItem(_Item, frozen=True, kw_only=True, tag="renew"):
    """A later end of term for any resource."""

    resource: UUID
    expires_on: date


class ReleaseItem(_Item, frozen=True, kw_only=True, tag="release"):
    """Gives a resource back: it is switched off, kept for its retention, then deleted."""

    resource: UUID


FittingItem = ColocationItem | AccessItem
Item = (
    ServerItem
    | VolumeItem
    | NetworkItem
    | AddressItem
    | ColocationItem
    | AccessItem
    | ResizeItem
    | ExtendItem
    | RenewItem
    | ReleaseItem
)
NEW_ITEMS = (ServerItem, VolumeItem, NetworkItem, AddressItem, ColocationItem, AccessItem)
FITTING_ITEMS = (ColocationItem, AccessItem)
CHANGE_ITEMS = (ResizeItem, ExtendItem, RenewItem, ReleaseItem)

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Item] = msgspec.json.Decoder(Item)


def encode_item(item: Item) -> bytes:
    """The stored form."""
    return _encoder.encode(item)


def decode_item(data: bytes | str) -> Item:
    """The item that was stored."""
    return _decoder.decode(data)


def item_kind(item: Item) -> str:
    """The tag: server, volume, network, address, colocation, access, resize, extend, renew or release."""
    return str(type(item).__struct_config__.tag)


def changed_resource(item: Item) -> UUID | None:
    """The id of the resource that a change item touches; None for what asks for something new."""
    match item:
        case ResizeItem():
            return item.server
        case ExtendItem():
            return item.volume
        case RenewItem() | ReleaseItem():
            return item.resource
    return None
