"""prove_app: a backup restored as a test, into an instance beside the application that nobody is led to.

begin -> choose_scratch -> install_scratch -> fill_scratch -> check_scratch
always: clear_scratch -> finish

The scratch instance answers its checks empty before it is filled: what it then does not answer is the backup's fault.
The application serves all the while. What is left of a test is on record, and taken away by the next one.
"""

from __future__ import annotations

from typing import Any

from cloudctl.domain.signals import Sentence
from cloudctl.domain.workflows import Saga, Verdict
from cloudctl.messages import mark
from cloudctl.ports.context import Context
from cloudctl.services import app_proofs, app_runs, app_steps
from cloudctl.services.app_runs import Work
from cloudctl.workflows import hosting
from cloudctl.workflows.attempts import step
from cloudctl.workflows.hosting import begin, finish, told

NAME = "prove_app"
HOST_GONE = mark("The host of the test instance went out of service meanwhile.")
WHY = {"retired_without_backup": "it was the test of a backup", "snapshot": ""}


@step
def choose_scratch(ctx: Context, act_id: str) -> Verdict | None:
    """A host with room for it; what an earlier test left is taken away first."""
    for work in app_steps.works(ctx, [act_id]):
        why = cleared(ctx, work, part="before") or app_proofs.place(ctx, work.act.id)
        if why:
            app_steps.trouble(ctx, work.act.id, why)
    return hosting.stopped(ctx, [act_id])


@step
def install_scratch(ctx: Context, act_id: str) -> Verdict | None:
    """In the release of the backup, until it answers its checks: so far nothing is the backup's fault."""
    for work in _scratches(ctx, act_id):
        if hosting.carried_out(ctx, [work], "deploy_app", part="scratch", changes=False).well:
            for key, words in hosting.unwell(ctx, [work], scratch=True).items():
                app_steps.trouble(ctx, key, words)
    return hosting.stopped(ctx, [act_id])


@step
def fill_scratch(ctx: Context, act_id: str) -> Verdict | None:
    """The content of the backup, each file compared with what the store says of it."""
    for work in _scratches(ctx, act_id):
        backup = app_steps.backup_of(ctx, work)
        told_more = {
            "repository": app_runs.repository(ctx, app_steps.app_of(ctx, work)),
            "snapshot": backup.snapshot if backup else "",
            "verify": True,
        }
        done = hosting.played(
            ctx, [work], "restore_app", part="scratch", changes=False, more=hosting.given(told_more)
        )  # fmt: skip
        for code, why in done.why.items():
            report = app_proofs.broken if code in done.broken else _troubled
            report(ctx, work, why)
    return hosting.stopped(ctx, [act_id])


@step
def check_scratch(ctx: Context, act_id: str) -> Verdict | None:
    """It answers its checks with the content of the backup."""
    for work in _scratches(ctx, act_id):
        unwell = hosting.unwell(ctx, [work], scratch=True)
        if unwell:
            app_proofs.broken(ctx, work, unwell[work.act.id])
        else:
            app_proofs.proven(ctx, work)
    return hosting.stopped(ctx, [act_id])


@step
def clear_scratch(ctx: Context, act_id: str) -> None:
    """Nothing of it is left on its host, however the test went."""
    for troubled in (False, True):
        for work in app_steps.works(ctx, [act_id], troubled=troubled):
            why = cleared(ctx, work, part="after")
            if why:
                app_steps.trouble(ctx, work.act.id, why)


def body(steps: Any, act_id: str) -> Verdict:
    """Tried, well or not; the application is as it was."""
    verdict = hosting.forward(steps, [act_id], FORWARD)
    if verdict["outcome"] != "done":
        steps.note_trouble(verdict.get("reason", ""), act_id)
    cleared = steps.clear_scratch(act_id)
    if cleared["outcome"] != "done":
        steps.note_trouble(cleared.get("reason", ""), act_id)
    return told(verdict, steps.finish(act_id))


FORWARD = ("begin", "choose_scratch", "install_scratch", "fill_scratch", "check_scratch")
PROVE_APP = Saga(
    name=NAME,
    steps=(
        begin, choose_scratch, install_scratch, fill_scratch, check_scratch, hosting.note_trouble, clear_scratch,
        finish,
    ),
    body=body,
)  # fmt: skip


def cleared(ctx: Context, work: Work, *, part: str) -> dict[str, str]:
    """Takes a scratch instance away, if there is one; the reason where it cannot be."""
    scratch = app_proofs.beside(ctx, work)
    if scratch is None:
        return {}
    done = hosting.removed(
        ctx, scratch, WHY, part=f"scratch-{part}", places=lambda one: one.places, changes=False
    )  # fmt: skip
    if not done.why:
        app_proofs.cleared(ctx, work)
    return done.why.get(work.app.code, {})


def _scratches(ctx: Context, act_id: str) -> list[Work]:
    """The instances that the test goes on with; one whose host went out of service is in trouble."""
    works = app_steps.works(ctx, [act_id])
    found = [(work, app_proofs.beside(ctx, work)) for work in works]
    for work, scratch in found:
        if scratch is None:
            app_steps.trouble(ctx, work.act.id, Sentence(HOST_GONE).words)
    return [scratch for _, scratch in found if scratch is not None]


def _troubled(ctx: Context, work: Work, why: dict[str, str]) -> None:
    app_steps.trouble(ctx, work.act.id, why)
