"""The bands of utilisation of all servers at a moment, by what was known then."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from cloudctl.domain.bands import DAYS, FIELDS, Band, band_of
from cloudctl.domain.indicators import Counted
from cloudctl.domain.metrics import Metric, utc_day
from cloudctl.governance.consolidation.indicators import Asked, Group
from cloudctl.ports.context import Context
from cloudctl.ports.queries.standings import ServerAt
from cloudctl.services import telemetry

Bands = Mapping[UUID, Mapping[Metric, Band]]


def bands(ctx: Context, at: datetime, metrics: Collection[Metric]) -> Bands:
    """By subject, the band of its mean over the 30 days before; who is not among them has none that is known."""
    last = utc_day(at) - timedelta(days=1)
    first = last - timedelta(days=DAYS - 1)
    return {
        subject: {metric: band_of(metric, mean, share) for metric, (mean, share) in means.items()}
        for subject, means in telemetry.means(ctx, first, last, metrics, known_at=at).items()
    }


def groups(ctx: Context, at: datetime, wanted: Asked) -> Iterator[Group] | None:
    """The servers of a moment, grouped as is asked for; None where no band is known of anybody."""
    fields = {name: FIELDS[name] for name in sorted(wanted.fields & FIELDS.keys())}
    known = bands(ctx, at, fields.values()) if fields else {}
    return _grouped(ctx.queries.standings.servers(at), known, wanted, fields) if known else None


def _grouped(
    servers: Collection[ServerAt], known: Bands, wanted: Asked, fields: Mapping[str, Metric]
) -> Iterator[Group]:
    counts: Counter[tuple[UUID, tuple[tuple[str, str], ...]]] = Counter()
    sums: dict[tuple[UUID, tuple[tuple[str, str], ...]], Counter[str]] = defaultdict(Counter)
    for server in servers:
        of = known.get(server.subject_id, {})
        values = {name: getattr(server, name) for name in wanted.fields - fields.keys()}
        values |= {name: of.get(metric, Band.UNKNOWN).value for name, metric in fields.items()}
        key = (server.department_id, tuple(sorted(values.items())))
        counts[key] += 1
        for name in wanted.sums:
            sums[key][name] += getattr(server, name)
    for key, count in counts.items():
        department_id, told = key
        total = {name: float(value) for name, value in sums[key].items()}
        yield Group(Counted.SERVERS, department_id, dict(told), count, total)
