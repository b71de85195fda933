"""What is decided on findings of drift, carried out on the simulated cloud."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from cloudctl.domain.drift import DriftAct, DriftKind
from cloudctl.domain.errors import Claimed, Conflict, Forbidden, Invalid, Refused
from cloudctl.domain.items import ResizeItem
from cloudctl.domain.quotas import Dimension
from cloudctl.domain.volumes import VolumeRequest
from cloudctl.ports.context import platform
from cloudctl.ports.queries import PageAsk
from cloudctl.providers.simulated import Fault, FaultKind
from cloudctl.providers.simulated.backend.objects import Kind
from cloudctl.services import drift, resources
from tests.seeds import CLOUD, ZONE
from tests.unit.services.outside import Outside


def test_accepting_what_is_missing_closes_the_record_and_frees_its_quota(outside: Outside) -> None:
    outside.provider.servers.delete(outside.tenant, outside.server.backend_id)
    outside.city.clock.move(minutes=5)
    outside.sync(4)
    missing = next(one for one in outside.findings() if one.kind is DriftKind.MISSING)
    before = outside.city.ledger()
    outside.resolve(DriftAct.ACCEPT, missing)
    after = outside.city.ledger()
    assert outside.server.state == "released"
    assert before["servers"][1] - after["servers"][1] == 1
    assert before["vcpu"][1] - after["vcpu"][1] == 2
    assert outside.volume.server_id is None
    outside.sync(2)
    assert {one.kind for one in outside.findings()} <= {DriftKind.ORPHAN}


def test_accepting_growth_books_it_even_past_the_limit_and_a_finding_says_so(outside: Outside) -> None:
    with outside.city.ctx.unit_of_work(platform("test")) as uow:
        uow.quotas.set_limit(outside.city.ids["fgw"], CLOUD, ZONE, Dimension.VCPU, 4)
    outside.provider.servers.resize(outside.tenant, outside.server.backend_id, 4, 8192, 40)
    outside.city.clock.move(minutes=5)
    outside.provider.servers.confirm_resize(outside.tenant, outside.server.backend_id)
    outside.sync()
    done = outside.resolve(DriftAct.ACCEPT)
    assert (done.state, outside.server.vcpu, outside.server.memory_mib) == ("resolved", 4, 8192)
    assert outside.server.specification is None
    assert outside.city.ledger()["vcpu"] == (0, 6)
    outside.sync()
    over = outside.only()
    assert (over.kind, over.facts["taken"], over.facts["limit"]) == (DriftKind.OVER_QUOTA, 6, 4)
    outside.resolve(DriftAct.ACCEPT)
    outside.sync(2)
    assert outside.findings() == []


def test_restoring_puts_size_and_power_back(outside: Outside) -> None:
    outside.provider.servers.resize(outside.tenant, outside.server.backend_id, 4, 8192, 40)
    outside.city.clock.move(minutes=5)
    outside.provider.servers.confirm_resize(outside.tenant, outside.server.backend_id)
    outside.city.clock.move(minutes=5)
    outside.provider.servers.stop(outside.tenant, outside.server.backend_id)
    outside.sync()
    assert outside.resolve(DriftAct.RESTORE).state == "resolving"
    outside.city.run()
    shown = outside.shown(outside.server.id)
    assert (shown.status, outside.only("resolved").act) == ("ACTIVE", DriftAct.RESTORE)
    fact = outside.provider.servers.find(outside.tenant, [outside.server.id])[outside.server.id]
    assert (fact.vcpu, fact.memory_mib) == (2, 4096)
    assert outside.server.claimed_by is None
    outside.sync(2)
    assert outside.findings() == []


def test_restoring_hangs_a_volume_back_on_its_server(outside: Outside) -> None:
    outside.provider.servers.detach(outside.tenant, outside.server.backend_id, outside.volume.backend_id)
    outside.sync()
    outside.resolve(DriftAct.RESTORE)
    outside.city.run()
    fact = outside.provider.volumes.find(outside.tenant, [outside.volume.id])[outside.volume.id]
    assert fact.server == outside.server.backend_id


def test_a_server_on_another_network_is_not_moved_from_here(outside: Outside) -> None:
    other = outside.city.resources(outside.city.delivered(outside.city.build_items("other", count=0, disks=0)[:1]))
    net = outside.city.resource(other["other-net"].id)
    with outside.city.cloud.unrecorded() as call:
        (thing,) = (thing for thing in call.things(Kind.SERVER) if thing.key == str(outside.server.id))
        thing.state["network"] = net.backend_id
        call.save(thing)
    outside.sync()
    before = outside.server.network_id
    assert list(outside.only().facts["fields"]) == ["networks"]
    outside.resolve(DriftAct.RESTORE)
    outside.city.run()
    assert "cannot be moved between networks" in (outside.only().last_error or "")
    assert outside.server.network_id == before
    outside.resolve(DriftAct.ACCEPT)
    assert outside.server.network_id == net.id
    outside.sync(2)
    assert outside.findings() == []


def test_what_hangs_on_something_that_is_on_no_record_is_not_accepted(outside: Outside) -> None:
    with outside.city.cloud.unrecorded() as call:
        (thing,) = (thing for thing in call.things(Kind.SERVER) if thing.key == str(outside.server.id))
        thing.state["network"] = "somebody-elses"
        call.save(thing)
    outside.sync()
    with pytest.raises(Conflict, match="not on record"):
        outside.resolve(DriftAct.ACCEPT)
    assert (outside.only().state, outside.only().version) == ("open", 1)


def test_what_cannot_be_made_smaller_is_refused_before_anything_is_asked(outside: Outside) -> None:
    outside.provider.volumes.extend(outside.tenant, outside.volume.backend_id, 500)
    outside.sync()
    with pytest.raises(Conflict, match="cannot be made smaller"):
        outside.resolve(DriftAct.RESTORE)
    outside.resolve(DriftAct.ACCEPT)
    assert outside.volume.size_gib == 500


def test_a_restore_that_the_cloud_does_not_carry_out_is_open_again_with_its_words(outside: Outside) -> None:
    outside.provider.servers.stop(outside.tenant, outside.server.backend_id)
    outside.sync()
    outside.city.cloud.inject(Fault(operation="servers.start", kind=FaultKind.NO_CAPACITY))
    outside.resolve(DriftAct.RESTORE)
    outside.city.run()
    found = outside.only()
    assert found.last_error
    assert outside.server.claimed_by is None
    outside.resolve(DriftAct.RESTORE)
    outside.city.run()
    assert outside.only("resolved").last_error is None


def test_while_an_act_is_under_way_no_order_changes_it_and_no_second_act_begins(outside: Outside) -> None:
    outside.provider.servers.stop(outside.tenant, outside.server.backend_id)
    outside.sync()
    outside.resolve(DriftAct.RESTORE)
    with pytest.raises(Refused):
        outside.resolve(DriftAct.RESTORE, outside.only("resolving"))
    with pytest.raises(Claimed):
        outside.city.submitted([ResizeItem(server=outside.server.id, specification="s4")])


def test_an_undo_that_failed_leaves_a_leak_which_is_put_by_and_purged_after_its_retention(outside: Outside) -> None:
    city = outside.city
    order = city.carried_out(city.build_items("leak", count=1, disks=0))
    leaked = city.resources(order)["leak-1"]
    with city.ctx.unit_of_work(platform("test")) as uow:  # as a lost undo would have left it
        record = uow.resources.lock(leaked.id)
        uow.quotas.free(record.department_id, CLOUD, ZONE, record.footprint, order_id=None)
        record.state, record.backend_id, record.gone_at = "undone", None, uow.now
    outside.sync()
    found = outside.only()
    assert (found.kind, found.facts["order"], found.department_id) == (DriftKind.LEAKED, order.number, city.ids["fgw"])
    before = city.ledger()["servers"][1]
    outside.resolve(DriftAct.RELEASE)
    city.run()
    assert outside.shown(leaked.id).status == "SHUTOFF"
    kept = city.resource(leaked.id)
    assert (kept.state, kept.backend_id is not None) == ("retained", True)
    assert kept.purge_after > city.ctx.clock.now() + timedelta(days=13)
    assert city.ledger()["servers"][1] == before + 1
    outside.sync()
    assert outside.findings() == []
    city.clock.move(days=15)
    resources.purge_due(city.ctx, platform("test"))
    city.run()
    assert outside.shown(leaked.id) is None
    assert (city.resource(leaked.id).state, city.ledger()["servers"][1]) == ("released", before)


def test_an_unknown_server_is_released_only_into_a_retention_of_its_department(outside: Outside) -> None:
    backend_id = outside.strange_server()
    outside.sync()
    found = outside.only()
    assert (found.kind, found.department_id) == (DriftKind.UNKNOWN, outside.city.ids["fgw"])
    outside.resolve(DriftAct.RELEASE)
    outside.city.run()
    key = UUID(outside.only("resolved").evidence["record_id"])
    kept = outside.city.resource(key)
    assert (kept.state, kept.backend_id, kept.department_id) == ("retained", backend_id, outside.city.ids["fgw"])
    assert outside.shown(key).status == "SHUTOFF"
    outside.sync(2)
    assert outside.findings() == []
    outside.city.clock.move(days=15)
    resources.purge_due(outside.city.ctx, platform("test"))
    outside.city.run()
    assert outside.shown(key) is None


def test_the_clouds_own_machine_is_noted_as_such_until_it_is_another(outside: Outside) -> None:
    backend_id = outside.strange_server("vcsa")
    outside.sync()
    outside.resolve(DriftAct.ACCEPT, reason="云平台管理节点")
    outside.sync(2)
    assert outside.findings() == []
    outside.provider.servers.resize(outside.tenant, backend_id, 4, 8192, 40)
    outside.city.clock.move(minutes=5)
    outside.provider.servers.confirm_resize(outside.tenant, backend_id)
    outside.sync()
    assert outside.only().reason is None


def test_what_stands_in_nobodys_project_is_released_for_a_named_department(outside: Outside) -> None:
    tenant = outside.provider.tenants.create(uuid4(), "nobodys")
    request = VolumeRequest(key=uuid4(), tenant=tenant, name="alien", size_gib=10, volume_type=None)
    backend_id = outside.provider.volumes.create(request).backend_id
    outside.provider.volumes.disown(tenant, backend_id, request.key)
    outside.sync()
    assert outside.only().department_id is None
    with pytest.raises(Invalid) as refused:
        outside.resolve(DriftAct.RELEASE)
    assert refused.value.field == "department"
    with pytest.raises(Invalid):
        outside.resolve(DriftAct.RELEASE, department="nobody")
    outside.resolve(DriftAct.RELEASE, department="czj")
    outside.city.run()
    kept = outside.city.resource(UUID(outside.only("resolved").evidence["record_id"]))
    assert (kept.state, kept.department_id, kept.tenant) == ("retained", outside.city.ids["czj"], tenant)
    assert outside.city.ledger("czj")["volume_gib"] == (0, 10)
    outside.city.clock.move(days=15)
    resources.purge_due(outside.city.ctx, platform("test"))
    outside.city.run()
    assert outside.shown(kept.id) is None
    assert outside.city.ledger("czj")["volume_gib"] == (0, 0)


def test_a_server_in_error_is_not_accepted_so(outside: Outside) -> None:
    with outside.city.cloud.unrecorded() as call:
        (thing,) = (thing for thing in call.things(Kind.SERVER) if thing.key == str(outside.server.id))
        thing.state["status"] = "ERROR"
        call.save(thing)
    outside.sync()
    assert outside.only().facts == {"fields": {"power": ["on", "error"]}}
    with pytest.raises(Conflict, match="power error"):
        outside.resolve(DriftAct.ACCEPT)
    assert (outside.server.power, outside.only().state) == ("on", "open")


def test_a_release_that_failed_leaves_no_record_and_no_quota_and_can_be_tried_again(outside: Outside) -> None:
    outside.strange_server()
    outside.sync()
    before = outside.city.ledger()
    outside.city.cloud.inject(Fault(operation="servers.stop", kind=FaultKind.NO_CAPACITY))
    outside.resolve(DriftAct.RELEASE)
    outside.city.run()
    found = outside.only()
    assert found.last_error
    assert outside.city.resource(UUID(found.evidence["record_id"])).state == "undone"
    assert outside.city.ledger() == before
    outside.resolve(DriftAct.RELEASE)
    outside.city.run()
    assert outside.city.resource(UUID(found.evidence["record_id"])).state == "retained"


def test_a_copy_of_a_server_gets_a_key_of_its_own_before_it_is_put_by(outside: Outside) -> None:
    copy = outside.strange_server("copy", key=outside.server.id)
    outside.sync()
    found = outside.only()
    assert (found.kind, found.facts["copy_of"]) == (DriftKind.UNKNOWN, outside.server.name)
    outside.resolve(DriftAct.RELEASE)
    outside.city.run()
    assert outside.city.resource(UUID(outside.only("resolved").evidence["record_id"])).backend_id == copy
    assert outside.shown(outside.server.id).status == "ACTIVE"


def test_an_unknown_server_is_adopted_for_a_system_and_is_a_finding_no_longer(outside: Outside) -> None:
    backend_id = outside.strange_server()
    outside.sync()
    admin = outside.city.people["office-admin"]
    with pytest.raises(Invalid, match="system"):
        outside.resolve(DriftAct.ADOPT, outside.only(), who=admin)
    with pytest.raises(Forbidden):
        outside.resolve(DriftAct.ADOPT, outside.only(), system="oa")
    before = outside.city.ledger()["servers"][1]
    done = outside.resolve(DriftAct.ADOPT, outside.only(), system="oa", who=admin)
    assert (done.state, bool(done.evidence["adoption"])) == ("resolved", True)
    outside.city.run()
    rows: list[Any] = outside.city.ctx.queries.servers.page(None, {"name": "sim-shadow"}, PageAsk()).items
    assert [(row.state, row.department_id) for row in rows] == [("active", outside.city.ids["fgw"])]
    assert outside.city.resource(rows[0].id).backend_id == backend_id
    assert outside.city.ledger()["servers"][1] == before + 1
    outside.sync(3)
    assert outside.findings() == []


def test_a_disk_on_nothing_for_a_week_is_an_orphan_and_may_be_kept(outside: Outside) -> None:
    request = VolumeRequest(key=uuid4(), tenant=outside.tenant, name="loose", size_gib=10, volume_type=None)
    backend_id = outside.provider.volumes.create(request).backend_id
    outside.provider.volumes.disown(outside.tenant, backend_id, request.key)
    outside.sync()
    assert outside.only().kind is DriftKind.UNKNOWN
    outside.city.clock.move(days=8)
    outside.sync()
    assert (outside.only().kind, outside.only("vanished").kind) == (DriftKind.ORPHAN, DriftKind.UNKNOWN)
    outside.resolve(DriftAct.ACCEPT)
    outside.sync(2)
    assert outside.findings() == []


def test_an_ended_term_is_found_and_released_restorably(outside: Outside) -> None:
    outside.city.clock.move(days=370)
    outside.sync()
    found = {one.name: one for one in outside.findings()}
    assert {one.kind for one in found.values()} == {DriftKind.EXPIRED}
    outside.resolve(DriftAct.RELEASE, found["oa-1"])
    outside.city.run()
    assert outside.server.state == "retained"
    resources.restore(outside.city.ctx, outside.city.people["officer"], outside.server.id)
    outside.city.run()
    assert outside.server.state == "active"


def test_a_protected_one_is_not_released(outside: Outside) -> None:
    outside.city.clock.move(days=370)
    outside.sync()
    resources.protect(outside.city.ctx, outside.city.people["officer"], outside.server.id)
    found = next(one for one in outside.findings() if one.name == "oa-1")
    with pytest.raises(Conflict, match="protected"):
        outside.resolve(DriftAct.RELEASE, found)
    assert outside.server.state == "active"


def test_which_act_a_kind_allows_is_said_to_who_asks_for_another(outside: Outside) -> None:
    outside.provider.servers.stop(outside.tenant, outside.server.backend_id)
    outside.sync()
    with pytest.raises(Conflict) as refused:
        outside.resolve(DriftAct.RELEASE)
    assert refused.value.params["possible"] == "accept, restore"
    with pytest.raises(Invalid, match="reason"):
        outside.resolve(DriftAct.ACCEPT, reason=" ")
    with pytest.raises(Forbidden):
        drift.resolve(
            outside.city.ctx, outside.city.people["officer"], outside.only().id, by=DriftAct.ACCEPT, reason="x"
        )
    assert outside.only().version == 1


def test_every_act_is_on_the_audit_trail(outside: Outside) -> None:
    outside.provider.servers.stop(outside.tenant, outside.server.backend_id)
    outside.sync()
    outside.resolve(DriftAct.RESTORE)
    outside.city.run()
    finding = outside.only("resolved")
    target = {"id": str(finding.id), "typeURI": "data/cloudctl/finding"}
    events = [event["action"] for event in outside.city.audited(target=target)]
    assert events == ["start/drift-restore", "update/drift-restore"]
    assert outside.city.audited(action="update/drift")
