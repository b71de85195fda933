from __future__ import annotations

from dataclasses import replace

import pytest

from cloudctl.domain.accounts import GRANTS, Permission, Role
from cloudctl.domain.errors import AlreadyIssued, Forbidden, Invalid, NotFound, Unauthenticated
from cloudctl.domain.identifiers import new_id
from cloudctl.services import accounts, tokens
from tests.factories import Installed


def test_the_secret_is_answered_once_and_kept_nowhere(city: Installed) -> None:
    token, secret = tokens.issue(city.ctx, city.people["officer"], city.ids["officer"], name="laptop")
    assert secret.startswith("cctl_")
    assert len(secret) > 40
    assert token.digest == tokens.digest(secret)
    assert secret.encode() not in b"".join(path.read_bytes() for path in city.directory.glob("*.sqlite3*"))
    told = city.audited(action="create/token")[-1]
    assert secret not in str(told)
    assert told["after"]["name"] == "laptop"


def test_the_same_name_again_was_already_issued_until_it_is_revoked_or_over(city: Installed) -> None:
    officer, key = city.people["officer"], city.ids["officer"]
    token, _ = tokens.issue(city.ctx, officer, key, name="laptop", days=10)
    with pytest.raises(AlreadyIssued) as caught:
        tokens.issue(city.ctx, officer, key, name="laptop")
    assert caught.value.field == "name"
    tokens.issue(city.ctx, officer, key, name="phone")
    tokens.revoke(city.ctx, officer, token.id)
    second, _ = tokens.issue(city.ctx, officer, key, name="laptop", days=10)
    city.clock.move(days=10)
    third, _ = tokens.issue(city.ctx, officer, key, name="laptop", days=10)
    assert len({token.id, second.id, third.id}) == 3


def test_it_opens_until_its_end(city: Installed) -> None:
    _, secret = tokens.issue(city.ctx, city.people["officer"], city.ids["officer"], name="short", days=1)
    assert accounts.authenticate(city.ctx, secret).account_id == city.ids["officer"]
    city.clock.move(hours=23, minutes=59, seconds=59)
    accounts.authenticate(city.ctx, secret)
    city.clock.move(seconds=1)
    with pytest.raises(Unauthenticated):
        accounts.authenticate(city.ctx, secret)


def test_every_reason_is_told_in_the_same_words(city: Installed) -> None:
    officer, key = city.people["officer"], city.ids["officer"]
    revoked, first = tokens.issue(city.ctx, officer, key, name="a")
    _, over = tokens.issue(city.ctx, officer, key, name="b", days=1)
    tokens.revoke(city.ctx, officer, revoked.id)
    city.clock.move(days=1)
    _, left = tokens.issue(city.ctx, officer, key, name="c")
    accounts.update(city.ctx, city.people["office-admin"], key, {"active": False})
    words = set()
    for secret in (first, over, left, "cctl_unknown", "", city.secrets["officer"]):
        with pytest.raises(Unauthenticated) as caught:
            accounts.authenticate(city.ctx, secret)
        words.add((str(caught.value), caught.value.way_out))
    assert len(words) == 1


def test_scopes_narrow_what_the_account_may(city: Installed) -> None:
    scopes = frozenset({Permission.ORDERS_READ})
    token, secret = tokens.issue(city.ctx, city.people["officer"], city.ids["officer"], name="read", scopes=scopes)
    actor = accounts.authenticate(city.ctx, secret)
    assert token.scopes == actor.permissions == scopes
    with pytest.raises(Forbidden):
        actor.require(Permission.ORDERS_WRITE)


def test_a_role_that_was_taken_away_is_gone_from_its_tokens(city: Installed) -> None:
    _, secret = tokens.issue(city.ctx, city.people["officer"], city.ids["officer"], name="t")
    roles = frozenset({Role.DEPARTMENT_HEAD})
    accounts.update(city.ctx, city.people["office-admin"], city.ids["officer"], {"roles": roles})
    permissions = accounts.authenticate(city.ctx, secret).permissions
    assert permissions == GRANTS[Role.DEPARTMENT_HEAD] & GRANTS[Role.DEPARTMENT_OFFICER]
    assert Permission.ORDERS_WRITE not in permissions


def test_nobody_gets_a_scope_beyond_the_roles(city: Installed) -> None:
    scopes = frozenset({Permission.AUDIT_READ})
    for who in ("officer", "office-admin"):
        with pytest.raises(Invalid) as caught:
            tokens.issue(city.ctx, city.people[who], city.ids["officer"], name=new_id().hex, scopes=scopes)
        assert caught.value.field == "scopes"


def test_a_narrow_token_makes_no_wider_one(city: Installed) -> None:
    officer = city.people["officer"]
    narrow = replace(officer, actor=replace(officer.actor, permissions=frozenset({Permission.ORDERS_READ})))
    token, _ = tokens.issue(city.ctx, narrow, city.ids["officer"], name="inherits")
    assert token.scopes == {Permission.ORDERS_READ}
    with pytest.raises(Invalid):
        tokens.issue(city.ctx, narrow, city.ids["officer"], name="wider", scopes=frozenset({Permission.ORDERS_WRITE}))


@pytest.mark.parametrize("days", [0, -1, 366])
def test_a_life_is_bounded(city: Installed, days: int) -> None:
    with pytest.raises(Invalid) as caught:
        tokens.issue(city.ctx, city.people["officer"], city.ids["officer"], name="x", days=days)
    assert caught.value.field == "days"


def test_revoking(city: Installed) -> None:
    token, secret = tokens.issue(city.ctx, city.people["officer"], city.ids["officer"], name="lost")
    for who, error in (("head", Forbidden), ("stranger", NotFound), ("auditor", Forbidden)):
        with pytest.raises(error):
            tokens.revoke(city.ctx, city.people[who], token.id)
    accounts.authenticate(city.ctx, secret)
    first = tokens.revoke(city.ctx, city.people["office-admin"], token.id).revoked_at
    before = city.rows()["audit_events"]
    city.clock.move(hours=1)
    assert tokens.revoke(city.ctx, city.people["officer"], token.id).revoked_at == first
    assert city.rows()["audit_events"] == before
