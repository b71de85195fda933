"""Whether an application answers the checks that its blueprint names, on every host that it stands on.

health = look(ctx, app)              # once
health.well, health.words["en"]

scenes = set_out(ctx, request, apps)             # what is to be knocked at, read in one transaction
healths = [judged(ctx, scene) for scene in scenes]
for sight in sights(ctx, scene): ...             # every check, by the network alone
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from uuid import UUID

import msgspec

from cloudctl.domain.apps import App, AppPlace, Words
from cloudctl.domain.blueprints import Blueprint, CertificateCheck, Check, DatabaseCheck, HttpCheck, TcpCheck
from cloudctl.domain.checks import Cause, Sight
from cloudctl.domain.hosts import Target
from cloudctl.domain.signals import Sentence
from cloudctl.messages import mark
from cloudctl.ports.context import Context, Request
from cloudctl.ports.doors import Knock, Seen
from cloudctl.ports.probes import Answer
from cloudctl.services import authorities
from cloudctl.services.deliveries import platform_request

WELL = mark("All {count} checks answer.")
NOWHERE = mark("It stands on no host.")
NOT_WELL = mark("{host}: the check {check} does not answer: {error}")
WRONG_STATUS = mark("{host}: the check {check} answers {status} and not {wanted}.")
WRONG_TEXT = mark("{host}: the page of the check {check} lacks what it should show: {text}")
ENDS_SOON = mark("{host}: the certificate ends on {day}.")
HAS_EXPIRED = mark("{host}: the certificate has expired.")
ANSWERS = mark("It answers.")
ANSWERS_UNTIL = mark("It answers; the certificate ends on {day}, {days} days from now.")


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """Whether every check answered, and the first that did not, by locale."""

    well: bool
    words: Words


class Fault(msgspec.Struct, frozen=True):
    """What is wrong with a check, and of which cause."""

    cause: Cause
    sentence: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """An application, the hosts that it stands on, and the roots by which its certificate is judged."""

    app: App
    blueprint: Blueprint
    targets: Sequence[Target]
    roots: str

    @property
    def checks(self) -> list[Check]:
        """Those that can be asked: no certificate is looked at where there is none."""
        return [
            check for check in self.blueprint.checks if self.app.certificate or not isinstance(check, CertificateCheck)
        ]


def set_out(
    ctx: Context, request: Request, apps: Sequence[App], *, hosts: Mapping[UUID, Collection[UUID]] | None = None
) -> list[Scene]:
    """What is to be knocked at for these applications, at all of their hosts or at the `hosts` of each."""
    meant = hosts or {}
    with ctx.unit_of_work(request) as uow:
        there = {app.id: _meant(uow.apps.places(app.id), meant.get(app.id)) for app in apps}
        found = {target.id: target for target in uow.hosts.targets({key for keys in there.values() for key in keys})}
    roots = authorities.trusted_tls(ctx, request) if any(app.certificate for app in apps) else ""
    if roots and ctx.certifier:
        roots += ctx.certifier.roots  # those that it has not certified yet show the platform's
    return [
        Scene(
            app=app, blueprint=ctx.blueprints.named(app.blueprint), roots=roots if app.certificate else "",
            targets=sorted((found[key] for key in set(there[app.id]) & found.keys()), key=lambda target: target.name),
        )
        for app in apps
    ]  # fmt: skip


def _meant(places: Sequence[AppPlace], hosts: Collection[UUID] | None) -> list[UUID]:
    """Those asked for; else where it serves, which is not yet where it is only coming to."""
    if hosts is not None:
        return [place.host_id for place in places if place.host_id in hosts]
    return [place.host_id for place in places if place.ready] or [place.host_id for place in places]


def look(ctx: Context, app: App) -> Health:
    """Knocks at every host of an application that is no balancer's alone; outside of any transaction."""
    (scene,) = set_out(ctx, platform_request(f"app:{app.id}"), [app])
    return judged(ctx, scene)


def scene_at(ctx: Context, app: App, targets: Sequence[Target]) -> Scene:
    """An instance that is on no record, on these hosts; it shows no certificate."""
    return Scene(app=app, blueprint=ctx.blueprints.named(app.blueprint), targets=targets, roots="")


def judged(ctx: Context, scene: Scene) -> Health:
    """Knocks at every host of a scene, until one does not answer; by the network alone."""
    if not scene.targets:
        return Health(well=False, words=Sentence(NOWHERE).words)
    for target in scene.targets:
        for check in scene.checks:
            _, fault = _asked(ctx, scene, check, target)
            if fault is not None:
                return Health(well=False, words=fault.sentence.words)
    return Health(well=True, words=Sentence(WELL, {"count": len(scene.checks) * len(scene.targets)}).words)


def sights(ctx: Context, scene: Scene) -> Iterator[Sight]:
    """One for each check, whatever the others come to; it is well where it is on every host."""
    for check in scene.checks:
        yield _sight(ctx, scene, check)


def by_url(ctx: Context) -> dict[str, App]:
    """The applications that are deployed, by the address that people know."""
    with ctx.unit_of_work(platform_request("apps")) as uow:
        return {app.url: app for app in uow.apps.serving()}


def answer(ctx: Context, app: App) -> Answer:
    """The same as a look at a service comes to: whether it answers, and from which host."""
    with ctx.unit_of_work(platform_request(f"app:{app.id}")) as uow:
        targets = uow.hosts.targets([place.host_id for place in uow.apps.places(app.id)])
    health = look(ctx, app)
    peer = targets[0].address if targets else None
    return Answer(answered=health.well, peer=peer, error=None if health.well else health.words["en"])


def _sight(ctx: Context, scene: Scene, check: Check) -> Sight:
    found = [_asked(ctx, scene, check, target) for target in scene.targets]
    kind = str(type(check).__struct_config__.tag)
    about = {"check": check.name, "kind": kind, "target": _target(scene, check)}
    fault = next((fault for _, fault in found if fault is not None), None)
    if not found:
        fault = Fault(Cause.OUTAGE, Sentence(NOWHERE))
    ends = [seen.certificate_until for seen, _ in found if seen.certificate_until is not None]
    until = min(ends, default=scene.app.certificate_until if isinstance(check, CertificateCheck) else None)
    said = fault.sentence if fault else Sentence(ANSWERS)
    if fault is None and until is not None:
        left = (until - ctx.clock.now()).days
        said = Sentence(ANSWERS_UNTIL, {"day": until.date().isoformat(), "days": left})
    return Sight(
        **about, words=said.words, cause=fault.cause if fault else None,
        seconds=max((seen.seconds for seen, _ in found), default=0.0), certificate_until=until,
    )  # fmt: skip


def _asked(ctx: Context, scene: Scene, check: Check, target: Target) -> tuple[Seen, Fault | None]:
    """What one host answers to one check, and what is wrong with that."""
    knock = _knock(scene, check, target)
    match check:
        case HttpCheck():
            seen = ctx.doors.http(knock, check.path)
            return seen, _silent(check, target, seen) or _wrong(scene.app, check, target, seen)
        case CertificateCheck():
            seen = ctx.doors.certificate(knock)
            return seen, _silent(check, target, seen) or _ending(ctx, check, target, seen)
        case TcpCheck() | DatabaseCheck():
            seen = ctx.doors.tcp(knock)
            return seen, _silent(check, target, seen)


def _target(scene: Scene, check: Check) -> str:
    """What is looked at, in a word."""
    name = scene.app.address
    if isinstance(check, HttpCheck):
        return f"{'https' if scene.app.certificate else 'http'}://{name}{check.path}"
    return f"{name}:{check.port}"


def _knock(scene: Scene, check: Check, target: Target) -> Knock:
    app, blueprint = scene.app, scene.blueprint
    if isinstance(check, HttpCheck):
        port = blueprint.port if app.certificate else blueprint.plain_port
        return Knock(
            address=target.address, port=port, name=app.address, tls=app.certificate is not None, roots=scene.roots
        )  # fmt: skip
    tls = isinstance(check, CertificateCheck)
    return Knock(address=target.address, port=check.port, name=app.address, tls=tls, roots=scene.roots)


def _silent(check: Check, target: Target, seen: Seen) -> Fault | None:
    if seen.answered:
        return None
    if seen.expired:
        return Fault(Cause.CERTIFICATE_EXPIRED, Sentence(HAS_EXPIRED, {"host": target.name}))
    told = {"host": target.name, "check": check.name, "error": seen.error or "-"}
    return Fault(Cause.OUTAGE, Sentence(NOT_WELL, told))


def _wrong(app: App, check: HttpCheck, target: Target, seen: Seen) -> Fault | None:
    told = {"host": target.name, "check": check.name}
    if seen.status != check.status:
        return Fault(Cause.OUTAGE, Sentence(WRONG_STATUS, {**told, "status": seen.status, "wanted": check.status}))
    wanted = _filled(check.contains, app)
    if wanted and wanted not in unescape(seen.text):
        return Fault(Cause.OUTAGE, Sentence(WRONG_TEXT, {**told, "text": wanted}))
    return None


def _ending(ctx: Context, check: CertificateCheck, target: Target, seen: Seen) -> Fault | None:
    until = seen.certificate_until
    if until is None or until - ctx.clock.now() >= timedelta(days=check.days_left):
        return None
    told = {"host": target.name, "check": check.name, "day": until.date().isoformat()}
    return Fault(Cause.CERTIFICATE_ENDING, Sentence(ENDS_SOON, told))


def _filled(text: str, app: App) -> str:
    """What a page has to show, with the parameters of the instance in the place of {their names}."""
    for name, value in app.parameters.items():
        text = text.replace("{" + name + "}", str(value))
    return text
