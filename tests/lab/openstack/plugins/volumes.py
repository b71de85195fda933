"""Cinder's driver that only logs, with faults chosen by the metadata `lab_fault` of a volume."""

# Cinder is installed in the lab's environment only, and carries no types.
# mypy: disable-error-code="import-not-found,import-untyped,misc,no-untyped-call,unused-ignore"

from __future__ import annotations

import time
from typing import Any

from cinder import exception
from cinder.tests.fake_driver import FakeLoggingVolumeDriver


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


def _inject(volume: Any) -> None:
    fault, _, argument = (volume.metadata or {}).get("lab_fault", "").partition(":")
    if fault == "create_fail":
        raise exception.VolumeBackendAPIException(data="lab_fault create_fail")
    if fault == "create_slow":
        time.sleep(float(argument or 0))
