"""Whose a series is: ids before addresses before names, and never a guess between two."""

from __future__ import annotations

from uuid import uuid4

import pytest

from cloudctl.policy.series import By, ServerLabel
from cloudctl.ports.metrics import Match, Target
from cloudctl.telemetry.matching import Matcher

LABELS = (
    ServerLabel("uuid", By.NATIVE),
    ServerLabel("id", By.KEY),
    ServerLabel("instance", By.ADDRESS),
    ServerLabel("instance", By.NAME),
    ServerLabel("domain", By.NAME),
)


def target(name: str, *addresses: str, cloud: str = "a") -> Target:
    return Target(id=uuid4(), cloud=cloud, native_id=str(uuid4()), name=name, addresses=addresses)


WEB, DB = target("web-1", "10.0.0.1", "fd00::1"), target("db-1", "10.0.0.2")
MATCHER = Matcher(LABELS, [WEB, DB])


@pytest.mark.parametrize(
    ("labels", "by"),
    [
        ({"uuid": WEB.native_id.upper()}, Match.NATIVE),
        ({"uuid": "", "id": str(WEB.id)}, Match.UUID),
        ({"instance": "10.0.0.1"}, Match.ADDRESS),
        ({"instance": "10.0.0.1:9100"}, Match.ADDRESS),
        ({"instance": "[fd00:0::1]:9100"}, Match.ADDRESS),
        ({"instance": "fd00::1"}, Match.ADDRESS),
        ({"instance": "https://10.0.0.1/health"}, Match.ADDRESS),
        ({"instance": "WEB-1:9100"}, Match.NAME),
        ({"domain": "web-1"}, Match.NAME),
    ],
)
def test_a_server_is_found_by_what_a_label_is(labels, by):
    assert MATCHER.find(labels) == (WEB, by)


@pytest.mark.parametrize(
    "labels",
    [
        {},
        {"job": "node"},
        {"instance": "10.0.0.9:9100"},
        {"instance": "10.0.0.9:9100", "domain": "web-1"},  # the address decides, although the name is known
        {"uuid": str(uuid4()), "domain": "web-1"},  # rebuilt under the same name: the old series is nobody's
    ],
)
def test_a_stranger_is_nobodys(labels):
    assert MATCHER.find(labels) is None


def test_what_fits_two_servers_fits_none():
    here, there = target("web-1", "10.0.0.1"), target("web-1", "10.0.0.1", cloud="b")
    matcher = Matcher(LABELS, [here, there])
    assert matcher.find({"domain": "web-1"}) is None
    assert matcher.find({"instance": "10.0.0.1:9100"}) is None
    assert matcher.find({"uuid": there.native_id, "domain": "web-1"}) == (there, Match.NATIVE)
