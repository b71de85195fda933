from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from cloudctl.domain.capacity import in_use, lasts_days, trend
from cloudctl.domain.inventory import CloudObject, ObjectKind
from cloudctl.domain.quotas import Dimension

DAY = date(2026, 3, 2)


def line(*taken: int) -> list[tuple[date, int]]:
    return [(DAY + timedelta(days=number), amount) for number, amount in enumerate(taken)]


def test_a_straight_line_is_its_own_trend() -> None:
    assert trend(line(5, 8, 11, 14)) == pytest.approx(3)
    assert trend(line(9, 7, 5)) == pytest.approx(-2)
    assert trend(line(4, 4)) == 0


def test_days_without_a_sample_count_as_time() -> None:
    assert trend([(DAY, 0), (DAY + timedelta(days=10), 20)]) == pytest.approx(2)


def test_one_day_tells_no_trend() -> None:
    assert trend([]) is None
    assert trend(line(5)) is None
    assert trend([(DAY, 5), (DAY, 9)]) is None


def test_noise_around_a_line_is_smoothed() -> None:
    dice = random.Random(7)
    assert trend(line(*(100 + 6 * n + dice.randint(-9, 9) for n in range(30)))) == pytest.approx(6, abs=0.5)


@pytest.mark.parametrize(
    ("free", "per_day", "left"),
    [(10, 3.0, 3), (10, 10.0, 1), (0, 1.0, 0), (-5, 1.0, 0), (10, 0.0, None), (10, -1.0, None), (10, None, None)],
)
def test_how_long_the_rest_lasts(free: int, per_day: float | None, left: int | None) -> None:
    assert lasts_days(free, per_day) == left


def test_without_a_bound_it_lasts_for_ever() -> None:
    assert lasts_days(None, 4.0) is None


def test_what_objects_take() -> None:
    def thing(kind: ObjectKind, number: int, **sizes: int) -> CloudObject:
        return CloudObject(kind=kind, native_id=str(number), name="x", **sizes)

    used = in_use(
        [
            thing(ObjectKind.SERVER, 1, vcpu=4, memory_mib=8192, disk_gib=40),
            thing(ObjectKind.SERVER, 2),
            thing(ObjectKind.VOLUME, 3, disk_gib=100),
            thing(ObjectKind.NETWORK, 4),
            thing(ObjectKind.ADDRESS, 5),
            thing(ObjectKind.IMAGE, 6, disk_gib=900),
            thing(ObjectKind.SNAPSHOT, 7, disk_gib=900),
        ]
    )
    assert dict(used) == {
        Dimension.SERVERS: 2,
        Dimension.VCPU: 4,
        Dimension.MEMORY_MIB: 8192,
        Dimension.VOLUME_GIB: 140,
        Dimension.SEGMENTS: 1,
        Dimension.ADDRESSES: 1,
    }
