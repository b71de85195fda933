from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudctl.domain.drift import DriftAct, Known, News
from cloudctl.domain.inventory import ObjectKind, ObjectStatus
from cloudctl.governance.drift.rounds import Round, settle
from tests.unit.governance.drift.snapshots import CLOUD, Town


class Records:
    """What stands on record, as the repository would keep it."""

    def __init__(self) -> None:
        self.known: dict[Any, Known] = {}

    def round(self, town: Town, **changes: Any) -> Round:
        done = settle(town.plan(**changes), self.known, CLOUD)
        for one in [*done.new, *done.renewed]:
            self.put(one)
        for key, version in done.gone.items():
            self.change(key, state="vanished", version=version + 1)
        return done

    def put(self, one: News) -> None:
        old = self.known.get(one.id)
        state = "open" if old is None or one.again else old.state
        self.known[one.id] = Known(
            id=one.id,
            subject_id=one.subject_id,
            state=state,
            mark=one.mark,
            name=one.name,
            act=None,
            version=(one.version or 0) + 1,
        )

    def change(self, key: Any, **fields: Any) -> None:
        old = self.known[key]
        self.known[key] = Known(**{name: getattr(old, name) for name in old.__struct_fields__} | fields)

    @property
    def only(self) -> Known:
        (one,) = self.known.values()
        return one


NOTHING = Round([], [], {})


def test_a_rerun_adds_and_changes_nothing() -> None:
    town, records = Town(), Records()
    town.change("web", vcpu=8)
    assert len(records.round(town).new) == 1
    assert records.round(town) == NOTHING


def test_what_is_no_longer_so_vanishes_and_is_the_same_finding_when_it_is_so_again() -> None:
    town, records = Town(), Records()
    town.change("web", vcpu=8)
    records.round(town)
    first = records.only.id
    town.change("web", vcpu=2)
    assert list(records.round(town).gone) == [first]
    assert records.round(town) == NOTHING
    town.change("web", vcpu=8)
    (again,) = records.round(town).renewed
    assert (again.id, again.again, records.only.state) == (first, True, "open")


def test_an_open_one_takes_over_what_it_consists_of_now() -> None:
    town, records = Town(), Records()
    town.change("web", vcpu=8)
    records.round(town)
    town.change("web", vcpu=16)
    (one,) = records.round(town).renewed
    assert (one.facts["fields"], one.again) == ({"vcpu": [2, 16]}, False)


def test_what_is_in_motion_neither_vanishes_nor_is_renewed() -> None:
    town, records = Town(), Records()
    town.change("web", vcpu=8)
    records.round(town)
    town.on_record("web", claimed=True)
    town.change("web", vcpu=2)
    assert records.round(town) == NOTHING
    assert records.only.state == "open"


def test_what_was_accepted_stays_so_while_it_is_what_was_accepted() -> None:
    town, records = Town(), Records()
    town.on_record("web", applicant_gone=True)
    records.round(town)
    records.change(records.only.id, state="resolved", act=DriftAct.ACCEPT)
    assert records.round(town) == NOTHING
    town.on_record("web", order="SQ2026-0099")
    assert records.round(town).renewed[0].again


@pytest.mark.parametrize("act", [DriftAct.ADOPT, DriftAct.RESTORE, DriftAct.RELEASE])
def test_an_act_that_did_not_hold_shows_again(act: DriftAct) -> None:
    town, records = Town(), Records()
    town.change("web", vcpu=8)
    records.round(town)
    records.change(records.only.id, state="resolved", act=act)
    assert records.round(town).renewed[0].again


def test_what_is_being_resolved_is_left_to_who_resolves_it() -> None:
    town, records = Town(), Records()
    town.change("web", vcpu=8)
    records.round(town)
    records.change(records.only.id, state="resolving", act=DriftAct.RESTORE)
    assert records.round(town) == NOTHING
    town.change("web", vcpu=2)
    assert records.round(town) == NOTHING


def test_words_and_next_step_are_said_in_both_languages_and_name_the_finding() -> None:
    town, records = Town(), Records()
    town.change("web", vcpu=8, status=ObjectStatus.STOPPED)
    town.add("shadow", ObjectKind.SERVER)
    for one in records.round(town).new:
        assert set(one.words) == set(one.next_step) == {"en", "zh_CN"}
        assert one.name in one.words["en"]
        assert "{" not in one.words["en"] + one.next_step["en"]
        assert str(one.id) in one.next_step["en"]
    said = {one.name: one.words["en"] for one in settle(town.plan(), {}, CLOUD).new}
    assert said["web"].endswith("vCPU 2 → 8; power on → off.")


moves = st.lists(
    st.tuples(
        st.sampled_from(["web", "data"]), st.sampled_from([{"disk_gib": 1}, {"disk_gib": 40}, {"disk_gib": 100}])
    ),
    max_size=6,
)


@given(st.lists(moves, max_size=5))
def test_after_any_rounds_the_open_ones_are_just_what_is_so(rounds: list[Any]) -> None:
    town, records = Town(), Records()
    for round_ in rounds:
        for name, facts in round_:
            town.change(name, **facts)
        records.round(town)
        assert records.round(town) == NOTHING
        opened = {one.subject_id for one in records.known.values() if one.state == "open"}
        assert opened == {line.subject_id for line in town.lines()}
