"""Runs as people and deployments see them: asked for, approved, called off, gone on with.

    run = runs.ask(ctx, request, playbook="patch_hosts", hosts=[...], arguments={"ring": 1})
    run = runs.plan(ctx, uow, playbook="deploy_app", hosts=[...], arguments={...}, subject="app:fgw-site")
    runs.resume(ctx, request, run.id)          # a new run on the hosts that are left

`plan` is for sagas that have a run carried out themselves (`workflows.playing.play`). What the machine reports while it
plays is in `run_plays`, what was run by hand in `run_reports`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from cloudctl.domain.accounts import Permission, missing
from cloudctl.domain.declarations import refuse_secret
from cloudctl.domain.errors import Forbidden, Invalid
from cloudctl.domain.playbooks import Approval, Playbook
from cloudctl.domain.runs import Run, RunArtifact
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import run_hosts
from cloudctl.services.run_turns import call_off, serve

MOST_HOSTS = 500


def ask(
    ctx: Context,
    request: Request,
    *,
    playbook: str,
    hosts: Sequence[UUID],
    arguments: Mapping[str, Any] | None = None,
    check: bool = False,
    tags: Sequence[str] = (),
    start_at_task: str | None = None,
    reason: str = "",
) -> Run:
    """Asks for a run; queued at once, unless the playbook needs a second person. A check changes nothing: no leave.

    Raises Invalid for an unknown playbook, an argument that is not as declared, hosts of two zones or out of bounds.
    """
    request.actor.require(Permission.RUNS_WRITE)
    office(request)
    found = playbook_of(ctx, playbook)
    given = dict(arguments or {})
    found.check(given)
    refuse_secret(None, {"reason": reason})
    with ctx.unit_of_work(request) as uow:
        uow.runs.lock_turns()
        run = _made(
            uow, found, hosts, given, check=check, tags=list(tags), start_at_task=start_at_task, reason=reason.strip(),
            asked_by=_person(request), asked_for=request.actor.for_account_id,
        )  # fmt: skip
        _begun(ctx, uow, run, found)
        return uow.answer(run)


def plan(
    ctx: Context,
    uow: UnitOfWork,
    *,
    playbook: str,
    hosts: Sequence[UUID],
    arguments: Mapping[str, Any],
    check: bool = False,
    saga: str,
    department_id: UUID | None = None,
    system_id: UUID | None = None,
    subject: str = "",
    asked_by: UUID | None = None,
    run_id: UUID | None = None,
) -> Run:
    """Puts a run on record in the caller's transaction; `saga` has it carried out (`workflows.playing.play`).

    With a `run_id` the run has that id, and one that is on record already is answered as it is: a step that is repeated
    plans nothing twice. Raises Invalid as `ask` does. The caller has seen to permission and leave.
    """
    if run_id is not None and (there := uow.runs.find(run_id)) is not None:
        return there
    found = playbook_of(ctx, playbook)
    found.check(arguments)
    run = _made(
        uow, found, hosts, dict(arguments), check=check, saga=saga, department_id=department_id,
        system_id=system_id, subject=subject, asked_by=asked_by, **({} if run_id is None else {"id": run_id}),
    )  # fmt: skip
    audited(uow, run, "create/run")
    return run


def playbooks(ctx: Context, request: Request) -> list[Playbook]:
    """What can be run, by name."""
    request.actor.require(Permission.RUNS_READ)
    return list(ctx.automation.playbooks().values())


def playbook(ctx: Context, request: Request, name: str) -> Playbook:
    """One playbook; raises NotFound."""
    request.actor.require(Permission.RUNS_READ)
    found = ctx.automation.playbooks().get(name)
    if found is None:
        raise missing("playbook", name)
    return found


def get(ctx: Context, request: Request, run_id: UUID) -> Run:
    """One run."""
    request.actor.require(Permission.RUNS_READ)
    with ctx.unit_of_work(request) as uow:
        run = uow.runs.get(run_id)
    _seen(request, run_id)
    return run


def approve(
    ctx: Context, request: Request, run_id: UUID, *, reason: str = "", expected_version: int | None = None
) -> Run:  # fmt: skip
    """Gives leave as the second person; raises Forbidden for whoever asked."""
    request.actor.require(Permission.RUNS_APPROVE)
    _seen(request, run_id)
    with ctx.unit_of_work(request) as uow:
        uow.runs.lock_turns()
        run = uow.runs.lock(run_id)
        uow.check_version(run, expected_version)
        run.approve(_person(request), request.actor.persons, uow.now)
        audited(uow, run, "allow/run", reason=reason or None)
        serve(ctx, uow)
        return uow.answer(run)


def cancel(
    ctx: Context, request: Request, run_id: UUID, *, reason: str = "", expected_version: int | None = None
) -> Run:  # fmt: skip
    """Calls a run off: at once before it begins, else what is under way is ended within seconds."""
    request.actor.require(Permission.RUNS_WRITE)
    _seen(request, run_id)
    with ctx.unit_of_work(request) as uow:
        uow.runs.lock_turns()
        run = uow.runs.lock(run_id)
        uow.check_version(run, expected_version)
        call_off(uow, run)
        audited(uow, run, "stop/run", reason=reason or None)
        serve(ctx, uow)
        return uow.answer(run)


def resume(
    ctx: Context,
    request: Request,
    run_id: UUID,
    *,
    reason: str = "",
    at_task: bool = False,
    expected_version: int | None = None,
) -> Run:
    """Goes on with one that failed, was called off or broke off: a new run on the hosts that are left.

    With `at_task` it begins at the task that failed; what that task's predecessors have set is not there then.
    """
    request.actor.require(Permission.RUNS_WRITE)
    _seen(request, run_id)
    with ctx.unit_of_work(request) as uow:
        uow.runs.lock_turns()
        old = uow.runs.lock(run_id)
        uow.check_version(old, expected_version)
        old.require_resumable()
        if at_task and old.failed_task is None:
            raise Invalid(
                "The run did not fail at a task.", field="at_task", way_out="Resume it without naming the task."
            )
        found = playbook_of(ctx, old.playbook)
        found.check(old.arguments)
        if old.state == "attention":
            old.settle()
        run = _made(
            uow, found, old.left, dict(old.arguments), check=old.check, tags=list(old.tags),
            start_at_task=old.failed_task if at_task else old.start_at_task, reason=reason.strip(),
            department_id=old.department_id, system_id=old.system_id, subject=old.subject,
            asked_by=_person(request), asked_for=request.actor.for_account_id, resume_of=old.id,
        )  # fmt: skip
        _begun(ctx, uow, run, found)
        return uow.answer(run)


def settle(
    ctx: Context, request: Request, run_id: UUID, *, reason: str = "", expected_version: int | None = None
) -> Run:  # fmt: skip
    """Says that what broke off was looked at, and is not gone on with."""
    request.actor.require(Permission.RUNS_WRITE)
    _seen(request, run_id)
    if not reason.strip():
        raise Invalid("To settle a run needs a reason.", field="reason", way_out="Say what was found.")
    with ctx.unit_of_work(request) as uow:
        run = uow.runs.lock(run_id)
        uow.check_version(run, expected_version)
        run.settle()
        audited(uow, run, "update/run-settle", reason=reason)
        return uow.answer(run)


def artifacts(ctx: Context, request: Request, run_id: UUID) -> Sequence[RunArtifact]:
    """The files that a run left, by name."""
    get(ctx, request, run_id)
    with ctx.unit_of_work(request) as uow:
        return uow.runs.artifacts(run_id)


def read_artifact(ctx: Context, request: Request, run_id: UUID, name: str) -> tuple[RunArtifact, bytes]:
    """A file that a run left, and its bytes."""
    found = next((each for each in artifacts(ctx, request, run_id) if each.name == name), None)
    if found is None:
        raise missing("artifact", name)
    return found, ctx.files.get(found.digest)


def playbook_of(ctx: Context, name: str) -> Playbook:
    """One playbook of the catalogue; raises Invalid."""
    known = ctx.automation.playbooks()
    if name not in known:
        raise Invalid(
            "There is no playbook {name}.",
            field="playbook",
            way_out="Possible: {possible}.",
            name=name,
            possible=", ".join(sorted(known)) or "-",
        )
    return known[name]


def audited(uow: UnitOfWork, run: Run, action: str, *, reason: str | None = None) -> None:
    """One audit event of a run: which playbook, where, and in what state it is now."""
    after: dict[str, object] = {
        "playbook": run.playbook,
        "state": run.state,
        "check": run.check,
        "hosts": [run.names.get(str(host), str(host)) for host in run.hosts],
        "subject": run.subject,
    }
    uow.audit(action, "run", run.id, department_id=run.department_id, after=after, reason=reason)


def office(request: Request) -> None:
    """Raises Forbidden for departments: runs are the office's and operations'."""
    if not request.actor.sees_all:
        raise Forbidden("Playbooks are run by operations.", way_out="Ask for an application, or tell operations.")


def _made(uow: UnitOfWork, found: Playbook, hosts: Sequence[UUID], arguments: dict[str, Any], **more: Any) -> Run:
    """On record as planned."""
    if not hosts or len(set(hosts)) != len(hosts) or len(hosts) > MOST_HOSTS:
        raise Invalid(
            "A run has 1 to {most} hosts, each once.", field="hosts", way_out="Name the hosts.", most=MOST_HOSTS
        )
    zone, names = run_hosts.named(uow, found.name, hosts)
    run = Run(
        playbook=found.name, arguments=arguments, hosts=list(hosts), names=names, zone=zone, digest=found.digest,
        created_at=uow.now, **more,
    )  # fmt: skip
    uow.runs.add(run)
    return run


def _begun(ctx: Context, uow: UnitOfWork, run: Run, found: Playbook) -> None:
    """Waits for leave where it needs one, else for its turn. What changes nothing needs none."""
    if found.approval is Approval.OFFICE and not run.check:
        run.ask()
    else:
        run.wait(uow.now)
        serve(ctx, uow)
    audited(uow, run, "create/run", reason=run.reason or None)


def _person(request: Request) -> UUID:
    if request.actor.account_id is None:
        raise Forbidden("A run is asked for by a person.", way_out="Log in.")
    return request.actor.account_id


def _seen(request: Request, run_id: UUID) -> None:
    if not request.actor.sees_all:
        raise missing("run", run_id)
