"""What probes are told."""

from __future__ import annotations

import msgspec


class HealthOut(msgspec.Struct, frozen=True, kw_only=True):
    """`status` is ok or failed; `checks` says so of each part that was asked."""

    status: str
    checks: dict[str, str]
