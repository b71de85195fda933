"""What the sagas of applications share: having playbooks carried out, backups, names, certificates, checks, the end.

One that something goes wrong with is marked (`app_steps.trouble`) and goes forward no more; the others of the same saga
go on. What stops all of them at once, as a database that is away, ends the step instead.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from cloudctl.domain.app_acts import ActKind
from cloudctl.domain.apps import AppPlace, Words
from cloudctl.domain.errors import CloudctlError
from cloudctl.domain.signals import Sentence
from cloudctl.domain.workflows import DONE, Verdict
from cloudctl.messages import mark
from cloudctl.ports.context import Context
from cloudctl.services import app_health, app_names, app_runs, app_scaling, app_steps, run_plays
from cloudctl.services.app_runs import BROKEN, GOOD, UNTOUCHED, Work
from cloudctl.services.clearings import plain
from cloudctl.services.deliveries import platform_request
from cloudctl.workflows.attempts import insist, step
from cloudctl.workflows.playing import play

log = logging.getLogger(__name__)
NO_SNAPSHOT = mark("The backup has no snapshot: nothing says that it is in the store.")
NO_BACKUP = mark("There is no backup to put back.")
NO_STORE = mark("No store for backups is set (apps.backups).")
STOPPED = {
    "untouched": mark("Nothing was changed: {reason}. ({act}, {codes})"),
    "packages": mark("No application was changed; packages may be there in part: {reason}. ({act}, {codes})"),
    "as_before": mark("{act} stopped at «{task}»: {reason}. There is no new backup; these run as before: {codes}."),
    "half_done": mark(
        "{act} stopped at «{task}»: {reason}. Half done: {codes}. Repeat {act} when the cause is mended."
    ),
}
"""What a playbook says that stopped, by how it stopped."""
NEVER_WELL = mark("Within {seconds} seconds it did not answer its checks. {words}")
LOOKS_AT_ONCE = 8
SECOND_LOOK_AFTER_S = 0.2
Places = Callable[[Work], Collection[AppPlace]]


@step
def begin(ctx: Context, *act_ids: str) -> None:
    """Under way, on record."""
    app_steps.begin(ctx, act_ids)


@step
def enter_names(ctx: Context, *act_ids: str) -> None:
    """Its certificate, and the name that leads to the host."""
    for work in app_steps.works(ctx, act_ids):
        _or_trouble(ctx, work, lambda work=work: _named(ctx, work))  # type: ignore[misc]


@step
def install(ctx: Context, *act_ids: str) -> None:
    """All of them by one run; what that stops at is tried alone by the next step."""
    works = _not_ready(ctx, act_ids)
    if not works:
        return
    act = carried_out if len(works) == 1 else played
    done = act(ctx, works, "deploy_app", part="install")
    for work in works:
        if work.app.code in done.well:
            app_steps.ready(ctx, work)


@step
def install_alone(ctx: Context, *act_ids: str) -> None:
    """Each that does not stand yet, by a run of its own: one that cannot does not keep the others from it."""
    for work in _not_ready(ctx, act_ids):
        if carried_out(ctx, [work], "deploy_app", part="alone").well:
            app_steps.ready(ctx, work)


@step
def check_health(ctx: Context, *act_ids: str) -> None:
    """Until their checks answer; whoever does not within its time is in trouble."""
    answering(ctx, app_steps.works(ctx, act_ids))


@step
def back_up_first(ctx: Context, act_id: str) -> Verdict | None:
    """What is there now, into the store, before anything is changed."""
    return taken(ctx, act_id, part="first")


@step
def take_down(ctx: Context, *act_ids: str) -> None:
    """What never ran is taken off its hosts again, and its name leads nowhere; what ever ran is not touched."""
    for work in app_steps.works(ctx, act_ids, troubled=True):
        if work.app.release is not None or not work.standing:
            continue
        why = {"retired_without_backup": "its deployment did not come about", "snapshot": ""}
        if removed(ctx, work, why, part="undo", places=lambda one: one.places).well:
            insist(ctx, lambda work=work: app_names.withdraw(ctx, work))  # type: ignore[misc]
            app_steps.left(ctx, work, work.hosts(work.places))


@step
def finish(ctx: Context, *act_ids: str) -> None:
    """What came of each is on record; who is concerned is told."""
    for work in app_steps.works(ctx, act_ids):
        app_steps.finish(ctx, work.act.id)
    for work in app_steps.works(ctx, act_ids, troubled=True):
        app_steps.stop(ctx, work.act.id)


@step
def stop(ctx: Context, act_id: str, reason: str) -> None:
    """As it was before where nothing was changed; else a person has to look."""
    app_steps.stop(ctx, UUID(act_id), reason)


@step
def note_trouble(ctx: Context, reason: str, *act_ids: str) -> None:
    """A step could not be done for any of them: none of them goes forward."""
    for act_id in act_ids:
        app_steps.trouble(ctx, UUID(act_id), reason)


class Done(NamedTuple):
    """What a run came to: what the playbook says of each that it did well, and why the others are not, by code.

    `untouched` are those of the others of which the playbook says that it changed nothing, `broken` those whose backup
    it says to be at fault.
    """

    well: dict[str, dict[str, Any]]
    why: dict[str, Words]
    untouched: frozenset[str] = frozenset()
    broken: frozenset[str] = frozenset()


def played(
    ctx: Context,
    works: Sequence[Work],
    playbook: str,
    *,
    part: str,
    more: app_runs.Element = lambda _: {},
    places: Places = lambda work: work.standing,
    changes: bool = True,
    told: app_runs.Told | None = None,
) -> Done:
    """Has a playbook carried out on the hosts of these; a second time it is the same run."""
    codes = [work.app.code for work in works]
    try:
        run_id = app_runs.plan(
            ctx, works, playbook, part=part, more=more, places=places, changes=changes, told=told
        )  # fmt: skip
    except CloudctlError as error:
        return Done({}, dict.fromkeys(codes, plain(str(error))))
    try:
        verdict = play(ctx, run_id, secrets=app_runs.secrets_of(ctx, run_id, works))
    except Exception as error:
        log.exception("run %s of %s broke off", run_id, playbook)
        said = str(error) if isinstance(error, CloudctlError) else f"{type(error).__name__}: {error}"
        run_plays.give_up(ctx, run_id, said)
        run_plays.park(ctx, run_id, said)
        return Done({}, dict.fromkeys(codes, plain(said)))
    answers = app_runs.answers(ctx, run_id)
    words = run_plays.of(ctx, run_id).words or plain(verdict.get("reason", ""))
    well = {
        code: answers.get(code, {})
        for code in codes
        if verdict["outcome"] == "done" or answers.get(code, {}).get("state") in GOOD
    }
    why = {code: _message(answers.get(code, {})) or words for code in codes if code not in well}
    bad = {code: answers.get(code, {}) for code in why}
    return Done(
        well, why,
        untouched=frozenset(code for code, said in bad.items() if said.get("state") == UNTOUCHED),
        broken=frozenset(code for code, said in bad.items() if said.get("backup") == BROKEN),
    )  # fmt: skip


def given(told_more: dict[str, Any]) -> app_runs.Element:
    """For an app whatever it is: this."""
    return lambda _: told_more


def carried_out(ctx: Context, works: Sequence[Work], playbook: str, *, part: str, **given: Any) -> Done:
    """The same; what it did not do well is in trouble."""
    done = played(ctx, works, playbook, part=part, **given)
    for work in works:
        if work.app.code in done.why:
            if work.app.code in done.untouched and not work.act.changed:
                app_steps.harmless(ctx, work.act.id)
            app_steps.trouble(ctx, work.act.id, done.why[work.app.code])
    return done


def taken(ctx: Context, act_id: str, *, part: str) -> Verdict | None:
    """A backup of what stands, on record with its snapshot."""
    for work in app_steps.works(ctx, [act_id]):
        if not ctx.limits.apps.backups:
            app_steps.trouble(ctx, work.act.id, Sentence(NO_STORE).words)
            continue
        where = app_runs.repository(ctx, work.app)
        version = work.app.release or work.app.wanted
        told_more = {"repository": where, "version": version}
        done = carried_out(
            ctx, [work], "back_up_app", part=part, changes=False, places=holding,
            more=given(told_more),
        )  # fmt: skip
        answer = done.well.get(work.app.code)
        if answer is None:
            continue
        if not answer.get("snapshot"):
            app_steps.trouble(ctx, work.act.id, Sentence(NO_SNAPSHOT).words)
            continue
        app_steps.backed_up(ctx, work, answer)
    return stopped(ctx, [act_id])


def restored(ctx: Context, act_id: str, *, changes: bool = True) -> Verdict | None:
    """The content of its act's backup, its own or of one that was retired, on every host where it is to stand."""
    for work in app_steps.works(ctx, [act_id]):
        backup = app_steps.backup_of(ctx, work)
        if backup is None:
            app_steps.trouble(ctx, work.act.id, Sentence(NO_BACKUP).words)
            continue
        kept_for = app_steps.kept_for(ctx, work, backup)
        told_more = {"repository": app_runs.repository(ctx, kept_for), "snapshot": backup.snapshot}
        opened = replace(work, kept_for=kept_for.id)
        carried_out(ctx, [opened], "restore_app", part="put_back", changes=changes, more=given(told_more))
    return stopped(ctx, [act_id])


def balanced(ctx: Context, work: Work, *, part: str, changes: bool = True) -> bool:
    """Its balancer, where it has one, passes on to all that stand; what it cannot do is in trouble."""
    if not work.balancers:
        return True
    done = carried_out(
        ctx, [work], "balance_app", part=part, changes=changes, places=lambda one: one.balancers,
        told=app_scaling.told,
    )  # fmt: skip
    return bool(done.well)


def unbalanced(ctx: Context, work: Work, *, part: str, changes: bool = True) -> Words:
    """Its balancer knows nothing of it any more, and is not its own; the reason where that cannot be done."""
    at = app_scaling.balancers(work)
    if not at:
        return {}
    done = played(
        ctx, [work], "balance_app", part=f"{part}-off", changes=changes, places=app_scaling.balancers,
        told=app_scaling.nobody,
    )  # fmt: skip
    if not done.why:
        app_steps.left(ctx, work, work.hosts(at))
    return done.why.get(work.app.code, {})


def holding(work: Work) -> list[AppPlace]:
    """Where its content is now: the first host that it stands on, the one that it leaves where it moves."""
    there = [place for place in work.places if not place.balancer]
    return sorted(there, key=lambda place: not place.leaving)[:1]


def unwell(
    ctx: Context,
    works: Iterable[Work],
    *,
    hosts: Callable[[Work], Collection[UUID]] | None = None,
    scratch: bool = False,
) -> dict[UUID, Words]:
    """Looks until all of them are well; answers those that are not when their time is over, and why, by act.

    `scratch`: these are instances that are on no record of applications.
    """

    def scenes(works: Sequence[Work]) -> list[app_health.Scene]:
        if scratch:
            return [app_health.scene_at(ctx, work.app, list(work.targets.values())) for work in works]
        at = {work.app.id: hosts(work) for work in works} if hosts else None
        return app_health.set_out(ctx, platform_request("apps"), [work.app for work in works], hosts=at)

    limits = ctx.limits.apps
    waiting = {work.act.id: work for work in works}
    deadline = ctx.clock.monotonic_s() + limits.answer_within_s
    pause_s = min(SECOND_LOOK_AFTER_S, limits.look_every_s, limits.answer_within_s)
    while waiting:
        said: dict[UUID, Words] = {}
        works_now = list(waiting.values())
        with ThreadPoolExecutor(LOOKS_AT_ONCE) as pool:
            found = list(pool.map(partial(app_health.judged, ctx), scenes(works_now)))
        for work, health in zip(works_now, found, strict=True):
            if health.well:
                del waiting[work.act.id]
            said[work.act.id] = health.words
        if not waiting or ctx.clock.monotonic_s() >= deadline:
            return {key: _never(said[key], limits.answer_within_s) for key in waiting}
        ctx.clock.sleep(pause_s)
        pause_s = min(pause_s * 2, limits.look_every_s)
    return {}


def answering(
    ctx: Context, works: Iterable[Work], *, hosts: Callable[[Work], Collection[UUID]] | None = None
) -> None:  # fmt: skip
    """The same; those that are not well in time are in trouble."""
    for act_id, words in unwell(ctx, works, hosts=hosts).items():
        app_steps.trouble(ctx, act_id, words)


def stopped(ctx: Context, act_ids: Iterable[str]) -> Verdict | None:
    """The verdict that ends a saga of one app here: `stop` where nothing was changed; None while nothing is wrong."""
    for work in app_steps.works(ctx, act_ids, troubled=True):
        reason = work.act.reason.get("zh_CN", "")
        return {"outcome": "failed" if work.act.changed else "stop", "reason": reason}
    return None


def forward(steps: Any, act_ids: Sequence[str], names: Iterable[str]) -> Verdict:
    """The steps in order, until one does not end well."""
    verdict: Verdict = DONE
    for name in names:
        verdict = getattr(steps, name)(*act_ids)
        if verdict["outcome"] != "done":
            return verdict
    return verdict


def told(verdict: Verdict, ended: Verdict) -> Verdict:
    """The saga's verdict, once the end is on record; else the workflow ends in error, and `resume` goes on."""
    if ended["outcome"] != "done":
        raise RuntimeError(f"{ended.get('step')}: {ended.get('reason')}")
    return verdict


def changed(steps: Any, act_id: str, names: Iterable[str]) -> Verdict:
    """The whole of a simple saga of one app: forward to its end, or stopped."""
    verdict = forward(steps, [act_id], names)
    if verdict["outcome"] == "done":
        return verdict
    return told(verdict, steps.stop(act_id, verdict.get("reason", "")))


def _named(ctx: Context, work: Work) -> None:
    window = timedelta(days=ctx.limits.apps.renew_days)
    until = work.app.certificate_until
    if until is None or until - ctx.clock.now() < window or work.act.kind is ActKind.RENEW:
        app_names.certify(ctx, work)
    insist(ctx, lambda: app_names.point(ctx, work))


def _not_ready(ctx: Context, act_ids: Iterable[str]) -> list[Work]:
    works = app_steps.works(ctx, act_ids)
    return [work for work in works if not all(place.ready for place in work.standing)]


def _or_trouble(ctx: Context, work: Work, act: Callable[[], None]) -> None:
    try:
        act()
    except CloudctlError as error:
        app_steps.trouble(ctx, work.act.id, str(error))


def removed(
    ctx: Context, work: Work, more: dict[str, str], *, part: str, places: Places, changes: bool = True
) -> Done:  # fmt: skip
    """Taken off these hosts."""
    told_more = {"repository": app_runs.repository(ctx, work.app), **more}
    return played(ctx, [work], "retire_app", part=part, places=places, changes=changes, more=given(told_more))


def _message(answer: dict[str, Any]) -> Words:
    """What the playbook says went wrong with one; nothing where it says nothing."""
    stopped = answer.get("stopped") or {}
    if stopped.get("how") in STOPPED:
        return Sentence(STOPPED[stopped["how"]], stopped).words
    message = str(answer.get("message") or "")
    return plain(message) if message else {}


def _never(words: Words, within_s: float) -> Words:
    params = {"seconds": round(within_s)}
    return {
        locale: Sentence(NEVER_WELL, {**params, "words": told_so}).words[locale] for locale, told_so in words.items()
    }
