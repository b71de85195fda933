"""What must hold of an order and of its department's project in OpenStack once a fault has struck.

Every test has a department of its own, so the whole project is the order's: what is in it is counted by the cloud.
"""

from __future__ import annotations

from typing import Any

from tests.e2e.openstack import Project
from tests.e2e.people import Crew, application, steps_of

RESTS = ("delivered", "failed", "attention", "cancelled")
KINDS = ("networks", "servers", "volumes", "addresses")
#: What one order of `one_of_each` comes to in the cloud; a port for the server, and one of the router a subnet.
WHOLE = {"networks": 1, "subnets": 2, "routers": 1, "volumes": 1, "servers": 1, "addresses": 1}


def one_of_each(crew: Crew, specification: str = "s1") -> dict[str, Any]:
    """A server with a data volume on a segment of both families, with a floating address."""
    form = application(crew)
    _network, server, _address = form["items"]
    server |= {"count": 1, "specification": specification}
    return form


def settled(crew: Crew, order: dict[str, Any], within_s: float = 240) -> dict[str, Any]:
    """The order once no machine works on it any more."""
    return crew.officer.await_state(f"/orders/{order['id']}", *RESTS, within_s=within_s)


def delivered(crew: Crew, project: Project, order: dict[str, Any]) -> None:
    """Exactly one object for each thing, under its key; nothing else in the project; nothing held any more."""
    now = settled(crew, order)
    assert now["state"] == "delivered", (now["last_error"], steps_of(crew, now))
    counts = project.counts()
    counts.pop("ports")
    assert counts == WHOLE
    ours = [row["id"] for kind in KINDS for row in crew.officer.rows(f"/{kind}") if row["state"] == "active"]
    assert project.keys() == dict.fromkeys(ours, 1)
    (server,) = project.servers
    (volume,) = project.volumes
    (address,) = project.addresses
    assert server.status == "ACTIVE"
    assert [attachment["server_id"] for attachment in volume.attachments] == [server.id]
    assert address.port_id is not None
    _nothing_held(crew)


def undone(crew: Crew, project: Project, order: dict[str, Any], *words: str, state: str = "failed") -> None:
    """Failed with the cloud's words; nothing in the project, nothing held or committed, prefixes free again."""
    now = settled(crew, order)
    assert now["state"] == state, (now["last_error"], steps_of(crew, now))
    assert project.counts() == {}
    assert all(word in now["last_error"] for word in words), now["last_error"]
    assert {row["state"] for kind in KINDS for row in crew.officer.rows(f"/{kind}")} <= {"undone"}
    assert {row["committed"] for row in crew.officer.rows("/quotas")} == {0}
    _nothing_held(crew)


def parked(crew: Crew, order: dict[str, Any], *words: str) -> None:
    """Waits for an operator, who is told the cloud's words; everything stays held."""
    now = settled(crew, order)
    assert now["state"] == "attention", (now["last_error"], steps_of(crew, now))
    assert all(word in now["last_error"] for word in words), now["last_error"]
    assert now["held"]


def _nothing_held(crew: Crew) -> None:
    assert {row["held"] for row in crew.officer.rows("/quotas")} == {0}
