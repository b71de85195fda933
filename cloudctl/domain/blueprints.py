"""Blueprints: the applications that can be deployed, as data (`cloudctl/hosting/blueprints/<name>/blueprint.yaml`).

A blueprint says what an instance is made of, for which zones it is fit, how its health is seen, what of it is backed
up and what it costs; `cloudctl.hosting.catalogue` reads it, the role of the same name installs it. Texts are by locale
(en, zh_CN). Sizes carry their unit, prices are fen a month.

>>> Version("2.10.0") > Version("2.9.1")
True
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import total_ordering
from typing import Any

import msgspec

from cloudctl.domain.errors import Invalid, NotFound
from cloudctl.messages import mark

Text = dict[str, str]


@total_ordering
class Version:
    """A release's number, `major.minor.patch`, in the order of numbers."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.parts = tuple(int(part) for part in text.split("."))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self.parts == other.parts

    def __lt__(self, other: Version) -> bool:
        return self.parts < other.parts

    def __hash__(self) -> int:
        return hash(self.parts)

    def __str__(self) -> str:
        return self.text


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what a blueprint is made of."""


class Component(_Part, frozen=True, kw_only=True):
    """A piece of software that runs for an instance, and the Debian packages that it comes from."""

    name: str
    title: Text
    packages: tuple[str, ...]


class Release(_Part, frozen=True, kw_only=True):
    """A release that can be deployed; `upgrades_from` names the releases that it upgrades without a stop between."""

    version: str
    released_on: str
    notes: Text
    upgrades_from: tuple[str, ...] = ()


class Size(_Part, frozen=True, kw_only=True):
    """How much an instance may take, and what that costs."""

    code: str
    title: Text
    quota_mib: int
    memory_mib: int
    price_fen_month: int


class Capacity(_Part, frozen=True, kw_only=True):
    """The host that is ordered where no shared one has room, and how many instances it takes (1: it is not shared)."""

    vcpu: int
    memory_mib: int
    disk_gib: int
    instances: int


class Rules(_Part, frozen=True, kw_only=True):
    """Where it may run: zones by code (none named: all), up to an MLPS level, reachable from the Internet or not."""

    zones: tuple[str, ...] = ()
    max_mlps_level: int = 3
    internet: bool = False


class HttpCheck(_Part, frozen=True, kw_only=True, tag_field="kind", tag="http"):
    """A page answers with `status`, and its text has `contains` in it; {parameters} of the instance are filled in."""

    name: str
    path: str = "/"
    status: int = 200
    contains: str = ""


class TcpCheck(_Part, frozen=True, kw_only=True, tag_field="kind", tag="tcp"):
    """A port takes connections."""

    name: str
    port: int


class CertificateCheck(_Part, frozen=True, kw_only=True, tag_field="kind", tag="certificate"):
    """The certificate at `port` is valid for the instance's name, and for `days_left` days more."""

    name: str
    port: int = 443
    days_left: int = 14


class DatabaseCheck(_Part, frozen=True, kw_only=True, tag_field="kind", tag="database"):
    """The instance's database answers a query; `engine` is postgresql or ldap."""

    name: str
    engine: str = "postgresql"
    port: int = 5432


Check = HttpCheck | TcpCheck | CertificateCheck | DatabaseCheck


class Backup(_Part, frozen=True, kw_only=True):
    """What is backed up: paths below the instance's directory, and dumps of its databases (postgresql, ldap)."""

    paths: tuple[str, ...]
    databases: tuple[str, ...] = ()


class SecretNeed(_Part, frozen=True, kw_only=True):
    """A secret that an instance needs: it is made when the instance is, and given to its runs as `app_secrets`."""

    name: str
    title: Text
    length: int = 24


class Blueprint(_Part, frozen=True, kw_only=True):
    """An application that can be deployed. `parameters` is a JSON Schema of an object, with hints for forms."""

    name: str
    title: Text
    summary: Text
    components: tuple[Component, ...]
    releases: tuple[Release, ...]
    sizes: tuple[Size, ...]
    capacity: Capacity
    rules: Rules
    parameters: dict[str, Any]
    checks: tuple[Check, ...]
    backup: Backup
    port: int
    plain_port: int
    availability: str
    secrets: tuple[SecretNeed, ...] = ()
    needs: tuple[str, ...] = ()
    apt_environment: dict[str, str] = {}
    scales: bool = False
    tried_on: tuple[str, ...] = ()

    @property
    def latest(self) -> Release:
        """The newest release: what is deployed where none is named."""
        return max(self.releases, key=lambda release: Version(release.version))

    @property
    def packages(self) -> tuple[str, ...]:
        """The Debian packages of all components, each once."""
        return tuple(sorted({package for component in self.components for package in component.packages}))

    def release(self, version: str) -> Release:
        """The release of a version; raises Invalid where there is none."""
        for release in self.releases:
            if release.version == version:
                return release
        raise Invalid(
            mark("{blueprint} has no release {version}."),
            field="release",
            way_out=mark("Name one of: {versions}."),
            blueprint=self.name,
            version=version,
            versions=", ".join(release.version for release in self.releases),
        )

    def size(self, code: str) -> Size:
        """The size of a code; raises Invalid where there is none."""
        for size in self.sizes:
            if size.code == code:
                return size
        raise Invalid(
            mark("{blueprint} has no size {size}."),
            field="size",
            way_out=mark("Name one of: {sizes}."),
            blueprint=self.name,
            size=code,
            sizes=", ".join(size.code for size in self.sizes),
        )

    def refuse_upgrade(self, version: str, to: str) -> None:
        """Raises Invalid where an instance of `version` cannot become one of `to` in one step."""
        target = self.release(to)
        if version in target.upgrades_from:
            return
        path = self.path(version, to)
        raise Invalid(
            mark("{blueprint} {to} does not upgrade {version}."),
            field="release",
            way_out=(mark("Upgrade step by step: {path}.") if path else mark("It upgrades: {versions}.")),
            blueprint=self.name,
            to=to,
            version=version,
            path=" → ".join(path),
            versions=", ".join(target.upgrades_from) or "-",
        )

    def path(self, version: str, to: str) -> tuple[str, ...]:
        """The fewest releases through which an instance of `version` becomes one of `to`; () where there is no way."""
        ways: list[tuple[str, ...]] = [(to,)]
        seen = {to}
        while ways:
            way = ways.pop(0)
            if way[0] == version:
                return way[1:]
            befores = {each.version: each.upgrades_from for each in self.releases}.get(way[0], ())
            ways.extend((before, *way) for before in befores if before not in seen)
            seen.update(befores)
        return ()


class Catalogue(msgspec.Struct, frozen=True):
    """The blueprints by name, and `version`: a digest of all their files, the same for the same blueprints."""

    blueprints: Mapping[str, Blueprint]
    version: str

    def named(self, name: str) -> Blueprint:
        """The blueprint of a name; raises NotFound."""
        if name not in self.blueprints:
            raise NotFound(
                mark("There is no blueprint {name}."),
                field="blueprint",
                way_out=mark("`cloudctl apps catalogue` lists them: {names}."),
                name=name,
                names=", ".join(self.blueprints),
            )
        return self.blueprints[name]
