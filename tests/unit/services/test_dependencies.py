from __future__ import annotations

import pytest

from cloudctl.domain.dependencies import DependencyKind
from cloudctl.domain.errors import Conflict, Forbidden, Invalid, NotFound
from cloudctl.domain.identifiers import new_id
from cloudctl.ports.queries import PageAsk
from cloudctl.services import dependencies
from tests.factories import Installed
from tests.unit.services.test_systems import made


def test_a_department_says_what_its_systems_need(city: Installed) -> None:
    oa, login = made(city), made(city)
    need = dependencies.add(
        city.ctx, city.people["officer"], system_id=oa.id, on_id=login.id, kind=DependencyKind.LOGIN, note=" 统一认证 "
    )
    (row,) = city.ctx.queries.dependencies.page(city.ids["fgw"], {"system_id": oa.id}, PageAsk()).items
    assert (row.system, row.on, row.kind, row.note) == (oa.code, login.code, "login", "统一认证")  # type: ignore[attr-defined]
    assert city.audited(action="create/dependency")[-1]["after"]["on"] == login.code
    with pytest.raises(Conflict):
        dependencies.add(city.ctx, city.people["officer"], system_id=oa.id, on_id=login.id)
    with pytest.raises(NotFound):
        dependencies.get(city.ctx, city.people["stranger"], need.id)
    with pytest.raises(NotFound):
        dependencies.remove(city.ctx, city.people["stranger"], need.id)
    dependencies.remove(city.ctx, city.people["officer"], need.id)
    with pytest.raises(NotFound):
        dependencies.get(city.ctx, city.people["officer"], need.id)
    assert city.audited(action="delete/dependency")[-1]["before"]["system"] == oa.code


def test_a_circle_is_refused_and_named(city: Installed) -> None:
    oa, hr, login = (made(city) for _ in range(3))
    for source, target in ((oa, hr), (hr, login)):
        dependencies.add(city.ctx, city.people["officer"], system_id=source.id, on_id=target.id)
    with pytest.raises(Conflict) as caught:
        dependencies.add(city.ctx, city.people["officer"], system_id=login.id, on_id=oa.id)
    assert caught.value.params["circle"] == f"{login.code} -> {oa.code} -> {hr.code} -> {login.code}"
    assert city.ctx.queries.dependencies.page(None, {"system_id": login.id}, PageAsk()).items == []
    with pytest.raises(Invalid):
        dependencies.add(city.ctx, city.people["officer"], system_id=oa.id, on_id=oa.id)


def test_between_departments_it_is_the_office_s_and_a_circle_shows_nobody_s_codes(city: Installed) -> None:
    ours, theirs = made(city), made(city, "stranger")
    with pytest.raises(NotFound) as caught:
        dependencies.add(city.ctx, city.people["officer"], system_id=ours.id, on_id=theirs.id)
    assert caught.value.field == "on_id"
    second = made(city)
    for source, target in ((ours, theirs), (theirs, second)):
        dependencies.add(city.ctx, city.people["office-admin"], system_id=source.id, on_id=target.id)
    with pytest.raises(Conflict) as circle:
        dependencies.add(city.ctx, city.people["officer"], system_id=second.id, on_id=ours.id)
    assert circle.value.params["circle"] == f"{second.code} -> {ours.code} -> … -> {second.code}"
    rows = city.ctx.queries.dependencies.page(city.ids["czj"], {"on_id": theirs.id}, PageAsk()).items
    assert len(rows) == 1


def test_who_may_not_and_what_is_not_there(city: Installed) -> None:
    ours = made(city)
    with pytest.raises(NotFound) as caught:
        dependencies.add(city.ctx, city.people["officer"], system_id=ours.id, on_id=new_id())
    assert caught.value.field == "on_id"
    with pytest.raises(Forbidden):
        dependencies.add(city.ctx, city.people["auditor"], system_id=ours.id, on_id=made(city).id)
