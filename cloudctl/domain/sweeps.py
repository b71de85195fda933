"""Sweeps: what somebody looked at and handed in: services seen from inside, the names of a DNS zone, certificates.

A sweep is the whole of its source at a time; the newest of a source counts, and only for so long. Nothing is changed
afterwards, so that any past date can be looked at again. The shapes here are the declared schema of what is handed in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from ipaddress import ip_address
from typing import Any
from uuid import UUID

import msgspec

from cloudctl.domain.errors import Invalid
from cloudctl.domain.identifiers import new_id

SERVICES_SCHEMA = "cloudctl.evidence/1"
"""What the playbook `collect_evidence.yml` writes into `schema` of its result."""
MOST_ENTRIES = 50_000


class SweepKind(StrEnum):
    """What was looked at."""

    SERVICES = "services"
    DNS = "dns"
    CERTIFICATES = "certificates"


class Listening(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A socket that something listens on, as the host itself tells."""

    protocol: str = "tcp"
    address: str = ""
    port: int
    process: str = ""
    user: str = ""

    @property
    def within(self) -> bool:
        """Reached from the host alone."""
        plain = self.address.partition("%")[0].strip("[]")
        return plain.startswith("127.") or plain in {"::1", "localhost"}


class Host(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A host that was looked into; `reached` False says that nothing is known of it. `native_id` is its SMBIOS UUID."""

    name: str
    addresses: tuple[str, ...] = ()
    native_id: str | None = None
    reached: bool = True
    listening: tuple[Listening, ...] = ()


class DnsRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A name and what it points at; types other than A, AAAA and CNAME are passed over."""

    name: str
    type: str
    value: str


class Certificate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A certificate and where it was met; `address` is an IP address, "" where it comes from a list alone."""

    names: tuple[str, ...]
    serial: str = ""
    issuer: str = ""
    ends_on: date | None = None
    address: str = ""
    port: int = 443


Entry = Host | DnsRecord | Certificate
SHAPES: dict[SweepKind, Any] = {
    SweepKind.SERVICES: list[Host],
    SweepKind.DNS: list[DnsRecord],
    SweepKind.CERTIFICATES: list[Certificate],
}


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """One look: `source` is whose (a zone's name, an inventory), `taken_at` when; `entries` as their shape has them."""

    id: UUID = field(default_factory=new_id)
    kind: SweepKind
    source: str
    taken_at: datetime
    entries: list[dict[str, Any]]
    count: int
    digest: str
    imported_by: UUID | None
    created_at: datetime


def entries_of(kind: SweepKind, written: object) -> list[Any]:
    """What was handed in as its shape; raises Invalid that names the place for what is none."""
    try:
        found: list[Any] = msgspec.convert(written, SHAPES[kind])
    except msgspec.ValidationError as error:
        raise Invalid(
            "It does not have the form of a sweep of {kind}: {detail}",
            field="entries",
            way_out="See `cloudctl shadows import --help` for the form.",
            kind=kind.value,
            detail=str(error),
        ) from error
    if len(found) > MOST_ENTRIES:
        raise Invalid(
            "A sweep has at most {most} entries.",
            field="entries",
            way_out="Hand it in by parts, each with a source of its own.",
            most=MOST_ENTRIES,
        )
    for place, entry in enumerate(found):
        _check(place, entry)
    return found


def _check(place: int, entry: Entry) -> None:
    match entry:
        case Host():
            wrong = [one for one in entry.addresses if not is_address(one)]
            wrong += [str(one.port) for one in entry.listening if not 1 <= one.port <= 65535]
        case DnsRecord():
            points = entry.type.upper() in {"A", "AAAA"}
            wrong = [entry.value] if points and not is_address(entry.value) else []
        case Certificate():
            wrong = [entry.address] if entry.address and not is_address(entry.address) else []
    if wrong:
        raise Invalid(
            "{value} is no address or port.",
            field=f"entries[{place}]",
            way_out="Correct it where it comes from, and hand it in again.",
            value=wrong[0],
        )


def is_address(text: str) -> bool:
    """Whether it is an IP address."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
