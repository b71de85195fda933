"""What the register and the consolidation learn of an application: its system is on the platform, and answers there."""

from __future__ import annotations

from cloudctl.domain.evidence import Evidence, EvidenceKind, Source, Subject
from cloudctl.domain.lifecycle import SYSTEMS
from cloudctl.ports.context import Context
from cloudctl.services.app_acts import audited
from cloudctl.services.app_runs import Work
from cloudctl.services.app_steps import reported


def enter(ctx: Context, work: Work) -> None:
    """The system's entry says where it is; that its check answered from its host is evidence. Twice adds nothing."""
    with reported(ctx, str(work.act.id)) as uow:
        system, app = uow.systems.get(work.app.system_id), work.app
        before = {"status": system.status, "check_url": system.check_url, "network": system.network}
        possible = {line.target for line in SYSTEMS.table if line.source == system.status}
        if "on_platform" in possible:
            system.claim("on_platform")
        system.check_url = system.check_url or app.url
        system.network = system.network or app.zone
        system.virtualised = True
        system.check()
        after = {name: getattr(system, name) for name in before}
        if after != before:
            uow.because(f"app {app.code}")
            audited(uow, app, work.act, "update/app-register", system=system.code, before=before, after=after)
        peer = next((target.address for target in work.targets.values()), "")
        seen = Evidence(
            subject_kind=Subject.SYSTEM, subject_id=system.id, department_id=system.department_id,
            kind=EvidenceKind.CHECK_ANSWERS,
            value={"url": app.url, "answered": True, "peer": peer, "app": app.code},
            holds=True, observed_at=uow.now,
            expires_at=ctx.measures.evidence.expires_at(EvidenceKind.CHECK_ANSWERS, uow.now),
            source=Source.PLATFORM, created_at=uow.now,
        )  # fmt: skip
        newest = uow.evidence.newest((EvidenceKind.CHECK_ANSWERS,)).get((system.id, EvidenceKind.CHECK_ANSWERS))
        if newest is None or dict(newest.value) != seen.value or newest.observed_at < work.act.created_at:
            uow.evidence.add(seen)


def leave(ctx: Context, work: Work) -> None:
    """The entry no longer names an address that answers no more; what became of the system its department says."""
    with reported(ctx, str(work.act.id)) as uow:
        system = uow.systems.get(work.app.system_id)
        if system.check_url == work.app.url:
            system.check_url = None
            uow.because(f"app {work.app.code} retired")
            audited(uow, work.app, work.act, "update/app-register", system=system.code, check_url=None)
