"""Catalogue entries: what is sent when one is kept, and the entries as they are answered."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from api.schemas.fields import In, Line, MlpsLevel, Name, Out, Text
from cloudctl.domain.catalogue import Architecture

Vlan = Annotated[int, Field(ge=1, le=4094)]
Positive = Annotated[int, Field(ge=1, le=100_000_000)]
BackendNames = Annotated[dict[str, Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=100)]


class SpecificationIn(In):
    """A server size (规格) on processors of one architecture; `xinchuang`: they are domestic (信创)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "2 核 4 GiB", "vcpu": 2, "memory_mib": 4096, "root_disk_gib": 40}],
        }
    )

    name: Name
    vcpu: Positive
    memory_mib: Positive
    root_disk_gib: Positive
    architecture: Architecture = "x86_64"
    xinchuang: bool = False
    retired: bool = False


class ImageIn(In):
    """An operating system image; `names` maps a cloud's code to the image's name there.

    It fits specifications of its own `architecture`; `xinchuang` says that the system is domestic (信创).
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "openEuler 24.03 LTS",
                    "os_family": "openeuler",
                    "os_name": "openEuler",
                    "os_version": "24.03 LTS",
                    "architecture": "aarch64",
                    "xinchuang": True,
                    "min_disk_gib": 20,
                    "login_user": "openeuler",
                }
            ]
        }
    )

    name: Name
    os_family: Name
    os_name: Line = ""
    os_version: Line = ""
    architecture: Architecture
    min_disk_gib: Positive
    login_user: Name
    names: BackendNames = Field(default_factory=dict)
    xinchuang: bool = False
    retired: bool = False


class VolumeTypeIn(In):
    """A storage class; `names` maps a cloud's code to the backend's volume type."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "标准", "names": {"cloud-a": "ssd"}}]})

    name: Name
    names: BackendNames = Field(default_factory=dict)
    retired: bool = False


class ZoneIn(In):
    """A network and security zone; `xinchuang`: new servers in it are on domestic processors and systems (信创).

    `vlan_first` to `vlan_last` are the VLANs of its segments on clouds whose segments are VLANs.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "政务外网区", "name_en": "Government extranet", "max_mlps_level": 3}]}
    )

    name: Name
    name_en: Name
    max_mlps_level: MlpsLevel
    xinchuang: bool = False
    vlan_first: Vlan | None = None
    vlan_last: Vlan | None = None
    egress_mbps: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    retired: bool = False


class ClassificationIn(In):
    """A service classification code (GB/T 34079.1)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "基础设施服务"}]})

    name: Name
    retired: bool = False


class SecurityPackageIn(In):
    """What protects a network access; the description says of what it consists."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "基础安全包", "description": "边界防火墙、入侵检测、上网行为管理"}]}
    )

    name: Name
    description: Text = ""
    retired: bool = False


class SpecificationOut(Out, frozen=True, kw_only=True):
    """A server size."""

    code: str
    name: str
    vcpu: int
    memory_mib: int
    root_disk_gib: int
    architecture: str
    xinchuang: bool
    retired: bool


class ImageOut(Out, frozen=True, kw_only=True):
    """An operating system image."""

    code: str
    name: str
    os_family: str
    os_name: str
    os_version: str
    architecture: str
    min_disk_gib: int
    login_user: str
    names: dict[str, str]
    xinchuang: bool
    retired: bool


class VolumeTypeOut(Out, frozen=True, kw_only=True):
    """A storage class."""

    code: str
    name: str
    names: dict[str, str]
    retired: bool


class ZoneOut(Out, frozen=True, kw_only=True):
    """A zone."""

    code: str
    name: str
    name_en: str
    max_mlps_level: int
    xinchuang: bool
    vlan_first: int | None
    vlan_last: int | None
    egress_mbps: int | None
    retired: bool


class ClassificationOut(Out, frozen=True, kw_only=True):
    """A classification code."""

    code: str
    name: str
    retired: bool


class SecurityPackageOut(Out, frozen=True, kw_only=True):
    """What protects a network access."""

    code: str
    name: str
    description: str
    retired: bool


class CatalogueOut(Out, frozen=True, kw_only=True):
    """All that can be ordered."""

    specifications: list[SpecificationOut]
    images: list[ImageOut]
    volume_types: list[VolumeTypeOut]
    zones: list[ZoneOut]
    classifications: list[ClassificationOut]
    security_packages: list[SecurityPackageOut]


KEPT: dict[str, tuple[type[In], type[Out]]] = {
    "specifications": (SpecificationIn, SpecificationOut),
    "images": (ImageIn, ImageOut),
    "volume-types": (VolumeTypeIn, VolumeTypeOut),
    "zones": (ZoneIn, ZoneOut),
    "classifications": (ClassificationIn, ClassificationOut),
    "security-packages": (SecurityPackageIn, SecurityPackageOut),
}
