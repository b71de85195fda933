"""Listed supervision: numbered, owed, proven, closed by somebody else, and reminded of once a colour."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cloudctl.domain.cases import Case
from cloudctl.domain.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from cloudctl.domain.evidence import EvidenceKind, Subject
from cloudctl.ports.context import platform
from cloudctl.ports.queries import PageAsk
from cloudctl.services import cases, evidence, todo
from tests.factories import Installed, installation
from tests.unit.services.proving import Proof, photo, proven


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Installed]:
    with installation(tmp_path) as made:
        yield made


@pytest.fixture
def proof(tmp_path: Path) -> Iterator[Proof]:
    with proven(tmp_path) as made:
        yield made


def opened(city: Installed, **fields: Any) -> Case:
    values = {
        "department_id": city.ids["fgw"],
        "title": "机房仍在用电",
        "reason": "十月读表 4200 W",
        "working_days": 10,
    }
    return cases.open_case(city.ctx, city.people["reviewer"], **values | fields)


def filed(city: Installed, case: Case) -> None:
    evidence.hand_in(
        city.ctx, city.people["officer"], subject_kind=Subject.CASE, subject_id=case.id,
        kind=EvidenceKind.CASE_PROOF, name="proof.jpg", content=photo("proof"),
    )  # fmt: skip


def waiting(city: Installed, who: str) -> list[tuple[str, str]]:
    return [(row.source, row.number) for row in todo.waiting(city.ctx, city.people[who], 100)]


def told(city: Installed) -> list[str]:
    rows = city.ctx.queries.notices.page(None, {}, PageAsk(limit=200)).items
    return [row.template for row in reversed(rows) if row.template.startswith("case_")]


def test_a_case_goes_from_open_to_closed_with_proof_and_four_eyes(city: Installed) -> None:
    case = opened(city)
    assert case.number == "督办〔2026〕1号"
    assert (case.state, case.due_on > case.created_at.date()) == ("open", True)
    assert ("case", case.number) in waiting(city, "officer")
    assert ("case", case.number) not in waiting(city, "stranger")
    with pytest.raises(Refused):
        cases.close(city.ctx, city.people["reviewer"], case.id)
    proved = cases.prove(city.ctx, city.people["officer"], case.id, proof="11月12日拆除")
    assert proved.state == "proof_in"
    assert ("case_proof", case.number) in waiting(city, "reviewer")
    with pytest.raises(Conflict) as refused:
        cases.close(city.ctx, city.people["reviewer"], case.id)
    assert refused.value.field == "proof"
    filed(city, case)
    closed = cases.close(city.ctx, city.people["reviewer"], case.id, reason="核实")
    assert (closed.state, closed.closing, closed.on_time) == ("closed", "核实", True)
    assert set(told(city)) == {"case_opened", "case_proved", "case_closed"}
    actions = [event["action"] for event in city.audited() if event["target"]["id"] == str(case.id)]
    assert actions == ["create/case", "update/case-proof", "update/case-close"]


def test_who_handed_the_proof_in_does_not_close(city: Installed) -> None:
    case = opened(city)
    filed(city, case)
    cases.prove(city.ctx, city.people["reviewer"], case.id, proof="代为补交")
    with pytest.raises(Forbidden):
        cases.close(city.ctx, city.people["reviewer"], case.id)
    assert ("case_proof", case.number) not in waiting(city, "reviewer")
    assert cases.close(city.ctx, city.people["office-admin"], case.id).state == "closed"


def test_a_returned_case_never_loses_days(city: Installed) -> None:
    case = opened(city, working_days=20)
    cases.prove(city.ctx, city.people["officer"], case.id, proof="x")
    returned = cases.send_back(city.ctx, city.people["reviewer"], case.id, reason="看不清", working_days=1)
    assert (returned.state, returned.due_on) == ("returned", case.due_on)
    cases.prove(city.ctx, city.people["officer"], case.id, proof="重拍")
    later = cases.send_back(city.ctx, city.people["reviewer"], case.id, reason="仍看不清", working_days=60)
    assert later.due_on > case.due_on


def test_a_deadline_is_warned_of_and_carded_once_a_colour(city: Installed) -> None:
    case = opened(city, working_days=10)
    seen = []
    for _ in range(40):
        city.clock.move(days=1)
        cases.supervise(city.ctx, platform("job"))
        cases.supervise(city.ctx, platform("job"))
        seen.append(cases.get(city.ctx, city.people["reviewer"], case.id).card)
    assert list(dict.fromkeys(seen)) == [None, "warning", "yellow", "red"]
    officer = [one for one in told(city) if one != "case_opened"]
    assert sorted(set(officer)) == ["case_red", "case_warning", "case_yellow"]
    assert len(city.audited(action="evaluate/case-card")) == 3
    assert cases.supervise(city.ctx, platform("job")) == 0


def test_the_same_cause_opens_one_case_while_it_stands(city: Installed) -> None:
    first = opened(city, cause="room/1")
    assert opened(city, cause="room/1").id == first.id
    assert opened(city, cause="room/2").id != first.id
    filed(city, first)
    cases.prove(city.ctx, city.people["officer"], first.id, proof="x")
    cases.close(city.ctx, city.people["reviewer"], first.id)
    again = opened(city, cause="room/1")
    assert again.number == "督办〔2026〕3号"


def test_bad_input_is_refused_and_nothing_is_listed(city: Installed) -> None:
    rows = city.rows()["cases"]
    for fields, field in (
        ({"title": " "}, "title"),
        ({"reason": " "}, "reason"),
        ({"working_days": 0}, "working_days"),
        ({"subject_kind": Subject.SYSTEM}, "subject_id"),
        ({"subject_kind": Subject.CASE, "subject_id": city.ids["fgw"]}, "subject_kind"),
        ({"subject_kind": Subject.SYSTEM, "subject_id": city.ids["ys"]}, "subject_id"),
    ):
        with pytest.raises(Invalid) as refused:
            opened(city, **fields)
        assert refused.value.field == field
        assert refused.value.way_out
    with pytest.raises(Forbidden):
        cases.open_case(city.ctx, city.people["officer"], department_id=city.ids["fgw"], title="x", reason="x")
    assert city.rows()["cases"] == rows
    case = opened(city)
    with pytest.raises(NotFound):
        cases.get(city.ctx, city.people["stranger"], case.id)
    with pytest.raises(NotFound):
        cases.prove(city.ctx, city.people["stranger"], case.id, proof="x")
    with pytest.raises(Invalid):
        cases.prove(city.ctx, city.people["officer"], case.id, proof="  ")


def test_a_lie_becomes_a_case_that_a_passing_re_check_closes(proof: Proof) -> None:
    city = proof.city
    with pytest.raises(Conflict):
        cases.open_for_lies(city.ctx, city.people["reviewer"], subject_kind=Subject.SYSTEM, subject_id=proof.system)
    proof.reading("srv-old-1", 48_000_000_000)
    case = cases.open_for_lies(city.ctx, city.people["reviewer"], subject_kind=Subject.SYSTEM, subject_id=proof.system)
    assert (case.origin, case.department_id) == ("lie", city.ids["fgw"])
    assert "srv-old-1" in case.reason
    again = cases.open_for_lies(city.ctx, city.people["reviewer"], subject_kind=Subject.SYSTEM, subject_id=proof.system)
    assert again.id == case.id
    cases.prove(city.ctx, city.people["officer"], case.id, proof="已断电")
    with pytest.raises(Conflict):
        cases.close(city.ctx, city.people["reviewer"], case.id)
    city.clock.move(hours=2)
    proof.reading("srv-old-1", 0)
    assert cases.close(city.ctx, city.people["reviewer"], case.id).state == "closed"


def test_a_reopened_room_becomes_a_case(proof: Proof) -> None:
    key = proof.room("r-1")
    proof.close(key)
    proof.city.clock.move(days=1)
    proof.change("rooms", key, status="reopened", closed_on=None)
    case = cases.open_for_lies(
        proof.city.ctx, proof.city.people["office-admin"], subject_kind=Subject.ROOM, subject_id=key
    )
    assert case.origin == "reopened"
    assert case.due_on - case.created_at.date() > timedelta(days=20)
