"""Items of an order: what may be sent, and how they are shown. User data goes in and never comes out."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

import msgspec
from pydantic import Field, ValidationInfo, WithJsonSchema, field_validator
from pydantic_core import PydanticCustomError

from api.schemas.fields import Code, In, Line, Zone
from cloudctl.domain import items as domain
from cloudctl.domain.fittings import AccessKind, AccessLevel

ItemName = Annotated[str, Field(min_length=1, max_length=63)]
TermMonths = Annotated[int, Field(ge=1, le=120)]
SizeGib = Annotated[int, Field(ge=1, le=65536)]
UserData = Annotated[bytes, WithJsonSchema({"type": "string", "description": "At most 64 KiB when decoded."})]
SshKey = Annotated[str, Field(min_length=1, max_length=16384)]


class DiskIn(In):
    """A data volume of every server of an item."""

    size_gib: SizeGib
    volume_type: Code | None = None

    def ask(self) -> domain.DiskAsk:
        """The domain's form of it."""
        return domain.DiskAsk(**self.fields())


class _ItemIn(In):
    def item(self) -> domain.Item:
        """The domain's form of it."""
        fields = self.fields()
        made: domain.Item = _DOMAIN[fields.pop("kind")](**fields)
        return made


class ServerItemIn(_ItemIn):
    """`count` servers `name`-1, `name`-2, ...; `user_data` is cloud-init's, at most 64 KiB, kept sealed.

    Server items with the same `anti_affinity` are a pair: they go to different clouds where that is possible, and to
    different hosts where they share one. With `separation` required, what finds no host of its own is not built.
    """

    kind: Literal["server"]
    name: ItemName
    count: int = Field(default=1, ge=1, le=50)
    specification: Code
    image: Code
    network: Annotated[str, Field(min_length=1, max_length=64)]
    disks: list[DiskIn] = Field(default_factory=list, max_length=16)
    ssh_keys: list[SshKey] = Field(default_factory=list, max_length=32)
    user_data_encoding: Literal["text", "base64"] = "text"
    user_data: UserData | None = None
    anti_affinity: ItemName | None = None
    separation: domain.Separation = domain.Separation.PREFERRED
    term_months: TermMonths

    @field_validator("user_data", mode="after")
    @classmethod
    def _decode(cls, sent: bytes | None, info: ValidationInfo) -> bytes | None:
        """User data in clear bytes, whichever way it was sent."""
        if sent is None or info.data.get("user_data_encoding") != "base64":
            return sent
        try:
            return b64decode(b"".join(sent.split()), validate=True)
        except Base64Error:
            raise PydanticCustomError("user_data_base64", "not base64") from None

    def item(self) -> domain.Item:
        """The domain's form of it, user data in clear: the use case seals it."""
        return domain.ServerItem(
            name=self.name,
            count=self.count,
            specification=self.specification,
            image=self.image,
            network=self.network,
            disks=tuple(disk.ask() for disk in self.disks),
            ssh_keys=tuple(self.ssh_keys),
            user_data=self.user_data,
            anti_affinity=self.anti_affinity,
            separation=self.separation,
            term_months=self.term_months,
        )


class VolumeItemIn(_ItemIn):
    """A volume; with `server`, the id of a server that exists, it is attached."""

    kind: Literal["volume"]
    name: ItemName
    size_gib: SizeGib
    volume_type: Code | None = None
    server: UUID | None = None
    term_months: TermMonths


class NetworkItemIn(_ItemIn):
    """A segment of `prefix_length`, or exactly `cidr`; and a /64 of IPv6, unless `ipv6` is false."""

    kind: Literal["network"]
    name: ItemName
    prefix_length: int = Field(default=24, ge=8, le=30)
    cidr: Annotated[str, Field(max_length=43)] | None = None
    ipv6: bool = True
    term_months: TermMonths


class AddressItemIn(_ItemIn):
    """A floating address for `server`: `<name>-<n>` of this order, or a server's id."""

    kind: Literal["address"]
    server: Annotated[str, Field(min_length=1, max_length=70)]
    term_months: TermMonths


class ColocationItemIn(_ItemIn):
    """A place for a device of one's own in the shared room; `device` says what is to stand there.

    `room_zone` is a part of the room, as `GET /v1/rooms/spaces` names it; without it any will do.
    """

    kind: Literal["colocation"]
    name: ItemName
    units: int = Field(ge=1, le=60)
    power_w: int = Field(ge=1, le=100_000)
    device: Line = ""
    room_zone: Zone | None = None
    term_months: TermMonths


class AccessItemIn(_ItemIn):
    """Lines, terminals or an Internet egress in the order's zone; the bandwidth is that of each.

    An egress names a `security_package` of the catalogue.
    """

    kind: Literal["access"]
    name: ItemName
    access: AccessKind
    level: AccessLevel
    count: int = Field(default=1, ge=1, le=100_000)
    bandwidth_mbps: int | None = Field(default=None, ge=1, le=10_000_000)
    security_package: Code | None = None
    term_months: TermMonths


class ResizeItemIn(_ItemIn):
    """Another specification for a server."""

    kind: Literal["resize"]
    server: UUID
    specification: Code


class ExtendItemIn(_ItemIn):
    """A larger size for a volume."""

    kind: Literal["extend"]
    volume: UUID
    size_gib: SizeGib


class RenewItemIn(_ItemIn):
    """A later end of term for any resource."""

    kind: Literal["renew"]
    resource: UUID
    expires_on: date


class ReleaseItemIn(_ItemIn):
    """Gives a resource back; it can be restored until its retention ends."""

    kind: Literal["release"]
    resource: UUID


ItemIn = Annotated[
    ServerItemIn
    | VolumeItemIn
    | NetworkItemIn
    | AddressItemIn
    | ColocationItemIn
    | AccessItemIn
    | ResizeItemIn
    | ExtendItemIn
    | RenewItemIn
    | ReleaseItemIn,
    Field(discriminator="kind"),
]

_DOMAIN: dict[str, type[domain.Item]] = {
    "volume": domain.VolumeItem,
    "network": domain.NetworkItem,
    "address": domain.AddressItem,
    "colocation": domain.ColocationItem,
    "access": domain.AccessItem,
    "resize": domain.ResizeItem,
    "extend": domain.ExtendItem,
    "renew": domain.RenewItem,
    "release": domain.ReleaseItem,
}


class ServerItemOut(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="server"):
    """A server item as it is shown: that it carries user data, not which."""

    name: str
    count: int
    specification: str
    image: str
    network: str
    disks: tuple[domain.DiskAsk, ...]
    ssh_keys: tuple[str, ...]
    has_user_data: bool
    anti_affinity: str | None
    separation: domain.Separation
    term_months: int

    @classmethod
    def of(cls, item: domain.ServerItem) -> Self:
        """This shape of an item."""
        shown = {name: getattr(item, name) for name in cls.__struct_fields__ if name != "has_user_data"}
        return cls(has_user_data=item.user_data is not None, **shown)


ItemOut = (
    ServerItemOut
    | domain.VolumeItem
    | domain.NetworkItem
    | domain.AddressItem
    | domain.ColocationItem
    | domain.AccessItem
    | domain.ResizeItem
    | domain.ExtendItem
    | domain.RenewItem
    | domain.ReleaseItem
)


def shown(item: domain.Item) -> ItemOut:
    """An item as it is answered."""
    return ServerItemOut.of(item) if isinstance(item, domain.ServerItem) else item
