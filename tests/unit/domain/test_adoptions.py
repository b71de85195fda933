from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from cloudctl.domain.adoptions import footprint_of, prefixes_of, taking_id
from cloudctl.domain.inventory import CloudObject, ObjectKind


def thing(kind: ObjectKind, **facts: Any) -> CloudObject:
    return CloudObject(kind=kind, native_id="x", name="x", **facts)


@pytest.mark.parametrize(
    ("found", "booked"),
    [
        (
            thing(ObjectKind.SERVER, vcpu=2, memory_mib=4096, disk_gib=40),
            {"servers": 1, "vcpu": 2, "memory_mib": 4096, "volume_gib": 40},
        ),
        (thing(ObjectKind.VOLUME, disk_gib=100), {"volume_gib": 100}),
        (thing(ObjectKind.NETWORK), {"segments": 1}),
        (thing(ObjectKind.IMAGE, disk_gib=5), {}),
    ],
)
def test_what_an_object_takes_from_the_quota(found: CloudObject, booked: dict[str, int]) -> None:
    assert footprint_of(found) == booked


@pytest.mark.parametrize(
    ("addresses", "prefixes"),
    [
        (("10.8.1.0/24", "10.8.2.0/24", "fd00:8::/64"), ("10.8.1.0/24", "fd00:8::/64")),
        (("nonsense", "10.8.1.7/24"), (None, None)),
        ((), (None, None)),
    ],
)
def test_the_prefixes_of_a_network_are_those_that_its_cloud_tells(
    addresses: tuple[str, ...], prefixes: tuple[str | None, str | None]
) -> None:
    assert prefixes_of(thing(ObjectKind.NETWORK, addresses=addresses)) == prefixes


def test_an_object_becomes_the_same_resource_however_often_it_is_tried_and_another_in_the_next_adoption() -> None:
    adoption, found = uuid4(), uuid4()
    assert taking_id(adoption, found) == taking_id(adoption, found)
    assert taking_id(uuid4(), found) != taking_id(adoption, found)
