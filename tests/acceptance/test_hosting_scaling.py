"""Published data through the platform on three real hosts: on two behind a balancer, upgraded there, back, moved, kept.

The tests are the chapters of one story and run in this order. The page is read as a citizen reads it, through the name
and with the platform's root alone; restic is asked by itself what its store holds. The name server is a stand-in.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml

from cloudctl.automation.runner import AnsibleAutomation, shipped
from cloudctl.bootstrap import BLUEPRINTS, SystemClock
from cloudctl.domain.app_acts import AppAct
from cloudctl.domain.apps import App
from cloudctl.domain.errors import Conflict
from cloudctl.domain.lifecycle_apps import BUSY
from cloudctl.domain.runs import Played
from cloudctl.ports.automation import Job
from cloudctl.ports.context import platform
from cloudctl.secrets.redact import redact, redact_text
from cloudctl.services import app_changes, app_retention, app_scaling, apps, authorities, hosts
from cloudctl.services.apps import AppForm, Status
from cloudctl.settings import Apps
from tests.bench.runs import enrolled
from tests.factories import Installed, installation
from tests.lab.hosts import Host, HostSet, needs, temporary
from tests.seeds import ZONE
from tests.stand_in import World
from tests.visits import visited, visiting
from tests.waiting import until

pytestmark = pytest.mark.timeout(3600)

TITLE = "公共数据开放"
FIRST, SECOND = "day,mm\n2026-11-01,9\n", "day,mm\n2026-11-01,9\n2026-11-02,4\n"
RAIN = "/datasets/rain.csv"
LONG_AGO = timedelta(days=400)
BALANCER = "haproxy"
NEWER, MISTAKE = "1.1.0", "3.0.0"
PAGE = """\
{% if app.version == '3.0.0' %}
    return 503;
{% endif %}
    location = /release { default_type text/plain; return 200 '{{ app.version }}'; }
    root """


class Listening(AnsibleAutomation):
    """Remembers the password by which a run opened the store: restic is asked with it, the platform tells nobody."""

    password: str = ""

    def play(self, job: Job, **ways: Any) -> Played:
        (secrets,) = job.secrets["app_secrets"].values()
        self.password = secrets.get("restic_password") or self.password
        return super().play(job, **ways)


@dataclass
class Town:
    """An installation, its three hosts and what is deployed on them."""

    city: Installed
    machines: HostSet
    world: World
    automation: Listening
    app_id: UUID = field(init=False)
    name: str = field(init=False)
    roots: str = field(init=False)

    @property
    def status(self) -> Status:
        """As its department sees it."""
        return apps.status(self.city.ctx, self.city.people["officer"], self.app_id)

    @property
    def app(self) -> App:
        return self.status.app

    def deploy(self) -> None:
        form = AppForm(
            blueprint="open-data", release="1.0.0", zone=ZONE, code="fgw-data", parameters={"title": TITLE},
            no_state_secrets=True,
        )  # fmt: skip
        made = apps.deploy(self.city.ctx, self.city.people["officer"], form, self.city.ids["fgw"])
        self.app_id = made.id
        self.settled(made)
        self.name, self.roots = self.app.address, authorities.trusted_tls(self.city.ctx, platform("test"))

    def act(self, begin: Callable[..., App], *, ends: str = "done", **wanted: Any) -> None:
        """One act, to this end; where the platform is at work of its own accord, after that."""

        def accepted() -> App | None:
            with suppress(Conflict):
                return begin(self.city.ctx, self.city.people["officer"], self.app_id, **wanted)
            assert self.app.state in {*BUSY, "running"}, (self.app.state, self.app.reason)
            return None

        self.settled(until(accepted, within_s=600, every_s=1, what=lambda: self.app), ends)

    def settled(self, begun: App, ends: str = "done") -> None:
        """What was begun with it has come to this end, and it runs."""

        def act() -> AppAct:
            (found,) = (one for one in self.status.acts if one.id == begun.act_id)
            return found

        until(lambda: act().ended, within_s=1200, every_s=1, what=lambda: self.app)
        assert act().state == ends, (act().kind, act().reason, act().stands)
        assert self.app.state in {"running", *BUSY}, (self.app.state, self.app.reason)

    def there(self, host: UUID) -> Host:
        """A host on record, as its administrator reaches it."""
        (address,) = (target.address for target in self.status.hosts if target.id == host)
        (found,) = (machine for machine in self.machines.values() if machine.address == address)
        return found

    @property
    def serving(self) -> list[Host]:
        """Where it stands."""
        return [self.there(place.host_id) for place in self.status.places if not place.balancer]

    @property
    def balancers(self) -> list[Host]:
        return [self.there(place.host_id) for place in self.status.places if place.balancer]

    def page(self, path: str = "/", *, at: Host | None = None) -> tuple[int, str]:
        """What its name leads to, or what one host shows under that name."""
        (led,) = self.world.led()[self.name] if at is None else (at.address,)
        return visited(led, self.name, self.roots, path)

    def publish(self, host: Host, text: str) -> None:
        """As who publishes does it: a file into the folder of the data sets."""
        path = f"/srv/apps/{self.app.instance}{RAIN}"
        host.ssh("sudo", "-u", self.app.instance, "tee", path, stdin=text)
        until(lambda: "rain.csv" in self.page(at=host)[1], what=lambda: self.page(at=host))

    def left_on(self, host: Host, *names: str) -> list[str]:
        """Which of these an administrator still finds there: users, folders, sites, units, balancers."""
        look = "ls /srv/apps /etc/nginx/sites-enabled /etc/haproxy/apps 2>/dev/null; cat /etc/passwd; systemctl --all"
        found = host.ssh("sudo", "sh", "-s", stdin=look, check=False).stdout
        return [name for name in names if name in found]

    def kept(self) -> set[str]:
        """The snapshots that restic finds in the store of this application."""
        url, password = f"{self.machines.store.url}/{self.app.instance}", self.automation.password
        script = f"RESTIC_PASSWORD='{password}' restic --no-cache -r {url} snapshots --json\n"
        return {one["id"] for one in json.loads(self.serving[0].ssh("sudo", "sh", "-es", stdin=script).stdout)}


def with_releases(blueprint: Path) -> None:
    """A copy of a shipped blueprint that says which release it is, with a newer one and one that answers nobody."""
    shutil.copytree(BLUEPRINTS / blueprint.name, blueprint)
    described, page = blueprint / "blueprint.yaml", blueprint / "templates/site.conf.j2"
    document = yaml.safe_load(described.read_text("utf-8"))
    first = document["releases"][0]
    document["releases"].append(first | {"version": NEWER, "upgrades_from": ["1.0.0"]})
    document["releases"].append(first | {"version": MISTAKE, "upgrades_from": ["1.0.0", NEWER]})
    described.write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")
    page.write_text(page.read_text("utf-8").replace("    root ", PAGE, 1), "utf-8")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    home = tmp_path_factory.mktemp("scaling")
    blueprints = home / "blueprints"
    with_releases(blueprints / "open-data")
    automation = Listening(
        playbooks_dir=shipped("playbooks"), blueprints_dirs=(BLUEPRINTS, blueprints),
        redact=redact_text, redact_data=redact,
    )  # fmt: skip
    world = World(home / "world.sqlite3")
    with temporary(3) as machines:
        machines.fetch(*needs.blueprints("open-data"), BALANCER)
        machines.store.start()
        hosting = Apps(zone="apps.test", backups=machines.store.url, blueprints_dir=str(blueprints), answer_within_s=20)
        settings = {"apps": hosting, "engine_poll_s": 0.1}
        outside: dict[str, Any] = {"clock": SystemClock(), "automation": automation, "names": world.names}
        with installation(home, **outside, **settings) as city:
            for key in enrolled(city, machines):
                hosts.update(city.ctx, city.people["operator"], key, {"shared": True})
            with city.worker():
                yield Town(city, machines, world, automation)


def test_one_host_serves_what_was_published(town: Town) -> None:
    town.deploy()
    (host,) = town.serving
    town.publish(host, FIRST)
    status, page = town.page()
    assert (status, TITLE in page) == (200, True)
    assert town.page(RAIN) == (200, FIRST)


def test_two_hosts_behind_a_balancer_serve_the_same(town: Town) -> None:
    town.act(app_scaling.scale, hosts=2)
    (balancer,), serving = town.balancers, town.serving
    assert town.app.instances == len({host.name for host in serving}) == 2
    assert balancer.name not in {host.name for host in serving}
    assert town.world.led()[town.name] == [balancer.address]

    assert town.page(RAIN) == (200, FIRST)
    assert [town.page(RAIN, at=host) for host in serving] == [(200, FIRST)] * 2
    for host in serving:  # without the one, the other answers, and nobody is told another name
        host.ssh("sudo", "systemctl", "stop", "nginx")
        assert town.page(RAIN, at=host) == (0, "")
        until(lambda: town.page(RAIN) == (200, FIRST), what=lambda: town.page(RAIN))
        host.ssh("sudo", "systemctl", "start", "nginx")
        until(partial(back, town, host), what=lambda: town.page(RAIN))


def back(town: Town, host: Host) -> bool:
    """Whether the balancer leads visitors there again."""
    log = f"/var/log/nginx/{town.app.instance}.access.log"

    def lines() -> int:
        return int(host.ssh("sudo", "grep", "-c", f"'{RAIN}'", log, check=False).stdout or 0)

    before = lines()
    assert all(town.page(RAIN) == (200, FIRST) for _ in range(4))
    return lines() > before


def test_a_release_comes_host_by_host_and_no_visitor_notices(town: Town) -> None:
    with visiting(lambda: town.page(RAIN), lambda seen: seen == (200, FIRST)) as visitor:
        town.act(app_changes.upgrade, release=NEWER)
    assert town.app.release == NEWER
    assert [town.page("/release", at=host) for host in town.serving] == [(200, NEWER)] * 2
    assert visitor.count > 10
    assert visitor.bad == []


def test_one_that_answers_nobody_is_rolled_back_and_no_visitor_notices(town: Town) -> None:
    with visiting(lambda: town.page(RAIN), lambda seen: seen == (200, FIRST)) as visitor:
        town.act(app_changes.upgrade, release=MISTAKE, ends="rolled_back")
    assert town.app.release == NEWER
    (reason,) = (act.reason["en"] for act in town.status.acts if act.state == "rolled_back")
    assert "503" in reason
    assert [town.page("/release", at=host) for host in town.serving] == [(200, NEWER)] * 2
    assert [town.page(RAIN, at=host) for host in town.serving] == [(200, FIRST)] * 2
    assert visitor.count > 10
    assert visitor.bad == []
    for host in town.serving:
        until(partial(back, town, host), what=lambda: town.page(RAIN))


def test_back_on_one_host_the_balancer_is_gone(town: Town) -> None:
    (balancer,), before = town.balancers, town.serving
    town.act(app_scaling.scale, hosts=1)
    (host,) = town.serving
    assert (town.app.instances, town.balancers) == (1, [])
    assert town.world.led()[town.name] == [host.address]
    assert town.page(RAIN) == (200, FIRST)
    assert town.page(at=balancer) == (0, "")
    (left,) = (other for other in before if other.name != host.name)
    assert town.page(at=left) == (0, "")
    assert not any(town.left_on(one, town.app.instance) for one in (balancer, left))


def test_it_moves_to_another_host_with_its_content(town: Town) -> None:
    (before,) = town.serving
    town.publish(before, SECOND)
    town.act(app_changes.move)
    (after,) = town.serving
    assert after.name != before.name
    assert town.world.led()[town.name] == [after.address]
    assert town.page(RAIN) == (200, SECOND)
    assert TITLE in town.page()[1]
    assert town.page(at=before) == (0, "")
    assert not town.left_on(before, town.app.instance)


def test_a_backup_is_restored_beside_it_and_nothing_of_that_is_left(town: Town) -> None:
    town.act(app_changes.back_up)
    newest = town.status.backups[0]
    town.act(app_changes.prove, backup_id=newest.id)
    (proven,) = (backup for backup in town.status.backups if backup.id == newest.id)
    assert (proven.state, proven.reason) == ("verified", {})
    assert proven.verified_at is not None
    assert town.page(RAIN) == (200, SECOND)
    (serving,) = town.serving
    for machine in town.machines.values():
        scratch = f"{town.app.instance[:16]}t"
        assert not town.left_on(machine, scratch), machine.name
        assert bool(town.left_on(machine, town.app.instance)) == (machine.name == serving.name)


def test_what_is_over_leaves_the_store_and_the_newer_stays(town: Town) -> None:
    newest, *older = [backup for backup in town.status.backups if backup.state != "purged"]
    assert town.kept() == {newest.snapshot, *(backup.snapshot for backup in older)}
    assert older
    with town.city.ctx.unit_of_work(platform("test")) as uow:
        for backup in (uow.app_backups.lock(one.id) for one in older):
            backup.taken_at -= LONG_AGO
            backup.keep_until = backup.taken_at.date()
    assert app_retention.forget_due(town.city.ctx, platform("test")) == 1
    town.settled(town.app)
    assert town.kept() == {newest.snapshot}
    assert {backup.state for backup in town.status.backups if backup.id in {one.id for one in older}} == {"purged"}
    assert town.page(RAIN) == (200, SECOND)
