from __future__ import annotations

import pytest

from cloudctl.domain.errors import NotFound
from cloudctl.services import orders, policies, systems
from tests.factories import Installed


def test_an_order_is_judged_as_things_stand_now(city: Installed) -> None:
    order = city.submitted(city.build_items())
    systems.update(city.ctx, city.people["office-admin"], city.ids["oa"], {"mlps_level": 3})
    before = city.rows()
    orders.get(city.ctx, city.people["reviewer"], order.id)
    now = policies.explain(city.ctx, city.people["reviewer"], order.id)
    assert now.demand[order.cloud]["vcpu"] == 4
    assert [at.cloud for at in now.placements] == order.clouds
    assert (city.rows(), city.order(order.id).version) == (before, order.version)


def test_an_own_hold_does_not_count_against_it(city: Installed) -> None:
    order = city.submitted(city.build_items(count=32, disks=0))
    found = policies.explain(city.ctx, city.people["reviewer"], order.id)
    assert "quota-exceeded" not in {finding.rule for finding in found.ruling.findings}


def test_a_foreign_order_is_not_there(city: Installed) -> None:
    order = city.submitted(city.build_items())
    with pytest.raises(NotFound):
        policies.explain(city.ctx, city.people["stranger"], order.id)
