"""Syncs of the real OpenStack while its services fail: nothing is taken for gone that is only not told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.conftest import ANSWER_WITHIN_S, Region, Site
from tests.acceptance.outcomes import one_of_each
from tests.e2e.openstack import QUIET
from tests.e2e.people import deliver
from tests.lab.faultproxy import Action, Hang, Respond

pytestmark = [QUIET, pytest.mark.timeout(600)]

WORDS = "rack 7 is on fire"
BODY = f'{{"error": {{"message": "{WORDS}"}}}}'


def sync(site: Site) -> dict[str, Any]:
    """A full sync of the cloud, asked for now, at its end."""
    asked = site.crew.operator.post(f"/clouds/{site.crew.cloud.code}/sync", {"mode": "full"})
    done: dict[str, Any] = site.crew.operator.await_state(f"/syncs/{asked['id']}", "clean", "partial", "failed")
    return done


def objects(site: Site) -> dict[str, dict[str, Any]]:
    """The department's objects as the department sees them."""
    return {row["id"]: row for row in site.crew.officer.rows("/inventory")}


def health(site: Site) -> str:
    (cloud,) = [row for row in site.crew.officer.rows("/clouds") if row["code"] == site.crew.cloud.code]
    return str(cloud["health"])


@pytest.mark.parametrize(
    ("struck", "action", "ends"),
    [
        (("block-storage", r"/volumes/detail$"), Respond(500, BODY), "partial"),
        (("network", r"/networks$"), Hang(3 * ANSWER_WITHIN_S), "partial"),
        (("identity", r"/projects$"), Respond(503, BODY), "failed"),
    ],
    ids=["half of the list and an error", "half of the list and silence", "no answer"],
)
def test_what_a_failing_cloud_does_not_tell_is_stale_and_not_gone(
    site: Site, struck: tuple[str, str], action: Action, ends: str
) -> None:
    deliver(site.crew, one_of_each(site.crew))
    assert sync(site)["state"] == "clean"
    before = objects(site)
    assert {row["kind"] for row in before.values()} == {"server", "volume", "network", "address"}
    assert not any(row["stale"] for row in before.values())
    service, path = struck
    site.strike(service, "GET", path, action, times=None)
    for _ in range(4):  # one more than it takes to be missing
        done = sync(site)
        assert (done["state"], done["missing"]) == (ends, 0), done
        assert done["error"]["zh_CN"]
    assert health(site) == ("unreachable" if ends == "failed" else "stale")
    meanwhile = objects(site)
    assert all(row["stale"] for row in meanwhile.values())
    assert {key: (row["state"], row["native_id"]) for key, row in meanwhile.items()} == {
        key: ("present", row["native_id"]) for key, row in before.items()
    }
    site.mend()
    assert sync(site)["state"] == "clean"
    assert health(site) == "fresh"
    assert {row["state"] for row in objects(site).values()} == {"present"}


def test_what_is_deleted_behind_our_back_is_missing_after_three_clean_counts(site: Site, region: Region) -> None:
    deliver(site.crew, one_of_each(site.crew))
    sync(site)
    (row,) = [row for row in objects(site).values() if row["kind"] == "address"]
    region.cloud.admin.network.delete_ip(row["native_id"])
    missing = []
    for _ in range(3):
        missing.append(objects(site)[row["id"]]["state"])
        assert sync(site)["state"] == "clean"
    assert missing == ["present"] * 3
    assert objects(site)[row["id"]]["state"] == "missing"
