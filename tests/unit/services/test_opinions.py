"""Opinions: whoever answers first, the result is the same; nothing is decided without them, nothing said after it."""

from __future__ import annotations

import re
from datetime import datetime
from itertools import permutations
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cloudctl.domain.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.opinions import Specialist, Verdict
from cloudctl.domain.orders import Order
from cloudctl.ports.queries import PageAsk
from cloudctl.services import acceptances, decisions, letters, opinions, orders, todo
from tests.factories import Installed
from tests.unit.services.demanding import (
    FOUR,
    THREE,
    accepted,
    approve,
    give,
    handed_in_again,
    signed,
    states,
    withdraw,
)

NETWORK, SECURITY, CAPACITY, BUDGET = Specialist
SOLE = frozenset({NETWORK})


def test_they_are_asked_side_by_side_under_one_deadline(city: Installed) -> None:
    order = accepted(city, FOUR)
    asked = opinions.of_order(city.ctx, city.people["reviewer"], order.id)
    assert [opinion.specialist for opinion in asked] == list(Specialist)
    assert {opinion.state for opinion in asked} == {"asked"}
    assert len({opinion.due_at for opinion in asked}) == 1
    assert (order.accepted_by, order.accepted_at) == (city.ids["reviewer"], city.clock.now())


def test_the_deadline_counts_working_days(tmp_path: Any) -> None:
    """Three working days from Monday, 2 March 2026: until the end of Thursday the 5th in Shanghai."""
    from tests.factories import installation

    with installation(tmp_path) as city:
        order = accepted(city, SOLE)
        (asked,) = opinions.of_order(city.ctx, city.people["network"], order.id)
        assert asked.due_at == datetime(2026, 3, 6, tzinfo=ZoneInfo("Asia/Shanghai"))
        city.clock.move(days=5)
        assert give(city, order, NETWORK).late


def test_each_specialist_is_told(city: Installed) -> None:
    order = accepted(city)
    told = city.ctx.queries.notices.page(None, {"order_id": order.id}, PageAsk()).items
    asked = {notice.recipient.partition("@")[0] for notice in told if notice.template == "opinion_asked"}
    assert asked == {"network", "security", "capacity"}


def test_it_waits_on_the_specialist_s_list_until_it_is_given(city: Installed) -> None:
    order = accepted(city, SOLE)

    def waiting(who: str) -> list[Any]:
        rows = todo.waiting(city.ctx, city.people[who], 500)
        return [row for row in rows if row.order_id == order.id and row.source == "opinion"]

    (row,) = waiting("network")
    assert row.due_at == opinions.of_order(city.ctx, city.people["network"], order.id)[0].due_at
    assert waiting("security") == waiting("reviewer") == []
    give(city, order, NETWORK)
    assert waiting("network") == []
    withdraw(city, order, NETWORK)
    assert len(waiting("network")) == 1


def test_an_order_that_needs_opinions_is_not_approved_by_rule(city: Installed) -> None:
    order = signed(city, SOLE)
    assert not order.ruling.auto_approved


def test_approval_waits_for_all_and_says_for_whom(city: Installed) -> None:
    order = accepted(city)
    for who, absent in ((SECURITY, "network, capacity"), (NETWORK, "capacity")):
        give(city, order, who)
        before = city.rows()
        with pytest.raises(Conflict, match=f"Opinions are missing: {absent}.$"):
            approve(city, order)
        assert (city.order(order.id).state, city.rows()) == ("in_review", before)
    give(city, order, CAPACITY)
    assert approve(city, order).state == "approved"
    city.run()


def test_a_signed_order_is_not_approved_past_its_specialists(city: Installed) -> None:
    order = signed(city)
    with pytest.raises(Conflict, match="network, security, capacity"):
        approve(city, order)
    assert (city.order(order.id).state, states(city, order)) == ("signed_off", [])


def test_a_withdrawn_opinion_is_missing_until_it_is_given_again(city: Installed) -> None:
    order = accepted(city, SOLE)
    given = give(city, order, NETWORK, words="好")
    assert (given.verdict, given.giver, given.words) == (Verdict.AGREE, "network", "好")
    taken = withdraw(city, order, NETWORK)
    assert (taken.state, taken.verdict, taken.given_by, taken.words) == ("withdrawn", None, None, "")
    with pytest.raises(Conflict, match="network"):
        approve(city, order)
    with pytest.raises(Refused):
        withdraw(city, order, NETWORK)
    give(city, order, NETWORK)
    with pytest.raises(Refused):
        give(city, order, NETWORK)
    assert approve(city, order).state == "approved"
    city.run()


def test_after_the_decision_nothing_can_be_said_or_taken_back(city: Installed) -> None:
    order = accepted(city, SOLE)
    give(city, order, NETWORK)
    approve(city, order)
    before = city.rows()
    for act in (give, withdraw):
        with pytest.raises(Conflict, match="takes no opinions") as caught:
            act(city, order, NETWORK)
        assert caught.value.params["state"] == "approved"
    with pytest.raises(Conflict):
        opinions.ask(city.ctx, city.people["reviewer"], order.id, specialist=BUDGET)
    assert city.rows() == before
    city.run()


def test_before_the_acceptance_and_after_a_rejection_neither(city: Installed) -> None:
    order = signed(city, SOLE)
    with pytest.raises(Conflict):
        give(city, order, NETWORK)
    acceptances.accept(city.ctx, city.people["reviewer"], order.id)
    decisions.reject(city.ctx, city.people["reviewer"], order.id, reason="重复建设")
    assert states(city, order) == [("network", "void")]
    with pytest.raises(Conflict):
        give(city, order, NETWORK)


def test_withdrawing_the_order_voids_what_is_still_asked(city: Installed) -> None:
    order = accepted(city)
    give(city, order, NETWORK)
    orders.cancel(city.ctx, city.people["officer"], order.id)
    assert states(city, order) == [("network", "given"), ("security", "void"), ("capacity", "void")]


def test_a_correction_is_asked_about_anew(city: Installed) -> None:
    order = accepted(city)
    give(city, order, NETWORK, Verdict.AGREE_WITH_CONDITIONS, "旧条件")
    decisions.send_back(city.ctx, city.people["reviewer"], order.id, missing=["测算依据"])
    assert states(city, order) == [("network", "given"), ("security", "void"), ("capacity", "void")]
    with pytest.raises(Conflict):
        give(city, order, SECURITY)
    handed_in_again(city, order, purpose="办公系统，五年测算")
    assert {state for _, state in states(city, order)} == {"void"}
    acceptances.accept(city.ctx, city.people["reviewer"], order.id)
    assert [state for _, state in states(city, order)] == ["void", "asked"] * 3
    with pytest.raises(Conflict, match="network, security, capacity"):
        approve(city, order)
    for who in THREE:
        give(city, order, who)
    assert approve(city, order).conditions == []
    city.run()


def test_conditions_stand_on_the_order_and_in_the_decision(city: Installed) -> None:
    order = accepted(city)
    give(city, order, CAPACITY, Verdict.AGREE_WITH_CONDITIONS, "分两期")
    give(city, order, NETWORK, Verdict.AGREE_WITH_CONDITIONS, "仅开放443端口", "每季度复核")
    give(city, order, SECURITY)
    approved = approve(city, order)
    assert approved.conditions == [
        {"specialist": "network", "words": "仅开放443端口"},
        {"specialist": "network", "words": "每季度复核"},
        {"specialist": "capacity", "words": "分两期"},
    ]
    text = decision(city, order)["en"]
    assert (
        "1. [network specialist] 仅开放443端口\n2. [network specialist] 每季度复核\n3. [capacity specialist] 分两期"
        in text
    )
    city.run()


def test_an_objection_is_answered_by_whoever_approves(city: Installed) -> None:
    order = accepted(city, SOLE)
    give(city, order, NETWORK, Verdict.OBJECT, words="出口带宽不足")
    with pytest.raises(Invalid, match="network object") as caught:
        decisions.approve(city.ctx, city.people["reviewer"], order.id)
    assert caught.value.field == "reason"
    assert decisions.approve(city.ctx, city.people["reviewer"], order.id, reason="已协调扩容").state == "approved"
    overruled = city.audited(action="allow/overrule")[-1]
    assert (overruled["after"], overruled["reason"]) == ({"specialists": ["network"]}, "已协调扩容")
    city.run()


def test_an_objection_of_security_is_the_administrator_s_to_answer(city: Installed) -> None:
    order = accepted(city, {SECURITY})
    give(city, order, SECURITY, Verdict.OBJECT, words="未测评")
    with pytest.raises(Forbidden, match="orders:override"):
        decisions.approve(city.ctx, city.people["reviewer"], order.id, reason="先行上线")
    with pytest.raises(Invalid):
        approve(city, order)
    assert approve(city, order, "先行上线，三个月内测评").state == "approved"
    city.run()


@pytest.mark.parametrize(
    ("verdict", "conditions", "words", "field"),
    [
        (Verdict.AGREE_WITH_CONDITIONS, [], "", "conditions"),
        (Verdict.AGREE_WITH_CONDITIONS, ["  "], "", "conditions"),
        (Verdict.AGREE, ["条件"], "", "conditions"),
        (Verdict.OBJECT, [], " ", "words"),
    ],
)
def test_an_answer_fits_its_verdict(
    city: Installed, verdict: Verdict, conditions: list[str], words: str, field: str
) -> None:
    order = accepted(city, SOLE)
    before = city.rows()
    with pytest.raises(Invalid) as caught:
        give(city, order, NETWORK, verdict, *conditions, words=words)
    assert (caught.value.field, city.rows()) == (field, before)


def test_everybody_speaks_for_the_own_field(city: Installed) -> None:
    order = accepted(city, SOLE)
    ask = {"verdict": Verdict.AGREE}
    with pytest.raises(Forbidden, match="do not speak"):
        opinions.give(city.ctx, city.people["security"], order.id, specialist=NETWORK, **ask)
    with pytest.raises(Conflict, match="was not asked"):
        opinions.give(city.ctx, city.people["security"], order.id, **ask)
    for who in ("officer", "reviewer", "office-admin", "auditor", "operator"):
        with pytest.raises(Forbidden):
            opinions.give(city.ctx, city.people[who], order.id, **ask)
    with pytest.raises(NotFound):
        opinions.give(city.ctx, city.people["network"], new_id(), **ask)
    with pytest.raises(NotFound):
        opinions.of_order(city.ctx, city.people["stranger"], order.id)


def test_the_office_may_ask_one_more(city: Installed) -> None:
    order = accepted(city, SOLE)
    with pytest.raises(Conflict, match="already"):
        opinions.ask(city.ctx, city.people["reviewer"], order.id, specialist=NETWORK)
    with pytest.raises(Forbidden):
        opinions.ask(city.ctx, city.people["network"], order.id, specialist=BUDGET)
    asked = opinions.ask(city.ctx, city.people["reviewer"], order.id, specialist=BUDGET, reason="年度预算已满")
    assert asked.state == "asked"
    give(city, order, NETWORK)
    with pytest.raises(Conflict, match="budget"):
        approve(city, order)
    give(city, order, BUDGET)
    assert approve(city, order).state == "approved"
    city.run()


@pytest.mark.parametrize("asked", [THREE, FOUR], ids=["three", "four"])
def test_any_order_of_arrival_gives_the_same_result(installed: Installed, asked: frozenset[Specialist]) -> None:
    """All 3! and 4! orders, with withdrawals in between: order, ruling, letters and audit trail come out alike."""
    results = [outcome(installed.apart(), asked, arrival) for arrival in permutations(sorted(asked))]
    assert len(results) == {3: 6, 4: 24}[len(asked)]
    for result in results[1:]:
        assert result == results[0]


# Each one's first answer, and the one that it is replaced by (None: it stands).
ANSWERS: dict[Specialist, tuple[tuple[Any, ...], tuple[Any, ...] | None]] = {
    NETWORK: ((Verdict.AGREE, ()), (Verdict.AGREE_WITH_CONDITIONS, ("仅开放443端口", "每季度复核"))),
    SECURITY: ((Verdict.OBJECT, ()), (Verdict.AGREE_WITH_CONDITIONS, ("三个月内测评",))),
    CAPACITY: ((Verdict.AGREE_WITH_CONDITIONS, ("分两期",)), None),
    BUDGET: ((Verdict.AGREE, ()), (Verdict.OBJECT, ())),
}


def outcome(city: Installed, asked: frozenset[Specialist], arrival: tuple[Specialist, ...]) -> Any:
    order = accepted(city, asked)
    for who in arrival:
        first, second = ANSWERS[who]
        give(city, order, who, first[0], *first[1], words="说明")
        if second is not None:
            withdraw(city, order, who)
    for who in reversed(arrival):
        _, second = ANSWERS[who]
        if second is not None:
            give(city, order, who, second[0], *second[1], words="改为")
    approved = approve(city, order, "同意")
    return {
        "order": (approved.state, approved.conditions, approved.accepted_by, approved.approved_by),
        "ruling": approved.ruling,
        "opinions": [
            (opinion.specialist, opinion.state, opinion.verdict, opinion.conditions, opinion.words, opinion.giver)
            for opinion in opinions.of_order(city.ctx, city.people["officer"], order.id)
        ],
        "letters": [anonymous(city, text) for text in texts(city, order)],
        "audit": sorted(anonymous(city, str(entry)) for entry in told(city, order)),
    }


def told(city: Installed, order: Order) -> list[Any]:
    """What the audit trail says of an order and its letters, without ids, times, numbers and digests."""
    kept = ("action", "outcome", "before", "after", "reason")
    written = {row.id for row in city.ctx.queries.letters.page(None, {"order_id": order.id}, PageAsk()).items}
    ids = {str(key) for key in written | {order.id}}
    events = [event for event in city.audited() if event["target"]["id"] in ids]
    for event in events:
        for name in ("sha256", "due_at"):
            (event["after"] or {}).pop(name, None)
    return [[event["initiator"]["name"], *(event[name] for name in kept)] for event in events]


def texts(city: Installed, order: Order) -> list[str]:
    rows = city.ctx.queries.letters.page(None, {"order_id": order.id}, PageAsk()).items
    found = [letters.get(city.ctx, city.people["officer"], row.id) for row in rows]
    return [letter.content[locale] for letter in found for locale in ("zh_CN", "en")]


def decision(city: Installed, order: Order) -> dict[str, str]:
    (row,) = city.ctx.queries.letters.page(None, {"order_id": order.id, "kind": "decision"}, PageAsk()).items
    return letters.get(city.ctx, city.people["officer"], row.id).content


def anonymous(city: Installed, text: str) -> str:
    department = city.people["officer"].actor.name.removeprefix("officer-")
    text = re.sub(r"2026-\d{6}", "ORDER", text.replace(department, "DEPARTMENT"))
    return re.sub(r"〔2026〕\d+号", "〔2026〕N号", text)
