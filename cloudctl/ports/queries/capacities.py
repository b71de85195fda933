"""What clouds have left, and what quotas come to."""

from __future__ import annotations

from datetime import datetime

import msgspec

from cloudctl.domain.quotas import Dimension


class Capacity(msgspec.Struct, frozen=True, kw_only=True):
    """What a cloud has of one dimension, and what orders of one of its zones may still get.

    `total` is with over-commit (None: unbounded) and shared by its zones. `kept` is what orders of this zone have to
    leave free, `held` and `committed` what they have, `elsewhere` what the other zones have; `free` is the rest. `used`
    is what the inventory saw in the whole cloud `as_of` that time, whoever uses it. `per_day` is by how much held and
    committed grew a day lately, `lasts_days` how long `free` lasts if the whole cloud goes on like that.
    """

    cloud: str
    zone: str
    dimension: Dimension
    total: int | None
    kept: int | None
    held: int
    committed: int
    elsewhere: int
    free: int | None
    used: int | None
    as_of: datetime | None
    per_day: float | None
    lasts_days: int | None


class QuotaSum(msgspec.Struct, frozen=True, kw_only=True):
    """What a part of the tree may use, holds and uses of one dimension, over its `departments` that have an account.

    What was allotted from above and again to below counts once.
    """

    cloud: str
    zone: str
    dimension: Dimension
    departments: int
    limit: int
    held: int
    committed: int
    left: int
