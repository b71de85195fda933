"""The hosts of a run: who they are when it is asked for, and what it enters them by when its turn has come.

What is in quarantine, foreign, gone or unmanaged is no target, but for playbooks that are about just that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from cloudctl.domain.errors import Invalid
from cloudctl.domain.hosts import HostLife, RunKey, Target
from cloudctl.domain.runs import Run
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import authorities, hosts, secrets

OUT_OF_SERVICE = (HostLife.IN_SERVICE, HostLife.QUARANTINED)
REACHES: dict[str, tuple[HostLife, ...]] = {
    "quarantine_host": OUT_OF_SERVICE,
    "release_host": OUT_OF_SERVICE,
    "collect_evidence": OUT_OF_SERVICE,
    "decommission_host": OUT_OF_SERVICE,
}
"""Playbooks that are meant for hosts in quarantine as well."""
SPARE_S = 600.0
LONGEST_S = 24 * 3600
SUDO = "become_password"


class Handed(NamedTuple):
    """What a run gets for its time: secrets of its system, of each host by its alias, and what all hosts share."""

    secrets: dict[str, Any]
    of_hosts: dict[str, dict[str, Any]]
    shared: dict[str, Any]


def named(uow: UnitOfWork, playbook: str, ids: Sequence[UUID]) -> tuple[str, dict[str, str]]:
    """Their zone, and their aliases by id; raises Conflict for what is no target, Invalid for hosts of two zones."""
    found = {target.id: target for target in _targets(uow, playbook, ids)}
    zones = sorted({target.zone for target in found.values()})
    if len(zones) > 1:
        raise Invalid(
            "Hosts of several zones are several runs: {zones}.",
            field="hosts",
            way_out="Ask for one run a zone.",
            zones=", ".join(zones),
        )
    return zones[0], {str(key): found[key].alias for key in ids}


def still(uow: UnitOfWork, run: Run) -> tuple[Target, ...]:
    """A run's targets as they are now; raises Conflict where one may no longer be played on."""
    return tuple(_targets(uow, run.playbook, run.hosts))


def handed(ctx: Context, request: Request, run: Run, targets: Sequence[Target]) -> Handed:
    """Its secrets in clear; a host's sudo password under Ansible's own name."""
    owners = [target.id for target in targets] + ([run.system_id] if run.system_id else [])
    given = secrets.for_run(ctx, request, run_id=run.id, owners=owners)
    of_hosts = {}
    for target in targets:
        mine: dict[str, Any] = dict(given.get(target.id, {}))
        sudo = {"ansible_become_password": mine.pop(SUDO)} if SUDO in mine else {}
        of_hosts[target.alias] = {**sudo, **({"host_secrets": mine} if mine else {})}
    of_system = given.get(run.system_id, {}) if run.system_id else {}
    keys = authorities.trusted_ssh(ctx, request).splitlines()
    return Handed({"system_secrets": of_system} if of_system else {}, of_hosts, {"cloudctl_user_ca_keys": keys})


def key(ctx: Context, request: Request, run: Run, targets: Sequence[Target], timeout_s: float) -> RunKey:
    """A key of the run's own, signed for its hosts and its time."""
    valid_s = int(min(timeout_s + SPARE_S, LONGEST_S))
    return hosts.run_key(ctx, request, run_id=run.id, hosts=targets, valid_s=valid_s)


def _targets(uow: UnitOfWork, playbook: str, ids: Sequence[UUID]) -> Sequence[Target]:
    return hosts.planned(uow, ids, lives=REACHES.get(playbook, (HostLife.IN_SERVICE,)))
