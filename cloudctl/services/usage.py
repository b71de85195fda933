"""Usage: the counters of clouds that keep no history, looked at again and again.

    look(ctx, platform("job:usage-city-a"), "city-a")        # -> UsageSample, or None where it is not due

A look is kept as it is; what was used between two of them is worked out when the day is read (telemetry/diagnostics).
The cloud is asked outside of any transaction. A look that fails is kept too, so that it is known why a day has holes.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from cloudctl.domain.clouds import DECLARED, Capability
from cloudctl.domain.errors import BackendError, ConfigurationError
from cloudctl.domain.usage import Counters, UsageSample, packed
from cloudctl.ports.context import Context, Request


def look(ctx: Context, request: Request, code: str) -> UsageSample | None:
    """Reads a cloud's counters where that is due: once in each interval, counted from midnight."""
    every = timedelta(seconds=ctx.limits.usage_every_s)
    with ctx.unit_of_work(request) as uow:
        cloud, latest, now = uow.clouds.by_code(code), uow.usage.latest(code), uow.now
    if cloud.retired or Capability.DIAGNOSTICS not in DECLARED[cloud.kind]:
        return None
    if latest is not None and latest <= now and _slot(latest, every) == _slot(now, every):
        return None
    servers = [target.native_id for target in ctx.queries.telemetry.targets([code])]
    counted: list[Counters] = []
    error = None
    try:
        for page in ctx.clouds.provider(cloud).usage.counters(servers):
            counted += page
    except (BackendError, ConfigurationError) as failed:
        error = str(failed)
    sample = UsageSample(cloud=code, at=now, servers=len(counted), packed=packed(counted), error=error)
    with ctx.unit_of_work(request) as uow:
        uow.usage.add(sample)
        uow.usage.forget_before(code, now - timedelta(days=ctx.limits.usage_days))
    return sample


def _slot(moment: datetime, every: timedelta) -> int:
    return int(moment.timestamp() // every.total_seconds())
