"""Declared purposes: a history that nobody rewrites, and the mark of one that was declared when it was suspected."""

from __future__ import annotations

from typing import Any

import pytest

from cloudctl.domain.errors import Forbidden, Invalid, NotFound
from cloudctl.domain.purposes import DeclaredPurpose, Purpose
from cloudctl.ports.context import platform
from cloudctl.services import purposes, systems, zombies
from tests.factories import Installed


def declare(city: Installed, purpose: Purpose = Purpose.BATCH, *, who: str = "officer", **more: Any) -> DeclaredPurpose:
    given = {"reason": "每月25日结算"} | more
    return purposes.declare(city.ctx, city.people[who], city.ids["oa"], purpose=purpose, **given)


def test_every_declaration_stays_and_the_last_one_stands(city: Installed) -> None:
    declare(city)
    city.clock.move(days=1)
    declare(city, Purpose.STANDBY, reason="备机值守")
    kept = city.read(lambda uow: uow.purposes.of_system(city.ids["oa"]))
    assert [one.purpose for one in kept] == [Purpose.BATCH, Purpose.STANDBY]
    (stood,) = city.ctx.queries.candidates.systems(city.clock.now(), city.clock.now(), [city.ids["oa"]])
    assert [one.purpose for one in stood.declared] == [Purpose.STANDBY]
    last = city.audited(action="update/purpose")[-1]
    assert (last["before"]["purpose"], last["after"]["purpose"]) == ("batch", "standby")


def test_one_that_is_declared_when_it_is_suspected_keeps_that_mark(city: Installed) -> None:
    assert not declare(city).suspected
    systems.update(city.ctx, city.people["officer"], city.ids["oa"], {"declared_zombie": True})
    zombies.scan(city.ctx, platform("test"))
    assert declare(city, Purpose.DISASTER_RECOVERY).suspected


def test_what_says_nothing_or_names_what_is_not_its_own_is_refused(city: Installed) -> None:
    rows = city.rows()
    with pytest.raises(Invalid, match="with a reason") as caught:
        declare(city, reason="无")
    assert caught.value.field == "reason"
    with pytest.raises(NotFound):
        declare(city, who="stranger")
    with pytest.raises(Forbidden):
        declare(city, who="auditor")
    with pytest.raises(Invalid, match="by a person"):
        purposes.declare(city.ctx, platform("test"), city.ids["oa"], purpose=Purpose.BATCH, reason="每月结算")
    assert city.rows() == rows


def test_a_server_has_its_own_and_it_is_the_systems(city: Installed) -> None:
    made = city.resources(city.delivered(city.build_items(count=1, disks=1)))
    server = next(one for one in made.values() if one.KIND.value == "server")
    volume = next(one for one in made.values() if one.KIND.value == "volume")
    assert declare(city, Purpose.REPLICA, server_id=server.id).server_id == server.id
    with pytest.raises(Invalid) as caught:
        declare(city, Purpose.REPLICA, server_id=volume.id)
    assert caught.value.field == "server_id"
