"""Server groups: one a pair whoever builds it, and none left when its servers are gone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from cloudctl.domain.errors import Busy, Rejected
from cloudctl.domain.servers import Apart
from cloudctl.providers.openstack.provider import OpenStackProvider
from tests.unit.providers.openstack.recorded import PROJECT, RecordedCloud
from tests.unit.providers.openstack.test_servers import NOVA, known, request, server

__all__ = ["known"]

GROUPS = f"{NOVA}/os-server-groups"
PAIR = UUID(int=7)
GONE = {"badRequest": {"code": 400, "message": "ServerGroup g1 could not be found"}}


def group(key: object = PAIR, *members: str, name: str = "g1") -> dict[str, Any]:
    return {"id": name, "name": f"cloudctl:{key}", "policy": "anti-affinity", "members": list(members)}


def placed(host: str | None) -> dict[str, Any]:
    return {"id": "s1", "status": "BUILD", "OS-EXT-SRV-ATTR:host": host}


def listed(*groups: dict[str, Any]) -> dict[str, Any]:
    return {"server_groups": list(groups)}


@pytest.mark.parametrize(("required", "policy"), [(True, "anti-affinity"), (False, "soft-anti-affinity")])
def test_servers_of_a_pair_are_built_in_one_group(
    known: RecordedCloud, provider: OpenStackProvider, required: bool, policy: str
) -> None:
    known.on("GET", GROUPS, listed())
    known.on("GET", GROUPS, listed(group()))
    known.on("POST", GROUPS, {"server_group": group()})
    known.on("POST", f"{NOVA}/servers", {"server": {"id": "s1"}}, 202)
    known.on("GET", f"{NOVA}/servers/s1", {"server": placed(None)})
    known.on("GET", f"{NOVA}/servers/s1", {"server": placed("compute-1")})
    asked = [replace(request(uuid4()), apart=Apart(key=PAIR, required=required)) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(provider.servers.create, asked))
    (made,) = known.asked("POST", GROUPS)
    assert made.body == {"server_group": {"name": f"cloudctl:{PAIR}", "policy": policy}}
    hints = [call.body["os:scheduler_hints"] for call in known.asked("POST", f"{NOVA}/servers")]
    assert hints == [{"group": "g1"}] * 4
    acts = [line for line in known.lines if line.endswith(("/servers", "/servers/s1"))]
    post, get = f"POST {NOVA}/servers", f"GET {NOVA}/servers/s1"
    assert acts == [post, get, get, post, get, post, get, post], "the next is sent once the one before has a host"


def test_a_group_that_went_with_other_servers_is_made_anew(known: RecordedCloud, provider: OpenStackProvider) -> None:
    known.on("GET", GROUPS, listed(group()))
    known.on("GET", GROUPS, listed())
    known.on("GET", GROUPS, listed())
    known.on("GET", GROUPS, listed(group(name="g2")))
    known.on("POST", GROUPS, {"server_group": group(name="g2")})
    known.on("POST", f"{NOVA}/servers", GONE, 400)
    known.on("POST", f"{NOVA}/servers", {"server": {"id": "s1"}}, 202)
    asked = replace(request(), apart=Apart(key=PAIR))
    with pytest.raises(Busy):
        provider.servers.create(asked)
    provider.servers.create(asked)
    assert known.calls[-1].body["os:scheduler_hints"] == {"group": "g2"}


def test_a_refusal_for_another_reason_stays_one(known: RecordedCloud, provider: OpenStackProvider) -> None:
    known.on("GET", GROUPS, listed(group()))
    known.on("POST", f"{NOVA}/servers", {"badRequest": {"code": 400, "message": "Invalid image"}}, 400)
    with pytest.raises(Rejected, match="Invalid image"):
        provider.servers.create(replace(request(), apart=Apart(key=PAIR)))


def test_the_last_server_takes_its_group_along(cloud: RecordedCloud, provider: OpenStackProvider) -> None:
    """Others' groups and those with a server that stays are left alone."""
    foreign = {"id": "g4", "name": "by-hand", "policy": "affinity", "members": []}
    empty, leaving = group(uuid4(), name="g2"), group(uuid4(), "s1", "s2", name="g3")
    cloud.on("DELETE", f"{NOVA}/servers/s1", status=204)
    cloud.on("GET", GROUPS, listed(group(PAIR, "s2", "s5"), empty, leaving, foreign))
    entries = [server(task="deleting"), server(task="deleting") | {"id": "s2"}, server() | {"id": "s5"}]
    cloud.on("GET", f"{NOVA}/servers/detail", {"servers": entries})
    for name in ("g2", "g3"):
        cloud.on("DELETE", f"{GROUPS}/{name}", status=204)
    provider.servers.delete(PROJECT, "s1")
    assert [line for line in cloud.lines if line.startswith(f"DELETE {GROUPS}")] == [
        f"DELETE {GROUPS}/g2",
        f"DELETE {GROUPS}/g3",
    ]


def test_a_server_without_a_pair_costs_one_look(cloud: RecordedCloud, provider: OpenStackProvider) -> None:
    cloud.on("DELETE", f"{NOVA}/servers/s1", status=204)
    cloud.on("GET", GROUPS, listed())
    provider.servers.delete(PROJECT, "s1")
    assert cloud.lines == [f"DELETE {NOVA}/servers/s1", f"GET {GROUPS}"]
