"""Hosts: what is a target and what is none, whose key is pinned, and what a run enters by."""

from __future__ import annotations

import sqlite3
import subprocess
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from cloudctl.domain.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from cloudctl.domain.hosts import HostLife, principals_of
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.lifecycle_clearings import CLEARINGS
from cloudctl.ports.context import platform
from cloudctl.ports.queries import PageAsk, scope_of
from cloudctl.secrets.host_keys import ScannedHostKeys
from cloudctl.services import hosts
from tests.factories import Installed, ssh_key
from tests.sshd import sshd
from tests.unit.services.enrolling import HOST_KEY, enrolled, servers

PLATFORM = platform("test")


def lives(city: Installed, who: str = "operator") -> dict[str, str]:
    """By the name of a host its life, as the list shows it."""
    scope = scope_of(city.people[who].actor)
    return {row.name: row.life for row in city.ctx.queries.hosts.page(scope, {}, PageAsk(limit=500)).items}


def of_host(city: Installed, key: UUID, action: str) -> list[dict[str, Any]]:
    """The audit events of an act on a host."""
    return [event for event in city.audited(action=action) if event["target"]["id"] == str(key)]


def test_a_server_is_a_target_once_its_key_is_pinned(city: Installed) -> None:
    first, second = servers(city)
    assert lives(city, "officer") == {"oa-1": "unmanaged", "oa-2": "unmanaged"}
    with pytest.raises(Conflict, match=r"oa-1 \(unmanaged\)") as caught:
        hosts.targets(city.ctx, city.people["operator"], [first])
    assert caught.value.field == "hosts"
    enrolled(city, first, roles=["web"], ring="canary")
    (target,) = hosts.targets(city.ctx, city.people["operator"], [first])
    assert (target.name, target.host_key, target.life) == ("oa-1", HOST_KEY, HostLife.IN_SERVICE)
    assert target.address == city.resource(first).fixed_addresses[0]
    assert target.known_host == f"{target.address} {HOST_KEY}"
    assert {"targets", "role_web", "life_in_service", f"cloud_{city.record.code.replace('-', '_')}"} <= set(
        target.groups
    )
    assert target.variables["ansible_host"] == target.address
    assert target.variables["ring"] == "canary"
    assert target.alias == f"oa-1-{first.hex[:8]}"
    with pytest.raises(Conflict, match="oa-2"):
        hosts.targets(city.ctx, city.people["operator"], [first, second])
    (event,) = of_host(city, first, "update/host-enrol")
    assert event["after"]["fingerprint"].startswith("SHA256:")


def test_another_key_is_refused_until_it_is_said_that_the_host_was_built_anew(city: Installed) -> None:
    (key,) = servers(city, count=1)
    enrolled(city, key)
    other = " ".join(ssh_key().split()[:2]).replace("AAAAIAAB", "AAAAIBBB")
    with pytest.raises(Conflict, match="another key"):
        hosts.enrol(city.ctx, city.people["operator"], key, host_key=other)
    assert city.read(lambda uow: uow.hosts.find(key)).host_key == HOST_KEY
    assert hosts.enrol(city.ctx, city.people["operator"], key, host_key=other, again=True).host_key == other
    with pytest.raises(Invalid) as caught:
        hosts.enrol(city.ctx, city.people["operator"], key, host_key="ssh-ed25519 nonsense")
    assert caught.value.field == "host_key"


def test_the_key_that_a_host_shows_is_compared_with_the_fingerprint_of_its_console(
    city: Installed, tmp_path: Path
) -> None:
    (key,) = servers(city, count=1)
    with sshd(tmp_path, authorities="", principals={}) as door:
        ask = {"address": "127.0.0.1", "ssh_port": door.port}
        with pytest.raises(Invalid, match="was expected") as caught:
            hosts.enrol(city.ctx, city.people["operator"], key, fingerprint=f"SHA256:{'A' * 43}", **ask)
        assert caught.value.field == "fingerprint"
        shown = subprocess.run(
            ["ssh-keygen", "-l", "-f", str(tmp_path / "host_key.pub")], capture_output=True, text=True, check=True
        ).stdout.split()[1]
        host = hosts.enrol(city.ctx, city.people["operator"], key, fingerprint=shown, **ask)
        assert (host.host_key, host.address, host.ssh_port) == (door.host_key, "127.0.0.1", door.port)
    with pytest.raises(Invalid, match="Nobody shows"):
        ScannedHostKeys().scan("127.0.0.1", door.port)


def test_to_look_at_a_host_puts_nothing_on_record_and_neither_does_one_that_does_not_answer(city: Installed) -> None:
    (key,) = servers(city, count=1)
    rows = city.rows()
    assert hosts.get(city.ctx, city.people["officer"], key).host_key is None
    with pytest.raises(Invalid, match="Nobody shows"):
        hosts.enrol(city.ctx, city.people["operator"], key, address="127.0.0.1", ssh_port=1)
    assert city.rows() == rows


def test_quarantine_takes_it_out_of_the_targets_and_release_brings_it_back(city: Installed) -> None:
    (key,) = servers(city, count=1)
    enrolled(city, key)
    operator = city.people["operator"]
    with pytest.raises(Invalid, match="reason"):
        hosts.quarantine(city.ctx, operator, key, reason=" ")
    host = hosts.quarantine(city.ctx, operator, key, reason="疑似入侵")
    assert lives(city, "officer") == {"oa-1": "quarantined"}
    with pytest.raises(Conflict, match=r"oa-1 \(quarantined\)"):
        hosts.targets(city.ctx, operator, [key])
    (target,) = hosts.targets(city.ctx, operator, [key], lives=(HostLife.QUARANTINED,))
    assert target.groups == ("life_quarantined",)
    with pytest.raises(Conflict, match="already"):
        hosts.quarantine(city.ctx, operator, key, reason="又一次")
    with pytest.raises(Stale):
        hosts.release(city.ctx, operator, key, expected_version=host.version - 1)
    hosts.release(city.ctx, operator, key)
    assert hosts.targets(city.ctx, operator, [key])
    assert of_host(city, key, "stop/host")
    assert of_host(city, key, "start/host")


@pytest.mark.parametrize(
    ("state", "paused", "saga", "quarantined"),
    [
        ("notified", None, None, False),
        ("due", None, "quarantine_system", True),
        ("quarantined", None, None, True),
        ("deletion_confirmed", None, None, True),
        ("deleting", None, "delete_system", True),
        ("held", "quarantined", None, True),
        ("held", "notified", None, False),
        ("attention", "backed_up", None, True),
        ("restoring", None, "release_quarantine", True),
        ("restored", None, None, False),
        ("dismissed", None, None, False),
    ],
)
def test_a_clearing_that_has_the_system_switched_off_has_its_hosts_in_quarantine(
    city: Installed, state: str, paused: str | None, saga: str | None, *, quarantined: bool
) -> None:
    assert state in CLEARINGS.states
    (key,) = servers(city, count=1)
    enrolled(city, key)
    clearing(city, state=state, paused=paused, saga=saga)
    assert lives(city, "officer") == {"oa-1": "quarantined" if quarantined else "in_service"}
    assert city.read(lambda uow: uow.hosts.quarantined([key])) == ({key} if quarantined else set())
    if quarantined:
        with pytest.raises(Conflict, match="not in quarantine on order"):
            hosts.release(city.ctx, city.people["operator"], key)


def clearing(city: Installed, **fields: Any) -> None:
    """A clearing in any state, put there past its campaign."""
    now = city.clock.now().strftime("%Y-%m-%d %H:%M:%S.%f")
    row = {
        "id": new_id().hex, "number": str(uuid4()), "campaign_id": uuid4().hex, "system_id": city.ids["oa"].hex,
        "department_id": city.ids["fgw"].hex, "verdict_id": uuid4().hex, "words": "{}", "servers": "[]",
        "owner_known": 1, "provisional": 0, "reminded": 0, "answers": "[]", "snoozes": 0, "dismissing": 0, "tries": 0,
        "ran": "[]", "changed_at": now, "created_at": now, "version": 1, **fields,
    }  # fmt: skip
    places = ", ".join(f":{name}" for name in row)
    with closing(sqlite3.connect(city.directory / "cloudctl.sqlite3")) as connection:  # it checks no references
        connection.execute(f"INSERT INTO clearings ({', '.join(row)}) VALUES ({places})", row)
        connection.commit()


def test_what_is_put_by_has_ended_and_is_never_a_target(city: Installed) -> None:
    (key,) = servers(city, count=1)
    enrolled(city, key)
    city.read(lambda uow: setattr(uow.resources.lock(key), "state", "retained"))
    assert lives(city, "officer") == {"oa-1": "ended"}
    with pytest.raises(Conflict, match="ended"):
        hosts.targets(city.ctx, city.people["operator"], [key], lives=tuple(HostLife))


def test_what_is_foreign_is_not_found(city: Installed) -> None:
    (key,) = servers(city, count=1)
    enrolled(city, key)
    stranger = city.apart().people["officer"]
    acts = (
        lambda: hosts.get(city.ctx, stranger, key),
        lambda: hosts.targets(city.ctx, stranger, [key]),
        lambda: hosts.script(city.ctx, stranger, key),
        lambda: hosts.get(city.ctx, city.people["operator"], uuid4()),
        lambda: hosts.targets(city.ctx, city.people["operator"], [uuid4()]),
    )
    for act in acts:
        with pytest.raises(NotFound):
            act()
    network = next(
        one for one in city.read(lambda uow: uow.resources.of_system(city.ids["oa"])) if one.KIND == "network"
    )
    with pytest.raises(NotFound):
        hosts.get(city.ctx, city.people["operator"], network.id)
    with pytest.raises(Forbidden):
        hosts.quarantine(city.ctx, city.people["officer"], key, reason="x")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"roles": ["a b"]}, "roles"),
        ({"ssh_port": 0}, "ssh_port"),
        ({"host_key": "x"}, "host_key"),
        ({"life": "x"}, "life"),
    ],
)
def test_what_cannot_be_said_of_a_host_is_refused_by_its_field_and_changes_nothing(
    city: Installed, changes: dict[str, Any], field: str
) -> None:
    (key,) = servers(city, count=1)
    before = enrolled(city, key).version
    with pytest.raises(Invalid) as caught:
        hosts.update(city.ctx, city.people["operator"], key, changes)
    assert caught.value.field == field
    assert hosts.get(city.ctx, city.people["operator"], key).version == before


def test_a_run_s_key_opens_its_hosts_for_its_time_and_is_on_record_without_the_key(
    city: Installed, tmp_path: Path
) -> None:
    first, second = servers(city)
    for key in (first, second):
        enrolled(city, key)
    found = hosts.targets(city.ctx, city.people["operator"], [first, second])
    run = new_id()
    given = hosts.run_key(city.ctx, PLATFORM, run_id=run, hosts=found, valid_s=600, source_addresses=["10.1.0.4/32"])
    assert given.ends_at == city.clock.now() + timedelta(seconds=600)
    name = given.file_of[first]
    (tmp_path / "cert.pub").write_text(given.files[f"{name}-cert.pub"])
    told = subprocess.run(
        ["ssh-keygen", "-L", "-f", str(tmp_path / "cert.pub")], capture_output=True, text=True, check=True
    ).stdout
    principals = told.split("Principals:")[1].split("Critical")[0].split()
    assert sorted(principals) == sorted(f"host-{key}" for key in (first, second))
    assert "source-address 10.1.0.4/32" in told
    assert given.files[given.known_hosts].count(HOST_KEY) == 2
    (kept,) = city.read(lambda uow: uow.certificates.of_subject(run))
    assert (set(kept.names), kept.ends_at) == (set(principals), given.ends_at)
    private = given.files[name].split("\n")[2].encode()
    assert not [path for path in city.directory.rglob("*") if path.is_file() and private in path.read_bytes()]


def test_a_run_on_many_hosts_has_a_certificate_for_every_two_hundred(city: Installed) -> None:
    (key,) = servers(city, count=1)
    enrolled(city, key)
    (one,) = hosts.targets(city.ctx, city.people["operator"], [key])
    many = [msgspec.structs.replace(one, id=new_id()) for _ in range(401)]
    given = hosts.run_key(city.ctx, PLATFORM, run_id=new_id(), hosts=many, valid_s=60)
    assert [sum(name == f"key-{part}" for name in given.file_of.values()) for part in (1, 2, 3)] == [200, 200, 1]
    assert {f"key-{part}-cert.pub" for part in (1, 2, 3)} <= given.files.keys()


@pytest.mark.parametrize("valid_s", [0, 24 * 3600 + 1])
def test_a_run_s_key_lives_a_day_at_most(city: Installed, valid_s: int) -> None:
    with pytest.raises(Invalid):
        hosts.run_key(city.ctx, PLATFORM, run_id=new_id(), hosts=[], valid_s=valid_s)


def test_what_a_run_read_is_kept_and_tells_the_system(city: Installed) -> None:
    (key,) = servers(city, count=1)
    facts = {"os_family": "Debian", "distribution": "Debian", "distribution_version": "12.9", "kernel": "6.1"}
    hosts.seen(city.ctx, PLATFORM, key, facts)
    host = hosts.get(city.ctx, city.people["officer"], key)
    assert (host.os_family, host.os_name, host.facts) == ("Debian", "Debian 12.9", facts)
    assert host.seen_at == city.clock.now()


def test_the_script_has_the_authority_and_the_principals_of_this_host_and_no_secret(city: Installed) -> None:
    (key,) = servers(city, count=1)
    script = hosts.script(city.ctx, city.people["officer"], key)
    assert script.startswith("#!/bin/sh\n")
    assert hosts.first_boot(city.ctx, PLATFORM, key) == script
    for account, named in principals_of(key).items():
        assert f"account {account} {named}\n" in script
    authority = city.read(lambda uow: uow.authorities.of_kind("ssh"))[0]
    assert authority.public.strip() in script
    assert "PRIVATE" not in script
    subprocess.run(["sh", "-n"], input=script, text=True, check=True)
