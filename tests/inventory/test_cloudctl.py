"""The inventory plugin, by Ansible's own programs against a server that runs."""

from __future__ import annotations

import json
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import UUID

import pytest

from cloudctl.services import hosts
from tests.factories import installation
from tests.inventory.conftest import Served, plain, serving, stray
from tests.unit.services.enrolling import HOST_KEY, enrolled, servers

GROUPS = ("targets", "department_fgw", "system_oa", "zone_extranet", "cloud_sim_1", "mlps_2", "role_web")


@pytest.fixture(scope="module")
def named(served: Served) -> dict[str, str]:
    """By what it is the name of a host: in service, in quarantine, gone, not enrolled, on no record."""
    city = served.city
    first, second, third, fourth = servers(city, count=4)
    for key in (first, second, third):
        enrolled(city, key, roles=["web"], ring="canary")
    hosts.quarantine(city.ctx, city.people["operator"], second, reason="疑似入侵")
    city.read(lambda uow: setattr(uow.resources.lock(third), "state", "retained"))
    strange = stray(city, "strange {{ lookup('pipe', 'id') }}", city.clock.now())
    told = {"in_service": first, "quarantined": second, "ended": third, "unmanaged": fourth, "foreign": strange}
    alias = {one.cloudctl_id: name for name, one in hosts.inventory(city.ctx, city.people["operator"]).hosts.items()}
    return {what: alias[str(key)] for what, key in told.items()}


def members(told: dict[str, Any], group: str) -> set[str]:
    return set(told.get(group, {}).get("hosts", []))


def test_the_graph_has_the_groups_and_only_what_is_in_service_is_in_them(served: Served, named: dict[str, str]) -> None:
    done = served.ansible("ansible-inventory", "--graph")
    assert done.returncode == 0, done.stderr
    told = served.listed()
    level = served.city.read(lambda uow: uow.systems.get(served.city.ids["oa"])).mlps_level
    for group in (*GROUPS[:5], f"mlps_{level}", "role_web", "life_in_service"):
        assert f"@{group}:" in done.stdout, done.stdout
        assert members(told, group) == {named["in_service"]}, group
    for life in ("quarantined", "ended", "unmanaged", "foreign"):
        assert members(told, f"life_{life}") == {named[life]}
        homes = {group for group in told if named[life] in members(told, group)}
        assert homes == {f"life_{life}"}


def test_a_host_has_its_variables_and_none_of_them_is_a_template(served: Served, named: dict[str, str]) -> None:
    told = served.listed()
    of = told["_meta"]["hostvars"]
    mine = of[named["in_service"]]
    address = served.city.resource(UUID(mine["cloudctl_id"])).fixed_addresses[0]
    assert (mine["ansible_host"], mine["ansible_port"], mine["ansible_user"]) == (address, 22, "cloudctl")
    assert (mine["ring"], mine["cloudctl_department"], mine["cloudctl_life"]) == ("canary", "fgw", "in_service")
    assert HOST_KEY not in json.dumps(of)
    shown = served.ansible(
        "ansible", named["foreign"], "-m", "ansible.builtin.debug", "-a", "var=cloudctl_name", "-c", "local"
    )
    assert "lookup('pipe', 'id')" in shown.stdout, shown
    assert "uid=" not in shown.stdout
    keys = served.ansible("ansible", named["in_service"], "-m", "debug", "-a", "var=cloudctl_user_ca_keys").stdout
    assert "ssh-ed25519" in keys


def test_what_is_in_quarantine_is_reached_only_by_who_says_so(served: Served, named: dict[str, str]) -> None:
    told = served.listed(CLOUDCTL_REACH="quarantined")
    assert members(told, "targets") == {named["quarantined"]}
    assert members(told, "department_fgw") == {named["in_service"]}
    both = served.listed(CLOUDCTL_REACH="in_service,quarantined")
    assert members(both, "targets") == {named["in_service"], named["quarantined"]}
    refused = served.ansible("ansible-inventory", "--list", CLOUDCTL_REACH="foreign")
    assert refused.returncode != 0
    assert "foreign" in refused.stderr


def test_a_department_sees_its_own_hosts_and_nothing_that_is_on_no_record(
    served: Served, named: dict[str, str]
) -> None:
    own = served.listed(CLOUDCTL_TOKEN=served.city.secrets["officer"])["_meta"]["hostvars"]
    assert set(own) == set(named.values()) - {named["foreign"]}
    none = served.listed(CLOUDCTL_TOKEN=served.city.secrets["stranger"])
    assert none.get("_meta", {}).get("hostvars", {}) == {}


@pytest.mark.parametrize(("token", "words"), [("cctl_wrong", "401"), ("", "There is no token")])
def test_a_refusal_says_why_and_nothing_kept_is_used_instead(
    served: Served, named: dict[str, str], token: str, words: str
) -> None:
    served.listed()
    refused = served.ansible("ansible-inventory", "--list", CLOUDCTL_TOKEN=token)
    assert refused.returncode != 0
    assert words in refused.stderr
    assert "cctl_wrong" not in refused.stderr


def test_what_it_keeps_does_without_the_server_and_is_its_owner_s_alone(tmp_path: Any) -> None:
    with installation(tmp_path / "city") as city:
        (key,) = servers(city, count=1)
        enrolled(city, key)
        with serving(city) as (url, _server):
            served = Served(city, url, tmp_path, city.secrets["operator"])
            first = served.listed()
            hosts.quarantine(city.ctx, city.people["operator"], key, reason="x")
            assert members(served.listed(), "targets") == members(first, "targets")  # kept: nobody was asked
            now = served.listed("--flush-cache")
            assert members(now, "targets") == set()
            assert members(served.listed(), "targets") == set()
        away = served.ansible("ansible-inventory", "--list", "--flush-cache")
        assert away.returncode == 0, away.stderr
        assert "does not answer" in away.stderr
        assert members(plain(away.stdout), "life_quarantined")
        (kept,) = (tmp_path / ".cache/cloudctl").iterdir()
        assert kept.stat().st_mode & 0o777 == 0o600
        assert served.token.encode() not in kept.read_bytes()
        kept.unlink()
        empty = served.ansible("ansible-inventory", "--list")
        assert empty.returncode != 0
        assert "no answer of it is kept" in empty.stderr


def test_an_answer_that_has_not_changed_is_not_sent_again(served: Served, named: dict[str, str]) -> None:
    def ask(**headers: str) -> Any:
        return urlopen(
            Request(served.url + "/v1/hosts/inventory", headers={"Authorization": f"Bearer {served.token}", **headers})
        )

    with ask() as answer:
        tag = answer.headers["ETag"]
        assert len(json.load(answer)["hosts"]) == len(named)
    with pytest.raises(HTTPError) as caught:
        ask(**{"If-None-Match": tag})
    assert caught.value.code == 304
    caught.value.close()
