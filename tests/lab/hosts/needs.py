"""Which Debian packages the project's own playbooks and blueprints install, read from their data.

    hosts.fetch(*needs.baseline(), *needs.blueprints("department-site"))

A mirror has what was fetched into it; a list here of what others write down would be wrong tomorrow.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from cloudctl.hosting.catalogue import load, shipped

_DEBIAN = Path(__file__).parents[3] / "playbooks/roles/os_data/vars/Debian.yml"


def baseline() -> tuple[str, ...]:
    """What the playbooks for hosts install."""
    return tuple(yaml.safe_load(_DEBIAN.read_text("utf-8"))["os_data_packages"].values())


def blueprints(*names: str) -> tuple[str, ...]:
    """What instances of these blueprints need, of all where none is named; and what every backup needs."""
    found = [blueprint for blueprint in load(shipped()).blueprints.values() if not names or blueprint.name in names]
    packages = [package for blueprint in found for component in blueprint.components for package in component.packages]
    return tuple(dict.fromkeys([*packages, "restic"]))
