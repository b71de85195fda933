"""Runs as the machine sees them: its turn, what it says while it plays, and how it ends.

    run = run_plays.turn(ctx, run_id)                # None while it waits
    begun = run_plays.begin(ctx, run_id)             # None: it has ended, and is not played
    run_plays.say(ctx, run_id, batch)
    run_plays.end(ctx, run_id, played)

Whatever is reported twice, or after a person was faster, does nothing the second time.
"""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from cloudctl.domain.errors import CloudctlError, Conflict
from cloudctl.domain.playbooks import Playbook, Repeat
from cloudctl.domain.runs import Played, Run, RunArtifact, RunBatch, RunEvent, plain
from cloudctl.messages import LOCALES, mark, translator
from cloudctl.ports.automation import Job, KeptFile
from cloudctl.ports.context import Context
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import run_hosts
from cloudctl.services.deliveries import platform_request
from cloudctl.services.run_turns import call_off, free, serve
from cloudctl.services.runs import audited, playbook_of

AGAIN = mark("The worker that carried it out has died: it is begun again.")
BROKE_OFF = mark("The worker that carried it out died in the middle, and {playbook} may not be repeated unasked.")
LARGEST_FILE = 64 << 20


class Begun(NamedTuple):
    """A run that is to be played now, and by which playbook."""

    run: Run
    playbook: Playbook


def turn(ctx: Context, run_id: UUID) -> Run | None:
    """A planned run into the queue; answers the run once its turn has come, or it has ended; None while it waits."""
    with _reported(ctx, run_id) as uow:
        uow.runs.lock_turns()
        run = uow.runs.lock(run_id)
        if run.state == "planned":
            run.wait(uow.now)
            serve(ctx, uow)
    return None if run.state == "queued" else run


def give_up(ctx: Context, run_id: UUID, reason: str) -> Run:
    """It waited for too long, or its deployment has ended: called off unless it has begun."""
    with _reported(ctx, run_id) as uow:
        uow.runs.lock_turns()
        run = uow.runs.lock(run_id)
        if run.state in {"asked", "planned", "queued"}:
            call_off(uow, run)
            run.words = said(reason)
            audited(uow, run, "stop/run", reason=reason)
        return run


def begin(ctx: Context, run_id: UUID) -> Begun | None:
    """Its playing is about to start; None when it has ended, or ends here.

    One that had started already lost its worker: it is begun again where its playbook may be repeated, else it waits
    for a person.
    """
    with _reported(ctx, run_id) as uow:
        uow.runs.lock_turns()
        run = uow.runs.lock(run_id)
        if not run.open:
            return None
        playbook = playbook_of(ctx, run.playbook)
        broke_off = run.playing_since is not None
        if run.state == "stopping":
            _ended(ctx, uow, run, Played(outcome="cancelled"))
            return None
        if broke_off and playbook.repeat is Repeat.UNSAFE and not run.check:
            run.park(said(BROKE_OFF, playbook=run.playbook), uow.now)
            _closed(ctx, uow, run)
            return None
        try:
            run.play(playbook.digest, uow.now)
        except Conflict as error:
            _refused(ctx, uow, run, error)
            return None
        audited(uow, run, "start/run")
        if broke_off:
            uow.runs.say(run.id, RunBatch(events=(RunEvent(at=uow.now, kind="notice", text=AGAIN),)))
        return Begun(run, playbook)


def job(ctx: Context, begun: Begun, secrets: dict[str, Any] | None = None) -> Job:
    """What is played: with the hosts, secrets and key of this moment. Raises Conflict where a host is no target now."""
    run, playbook = begun
    request = platform_request(f"run:{run.id}")
    with ctx.unit_of_work(request) as uow:
        targets = run_hosts.still(uow, run)
    timeout_s = playbook.timeout_minutes * 60.0
    handed = run_hosts.handed(ctx, request, run, targets)
    return Job(
        run_id=run.id,
        playbook=run.playbook,
        arguments=run.arguments,
        targets=targets,
        timeout_s=timeout_s,
        check=run.check,
        tags=tuple(run.tags),
        start_at_task=run.start_at_task,
        secrets={**handed.secrets, **(secrets or {})},
        host_secrets=handed.of_hosts,
        shared=handed.shared,
        key=run_hosts.key(ctx, request, run, targets, timeout_s),
        digest=run.digest if run.approved_by else "",
    )


def say(ctx: Context, run_id: UUID, batch: RunBatch) -> None:
    """Puts on record what it said."""
    with _reported(ctx, run_id) as uow:
        uow.runs.say(run_id, batch)


def called_off(ctx: Context, run_id: UUID) -> bool:
    """Whether somebody wants it stopped."""
    with _reported(ctx, run_id) as uow:
        return uow.runs.get(run_id).state != "running"


def keep(ctx: Context, run_id: UUID, file: KeptFile) -> None:
    """Puts a file that it left into the file store and on record; of one too large the beginning."""
    with file.path.open("rb") as opened:
        kept = ctx.files.put(opened.read(LARGEST_FILE))
    found = RunArtifact(name=file.name, media_type=file.media_type, size_bytes=kept.size_bytes, digest=kept.digest)
    with _reported(ctx, run_id) as uow:
        uow.runs.keep(run_id, found)


def end(ctx: Context, run_id: UUID, played: Played) -> Run:
    """What came of it; its hosts are the next one's."""
    with _reported(ctx, run_id) as uow:
        uow.runs.lock_turns()
        run = uow.runs.lock(run_id)
        if run.open:
            _ended(ctx, uow, run, played)
        return run


def fail(ctx: Context, run_id: UUID, error: CloudctlError) -> Run:
    """It could not be played: nothing was started."""
    with _reported(ctx, run_id) as uow:
        uow.runs.lock_turns()
        run = uow.runs.lock(run_id)
        if run.open:
            _refused(ctx, uow, run, error)
        return run


def park(ctx: Context, run_id: UUID, reason: str) -> Run:
    """Something went wrong that nobody had foreseen: a person has to look."""
    with _reported(ctx, run_id) as uow:
        uow.runs.lock_turns()
        run = uow.runs.lock(run_id)
        if run.open:
            run.park(plain(reason), uow.now)
            _closed(ctx, uow, run)
        return run


def of(ctx: Context, run_id: UUID) -> Run:
    """One run, for a saga."""
    with _reported(ctx, run_id) as uow:
        return uow.runs.get(run_id)


def _ended(ctx: Context, uow: UnitOfWork, run: Run, played: Played) -> None:
    run.end(played, uow.now)
    _closed(ctx, uow, run)


def _refused(ctx: Context, uow: UnitOfWork, run: Run, error: CloudctlError) -> None:
    run.end(Played(outcome="broken"), uow.now)
    run.words = said(error.message, **error.params)
    _closed(ctx, uow, run)


def _closed(ctx: Context, uow: UnitOfWork, run: Run) -> None:
    """Told to those who follow it, and its hosts are free."""
    audited(uow, run, "stop/run", reason=run.words.get("en"))
    free(ctx, uow, run)
    uow.runs.say(run.id, RunBatch(events=(), state=run.state))


def said(message: str, **params: object) -> dict[str, str]:
    """The platform's own words, in each language."""
    return {locale: translator(locale)(message).format(**params) for locale in LOCALES}


def _reported(ctx: Context, run_id: UUID) -> UnitOfWork:
    return ctx.unit_of_work(platform_request(f"run:{run_id}"))
