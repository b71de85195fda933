"""Who may do what, use case by use case: everybody else is told so and leaves no trace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from cloudctl.domain.accounts import Role
from cloudctl.domain.clouds import CloudKind
from cloudctl.domain.departments import Level
from cloudctl.domain.drift import DriftAct
from cloudctl.domain.errors import CloudctlError, Forbidden
from cloudctl.domain.freezes import Bound
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.opinions import Specialist, Verdict
from cloudctl.domain.quotas import Dimension
from cloudctl.domain.servers import Server
from cloudctl.domain.sweeps import SweepKind
from cloudctl.services import (
    acceptances,
    accesses,
    accounts,
    addresses,
    adoption_sheets,
    adoptions,
    batches,
    calendars,
    catalogue,
    cities,
    clouds,
    colocations,
    decisions,
    departments,
    deputies,
    devices,
    drift,
    emergencies,
    exemptions,
    fittings,
    freezes,
    letters,
    mergers,
    netbox,
    opinions,
    orders,
    placements,
    policies,
    quotas,
    racks,
    ratings,
    register_sheets,
    resources,
    rooms,
    runs,
    shadows,
    supervision,
    sweeps,
    systems,
    takeovers,
    tokens,
    transfers,
    waste,
    workflows,
)
from tests.factories import Installed

EVERYBODY = {
    "officer", "head", "stranger", "strange-head", "district-reviewer", "district-admin",
    "reviewer", "office-admin", "operator", "auditor", "network", "security", "capacity", "budget",
}  # fmt: skip
SPECIALISTS = {"network", "security", "capacity", "budget"}
REVIEWERS = {"reviewer", "office-admin", "district-reviewer"}
DEPARTMENTS = {"officer", "head", "stranger", "strange-head"}
DISTRICTS = {"district-reviewer", "district-admin"}
OFFICERS = {"officer", "stranger"}
ADMIN = {"office-admin"}
OWNERS = {*OFFICERS, "office-admin"}
OFFICE = {"reviewer", "office-admin"}
NOBODY = new_id()  # a key that is nowhere: who may is then told that there is nothing

CASES: dict[str, tuple[Callable[[Any, Any, Installed], object], set[str]]] = {
    "accounts.create": (
        lambda ctx, who, _: accounts.create(
            ctx, who, login="", name="x", email="x", department_id=NOBODY, roles=frozenset({Role.DEPARTMENT_HEAD})
        ),
        ADMIN,
    ),
    "accounts.update": (lambda ctx, who, _: accounts.update(ctx, who, NOBODY, {"name": "x"}), ADMIN),
    "accounts.get": (
        lambda ctx, who, _: accounts.get(ctx, who, NOBODY),
        EVERYBODY - DEPARTMENTS - {"district-reviewer"},
    ),
    "tokens.issue": (lambda ctx, who, _: tokens.issue(ctx, who, NOBODY, name="x"), ADMIN),
    "departments.create": (
        lambda ctx, who, _: departments.create(ctx, who, code="x", name="x", level=Level.CITY, parent_id=NOBODY),
        ADMIN,
    ),
    "departments.update": (lambda ctx, who, _: departments.update(ctx, who, NOBODY, {"name": "x"}), ADMIN),
    "departments.pin": (lambda ctx, who, _: departments.pin(ctx, who, NOBODY, frozenset()), ADMIN),
    "placements.explain": (lambda ctx, who, _: placements.explain(ctx, who, NOBODY), EVERYBODY),
    "systems.create": (
        lambda ctx, who, _: systems.create(ctx, who, code="x", name="x", mlps_level=9, no_state_secrets=True),
        {*OFFICERS, "office-admin"},
    ),
    "systems.update": (
        lambda ctx, who, _: systems.update(ctx, who, NOBODY, {"name": "x"}),
        {*OFFICERS, "office-admin"},
    ),
    "catalogue.put": (lambda ctx, who, _: catalogue.put(ctx, who, "toasters", "x", {}), ADMIN),
    "clouds.register": (
        lambda ctx, who, _: clouds.register(
            ctx, who, code="x", name="x", kind=CloudKind.SIMULATED, zones=frozenset({"nowhere"}), capacity={}
        ),
        ADMIN,
    ),
    "clouds.update": (lambda ctx, who, _: clouds.update(ctx, who, NOBODY, {"name": "x"}), ADMIN),
    "clouds.get": (lambda ctx, who, _: clouds.get(ctx, who, NOBODY), EVERYBODY),
    "addresses.add_supernet": (lambda ctx, who, _: addresses.add_supernet(ctx, who, zone="x", cidr="x"), ADMIN),
    "quotas.set_limit": (
        lambda ctx, who, _: quotas.set_limit(
            ctx, who, department_id=NOBODY, cloud="x", zone="x", dimension=Dimension.VCPU, limit=1
        ),
        {*ADMIN, "district-admin"},
    ),
    "quotas.summary": (lambda ctx, who, _: quotas.summary(ctx, who, NOBODY), EVERYBODY),
    "takeovers.take_over": (
        lambda ctx, who, _: takeovers.take_over(ctx, who, NOBODY, reason="x"),
        {"reviewer", "office-admin"},
    ),
    "exemptions.grant": (
        lambda ctx, who, _: exemptions.grant(
            ctx, who, rule="x", department_id=NOBODY, system_id=None, reason="x", ends_on=date(2026, 3, 3)
        ),
        ADMIN,
    ),
    "deputies.appoint": (
        lambda ctx, who, _: deputies.appoint(
            ctx,
            who,
            principal="x",
            deputy="y",
            starts_at=ctx.clock.now(),
            ends_at=ctx.clock.now() + timedelta(days=1),
            reason="x",
        ),
        ADMIN,
    ),
    "deputies.revoke": (lambda ctx, who, _: deputies.revoke(ctx, who, NOBODY), EVERYBODY - {"auditor"}),
    "batches.decide": (
        lambda ctx, who, _: batches.decide(ctx, who, "reject", []),
        {"reviewer", "office-admin", "district-reviewer"},
    ),
    "decisions.recall": (
        lambda ctx, who, _: decisions.recall(ctx, who, NOBODY, reason="x"),
        {"reviewer", "office-admin", "district-reviewer"},
    ),
    "calendars.put": (
        lambda ctx, who, _: calendars.put(ctx, who, date(2027, 1, 1), works=True, words=""),
        ADMIN,
    ),
    "calendars.remove": (lambda ctx, who, _: calendars.remove(ctx, who, date(2027, 1, 1)), ADMIN),
    "calendars.show": (lambda ctx, who, _: calendars.show(ctx, who, 1), EVERYBODY),
    "freezes.create": (
        lambda ctx, who, _: freezes.create(
            ctx, who, name="", starts_at=ctx.clock.now(), ends_at=ctx.clock.now(), binds=[], zones=[], reason=""
        ),
        ADMIN,
    ),
    "freezes.cancel": (lambda ctx, who, _: freezes.cancel(ctx, who, NOBODY), ADMIN),
    "freezes.check": (lambda ctx, who, _: freezes.check(ctx, who, act=Bound.PATCHES, zones=["nowhere"]), EVERYBODY),
    "freezes.except_emergency": (
        lambda ctx, who, _: freezes.except_emergency(ctx, who, act=Bound.PATCHES, reason=""),
        {"operator"},
    ),
    "supervision.get": (lambda ctx, who, _: supervision.get(ctx, who, NOBODY), EVERYBODY),
    "supervision.excuse": (lambda ctx, who, _: supervision.excuse(ctx, who, NOBODY, reason="x"), ADMIN),
    "mergers.merge": (lambda ctx, who, _: mergers.merge(ctx, who, NOBODY, into=NOBODY, reason="x"), ADMIN),
    "mergers.retire": (lambda ctx, who, _: mergers.retire(ctx, who, NOBODY, reason="x"), ADMIN),
    "exemptions.revoke": (lambda ctx, who, _: exemptions.revoke(ctx, who, NOBODY), ADMIN),
    "policies.explain": (lambda ctx, who, _: policies.explain(ctx, who, NOBODY), EVERYBODY),
    "cities.register": (
        lambda ctx, who, _: cities.register(
            ctx,
            who,
            cities.City(
                catalogue=[],
                clouds=[],
                supernets={"x": ["10.8.0.0/16"]},
                departments=[],
                people=[],
                systems=[],
                quota={},
                quota_zones=[],
            ),
        ),
        ADMIN,
    ),
    "orders.create": (
        lambda ctx, who, city: orders.create(ctx, who, city.form([], system_id=NOBODY)),
        OFFICERS,
    ),
    "orders.check": (lambda ctx, who, city: orders.check(ctx, who, city.form([], system_id=NOBODY)), OFFICERS),
    "orders.update": (lambda ctx, who, _: orders.update(ctx, who, NOBODY, {}), OFFICERS),
    "ratings.rate": (lambda ctx, who, _: ratings.rate(ctx, who, NOBODY, mark=5), OFFICERS),
    "ratings.answer": (
        lambda ctx, who, _: ratings.answer(ctx, who, NOBODY, answer="x"),
        {"reviewer", "office-admin"},
    ),
    "ratings.get": (lambda ctx, who, _: ratings.get(ctx, who, NOBODY), EVERYBODY),
    "orders.get": (lambda ctx, who, _: orders.get(ctx, who, NOBODY), EVERYBODY),
    "acceptances.accept": (lambda ctx, who, _: acceptances.accept(ctx, who, NOBODY), REVIEWERS),
    "acceptances.refuse": (lambda ctx, who, _: acceptances.refuse(ctx, who, NOBODY, reason="x"), REVIEWERS),
    "acceptances.returns": (lambda ctx, who, _: acceptances.returns(ctx, who, NOBODY), EVERYBODY),
    "opinions.ask": (lambda ctx, who, _: opinions.ask(ctx, who, NOBODY, specialist=Specialist.NETWORK), REVIEWERS),
    "opinions.give": (lambda ctx, who, _: opinions.give(ctx, who, NOBODY, verdict=Verdict.AGREE), SPECIALISTS),
    "opinions.withdraw": (lambda ctx, who, _: opinions.withdraw(ctx, who, NOBODY), SPECIALISTS),
    "opinions.of_order": (lambda ctx, who, _: opinions.of_order(ctx, who, NOBODY), EVERYBODY),
    "letters.get": (lambda ctx, who, _: letters.get(ctx, who, NOBODY), EVERYBODY),
    "resources.get": (lambda ctx, who, _: resources.get(ctx, who, Server, NOBODY), EVERYBODY),
    "resources.console": (lambda ctx, who, _: resources.console(ctx, who, NOBODY), {*OFFICERS, "operator"}),
    "resources.start": (lambda ctx, who, _: resources.start(ctx, who, NOBODY), {*OFFICERS, "operator"}),
    "resources.stop": (lambda ctx, who, _: resources.stop(ctx, who, NOBODY), {*OFFICERS, "operator"}),
    "resources.snapshot": (lambda ctx, who, _: resources.snapshot(ctx, who, NOBODY, "x"), {*OFFICERS, "operator"}),
    "resources.protect": (
        lambda ctx, who, _: resources.protect(ctx, who, NOBODY),
        {*OFFICERS, "head", "strange-head"},
    ),
    "resources.unprotect": (lambda ctx, who, _: resources.unprotect(ctx, who, NOBODY), {"head", "strange-head"}),
    "clouds.reserve": (lambda ctx, who, _: clouds.reserve(ctx, who, NOBODY, "x", {}), ADMIN),
    "emergencies.create": (
        lambda ctx, who, city: emergencies.create(
            ctx, who, city.form([], system_id=NOBODY), approver="", approved_at=city.clock.now(), note=""
        ),
        {"reviewer", "office-admin"},
    ),
    "emergencies.get": (lambda ctx, who, _: emergencies.get(ctx, who, NOBODY), EVERYBODY),
    "emergencies.complete": (
        lambda ctx, who, _: emergencies.complete(ctx, who, NOBODY, document_number="x"),
        {"head", "strange-head"},
    ),
    "emergencies.send_back": (
        lambda ctx, who, _: emergencies.send_back(ctx, who, NOBODY, reason="x"),
        {"reviewer", "office-admin"},
    ),
    "emergencies.close": (lambda ctx, who, _: emergencies.close(ctx, who, NOBODY), {"reviewer", "office-admin"}),
    "transfers.create": (
        lambda ctx, who, _: transfers.create(ctx, who, resources=[], to_department="x", to_system="x", reason="x"),
        {*OFFICERS, "office-admin"},
    ),
    "transfers.get": (lambda ctx, who, _: transfers.get(ctx, who, NOBODY), EVERYBODY),
    "transfers.accept": (lambda ctx, who, _: transfers.accept(ctx, who, NOBODY), {"head", "strange-head"}),
    "transfers.refuse": (
        lambda ctx, who, _: transfers.refuse(ctx, who, NOBODY, reason="x"),
        {"head", "strange-head"},
    ),
    "transfers.cancel": (lambda ctx, who, _: transfers.cancel(ctx, who, NOBODY), {*OFFICERS, "office-admin"}),
    "adoptions.add_rule": (
        lambda ctx, who, _: adoptions.add_rule(
            ctx, who, code="x", matches={}, department_id=NOBODY, system_id=NOBODY, term_months=1
        ),
        ADMIN,
    ),
    "adoptions.remove_rule": (lambda ctx, who, _: adoptions.remove_rule(ctx, who, NOBODY), ADMIN),
    "adoptions.plan": (
        lambda ctx, who, _: adoptions.plan(ctx, who, rules=["none"]),
        EVERYBODY - DEPARTMENTS - DISTRICTS,
    ),
    "adoptions.apply": (lambda ctx, who, _: adoptions.apply(ctx, who, rules=["none"]), ADMIN),
    "adoptions.get": (lambda ctx, who, _: adoptions.get(ctx, who, NOBODY), EVERYBODY - DEPARTMENTS - DISTRICTS),
    "adoptions.undo": (lambda ctx, who, _: adoptions.undo(ctx, who, NOBODY), ADMIN),
    "adoptions.retry": (lambda ctx, who, _: adoptions.retry(ctx, who, NOBODY), {"operator", "office-admin"}),
    "register_sheets.take": (
        lambda ctx, who, _: register_sheets.take(ctx, who, "systems", b""),
        {*OFFICERS, "office-admin"},
    ),
    "register_sheets.form": (lambda ctx, who, _: register_sheets.form(ctx, who, "volumes"), EVERYBODY),
    "netbox.take": (
        lambda ctx, who, _: netbox.take(ctx, who, url="none", token="t", department="none"),
        {*OFFICERS, "office-admin"},
    ),
    "adoption_sheets.take": (lambda ctx, who, _: adoption_sheets.take(ctx, who, b""), ADMIN),
    "adoption_sheets.rejected": (
        lambda ctx, who, _: adoption_sheets.rejected(ctx, who, NOBODY, "en"),
        EVERYBODY - DEPARTMENTS - DISTRICTS,
    ),
    "drift.get": (lambda ctx, who, _: drift.get(ctx, who, NOBODY), EVERYBODY),
    "drift.resolve": (
        lambda ctx, who, _: drift.resolve(ctx, who, NOBODY, by=DriftAct.ACCEPT, reason=" "),
        {"operator", "office-admin"},
    ),
    "shadows.get": (lambda ctx, who, _: shadows.get(ctx, who, NOBODY), EVERYBODY),
    **{
        f"shadows.{verb}": (
            lambda ctx, who, _, act=act, more=more: act(ctx, who, NOBODY, reason="x", **more),
            {"operator", "office-admin"},
        )
        for verb, act, more in (
            ("register", shadows.register, {"system": "x"}),
            ("merge", shadows.merge, {}),
            ("clear", shadows.clear, {}),
            ("dismiss", shadows.dismiss, {}),
        )
    },
    "sweeps.import_sweep": (
        lambda ctx, who, _: sweeps.import_sweep(
            ctx, who, kind=SweepKind.DNS, source=" ", taken_at=ctx.clock.now(), entries=[]
        ),
        {"operator", "office-admin"},
    ),
    "waste.get": (lambda ctx, who, _: waste.get(ctx, who, NOBODY), EVERYBODY),
    "waste.accept": (lambda ctx, who, _: waste.accept(ctx, who, NOBODY), {*OFFICERS, "operator", "office-admin"}),
    "waste.decline": (
        lambda ctx, who, _: waste.decline(ctx, who, NOBODY, reason="x"),
        {*OFFICERS, "operator", "office-admin"},
    ),
    "rooms.create": (lambda ctx, who, _: rooms.create(ctx, who, department_id=NOBODY, code="x"), OWNERS),
    "rooms.update": (lambda ctx, who, _: rooms.update(ctx, who, NOBODY, {}), OWNERS),
    "rooms.get": (lambda ctx, who, _: rooms.get(ctx, who, NOBODY), EVERYBODY),
    "racks.create": (lambda ctx, who, _: racks.create(ctx, who, room_id=NOBODY, code="x"), OWNERS),
    "racks.update": (lambda ctx, who, _: racks.update(ctx, who, NOBODY, {}), OWNERS),
    "racks.get": (lambda ctx, who, _: racks.get(ctx, who, NOBODY), EVERYBODY),
    "devices.create": (lambda ctx, who, _: devices.create(ctx, who, department_id=NOBODY, code="x"), OWNERS),
    "devices.update": (lambda ctx, who, _: devices.update(ctx, who, NOBODY, {}), OWNERS),
    "devices.get": (lambda ctx, who, _: devices.get(ctx, who, NOBODY), EVERYBODY),
    "colocations.record": (
        lambda ctx, who, _: colocations.record(ctx, who, rack_id=NOBODY, department_id=NOBODY),
        ADMIN,
    ),
    "colocations.get": (lambda ctx, who, _: colocations.get(ctx, who, NOBODY), EVERYBODY),
    "colocations.install": (lambda ctx, who, _: colocations.install(ctx, who, NOBODY), {"operator"}),
    "colocations.remove": (lambda ctx, who, _: colocations.remove(ctx, who, NOBODY), {"operator"}),
    "accesses.record": (lambda ctx, who, _: accesses.record(ctx, who, department_id=NOBODY), ADMIN),
    "accesses.get": (lambda ctx, who, _: accesses.get(ctx, who, NOBODY), EVERYBODY),
    "accesses.connect": (lambda ctx, who, _: accesses.connect(ctx, who, NOBODY), {"operator"}),
    "accesses.disconnect": (lambda ctx, who, _: accesses.disconnect(ctx, who, NOBODY), {"operator"}),
    "fittings.release": (lambda ctx, who, _: fittings.release(ctx, who, "colocations", NOBODY), OFFICERS),
    "fittings.keep": (lambda ctx, who, _: fittings.keep(ctx, who, "accesses", NOBODY), OFFICERS),
    "resources.restore": (lambda ctx, who, _: resources.restore(ctx, who, NOBODY), OFFICERS),
    "runs.ask": (lambda ctx, who, _: runs.ask(ctx, who, playbook="none", hosts=[]), {"operator", "office-admin"}),
    "runs.get": (lambda ctx, who, _: runs.get(ctx, who, NOBODY), EVERYBODY - DEPARTMENTS - DISTRICTS),
    "runs.approve": (lambda ctx, who, _: runs.approve(ctx, who, NOBODY), {"reviewer", "office-admin"}),
    "runs.cancel": (lambda ctx, who, _: runs.cancel(ctx, who, NOBODY), {"operator", "office-admin"}),
    "runs.resume": (lambda ctx, who, _: runs.resume(ctx, who, NOBODY), {"operator", "office-admin"}),
    "runs.settle": (lambda ctx, who, _: runs.settle(ctx, who, NOBODY, reason="r"), {"operator", "office-admin"}),
    "workflows.get": (lambda ctx, who, _: workflows.get(ctx, who, "none"), EVERYBODY - DEPARTMENTS - DISTRICTS),
    "workflows.retry": (lambda ctx, who, _: workflows.retry(ctx, who, NOBODY), {"operator"}),
    "workflows.roll_back": (lambda ctx, who, _: workflows.roll_back(ctx, who, NOBODY), {"operator"}),
    "workflows.resume": (lambda ctx, who, _: workflows.resume(ctx, who, "none"), {"operator"}),
}


@pytest.mark.parametrize("name", CASES)
def test_who_may(city: Installed, name: str) -> None:
    """Each case is made so that who may is refused for another reason: only the permission tells them apart."""
    use_case, may = CASES[name]
    before = city.rows()
    for who in sorted(EVERYBODY):
        with pytest.raises(CloudctlError) as caught:
            use_case(city.ctx, city.people[who], city)
        assert (type(caught.value) is Forbidden) == (who not in may), (who, caught.value)
    assert city.rows() == before


def test_listing_workflows(city: Installed) -> None:
    for who in EVERYBODY - DEPARTMENTS - DISTRICTS:
        workflows.recent(city.ctx, city.people[who])
    for who in DEPARTMENTS | DISTRICTS:
        with pytest.raises(Forbidden):
            workflows.recent(city.ctx, city.people[who])
