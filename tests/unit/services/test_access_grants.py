"""Access grants: asked for, approved by somebody else, used from where they hold, ended by themselves, each refusal
with its cause.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from cloudctl.domain.access_grants import AccessGrant, AccessLevel
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from cloudctl.ports.context import platform
from cloudctl.ports.queries import PageAsk
from cloudctl.services import access_grants, accounts, hosts
from tests.factories import Installed, ssh_key
from tests.sshd import ME, sshd
from tests.unit.services.enrolling import enrolled, servers

NETWORKS = ["10.8.0.0/24"]
CONTRACT: dict[str, Any] = {
    "organisation": "某某科技有限公司", "contract_number": "HT-2026-18", "holder": "王工",
    "public_key": ssh_key("wang"),
}  # fmt: skip


def day(city: Installed, plus: int = 0) -> date:
    return today_for_people(city.clock.now()) + timedelta(days=plus)


def ask(city: Installed, who: str = "officer", **changes: Any) -> AccessGrant:
    given = {"networks": NETWORKS, "ends_on": day(city, 30), "reason": "排查登录故障"} | changes
    return access_grants.ask(city.ctx, city.people[who], city.ids["oa"], **given)


def approved(city: Installed, who: str = "officer", **changes: Any) -> AccessGrant:
    return access_grants.decide(city.ctx, city.people["office-admin"], ask(city, who, **changes).id, "approve")


def sign(city: Installed, grant: AccessGrant, who: str = "officer", **more: Any) -> access_grants.Signed:
    return access_grants.sign(city.ctx, city.people[who], grant.id, **({"public_key": ssh_key()} | more))


def state(city: Installed, grant: AccessGrant) -> tuple[str, str | None]:
    found = access_grants.get(city.ctx, city.people["office-admin"], grant.id)
    return found.state, found.ended_because


@pytest.fixture
def moving(city: Installed) -> Iterator[Installed]:
    """The clock goes back where it was: the city is shared by the module."""
    before = city.clock.now()
    yield city
    city.clock.move(seconds=(before - city.clock.now()).total_seconds())


def test_it_is_asked_for_approved_by_somebody_else_and_opens_the_system_s_hosts(
    city: Installed, tmp_path: Path
) -> None:
    first, second = servers(city)
    enrolled(city, first)
    asked = ask(city)
    with pytest.raises(Conflict, match="is asked"):
        sign(city, asked)
    grant = access_grants.decide(city.ctx, city.people["office-admin"], asked.id, "approve", answer="同意")
    signed = sign(city, grant, hours=2)
    assert [host.name for host in signed.hosts] == [f"oa-1-{first.hex[:8]}"]
    assert signed.left_out == ["oa-2"]
    (tmp_path / "cert.pub").write_text(signed.certificate)
    told = subprocess.run(
        ["ssh-keygen", "-L", "-f", str(tmp_path / "cert.pub")], capture_output=True, text=True, check=True
    ).stdout
    assert f"user-host-{first}" in told
    assert str(second) not in told
    assert "source-address 10.8.0.0/24" in told
    assert f"grant/{grant.id}/{grant.holder}" in told
    rows = city.ctx.queries.access_grants.page(city.ids["fgw"], {"system_id": str(city.ids["oa"])}, PageAsk()).items
    assert [(row.system, row.holder, row.state, row.signed) for row in rows] == [
        (rows[0].system, city.people["officer"].actor.name, "approved", 1)
    ]
    assert len(city.read(lambda uow: uow.certificates.of_subject(grant.id))) == 1


def test_sshd_opens_for_it_from_the_grant_s_network_for_the_grant_s_host_alone(
    moving: Installed, tmp_path: Path
) -> None:
    city = moving
    city.clock.move(seconds=(datetime.now(UTC) - city.clock.now()).total_seconds())
    (key,) = servers(city, count=1)
    enrolled(city, key)
    grant = approved(city, networks=["127.0.0.1"], level=AccessLevel.ADMIN)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "me")], check=True)
    signed = sign(city, grant, public_key=(tmp_path / "me.pub").read_text(), hours=1)
    (tmp_path / "me-cert.pub").write_text(signed.certificate)
    script = hosts.script(city.ctx, city.people["officer"], key)
    trusted = script.split("<<'KEYS'\n")[1].split("KEYS\n")[0]
    with sshd(tmp_path / "mine", authorities=trusted, principals={ME: f"admin-host-{key}"}) as door:
        entered = door.enter(tmp_path / "me")
        assert (entered.returncode, entered.stdout.strip()) == (0, ME), entered.stderr + door.log.read_text()
        assert f"grant/{grant.id}/{grant.holder}" in door.log.read_text()
        assert door.enter(tmp_path / "me", source="127.0.0.2").returncode == 255
        assert "not from a permitted source address (127.0.0.2)" in door.log.read_text()
    with sshd(tmp_path / "plain", authorities=trusted, principals={ME: f"user-host-{key}"}) as door:
        assert door.enter(tmp_path / "me").returncode == 255


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"networks": []}, "networks"),
        ({"networks": ["here"]}, "networks"),
        ({"networks": ["0.0.0.0/0"]}, "networks"),
        ({"networks": ["10.8.0.1/24"]}, "networks"),
        ({"networks": ["2001::/16"]}, "networks"),
        ({"reason": " "}, "reason"),
        ({"ends_on": date(2020, 1, 1)}, "ends_on"),
        ({"ends_on": date(2099, 1, 1)}, "ends_on"),
        ({"login": "nobody-of-this-name"}, "login"),
        ({"public_key": "nonsense"}, "host_key"),
        ({"organisation": "某公司"}, "contract_ends_on"),
        ({**CONTRACT, "contract_ends_on": date(2020, 1, 1)}, "contract_ends_on"),
        ({**CONTRACT, "contract_ends_on": date(2099, 1, 1), "public_key": None}, "public_key"),
    ],
)
def test_what_is_wrong_is_refused_by_its_field_and_changes_nothing(
    city: Installed, changes: dict[str, Any], field: str
) -> None:
    rows = city.rows()
    with pytest.raises(Invalid) as caught:
        ask(city, **changes)
    assert caught.value.field == field
    assert caught.value.way_out
    assert city.rows() == rows


def test_a_server_of_another_system_is_not_granted(city: Installed) -> None:
    (theirs,) = servers(city.apart(), "x", count=1)
    with pytest.raises(Invalid, match="no server of") as caught:
        ask(city, servers=[theirs])
    assert caught.value.field == "servers"


def test_who_asks_or_enters_does_not_approve_not_even_by_a_deputy(city: Installed) -> None:
    office = city.people["office-admin"]
    grant = ask(city, "office-admin")
    with pytest.raises(Forbidden, match="does not approve"):
        access_grants.decide(city.ctx, office, grant.id, "approve")
    theirs = ask(city, "operator", login=office.actor.name)
    with pytest.raises(Forbidden, match="does not approve"):
        access_grants.decide(city.ctx, office, theirs.id, "approve")
    acting = replace(office.actor, account_id=city.ids["reviewer"], for_account_id=office.actor.account_id)
    with pytest.raises(Forbidden, match="does not approve"):
        access_grants.decide(city.ctx, replace(office, actor=acting), grant.id, "approve")
    with pytest.raises(Forbidden, match="grants:approve"):
        access_grants.decide(city.ctx, city.people["operator"], grant.id, "approve")
    with pytest.raises(Invalid, match="refusal"):
        access_grants.decide(city.ctx, office, theirs.id, "refuse")


def test_a_refused_or_revoked_one_opens_nothing_and_says_why(city: Installed) -> None:
    (key,) = servers(city, count=1)
    enrolled(city, key)
    refused = access_grants.decide(city.ctx, city.people["office-admin"], ask(city).id, "refuse", answer="范围过大")
    with pytest.raises(Conflict, match="refused"):
        sign(city, refused)
    grant = approved(city)
    with pytest.raises(Invalid, match="reason"):
        access_grants.revoke(city.ctx, city.people["officer"], grant.id, reason="")
    access_grants.revoke(city.ctx, city.people["officer"], grant.id, reason="人员离场")
    with pytest.raises(Conflict, match="人员离场"):
        sign(city, grant)
    with pytest.raises(Refused):
        access_grants.revoke(city.ctx, city.people["officer"], grant.id, reason="再次")


def test_it_ends_by_itself_by_the_clock(moving: Installed) -> None:
    city = moving
    (key,) = servers(city, count=1)
    enrolled(city, key)
    grant, later = approved(city, ends_on=day(city, 3)), approved(city, ends_on=day(city, 9))
    city.clock.move(days=4)
    with pytest.raises(Conflict, match="ended with"):
        sign(city, grant)
    access_grants.end_due(city.ctx, platform("job"))
    assert state(city, grant) == ("ended", "Its last day has passed.")
    assert state(city, later) == ("approved", None)
    assert access_grants.end_due(city.ctx, platform("job")) == 0
    with pytest.raises(Conflict, match="last day has passed"):
        sign(city, grant)


def test_a_certificate_ends_with_the_grant_s_last_day(moving: Installed, tmp_path: Path) -> None:
    city = moving
    (key,) = servers(city, count=1)
    enrolled(city, key)
    grant = approved(city, ends_on=day(city))
    signed = sign(city, grant)
    assert (
        signed.ends_at == grant.ends_at.isoformat()
        or signed.ends_at <= (city.clock.now() + timedelta(hours=8)).isoformat()
    )
    (kept,) = city.read(lambda uow: uow.certificates.of_subject(grant.id))
    assert kept.ends_at == min(grant.ends_at, city.clock.now() + timedelta(hours=8))
    assert signed.ends_at == kept.ends_at.isoformat()
    city.clock.move(seconds=(grant.ends_at - city.clock.now()).total_seconds() - 3600)
    assert datetime.fromisoformat(sign(city, grant).ends_at) == grant.ends_at


def test_a_contractor_s_person_has_the_approved_key_signed_and_ends_with_the_contract(moving: Installed) -> None:
    city = moving
    (key,) = servers(city, count=1)
    enrolled(city, key)
    grant = approved(city, **CONTRACT, contract_ends_on=day(city, 5))
    assert (grant.holder, grant.holder_id, grant.last_day) == ("王工", None, day(city, 5))
    with pytest.raises(Invalid, match="Another public key"):
        sign(city, grant, public_key=ssh_key().replace("AAAAIAAB", "AAAAIBBB"))
    assert sign(city, grant, public_key=None).hosts
    with pytest.raises(Forbidden, match="somebody else's"):
        sign(city, grant, "operator", public_key=None)
    city.clock.move(days=6)
    with pytest.raises(Conflict, match="ended with"):
        sign(city, grant, public_key=None)
    access_grants.end_due(city.ctx, platform("job"))
    assert state(city, grant) == ("ended", "The contract has ended.")


def test_it_ends_with_the_person_and_with_the_system(city: Installed) -> None:
    (key,) = servers(city, count=1)
    enrolled(city, key)
    grant = approved(city, "operator", login=city.people["head"].actor.name)
    accounts.update(city.ctx, city.people["office-admin"], city.ids["head"], {"active": False})
    with pytest.raises(Conflict, match="no longer active"):
        sign(city, grant, "head")
    access_grants.end_due(city.ctx, platform("job"))
    assert state(city, grant) == ("ended", "The person's account is no longer active.")
    other = approved(city)
    with city.app.engines.write.begin() as connection:
        gone = {"id": city.ids["oa"].hex}
        connection.execute(text("UPDATE systems SET status = 'retired' WHERE id = :id"), gone)
    with pytest.raises(Conflict, match="no longer in use"):
        sign(city, other)
    access_grants.end_due(city.ctx, platform("job"))
    assert state(city, other) == ("ended", "The system is no longer in use.")


def test_a_host_in_quarantine_opens_for_nobody(city: Installed) -> None:
    (key,) = servers(city, count=1)
    enrolled(city, key)
    grant = approved(city)
    hosts.quarantine(city.ctx, city.people["operator"], key, reason="疑似入侵")
    with pytest.raises(Conflict, match=r"oa-1 \(quarantined\)"):
        sign(city, grant)


def test_what_is_foreign_is_not_found(city: Installed) -> None:
    grant, stranger = approved(city), city.apart().people["officer"]
    for act in (
        lambda: access_grants.get(city.ctx, stranger, grant.id),
        lambda: access_grants.revoke(city.ctx, stranger, grant.id, reason="x"),
        lambda: access_grants.sign(city.ctx, stranger, grant.id, public_key=ssh_key()),
        lambda: access_grants.ask(
            city.ctx, stranger, city.ids["oa"], networks=NETWORKS, ends_on=day(city, 3), reason="x"
        ),
    ):
        with pytest.raises(NotFound):
            act()


def test_somebody_else_s_grant_is_not_signed_and_a_certificate_lives_hours(city: Installed) -> None:
    (key,) = servers(city, count=1)
    enrolled(city, key)
    grant = approved(city)
    with pytest.raises(Forbidden, match="somebody else's"):
        sign(city, grant, "office-admin")
    for hours in (0, 9):
        with pytest.raises(Invalid) as caught:
            sign(city, grant, hours=hours)
        assert caught.value.field == "hours"
