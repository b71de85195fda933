"""Official letters: one for each act, numbered without gaps, fixed when issued."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cloudctl.domain.errors import NotFound, PolicyDenied
from cloudctl.domain.items import NetworkItem
from cloudctl.domain.letters import Letter, LetterKind
from cloudctl.domain.opinions import Specialist
from cloudctl.domain.orders import Order
from cloudctl.domain.returns import FoundDefect, Ground
from cloudctl.ports.queries import PageAsk
from cloudctl.services import acceptances, decisions, exemptions, letters, orders
from tests.factories import Installed
from tests.unit.services.demanding import accepted, handed_in_again
from tests.unit.services.stages import at_the_office, draft, in_review

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def of(city: Installed, order: Order) -> list[Letter]:
    """Oldest first."""
    rows = city.ctx.queries.letters.page(None, {"order_id": order.id}, PageAsk()).items
    return [letters.get(city.ctx, city.people["officer"], row.id) for row in reversed(rows)]


def kinds(city: Installed, order: Order) -> list[tuple[str, str]]:
    return [(letter.kind.value, letter.template) for letter in of(city, order)]


def test_each_act_has_its_letter(city: Installed) -> None:
    reviewer = city.people["reviewer"]
    order = at_the_office(city)
    assert kinds(city, order) == []
    decisions.send_back(city.ctx, reviewer, order.id, missing=["批复文号"])
    handed_in_again(city, order, purpose="办公")
    acceptances.accept(city.ctx, reviewer, order.id)
    decisions.approve(city.ctx, reviewer, order.id, reason="同意")
    assert kinds(city, order) == [
        ("supplement", "supplement.1"),
        ("acceptance", "acceptance.1"),
        ("decision", "approval.1"),
    ]
    city.run()
    assert len(of(city, order)) == 3


def test_so_have_refusal_and_rejection(city: Installed) -> None:
    reviewer = city.people["reviewer"]
    order = at_the_office(city)
    acceptances.refuse(city.ctx, reviewer, order.id, reason="不属于共享平台范围")
    (letter,) = of(city, order)
    assert (letter.kind, letter.template, letter.issued_by) == (LetterKind.REFUSAL, "refusal.1", city.ids["reviewer"])
    assert "不属于共享平台范围" in letter.content["zh_CN"]
    order = in_review(city)
    decisions.reject(city.ctx, reviewer, order.id, reason="重复建设")
    assert kinds(city, order) == [("acceptance", "acceptance.1"), ("decision", "rejection.1")]
    assert "重复建设" in of(city, order)[-1].content["en"]


def test_a_small_request_is_decided_by_rule_and_gets_its_decision(city: Installed) -> None:
    order = city.signed([NetworkItem(name="n", prefix_length=28, term_months=6)])
    assert order.state == "approved"
    assert kinds(city, order) == [("decision", "approval.1")]
    city.run()


def test_what_is_no_act_of_the_office_has_none(city: Installed) -> None:
    order = draft(city)
    orders.submit(city.ctx, city.people["officer"], order.id)
    decisions.send_back(city.ctx, city.people["head"], order.id, reason="再核")
    orders.submit(city.ctx, city.people["officer"], order.id)
    decisions.sign_off(city.ctx, city.people["head"], order.id)
    orders.cancel(city.ctx, city.people["officer"], order.id)
    assert kinds(city, order) == []


def test_numbers_run_on_by_kind_without_gaps_whatever_is_rolled_back(city: Installed) -> None:
    first = number(of(city, in_review(city))[-1])
    refused = at_the_office(city)
    broken = city.signed([NetworkItem(name="n", prefix_length=28, term_months=48)], **lifted(city))
    revoke(city)
    with pytest.raises(PolicyDenied):
        decisions.approve(city.ctx, city.people["office-admin"], broken.id)
    acceptances.refuse(city.ctx, city.people["reviewer"], refused.id, reason="x")
    assert number(of(city, in_review(city))[-1]) == first + 1


def lifted(city: Installed) -> dict[str, Any]:
    from datetime import date

    grant = {"rule": "term-over-limit", "department_id": city.ids["fgw"], "system_id": None, "reason": "x"}
    city.ids["exemption"] = exemptions.grant(
        city.ctx, city.people["office-admin"], **grant, ends_on=date(2026, 12, 31)
    ).id
    return {}


def revoke(city: Installed) -> None:
    exemptions.revoke(city.ctx, city.people["office-admin"], city.ids["exemption"])


def number(letter: Letter) -> int:
    found = re.fullmatch(r"(受理|不予受理|补正|决定)〔(\d{4})〕(\d+)号", letter.number)
    assert found, letter.number
    assert found[2] == "2026"
    return int(found[3])


def test_it_says_everything_in_both_languages(city: Installed) -> None:
    order = accepted(city, {Specialist.NETWORK, Specialist.SECURITY})
    (letter,) = of(city, order)
    chinese, english = letter.content["zh_CN"], letter.content["en"]
    for text in (chinese, english):
        assert letter.number in text
        assert order.number in text
        assert order.title in text
        assert "{" not in text
    assert letter.title == {"zh_CN": "受理通知书", "en": "Notice of acceptance"}
    assert "network specialist, security specialist" in english
    assert not CHINESE.search(re.sub("|".join(map(re.escape, (letter.number, order.title))), "", english))


def test_no_paragraph_is_left_of_what_there_is_nothing_to_say_about(city: Installed) -> None:
    (letter,) = of(city, in_review(city))
    assert "Opinions" not in letter.content["en"]
    assert "意见" not in letter.content["zh_CN"]


def test_a_supplement_names_every_defect_its_field_and_the_last_day(city: Installed) -> None:
    order = at_the_office(city)
    defect = FoundDefect(words="请写明{用途}", ground=Ground.FIELD_INCOMPLETE, field="purpose")
    returned = decisions.send_back(city.ctx, city.people["reviewer"], order.id, missing=["批复文号"], defects=[defect])
    (letter,) = of(city, order)
    assert "1. [a document is missing] 批复文号\n" in letter.content["en"]
    assert "2. [a field is not filled in completely] 请写明{用途} (purpose)" in letter.content["en"]
    assert returned.correction_due is not None
    last_day = returned.correction_due.astimezone(city.clock.now().tzinfo)
    assert f"by {last_day:%Y-%m-%d}" in letter.content["en"]  # midnight in Shanghai is the afternoon before in UTC


def test_the_text_is_fixed_and_the_audit_trail_has_its_digest(city: Installed) -> None:
    order = in_review(city)
    (letter,) = of(city, order)
    event = next(event for event in city.audited(action="create/letter") if event["target"]["id"] == str(letter.id))
    assert event["after"] == {
        "number": letter.number,
        "template": "acceptance.1",
        "order": order.number,
        "sha256": letter.digest,
    }
    with city.ctx.unit_of_work(city.people["office-admin"]) as uow:
        uow.orders.lock(order.id).title = "改名"
    assert of(city, order)[0].content == letter.content


def test_a_neighbour_reads_none(city: Installed) -> None:
    (letter,) = of(city, in_review(city))
    with pytest.raises(NotFound):
        letters.get(city.ctx, city.people["stranger"], letter.id)
    assert city.ctx.queries.letters.page(city.ids["czj"], {"number": letter.number}, PageAsk()).items == []
