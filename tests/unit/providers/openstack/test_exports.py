"""Exports by way of Glance: what is held against its digest, and the copy of a volume in its parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha512
from typing import Any
from uuid import UUID

import pytest

from cloudctl.domain.errors import Absent, Failed
from cloudctl.domain.exports import ExportRequest, ExportStatus, ImportRequest
from cloudctl.domain.volumes import VolumeFact, VolumeRequest, VolumeStatus
from cloudctl.providers.openstack.exports import ImageEntry, OpenStackExports, Uploaded

KEY, CONTENT = UUID(int=5), b"disk" * 100


class Glance:
    """The few calls of the client that exports make, on images in a list."""

    def __init__(self, *images: ImageEntry) -> None:
        self.images = list(images)
        self.asked: list[tuple[str, str]] = []
        self.uploaded = b""

    def list(self, _service: str, path: str, *_of: Any, tenant: str) -> list[ImageEntry]:
        return [image for image in self.images if "id=in:" not in path or image.id in path]

    def stream(self, _service: str, _path: str, *, tenant: str) -> Iterator[bytes]:
        yield CONTENT[:7]
        yield CONTENT[7:]

    def upload(self, _service: str, path: str, content: Iterable[bytes], *, tenant: str) -> None:
        self.uploaded = b"".join(content)
        self.images = [entry(id=path.split("/")[2], status="active", cloudctl_key=str(KEY), size=len(self.uploaded))]

    def post(self, *_of: Any, tenant: str) -> Any:
        return entry(id="made", status="queued")

    def ask(self, service: str, path: str, *_of: Any, tenant: str) -> Any:
        self.asked.append((service, path))
        return Uploaded(image_id="i") if service == "block-storage" else "i"

    def act(self, service: str, method: str, path: str, *, tenant: str) -> None:
        self.asked.append((method, path))
        self.images = [image for image in self.images if image.id not in path]


class Cinder:
    """Volumes as exports use them."""

    def __init__(self) -> None:
        self.copies: dict[UUID, VolumeFact] = {}

    def find(self, _tenant: str, _keys: object) -> dict[UUID, VolumeFact]:
        return self.copies

    def copy(self, request: VolumeRequest, source: str) -> None:
        assert source == "v"
        self.stands(VolumeStatus.BUILDING, request.key)

    def stands(self, status: VolumeStatus, key: UUID = KEY) -> None:
        self.copies = {key: VolumeFact(key=key, backend_id="copy", name="x", status=status, size_gib=1)}

    def delete(self, _tenant: str, backend_id: str) -> None:
        assert backend_id == "copy"
        self.copies = {}


def entry(**fields: Any) -> ImageEntry:
    return ImageEntry(**{"id": "i", "status": "active", "name": "x"} | fields)


def exports(glance: Glance, cinder: Cinder | None = None) -> OpenStackExports:
    return OpenStackExports(glance, cinder or Cinder())  # type: ignore[arg-type]


def test_bytes_are_held_against_the_digest_that_glance_keeps() -> None:
    right = entry(os_hash_algo="sha512", os_hash_value=sha512(CONTENT).hexdigest())
    assert b"".join(exports(Glance(right)).read("t", "i")) == CONTENT
    with pytest.raises(Failed, match="other bytes"):
        list(exports(Glance(entry(os_hash_algo="sha512", os_hash_value="00"))).read("t", "i"))
    with pytest.raises(Absent):
        list(exports(Glance()).read("t", "i"))


def test_the_key_is_a_property_or_the_name() -> None:
    found = exports(Glance(entry(cloudctl_key=str(KEY)), entry(id="j", name=f"cloudctl:{UUID(int=6)}"), entry(id="k")))
    assert found.find("t").keys() == {KEY, UUID(int=6)}
    assert found.find("t", [UUID(int=6)])[UUID(int=6)].backend_id == "j"


@pytest.mark.parametrize(
    ("word", "status"),
    [("active", ExportStatus.READY), ("queued", ExportStatus.BUILDING), ("saving", ExportStatus.BUILDING),
     ("killed", ExportStatus.ERROR)],
)  # fmt: skip
def test_glances_words(word: str, status: ExportStatus) -> None:
    assert exports(Glance(entry(status=word, cloudctl_key=str(KEY)))).find("t")[KEY].status is status


def test_a_volume_is_copied_then_uploaded_then_its_copy_goes() -> None:
    glance, cinder = Glance(), Cinder()
    made, request = exports(glance, cinder), ExportRequest(key=KEY, tenant="t", name="x", volume="v")
    assert made.take(request).status is ExportStatus.BUILDING
    assert cinder.copies
    assert made.take(request).status is ExportStatus.BUILDING
    assert glance.asked == []
    cinder.stands(VolumeStatus.AVAILABLE)
    made.take(request)
    assert glance.asked == [("block-storage", "/volumes/copy/action")]
    glance.images = [entry(status="saving", name=f"cloudctl:{KEY}")]
    assert made.take(request).status is ExportStatus.BUILDING
    assert cinder.copies
    glance.images = [entry(name=f"cloudctl:{KEY}")]
    assert made.take(request).status is ExportStatus.READY
    assert cinder.copies == {}


def test_a_copy_in_error_is_told() -> None:
    cinder = Cinder()
    cinder.stands(VolumeStatus.ERROR)
    with pytest.raises(Failed):
        exports(Glance(), cinder).take(ExportRequest(key=KEY, tenant="t", name="x", volume="v"))


def test_half_an_upload_is_made_anew() -> None:
    glance = Glance(entry(id="half", status="queued", cloudctl_key=str(KEY)))
    request = ImportRequest(key=KEY, tenant="t", name="x", size_bytes=len(CONTENT), format="qcow2")
    assert exports(glance).put(request, [CONTENT]).status is ExportStatus.READY
    assert ("DELETE", "/images/half") in glance.asked
    assert glance.uploaded == CONTENT
