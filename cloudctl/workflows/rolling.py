"""What changes the release of an application: in one run on its host; behind a balancer on one host after the other.

    changed(ctx, act_id, "upgrade_app", part="bring")
    turned_back(ctx, work, "upgrade_app", part="bring", again=again)      # what it came to, as it was before

Host by host: the others answer their checks; it is drained; its release is changed; it answers its checks; the balancer
passes on to it again and finds it well. Each of these that changes something is a run of its own, which a repetition
finds again. Where one goes wrong it ends there, and that host stays drained.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from uuid import UUID

from cloudctl.domain.apps import AppPlace, Words
from cloudctl.domain.signals import Sentence
from cloudctl.domain.workflows import Verdict
from cloudctl.messages import mark
from cloudctl.ports.context import Context
from cloudctl.services import app_runs, app_scaling, app_steps
from cloudctl.services.app_runs import Work
from cloudctl.workflows import hosting

NOT_LED = mark("{host}: the balancer does not pass on to it again: {state}")
WELL = "well"
"""What the playbook balance_app says of a host that gets its share."""
Again = Callable[[Work, Collection[AppPlace], str], Words]
"""Brings these hosts back by runs with this at the end of their names; the reason where that cannot be done."""


def one_by_one(work: Work) -> bool:
    """Whether others serve while one is drained."""
    return bool(work.balancers) and len(work.standing) > 1


def changed(ctx: Context, act_id: str, playbook: str, *, part: str) -> Verdict | None:
    """The playbook on every host of it; what goes wrong is trouble, and where nothing was changed all is as before."""
    for work in app_steps.works(ctx, [act_id]):
        if one_by_one(work):
            why = _each(ctx, work, playbook, part=part)
            if why:
                app_steps.trouble(ctx, work.act.id, why)
        else:
            hosting.carried_out(ctx, [work], playbook, part=part, more=_before)
    for work in app_steps.works(ctx, [act_id], troubled=True):
        if one_by_one(work) and not work.act.changed and _led(ctx, work, part=f"{part}-as-before"):
            app_steps.going(ctx, work.act.id)
    return hosting.stopped(ctx, [act_id])


def turned_back(ctx: Context, work: Work, playbook: str, *, part: str, again: Again) -> Words:
    """The hosts that `changed` came to are as before, the last first, and the balancer passes on to all of them.

    One that cannot be drained, because none of the others is well, is brought back all the same.
    """
    there = [place for place in work.standing if app_runs.touched(ctx, work, playbook, part=_of(part, place))]
    for place in reversed(there):
        _led(ctx, work, part=_of("back-out", place), drained=place)
        why = (
            again(work, [place], _of("", place))
            or _asked(ctx, work, [place])
            or _led(ctx, work, part=_of("back-in", place), well=place)
        )
        if why:
            return why
    return {} if there else _led(ctx, work, part="back-in")


def _before(work: Work) -> dict[str, str]:
    return {"previous_version": work.act.from_release or ""}


def _each(ctx: Context, work: Work, playbook: str, *, part: str) -> Words:
    first, *_ = work.standing
    for place in work.standing:
        out, others = _of(f"{part}-out", place), [other for other in work.standing if other is not place]
        begun = app_runs.touched(ctx, work, "balance_app", part=out)  # by a worker that died, maybe with another later
        why = {} if begun else _asked(ctx, work, others)
        why = why or _led(ctx, work, part=out, drained=place)
        if why:
            return why
        done = hosting.played(ctx, [work], playbook, part=_of(part, place), more=_before, places=_at(place))
        if place is first and work.app.code in done.untouched:
            app_steps.harmless(ctx, work.act.id)
        why = (
            done.why.get(work.app.code)
            or _asked(ctx, work, [place])
            or _led(ctx, work, part=_of(f"{part}-in", place), well=place)
        )
        if why:
            return why
    return {}


def _led(
    ctx: Context, work: Work, *, part: str, drained: AppPlace | None = None, well: AppPlace | None = None
) -> Words:  # fmt: skip
    """The balancer passes on to all but `drained`; the reason where it does not, or where `well` is not so to it."""
    done = hosting.played(
        ctx, [work], "balance_app", part=part, changes=False, places=lambda one: one.balancers,
        told=partial(app_scaling.told, drained=drained.host_id if drained else None),
    )  # fmt: skip
    code = work.app.code
    if well is None or code in done.why:
        return done.why.get(code, {})
    host = work.targets[well.host_id]
    state = done.well[code].get("backends", {}).get(host.alias, "-")
    return {} if state == WELL else Sentence(NOT_LED, {"host": host.name, "state": state}).words


def _asked(ctx: Context, work: Work, places: Collection[AppPlace]) -> Words:
    """Until these answer their checks; the reason where they do not in time."""
    at: list[UUID] = work.hosts(places)
    return hosting.unwell(ctx, [work], hosts=lambda _: at).get(work.act.id, {})


def _at(place: AppPlace) -> hosting.Places:
    return lambda _: [place]


def _of(part: str, place: AppPlace) -> str:
    return f"{part}-{place.host_id}"
