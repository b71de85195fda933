"""Applications: what is done to them ends well, is undone, or says what stands; nothing is done twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from cloudctl.bootstrap import App
from cloudctl.domain.secrets import about
from cloudctl.persistence.tables.apps import app_acts, app_backups, app_places, apps
from cloudctl.ports.context import Request
from cloudctl.services import app_changes, app_retention, app_scaling, hosts
from cloudctl.services import apps as services
from cloudctl.services.app_forms import AppForm
from cloudctl.services.deliveries import platform_request
from tests.crash import checks, city
from tests.crash.plays import world_of
from tests.crash.scenarios.orders import order_build
from tests.crash.scenarios.scenario import Scenario, named
from tests.factories import ssh_key

SITE = AppForm(blueprint="department-site", zone=city.ZONE, code="site", no_state_secrets=True)
FIRST, SECOND, NEXT = "fgw-site", "fgw-wiki", "fgw-next"


def share_hosts(app: App) -> None:
    """The two servers of the department take instances."""
    for number in (1, 2):
        server = named(app, f"oa-{number}")
        hosts.enrol(
            app.context, city.asked_by("operator"), server.id, host_key=ssh_key(), address=f"10.9.0.{number}",
            shared=True,
        )  # fmt: skip


def order_more(app: App) -> None:
    """Two servers more."""
    city.approved(app.context, city.plain_items("more"))


def share_more(app: App) -> None:
    """One of them takes instances, or a balancer."""
    server = named(app, "more-1")
    hosts.enrol(
        app.context, city.asked_by("operator"), server.id, host_key=ssh_key(), address="10.9.0.3", shared=True
    )  # fmt: skip


def queue_data(app: App) -> None:
    """One that can stand on several hosts."""
    form = AppForm(
        blueprint="open-data", zone=city.ZONE, code=FIRST, release="1.0.0", no_state_secrets=True
    )  # fmt: skip
    services.deploy(app.context, asker(), form)


def queue_scaling(app: App) -> None:
    (row,) = checks.rows(app, apps)
    app_scaling.scale(app.context, asker(), row.id, hosts=2)


def scaled(state: str, act_state: str, instances: int) -> Callable[[App], None]:
    """So many instances stand, behind a balancer from two on, and the name leads there; on record as outside."""

    def look(app: App) -> None:
        (row,) = checks.rows(app, apps)
        acts = {act.id: act for act in checks.rows(app, app_acts)}
        assert (row.state, acts[row.act_id].state) == (state, act_state), (row.reason, row.stands)
        world, places = world_of(app.settings), checks.rows(app, app_places)
        standing = world.instances()[FIRST]
        at = {one["host"] for one in standing}
        if state != "running":
            assert len(places) >= len(standing)
            return
        assert (row.instances, len(standing), len(at)) == (instances, instances, instances)
        assert [place.ready for place in places] == [True] * (instances + (instances > 1))
        balancers = world.balancers().get(FIRST, {})
        assert [set(backends) for backends in balancers.values()] == ([at] if instances > 1 else [])
        serving = set(balancers) or at
        known = world.read()["addresses"]
        assert world.led()[f"{FIRST}.apps.test"] == sorted(known[host] for host in serving)

    return look


def broken_on_second(app: App) -> None:
    """The host that has its turn after the other has no room for the release."""
    (row,) = checks.rows(app, apps)
    with app.context.unit_of_work(platform_request("test")) as uow:
        places = [place.host_id for place in uow.apps.places(row.id) if not place.balancer]
        (second,) = uow.hosts.targets(places[1:])
    world_of(app.settings).fault("upgrade_app", f"{FIRST}@{second.alias}", "half")


def one_by_one(act_state: str, release: str, backups: int) -> Callable[[App], None]:
    """Both hosts have the release, and nobody was led to one of them while that changed."""
    found = scaled("running", act_state, 2)

    def look(app: App) -> None:
        found(app)
        world = world_of(app.settings)
        assert {one["version"] for one in world.instances()[FIRST]} == {release}
        assert world.drained(FIRST) == []
        assert len(checks.rows(app, app_backups)) == backups
        came_to = world.acts("upgrade_app", "roll_back_app")
        assert len({act.host for act in came_to}) == 2
        assert all(len(act.led) == 1 and act.host not in act.led for act in came_to)

    return look


def queue_deployment(app: App) -> None:
    """Two applications, by one saga."""
    services.deploy_each(app.context, asker(), SITE, ["fgw"])


def queue_old(app: App) -> None:
    """One in a release that can be upgraded."""
    form = AppForm(
        blueprint="department-site", zone=city.ZONE, code=FIRST, release="1.0.0", no_state_secrets=True
    )  # fmt: skip
    services.deploy(app.context, asker(), form)


def queue_end(app: App) -> None:
    """It is retired, with what somebody wrote."""
    world_of(app.settings).write_content(FIRST, "minutes")
    queued("retire", reason="x")(app)


def queue_next(app: App) -> None:
    """Another one of its kind."""
    services.deploy(app.context, asker(), replace(SITE, code=NEXT))


def queue_coming_back(app: App) -> None:
    """What the retired one left is restored into the other."""
    (backup,) = checks.rows(app, app_backups)
    app_changes.restore(app.context, asker(), coded(app, NEXT).id, backup_id=backup.id)


def came_back(app: App) -> None:
    """With the passwords that go with the content, and nothing of the retired one stands."""
    row, before = coded(app, NEXT), coded(app, FIRST)
    assert (row.state, before.state) == ("running", "retired"), (row.reason, row.stands)
    ((code, (standing,)),) = world_of(app.settings).instances().items()
    assert (code, standing["content"]) == (NEXT, "minutes")
    with app.context.unit_of_work(platform_request("test")) as uow:
        sealed = [uow.secrets.of(key, "admin_password") for key in (row.id, before.id)]
    opened = {app.context.secrets.open(one.sealed, about(one.owner, one.name)) for one in sealed if one}
    assert len(opened) == 1


def coded(app: App, code: str) -> Any:
    return next(row for row in checks.rows(app, apps) if row.code == code)


def broken(*faults: tuple[str, str]) -> Callable[[App], None]:
    """Has what is outside go wrong: (what, kind)."""

    def act(app: App) -> None:
        for what, kind in faults:
            world_of(app.settings).fault(what, "2.0.0" if what == "health" else "*", kind)

    return act


def asker() -> Request:
    return city.asked_by("officer")


def queued(act: str, **given: Any) -> Callable[[App], None]:
    """Has something done to the one that there is."""

    def ask(app: App) -> None:
        (row,) = checks.rows(app, apps)
        getattr(app_changes, act)(app.context, asker(), row.id, **given)

    return ask


def queue_renewal(app: App) -> None:
    """Its certificate ends tomorrow."""
    (row,) = checks.rows(app, apps)
    with app.context.unit_of_work(platform_request("test")) as uow:
        uow.apps.lock(row.id).certificate_until = uow.now + timedelta(days=1)
    assert app_changes.renew_due(app.context, platform_request("job")) == 1


def queue_forgetting(app: App) -> None:
    """Of two backups the older one's time is over."""
    (row,) = checks.rows(app, apps)
    with app.context.unit_of_work(platform_request("test")) as uow:
        for backup in uow.app_backups.of_app(row.id):
            backup.taken_at -= timedelta(days=400)
            backup.keep_until = backup.taken_at.date()
        newest = uow.app_backups.of_app(row.id)[0]
        newest.taken_at = uow.now
    assert app_retention.forget_due(app.context, platform_request("job")) == 1


def proven(act_state: str, backup: str, *, left: int = 0) -> Callable[[App], None]:
    """The app is as it was, its backup as it was found, and of the test instance `left` stand, as is on record."""
    found = ends("running", act_state, backups=1, left=left)

    def look(app: App) -> None:
        found(app)
        (row,) = checks.rows(app, app_backups)
        assert (row.state, row.verified_at is not None) == (backup, backup == "verified")

    return look


def forgotten(app: App) -> None:
    """One is out of the store, and on record as that; the other is where it was."""
    ends("running", "done", backups=2)(app)
    rows = checks.rows(app, app_backups)
    assert sorted(row.state for row in rows) == ["kept", "purged"]
    assert {row.snapshot for row in rows if row.state == "kept"} == set(world_of(app.settings).snapshots())


def then(*acts: Callable[[App], None]) -> Callable[[App], None]:
    """One after the other."""

    def act(app: App) -> None:
        for each in acts:
            each(app)

    return act


def ends(
    state: str, act_state: str, *, places: int = 1, backups: int = 0, left: int = 0
) -> Callable[[App], None]:  # fmt: skip
    """The app and its last act, and that what stands outside is what is on record; `left` of a test restore."""

    def look(app: App) -> None:
        (row,) = checks.rows(app, apps)
        acts = {act.id: act for act in checks.rows(app, app_acts)}
        assert (row.state, acts[row.act_id].state) == (state, act_state), (row.reason, row.stands)
        assert all(act.ended_at is not None for act in acts.values())
        assert sorted(row.scratch for row in checks.rows(app, app_places)) == [False] * places + [True] * left
        assert len(checks.rows(app, app_backups)) == backups
        world = world_of(app.settings)
        standing = [one for where in world.instances().values() for one in where]
        if state in {"running", "retired", "failed"}:
            assert len(standing) == places + left
            assert len(world.led()) == (1 if state == "running" else 0)
        if state == "running":
            (serves,) = (one for one in standing if one["instance"] == row.instance)
            assert (serves["version"], serves["certificate"]) == (row.release, row.certificate)

    return look


BUILT = (order_build, share_hosts)
OLD = (*BUILT, queue_old)
UPGRADED = (*OLD, queued("upgrade"))
BACKED_UP = (*OLD, queued("back_up"))
ROOMY = (*BUILT, order_more, share_more, queue_data)
SCALED = (*ROOMY, queue_scaling)

APPS = (
    Scenario(name="app-deployed", saga="deploy_app", before=BUILT, prepare=queue_deployment,
             ended=ends("running", "done")),
    Scenario(name="app-undone", saga="deploy_app", before=(*BUILT, broken(("health", "fail"))),
             prepare=queue_deployment, ended=ends("failed", "undone", places=0)),
    Scenario(name="app-broke-off", saga="deploy_app", before=(*BUILT, broken(("names", "explode"))),
             prepare=queue_deployment, ended=ends("attention", "parked")),
    Scenario(name="app-upgraded", saga="upgrade_app", before=OLD, prepare=queued("upgrade"),
             ended=ends("running", "done", backups=1)),
    Scenario(name="app-upgrade-rolled-back", saga="upgrade_app", before=(*OLD, broken(("health", "fail"))),
             prepare=queued("upgrade"), ended=ends("running", "rolled_back", backups=1)),
    Scenario(name="app-upgrade-stopped", saga="upgrade_app", before=(*OLD, broken(("back_up_app", "fail"))),
             prepare=queued("upgrade"), ended=ends("running", "undone")),
    Scenario(name="app-upgraded-one-by-one", saga="upgrade_app", before=SCALED, prepare=queued("upgrade"),
             ended=one_by_one("done", "1.1.0", backups=2)),
    Scenario(name="app-upgrade-rolled-back-one-by-one", saga="upgrade_app", before=(*SCALED, broken_on_second),
             prepare=queued("upgrade"), ended=one_by_one("rolled_back", "1.0.0", backups=2)),
    Scenario(name="app-rolled-back", saga="roll_back_app", before=UPGRADED, prepare=queued("roll_back"),
             ended=ends("running", "done", backups=2)),
    Scenario(name="app-roll-back-stopped", saga="roll_back_app", before=(*UPGRADED, broken(("roll_back_app", "fail"))),
             prepare=queued("roll_back"), ended=ends("attention", "parked", backups=2)),
    Scenario(name="app-backed-up", saga="back_up_app", before=OLD, prepare=queued("back_up"),
             ended=ends("running", "done", backups=1)),
    Scenario(name="app-store-gone", saga="back_up_app", before=(*OLD, broken(("back_up_app", "fail"))),
             prepare=queued("back_up"), ended=ends("running", "undone")),
    Scenario(name="app-proven", saga="prove_app", before=BACKED_UP, prepare=queued("prove"),
             ended=proven("done", "verified")),
    Scenario(name="app-proof-broken", saga="prove_app", before=(*BACKED_UP, broken(("restore_app", "broken"))),
             prepare=queued("prove"), ended=proven("undone", "broken")),
    Scenario(name="app-proof-left", saga="prove_app", before=(*BACKED_UP, broken(("retire_app", "fail"))),
             prepare=queued("prove"), ended=proven("undone", "verified", left=1)),
    Scenario(name="backups-forgotten", saga="forget_backups", before=(*BACKED_UP, queued("back_up")),
             prepare=queue_forgetting, ended=forgotten),
    Scenario(name="backups-not-forgotten", saga="forget_backups",
             before=(*BACKED_UP, queued("back_up"), broken(("forget_backups", "fail"))),
             prepare=queue_forgetting, ended=ends("running", "undone", backups=2)),
    Scenario(name="app-restored", saga="restore_app", before=BACKED_UP, prepare=queued("restore"),
             ended=ends("running", "done", backups=1)),
    Scenario(name="app-came-back-in-another", saga="restore_app", before=(*OLD, queue_end, queue_next),
             prepare=queue_coming_back, ended=came_back),
    Scenario(name="app-restore-stopped", saga="restore_app", before=(*BACKED_UP, broken(("restore_app", "fail"))),
             prepare=queued("restore"), ended=ends("attention", "parked", backups=1)),
    Scenario(name="app-moved", saga="move_app", before=OLD, prepare=queued("move"),
             ended=ends("running", "done", backups=1)),
    Scenario(name="app-move-called-off", saga="move_app", before=(*OLD, broken(("restore_app", "fail"))),
             prepare=queued("move"), ended=ends("running", "undone", backups=1)),
    Scenario(name="app-move-left-two", saga="move_app",
             before=(*OLD, broken(("restore_app", "fail"), ("retire_app", "fail"))),
             prepare=queued("move"), ended=ends("attention", "parked", places=2, backups=1)),
    Scenario(name="app-scaled", saga="scale_app", before=ROOMY, prepare=queue_scaling,
             ended=scaled("running", "done", 2)),
    Scenario(name="app-not-scaled", saga="scale_app", before=(*ROOMY, broken(("restore_app", "fail"))),
             prepare=queue_scaling, ended=scaled("running", "undone", 1)),
    Scenario(name="app-scaled-in-part", saga="scale_app",
             before=(*ROOMY, broken(("restore_app", "fail"), ("retire_app", "fail"))),
             prepare=queue_scaling, ended=scaled("attention", "parked", 2)),
    Scenario(name="app-renewed", saga="renew_app", before=OLD, prepare=queue_renewal, ended=ends("running", "done")),
    Scenario(name="app-renewal-stopped", saga="renew_app", before=(*OLD, broken(("deploy_app", "fail"))),
             prepare=queue_renewal, ended=ends("attention", "parked")),
    Scenario(name="app-retired", saga="retire_app", before=OLD, prepare=queued("retire", reason="x"),
             ended=ends("retired", "done", places=0, backups=1)),
    Scenario(name="app-retirement-stopped", saga="retire_app", before=(*OLD, broken(("back_up_app", "fail"))),
             prepare=queued("retire", reason="x"), ended=ends("running", "undone")),
)  # fmt: skip
