"""Where a vCenter is and what we use of it, from clouds.yaml.

    clouds:
      city-v:
        vsphere:
          host: vcenter.city.example
          username: cloudctl@vsphere.local
          password: ...
          datacenter: City
          cluster: Cluster-1
          datastore: vsan-1
          template_folder: templates
          switch: dvs-1

Asked for nowhere else, kept in no record and in no log.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import yaml

from cloudctl.domain.errors import ConfigurationError

#: Where every client of OpenStack looks for it as well, the nearest first.
USUAL_PLACES = (Path("clouds.yaml"), Path("~/.config/openstack/clouds.yaml"), Path("/etc/openstack/clouds.yaml"))


class Connection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One vCenter, and the names of what we use there.

    `folder` holds the departments' folders and the trash; `template_folder` is a path of VM folders below the
    datacenter. Machines wait `trash_days` in the trash before they are destroyed. `tasks` is how many may be under way
    at once. `nameservers` are told to new servers.
    """

    host: str
    username: str
    password: str
    datacenter: str
    cluster: str
    datastore: str
    template_folder: str
    switch: str
    port: int = 443
    verify: bool = True
    cacert: str | None = None
    folder: str = "cloudctl"
    trash_days: int = 7
    tasks: int = 8
    mhz_per_vcpu: int = 1000
    nameservers: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Connection({self.username}@{self.host}:{self.port})"


def configured(code: str, clouds_file: Path | None = None) -> Connection:
    """The entry of the cloud `code`; raises ConfigurationError, which names the field, when it cannot be used."""
    entry = _entry(code, clouds_file)
    if "vsphere" not in entry:
        raise ConfigurationError(
            "No vSphere credentials for the cloud {code}: add `clouds: {code}: vsphere:` to clouds.yaml.", code=code
        )
    try:
        return msgspec.convert(entry["vsphere"], Connection)
    except msgspec.ValidationError as error:
        raise ConfigurationError(
            "The entry of the cloud {code} in clouds.yaml cannot be used: {words}", code=code, words=str(error)
        ) from error


def _entry(code: str, clouds_file: Path | None) -> dict[str, Any]:
    path = clouds_file or _usual()
    if path is None:
        return {}
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        entry = document.get("clouds", {}).get(code, {})
    except (OSError, yaml.YAMLError, AttributeError) as error:
        # A YAML error would show the line, which may be the password's.
        raise ConfigurationError(
            "The file {path} cannot be read: {words}", path=str(path), words=type(error).__name__
        ) from error
    return entry if isinstance(entry, dict) else {}


def _usual() -> Path | None:
    named = os.environ.get("OS_CLIENT_CONFIG_FILE")
    places = (Path(named),) if named else tuple(place.expanduser() for place in USUAL_PLACES)
    return next((place for place in places if place.is_file()), None)
