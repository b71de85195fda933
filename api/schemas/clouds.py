"""Clouds. Credentials are never sent here: they come from clouds.yaml or the environment, by the cloud's code."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from api.schemas.fields import UNSET, Changes, Code, In, MlpsLevel, Name, Out, Zone
from cloudctl.domain.catalogue import Architecture
from cloudctl.domain.clouds import CloudKind
from cloudctl.domain.quotas import Dimension

Amounts = dict[Dimension, Annotated[int, Field(ge=0)]]
Factors = dict[Dimension, Annotated[float, Field(gt=0, le=100)]]
Percent = Annotated[int, Field(ge=0, le=90)]
Zones = Annotated[frozenset[Zone], Field(max_length=50)]


class CloudIn(In):
    """A cloud to register; `capacity` is physical, `overcommit` multiplies it.

    `architectures` are those of its processors; without any it takes every specification. `headroom_percent` of the
    room is handed out to nobody.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "cloud-a",
                    "name": "一号云",
                    "kind": "openstack",
                    "zones": ["extranet"],
                    "capacity": {"vcpu": 512, "memory_mib": 2097152, "volume_gib": 60000},
                    "overcommit": {"vcpu": 4.0},
                    "external_network": "public",
                    "architectures": ["x86_64", "aarch64"],
                }
            ]
        }
    )

    code: Code
    name: Name
    kind: CloudKind
    zones: Zones
    capacity: Amounts
    overcommit: Factors = Field(default_factory=dict)
    max_mlps_level: MlpsLevel = 3
    external_network: Name | None = None
    architectures: frozenset[Architecture] = frozenset()
    headroom_percent: Percent = 0


class CloudChanges(Changes):
    """What of a cloud can change."""

    name: Name = UNSET
    zones: Zones = UNSET
    capacity: Amounts = UNSET
    overcommit: Factors = UNSET
    max_mlps_level: MlpsLevel = UNSET
    external_network: Name | None = UNSET
    architectures: frozenset[Architecture] = UNSET
    headroom_percent: Percent = UNSET
    retired: bool = UNSET


class ReserveIn(In):
    """What ordinary orders of any zone have to leave free for the emergencies of this one; {} takes it away."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"amounts": {"vcpu": 32, "memory_mib": 65536}}]})

    amounts: Amounts


class CloudOut(Out, frozen=True, kw_only=True):
    """A cloud on record."""

    id: UUID
    code: str
    name: str
    kind: CloudKind
    zones: frozenset[str]
    capacity: dict[Dimension, int]
    overcommit: dict[Dimension, float]
    reserves: dict[str, dict[Dimension, int]]
    headroom_percent: int
    max_mlps_level: int
    external_network: str | None
    architectures: frozenset[str]
    retired: bool
    version: int
