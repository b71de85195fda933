"""The day's figures of capacity, put on record by a regular job."""

from __future__ import annotations

from cloudctl.domain.quotas import Dimension
from cloudctl.ports.context import platform
from cloudctl.ports.queries.capacities import Capacity
from cloudctl.services import capacity
from tests.factories import Installed
from tests.seeds import CLOUD, ZONE


def vcpu(city: Installed) -> Capacity:
    return next(row for row in city.ctx.queries.capacity(CLOUD, ZONE) if row.dimension is Dimension.VCPU)


def test_what_orders_hold_from_day_to_day_becomes_a_trend(city: Installed) -> None:
    assert capacity.sample(city.ctx, platform("job")) == len(Dimension) * sum(
        len(cloud.zones) for cloud in city.read(lambda uow: uow.clouds.all())
    )
    assert vcpu(city).per_day is None
    for _ in range(3):
        city.clock.move(days=1)
        city.submitted(city.build_items(count=2))
        capacity.sample(city.ctx, platform("job"))
        capacity.sample(city.ctx, platform("job"))
    row = vcpu(city)
    assert row.per_day == 4.0
    assert row.free is not None
    assert row.lasts_days == row.free // 4


def test_the_job_is_among_the_regular_ones(city: Installed) -> None:
    assert "capacity" in city.app.ticker._threads
