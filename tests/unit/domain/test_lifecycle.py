from __future__ import annotations

import itertools

import pytest

from cloudctl.domain.errors import Refused
from cloudctl.domain.lifecycle import MACHINES, NOTICES, OPINIONS, ORDERS, PREFIXES, RESOURCES, walk
from cloudctl.domain.machines import Machine

FIRST = {
    "access_grant": "asked",
    "sync": "asked",
    "order": "draft", "resource": "planned", "prefix": "reserved", "notice": "pending", "opinion": "asked",
    "rating": "given", "emergency": "open", "transfer": "asked",
    "finding": "open", "system": "planned", "room": "planned", "device": "running", "fitting": "reserved",
    "adoption": "running", "taking": "planned",
    "assessment": "proposed", "wave": "planned", "move": "planned", "step": "waiting", "case": "open",
    "campaign": "running", "stop": "thrown", "clearing": "nominated",
    "shadow": "open", "proposal": "open", "run": "planned",
    "zombie_exemption": "requested", "backup": "taking",
    "app": "asked", "app_act": "queued", "app_backup": "kept", "check": "waiting",
    "incident": "open",
}  # fmt: skip
each_machine = pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.noun)


def events(machine: Machine) -> set[str]:
    return {line.event for line in machine.table}


@each_machine
def test_every_pair_that_is_not_listed_is_refused(machine: Machine) -> None:
    listed = {(line.source, line.event): line.target for line in machine.table}
    refused = 0
    for state, event in itertools.product([*machine.states, "no-state"], [*events(machine), "no-event"]):
        if (state, event) in listed:
            assert machine.next(state, event) == listed[state, event]
            continue
        refused += 1
        with pytest.raises(Refused) as caught:
            machine.next(state, event)
        assert caught.value.params["state"] == state
        assert caught.value.params["event"] == event
    assert refused > len(listed)


@each_machine
def test_no_pair_is_listed_twice(machine: Machine) -> None:
    pairs = [(line.source, line.event) for line in machine.table]
    assert len(pairs) == len(set(pairs))


@each_machine
def test_every_state_is_reached_from_the_first(machine: Machine) -> None:
    reached = {FIRST[machine.noun]}
    while more := {line.target for line in machine.table if line.source in reached} - reached:
        reached |= more
    assert reached == set(machine.states)


@each_machine
def test_only_known_states_stand_in_the_table_and_each_has_its_sentence(machine: Machine) -> None:
    assert {line.source for line in machine.table} | {line.target for line in machine.table} <= set(machine.states)
    assert all(sentence.endswith(".") for sentence in machine.states.values())
    assert all(line.meaning for line in walk(machine))


def test_final_states() -> None:
    assert ORDERS.final == {"rejected", "refused", "cancelled", "closed"}
    assert RESOURCES.final == set()  # what was left behind in a cloud is put by when it is found
    assert PREFIXES.final == {"free"}
    assert OPINIONS.final == {"void"}
    assert NOTICES.final == {"sent", "folded"}


def test_a_refusal_says_what_is_possible() -> None:
    with pytest.raises(Refused) as caught:
        ORDERS.next("delivered", "approve")
    assert caught.value.params["possible"] == "close"
    with pytest.raises(Refused) as caught:
        ORDERS.next("closed", "approve")
    assert caught.value.params["possible"] == "-"


def test_an_order_can_only_be_approved_after_sign_off_and_review() -> None:
    sources = {line.source for line in ORDERS.table if line.target == "approved"}
    assert sources == {"in_review", "signed_off", "draft"}
    assert [line.event for line in ORDERS.table if (line.source, line.target) == ("draft", "approved")] == [
        "approve_emergency"
    ]
    assert [line.event for line in ORDERS.table if line.source == "signed_off" and line.target == "approved"] == [
        "auto_approve"
    ]


def test_nothing_is_purged_but_from_its_retention() -> None:
    assert {line.source for line in RESOURCES.table if line.target == "purging"} == {"retained"}
    ends = {line.event: line.source for line in RESOURCES.table if line.target == "released"}
    assert ends.pop("lose")  # accepted as gone: nobody of ours deleted it
    assert ends == {"vanish": "purging"}
