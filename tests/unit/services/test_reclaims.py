"""What a cleared zombie system gives back, and what a campaign means to waste and to pairs of systems."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cloudctl.domain.errors import Conflict
from cloudctl.domain.reclaims import ReclaimSource
from cloudctl.ports.context import platform
from cloudctl.services import reclaims, shadow_looks, shadows, systems, waste
from tests.unit.services.clearing_city import Town, cleared


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    with cleared(tmp_path, monkeypatch) as made:
        yield made


def ledger(town: Town, **more: Any) -> Any:
    return reclaims.reclaimed(town.city.ctx, town.city.people["auditor"], **more)


def test_what_a_clearing_gave_back_names_its_case_and_serves_the_next_order(town: Town) -> None:
    assert ledger(town).lines == ()
    case = town.case(town.deleted())
    told = ledger(town)
    servers = [line for line in told.lines if line.kind == "server"]
    assert {(line.source, line.number) for line in told.lines} == {(ReclaimSource.CLEARING, case.number)}
    assert case.returned is not None
    assert len(servers) == case.returned.servers
    assert sum(line.returned.vcpu for line in told.lines) == case.returned.vcpu
    assert sum(line.returned.disk_gib for line in told.lines) == case.returned.disk_gib
    (of_clearings,) = [one for one in told.sums if one.pieces]
    assert (of_clearings.source, of_clearings.unpriced) == (ReclaimSource.CLEARING, 0)
    assert of_clearings.fen == sum(line.fen for line in told.lines) > 0
    town.city.clock.move(days=1)
    order = town.city.delivered(town.city.build_items("next", count=1))
    assert [one.number for one in ledger(town).orders] == [order.number]


def test_what_a_case_has_switched_off_is_not_proposed_as_waste(town: Town) -> None:
    town.off()
    town.city.clock.move(days=40)
    town.sync()
    assert waste.scan(town.city.ctx, platform("test")) == waste.Looked()


def test_one_of_a_pair_is_cleared_by_its_campaign_and_by_nothing_else(town: Town) -> None:
    city = town.city
    office = city.people["office-admin"]
    for code in ("oa", "oa-twin"):
        fields = {"name": "协同办公系统", "check_url": "https://oa.fgw.gov.cn"}
        if code == "oa":
            systems.update(city.ctx, city.people["officer"], city.ids["oa"], fields)
        else:
            systems.create(city.ctx, city.people["officer"], code=code, mlps_level=2, no_state_secrets=True, **fields)
    shadow_looks.scan(city.ctx, platform("test"))
    (pair,) = city.read(lambda uow: uow.shadows.known()).values()
    with pytest.raises(Conflict, match="campaign"):
        shadows.clear(city.ctx, office, pair.id, reason="清理")
    case = town.started()
    done = shadows.clear(city.ctx, office, pair.id, reason="清理")
    assert (done.state, done.target_id) == ("clearing", case.id)
    shadow_looks.scan(city.ctx, platform("test"))
    assert city.read(lambda uow: uow.shadows.get(pair.id)).state == "clearing"
