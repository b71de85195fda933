"""The catalogue: what can be ordered. Codes are stable; a retired entry stays for the records that name it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Architecture = Literal["x86_64", "aarch64", "loongarch64"]


@dataclass(kw_only=True, eq=False)
class Specification:
    """A server size (规格) on processors of one architecture; `xinchuang` says that these are domestic (信创)."""

    code: str
    name: str
    vcpu: int
    memory_mib: int
    root_disk_gib: int
    architecture: str = "x86_64"
    xinchuang: bool = False
    retired: bool = False


@dataclass(kw_only=True, eq=False)
class Image:
    """An operating system image; `names` maps a cloud's code to the image's name there.

    Where it is named in some clouds it is in these alone; where in none, every cloud has it by its `code`.
    `os_name` and `os_version` are the product's own; `xinchuang` says that it is a domestic system (信创).
    """

    code: str
    name: str
    os_family: str
    architecture: str
    min_disk_gib: int
    login_user: str
    names: dict[str, str]
    os_name: str = ""
    os_version: str = ""
    xinchuang: bool = False
    retired: bool = False


@dataclass(kw_only=True, eq=False)
class VolumeType:
    """A storage class; `names` maps a cloud's code to the backend's volume type (default: the backend's default)."""

    code: str
    name: str
    names: dict[str, str]
    retired: bool = False


@dataclass(kw_only=True, eq=False)
class Zone:
    """A network and security zone: 政务外网区, 互联网区, 专网区, DMZ, ... as each city has them.

    `xinchuang` says that new servers in it have to run on domestic processors and systems (信创). From `vlan_first` to
    `vlan_last` are the VLANs that its segments get on clouds whose segments are VLANs. `egress_mbps` is the bandwidth
    of its Internet egress, out of which units get theirs (None: nobody has bounded it).
    """

    code: str
    name: str
    name_en: str
    max_mlps_level: int
    xinchuang: bool = False
    vlan_first: int | None = None
    vlan_last: int | None = None
    egress_mbps: int | None = None
    retired: bool = False


@dataclass(kw_only=True, eq=False)
class Classification:
    """A service classification code (GB/T 34079.1)."""

    code: str
    name: str
    retired: bool = False


@dataclass(kw_only=True, eq=False)
class SecurityPackage:
    """What protects a network access (安全服务包): firewall, intrusion detection, ... as its description says."""

    code: str
    name: str
    description: str = ""
    retired: bool = False
