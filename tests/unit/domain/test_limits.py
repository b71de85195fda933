from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from cloudctl.domain.items import ExtendItem, Item, ReleaseItem, RenewItem, VolumeItem
from cloudctl.domain.lifecycle import ORDERS
from cloudctl.domain.limits import FREEZABLE, NO_LIMITS, STEP_OF, OrderKind, Step, kind_of

NEW = VolumeItem(name="v", size_gib=1, term_months=1)
MORE = ExtendItem(volume=uuid4(), size_gib=9)
BACK = ReleaseItem(resource=uuid4())
LONGER = RenewItem(resource=uuid4(), expires_on=date(2027, 1, 1))


@pytest.mark.parametrize(
    ("items", "kind"),
    [
        ([NEW], OrderKind.NEW),
        ([BACK, MORE, NEW], OrderKind.NEW),
        ([MORE], OrderKind.CHANGE),
        ([LONGER], OrderKind.CHANGE),
        ([BACK, MORE], OrderKind.CHANGE),
        ([BACK, BACK], OrderKind.RELEASE),
    ],
)
def test_what_an_order_is(items: list[Item], kind: OrderKind) -> None:
    assert kind_of(items) is kind
    assert kind_of(items, emergency=True) is OrderKind.EMERGENCY


def test_every_state_in_which_somebody_is_waited_for_has_its_step() -> None:
    assert set(STEP_OF) == set(ORDERS.states) - ORDERS.final - {"draft", "delivered", "failed"}
    assert set(STEP_OF.values()) >= FREEZABLE


def test_without_limits_there_is_none() -> None:
    assert NO_LIMITS.of(OrderKind.NEW, Step.DECISION) is None
