"""kill -9 in the middle of an order on a vCenter, whose tasks go on without the worker; the next one goes on."""

from __future__ import annotations

from tests.crash.points import Point
from tests.crash.scenarios.vcenters import DELIVERED, FAILED, staged
from tests.crash.stages import Stages


def test_a_crash_while_an_order_is_built(vcenters: Stages) -> None:
    with staged(vcenters, DELIVERED) as stage:
        assert stage.work(Point("build_servers", "inside", 3)), "the worker survived the point"
        stage.recover(DELIVERED)


def test_a_crash_while_an_order_is_undone(vcenters: Stages) -> None:
    with staged(vcenters, FAILED) as stage:
        assert stage.work(Point("undo_servers", "inside", 1)), "the worker survived the point"
        stage.recover(FAILED)
