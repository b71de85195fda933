"""Who may do what, use case by use case: everybody else is told so and leaves no trace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from cloudctl.domain.accounts import Role
from cloudctl.domain.clouds import CloudKind
from cloudctl.domain.departments import Level
from cloudctl.domain.errors import CloudctlError, Forbidden
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.quotas import Dimension
from cloudctl.domain.servers import Server
from cloudctl.services import (
    accounts,
    addresses,
    catalogue,
    cities,
    clouds,
    departments,
    exemptions,
    orders,
    policies,
    quotas,
    resources,
    systems,
    tokens,
    workflows,
)
from tests.factories import Installed

EVERYBODY = {"officer", "head", "stranger", "strange-head", "reviewer", "office-admin", "operator", "auditor"}
DEPARTMENTS = {"officer", "head", "stranger", "strange-head"}
OFFICERS = {"officer", "stranger"}
ADMIN = {"office-admin"}
NOBODY = new_id()  # a key that is nowhere: who may is then told that there is nothing

CASES: dict[str, tuple[Callable[[Any, Any, Installed], object], set[str]]] = {
    "accounts.create": (
        lambda ctx, who, _: accounts.create(
            ctx, who, login="", name="x", email="x", department_id=NOBODY, roles=frozenset({Role.DEPARTMENT_HEAD})
        ),
        ADMIN,
    ),
    "accounts.update": (lambda ctx, who, _: accounts.update(ctx, who, NOBODY, {"name": "x"}), ADMIN),
    "accounts.get": (lambda ctx, who, _: accounts.get(ctx, who, NOBODY), EVERYBODY - DEPARTMENTS),
    "tokens.issue": (lambda ctx, who, _: tokens.issue(ctx, who, NOBODY, name="x"), ADMIN),
    "departments.create": (
        lambda ctx, who, _: departments.create(ctx, who, code="x", name="x", level=Level.CITY, parent_id=NOBODY),
        ADMIN,
    ),
    "departments.update": (lambda ctx, who, _: departments.update(ctx, who, NOBODY, {"name": "x"}), ADMIN),
    "systems.create": (
        lambda ctx, who, _: systems.create(ctx, who, code="x", name="x", mlps_level=9),
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
        ADMIN,
    ),
    "exemptions.grant": (
        lambda ctx, who, _: exemptions.grant(
            ctx, who, rule="x", department_id=NOBODY, system_id=None, reason="x", ends_on=date(2026, 3, 3)
        ),
        ADMIN,
    ),
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
    "orders.get": (lambda ctx, who, _: orders.get(ctx, who, NOBODY), EVERYBODY),
    "resources.get": (lambda ctx, who, _: resources.get(ctx, who, Server, NOBODY), EVERYBODY),
    "resources.console": (lambda ctx, who, _: resources.console(ctx, who, NOBODY), {*OFFICERS, "operator"}),
    "resources.start": (lambda ctx, who, _: resources.start(ctx, who, NOBODY), {*OFFICERS, "operator"}),
    "resources.stop": (lambda ctx, who, _: resources.stop(ctx, who, NOBODY), {*OFFICERS, "operator"}),
    "resources.snapshot": (lambda ctx, who, _: resources.snapshot(ctx, who, NOBODY, "x"), {*OFFICERS, "operator"}),
    "resources.restore": (lambda ctx, who, _: resources.restore(ctx, who, NOBODY), OFFICERS),
    "workflows.get": (lambda ctx, who, _: workflows.get(ctx, who, "none"), EVERYBODY - DEPARTMENTS),
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
    for who in EVERYBODY - DEPARTMENTS:
        workflows.recent(city.ctx, city.people[who])
    for who in DEPARTMENTS:
        with pytest.raises(Forbidden):
            workflows.recent(city.ctx, city.people[who])
