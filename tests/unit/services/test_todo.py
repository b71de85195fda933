"""What waits for whom, and why."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from cloudctl.domain.accounts import Role
from cloudctl.domain.drift import DriftAct
from cloudctl.domain.errors import Forbidden
from cloudctl.domain.opinions import Specialist
from cloudctl.ports.context import Request
from cloudctl.ports.queries.rows import TodoRow
from cloudctl.providers.simulated import Fault, FaultKind
from cloudctl.services import (
    acceptances,
    accounts,
    adoptions,
    decisions,
    deliveries,
    deputies,
    opinions,
    todo,
    tokens,
    workflows,
)
from tests.factories import Installed, installation
from tests.seeds import CLOUD, person
from tests.unit.services.outside import Outside
from tests.unit.services.test_adoptions import adopted, running, synced


def waiting(city: Installed, who: str | Request) -> dict[str, TodoRow]:
    """What waits for somebody of this test's own orders, by what kind of work it is."""
    request = city.people[who] if isinstance(who, str) else who
    rows = todo.waiting(city.ctx, request, 500)
    mine = [row for row in rows if row.order_id and city.order(row.order_id).department_id == city.ids["fgw"]]
    return {row.source: row for row in mine}


def test_an_order_waits_for_one_after_the_other(city: Installed) -> None:
    order = city.submitted(city.build_items())
    head = waiting(city, "head")["sign_off"]
    clock = city.order(order.id).clock
    assert clock is not None
    assert (head.number, head.title, head.state, head.due_at) == (order.number, order.title, "submitted", clock.due_at)
    assert head.principal is None
    assert (waiting(city, "officer"), waiting(city, "reviewer")) == ({}, {})
    decisions.sign_off(city.ctx, city.people["head"], order.id)
    assert waiting(city, "head") == {}
    assert set(waiting(city, "reviewer")) == {"review"}
    returned = decisions.send_back(city.ctx, city.people["reviewer"], order.id, missing=["x"])
    correction = waiting(city, "officer")["correction"]
    assert (correction.due_at, correction.what) == (returned.correction_due, "Correct it and hand it in again.")
    assert (waiting(city, "head"), waiting(city, "reviewer")) == ({}, {})


def test_an_opinion_waits_for_the_specialist_who_was_asked(city: Installed) -> None:
    for who, role in (("net", Role.NETWORK_SPECIALIST), ("sec", Role.SECURITY_SPECIALIST)):
        login = f"{who}.{city.people['head'].actor.name}"
        city.people[who], city.secrets[who], city.ids[who] = person(city.ctx, login, role, None)
    order = city.signed(city.build_items())
    acceptances.accept(city.ctx, city.people["reviewer"], order.id)
    asked = {opinion.specialist for opinion in opinions.of_order(city.ctx, city.people["reviewer"], order.id)}
    if Specialist.SECURITY not in asked:
        opinions.ask(city.ctx, city.people["reviewer"], order.id, specialist=Specialist.SECURITY)
    row = waiting(city, "sec")["opinion"]
    due = {opinion.due_at for opinion in opinions.of_order(city.ctx, city.people["reviewer"], order.id)}
    assert (row.number, row.why, row.due_at in due) == (order.number, "You are asked as a specialist.", True)
    assert ("opinion" in waiting(city, "net")) is (Specialist.NETWORK in asked)
    assert "decision" in waiting(city, "reviewer")


def test_a_parked_build_waits_for_the_operator(city: Installed) -> None:
    order = city.approved(city.build_items(count=1))
    assert waiting(city, "operator") == {}
    deliveries.begin(city.ctx, order.id, order.attempt)
    deliveries.park(city.ctx, order.id, "build_servers", "no answer")
    assert waiting(city, "operator")["operator"].number == order.number
    workflows.roll_back(city.ctx, city.people["operator"], order.id)
    city.run()
    assert waiting(city, "operator") == {}


def test_nobody_elses_work_is_shown(city: Installed) -> None:
    city.submitted(city.build_items())
    assert waiting(city, "strange-head") == {}
    assert waiting(city, "stranger") == {}
    assert waiting(city, "auditor") == {}


def test_a_deputy_sees_what_waits_for_the_principal_and_for_whom_he_would_do_it(city: Installed) -> None:
    order = city.submitted(city.build_items())
    city.people["b"], city.secrets["b"], city.ids["b"] = person(
        city.ctx, f"b.{city.people['head'].actor.name}", Role.DEPARTMENT_OFFICER, city.ids["fgw"]
    )
    head, deputy = city.people["head"].actor.name, city.people["b"].actor.name
    now = city.clock.now()
    deputies.appoint(
        city.ctx, city.people["head"], deputy=deputy, starts_at=now, ends_at=now + timedelta(days=5), reason="公休"
    )
    row = waiting(city, "b")["sign_off"]
    assert (row.number, row.principal) == (order.number, head)
    acting = Request(actor=accounts.authenticate(city.ctx, city.secrets["b"], head), request_id="r")
    assert waiting(city, acting)["sign_off"].principal == head
    city.clock.move(days=5)
    assert waiting(city, "b") == {}


def test_a_deputys_own_order_does_not_wait_for_his_signature(city: Installed) -> None:
    city.submitted(city.build_items())
    now = city.clock.now()
    deputies.appoint(
        city.ctx,
        city.people["head"],
        deputy=city.people["officer"].actor.name,
        starts_at=now,
        ends_at=now + timedelta(days=5),
        reason="公休",
    )
    assert waiting(city, "officer") == {}


def test_the_most_urgent_comes_first_and_what_has_no_date_last(city: Installed) -> None:
    made = [city.signed(city.build_items(f"u{number}", count=1)) for number in range(3)]
    for order in reversed(made):
        decisions.send_back(city.ctx, city.people["reviewer"], order.id, missing=["x"])
        city.clock.move(days=7)
    rows = [row for row in todo.waiting(city.ctx, city.people["officer"], 500) if row.source == "correction"]
    assert [row.number for row in rows] == [order.number for order in reversed(made)]
    assert [row.due_at for row in rows] == sorted(row.due_at for row in rows if row.due_at)
    assert len(todo.waiting(city.ctx, city.people["officer"], 1)) == 1


def test_a_token_without_the_permission_gets_no_list(city: Installed) -> None:
    _, narrow = tokens.issue(
        city.ctx, city.people["head"], city.ids["head"], name="narrow", scopes=frozenset({"catalogue:read"})
    )
    with pytest.raises(Forbidden):
        todo.waiting(city.ctx, Request(actor=accounts.authenticate(city.ctx, narrow), request_id="r"), 10)


def heaps(city: Installed, who: str) -> dict[tuple[str, str], TodoRow]:
    """What comes in heaps, by the cloud or number and the title."""
    return {(row.number, row.title): row for row in todo.waiting(city.ctx, city.people[who], 500) if row.count}


def test_findings_are_one_line_for_each_kind_and_cloud_with_the_oldest(outside: Outside) -> None:
    city = outside.city
    assert heaps(city, "operator") == {}
    outside.strange_server("one")
    outside.sync()
    first = outside.only()
    outside.strange_server("two")
    outside.provider.servers.stop(outside.tenant, outside.server.backend_id)
    outside.sync()
    unknown, changed = (CLOUD, "On the cloud, and on no record"), (CLOUD, "Changed past the platform")
    for who in ("operator", "office-admin"):
        found = heaps(city, who)
        assert {key: row.count for key, row in found.items()} == {unknown: 2, changed: 1}
        assert (found[unknown].since, found[unknown].due_at, found[unknown].order_id) == (first.found_at, None, None)
    for who in ("reviewer", "auditor", "officer", "head"):
        assert heaps(city, who) == {}
    outside.resolve(DriftAct.ACCEPT, first)
    assert {key: row.count for key, row in heaps(city, "operator").items()} == {unknown: 1, changed: 1}


def test_a_stopped_adoption_waits_for_whoever_may_go_on_with_it(tmp_path: Path) -> None:
    with installation(tmp_path) as city:
        stock = running(city, 2, disks=0)
        synced(city)
        city.cloud.inject(Fault(operation="servers.adopt", kind=FaultKind.HANG, times=50))
        adoption = adopted(city, stock)
        stopped = (adoption.number, "Objects that an adoption could not mark")
        for who in ("operator", "office-admin"):
            row = heaps(city, who)[stopped]
            assert (row.count, row.state, row.since) == (2, "attention", adoption.created_at)
        assert stopped not in heaps(city, "reviewer")
        city.cloud.clear_faults()
        adoptions.retry(city.ctx, city.people["operator"], adoption.id)
        city.run()
        assert stopped not in heaps(city, "operator")
