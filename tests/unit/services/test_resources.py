from __future__ import annotations

from typing import Any

import pytest

from cloudctl.domain.errors import Busy, Conflict, NotFound
from cloudctl.domain.items import ReleaseItem
from cloudctl.domain.servers import Server
from cloudctl.domain.volumes import Volume
from cloudctl.providers.simulated import Fault, FaultKind
from cloudctl.services import resources
from tests.factories import Installed


@pytest.fixture
def made(city: Installed) -> dict[str, Any]:
    return city.resources(city.delivered(city.build_items(count=1)))


def status(city: Installed, key: Any) -> str:
    return next(item.status for item in city.cloud.inventory() if item.key == str(key))


def test_a_server_is_switched_off_and_on_again(city: Installed, made: dict[str, Any]) -> None:
    server = made["oa-1"]
    assert resources.stop(city.ctx, city.people["officer"], server.id).power == "off"
    assert resources.stop(city.ctx, city.people["officer"], server.id).power == "off"
    assert status(city, server.id) == "SHUTOFF"
    assert resources.start(city.ctx, city.people["operator"], server.id).power == "on"
    assert status(city, server.id) == "ACTIVE"
    acts = [event["action"] for event in city.audited() if event["target"]["id"] == str(server.id)]
    assert acts == ["update/power-off", "update/power-off", "update/power-on"]


def test_what_the_cloud_refuses_is_not_put_on_record(city: Installed, made: dict[str, Any]) -> None:
    city.cloud.inject(Fault(operation="servers.stop", kind=FaultKind.BUSY_409))
    with pytest.raises(Busy):
        resources.stop(city.ctx, city.people["officer"], made["oa-1"].id)
    assert city.resource(made["oa-1"].id).power == "on"


def test_a_console_and_a_snapshot(city: Installed, made: dict[str, Any]) -> None:
    assert resources.console(city.ctx, city.people["officer"], made["oa-1"].id).startswith("https://")
    image = resources.snapshot(city.ctx, city.people["officer"], made["oa-1"].id, "before the update")
    assert image in {item.backend_id for item in city.cloud.inventory() if item.kind == "image"}
    acts = [event["action"] for event in city.audited() if event["target"]["id"] == str(made["oa-1"].id)]
    assert acts == ["read/console", "create/snapshot"]


def test_another_department_is_told_that_there_is_nothing(city: Installed, made: dict[str, Any]) -> None:
    before = city.rows()
    stranger = city.people["stranger"]
    for act in (resources.console, resources.start, resources.stop):
        with pytest.raises(NotFound):
            act(city.ctx, stranger, made["oa-1"].id)
    with pytest.raises(NotFound):
        resources.snapshot(city.ctx, stranger, made["oa-1"].id, "x")
    with pytest.raises(NotFound):
        resources.get(city.ctx, stranger, Server, made["oa-1"].id)
    assert city.rows() == before


def test_a_resource_is_found_under_its_own_kind(city: Installed, made: dict[str, Any]) -> None:
    assert resources.get(city.ctx, city.people["head"], Server, made["oa-1"].id).name == "oa-1"
    with pytest.raises(NotFound, match="There is no volume"):
        resources.get(city.ctx, city.people["head"], Volume, made["oa-1"].id)


def test_only_an_active_server_is_switched(city: Installed, made: dict[str, Any]) -> None:
    city.delivered([ReleaseItem(resource=made["oa-1"].id)])
    with pytest.raises(Conflict, match="is retained"):
        resources.start(city.ctx, city.people["officer"], made["oa-1"].id)
