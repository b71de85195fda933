"""What every scenario is made of, and the hands that they all use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from cloudctl.bootstrap import App
from cloudctl.domain.accounts import Permission
from cloudctl.domain.resources import Resource
from cloudctl.persistence.tables.orders import orders as order_table
from cloudctl.ports.clouds import Provider
from cloudctl.ports.context import Request
from cloudctl.providers.simulated import Fault, FaultKind, SimulatedCloud
from cloudctl.services.deliveries import platform_request
from tests.crash import checks, city

Act = Callable[[App], object]
OBJECTS = {"network": 1, "server": 2, "volume": 2, "address": 1}


def nothing(_app: App) -> None:
    """For scenarios without such a part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """`before` are acts with a clean worker run after each; `prepare` comes last and leaves the saga queued."""

    name: str
    saga: str
    prepare: Act
    ended: Act
    before: tuple[Act, ...] = ()
    then: Act | None = None
    finally_ended: Act = nothing

    def __str__(self) -> str:
        return self.name


def break_cloud(app: App, operation: str, kind: FaultKind, match: str = "*", code: str = city.CLOUD) -> None:
    """Has every such call fail until `mend_cloud`."""
    cloud = cloud_of(app, code)
    cloud.inject(Fault(operation=operation, kind=kind, match=match, times=None))
    cloud.close()


def mend_cloud(app: App) -> None:
    cloud = cloud_of(app)
    cloud.clear_faults()
    cloud.close()


def cloud_of(app: App, code: str = city.CLOUD) -> SimulatedCloud:
    path = Path(app.settings.data_dir) / f"simulated-{code}.sqlite3"
    return SimulatedCloud(path, clock=app.context.clock, code=code)


def office() -> Request:
    """The office's admin, who has no account of their own here."""
    lent = city.asked_by("operator")
    return replace(lent, actor=replace(lent.actor, permissions=frozenset(Permission)))


def reached(app: App) -> tuple[Provider, str]:
    """The cloud as somebody else works on it, and the department's project there."""
    with app.context.unit_of_work(platform_request("outside")) as uow:
        tenant = uow.tenants.get(city.key("department"), city.CLOUD)
        assert tenant is not None
        return app.context.clouds.provider(uow.clouds.by_code(city.CLOUD)), tenant.backend_id


def ends(app: App, state: str, counts: dict[str, int] | None) -> None:
    last = next(row for row in checks.rows(app, order_table) if row.id == last_order(app))
    assert last.state == state, last.last_error
    assert last.held == (state == "attention")
    if counts is not None:
        assert Counter(item.kind for item in checks.objects(app)) == counts


def last_order(app: App) -> UUID:
    return max(checks.rows(app, order_table), key=lambda row: row.number).id  # type: ignore[no-any-return]


def named(app: App, name: str) -> Resource:
    return next(resource for resource in checks.resources(app) if resource.name == name)
