"""release_drift: what a finding shows is put by, restorable until its retention ends; then it is purged.

What was on no record gets a key of ours first, so that it is found by it from then on.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cloudctl.domain.networks import Network
from cloudctl.domain.resources import Resource
from cloudctl.domain.servers import Server
from cloudctl.domain.volumes import Volume
from cloudctl.domain.workflows import Saga, Verdict
from cloudctl.ports.context import Context
from cloudctl.services import drift
from cloudctl.workflows import changing
from cloudctl.workflows.attempts import insist, step
from cloudctl.workflows.objects import Site
from cloudctl.workflows.restore_drift import decided, finish_drift, give_drift_up
from cloudctl.workflows.restore_resource import resource_site


@step
def mark_found(ctx: Context, finding_id: str) -> None:
    """Our key on what carried none, or that of the record which it is a copy of."""
    found = drift.to_release(ctx, UUID(finding_id))
    resource, site, _ = resource_site(ctx, found.resource_id)
    if found.is_ours:
        return
    insist(ctx, lambda: site.provider.tenants.enter(site.tenant))
    _mark(site, resource, found.carried)


@step
def put_found_by(ctx: Context, finding_id: str) -> None:
    """Off and cut off, as with any release; nothing is deleted."""
    found = drift.to_release(ctx, UUID(finding_id))
    resource, site, _ = resource_site(ctx, found.resource_id)
    changing.put_by(site, resource)


def body(steps: Any, finding_id: str) -> Verdict:
    """Mark, put by, book; or the finding is open again."""
    verdict: Verdict = steps.mark_found(finding_id)
    if verdict["outcome"] == "done":
        verdict = steps.put_found_by(finding_id)
    return decided(steps, finding_id, verdict)


RELEASE_DRIFT = Saga(name="release_drift", steps=(mark_found, put_found_by, finish_drift, give_drift_up), body=body)


def _mark(site: Site, resource: Resource, carried: UUID | None) -> None:
    match resource:
        case Server():
            port: Any = site.provider.servers
        case Volume():
            port = site.provider.volumes
        case Network():
            port = site.provider.networks
        case _:
            return
    backend_id = resource.backend_id or ""
    if carried not in {None, resource.id}:
        insist(site.ctx, lambda: port.disown(site.tenant, backend_id, carried))
    insist(site.ctx, lambda: port.adopt(site.tenant, backend_id, resource.id))
