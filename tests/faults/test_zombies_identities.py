"""A server rebuilt by hand under its name while the case of its system runs: the new one is nobody's to touch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from cloudctl.domain.servers import ServerRequest
from tests.factories import installation
from tests.faults.clearings import Case


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    with installation(tmp_path) as city:
        yield Case(city)


@pytest.mark.parametrize("keyed", [True, False])
def test_what_was_rebuilt_before_it_is_switched_off_stays_on_and_its_system_too(case: Case, keyed: bool) -> None:
    new = rebuilt(case, "oa-2", keyed=keyed)
    case.city.run()
    case.stands("attention")
    assert status(case, new) == "ACTIVE"
    assert not case.provider.servers.isolated(case.tenant, new)
    assert case.fact("oa-1").status == "active"
    assert not case.provider.servers.isolated(case.tenant, case.fact("oa-1").backend_id)


@pytest.mark.parametrize("keyed", [True, False])
def test_what_was_rebuilt_after_its_backup_is_not_deleted(case: Case, keyed: bool) -> None:
    case.city.run()
    new = rebuilt(case, "oa-2", keyed=keyed)
    case.city.clock.sleep(60)
    case.confirm()
    case.stands("attention")
    assert status(case, new) == "ACTIVE"
    assert case.fact("oa-1") is not None, "nothing of the system is deleted either"
    assert {case.city.resource(each.id).state for each in case.made.values()} == {"active"}


def rebuilt(case: Case, name: str, *, keyed: bool) -> str:
    """Somebody deletes the server in the cloud and makes another of its name; its id there."""
    servers, record = case.provider.servers, case.city.resource(case.made[name].id)
    servers.delete(case.tenant, record.backend_id)
    case.city.clock.sleep(60)
    network = case.city.resource(case.made["oa-net"].id)
    request = ServerRequest(
        key=record.id if keyed else UUID(int=9), tenant=case.tenant, name=name, vcpu=record.vcpu,
        memory_mib=record.memory_mib, root_disk_gib=40, image="debian", network=network.backend_id,
    )  # fmt: skip
    made = servers.create(request).backend_id
    if not keyed:
        servers.disown(case.tenant, made, request.key)
    case.city.clock.sleep(300)
    assert made != record.backend_id
    return str(made)


def status(case: Case, backend_id: str) -> str:
    (found,) = [item.status for item in case.city.cloud.inventory() if item.backend_id == backend_id]
    return str(found)
