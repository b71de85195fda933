"""A server that was started by hand after its backup: backup and signatures are void, whatever happens next."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cloudctl.services import clearing_decisions
from tests.factories import installation
from tests.faults.clearings import Case


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    with installation(tmp_path) as city:
        yield Case(city)


def test_what_ran_after_its_backup_is_backed_up_and_signed_anew_before_it_is_deleted(case: Case) -> None:
    case.city.run()
    case.provider.servers.start(case.tenant, case.fact("oa-1").backend_id)
    case.city.clock.sleep(60)
    case.confirm()
    case.stands("attention", "started by hand")
    now = case.now
    assert (now.paused, now.digest, now.tested_at) == ("quarantined", None, None)
    assert (now.proposed, now.confirmed) == (None, None)
    case.provider.servers.stop(case.tenant, case.fact("oa-1").backend_id)
    case.city.clock.sleep(60)
    clearing_decisions.resume(case.city.ctx, case.city.people["reviewer"], case.id, reason="已关机")
    case.city.run()
    again = case.now
    assert (again.state, again.saga) == ("quarantined", None)  # the next round has it backed up anew
    assert again.quarantined_until is not None
    assert (again.quarantined_until - case.city.clock.now()).days >= 29
