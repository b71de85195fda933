"""Acceptance: taken up once, refused with a reason, returned with everything at once and no second time on the same."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest

from cloudctl.domain.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from cloudctl.domain.orders import Order
from cloudctl.domain.returns import FoundDefect, Ground
from cloudctl.services import acceptances, decisions
from tests.factories import Installed
from tests.unit.services.demanding import handed_in_again
from tests.unit.services.stages import at_the_office, in_review

PURPOSE = FoundDefect(words="请写明用途", ground=Ground.FIELD_INCOMPLETE, field="purpose")
TITLE = FoundDefect(words="标题不规范", ground=Ground.FIELD_WRONG, field="title")


def returned(city: Installed, order: Order, *defects: FoundDefect, who: str = "reviewer", **more: Any) -> Order:
    return decisions.send_back(city.ctx, city.people[who], order.id, defects=defects, **more)


def test_it_is_accepted_once_and_decided_afterwards(city: Installed) -> None:
    order = acceptances.accept(city.ctx, city.people["reviewer"], at_the_office(city).id, reason="材料齐全")
    assert (order.state, order.accepted_by) == ("in_review", city.ids["reviewer"])
    assert city.audited(action="allow/accept")[-1]["reason"] == "材料齐全"
    for act in (acceptances.accept, acceptances.refuse):
        with pytest.raises(Refused):
            act(city.ctx, city.people["reviewer"], order.id, reason="x")
    assert decisions.approve(city.ctx, city.people["reviewer"], order.id).state == "approved"
    city.run()


def test_a_refusal_has_a_reason_and_lets_everything_go(city: Installed) -> None:
    order = at_the_office(city)
    for silent in (None, "  "):
        with pytest.raises(Invalid) as caught:
            acceptances.refuse(city.ctx, city.people["reviewer"], order.id, reason=silent)
        assert caught.value.field == "reason"
    refused = acceptances.refuse(city.ctx, city.people["reviewer"], order.id, reason="不属于共享平台范围")
    assert (refused.state, refused.held, refused.open) == ("refused", False, False)
    assert {held for held, _ in city.ledger().values()} == {0}
    assert {prefix.state for prefix in city.prefixes(order)} <= {"free"}


def test_a_return_without_a_defect_is_refused(city: Installed) -> None:
    order = at_the_office(city)
    before = city.rows()
    for words in ({}, {"reason": "再看看"}, {"missing": []}):
        with pytest.raises(Invalid) as caught:
            returned(city, order, **words)
        assert caught.value.field == "defects"
    for wrong, field in (
        (FoundDefect(words=" "), "defects[1].words"),
        (FoundDefect(words="x", field="colour"), "defects[1].field"),
        (FoundDefect(words="x", field="colour[0].name"), "defects[1].field"),
    ):
        with pytest.raises(Invalid) as caught:
            returned(city, order, PURPOSE, wrong)
        assert caught.value.field == field
    assert (city.order(order.id).state, city.rows()) == ("signed_off", before)


@pytest.mark.parametrize("stage", [at_the_office, in_review], ids=["before-acceptance", "after-it"])
def test_every_defect_is_on_record(city: Installed, stage: Callable[[Installed], Order]) -> None:
    order = returned(city, stage(city), PURPOSE, missing=["批复文号"])
    assert order.state == "returned"
    (entry,) = acceptances.returns(city.ctx, city.people["officer"], order.id)
    assert (entry.round, entry.returned_by, entry.due_at) == (1, city.ids["reviewer"], order.correction_due)
    assert [(defect.ground.value, defect.words, defect.field) for defect in entry.defects] == [
        ("material-missing", "批复文号", None),
        ("field-incomplete", "请写明用途", "purpose"),
    ]
    assert all(defect.visible_from_start for defect in entry.defects)
    assert city.audited(action="deny/defects")[-1]["after"]["round"] == 1
    with pytest.raises(NotFound):
        acceptances.returns(city.ctx, city.people["stranger"], order.id)


def test_a_second_return_rests_on_what_the_correction_brought(city: Installed) -> None:
    order = returned(city, at_the_office(city), PURPOSE)
    handed_in_again(city, order, purpose="办公系统，涉及公民个人信息")
    again = returned(city, order, FoundDefect(words="请补个人信息保护说明", field="purpose"))
    assert again.state == "returned"
    second = acceptances.returns(city.ctx, city.people["officer"], order.id)[-1]
    assert (second.round, second.defects[0].visible_from_start) == (2, False)


@pytest.mark.parametrize("stage", [at_the_office, in_review], ids=["before-acceptance", "after-it"])
def test_a_second_return_on_what_could_be_seen_needs_the_administrator_s_reason(
    city: Installed, stage: Callable[[Installed], Order]
) -> None:
    order = returned(city, stage(city), PURPOSE)
    handed_in_again(city, order, purpose="办公与档案")
    before = city.rows()
    for defect in (TITLE, FoundDefect(words="没有附件"), FoundDefect(words="x", field="purpose", new=False)):
        with pytest.raises(Forbidden, match="could be seen"):
            returned(city, order, defect, reason="漏看了")
        with pytest.raises(Invalid) as caught:
            returned(city, order, defect, who="office-admin")
        assert caught.value.field == "reason"
    assert (city.order(order.id).state, city.rows()) == ("signed_off", before)
    assert returned(city, order, TITLE, who="office-admin", reason="首次审查疏漏，已致歉").state == "returned"
    second = acceptances.returns(city.ctx, city.people["officer"], order.id)[-1]
    assert (second.reason, second.defects[0].visible_from_start) == ("首次审查疏漏，已致歉", True)


def test_one_old_defect_among_new_ones_is_enough(city: Installed) -> None:
    order = returned(city, at_the_office(city), PURPOSE)
    handed_in_again(city, order, purpose="办公与档案")
    fresh = FoundDefect(words="用途与系统不符", field="purpose")
    with pytest.raises(Forbidden, match="before: 标题不规范"):
        returned(city, order, fresh, TITLE)
    assert returned(city, order, fresh).state == "returned"


def test_the_reviewer_may_say_that_a_correction_caused_it_elsewhere(city: Installed) -> None:
    order = returned(city, at_the_office(city), PURPOSE)
    handed_in_again(city, order, purpose="面向公众的办公系统")
    caused = FoundDefect(words="面向公众须开放端口说明", field="ports", new=True)
    assert returned(city, order, caused).state == "returned"


def test_nothing_changed_brings_nothing_new_but_a_rule_may_have_changed(city: Installed) -> None:
    order = returned(city, at_the_office(city), PURPOSE)
    handed_in_again(city, order)
    with pytest.raises(Invalid) as caught:
        returned(city, order, FoundDefect(words="x", field="title", new=True))
    assert caught.value.field == "defects[0].new"
    law = FoundDefect(words="新办法今日施行", ground=Ground.RULE_CHANGED)
    assert returned(city, order, law).state == "returned"


def test_the_head_s_return_is_the_department_s_own_affair(city: Installed) -> None:
    order = city.submitted(city.build_items())
    decisions.send_back(city.ctx, city.people["head"], order.id, reason="再核一下")
    assert acceptances.returns(city.ctx, city.people["head"], order.id) == []
    handed_in_again(city, order)
    assert returned(city, order, PURPOSE).state == "returned"
    assert acceptances.returns(city.ctx, city.people["head"], order.id)[0].round == 1


@pytest.mark.parametrize("stage", [at_the_office, in_review], ids=["signed-off", "in-review"])
def test_two_reviewers_on_one_row(city: Installed, stage: Callable[[Installed], Order]) -> None:
    """One approves while the other returns: one of them comes first, the other is told, one letter is written."""
    order = stage(city)
    gate, ended = Barrier(2), []

    def act(name: str, does: Callable[[], Order]) -> None:
        gate.wait()
        try:
            ended.append((name, does().state))
        except Conflict as error:
            ended.append((name, type(error).__name__))

    acts: dict[str, Callable[[], Order]] = {
        "approve": lambda: decisions.approve(city.ctx, city.people["office-admin"], order.id),
        "return": lambda: returned(city, order, PURPOSE),
    }
    threads = [Thread(target=act, args=entry) for entry in acts.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first, second = ended
    assert first[1] in {"approved", "returned"}
    assert second[1] in {"Refused", "Conflict", "Stale"}
    assert city.order(order.id).state == first[1]
    written = [letter for letter in letters_of(city, order) if letter in {"decision", "supplement"}]
    assert written == [{"approved": "decision", "returned": "supplement"}[first[1]]]
    city.run()


def letters_of(city: Installed, order: Order) -> list[str]:
    from cloudctl.ports.queries import PageAsk

    return [row.kind for row in city.ctx.queries.letters.page(None, {"order_id": order.id}, PageAsk()).items]
