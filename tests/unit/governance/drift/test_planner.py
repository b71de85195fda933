from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudctl.domain.drift import DriftKind, Excess, Hand
from cloudctl.domain.inventory import ObjectKind, ObjectStatus
from cloudctl.domain.quotas import Dimension
from cloudctl.governance.drift.planner import ROOT
from tests.unit.governance.drift.snapshots import LONG_AGO, NOW, Town, named, record

FRESH = NOW - timedelta(hours=1)
Twist = Callable[[Town], object]


def others(town: Town, **fields: Any) -> None:
    """A record besides, whose key an object of the cloud carries."""
    dead = record("dead", ObjectKind.SERVER, **fields)
    town.others["others"] = {dead.id: dead}


def leak(town: Town, **fields: Any) -> None:
    others(town, **{"state": "undone", "backend_id": None, "gone_at": LONG_AGO} | fields)
    town.add("dead", ObjectKind.SERVER, key=named("dead"))


AGREEING: dict[str, Twist] = {
    "nothing happened": lambda town: None,
    "everything was renamed": lambda town: [town.change(name, name=f"{name}-renamed") for name in town.objects],
    "another host and address": lambda town: town.change("web", host="h9", addresses=("10.8.0.9",)),
    "its key was taken off": lambda town: town.change("web", key=None),
    "it is being rebuilt": lambda town: town.change("web", status=ObjectStatus.BUILDING),
    "retained, off and cut off": lambda town: (
        town.on_record("web", state="retained", power="off"),
        town.change("web", status=ObjectStatus.STOPPED, networks=()),
    ),
    "an order resizes it": lambda town: (town.on_record("web", state="changing"), town.change("web", vcpu=9)),
    "an order has claimed it": lambda town: (town.on_record("web", claimed=True), town.change("web", vcpu=9)),
    "delivered while the sync read": lambda town: (town.on_record("web", since=NOW), town.change("web", vcpu=9)),
    "not seen, but not often enough": lambda town: town.objects.pop("web"),
    "an image": lambda town: town.add("iso", ObjectKind.IMAGE),
    "the cloud's own network": lambda town: town.add("outside", ObjectKind.NETWORK, tenant=None),
    "a snapshot of what stands": lambda town: town.add("snap", ObjectKind.SNAPSHOT, server="web-native"),
    "a snapshot of a volume that stands": lambda town: town.add("snap", ObjectKind.SNAPSHOT, volume="data-native"),
    "the disk that a server starts from": lambda town: town.add(
        "boot", ObjectKind.VOLUME, server="web-native", tags=(ROOT,)
    ),
    "gone on record, deleted while the sync read": lambda town: leak(town, state="released", gone_at=NOW),
    "its adoption is being undone": lambda town: (leak(town), town.others.update(touched={named("dead")})),
    "a segment that all systems of its department share": lambda town: town.on_record("net", system_id=None),
    "its term ends today": lambda town: town.on_record("web", expires_on=NOW.date()),
}


@pytest.mark.parametrize("twist", AGREEING.values(), ids=AGREEING.keys())
def test_what_is_no_drift(twist: Twist) -> None:
    town = Town()
    twist(town)
    assert town.found(certain_since=None) == set()


EXPECTED: dict[str, tuple[Twist, str, str]] = {
    "a server on no record": (lambda town: town.add("shadow", ObjectKind.SERVER), "unknown", "shadow"),
    "a network on no record": (lambda town: town.add("lan", ObjectKind.NETWORK), "unknown", "lan"),
    "an address on no record": (lambda town: town.add("ip", ObjectKind.ADDRESS), "unknown", "ip"),
    "a disk at a server of ours": (
        lambda town: town.add("extra", ObjectKind.VOLUME, server="web-native"),
        "unknown",
        "extra",
    ),
    "a disk that is loose since an hour": (
        lambda town: town.add("loose", ObjectKind.VOLUME, when=FRESH),
        "unknown",
        "loose",
    ),
    "a copy with the key of ours": (
        lambda town: town.add("clone", ObjectKind.SERVER, key=named("web")),
        "unknown",
        "clone",
    ),
    "gone after enough syncs": (lambda town: town.lose("web"), "missing", "web"),
    "never seen, though enough syncs looked": (
        lambda town: town.records.update(more=record("more", ObjectKind.VOLUME)),
        "missing",
        "more",
    ),
    "retained and gone": (
        lambda town: (town.on_record("web", state="retained"), town.lose("web")),
        "missing",
        "web",
    ),
    "resized": (lambda town: town.change("web", vcpu=8), "changed", "web"),
    "more memory": (lambda town: town.change("web", memory_mib=8192), "changed", "web"),
    "switched off": (lambda town: town.change("web", status=ObjectStatus.STOPPED), "changed", "web"),
    "in error": (lambda town: town.change("web", status=ObjectStatus.ERROR), "changed", "web"),
    "on another network": (lambda town: town.change("web", networks=("lan-native",)), "changed", "web"),
    "on a second network": (lambda town: town.change("web", networks=("lan-native", "net-native")), "changed", "web"),
    "on no network": (lambda town: town.change("web", networks=()), "changed", "web"),
    "extended": (lambda town: town.change("data", disk_gib=500), "changed", "data"),
    "cut loose": (lambda town: town.change("data", server=None), "changed", "data"),
    "left by an order": (leak, "leaked", "dead"),
    "released and still there": (lambda town: leak(town, state="released"), "leaked", "dead"),
    "a key on no record": (lambda town: town.add("alien", ObjectKind.SERVER, key=named("alien")), "leaked", "alien"),
    "a disk that is loose for long": (lambda town: town.add("old", ObjectKind.VOLUME), "orphan", "old"),
    "a disk whose server is gone": (
        lambda town: town.add("old", ObjectKind.VOLUME, server="gone-native"),
        "orphan",
        "old",
    ),
    "a disk of ours that nothing uses": (
        lambda town: (town.on_record("data", server_id=None), town.change("data", server=None)),
        "orphan",
        "data",
    ),
    "a snapshot of what is gone": (
        lambda town: town.add("snap", ObjectKind.SNAPSHOT, server="gone-native"),
        "orphan",
        "snap",
    ),
    "a snapshot of a volume that is gone": (
        lambda town: town.add("snap", ObjectKind.SNAPSHOT, volume="gone-native"),
        "orphan",
        "snap",
    ),
    "its term ended yesterday": (
        lambda town: town.on_record("web", expires_on=NOW.date() - timedelta(days=1)),
        "expired",
        "web",
    ),
    "nobody left in its department": (
        lambda town: (
            town.others.update(deserted={named("czj"): "财政局"}),
            town.on_record("web", department_id=named("czj")),
        ),
        "ownerless",
        "财政局",
    ),
    "of no system": (lambda town: town.on_record("web", system_id=None), "ownerless", "web"),
    "whoever asked is gone": (lambda town: town.on_record("web", applicant_gone=True), "ownerless", "web"),
    "more than the limit": (
        lambda town: town.others.update(
            excesses=[
                Excess(
                    quota_id=named("quota"),
                    department_id=named("fgw"),
                    department="发改委",
                    zone="extranet",
                    dimension=Dimension.VCPU,
                    taken=80,
                    limit=64,
                )
            ]
        ),
        "over-quota",
        "发改委",
    ),
}


@pytest.mark.parametrize(("twist", "kind", "name"), EXPECTED.values(), ids=EXPECTED.keys())
def test_each_finding_alone(twist: Twist, kind: str, name: str) -> None:
    town = Town()
    twist(town)
    assert town.found() == {(kind, name)}


def test_every_kind_is_expected_somewhere() -> None:
    assert {kind for _, kind, _ in EXPECTED.values()} == set(DriftKind)


def test_a_change_says_what_the_record_has_what_the_cloud_has_and_who() -> None:
    town = Town()
    town.change("web", vcpu=8, status=ObjectStatus.STOPPED)
    hand = Hand(at=FRESH, who="administrator@vsphere.local")
    line = town.lines(hands={town.objects["web"].id: hand})[0]
    assert line.facts == {"fields": {"vcpu": [2, 8], "power": ["on", "off"]}}
    assert (line.evidence["who"], line.evidence["learnt_at"]) == (hand.who, FRESH)
    assert (line.resource_id, line.department_id) == (named("web"), named("fgw"))


def test_a_department_without_anybody_is_one_finding_however_much_it_has() -> None:
    town = Town()
    town.others.update(deserted={named("fgw"): "发改委", named("czj"): "财政局"})
    town.on_record("web", system_id=None, applicant_gone=True)
    (line,) = town.lines()
    assert (line.subject_kind, line.subject_id, line.resource_id) == ("department", named("fgw"), None)
    assert line.facts == {"why": "department", "resources": 3}


def test_a_missing_one_says_since_when_clean_syncs_do_not_see_it() -> None:
    town = Town()
    town.lose("data")
    (line,) = town.lines()
    assert (line.evidence["missing_since"], line.evidence["native_id"]) == (NOW - timedelta(days=3), "data-native")


def test_a_leak_names_the_order_that_left_it_and_its_department() -> None:
    town = Town()
    leak(town, order="SQ2026-0042", order_state="failed")
    line = town.lines()[0]
    assert (line.facts["order"], line.evidence["order_state"]) == ("SQ2026-0042", "failed")
    assert line.department_id == named("fgw")


def test_disks_of_an_unknown_server_go_with_it() -> None:
    town = Town()
    town.add("shadow", ObjectKind.SERVER)
    town.add("disk", ObjectKind.VOLUME, server="shadow-native")
    town.add("ip", ObjectKind.ADDRESS, server="shadow-native")
    town.add("snap", ObjectKind.SNAPSHOT, server="shadow-native")
    assert town.found() == {("unknown", "shadow")}


def test_an_unknown_object_is_ascribed_to_the_department_of_its_tenant() -> None:
    town = Town()
    town.add("shadow", ObjectKind.SERVER, tenant="p1")
    assert town.lines(tenants={"p1": named("fgw")})[0].department_id == named("fgw")


def test_what_an_order_may_just_have_made_is_not_judged_before_the_order_settles() -> None:
    town = Town()
    town.add("half", ObjectKind.SERVER, when=NOW)
    town.records["new"] = record("new", ObjectKind.SERVER, state="building", backend_id=None)
    plan = town.plan()
    assert not plan.lines
    assert town.objects["half"].id in plan.silent
    town.records["new"] = record("new", ObjectKind.SERVER, state="undone", backend_id=None)
    assert town.found() == {("unknown", "half")}


def test_what_is_in_motion_is_left_as_it_was_found() -> None:
    town = Town()
    town.change("web", vcpu=8)
    for fields in ({"state": "changing"}, {"claimed": True}, {"since": NOW}):
        before = town.records["web"]
        town.on_record("web", **fields)
        plan = town.plan()
        assert not plan.lines
        assert {named("web"), town.objects["web"].id} <= set(plan.silent)
        town.records["web"] = before
    assert named("web") in set(town.plan(touched={named("web")}).silent)
    assert town.found(touched={named("web")}) == set()


def test_ten_thousand_renamed_at_once_are_no_drift() -> None:
    town = Town()
    for number in range(10_000):
        name = f"vm-{number}"
        town.records[name] = record(name, ObjectKind.SERVER, vcpu=2)
        town.add(name, ObjectKind.SERVER, key=named(name), vcpu=2)
        town.change(name, name=f"renamed-{number}")
    assert town.lines() == []


def test_a_kind_that_the_cloud_does_not_list_is_not_missing() -> None:
    town = Town()
    town.records["ip"] = record("ip", ObjectKind.ADDRESS, server_id=named("web"))
    assert town.found() == set()


names = st.sampled_from(["web", "data", "net"])
twists = st.one_of(
    st.tuples(st.just("change"), names, st.fixed_dictionaries({"disk_gib": st.integers(1, 3)})),
    st.tuples(st.just("lose"), names, st.just({})),
    st.tuples(st.just("record"), names, st.fixed_dictionaries({"claimed": st.booleans()})),
    st.tuples(st.just("record"), names, st.fixed_dictionaries({"expires_on": st.just(date(2026, 1, 1))})),
    st.tuples(
        st.just("add"),
        st.sampled_from(["a", "b", "web2"]),
        st.fixed_dictionaries(
            {
                "kind": st.sampled_from(list(ObjectKind)),
                "key": st.sampled_from([None, named("web"), named("nobody")]),
                "server": st.sampled_from([None, "web-native", "gone-native"]),
            }
        ),
    ),
)


def test_what_was_rebuilt_past_the_platform_is_not_what_is_on_record() -> None:
    town = Town()
    town.lose("web")
    town.add("web-again", ObjectKind.SERVER, key=named("web"))
    found = {line.name: (line.kind, line.why) for line in town.plan().lines if line.subject_kind == "server"}
    assert found == {"web": (DriftKind.MISSING, ""), "web-again": (DriftKind.UNKNOWN, "copy")}


@given(st.lists(twists, max_size=8))
def test_whatever_happened_each_subject_is_found_once_a_kind_and_the_same_again(happened: list[Any]) -> None:
    town = Town()
    for what, name, facts in happened:
        match what:
            case "change":
                town.change(name, **facts)
            case "lose":
                town.lose(name)
            case "record":
                town.on_record(name, **facts)
            case _:
                town.add(name, **facts)
    plan = town.plan()
    keys = [(line.kind, line.subject_id) for line in plan.lines]
    assert len(keys) == len(set(keys))
    assert town.plan() == plan
    physical = {DriftKind.UNKNOWN, DriftKind.MISSING, DriftKind.CHANGED, DriftKind.LEAKED, DriftKind.ORPHAN}
    assert not {line.subject_id for line in plan.lines if line.kind in physical} & set(plan.silent)
    found = {line.object_id for line in plan.lines}
    for thing in town.objects.values():  # invariant 1: on record, in a finding, or part of what is
        if thing.state == "present" and thing.object.kind in {ObjectKind.SERVER, ObjectKind.NETWORK}:
            recorded = thing.object.key in {named(n) for n in town.records}
            assert recorded or thing.id in found
