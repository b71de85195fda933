"""Sweeps handed in: services seen from inside, the names of a DNS zone, certificates.

    import_sweep(ctx, request, kind=SweepKind.DNS, source="gov.cn", taken_at=..., zone_file=text)

A sweep is the whole of its source. It changes nothing by itself: the next look for shadows reads the newest of each
source.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec

from cloudctl.domain.accounts import Permission
from cloudctl.domain.declarations import refuse_secret
from cloudctl.domain.dns import zone_records
from cloudctl.domain.errors import Conflict, Invalid
from cloudctl.domain.sweeps import Sweep, SweepKind, entries_of
from cloudctl.ports.context import Context, Request

SKEW = timedelta(minutes=5)  # by so much a machine's clock may be ahead of ours
FEWEST_PERCENT = 50  # of the entries of the one before; a sweep with fewer may have broken off


def import_sweep(
    ctx: Context,
    request: Request,
    *,
    kind: SweepKind,
    source: str,
    taken_at: datetime,
    entries: Sequence[dict[str, Any]] | None = None,
    zone_file: str | None = None,
    confirmed: bool = False,
) -> Sweep:
    """Puts a sweep on record; raises Invalid for what does not have its form, Conflict for half a list.

    A list that is less than half of the one before may be one that broke off: it counts when it is `confirmed`.
    """
    request.actor.require(Permission.SHADOWS_WRITE)
    refuse_secret(None, {"source": source})
    if not source.strip():
        raise Invalid("A sweep has a source.", field="source", way_out="Name the zone, the inventory or the scan.")
    found = entries_of(kind, _written(kind, source, entries, zone_file))
    kept = msgspec.to_builtins(found)
    with ctx.unit_of_work(request) as uow:
        if taken_at > uow.now + SKEW:
            raise Invalid(
                "It was taken in the future.", field="taken_at", way_out="Have the clock put right where it was taken."
            )
        before = uow.sweeps.newest_of(kind, source.strip())
        if before is not None and not confirmed and len(found) * 100 < before.count * FEWEST_PERCENT:
            raise Conflict(
                "It has {count} entries, and the one before had {before}: it may have broken off.",
                field="entries",
                way_out="Take it again; if so many have really gone, confirm it: --confirmed.",
                count=len(found),
                before=before.count,
            )
        sweep = Sweep(
            kind=kind,
            source=source.strip(),
            taken_at=taken_at,
            entries=kept,
            count=len(found),
            digest=sha256(msgspec.json.encode(kept, order="deterministic")).hexdigest(),
            imported_by=request.actor.account_id,
            created_at=uow.now,
        )
        uow.sweeps.add(sweep)
        after: dict[str, object] = {"kind": kind.value, "source": sweep.source, "count": sweep.count}
        uow.audit("create/sweep", "sweep", sweep.id, after=after | {"digest": sweep.digest, "taken_at": taken_at})
        return uow.answer(sweep)


def _written(
    kind: SweepKind, source: str, entries: Sequence[dict[str, Any]] | None, zone_file: str | None
) -> list[dict[str, Any]]:
    if (entries is None) == (zone_file is None):
        raise Invalid(
            "A sweep is handed in as entries, or as a zone file.", field="entries", way_out="Give one of the two."
        )
    if zone_file is None:
        return list(entries or ())
    if kind is not SweepKind.DNS:
        raise Invalid("A zone file has names alone.", field="zone_file", way_out="Hand it in as a sweep of dns.")
    records: list[dict[str, Any]] = msgspec.to_builtins(zone_records(zone_file, source.strip()))
    return records
