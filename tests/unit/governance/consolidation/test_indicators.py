"""What counts, what is left out, what is not known, and who left a count without moving."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from cloudctl.domain.indicators import Counted, Definition, Exclusion, Figure, Term, in_force
from cloudctl.domain.rankings import RankingPart
from cloudctl.governance.consolidation.indicators import Group, asked, figure, reclassed
from cloudctl.governance.consolidation.ranking import Share, rank
from cloudctl.governance.consolidation.suspicions import Course, suspect
from cloudctl.policy.measures import load
from cloudctl.policy.registry import shipped

NOW = datetime(2026, 11, 21, 4, tzinfo=UTC)
WORDS = {"zh_CN": "率", "en": "rate"}
FGW, CZJ = uuid4(), uuid4()


def definition(**fields: Any) -> Definition:
    values: dict[str, Any] = {
        "name": "rate",
        "version": 1,
        "valid_from": date(2026, 1, 1),
        "title": WORDS,
        "formula": WORDS,
        "unit": "share",
        "numerator": (Term(noun=Counted.ROOMS, where={"verified": ("closed",)}),),
        "denominator": (Term(noun=Counted.ROOMS),),
        "claimed": (Term(noun=Counted.ROOMS, where={"status": ("closed",)}),),
        "exclusions": (Exclusion(name="carriers", noun=Counted.ROOMS, where={"kind": ("carrier",)}, because=WORDS),),
    }
    return Definition(**values | fields)


def room(
    kind: str = "own", verified: str = "unproven", status: str = "in_use", owner: UUID = FGW, **more: Any
) -> Group:
    return Group(Counted.ROOMS, owner, {"kind": kind, "verified": verified, "status": status}, **more)


def test_a_share_counts_what_is_verified_beside_what_is_claimed_and_says_what_it_left_out() -> None:
    rooms = [
        room(verified="closed", status="closed"),
        room(status="closed"),
        room(),
        room(),
        room(kind="carrier", verified="closed", status="closed"),
    ]
    told = figure(definition(), rooms, scope="all", as_of=NOW)
    assert (told.numerator, told.denominator, told.claimed) == (1, 4, 2)
    assert (told.share, told.claimed_share) == (0.25, 0.5)
    assert told.excluded == {"carriers": 1}


def test_nothing_to_divide_by_is_no_share_and_nothing_known_is_no_total() -> None:
    assert figure(definition(), [], scope="all", as_of=NOW).share is None
    area = definition(
        unit="m2", numerator=(Term(noun=Counted.ROOMS, total_of="area_m2"),), denominator=(), claimed=(), exclusions=()
    )
    unknown = room(sums={"area_m2": None})
    assert figure(area, [unknown], scope="all", as_of=NOW).numerator is None
    assert figure(area, [], scope="all", as_of=NOW).numerator == 0
    assert figure(area, [unknown, room(sums={"area_m2": 12.5})], scope="all", as_of=NOW).numerator == 12.5


def test_the_time_of_the_evidence_is_that_of_what_counts() -> None:
    early, late = NOW - timedelta(days=3), NOW - timedelta(days=1)
    rooms = [
        room(seen_from=early, seen_until=early),
        room(seen_from=late, seen_until=late),
        room(kind="carrier", seen_from=NOW, seen_until=NOW),
    ]
    told = figure(definition(), rooms, scope="all", as_of=NOW)
    assert (told.seen_from, told.seen_until) == (early, late)


def test_the_census_is_asked_for_no_more_than_definitions_count_by() -> None:
    wanted = asked([definition()])
    assert set(wanted) == {Counted.ROOMS}
    assert wanted[Counted.ROOMS].fields == {"verified", "status", "kind"}


def test_who_counts_verified_systems_is_told_what_they_claim() -> None:
    proven = Term(noun=Counted.SYSTEMS, where={"verified": ("on_platform",)})
    wanted = asked([definition(numerator=(proven,), denominator=(), claimed=(), exclusions=())])
    assert wanted[Counted.SYSTEMS].fields == {"verified", "status"}


def test_a_version_holds_from_its_day_and_the_old_one_stays() -> None:
    first, second = definition(), definition(version=2, valid_from=date(2026, 7, 1))
    assert in_force([first, second], "rate", date(2026, 6, 30)) is first
    assert in_force([second, first], "rate", date(2026, 7, 1)) is second
    assert in_force([first], "rate", date(2025, 12, 31)) is None


@pytest.mark.parametrize(
    ("before", "after", "left"),
    [
        ({"kind": "own"}, {"kind": "carrier"}, True),
        ({"kind": "carrier"}, {"kind": "own"}, False),
        ({"category": "server_room"}, {"category": "closet"}, False),
        ({"status": "in_use"}, {"status": "closed"}, False),
    ],
)
def test_a_change_of_class_that_leaves_the_count_is_named(
    before: dict[str, Any], after: dict[str, Any], left: bool
) -> None:
    base = {"kind": "own", "category": "server_room", "status": "in_use"}
    versions = [(NOW - timedelta(days=9), "li", base | before), (NOW, "wang", base | after)]
    found = list(reclassed(Counted.ROOMS, versions, [definition()]))
    assert [(one.by, list(one.indicators)) for one in found] == ([("wang", ["rate"])] if left else [])


def test_a_system_that_changes_its_class_out_of_a_definition_is_named() -> None:
    business = definition(
        numerator=(Term(noun=Counted.SYSTEMS, where={"verified": ("on_platform",), "system_class": ("business",)}),),
        denominator=(Term(noun=Counted.SYSTEMS, where={"system_class": ("business",)}),),
        claimed=(),
        exclusions=(),
    )
    versions = [
        (NOW - timedelta(days=9), "li", {"system_class": "business", "status": "in_use"}),
        (NOW, "wang", {"system_class": "other", "status": "in_use"}),
    ]
    (found,) = reclassed(Counted.SYSTEMS, versions, [business])
    assert (found.field, found.before, found.after) == ("system_class", "business", "other")


def kept(numerator: float, denominator: float, claimed: float | None = None, name: str = "rate") -> Figure:
    return Figure(
        name=name, version=1, scope="all", as_of=NOW, numerator=numerator, denominator=denominator, claimed=claimed,
        excluded={},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("now", "earlier", "course", "kinds"),
    [
        (kept(20, 20), kept(10, 20), {}, ["jump"]),
        (kept(19, 20), kept(10, 20), {}, []),
        (kept(10, 15), kept(10, 20), {}, ["shrunk"]),
        (kept(2, 20, claimed=18), None, {}, ["claims_ahead"]),
        (kept(2, 4, claimed=4), None, {}, []),
        (kept(2, 20), None, {"checks": 400}, ["no_outage"]),
        (kept(2, 20), None, {"checks": 400, "failures": 1}, []),
        (kept(2, 20), None, {"moved": 2}, ["class_moves"]),
        (kept(0, 50, name="servers-cpu-low"), None, {}, ["none_underused"]),
        (kept(0, 0, name="servers-cpu-low"), None, {}, []),
    ],
)
def test_what_is_too_good_to_be_true_is_pointed_at(
    now: Figure, earlier: Figure | None, course: dict[str, int], kinds: list[str]
) -> None:
    before = {} if earlier is None else {(earlier.name, earlier.version): earlier}
    found = list(suspect([now], before, Course(since=date(2026, 10, 22), **course)))
    assert [one.kind for one in found] == kinds
    assert all(one.words["en"] and one.words["zh_CN"] for one in found)


PARTS = (
    RankingPart(name="systems", weight=40, indicator="a", title=WORDS),
    RankingPart(name="cases_on_time", weight=60, title=WORDS),
)


def test_departments_are_ranked_by_the_parts_that_apply_to_them() -> None:
    third = uuid4()
    shares = {
        (FGW, "systems"): Share(1, 2),
        (FGW, "cases_on_time"): Share(1, 1),
        (CZJ, "systems"): Share(4, 5),
    }
    places = {one.department_id: one for one in rank([FGW, CZJ, third], PARTS, shares)}
    assert (places[FGW].rank, places[FGW].score) == (1, 80.0)
    assert (places[CZJ].rank, places[CZJ].score) == (1, 80.0), "a part that does not apply is left out of the mean"
    assert (places[third].rank, places[third].score) == (None, None)
    assert [line.points for line in places[CZJ].lines] == [32.0, None]


def test_equal_scores_share_a_place_and_the_next_one_counts_them() -> None:
    keys = [uuid4() for _ in range(4)]
    shares = {(key, "systems"): Share(part, 10) for key, part in zip(keys, (9, 5, 5, 1), strict=True)}
    assert sorted(one.rank or 0 for one in rank(keys, PARTS, shares)) == [1, 2, 2, 4]


def test_every_shipped_indicator_says_in_both_languages_what_it_is() -> None:
    measures = load(shipped())
    assert {
        "centralisation-rooms",
        "centralisation-servers",
        "centralisation-systems",
        "centralisation-departments",
    } <= {one.name for one in measures.indicators}
    for one in measures.indicators:
        assert all(one.title[locale] and one.formula[locale] for locale in ("zh_CN", "en"))
        assert all(exclusion.because["zh_CN"] for exclusion in one.exclusions)
