"""Impact (影响分析): what can be asked after."""

from __future__ import annotations

from enum import StrEnum


class ImpactKind(StrEnum):
    """What is to go out of service."""

    HOST = "host"
    CLOUD = "cloud"
    NETWORK = "network"
    STORAGE = "storage"
