from __future__ import annotations

from typing import Any

import pytest

from cloudctl.domain.accounts import Role
from cloudctl.domain.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from cloudctl.domain.items import NetworkItem
from cloudctl.domain.orders import Order
from cloudctl.domain.ratings import Rating
from cloudctl.ports.context import platform
from cloudctl.ports.queries import PageAsk
from cloudctl.services import ratings
from tests.factories import Installed
from tests.seeds import person


@pytest.fixture
def order(city: Installed) -> Order:
    return city.delivered([NetworkItem(name="n", prefix_length=28, term_months=6)])


def rated(city: Installed, order: Order, mark: int = 5, reason: str = "", who: str = "officer") -> Rating:
    return ratings.rate(city.ctx, city.people[who], order.id, mark=mark, reason=reason)


def notices(city: Installed, order: Order) -> list[Any]:
    page = city.ctx.queries.notices.page(None, {"order_id": order.id}, PageAsk(limit=200))
    return [row for row in page.items if row.template.startswith("rating")]


def test_a_good_one_is_owed_nothing(city: Installed, order: Order) -> None:
    made = rated(city, order, 5, " 很快 ")
    assert (made.state, made.answer_due, made.reason) == ("given", None, "很快")
    assert city.audited(action="create/rating")[-1]["after"] == {"order": order.number, "mark": 5, "state": "given"}
    assert notices(city, order) == []


def test_a_bad_one_is_told_to_the_office_which_owes_an_answer(city: Installed, order: Order) -> None:
    made = rated(city, order, 2, "拖了一周")
    assert made.state == "answer_owed"
    assert made.answer_due is not None
    assert made.answer_due > city.clock.now()
    assert {row.template for row in notices(city, order)} == {"rating_bad"}
    answered = ratings.answer(city.ctx, city.people["reviewer"], made.id, answer="已改进")
    assert (answered.state, answered.answered_by) == ("answered", city.ids["reviewer"])
    assert {row.template for row in notices(city, order)} == {"rating_bad", "rating_answered"}
    with pytest.raises(Refused):
        ratings.answer(city.ctx, city.people["reviewer"], made.id, answer="再答")


def test_it_is_given_once(city: Installed, order: Order) -> None:
    rated(city, order, 3)
    with pytest.raises(Conflict) as caught:
        rated(city, order, 5)
    assert caught.value.field == "mark"


@pytest.mark.parametrize("bad", [{"mark": 0}, {"mark": 6}, {"mark": 1}, {"mark": 1, "reason": "附件（机密）"}])
def test_what_is_refused_leaves_nothing(city: Installed, order: Order, bad: dict[str, Any]) -> None:
    before = city.rows()
    with pytest.raises(Invalid):
        ratings.rate(city.ctx, city.people["officer"], order.id, **bad)
    assert city.rows() == before


def test_only_what_is_delivered_is_rated(city: Installed) -> None:
    order = city.submitted([NetworkItem(name="n", prefix_length=28, term_months=6)])
    with pytest.raises(Conflict):
        rated(city, order)


def test_only_the_applicant_rates(city: Installed, order: Order) -> None:
    colleague, _, _ = person(city.ctx, f"c-{order.number}", Role.DEPARTMENT_OFFICER, city.ids["fgw"])
    with pytest.raises(Forbidden):
        ratings.rate(city.ctx, colleague, order.id, mark=5)
    with pytest.raises(NotFound):
        rated(city, order, who="stranger")
    with pytest.raises(Forbidden):
        rated(city, order, who="head")
    with pytest.raises(Forbidden):
        rated(city, order, who="reviewer")


def test_the_office_answers_and_nobody_else(city: Installed, order: Order) -> None:
    made = rated(city, order, 1, "未通知")
    for login in ("officer", "head", "stranger", "auditor", "operator"):
        with pytest.raises(Forbidden):
            ratings.answer(city.ctx, city.people[login], made.id, answer="x")
    with pytest.raises(NotFound):
        ratings.get(city.ctx, city.people["stranger"], made.id)
    assert ratings.get(city.ctx, city.people["head"], made.id).mark == 1
    with pytest.raises(Invalid):
        ratings.answer(city.ctx, platform("test"), made.id, answer="x")


def test_the_summary_counts_marks_and_what_is_owed(city: Installed) -> None:
    for mark in (5, 4, 3, 1):
        order = city.delivered([NetworkItem(name=f"n{mark}", prefix_length=28, term_months=6)])
        rated(city, order, mark, "说明")
    found = ratings.summary(city.ctx, city.people["officer"])
    assert found.marks == {"1": 1, "2": 0, "3": 1, "4": 1, "5": 1}
    assert (found.total, found.good, found.good_share) == (4, 2, 0.5)
    assert (found.answers_owed, found.answers_overdue) == (1, 0)
    city.clock.move(days=20)
    assert ratings.summary(city.ctx, city.people["officer"]).answers_overdue == 1
    assert ratings.summary(city.ctx, city.people["office-admin"]).total >= 4
    assert ratings.summary(city.ctx, city.people["stranger"]).total == 0
    assert ratings.summary(city.ctx, city.people["stranger"]).good_share is None


def test_an_owed_answer_waits_on_the_list_of_the_office(city: Installed, order: Order) -> None:
    made = rated(city, order, 1, "未通知")

    def waiting() -> list[Any]:
        rows = city.ctx.queries.todo([city.people["reviewer"].actor], 200)
        return [row for row in rows if row.source == "rating" and row.order_id == order.id]

    assert [row.due_at for row in waiting()] == [made.answer_due]
    ratings.answer(city.ctx, city.people["reviewer"], made.id, answer="已致歉")
    assert waiting() == []
