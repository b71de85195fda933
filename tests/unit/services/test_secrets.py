"""Secrets: set and made, never shown, handed to a run alone, rotated with and without the master key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

from cloudctl.bootstrap import build
from cloudctl.domain.authorities import AuthorityKind
from cloudctl.domain.errors import ConfigurationError, Forbidden, Invalid, NotFound
from cloudctl.domain.secrets import Owner, SecretKind
from cloudctl.ports.context import platform
from cloudctl.services import authorities, secrets
from tests.factories import Installed, installation
from tests.seeds import settings_for
from tests.unit.services.enrolling import servers

VALUE = "m4rker-swordfish-of-a-secret"
RUN = uuid4()


def system(city: Installed) -> Owner:
    return Owner(SecretKind.SYSTEM, city.ids["oa"])


def handed(city: Installed, owner: Owner) -> dict[str, str]:
    return secrets.for_run(city.ctx, platform("run"), run_id=RUN, owners=[owner.id])[owner.id]


def test_it_is_set_by_its_department_and_handed_to_a_run_alone(city: Installed) -> None:
    officer = city.people["officer"]
    kept = secrets.put(city.ctx, officer, system(city), "smtp_password", VALUE)
    assert VALUE.encode() not in kept.sealed
    assert (kept.generation, kept.department_id) == (1, city.ids["fgw"])
    assert handed(city, system(city)) == {"smtp_password": VALUE}
    for who in ("officer", "operator", "office-admin"):
        with pytest.raises(Invalid, match="run alone"):
            secrets.for_run(city.ctx, city.people[who], run_id=RUN, owners=[city.ids["oa"]])
    event = city.audited(action="read/secret")[-1]
    assert (event["after"]["run_id"], event["after"]["name"]) == (str(RUN), "smtp_password")
    assert VALUE not in str(city.audited())
    assert city.read(lambda uow: uow.secrets.of(city.ids["oa"], "smtp_password")).handed_at == city.clock.now()


def test_another_value_is_another_generation_and_a_made_one_is_made_once(city: Installed) -> None:
    operator, owner = city.people["operator"], system(city)
    secrets.put(city.ctx, operator, owner, "a", "1")
    assert secrets.put(city.ctx, operator, owner, "a", "2").generation == 2
    secrets.ensure(city.ctx, platform("deploy"), owner, ["a", "b"])
    first = handed(city, owner)
    secrets.ensure(city.ctx, platform("deploy"), owner, ["a", "b"])
    assert handed(city, owner) == first
    assert (first["a"], len(first["b"])) == ("2", 32)
    made = city.read(lambda uow: uow.secrets.of(owner.id, "b"))
    assert secrets.rotate(city.ctx, operator, made.id).generation == 2
    assert handed(city, owner)["b"] != first["b"]


def test_a_host_has_secrets_of_its_own(city: Installed) -> None:
    (key,) = servers(city, count=1)
    owner = Owner(SecretKind.HOST, key)
    secrets.put(city.ctx, city.people["operator"], owner, "become_password", VALUE)
    assert handed(city, owner) == {"become_password": VALUE}
    assert secrets.remove(
        city.ctx, city.people["operator"], city.read(lambda uow: uow.secrets.of(key, "become_password")).id
    )
    assert handed(city, owner) == {}
    assert city.audited(action="delete/secret")


def test_what_is_foreign_is_not_found_and_who_may_not_is_refused(city: Installed) -> None:
    other = city.apart()
    kept = secrets.put(city.ctx, city.people["officer"], system(city), "a", "1")
    for act in (
        lambda: secrets.put(city.ctx, other.people["officer"], system(city), "a", "2"),
        lambda: secrets.rotate(city.ctx, other.people["officer"], kept.id),
        lambda: secrets.remove(city.ctx, other.people["officer"], kept.id),
        lambda: secrets.put(city.ctx, city.people["operator"], Owner(SecretKind.HOST, city.ids["oa"]), "a", "1"),
    ):
        with pytest.raises(NotFound):
            act()
    for act in (
        lambda: secrets.put(city.ctx, city.people["head"], system(city), "a", "2"),
        lambda: secrets.put(city.ctx, city.people["auditor"], system(city), "a", "2"),
        lambda: secrets.reseal(city.ctx, city.people["officer"]),
    ):
        with pytest.raises(Forbidden):
            act()
    assert handed(city, system(city)) == {"a": "1"}


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [("A", "1", "name"), ("a-b", "1", "name"), ("", "1", "name"), ("a", "", "value"), ("a", "x" * 65_537, "value")],
)
def test_what_cannot_be_kept_is_refused_by_its_field_and_not_repeated(
    city: Installed, name: str, value: str, field: str
) -> None:
    rows = city.rows()
    with pytest.raises(Invalid) as caught:
        secrets.put(city.ctx, city.people["operator"], system(city), name, value)
    assert caught.value.field == field
    assert len(str(caught.value)) < 400
    assert city.rows() == rows


def test_a_sealed_value_that_was_put_into_another_s_row_does_not_open(city: Installed) -> None:
    operator = city.people["operator"]
    secrets.put(city.ctx, operator, system(city), "weak", "known to the attacker")
    secrets.put(city.ctx, operator, system(city), "admin_password", VALUE)
    with city.app.engines.write.begin() as connection:
        swap = "UPDATE secrets SET sealed = (SELECT sealed FROM secrets WHERE name = 'weak' AND owner_id = :owner) "
        connection.execute(
            text(swap + "WHERE name = 'admin_password' AND owner_id = :owner"), {"owner": city.ids["oa"].hex}
        )
    with pytest.raises(ConfigurationError):
        handed(city, system(city))


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Installed]:
    with installation(tmp_path) as made:
        yield made


def test_a_new_master_key_takes_over_and_the_old_one_can_go(alone: Installed, tmp_path: Path) -> None:
    city = alone
    secrets.put(city.ctx, city.people["operator"], system(city), "a", VALUE)
    authorities.trusted_ssh(city.ctx, platform("test"))
    keys = next(path for path in city.directory.rglob("secret.keys"))
    old, new = keys.read_text().strip(), Fernet.generate_key().decode()
    city.app.stop()

    def again(lines: list[str]) -> Installed:
        keys.write_text("\n".join(lines) + "\n")
        app = build(settings_for(city.directory), clock=city.clock)
        return Installed(app=app, clock=city.clock, directory=city.directory, seed=city.seed)

    both = again([new, old])
    assert handed(both, system(both)) == {"a": VALUE}
    moved = secrets.reseal(both.ctx, both.people["operator"])
    assert moved == 2
    assert secrets.reseal(both.ctx, both.people["operator"]) == 0
    both.app.stop()
    only = again([new])
    assert handed(only, system(only)) == {"a": VALUE}
    assert authorities.opened(only.ctx, authorities.signing(only.ctx, platform("t"), AuthorityKind.SSH))
    only.app.stop()
    wrong = again([old])
    with pytest.raises(ConfigurationError, match="cannot be opened"):
        handed(wrong, system(wrong))
    wrong.app.stop()
