from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cloudctl.ports.context import platform
from cloudctl.ports.queries import PageAsk
from cloudctl.services import terms
from tests.factories import Installed


def told(city: Installed) -> list[Any]:
    officer = f"{city.people['officer'].actor.name}@example.gov.cn"
    page = city.ctx.queries.notices.page(None, {"recipient": officer}, PageAsk(limit=100))
    return [notice for notice in page.items if notice.template == "term_ending"]


@pytest.mark.parametrize("days", [30, 7])
def test_a_department_is_told_once_of_all_that_ends_on_a_day(city: Installed, days: int) -> None:
    made = city.resources(city.delivered(city.build_items(count=1)))
    end = datetime.combine(made["oa-1"].expires_on, datetime.min.time(), tzinfo=ZoneInfo("Asia/Shanghai"))
    moment = end - timedelta(days=days)
    city.clock.sleep((moment - city.clock.now()).total_seconds() - 1)
    terms.remind(city.ctx, platform("job"))
    assert told(city) == []
    city.clock.sleep(1)
    assert terms.remind(city.ctx, platform("job")) >= 1
    assert len(told(city)) == 1
    assert terms.remind(city.ctx, platform("job")) == 0
    city.clock.move(days=1)
    terms.remind(city.ctx, platform("job"))
    assert len(told(city)) == 1
