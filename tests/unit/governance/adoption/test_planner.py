from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudctl.domain.adoptions import AdoptionRule, Criterion
from cloudctl.domain.errors import Invalid
from cloudctl.domain.inventory import CloudObject, ObjectKind, ObjectState, ObjectStatus, Recorded, object_id
from cloudctl.governance.adoption.planner import NO_PREFIX, SHARED, plan
from cloudctl.governance.adoption.plans import AdoptionPlan, Belonging, Register, Row, Snapshot

NOW = datetime(2026, 11, 22, tzinfo=UTC)
FGW, CZJ, OA, YS = uuid4(), uuid4(), uuid4(), uuid4()
REGISTER = Register(
    departments={"fgw": FGW, "czj": CZJ},
    systems={"oa": (OA, FGW), "ys": (YS, CZJ)},
    zones={"vc-1": frozenset({"extranet"}), "os-1": frozenset({"extranet", "internet"})},
)


def recorded(thing: CloudObject, cloud: str = "vc-1", **fields: Any) -> Recorded:
    values: dict[str, Any] = {"state": ObjectState.PRESENT, "resource_id": None} | fields
    key = object_id(cloud, thing.kind, thing.native_id)
    return Recorded(
        id=key, cloud=cloud, misses=0, first_seen_at=NOW, seen_at=NOW, changed_at=NOW, object=thing, **values
    )


def server(name: str = "oa-1", cloud: str = "vc-1", *, record: dict[str, Any] | None = None, **facts: Any) -> Recorded:
    values: dict[str, Any] = {
        "native_id": f"vm-{name}",
        "name": name,
        "tenant": "group-7",
        "tenant_name": "市直/发改委/办公",
        "zone": "cluster-1",
        "status": ObjectStatus.ACTIVE,
        "vcpu": 2,
        "memory_mib": 4096,
        "disk_gib": 40,
        "networks": ("pg-1",),
        "tags": ("oa",),
    }
    return recorded(CloudObject(kind=ObjectKind.SERVER, **values | facts), cloud, **record or {})


def volume(name: str, of: str | None, *, record: dict[str, Any] | None = None, **facts: Any) -> Recorded:
    values: dict[str, Any] = {"native_id": f"disk-{name}", "name": name, "disk_gib": 100, "server": of}
    return recorded(CloudObject(kind=ObjectKind.VOLUME, **values | facts), **record or {})


def network(native_id: str = "pg-1", *, record: dict[str, Any] | None = None, **facts: Any) -> Recorded:
    values: dict[str, Any] = {"native_id": native_id, "name": f"net {native_id}", "addresses": ("10.9.1.0/24",)}
    return recorded(CloudObject(kind=ObjectKind.NETWORK, **values | facts), **record or {})


def rule(code: str = "fgw-all", *, priority: int = 0, to: str = "fgw", **matches: str) -> AdoptionRule:
    department, system = {"fgw": (FGW, OA), "czj": (CZJ, YS)}[to]
    return AdoptionRule(
        code=code,
        priority=priority,
        matches={Criterion(name): value for name, value in matches.items()},
        department_id=department,
        system_id=system,
        term_months=12,
        contact="李 0532-1",
        created_by=uuid4(),
        created_at=NOW,
    )


def row(number: int = 5, **fields: Any) -> Row:
    values: dict[str, Any] = {"cloud": "vc-1", "native_id": "vm-oa-1", "department": "fgw", "system": "oa"}
    return Row(row=number, term_months=24, **values | fields)


def snapshot(*objects: Recorded, **fields: Any) -> Snapshot:
    return Snapshot(objects=objects, register=REGISTER, **fields)


def reasons(made: AdoptionPlan) -> list[str]:
    return [refusal.message.format(**refusal.params) for refusal in made.refusals]


@pytest.mark.parametrize(
    "matches",
    [
        {"folder": "市直/发改委/*"},
        {"project": "group-7"},
        {"project": "市直/发改委/办公"},
        {"tag": "oa"},
        {"name": "OA-?"},
        {"network": "pg-1"},
        {"network": "net pg-*"},
        {"cloud": "vc-1"},
        {"place": "cluster-1"},
        {"folder": "市直/*", "tag": "oa", "name": "oa-*"},
    ],
)
def test_a_rule_takes_what_meets_all_its_criteria(matches: dict[str, str]) -> None:
    made = plan(snapshot(server(), network()), rules=[rule(**matches)])
    take = next(take for take in made.takes if take.kind is ObjectKind.SERVER)
    assert (take.department_id, take.system_id, take.zone, take.term_months) == (FGW, OA, "extranet", 12)
    assert take.contact == "李 0532-1"


@pytest.mark.parametrize(
    "matches",
    [
        {"folder": "区市/*"},
        {"project": "group"},
        {"tag": "o"},
        {"name": "oa"},
        {"network": "pg-2"},
        {"cloud": "os-1"},
        {"place": "cluster-2"},
        {"folder": "市直/*", "tag": "no"},
    ],
)
def test_a_rule_leaves_what_fails_one_criterion(matches: dict[str, str]) -> None:
    made = plan(snapshot(server(), network()), rules=[rule(**matches)])
    assert (made.takes, made.refusals, made.unclaimed) == ((), (), 1)


def test_a_rule_without_a_criterion_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        rule(name="")
    assert caught.value.field == "matches"


def test_two_rules_of_one_rank_that_disagree_leave_it_to_neither() -> None:
    made = plan(snapshot(server()), rules=[rule("a", tag="oa"), rule("b", to="czj", name="oa-*")])
    assert made.takes == ()
    assert [(found.name, found.sources) for found in made.conflicts] == [("oa-1", ("a", "b"))]
    assert made.unclaimed == 0


def test_the_higher_priority_decides_and_rules_that_agree_do_not_fight() -> None:
    ranked = plan(snapshot(server()), rules=[rule("a", tag="oa"), rule("b", to="czj", priority=5, name="oa-*")])
    assert [(take.source, take.department_id) for take in ranked.takes] == [("b", CZJ)]
    agreed = plan(snapshot(server()), rules=[rule("b", tag="oa"), rule("a", name="oa-*")])
    assert [take.source for take in agreed.takes] == ["a"]


@pytest.mark.parametrize(
    ("found", "stale", "words"),
    [
        (server(record={"state": ObjectState.MISSING}), (), "no longer has it"),
        (server(), ("vc-1",), "is not fresh"),
        (server(key=uuid4()), (), "carries the key"),
        (server(status=ObjectStatus.DELETING), (), "being built or deleted"),
        (server(vcpu=None), (), "does not tell its size"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_reason(found: Recorded, stale: tuple[str, ...], words: str) -> None:
    seen = snapshot(found, stale=frozenset(stale))
    for made in (plan(seen, rules=[rule(tag="oa")]), plan(seen, rows=[row()])):
        assert made.takes == ()
        assert [words in reason for reason in reasons(made)] == [True]
        assert made.refusals[0].way_out


def test_rules_pass_over_what_is_on_record_and_a_row_is_told_so() -> None:
    seen = snapshot(server(record={"resource_id": uuid4()}))
    assert plan(seen, rules=[rule(tag="oa")]).refusals == ()
    assert reasons(plan(seen, rows=[row()])) == ["It is on record already."]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cloud": "vc-9"}, "There is no cloud vc-9"),
        ({"native_id": "vm-9"}, "has no server or volume vm-9"),
        ({"native_id": None, "name": "oa-1", "folder": "区市"}, "has no server or volume oa-1"),
        ({"native_id": None, "name": "twin"}, "2 objects are named twin"),
        ({"department": "old"}, "There is no department old"),
        ({"system": "ys"}, "has no system ys"),
        ({"zone": "internet"}, "does not serve the zone internet"),
    ],
)
def test_a_row_that_cannot_be_meant_so_is_refused_by_its_number(changes: dict[str, Any], words: str) -> None:
    twins = [server("twin", native_id=f"vm-{place}", tenant_name=place) for place in ("a", "b")]
    made = plan(snapshot(server(), server("oa-2"), *twins), rows=[row(7, **changes), row(8, native_id="vm-oa-2")])
    assert [take.source for take in made.takes] == ["#8"]
    assert made.refusals[0].row == 7
    assert words in reasons(made)[0]


def test_a_row_names_an_object_by_its_name_and_folder() -> None:
    twins = [server("twin", native_id=f"vm-{place}", tenant_name=place) for place in ("a", "b")]
    made = plan(snapshot(*twins), rows=[row(native_id=None, name="twin", folder="b")])
    assert [take.native_id for take in made.takes] == ["vm-b"]


def test_two_rows_for_one_object_both_fail() -> None:
    made = plan(snapshot(server()), rows=[row(5), row(6, native_id=None, name="oa-1")])
    assert made.takes == ()
    assert reasons(made) == ["The rows 5, 6 name the same object."] * 2


def test_a_server_brings_its_volumes_but_not_those_of_others() -> None:
    mine, keyed, loose = volume("data", "vm-oa-1"), volume("keyed", "vm-oa-1", key=uuid4()), volume("loose", None)
    made = plan(snapshot(server(), mine, keyed, loose), rules=[rule(folder="市直/发改委/*")])
    assert [(take.native_id, take.server) for take in made.takes] == [
        ("vm-oa-1", None),
        ("disk-data", server().id),
    ]


def test_a_volume_of_a_server_is_not_taken_without_it() -> None:
    made = plan(snapshot(server(), volume("data", "vm-oa-1")), rows=[row(native_id="disk-data")])
    assert (made.takes, reasons(made)) == ((), ["It is a volume of the server oa-1."])


def test_a_volume_that_came_later_joins_its_adopted_server() -> None:
    record = uuid4()
    seen = snapshot(
        server(record={"resource_id": record}),
        volume("data", "vm-oa-1"),
        belongings={record: Belonging(department_id=FGW, zone="extranet")},
    )
    assert [(take.server, take.record) for take in plan(seen, rows=[row(native_id="disk-data")]).takes] == [
        (None, record)
    ]
    refused = plan(seen, rows=[row(native_id="disk-data", department="czj", system="ys")])
    assert reasons(refused) == ["It is a volume of the server oa-1."]


def test_a_network_comes_along_when_all_on_it_becomes_one_departments() -> None:
    made = plan(snapshot(network(), server("oa-1"), server("oa-2")), rules=[rule(tag="oa")])
    assert [take.kind for take in made.takes] == [ObjectKind.NETWORK, ObjectKind.SERVER, ObjectKind.SERVER]
    assert {take.network for take in made.takes[1:]} == {network().id}


@pytest.mark.parametrize(
    "neighbour",
    [server("x", tags=()), server("x", tags=("ys",)), server("x", tags=(), record={"resource_id": uuid4()})],
)
def test_a_network_with_others_on_it_stays_as_it_is_and_the_plan_says_so(neighbour: Recorded) -> None:
    rules = [rule(tag="oa"), rule("czj", to="czj", tag="ys")]
    made = plan(snapshot(network(), server(), neighbour), rules=rules)
    assert all(take.kind is ObjectKind.SERVER and take.network is None for take in made.takes)
    assert made.takes[0].note == SHARED


def test_what_is_missing_from_a_network_does_not_make_it_shared() -> None:
    gone = server("x", tags=(), record={"state": ObjectState.MISSING})
    assert plan(snapshot(network(), server(), gone), rules=[rule(tag="oa")]).takes[0].kind is ObjectKind.NETWORK


def test_a_network_of_which_no_prefix_is_known_is_left() -> None:
    made = plan(snapshot(network(addresses=()), server()), rules=[rule(tag="oa")])
    assert [take.note for take in made.takes] == [NO_PREFIX]


def test_a_server_on_its_departments_network_on_record_joins_it_and_counts_to_its_zone() -> None:
    record = uuid4()
    ours = recorded(CloudObject(kind=ObjectKind.NETWORK, native_id="pg-1", name="n"), "os-1", resource_id=record)
    seen = snapshot(server(cloud="os-1"), ours, belongings={record: Belonging(department_id=FGW, zone="internet")})
    (take,) = plan(seen, rules=[rule(tag="oa")]).takes
    assert (take.record, take.network, take.zone) == (record, None, "internet")


def test_nothing_tells_the_zone_where_the_cloud_serves_several() -> None:
    made = plan(snapshot(server(cloud="os-1")), rules=[rule(tag="oa")])
    assert "which of the zones extranet, internet" in reasons(made)[0]
    named = plan(snapshot(server(cloud="os-1")), rows=[row(cloud="os-1", zone="internet")])
    assert [take.zone for take in named.takes] == ["internet"]


STOCK = (
    [
        server(f"s{place}", tags=tags, tenant_name=folder, networks=(f"pg-{place % 3}",))
        for place, (tags, folder) in enumerate(
            (tags, folder) for tags in ((), ("oa",), ("ys",), ("oa", "ys")) for folder in ("市直/a", "市直/b", "区市/a")
        )
    ]
    + [network(f"pg-{place}") for place in range(3)]
    + [volume(f"d{place}", f"vm-s{place}") for place in range(6)]
)
RULES = [
    rule("r1", tag="oa"),
    rule("r2", to="czj", tag="ys"),
    rule("r3", priority=2, folder="市直/a"),
    rule("r4", to="czj", priority=2, folder="区市/*", tag="ys"),
    rule("r5", to="czj", priority=2, folder="*/a", tag="oa"),
    rule("r6", priority=-1, name="*"),
]


@given(st.lists(st.sampled_from(RULES), unique=True), st.randoms(use_true_random=False))
def test_no_order_of_rules_or_objects_changes_the_plan(rules: list[AdoptionRule], dice: random.Random) -> None:
    first = plan(snapshot(*STOCK), rules=rules)
    objects, shuffled = list(STOCK), list(rules)
    dice.shuffle(objects)
    dice.shuffle(shuffled)
    assert msgspec.json.encode(plan(snapshot(*objects), rules=shuffled)) == msgspec.json.encode(first)


@given(st.lists(st.sampled_from(RULES), unique=True))
def test_every_server_is_taken_fought_over_refused_or_unclaimed_exactly_once(rules: list[AdoptionRule]) -> None:
    made = plan(snapshot(*STOCK), rules=rules)
    taken = [take.object_id for take in made.takes]
    assert len(taken) == len(set(taken))
    fought = {found.object_id for found in made.conflicts}
    assert fought.isdisjoint(taken)
    servers = sum(take.kind is ObjectKind.SERVER for take in made.takes)
    assert servers + len(fought) + len(made.refusals) + made.unclaimed == 12
    owners: dict[UUID, set[UUID]] = {}
    for take in made.takes:
        if take.network is not None:
            owners.setdefault(take.network, set()).add(take.department_id)
    assert all(len(found) == 1 for found in owners.values())
