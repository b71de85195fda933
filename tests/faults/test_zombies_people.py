"""People who start what is off, and who sign for each other: a deletion has a sound backup and two persons, or is none.

What was started by hand after its backup is backed up and signed anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from cloudctl.domain.errors import Forbidden
from cloudctl.ports.context import Request
from cloudctl.services import accounts, clearing_decisions, deputies
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


Signer = tuple[str, str | None]
"""Who signs, and in whose name."""


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (("operator", None), ("operator", "security"), "Who proposed"),
        (("reviewer", "operator"), ("reviewer", "security"), "Who proposed"),
        (("security", "operator"), ("security", None), "Who proposed"),
        (("office-admin", "reviewer"), ("office-admin", None), "Who proposed"),
        (("operator", None), ("office-admin", None), "Who applied the policy"),
        (("operator", None), ("office-admin", "security"), "Who applied the policy"),
        (("operator", None), ("network", "office-admin"), "Who applied the policy"),
    ],
)
def test_the_second_person_is_not_the_first_nor_who_began_it_whoever_stands_in_for_whom(
    case: Case, first: Signer, second: Signer, words: str
) -> None:
    """The case is of a campaign that the office's administrator began."""
    ctx = case.city.ctx
    case.city.run()
    case.city.clock.move(days=31)
    with signing(case, *first) as request:
        clearing_decisions.propose(ctx, request, case.id, reason="隔离期满")
    with signing(case, *second) as request, pytest.raises(Forbidden, match=words) as refused:
        clearing_decisions.confirm(ctx, request, case.id, reason="同意")
    assert refused.value.way_out
    assert case.city.run() == []
    case.stands("deletion_proposed")
    assert case.now.confirmed is None
    case.untouched()


@contextmanager
def signing(case: Case, who: str, for_whom: str | None) -> Iterator[Request]:
    """A person's request; as a deputy who is appointed for it, and no longer than that."""
    city = case.city
    if for_whom is None:
        yield city.people[who]
        return
    admin, now = city.people["office-admin"], city.clock.now()
    principal = city.people[for_whom].actor.name
    made = deputies.appoint(
        city.ctx, admin, principal=principal, deputy=city.people[who].actor.name, starts_at=now,
        ends_at=now + timedelta(days=10), reason="公休",
    )  # fmt: skip
    actor = accounts.authenticate(city.ctx, city.secrets[who], principal)
    yield Request(actor=actor, request_id=f"{who}-for-{for_whom}")
    deputies.revoke(city.ctx, admin, made.id)
