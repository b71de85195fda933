"""Backups of what is cleared: who sees one, and what one that is not whole is good for."""

from __future__ import annotations

import pytest

from cloudctl.domain.errors import Conflict, NotFound
from cloudctl.services import backups
from tests.factories import Installed
from tests.faults.clearings import Case


@pytest.fixture
def case(city: Installed) -> Case:
    return Case(city)


def test_the_department_the_office_and_the_auditor_see_it_and_nobody_else(case: Case) -> None:
    ctx, people = case.city.ctx, case.city.people
    assert backups.of_clearing(ctx, people["auditor"], case.id) is None
    case.city.run()
    for login in ("auditor", "officer", "operator"):
        found = backups.of_clearing(ctx, people[login], case.id)
        assert found is not None
        assert {each.name for each in found.objects} == {"oa-1", "oa-2", "oa-1-disk-1", "oa-2-disk-1"}
    with pytest.raises(NotFound):
        backups.of_clearing(ctx, people["stranger"], case.id)


def test_a_backup_that_is_not_whole_is_neither_sealed_nor_verified(case: Case) -> None:
    ctx = case.city.ctx
    with pytest.raises(Conflict, match="no backup"):
        backups.verify(ctx, case.id)
    plan = backups.open(ctx, case.id)
    assert backups.open(ctx, case.id).backup.id == plan.backup.id
    assert len(plan.objects) == 4
    with pytest.raises(Conflict, match="lacks oa-1"):
        backups.seal(ctx, case.id)
    with pytest.raises(Conflict, match="no whole backup"):
        backups.verify(ctx, case.id)


def test_an_empty_disk_is_no_backup(case: Case) -> None:
    disk = backups.open(case.city.ctx, case.id).objects[0]
    with pytest.raises(Conflict, match="empty"):
        backups.keep(case.city.ctx, disk.id, [], format="raw")
    found = backups.load(case.city.ctx, case.id)
    assert found is not None
    assert {each.digest for each in found.objects} == {None}


def test_its_policy_says_how_long_it_is_kept(case: Case) -> None:
    policy = case.city.ctx.zombie_policies["default"]
    assert backups.open(case.city.ctx, case.id).backup.keep_days == policy.clock.backup_days
