"""Letters, opinions and returns on record, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest

from cloudctl.domain.errors import Conflict
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.letters import Letter, LetterKind, numbered
from cloudctl.domain.opinions import Opinion, Specialist, Verdict
from cloudctl.domain.orders import Order
from cloudctl.domain.returns import Defect, Ground, Return
from cloudctl.domain.syncs import Rhythm
from cloudctl.persistence.queries.database import DatabaseQueries
from cloudctl.ports.queries import PageAsk
from tests.persistence.records import START, City, Database

WRITERS = 12
EACH = 5


def letter(order: Order, number: str, kind: LetterKind = LetterKind.DECISION) -> Letter:
    said = {"zh_CN": "决定", "en": "Decision"}
    return Letter(
        number=number, kind=kind, order_id=order.id, department_id=order.department_id, template="approval.1",
        title=said, content=said, issued_by=None, issued_at=START,
    )  # fmt: skip


def opinion(order: Order, specialist: Specialist) -> Opinion:
    return Opinion(
        order_id=order.id, department_id=order.department_id, specialist=specialist, asked_at=START,
        due_at=START + timedelta(days=3),
    )  # fmt: skip


def test_numbers_have_no_gap_and_no_double_under_many_writers(city: City, database: Database) -> None:
    """Every third writer fails after it has taken its number: the number is taken by another."""
    order = city.order()

    def issue(turn: int) -> bool:
        with suppress(ZeroDivisionError), database.work() as uow:
            running = uow.letters.next_number(LetterKind.DECISION, 2026)
            uow.letters.add(letter(order, numbered(LetterKind.DECISION, 2026, running)))
            return bool(1 / (turn % 3))
        return False

    with ThreadPoolExecutor(WRITERS) as pool:
        issued = sum(pool.map(issue, range(WRITERS * EACH)))
    queries = DatabaseQueries(database.engines.read, database.clock, Rhythm())
    rows = queries.letters.page(None, {}, PageAsk(limit=500)).items
    assert issued == WRITERS * EACH * 2 // 3
    assert {row.number for row in rows} == {  # type: ignore[attr-defined]
        numbered(LetterKind.DECISION, 2026, running) for running in range(1, issued + 1)
    }


def test_each_kind_and_year_has_its_own_numbers(database: Database) -> None:
    with database.work() as uow:
        asked = [(LetterKind.DECISION, 2026), (LetterKind.REFUSAL, 2026), (LetterKind.DECISION, 2027)] * 2
        assert [uow.letters.next_number(kind, year) for kind, year in asked] == [1, 1, 1, 2, 2, 2]


def test_a_number_is_given_once(city: City, database: Database) -> None:
    order = city.order()
    with database.work() as uow:
        uow.letters.add(letter(order, "决定〔2026〕1号"))
    with pytest.raises(Conflict) as caught, database.work() as uow:
        uow.letters.add(letter(order, "决定〔2026〕1号"))
    assert caught.value.field == "number"


def test_a_letter_comes_back_as_it_was_written(city: City, database: Database, queries: DatabaseQueries) -> None:
    order = city.order()
    made = letter(order, "决定〔2026〕1号")
    digest = made.digest
    with database.work() as uow:
        uow.letters.add(made)
    with database.work() as uow:
        assert uow.letters.get(made.id).digest == digest
    (row,) = queries.letters.page(None, {"kind": "decision", "number": "决定〔2026〕1号"}, PageAsk()).items
    assert (row.order, row.department, row.title["en"]) == (order.number, city.department.name, "Decision")  # type: ignore[attr-defined]
    assert queries.letters.page(new_id(), {}, PageAsk()).items == []
    assert queries.letters.page(None, {"kind": "refusal"}, PageAsk()).items == []


def test_opinions_come_by_field(city: City, database: Database, queries: DatabaseQueries) -> None:
    order = city.order()
    with database.work() as uow:
        for specialist in reversed(Specialist):
            uow.opinions.add(opinion(order, specialist))
    with database.work() as uow:
        found = uow.opinions.of_order(order.id)
        assert [entry.specialist for entry in found] == list(Specialist)
        found[0].give(Verdict.AGREE_WITH_CONDITIONS, ["甲"], "", by=None, giver="net", now=START)
    (row,) = queries.opinions.page(None, {"state": "given"}, PageAsk()).items
    assert (row.specialist, row.verdict, row.conditions, row.number) == (  # type: ignore[attr-defined]
        "network",
        "agree_with_conditions",
        ["甲"],
        order.number,
    )
    assert len(queries.opinions.page(city.department.id, {"state": "asked"}, PageAsk()).items) == 3
    assert queries.opinions.page(new_id(), {}, PageAsk()).items == []


def test_returns_come_by_round_with_their_defects(city: City, database: Database) -> None:
    order = city.order()
    defect = Defect(words="缺批复", ground=Ground.MATERIAL_MISSING, field=None, visible_from_start=True)
    with database.work() as uow:
        for round_ in (2, 1):
            uow.returns.add(
                Return(
                    order_id=order.id,
                    department_id=order.department_id,
                    round=round_,
                    defects=[defect] * round_,
                    digests={"title": "x"},
                    returned_by=None,
                    returned_at=START,
                    due_at=START,
                )
            )
    with database.work() as uow:
        first, second = uow.returns.of_order(order.id)
    assert (first.round, first.defects, first.digests) == (1, [defect], {"title": "x"})
    assert (second.round, len(second.defects)) == (2, 2)
