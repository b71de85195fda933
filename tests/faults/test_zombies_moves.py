"""A server that its cloud's people move to another cloud, or build anew under its name, while the case of its system
runs: it is seen as syncs and scans see it. What is new is nobody's to touch, and the case says what it waits for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from cloudctl.domain.drift import DriftAct, Finding
from cloudctl.domain.errors import Conflict
from cloudctl.domain.inventory import object_id
from cloudctl.domain.networks import NetworkRequest
from cloudctl.domain.servers import ServerRequest
from cloudctl.domain.verdicts import VerdictState
from cloudctl.providers.simulated import FaultKind
from cloudctl.services import clearing_decisions, drift
from tests.faults.asked import Asked, asking
from tests.faults.outcomes import strike
from tests.seeds import CLOUD, ZONE

OTHER = "sim-2"
ROUNDS = 4  # of syncs: more than it takes to be sure that something is gone
STAGES = ("notified", "due", "switching_off", "quarantined", "backed_up", "restore_tested", "deletion_confirmed")


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    with asking(tmp_path) as made:
        made.city.second(OTHER)
        yield made


@pytest.mark.parametrize("keyed", [True, False])
@pytest.mark.parametrize("stage", STAGES)
def test_what_moved_to_another_cloud_is_not_touched_there_and_its_case_waits(
    asked: Asked, stage: str, keyed: bool
) -> None:
    """And a person can end the case: he decides what the record of what is gone becomes."""
    come_to(asked, stage)
    there = built(asked, OTHER, keyed=keyed)
    vanish(asked)
    weeks(asked)
    assert asked.shown(OTHER) == {there: "ACTIVE"}
    assert (asked.case.state, asked.case.saga) == ("attention", None), asked.case.cause
    assert "oa-1" in str(asked.case.cause)
    assert asked.city.resource(asked.made["oa-1"].id).state == "active"
    assert left(asked) == {"network": 1, "volume": 1}
    (gone,) = findings(asked, CLOUD, "missing")
    (new,) = findings(asked, OTHER, "unknown")
    assert (gone.resource_id, new.resource_id) == (asked.made["oa-1"].id, None)
    drift.resolve(asked.city.ctx, asked.city.people["operator"], gone.id, by=DriftAct.ACCEPT, reason="已迁往二号云")
    if asked.case.off:
        clearing_decisions.restore(asked.city.ctx, asked.city.people["officer"], asked.id, reason="已迁移，仍在用")
        asked.work()
    asked.round()
    assert asked.case.state == ("restored" if asked.case.off else "dismissed"), asked.case.cause
    assert asked.case.claim is None
    assert asked.shown(OTHER) == {there: "ACTIVE"}


@pytest.mark.parametrize("keyed", [True, False])
@pytest.mark.parametrize("stage", STAGES)
def test_what_was_rebuilt_under_its_name_is_another_to_sync_and_scan(asked: Asked, stage: str, keyed: bool) -> None:
    """It is measured and as idle as the old one: the days of one are not the days of the other."""
    come_to(asked, stage)
    vanish(asked)
    new = built(asked, CLOUD, keyed=keyed)
    weeks(asked, subject=object_id(CLOUD, "server", new))
    asked.scan()
    assert asked.verdicts()[-1].state is VerdictState.NO_DATA
    assert asked.shown() == {new: "ACTIVE"}
    provider = asked.city.ctx.clouds.provider(asked.city.record)
    assert not provider.servers.isolated(provider.tenants.find(asked.city.ids["fgw"]), new)
    assert (asked.case.state, asked.case.saga) == ("attention", None), asked.case.cause
    assert "oa-1" in str(asked.case.cause)
    assert asked.city.resource(asked.made["oa-1"].id).state == "active"
    (gone,), (other,) = findings(asked, CLOUD, "missing"), findings(asked, CLOUD, "unknown")
    assert (gone.resource_id, other.resource_id) == (asked.made["oa-1"].id, None)


def test_a_system_that_has_another_server_by_now_is_not_deleted(asked: Asked) -> None:
    """What moved was adopted where it is: the system is at work there."""
    come_to(asked, "restore_tested")
    built(asked, OTHER, keyed=False)
    asked.synced(OTHER)
    (new,) = findings(asked, OTHER, "unknown")
    city, operator = asked.city, asked.city.people["operator"]
    drift.resolve(city.ctx, city.people["office-admin"], new.id, by=DriftAct.ADOPT, reason="迁来的", system="oa")
    asked.work()
    city.clock.move(days=31)
    with pytest.raises(Conflict, match="no verdict has judged"):
        clearing_decisions.propose(city.ctx, operator, asked.id, reason="隔离期满")
    assert asked.case.state == "restore_tested"


def weeks(asked: Asked, subject: UUID | None = None) -> None:
    """Syncs, days and rounds, until whatever is to come of it has come."""
    for rounds in (ROUNDS, 1, 1):
        asked.work()
        asked.synced(CLOUD, rounds=rounds)
        asked.synced(OTHER)
        asked.pass_by(12, measured=False)
        if subject is not None:
            asked.tell(subject, 12)
    asked.work()


def findings(asked: Asked, cloud: str, kind: str) -> list[Finding]:
    """What is open there about servers."""
    known = asked.city.read(lambda uow: uow.drift.known(cloud))
    found = [asked.city.read(lambda uow, key=key: uow.drift.get(key)) for key in known]
    return [each for each in found if (each.state, each.kind, each.subject_kind) == ("open", kind, "server")]


def come_to(asked: Asked, stage: str) -> None:
    """The case, up to where the fault strikes it."""
    if stage == "notified":
        return
    asked.pass_by(25)
    asked.pass_by(7, measured=stage != "due")
    refused = {"quarantined": "exports.take", "backed_up": "servers.create"}.get(stage)
    if refused:
        strike(asked.city, refused, FaultKind.NO_CAPACITY)
    if stage == "switching_off":
        assert asked.case.saga == "quarantine_system"
        return
    asked.work()
    if refused:
        asked.city.cloud.clear_faults()
        clearing_decisions.resume(asked.city.ctx, asked.city.people["office-admin"], asked.id, reason="有空间了")
    if stage == "deletion_confirmed":
        asked.city.clock.move(days=31)
        clearing_decisions.propose(asked.city.ctx, asked.city.people["operator"], asked.id, reason="隔离期满")
        clearing_decisions.confirm(asked.city.ctx, asked.city.people["security"], asked.id, reason="同意")
    assert asked.case.state == stage, asked.case.cause


def built(asked: Asked, cloud: str, *, keyed: bool) -> str:
    """Somebody builds a server of its name there, with the platform's mark or without; its id there."""
    city, record = asked.city, asked.city.resource(asked.made["oa-1"].id)
    provider = city.ctx.clouds.provider(city.read(lambda uow: uow.clouds.by_code(cloud)))
    department = city.ids["fgw"]
    tenant = provider.tenants.find(department) or provider.tenants.create(department, "fgw")
    network = provider.networks.create(
        NetworkRequest(
            key=UUID(int=5), tenant=tenant, name="moved", cidr_v4="10.8.200.0/26", cidr_v6=None, zone=ZONE,
            external_network=None,
        )
    )  # fmt: skip
    request = ServerRequest(
        key=record.id if keyed else UUID(int=9), tenant=tenant, name=record.name, vcpu=record.vcpu,
        memory_mib=record.memory_mib, root_disk_gib=40, image="debian", network=network.backend_id,
    )  # fmt: skip
    made = provider.servers.create(request).backend_id
    city.clock.sleep(300)
    if not keyed:
        provider.servers.disown(tenant, made, request.key)
    return str(made)


def vanish(asked: Asked) -> None:
    """Its server is gone from its own cloud; the platform was not asked."""
    city, record = asked.city, asked.city.resource(asked.made["oa-1"].id)
    provider = city.ctx.clouds.provider(city.record)
    provider.servers.delete(provider.tenants.find(city.ids["fgw"]), record.backend_id)
    city.clock.sleep(60)


def left(asked: Asked) -> Counter[str]:
    """What its own cloud has of its department."""
    return Counter(item.kind for item in asked.city.cloud.inventory() if item.tenant and item.kind != "project")
