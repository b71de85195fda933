from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from cloudctl.domain.errors import Busy, Rejected
from cloudctl.providers.openstack.lookups import KEEP_S, Lookups
from cloudctl.providers.openstack.provider import OpenStackProvider
from tests.unit.providers.openstack.recorded import FixedClock, RecordedCloud

FLAVOURS = "/compute/v2.1/flavors"
IMAGES = "/image/v2/images"
NETWORKS = "/network/v2.0/networks"
MADE = {"flavors": [{"id": "f2", "name": "cloudctl-2c-4096m-40g"}]}


@pytest.fixture
def lookups(provider: OpenStackProvider, clock: FixedClock) -> Lookups:
    return Lookups(provider._client, clock)


def test_a_flavour_is_made_when_it_is_absent(cloud: RecordedCloud, lookups: Lookups):
    cloud.on("GET", FLAVOURS, {"flavors": [{"id": "f1", "name": "m1.small"}]})
    cloud.on("POST", FLAVOURS, {"flavor": {"id": "f2", "name": "cloudctl-2c-4096m-40g"}})
    assert lookups.flavour(2, 4096, 40) == "f2"
    assert cloud.calls[-1].body == {"flavor": {"name": "cloudctl-2c-4096m-40g", "vcpus": 2, "ram": 4096, "disk": 40}}


def test_a_flavour_that_another_process_has_just_made_is_taken(cloud: RecordedCloud, lookups: Lookups):
    cloud.on("GET", FLAVOURS, {"flavors": []})
    cloud.on("GET", FLAVOURS, MADE)
    cloud.on("POST", FLAVOURS, {"conflictingRequest": {"message": "Flavor already exists"}}, 409)
    assert lookups.flavour(2, 4096, 40) == "f2"


def test_a_flavour_that_cannot_be_made_now_is_busy(cloud: RecordedCloud, lookups: Lookups):
    cloud.on("GET", FLAVOURS, {"flavors": []})
    cloud.on("POST", FLAVOURS, {}, 429)
    with pytest.raises(Busy):
        lookups.flavour(2, 4096, 40)


def test_threads_that_need_one_flavour_make_one_call(cloud: RecordedCloud, lookups: Lookups):
    cloud.on("GET", FLAVOURS, MADE)
    with ThreadPoolExecutor(10) as pool:
        found = set(pool.map(lambda _: lookups.flavour(2, 4096, 40), range(20)))
    assert found == {"f2"}
    assert len(cloud.calls) == 1


def test_one_list_tells_all_our_flavours(cloud: RecordedCloud, lookups: Lookups):
    more = {"id": "f3", "name": "cloudctl-4c-8192m-40g"}
    cloud.on("GET", FLAVOURS, {"flavors": [*MADE["flavors"], more]})
    assert (lookups.flavour(2, 4096, 40), lookups.flavour(4, 8192, 40)) == ("f2", "f3")
    assert len(cloud.calls) == 1


def test_an_image_is_the_newest_public_one_of_its_name(cloud: RecordedCloud, lookups: Lookups):
    cloud.on("GET", IMAGES, {"images": [{"id": "i1", "name": "debian 12&x"}]})
    assert lookups.image("debian 12&x") == "i1"
    assert cloud.calls[0].query == {
        "name": ["debian 12&x"],
        "status": ["active"],
        "visibility": ["public"],
        "sort": ["created_at:desc"],
        "limit": ["1"],
    }


def test_an_unknown_name_is_rejected_and_not_remembered(cloud: RecordedCloud, lookups: Lookups):
    cloud.on("GET", IMAGES, {"images": []})
    cloud.on("GET", IMAGES, {"images": [{"id": "i1", "name": "new"}]})
    with pytest.raises(Rejected, match="image named new"):
        lookups.image("new")
    assert lookups.image("new") == "i1"


def test_names_are_looked_up_again_after_a_while(cloud: RecordedCloud, lookups: Lookups, clock: FixedClock):
    cloud.on("GET", IMAGES, {"images": [{"id": "i1", "name": "debian-12"}]})
    cloud.on("GET", IMAGES, {"images": [{"id": "i2", "name": "debian-12"}]})
    assert [lookups.image("debian-12") for _ in range(2)] == ["i1", "i1"]
    clock.sleep(KEEP_S + 1)
    assert lookups.image("debian-12") == "i2"


def test_an_external_network_goes_by_name_or_by_id(cloud: RecordedCloud, lookups: Lookups):
    cloud.on("GET", NETWORKS, {"networks": [{"id": "x1", "name": "public"}]})
    own = str(uuid4())
    assert (lookups.external_network("public"), lookups.external_network(own)) == ("x1", own)
    assert cloud.calls[0].query["router:external"] == ["true"]
    assert len(cloud.calls) == 1
