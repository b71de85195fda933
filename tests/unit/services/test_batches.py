"""Many orders at once: a result a row, nothing half done for a row, and no row touches another."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from cloudctl.domain.errors import Conflict, Forbidden, Invalid, NotFound, PolicyDenied, PoolExhausted, Stale
from cloudctl.domain.items import NetworkItem, VolumeItem
from cloudctl.domain.orders import Order
from cloudctl.domain.quotas import Dimension
from cloudctl.domain.resources import Resource
from cloudctl.domain.returns import FoundDefect, Ground
from cloudctl.ports.context import Idempotency, Replayed, Request
from cloudctl.services import acceptances, batches, decisions
from cloudctl.services.batches import Report, Row
from tests.factories import CLOUD, Installed


@pytest.fixture
def four(city: Installed) -> list[Order]:
    return [city.signed(city.build_items(f"b{number}", count=1)) for number in range(4)]


def decide(city: Installed, verb: str, rows: list[Row], who: str = "reviewer", **options: Any) -> Report:
    return batches.decide(city.ctx, city.people[who], verb, rows, **options)


def states(city: Installed, made: list[Order]) -> list[str]:
    return [city.order(order.id).state for order in made]


def test_every_row_is_decided_by_id_or_number_in_the_order_of_the_rows(city: Installed, four: list[Order]) -> None:
    rows = [Row(order=str(order.id) if place % 2 else order.number) for place, order in enumerate(reversed(four))]
    report = decide(city, "approve", rows)
    assert [(outcome.number, outcome.state, outcome.error) for outcome in report.outcomes] == [
        (order.number, "approved", None) for order in reversed(four)
    ]
    assert states(city, four) == ["approved"] * 4
    assert {flow.input[0] for flow in city.queued()} == {str(order.id) for order in four}
    assert {order.approved_by for order in map(city.order, (order.id for order in four))} == {city.ids["reviewer"]}
    city.run()
    assert states(city, four) == ["delivered"] * 4


@pytest.mark.parametrize("verb", ["return", "reject"])
def test_rows_have_words_of_their_own(city: Installed, four: list[Order], verb: str) -> None:
    rows = [Row(order=order.number, reason=f"理由{place}", missing=[f"缺{place}"]) for place, order in enumerate(four)]
    report = decide(city, verb, rows)
    assert [outcome.error for outcome in report.outcomes] == [None] * 4
    assert states(city, four) == ["returned" if verb == "return" else "rejected"] * 4
    last = [city.ctx.queries.progress_of(order.id)[-1].reason or "" for order in four]
    assert all(f"理由{place}" in words for place, words in enumerate(last))
    assert city.ledger()["servers"] == ((4, 0) if verb == "return" else (0, 0))


def test_rows_name_defects_as_a_single_return_does(city: Installed, four: list[Order]) -> None:
    wrong = FoundDefect(words="请核减台数", ground=Ground.FIELD_WRONG, field="items[1].count")
    unknown = FoundDefect(words="x", field="no_such_field")
    rows = [
        Row(order=four[0].number, defects=[wrong], missing=["批复"]),
        Row(order=four[1].number, defects=[unknown]),
        Row(order=four[2].number),
    ]
    first, second, third = decide(city, "return", rows).outcomes
    assert first.state == "returned"
    (made,) = acceptances.returns(city.ctx, city.people["reviewer"], four[0].id)
    assert [(defect.ground, defect.field, defect.words) for defect in made.defects] == [
        (Ground.MATERIAL_MISSING, None, "批复"),
        (Ground.FIELD_WRONG, "items[1].count", "请核减台数"),
    ]
    assert (second.error.field, third.error.field) == ("defects[0].field", "defects")  # type: ignore[union-attr]
    assert states(city, four)[1:3] == ["signed_off"] * 2


def test_a_row_that_is_refused_leaves_nothing_and_touches_no_other(city: Installed, four: list[Order]) -> None:
    """The second breaks in the middle of its own work: taken up, policy asked, then denied."""
    good, bad, worse, last = four
    decisions.reject(city.ctx, city.people["reviewer"], worse.id, reason="x")
    before = city.audited(target={"id": str(bad.id), "typeURI": "data/cloudctl/order"})
    with city.ctx.unit_of_work(city.people["office-admin"]) as uow:
        uow.orders.lock(bad.id).items = [NetworkItem(name="n", prefix_length=28, term_months=480)]
    report = decide(city, "approve", [Row(order=order.number) for order in four])
    first, second, third, fourth = report.outcomes
    assert [first.state, fourth.state] == ["approved", "approved"]
    assert isinstance(second.error, PolicyDenied)
    assert isinstance(third.error, Conflict)
    assert (second.state, third.state) == ("signed_off", "rejected")
    assert states(city, four) == ["approved", "signed_off", "rejected", "approved"]
    after = city.audited(target={"id": str(bad.id), "typeURI": "data/cloudctl/order"})
    assert after == before
    assert city.progress(bad)[-1] == "Signed off by the department head."
    assert str(bad.id) not in {flow.input[0] for flow in city.queued()}
    assert (good.id, last.id) == (first.id, fourth.id)
    city.run()


def test_the_same_order_twice_is_refused_the_second_time(city: Installed, four: list[Order]) -> None:
    one, other, *_ = four
    rows = [Row(order=one.number, reason="x"), Row(order=str(one.id), reason="y"), Row(order=other.number, reason="x")]
    report = decide(city, "reject", rows)
    assert [outcome.error is None for outcome in report.outcomes] == [True, False, True]
    assert "in this batch already" in str(report.outcomes[1].error)
    assert city.ctx.queries.progress_of(one.id)[-1].reason == "x"


def test_the_same_order_twice_is_found_across_chunks(
    city: Installed, four: list[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "CHUNK", 2)
    one, two, three, _ = (Row(order=order.number, reason="x") for order in four)
    report = decide(city, "reject", [one, two, three, one])
    assert [outcome.error is None for outcome in report.outcomes] == [True, True, True, False]
    assert "in this batch already" in str(report.outcomes[3].error)


def test_absent_foreign_and_overtaken_orders(city: Installed, four: list[Order]) -> None:
    one, two, *_ = four
    rows = [
        Row(order="2026-999999", reason="x"),
        Row(order=str(uuid4()), reason="x"),
        Row(order=one.number, reason="x", version=one.version - 1),
        Row(order=two.number, reason="x", version=two.version),
    ]
    report = decide(city, "reject", rows)
    kinds = [type(outcome.error) for outcome in report.outcomes]
    assert kinds == [NotFound, NotFound, Stale, type(None)]
    narrow = replace(city.people["reviewer"].actor, department_id=city.ids["czj"])
    foreign = batches.decide(
        city.ctx, Request(actor=narrow, request_id="r"), "reject", [Row(order=one.number, reason="x")]
    )
    assert isinstance(foreign.outcomes[0].error, NotFound)
    assert str(foreign.outcomes[0].error) == f"There is no order {one.number}."


def test_a_dry_run_says_the_same_and_keeps_nothing(city: Installed, four: list[Order]) -> None:
    rows = [Row(order=order.number) for order in four] + [Row(order="2026-999999")]
    before = city.rows()
    told = decide(city, "approve", rows, dry_run=True)
    assert [outcome.state for outcome in told.outcomes] == ["approved"] * 4 + [None]
    assert (city.rows(), city.queued()) == (before, [])
    assert states(city, four) == ["signed_off"] * 4


def test_the_same_request_again_is_answered_from_the_record(city: Installed, four: list[Order]) -> None:
    def render(report: Report) -> bytes:
        return ",".join(str(outcome.state) for outcome in report.outcomes).encode()

    asked = Idempotency(account_id=city.ids["reviewer"], key=str(uuid4()), fingerprint=b"f", render=render)
    request = replace(city.people["reviewer"], idempotency=asked)
    rows = [Row(order=order.number, reason="x") for order in four]
    batches.decide(city.ctx, request, "reject", rows)
    before = city.rows()
    with pytest.raises(Replayed) as earlier:
        batches.decide(city.ctx, request, "reject", rows)
    assert (earlier.value.answer, city.rows()) == (b",".join([b"rejected"] * 4), before)


def test_what_concerns_the_batch_as_a_whole_is_refused_as_a_whole(city: Installed) -> None:
    with pytest.raises(Invalid, match="no decision burn"):
        decide(city, "burn", [Row(order="x")])
    for rows in ([], [Row(order="x")] * (batches.MOST_ROWS + 1)):
        with pytest.raises(Invalid, match="1 to 2000 rows"):
            decide(city, "reject", rows)
    for who in ("officer", "auditor", "operator"):
        with pytest.raises(Forbidden):
            decide(city, "reject", [Row(order="x")], who)


def test_a_rejection_without_a_reason_is_refused_row_by_row(city: Installed, four: list[Order]) -> None:
    report = decide(city, "reject", [Row(order=order.number) for order in four])
    assert [type(outcome.error) for outcome in report.outcomes] == [Invalid] * 4
    assert {outcome.error.field for outcome in report.outcomes if outcome.error} == {"reason"}
    assert states(city, four) == ["signed_off"] * 4


def test_orders_of_several_departments_are_decided_together(installed: Installed) -> None:
    cities = [installed.apart() for _ in range(3)]
    made = [city.signed(city.build_items("d", count=1)) for city in cities]
    report = decide(cities[0], "reject", [Row(order=order.number, reason="x") for order in made])
    assert [outcome.number for outcome in report.outcomes] == [order.number for order in made]
    assert all(city.ledger()["servers"] == (0, 0) for city in cities)


def test_a_batch_judges_places_and_registers_as_a_single_approval_would(city: Installed) -> None:
    """Alike and unlike orders mixed: what is shared among the first must not reach the others."""
    wanted = [
        [VolumeItem(name="a", size_gib=90, term_months=30)],
        [VolumeItem(name="b", size_gib=90, term_months=30)],
        city.build_items("c", count=2, address=True),
        [VolumeItem(name="d", size_gib=200, term_months=12)],
        city.build_items("e", count=1, disks=2),
    ]
    made = [city.signed(items, purpose=f"Purpose {number}") for number, items in enumerate(wanted)]
    one_by_one = {}
    for order in made:
        with suppress(_Undone), city.ctx.unit_of_work(city.people["office-admin"]) as uow:
            locked = decisions.approve_one(city.ctx, uow, uow.orders.lock(order.id), None)
            one_by_one[order.id] = locked.ruling, shapes(uow.resources.of_order(order.id))
            raise _Undone
    report = decide(city, "approve", [Row(order=order.number) for order in made], "office-admin")
    assert [outcome.error for outcome in report.outcomes] == [None] * len(made)
    for order in made:
        approved = city.order(order.id)
        assert (approved.ruling, shapes(city.resources(order).values())) == one_by_one[order.id]
    assert len({msgspec.json.encode(ruling) for ruling, _ in one_by_one.values()}) > 2, "they were all alike"
    city.run()
    assert states(city, made) == ["delivered"] * len(made)


class _Undone(Exception):
    pass


def shapes(resources: Iterable[Resource]) -> list[dict[str, Any]]:
    """All that is on record of them."""
    rows = [{name: value for name, value in vars(one).items() if not name.startswith("_")} for one in resources]
    return sorted(({**row, "created_at": None} for row in rows), key=lambda row: str(row["id"]))


def test_a_cloud_that_shrinks_before_the_batch_refuses_what_no_longer_fits(city: Installed) -> None:
    """Both orders hold their room; of what is left for both, both are refused, as they would be one by one."""
    made = [city.signed(city.build_items(f"v{number}", count=1)) for number in range(2)]
    with city.ctx.unit_of_work(city.people["office-admin"]) as uow:
        cloud = uow.clouds.lock(CLOUD)
        cloud.capacity[Dimension.VCPU] = 2
    outcomes = decide(city, "approve", [Row(order=order.number) for order in made]).outcomes
    with pytest.raises(PoolExhausted):
        decisions.approve(city.ctx, city.people["reviewer"], made[0].id)
    assert [type(outcome.error) for outcome in outcomes] == [PoolExhausted] * 2
    assert states(city, made) == ["signed_off"] * 2
    assert city.queued() == []
