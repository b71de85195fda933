"""Cinder's driver that only logs, with faults chosen by the metadata `lab_fault` of a volume."""

# Cinder is installed in the lab's environment only, and carries no types.
# mypy: disable-error-code="import-not-found,import-untyped,misc,no-untyped-call,unused-ignore"

from __future__ import annotations

import io
import random
import time
from typing import Any

from cinder import exception
from cinder.tests.fake_driver import FakeLoggingVolumeDriver

VOLUME_BYTES = 8192


class LabVolumeDriver(FakeLoggingVolumeDriver):
    """Volumes of any size that hold no bytes."""

    def create_volume(self, volume: Any) -> Any:
        _inject(volume)
        return super().create_volume(volume)

    def create_volume_from_snapshot(self, volume: Any, snapshot: Any) -> None:
        _inject(volume)

    def create_cloned_volume(self, volume: Any, src_vref: Any) -> None:
        _inject(volume)

    def clone_image(
        self, context: Any, volume: Any, image_location: Any, image_meta: Any, image_service: Any
    ) -> tuple[dict[str, Any], bool]:
        """Say that the image is in the volume already: there is no device to write it to."""
        _inject(volume)
        return {}, True

    def copy_volume_to_image(self, context: Any, volume: Any, image_service: Any, image_meta: Any) -> None:
        """Upload bytes that follow from the volume, or from the one that it is a copy of."""
        content = random.Random(volume.source_volid or volume.id).randbytes(VOLUME_BYTES)
        image_service.update(context, image_meta["id"], {}, io.BytesIO(content))


def _inject(volume: Any) -> None:
    fault, _, argument = (volume.metadata or {}).get("lab_fault", "").partition(":")
    if fault == "create_fail":
        raise exception.VolumeBackendAPIException(data="lab_fault create_fail")
    if fault == "create_slow":
        time.sleep(float(argument or 0))
