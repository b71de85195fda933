"""Systems as judges of zombies see them, said in a line: what a server did, day by day, and what the register says.

facts = candidate([server(days=idle(90))], contract_ends_on=TODAY - timedelta(days=400))
judge(facts, POLICY, TODAY).state
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from cloudctl.domain.purposes import Purpose
from cloudctl.governance.zombies.candidates import Candidate, Declaration, ServerFacts, Twin
from cloudctl.governance.zombies.days import DayUse
from cloudctl.policy.zombies import load

POLICY = load(Path("policies"))["default"]
TODAY = date(2026, 11, 21)
LAST = TODAY - timedelta(days=1)
SAMPLES = 288
NAMES = UUID("6b0f8a4e-6a53-5d0c-9a5e-2f1c7f5f7b1e")


def day(back: int = 0, *, cpu: float = 0.5, network: float | None = 2.0, **more: Any) -> DayUse:
    """The day so many days before the last one."""
    shown = {"samples": SAMPLES, "cpu_percent": cpu, "cpu_p95": cpu, "cpu_max": cpu, "network_mib": network} | more
    return DayUse(day=LAST - timedelta(days=back), **shown)


def idle(days: int, **more: Any) -> list[DayUse]:
    """So many idle days up to the last one, oldest first."""
    return [day(back, **more) for back in reversed(range(days))]


def nobody(days: int) -> list[DayUse]:
    """The same, with all that people would do measured, and none of it done."""
    return idle(days, logins=0, http_requests=0, writes_by_people=0, connections=0, dns_queries=0)


def with_use(days: Sequence[DayUse], *backs: int, **use: Any) -> list[DayUse]:
    """The days, and on some of them use."""
    busy = {LAST - timedelta(days=back) for back in backs}
    shown = use or {"cpu": 40.0, "network": 900.0}
    return [day((LAST - one.day).days, **shown) if one.day in busy else one for one in days]


def server(name: str = "app-1", *, days: Sequence[DayUse] = (), **more: Any) -> ServerFacts:
    """A server that has stood for two years."""
    key = uuid5(NAMES, name)
    told = {"subject": key, "since": TODAY - timedelta(days=730), "sources": ("prometheus",)} | more
    return ServerFacts(server_id=key, name=name, cloud="city-a", days=days, **told)


def declared(purpose: Purpose, *, suspected: bool = False) -> Declaration:
    """What a department says."""
    at = datetime(2026, 6, 1, tzinfo=UTC)
    return Declaration(purpose=purpose, reason="每月25日结算", suspected=suspected, declared_at=at)


def candidate(servers: Sequence[ServerFacts], *, twins: Sequence[Twin] = (), **register: Any) -> Candidate:
    """A system with these servers; `register` are its fields there, but for the facts that are no fields."""
    facts = {name: register.pop(name) for name in ("needed_by", "declared", "exempt_until") if name in register}
    fields = {"status": "on_platform", "declared_zombie": None, "use_frequency": None, "user_count": None} | register
    return Candidate(
        id=uuid5(NAMES, "system"), code="oa", name="协同办公系统", register=fields, servers=servers, last=LAST,
        twins=twins, **facts,
    )  # fmt: skip
