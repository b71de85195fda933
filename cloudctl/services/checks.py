"""Looks at every application that its department may expect to answer, and keeps what they came to.

look_due(ctx, platform("job:checks"))        # a regular job

The network is asked by a bounded number of threads, outside of any transaction. What the looks came to is put on record
by some applications at a time: the check, its history, and the incidents that follow, in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.checks import Check, CheckResult, Sight, promise_of
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import app_health, incidents
from cloudctl.services.app_health import Scene

AT_ONCE = 50
"""So many applications are put on record by one transaction: others who write wait no longer than for these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What the checks of one application came to, at that moment."""

    scene: Scene
    at: datetime
    sights: tuple[Sight, ...]


def look_due(ctx: Context, request: Request) -> int:
    """Looks at what has not been looked at for `every_s`; answers how many applications that were."""
    request.actor.require(Permission.CHECKS_WRITE)
    _end_left(ctx, request)
    with ctx.unit_of_work(request) as uow:
        # A job that begins a little early by its clock does not skip a round.
        before = uow.now - timedelta(seconds=ctx.limits.checks.every_s * 0.9)
        apps = uow.checks.due(before)
    if not apps:
        return 0
    scenes = app_health.set_out(ctx, request, apps)
    with ThreadPoolExecutor(max_workers=min(ctx.limits.checks.parallel, len(scenes))) as pool:
        looked = list(pool.map(lambda scene: _looked(ctx, scene), scenes))
    for some in _parts(looked):
        _keep(ctx, request, some)
    return len(looked)


def forget(ctx: Context, request: Request) -> int:
    """Drops the history that is older than it is kept; answers how many rows. A regular job."""
    request.actor.require(Permission.CHECKS_WRITE)
    with ctx.unit_of_work(request) as uow:
        return uow.checks.forget(uow.now - timedelta(days=ctx.limits.checks.keep_days))


def _looked(ctx: Context, scene: Scene) -> Looked:
    return Looked(scene=scene, sights=tuple(app_health.sights(ctx, scene)), at=ctx.clock.now())


def _parts(looked: Sequence[Looked]) -> Iterator[Sequence[Looked]]:
    for start in range(0, len(looked), AT_ONCE):
        yield looked[start : start + AT_ONCE]


def _keep(ctx: Context, request: Request, looked: Sequence[Looked]) -> None:
    with ctx.unit_of_work(request) as uow:
        keys = [one.scene.app.id for one in looked]
        there: dict[UUID, dict[str, Check]] = {key: {} for key in keys}
        for check in uow.checks.of_apps(keys):
            there[check.app_id][check.name] = check
        growing = [check.result_id for checks in there.values() for check in checks.values() if check.result_id]
        results = uow.checks.results(growing)
        for one in looked:
            for sight in one.sights:
                check = _note(uow, one, sight, there[one.scene.app.id], ctx.limits.checks.every_s)
                _grow(uow, check, sight, one.at, results)
            seen = {sight.check for sight in one.sights}
            for name, check in there[one.scene.app.id].items():
                if name not in seen and check.state != "ended":
                    check.end()
        incidents.follow(ctx, uow, {one.scene.app.id: (one.scene.app, there[one.scene.app.id]) for one in looked})


def _note(uow: UnitOfWork, one: Looked, sight: Sight, checks: dict[str, Check], every_s: int) -> Check:
    """The check as it was seen; a new one is put on record."""
    app, promise = one.scene.app, promise_of(one.scene.blueprint.availability)
    check = checks.get(sight.check)
    if check is None:
        check = checks[sight.check] = Check(
            app_id=app.id, department_id=app.department_id, name=sight.check, kind=sight.kind, target=sight.target,
            every_s=every_s, promise=promise, created_at=uow.now,
        )  # fmt: skip
        uow.checks.add(check)
    check.every_s, check.promise = every_s, promise
    check.saw(sight, one.at)
    return check


def _grow(uow: UnitOfWork, check: Check, sight: Sight, at: datetime, results: Mapping[UUID, CheckResult]) -> None:
    """The history goes on by a look: its newest row is lengthened, or another one begins."""
    growing = results.get(check.result_id) if check.result_id else None
    if growing is not None and growing.goes_on(sight, at, check.every_s):
        return
    begun = CheckResult(
        check_id=check.id, app_id=check.app_id, department_id=check.department_id, well=sight.well, cause=sight.cause,
        words=sight.words, begun_at=at, until_at=at, slowest_ms=check.milliseconds or 0, created_at=uow.now,
    )  # fmt: skip
    uow.checks.add_result(begun)
    check.result_id = begun.id


def _end_left(ctx: Context, request: Request) -> None:
    """Checks and incidents of applications that were retired end with them."""
    with ctx.unit_of_work(request) as uow:
        left = uow.checks.left()
        for check in left:
            check.end()
        incidents.end(uow, {check.app_id for check in left})
