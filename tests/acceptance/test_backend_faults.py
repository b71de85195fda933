"""Every fault of a backend that the platform must stand, on the real OpenStack.

Faults of the API are put between cloudctl and the services by `tests/lab/faultproxy.py`; faults of the cloud itself are
asked for by metadata that the proxy adds, by limits that the administrator sets, or by a size that no host has.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.acceptance.conftest import ANSWER_WITHIN_S, Site
from tests.acceptance.outcomes import delivered, one_of_each, parked, settled, undone
from tests.e2e.openstack import QUIET
from tests.e2e.people import application, approve, deliver
from tests.lab.faultproxy import Action, Amend, DropAfterForward, Hang, Respond, StaleList

pytestmark = [QUIET, pytest.mark.timeout(600)]

WORDS = "rack 7 is on fire"
BODY = f'{{"error": {{"message": "{WORDS}"}}}}'
LATE_S = 4.0

#: Every request that makes something: what, service, method, path.
CREATES = {
    "project": ("identity", "POST", r"/projects$"),
    "network": ("network", "POST", r"/networks$"),
    "subnet": ("network", "POST", r"/subnets$"),
    "router": ("network", "POST", r"/routers$"),
    "interface": ("network", "PUT", r"/add_router_interface$"),
    "volume": ("block-storage", "POST", r"/volumes$"),
    "server": ("compute", "POST", r"/servers$"),
    "attachment": ("compute", "POST", r"/os-volume_attachments$"),
    "address": ("network", "POST", r"/floatingips$"),
}
GROUPS = (("subnet", "interface"), ("project", "network", "router", "volume", "server", "attachment", "address"))
#: Faults that go away: the build must be delivered all the same.
PASSING: dict[str, tuple[Action, int]] = {
    "lost after it was accepted": (DropAfterForward(), 1),
    "hangs": (Hang(3 * ANSWER_WITHIN_S), 1),
    "500": (Respond(500, BODY), 1),
    "503 to come back": (Respond(503, BODY, {"Retry-After": "1"}), 2),
    "409 busy": (Respond(409, '{"conflictingRequest": {"code": 409, "message": "try again"}}'), 2),
}
DELETES = (
    ("server", "compute", r"/servers/[^/]+$"),
    ("volume", "block-storage", r"/volumes/[^/]+$"),
    ("router", "network", r"/routers/[^/]+$"),
    ("network", "network", r"/networks/[^/]+$"),
)
LISTS = {
    "network": ("network", r"/networks$"),
    "volume": ("block-storage", r"/volumes/detail$"),
    "server": ("compute", r"/servers/detail$"),
    "address": ("network", r"/floatingips$"),
}


@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("whats", GROUPS, ids="-".join)
def test_a_fault_that_passes_is_outlived_by_every_create(site: Site, whats: tuple[str, ...], fault: str) -> None:
    """Each of the requests meets the fault once, in one order; no step meets more than a step insists."""
    action, times = PASSING[fault]
    struck = {what: site.strike(*CREATES[what], action, times=times) for what in whats}
    delivered(site.crew, site.project, site.ordered())
    assert {what: rule.fired for what, rule in struck.items()} == dict.fromkeys(whats, times)
    assert len(site.project.all()) == 1


def test_lists_that_are_late_make_nothing_twice(site: Site) -> None:
    """The answer to each create is lost, and for a while no list shows what it made."""
    lost = [site.strike(*CREATES[what], DropAfterForward()) for what in LISTS]
    late = [site.strike(service, "GET", path, StaleList(LATE_S), times=None) for service, path in LISTS.values()]
    delivered(site.crew, site.project, site.ordered())
    assert [rule.fired for rule in lost] == [1] * len(LISTS)
    assert min(rule.fired for rule in late) > 1


@pytest.mark.parametrize("what", CREATES)
def test_a_fault_that_stays_is_parked_and_rolled_back_to_nothing(site: Site, what: str) -> None:
    site.strike(*CREATES[what], Respond(503, BODY, {"Retry-After": "1"}), times=None)
    order = site.ordered()
    parked(site.crew, order, WORDS)
    site.crew.operator.run("workflows", "rollback", order["id"], "--reason", "give up")
    site.crew.officer.await_state(f"/orders/{order['id']}", "failed")
    undone(site.crew, site.project, order)


def test_a_parked_order_goes_on_when_the_fault_is_mended(site: Site) -> None:
    site.strike(*CREATES["server"], Respond(503, BODY, {"Retry-After": "1"}), times=None)
    order = site.ordered()
    parked(site.crew, order, WORDS)
    site.mend()
    site.crew.operator.run("workflows", "retry", order["id"], "--reason", "mended")
    site.crew.officer.await_state(f"/orders/{order['id']}", "delivered")
    delivered(site.crew, site.project, order)


def test_no_host_has_room(site: Site) -> None:
    undone(site.crew, site.project, site.ordered("huge-disk"), "No valid host")


@pytest.mark.parametrize(
    ("limit", "path"),
    [
        ("instances", r"/os-quota-sets/"),
        ("volumes", r"/os-quota-sets/"),
        ("floatingip", r"/quotas/"),
    ],
)  # fmt: skip
def test_the_clouds_own_quota_refuses(site: Site, limit: str, path: str) -> None:
    """Nova says 403, Cinder 413, Neutron 409: the administrator has set the limit to nothing behind our back."""
    segment = deliver(site.crew, application(site.crew, items=[one_of_each(site.crew)["items"][0]]))
    standing = site.project.counts()
    service = {"instances": "compute", "volumes": "block-storage", "floatingip": "network"}[limit]
    site.project.limit(**{limit: 0})
    kept = site.strike(service, "PUT", path, Respond(200, '{"quota_set": {}, "quota": {}}'), times=None)
    form = one_of_each(site.crew)
    form["items"][0]["name"] = form["items"][1]["network"] = "second-net"
    order = approve(site.crew, form)
    now = settled(site.crew, order)
    assert now["state"] == "failed", now["last_error"]
    assert re.search("quota|exceed", now["last_error"], re.IGNORECASE), now["last_error"]
    assert kept.fired == 1
    assert site.project.counts() == standing
    assert site.crew.officer.get(f"/orders/{segment['id']}")["state"] == "delivered"


@pytest.mark.parametrize(
    ("what", "member", "fault", "words"),
    [
        ("server", "server", "spawn_abort", "server oa-1 went into error"),
        ("volume", "volume", "create_fail", "volume oa-1-disk-1 went into error"),
    ],
)
def test_an_object_goes_into_error(site: Site, what: str, member: str, fault: str, words: str) -> None:
    amended = site.strike(*CREATES[what], Amend({member: {"metadata": {"lab_fault": fault}}}))
    undone(site.crew, site.project, site.ordered(), words)
    assert amended.fired == 1


@pytest.mark.parametrize("fault", ["spawn_reschedule", "spawn_slow:10"])
def test_the_cloud_mends_it_by_itself(site: Site, fault: str) -> None:
    site.strike(*CREATES["server"], Amend({"server": {"metadata": {"lab_fault": fault}}}))
    delivered(site.crew, site.project, site.ordered())


@pytest.mark.parametrize("fault", ["lost after it was accepted", "503 to come back", "500"])
def test_undoing_outlives_faults_too(site: Site, fault: str) -> None:
    action, times = PASSING[fault]
    struck = {what: site.strike(service, "DELETE", path, action, times=times) for what, service, path in DELETES}
    site.strike(*CREATES["address"], Respond(400, BODY))
    undone(site.crew, site.project, site.ordered(), WORDS)
    assert {what: rule.fired for what, rule in struck.items()} == dict.fromkeys(struck, times)


def test_what_cannot_be_undone_is_parked_with_everything_held(site: Site) -> None:
    site.strike("compute", "DELETE", r"/servers/[^/]+$", Respond(503, BODY, {"Retry-After": "1"}), times=None)
    site.strike(*CREATES["address"], Respond(400, '{"error": {"message": "no such port"}}'))
    order = site.ordered()
    parked(site.crew, order, "undo_servers", WORDS, "no such port")
    assert len(site.project.servers) == 1
    site.mend()
    site.crew.operator.run("workflows", "rollback", order["id"])
    site.crew.officer.await_state(f"/orders/{order['id']}", "failed")
    undone(site.crew, site.project, order)


@pytest.mark.parametrize("fault", PASSING)
def test_changes_outlive_faults(site: Site, fault: str) -> None:
    """A resize and an extension, then a release: the first request of each meets the fault."""
    has = _standing(site)
    action, times = PASSING[fault]
    nova, cinder = ("compute", "POST", r"/servers/[^/]+/action$"), ("block-storage", "POST", r"/volumes/[^/]+/action$")
    struck = [site.strike(*nova, action, times=times), site.strike(*cinder, action, times=times)]
    deliver(site.crew, application(site.crew, items=[_resize(has), _extend(has)]))
    assert _facts(site) == ("ACTIVE", 2, 4)
    struck.append(site.strike(*nova, action, times=times))
    deliver(site.crew, application(site.crew, items=[{"kind": "release", "resource": has["servers"]}]))
    assert _facts(site) == ("SHUTOFF", 2, 4)
    assert [rule.fired for rule in struck] == [times] * 3


def test_a_resize_that_breaks_the_server_waits_for_an_operator(site: Site) -> None:
    site.strike(*CREATES["server"], Amend({"server": {"metadata": {"lab_fault": "resize_fail"}}}))
    has = _standing(site)
    order = approve(site.crew, application(site.crew, items=[_resize(has)]))
    parked(site.crew, order, "lab_fault resize_fail")
    assert len(site.project.servers) == 1
    assert site.crew.officer.get(f"/servers/{has['servers']}")["specification"] == "s1"


def _standing(site: Site) -> dict[str, Any]:
    """One of each, delivered: their ids by kind."""
    deliver(site.crew, one_of_each(site.crew))
    return {kind: site.crew.officer.only(f"/{kind}")["id"] for kind in ("servers", "volumes", "networks")}


def _resize(has: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "resize", "server": has["servers"], "specification": "s2"}


def _extend(has: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "extend", "volume": has["volumes"], "size_gib": 4}


def _facts(site: Site) -> tuple[str, int, int]:
    """The one server's status and vCPUs, and the one volume's size."""
    (server,), (volume,) = site.project.servers, site.project.volumes
    return server.status, server.flavor.vcpus, volume.size
