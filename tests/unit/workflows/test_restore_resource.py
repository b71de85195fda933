"""What was released comes back within its retention."""

from __future__ import annotations

from typing import Any

import pytest

from cloudctl.bootstrap import platform
from cloudctl.domain.errors import Conflict, Forbidden, NotFound
from cloudctl.domain.items import ReleaseItem
from cloudctl.providers.simulated import Fault, FaultKind
from cloudctl.services import resources
from tests.factories import Installed


def released(city: Installed, name: str) -> dict[str, Any]:
    made = city.resources(city.delivered(city.build_items(count=1, address=True)))
    city.delivered([ReleaseItem(resource=made[name].id)])
    return made


def restore(city: Installed, key: Any) -> None:
    resources.restore(city.ctx, city.people["officer"], key)
    city.run()


def test_a_server_runs_again_with_its_address(city: Installed) -> None:
    made = released(city, "oa-1")
    city.clock.move(days=13)
    restore(city, made["oa-1"].id)
    server, address = city.resource(made["oa-1"].id), city.resource(made["oa-1-address-2"].id)
    assert (server.state, server.power, server.purge_after) == ("active", "on", None)
    assert (address.state, address.purge_after) == ("active", None)
    status = {item.key: item.status for item in city.cloud.inventory()}
    assert status[str(server.id)] == "ACTIVE"
    city.clock.move(days=30)
    resources.purge_due(city.ctx, platform("test"))
    city.run()
    assert city.resource(server.id).state == "active"


def test_a_volume_hangs_on_its_server_again(city: Installed) -> None:
    made = released(city, "oa-1-disk-1")
    assert {item.key: item.status for item in city.cloud.inventory()}[str(made["oa-1-disk-1"].id)] == "AVAILABLE"
    restore(city, made["oa-1-disk-1"].id)
    assert city.resource(made["oa-1-disk-1"].id).state == "active"
    assert {item.key: item.status for item in city.cloud.inventory()}[str(made["oa-1-disk-1"].id)] == "IN_USE"


def test_a_restore_that_failed_can_be_asked_for_again(city: Installed) -> None:
    made = released(city, "oa-1")
    city.cloud.inject(Fault(operation="servers.start", kind=FaultKind.BUSY_409, times=None))
    restore(city, made["oa-1"].id)
    assert city.resource(made["oa-1"].id).state == "retained"
    city.cloud.clear_faults()
    restore(city, made["oa-1"].id)
    assert city.resource(made["oa-1"].id).state == "active"


def test_only_what_is_retained_can_be_restored(city: Installed) -> None:
    made = released(city, "oa-1")
    with pytest.raises(Conflict, match="is active"):
        resources.restore(city.ctx, city.people["officer"], made["oa-1-disk-1"].id)


def test_it_is_too_late_once_the_purge_has_begun(city: Installed) -> None:
    made = released(city, "oa-1")
    city.clock.move(days=14)
    resources.purge_due(city.ctx, platform("test"))
    with pytest.raises(Conflict, match="is purging"):
        resources.restore(city.ctx, city.people["officer"], made["oa-1"].id)
    city.run()


def test_only_the_own_department_restores(city: Installed) -> None:
    made = released(city, "oa-1")
    with pytest.raises(NotFound):
        resources.restore(city.ctx, city.people["stranger"], made["oa-1"].id)
    with pytest.raises(Forbidden):
        resources.restore(city.ctx, city.people["head"], made["oa-1"].id)
