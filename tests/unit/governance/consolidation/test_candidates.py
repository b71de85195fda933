from __future__ import annotations

import pytest

from cloudctl.domain.assessments import Disposition
from cloudctl.governance.consolidation.candidates import Facts, sort_out
from cloudctl.governance.consolidation.shifts import Shift, shifts
from cloudctl.governance.consolidation.waves import Standing, WavePlan


@pytest.mark.parametrize(
    ("facts", "standing"),
    [
        (Facts(code="a", status="in_use", verdict=Disposition.REHOST), None),
        (Facts(code="a", status="migrating", verdict=Disposition.REHOST), None),
        (Facts(code="a", status="in_use", verdict=Disposition.REHOST, moving=True), Standing.MOVING),
        (Facts(code="a", status="in_use", verdict=Disposition.REHOST, arrived=True), Standing.ARRIVED),
        (Facts(code="a", status="on_platform"), Standing.ARRIVED),
        (Facts(code="a", status="in_use"), Standing.UNDECIDED),
        (Facts(code="a", status="in_use", verdict=Disposition.KEEP), Standing.STAYS),
        (Facts(code="a", status="in_use", verdict=Disposition.POSTPONE), Standing.POSTPONED),
        (Facts(code="a", status="in_use", verdict=Disposition.RETIRE), Standing.RETIRING),
        (Facts(code="a", status="retired", verdict=Disposition.REHOST), Standing.RETIRING),
        (Facts(code="a", status="merged", verdict=Disposition.MERGE, successor="b"), Standing.RETIRING),
    ],
)
def test_who_moves_and_how_the_others_stand(facts: Facts, standing: Standing | None) -> None:
    found = sort_out([facts], [])
    assert [mover.code for mover in found.movers] == (["a"] if standing is None else [])
    assert found.others == ({} if standing is None else {"a": standing})


def test_who_needs_a_merged_system_needs_the_last_of_its_line() -> None:
    line = [
        Facts(code="a", status="merged", successor="b"),
        Facts(code="b", status="in_use", verdict=Disposition.MERGE, successor="c"),
        Facts(code="c", status="in_use", verdict=Disposition.REHOST),
        Facts(code="app", status="in_use", verdict=Disposition.REHOST),
    ]
    found = sort_out(line, [("app", "a"), ("app", "unknown"), ("unknown", "c")])
    assert found.dependencies == [("app", "c")]


def test_a_line_that_comes_back_stands_for_itself() -> None:
    circle = [
        Facts(code="a", status="in_use", verdict=Disposition.MERGE, successor="b"),
        Facts(code="b", status="in_use", verdict=Disposition.MERGE, successor="a"),
        Facts(code="app", status="in_use", verdict=Disposition.REHOST),
    ]
    assert sort_out(circle, [("app", "a")]).dependencies == [("app", "a")]


def test_shifts_are_what_changes() -> None:
    empty = WavePlan(waves=(), blocked=())
    assert list(shifts({"b": 2, "a": None}, empty)) == [Shift("b", 2, None)]
