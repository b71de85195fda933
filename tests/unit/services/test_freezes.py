"""Freeze windows: what they refuse, what goes on, and what is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from cloudctl.domain.calendars import PEOPLE_ZONE
from cloudctl.domain.errors import Conflict, Forbidden, Frozen, Invalid, NotFound
from cloudctl.domain.freezes import Bound, Freeze
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.items import ReleaseItem, VolumeItem
from cloudctl.domain.servers import Server
from cloudctl.ports.context import platform
from cloudctl.ports.queries import PageAsk
from cloudctl.services import decisions, freezes, resources, workflows
from tests.factories import Installed
from tests.seeds import ZONE
from tests.unit.services.stages import INTO


def made(city: Installed, **changes: Any) -> Freeze:
    now = city.clock.now()
    values: dict[str, Any] = {
        "name": "两会",
        "starts_at": now - timedelta(hours=1),
        "ends_at": now + timedelta(days=3),
        "binds": [Bound.ORDERS],
        "zones": [],
        "reason": "重要活动保障",
    }
    return freezes.create(city.ctx, city.people["office-admin"], **(values | changes))


@contextmanager
def frozen(city: Installed, **changes: Any) -> Iterator[Freeze]:
    """A window for the block: the installation is everybody's in this module."""
    window = made(city, **changes)
    try:
        yield window
    finally:
        freezes.cancel(city.ctx, city.people["office-admin"], window.id)


def test_it_is_on_record_and_listed(city: Installed) -> None:
    with frozen(city, binds=[Bound.RESIZES, Bound.ORDERS, Bound.ORDERS], zones=[ZONE]) as window:
        assert (window.binds, window.zones) == ([Bound.ORDERS, Bound.RESIZES], [ZONE])
        told = city.audited(action="create/freeze")[-1]
        assert (told["reason"], told["after"]["name"]) == ("重要活动保障", "两会")
    assert city.audited(action="update/freeze-cancel")[-1]["target"]["id"] == str(window.id)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "reason"),
        ({"reason": ""}, "reason"),
        ({"binds": []}, "binds"),
        ({"ends_at": datetime(2020, 1, 2, tzinfo=PEOPLE_ZONE), "starts_at": datetime(2020, 1, 1, tzinfo=PEOPLE_ZONE)},
         "ends_at"),
        ({"ends_at": datetime(2020, 1, 1, tzinfo=PEOPLE_ZONE)}, "ends_at"),
        ({"ends_at": datetime(2099, 1, 1, tzinfo=PEOPLE_ZONE)}, "ends_at"),
        ({"starts_at": datetime(2026, 1, 1)}, "starts_at"),  # noqa: DTZ001 - what is refused
        ({"zones": ["nowhere"]}, "zones"),
    ],
)  # fmt: skip
def test_what_is_refused(city: Installed, changes: dict[str, Any], field: str) -> None:
    before = city.rows()
    with pytest.raises((Invalid, NotFound)) as caught:
        made(city, **changes)
    assert (caught.value.field, city.rows()) == (field, before)


def test_the_office_sets_and_cancels_it(city: Installed) -> None:
    for who in ("officer", "head", "reviewer", "operator", "auditor"):
        with pytest.raises(Forbidden):
            freezes.cancel(city.ctx, city.people[who], new_id())
    with pytest.raises(NotFound):
        freezes.cancel(city.ctx, city.people["office-admin"], new_id())
    with pytest.raises(Invalid):
        freezes.create(
            city.ctx, platform("t"), name="x", starts_at=city.clock.now(), reason="x", binds=[Bound.ORDERS], zones=[],
            ends_at=city.clock.now() + timedelta(days=1),
        )  # fmt: skip


def test_cancelling_twice_is_cancelling_once_and_what_is_over_stays(city: Installed) -> None:
    admin = city.people["office-admin"]
    window = made(city, ends_at=city.clock.now() + timedelta(hours=1))
    first = freezes.cancel(city.ctx, admin, window.id).cancelled_at
    city.clock.move(minutes=1)
    assert freezes.cancel(city.ctx, admin, window.id).cancelled_at == first
    over = made(city, ends_at=city.clock.now() + timedelta(hours=1), binds=[Bound.PATCHES])
    city.clock.move(hours=2)
    with pytest.raises(Conflict):
        freezes.cancel(city.ctx, admin, over.id)


def test_approval_waits_and_is_told_the_next_open_window(city: Installed) -> None:
    order = INTO["in_review"](city)
    begin = city.clock.now()
    made(city)
    made(city, name="重保", starts_at=begin + timedelta(days=2), ends_at=begin + timedelta(days=5))
    before = city.rows()
    with pytest.raises(Frozen) as caught:
        decisions.approve(city.ctx, city.people["office-admin"], order.id)
    assert caught.value.code == "frozen"
    assert caught.value.params["name"] == "两会"
    assert caught.value.params["opens_at"] == (begin + timedelta(days=5)).isoformat()
    local = (begin + timedelta(days=5)).astimezone(PEOPLE_ZONE)
    assert caught.value.params["opens"] == local.strftime("%Y-%m-%d %H:%M")
    assert (city.order(order.id).state, city.rows()) == ("in_review", before)
    city.clock.move(days=5)
    assert decisions.approve(city.ctx, city.people["office-admin"], order.id).state == "approved"


def test_another_zone_or_another_kind_of_act_is_not_bound(city: Installed) -> None:
    with frozen(city, binds=[Bound.RELEASES, Bound.PATCHES, Bound.CAMPAIGNS]):
        assert INTO["approved"](city).state == "approved"


def test_a_return_or_a_refusal_goes_on(city: Installed) -> None:
    first, second = INTO["in_review"](city), INTO["in_review"](city)
    with frozen(city):
        reviewer = city.people["reviewer"]
        assert decisions.send_back(city.ctx, reviewer, first.id, missing=["x"]).state == "returned"
        assert decisions.reject(city.ctx, reviewer, second.id, reason="x").state == "rejected"


def test_an_emergency_goes_on_and_the_exception_is_on_record(city: Installed) -> None:
    order = INTO["in_review"](city)
    with city.ctx.unit_of_work(platform("t")) as uow:
        uow.orders.lock(order.id).emergency = True
    with frozen(city):
        assert decisions.approve(city.ctx, city.people["office-admin"], order.id).state == "approved"
    (told,) = [
        event for event in city.audited(action="allow/freeze-exception") if event["target"]["id"] == str(order.id)
    ]
    assert (told["after"]["freeze"], told["after"]["number"]) == ("两会", order.number)


def test_a_release_is_bound_and_restoring_and_power_are_not(city: Installed) -> None:
    order = city.delivered(city.build_items(count=1))
    server = next(entry for entry in city.resources(order).values() if isinstance(entry, Server))
    officer = city.people["officer"]
    release = city.signed([ReleaseItem(resource=server.id)])
    with frozen(city, binds=[Bound.RELEASES]):
        if release.state == "signed_off":
            with pytest.raises(Frozen):
                decisions.approve(city.ctx, city.people["office-admin"], release.id)
        assert resources.stop(city.ctx, officer, server.id).power == "off"
        assert resources.start(city.ctx, officer, server.id).power == "on"


def test_a_small_request_is_signed_in_a_window_and_waits_for_the_office(city: Installed) -> None:
    small = city.submitted([VolumeItem(name="scratch", size_gib=10, term_months=6)])
    assert small.ruling.auto_approved
    with frozen(city):
        assert decisions.sign_off(city.ctx, city.people["head"], small.id).state == "signed_off"
    assert not [workflow for workflow in city.queued() if workflow.id.startswith(str(small.id))]


def test_what_retention_has_ended_is_purged_after_the_window(city: Installed) -> None:
    order = city.delivered([VolumeItem(name="scratch", size_gib=10, term_months=6)])
    volume = city.resources(order)["scratch"]
    with city.ctx.unit_of_work(platform("t")) as uow:
        kept = uow.resources.lock(volume.id)
        kept.state, kept.purge_after = "retained", uow.now - timedelta(days=1)
    with frozen(city, binds=[Bound.RELEASES]):
        resources.purge_due(city.ctx, platform("job:purges"))
        assert city.resource(volume.id).state == "retained"
    resources.purge_due(city.ctx, platform("job:purges"))
    assert city.resource(volume.id).state == "purging"


def test_a_retry_waits_and_undoing_does_not(city: Installed) -> None:
    order = INTO["approved"](city)
    with city.ctx.unit_of_work(platform("t")) as uow:
        uow.orders.lock(order.id).state = "attention"
    with frozen(city):
        operator = city.people["operator"]
        with pytest.raises(Frozen):
            workflows.retry(city.ctx, operator, order.id)
        assert workflows.roll_back(city.ctx, operator, order.id).state == "provisioning"


PATCHES: dict[str, Any] = {"binds": [Bound.PATCHES], "zones": [ZONE]}


def test_what_is_begun_by_hand_asks_first_and_is_told_when_the_next_window_begins(city: Installed) -> None:
    operator, begins = city.people["operator"], city.clock.now() + timedelta(hours=1)
    made(city, starts_at=begins, ends_at=begins + timedelta(days=1), name="高考", **PATCHES)
    before = city.rows()
    clearance = freezes.check(city.ctx, operator, act=Bound.PATCHES, zones=[ZONE])
    assert (clearance.open_until, clearance.next_freeze, clearance.passed) == (begins, "高考", [])
    assert freezes.check(city.ctx, operator, act=Bound.CAMPAIGNS, zones=[ZONE]).open_until is None
    assert city.rows() == before
    city.clock.move(hours=1)
    for zones in ([ZONE], []):
        with pytest.raises(Frozen) as caught:
            freezes.check(city.ctx, operator, act=Bound.PATCHES, zones=zones)
        assert caught.value.params["name"] == "高考"
        assert caught.value.params["opens_at"] == (begins + timedelta(days=1)).isoformat()
    city.clock.move(days=1)  # the first moment after it
    assert freezes.check(city.ctx, operator, act=Bound.PATCHES, zones=[ZONE]).at == begins + timedelta(days=1)


def test_an_emergency_by_hand_passes_and_each_window_it_passes_is_on_record(city: Installed) -> None:
    operator = city.people["operator"]
    with frozen(city, **PATCHES) as window, frozen(city, name="重保", **PATCHES) as other:
        for reason in ("", "  "):
            with pytest.raises(Invalid) as refused:
                freezes.except_emergency(city.ctx, operator, act=Bound.PATCHES, zones=[ZONE], reason=reason)
            assert refused.value.field == "reason"
        clearance = freezes.except_emergency(city.ctx, operator, act=Bound.PATCHES, zones=[ZONE], reason="高危漏洞")
        assert sorted(clearance.passed) == sorted(["两会", "重保"])
        told = {entry["target"]["id"]: entry for entry in city.audited(action="allow/freeze-exception")}
        for passed in (window, other):
            entry = told[str(passed.id)]
            assert (entry["reason"], entry["after"]["act"], entry["after"]["zones"]) == ("高危漏洞", "patches", [ZONE])
    before = city.rows()
    assert freezes.except_emergency(city.ctx, operator, act=Bound.PATCHES, zones=[ZONE], reason="x").passed == []
    assert city.rows() == before


def test_an_order_is_excepted_only_as_an_order_and_a_zone_has_to_be_one(city: Installed) -> None:
    operator = city.people["operator"]
    for act in (Bound.ORDERS, Bound.RESIZES, Bound.RELEASES):
        with pytest.raises(Invalid) as refused:
            freezes.except_emergency(city.ctx, operator, act=act, zones=[ZONE], reason="x")
        assert refused.value.field == "act"
    with pytest.raises(NotFound) as asked:
        freezes.check(city.ctx, operator, act=Bound.PATCHES, zones=[ZONE, "nowhere"])
    with pytest.raises(NotFound) as excepted:
        freezes.except_emergency(city.ctx, operator, act=Bound.PATCHES, zones=["nowhere"], reason="x")
    assert (asked.value.field, excepted.value.field) == ("zone", "zones")


def test_a_limit_that_ends_in_the_window_keeps_its_day_and_the_check_says_when_it_goes_on(city: Installed) -> None:
    order = INTO["in_review"](city)
    (clock,) = city.ctx.queries.due.page(None, {"order_id": order.id}, PageAsk()).items
    due = datetime.combine(clock.due_on, datetime.min.time(), PEOPLE_ZONE)
    with frozen(city, ends_at=due + timedelta(days=1), binds=[Bound.ORDERS, Bound.PATCHES]) as window:
        with pytest.raises(Frozen) as by_hand:
            freezes.check(city.ctx, city.people["operator"], act=Bound.PATCHES, zones=[ZONE])
        with pytest.raises(Frozen) as decided:
            decisions.approve(city.ctx, city.people["office-admin"], order.id)
        assert by_hand.value.params["opens_at"] == decided.value.params["opens_at"]
        assert datetime.fromisoformat(str(by_hand.value.params["opens_at"])) == window.ends_at
