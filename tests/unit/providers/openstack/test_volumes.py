from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from cloudctl.domain.errors import Busy, Failed, Rejected
from cloudctl.domain.volumes import VolumeRequest, VolumeStatus
from cloudctl.providers.openstack.provider import OpenStackProvider
from tests.unit.providers.openstack.recorded import PROJECT, RecordedCloud

VOLUMES = "/volume/v3/volumes"
REFUSED = {"badRequest": {"code": 400, "message": "Invalid volume: Volume status must be available or error."}}
KEY = uuid4()


def request(volume_type: str | None = None) -> VolumeRequest:
    return VolumeRequest(key=KEY, tenant=PROJECT, name="data", size_gib=5, volume_type=volume_type)


def payload(status: str = "available", size: int = 5, key: UUID = KEY) -> dict[str, object]:
    return {"id": "v1", "name": "data", "status": status, "size": size, "metadata": {"cloudctl_key": str(key)},
            "attachments": [{"server_id": "s1"}] if status == "in-use" else []}  # fmt: skip


def test_creating_is_one_call(cloud: RecordedCloud, provider: OpenStackProvider):
    cloud.on("POST", VOLUMES, {"volume": payload("creating")}, 202)
    fact = provider.volumes.create(request("fast"))
    assert (fact.key, fact.backend_id, fact.status) == (KEY, "v1", VolumeStatus.BUILDING)
    assert cloud.lines == [f"POST {VOLUMES}"]
    assert cloud.calls[0].body == {
        "volume": {"name": "data", "size": 5, "metadata": {"cloudctl_key": str(KEY)}, "volume_type": "fast"}
    }


def test_the_backends_default_type_is_not_named(cloud: RecordedCloud, provider: OpenStackProvider):
    cloud.on("POST", VOLUMES, {"volume": payload("creating")}, 202)
    provider.volumes.create(request())
    assert "volume_type" not in cloud.calls[0].body["volume"]


def test_an_unknown_type_is_rejected_though_cinder_says_404(cloud: RecordedCloud, provider: OpenStackProvider):
    cloud.on("POST", VOLUMES, {"itemNotFound": {"message": "Volume type gold could not be found."}}, 404)
    with pytest.raises(Rejected, match="gold"):
        provider.volumes.create(request("gold"))


def test_extending_is_one_call(cloud: RecordedCloud, provider: OpenStackProvider):
    cloud.on("POST", f"{VOLUMES}/v1/action", b"", 202)
    provider.volumes.extend(PROJECT, "v1", 9)
    assert [call.body for call in cloud.calls] == [{"os-extend": {"new_size": 9}}]


@pytest.mark.parametrize(
    ("status", "size", "expected"),
    [
        ("available", 9, None),
        ("in-use", 9, None),
        ("in-use", 5, Rejected),
        ("extending", 5, Busy),
        ("error", 5, Failed),
    ],
)
def test_a_refused_extension_is_looked_at(cloud: RecordedCloud, provider: OpenStackProvider, status, size, expected):
    cloud.on("POST", f"{VOLUMES}/v1/action", REFUSED, 400)
    cloud.on("GET", f"{VOLUMES}/v1", {"volume": payload(status, size)})
    if expected is None:
        provider.volumes.extend(PROJECT, "v1", 9)
    else:
        with pytest.raises(expected):
            provider.volumes.extend(PROJECT, "v1", 9)
    assert len(cloud.calls) == 2


@pytest.mark.parametrize(
    ("status", "expected"),
    [("deleting", None), ("in-use", Busy), ("attaching", Busy), ("error_deleting", Failed)],
)
def test_a_refused_deletion_is_looked_at(cloud: RecordedCloud, provider: OpenStackProvider, status, expected):
    cloud.on("DELETE", f"{VOLUMES}/v1", REFUSED, 400)
    cloud.on("GET", f"{VOLUMES}/v1", {"volume": payload(status)})
    if expected is None:
        provider.volumes.delete(PROJECT, "v1")
    else:
        with pytest.raises(expected):
            provider.volumes.delete(PROJECT, "v1")


def test_deleting_what_is_absent_is_done(cloud: RecordedCloud, provider: OpenStackProvider):
    provider.volumes.delete(PROJECT, "v1")
    assert cloud.lines == [f"DELETE {VOLUMES}/v1"]


def test_deleting_what_vanishes_meanwhile_is_done(cloud: RecordedCloud, provider: OpenStackProvider):
    cloud.on("DELETE", f"{VOLUMES}/v1", REFUSED, 400)
    provider.volumes.delete(PROJECT, "v1")
    assert cloud.lines == [f"DELETE {VOLUMES}/v1", f"GET {VOLUMES}/v1"]
