"""What is done to applications, put on record and begun: one act of an app at a time, each by a saga of its kind.

act = begin(uow, app, ActKind.UPGRADE, event="upgrade", to_release="2.0.0")
launch(ctx, uow, [act])
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from cloudctl.domain.app_acts import ActKind, AppAct
from cloudctl.domain.apps import App
from cloudctl.domain.errors import Conflict
from cloudctl.ports.context import Context
from cloudctl.ports.unit_of_work import UnitOfWork

LANE = "apps"
"""What the queue keys of these sagas begin with: one lane a zone."""


def begin(
    uow: UnitOfWork,
    app: App,
    kind: ActKind,
    *,
    event: str | None = None,
    to_release: str | None = None,
    arguments: Mapping[str, Any] | None = None,
) -> AppAct:
    """Puts an act on record, which `app` is in the hands of from now on; `event` is what moves the app.

    Raises Conflict while another act is under way, Refused where the app's state does not allow it.
    """
    refuse_busy(app)
    was = app.state
    if event is not None:
        app.advance(event)
    act = AppAct(
        app_id=app.id, department_id=app.department_id, kind=kind, from_release=app.release, to_release=to_release,
        arguments=dict(arguments or {}), was=was, asked_by=uow.actor.account_id, created_at=uow.now,
    )  # fmt: skip
    uow.app_acts.add(act)
    app.act_id = act.id
    audited(uow, app, act, "start/app")
    return act


def launch(ctx: Context, uow: UnitOfWork, acts: Sequence[tuple[App, AppAct]]) -> None:
    """Queues their sagas: deployments of one blueprint in one zone go together, `limits.apps.at_once` in one."""

    def lane(one: tuple[App, AppAct]) -> tuple[str, str, str]:
        return one[0].zone, one[1].kind.value, one[0].blueprint

    for (zone, _, _), group in groupby(sorted(acts, key=lane), key=lane):
        some = [act for _, act in group]
        size = ctx.limits.apps.at_once if some[0].kind is ActKind.DEPLOY else 1
        for start in range(0, len(some), size):
            ids = [str(act.id) for act in some[start : start + size]]
            uow.start(some[start].saga, f"{some[start].saga}-{ids[0]}", *ids, queue_key=f"{LANE}-{zone}")


def refuse_busy(app: App) -> None:
    """Raises Conflict while an act is under way."""
    if app.busy or app.state == "planned":
        raise Conflict(
            "Something is being done to {code}: it is {state}.",
            way_out="Wait for its end: cloudctl apps status {code}.",
            code=app.code,
            state=app.state,
        )


def audited(
    uow: UnitOfWork, app: App, act: AppAct | None, action: str, *, reason: str | None = None, **more: object
) -> None:
    """One audit event of an application: what is done, to which release, and in what state both are now."""
    after: dict[str, object] = {"code": app.code, "state": app.state, "release": app.release}
    if act is not None:
        after |= {"act": act.kind.value, "act_state": act.state, "to_release": act.to_release}
    uow.audit(action, "app", app.id, department_id=app.department_id, after={**after, **more}, reason=reason)
