from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from cloudctl.domain.errors import Rejected, Unreachable
from cloudctl.domain.servers import ServerRequest
from cloudctl.domain.volumes import VolumeRequest
from cloudctl.providers.openstack.provider import OpenStackProvider
from tests.unit.providers.openstack.recorded import PROJECT, SERVICES, RecordedCloud

SERVERS = "/compute/v2.1/servers/detail"


def test_nothing_is_sent_before_the_first_call(cloud: RecordedCloud, provider: OpenStackProvider):
    assert (cloud.calls, cloud.tokens, cloud.discoveries) == ([], [], [])


def test_a_token_is_scoped_to_the_project_and_asked_for_once(cloud: RecordedCloud, provider: OpenStackProvider):
    cloud.on("GET", SERVERS, {"servers": []})
    cloud.on("GET", "/volume/v3/volumes/detail", {"volumes": []})
    for _ in range(3):
        provider.servers.find(PROJECT)
        provider.volumes.find(PROJECT)
    assert [token["scope"]["project"]["id"] for token in cloud.tokens] == [PROJECT]


def test_ten_threads_share_one_token_and_one_discovery(cloud: RecordedCloud, provider: OpenStackProvider):
    cloud.on("GET", SERVERS, {"servers": []})
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: provider.servers.find(PROJECT), range(30)))
    assert answers == [{}] * 30
    assert len(cloud.tokens) == 1
    assert len(cloud.discoveries) == len(set(cloud.discoveries))


def test_a_second_project_costs_a_token_and_no_discovery(cloud: RecordedCloud, provider: OpenStackProvider):
    cloud.on("GET", SERVERS, {"servers": []})
    provider.servers.find(PROJECT)
    before = list(cloud.discoveries)
    provider.servers.find("c" * 32)
    assert (len(cloud.tokens), cloud.discoveries) == (2, before)


def test_microversions_are_pinned(cloud: RecordedCloud, provider: OpenStackProvider):
    cloud.on("GET", SERVERS, {"servers": []})
    cloud.on("GET", "/volume/v3/volumes/detail", {"volumes": []})
    provider.servers.find(PROJECT)
    provider.volumes.find(PROJECT)
    assert [call.headers["OpenStack-API-Version"] for call in cloud.calls] == ["compute 2.79", "volume 3.42"]


def test_pages_are_followed_until_none_is_next(cloud: RecordedCloud, provider: OpenStackProvider):
    entry = {"name": "v", "status": "available", "size": 1}
    keys = [uuid4(), uuid4()]
    pages = [[entry | {"id": f"v{n}", "metadata": {"cloudctl_key": str(key)}}] for n, key in enumerate(keys)]
    cloud.on("GET", "/volume/v3/volumes/detail", {"volumes": pages[0], "volumes_links": [{"rel": "next", "href": "x"}]})
    cloud.on("GET", "/volume/v3/volumes/detail", {"volumes": pages[1]})
    assert set(provider.volumes.find(PROJECT)) == set(keys)
    assert [call.query.get("marker") for call in cloud.calls] == [None, ["v0"]]


def test_an_expired_token_is_renewed_once(cloud: RecordedCloud, provider: OpenStackProvider):
    cloud.on("GET", SERVERS, {}, 401)
    cloud.on("GET", SERVERS, {"servers": []})
    assert provider.servers.find(PROJECT) == {}
    assert len(cloud.tokens) == 2


def test_a_made_object_whose_answer_cannot_be_read_may_be_there(cloud: RecordedCloud, provider: OpenStackProvider):
    cloud.on("POST", "/volume/v3/volumes", b"{}", 202)
    with pytest.raises(Unreachable) as caught:
        provider.volumes.create(VolumeRequest(key=uuid4(), tenant=PROJECT, name="data", size_gib=1, volume_type=None))
    assert caught.value.effect_unknown


def test_a_service_that_the_catalogue_lacks_is_rejected(
    cloud: RecordedCloud, provider: OpenStackProvider, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delitem(SERVICES, "compute")
    with pytest.raises(Rejected):
        provider.check()


def test_bodies_are_not_logged(cloud: RecordedCloud, provider: OpenStackProvider, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    cloud.on("GET", "/compute/v2.1/flavors", {"flavors": [{"id": "f1", "name": "cloudctl-1c-512m-1g"}]})
    cloud.on("GET", "/image/v2/images", {"images": [{"id": "i1", "name": "debian-12"}]})
    cloud.on("POST", "/compute/v2.1/servers", {"server": {"id": "s1"}}, 202)
    provider.servers.create(
        ServerRequest(
            key=uuid4(), tenant=PROJECT, name="web-1", vcpu=1, memory_mib=512, root_disk_gib=1, image="debian-12",
            network="n1", user_data=b"MARKER",
        )
    )  # fmt: skip
    sent = cloud.asked("POST", "/compute/v2.1/servers")[0].body["server"]["user_data"]
    assert sent
    assert sent not in caplog.text
    assert "not-a-secret" not in caplog.text
