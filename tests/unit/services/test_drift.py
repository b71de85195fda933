"""What a full sync of the simulated cloud shows against our records, and what it does not."""

from __future__ import annotations

import pytest

from cloudctl.domain.drift import DriftKind
from cloudctl.domain.errors import NotFound
from cloudctl.domain.items import ReleaseItem
from cloudctl.ports.context import platform
from cloudctl.ports.queries import PageAsk
from cloudctl.providers.simulated import Fault, FaultKind
from cloudctl.providers.simulated.backend.objects import Kind
from cloudctl.services import accounts, drift, syncs
from tests.seeds import CLOUD
from tests.unit.services.outside import Outside


def test_a_cloud_that_is_as_recorded_has_no_drift(outside: Outside) -> None:
    outside.sync(4)
    assert outside.findings("open", "resolved", "vanished") == []


def test_a_server_that_was_switched_off_and_resized_is_found_once(outside: Outside) -> None:
    outside.provider.servers.resize(outside.tenant, outside.server.backend_id, 4, 8192, 40)
    outside.city.clock.move(minutes=5)
    outside.provider.servers.confirm_resize(outside.tenant, outside.server.backend_id)
    outside.city.clock.move(minutes=5)
    outside.provider.servers.stop(outside.tenant, outside.server.backend_id)
    outside.sync()
    found = outside.only()
    assert found.facts == {"fields": {"vcpu": [2, 4], "memory_mib": [4096, 8192], "power": ["on", "off"]}}
    assert (found.kind, found.resource_id) == (DriftKind.CHANGED, outside.server.id)
    assert "vCPU 2 → 4" in found.words["en"]
    outside.sync(2)
    assert outside.only().found_at == found.found_at


def test_its_department_is_told_once(outside: Outside) -> None:
    outside.provider.servers.stop(outside.tenant, outside.server.backend_id)
    outside.sync(3)
    rows = outside.city.ctx.queries.notices.page(None, {}, PageAsk(limit=200)).items
    rows = [row for row in rows if row.template == "drift_found"]
    assert sorted(row.recipient for row in rows) == ["head@example.gov.cn", "officer@example.gov.cn"]


def test_put_right_by_hand_it_vanishes_and_comes_back_as_the_same(outside: Outside) -> None:
    backend_id = outside.server.backend_id
    outside.provider.servers.stop(outside.tenant, backend_id)
    outside.sync()
    first = outside.only()
    outside.provider.servers.start(outside.tenant, backend_id)
    outside.sync()
    assert outside.only("vanished").id == first.id
    outside.provider.servers.stop(outside.tenant, backend_id)
    outside.sync()
    assert outside.only().id == first.id


@pytest.mark.parametrize("fault", [FaultKind.HANG, FaultKind.SERVER_ERROR_5XX])
def test_a_cloud_that_does_not_answer_opens_and_closes_nothing(outside: Outside, fault: FaultKind) -> None:
    outside.provider.servers.stop(outside.tenant, outside.server.backend_id)
    outside.sync()
    before = outside.only()
    outside.provider.servers.start(outside.tenant, outside.server.backend_id)
    outside.strange_server()
    outside.city.cloud.inject(Fault(operation="inventory.full", kind=fault))
    outside.city.clock.move(hours=2)
    done = syncs.run_due(outside.city.ctx, platform("test"), CLOUD)
    assert done is not None
    assert done.state in {"failed", "partial"}
    drift.detect(outside.city.ctx, platform("test"), CLOUD)
    assert [(one.id, one.state, one.version) for one in outside.findings("open", "vanished")] == [
        (before.id, "open", before.version)
    ]


def test_half_a_list_and_an_error_open_and_close_nothing(outside: Outside) -> None:
    outside.sync()
    outside.city.cloud.inject(Fault(operation="inventory.full", kind=FaultKind.HANG, match="volume"))
    outside.city.clock.move(hours=2)
    done = syncs.run_due(outside.city.ctx, platform("test"), CLOUD)
    assert done is not None
    assert done.state == "partial"
    assert outside.findings("open", "vanished") == []


def test_missing_only_after_three_clean_full_syncs(outside: Outside) -> None:
    outside.sync()
    outside.provider.servers.detach(outside.tenant, outside.server.backend_id, outside.volume.backend_id)
    outside.city.clock.move(minutes=5)
    outside.provider.volumes.delete(outside.tenant, outside.volume.backend_id)
    outside.city.clock.move(minutes=5)
    outside.sync(2)
    assert [one.kind for one in outside.findings()] == []
    outside.sync()
    assert (outside.only().kind, outside.only().name) == (DriftKind.MISSING, outside.volume.name)


def test_what_an_order_is_changing_is_left_to_the_order(outside: Outside) -> None:
    outside.city.submitted([ReleaseItem(resource=outside.server.id)])
    outside.provider.servers.stop(outside.tenant, outside.server.backend_id)
    outside.sync()
    assert outside.findings() == []


def test_released_and_retained_is_no_drift(outside: Outside) -> None:
    outside.city.delivered([ReleaseItem(resource=outside.server.id)])
    assert outside.server.state == "retained"
    outside.sync(2)
    assert outside.findings() == []


def test_whoever_asked_for_it_has_left(outside: Outside) -> None:
    accounts.update(outside.city.ctx, platform("test"), outside.city.ids["officer"], {"active": False})
    outside.sync()
    assert {one.kind for one in outside.findings()} == {DriftKind.OWNERLESS}


def test_everything_renamed_at_once_is_no_drift(outside: Outside) -> None:
    outside.sync()
    with outside.city.cloud.unrecorded() as call:
        for kind in (Kind.SERVER, Kind.VOLUME, Kind.NETWORK):
            for thing in call.things(kind):
                thing.name = f"renamed-{thing.name}"
                call.save(thing)
    outside.sync()
    assert outside.findings() == []


def test_departments_see_what_is_their_own(outside: Outside) -> None:
    outside.provider.servers.stop(outside.tenant, outside.server.backend_id)
    outside.sync()
    key = outside.only().id
    assert drift.get(outside.city.ctx, outside.city.people["officer"], key).id == key
    with pytest.raises(NotFound):
        drift.get(outside.city.ctx, outside.city.people["stranger"], key)
