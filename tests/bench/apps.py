"""Twenty departments' sites on two real hosts through the platform, against `ansible-playbook` by hand with the same.

Both deploy the same twenty instances, with the same arguments, certificates and secrets: those that the platform handed
to its run are given to the playbook by hand. Ours counts from the list of departments to the last site that answers its
checks, with names, certificates, register and evidence on record. The hosts have the packages already, and are cleared
between the rounds, which are interleaved; a second time by hand has to change nothing, and the platform does nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep
from typing import Any
from uuid import UUID

from cloudctl.automation.runner import AnsibleAutomation, shipped
from cloudctl.bootstrap import BLUEPRINTS, SystemClock
from cloudctl.domain.runs import Played
from cloudctl.ports.automation import Job
from cloudctl.secrets.redact import redact, redact_text
from cloudctl.services import apps
from cloudctl.services import hosts as host_services
from cloudctl.services.apps import AppForm
from cloudctl.settings import Apps
from tests.bench.measures import Clock, Goal, Measure, Rounds, clocked
from tests.bench.runs import enrolled
from tests.factories import Installed, installation
from tests.hosting.stage import Stage
from tests.lab.hosts import temporary
from tests.seeds import ZONE, department
from tests.stand_in import World

ROUNDS = 3
COUNT = 20
HAND, OURS, AGAIN = "by hand", "platform", "by hand again"


class Recorder(AnsibleAutomation):
    """Remembers what the runs were given: the same is played by hand."""

    variables: dict[str, Any]

    def play(self, job: Job, **ways: Any) -> Played:
        self.variables = {**job.arguments, "app_secrets": job.secrets["app_secrets"]}
        return super().play(job, **ways)


def measure() -> list[Measure]:
    """The ratio of the times, and the seconds of a second time, which changes nothing."""
    with temporary(2) as machines, TemporaryDirectory() as name:
        home = Path(name)
        automation = Recorder(
            playbooks_dir=shipped("playbooks"), blueprints_dirs=(BLUEPRINTS,), redact=redact_text, redact_data=redact
        )  # fmt: skip
        outside = {"automation": automation, "names": World(home / "world.sqlite3").names}
        stage = Stage(machines, home)
        settings = {"apps": Apps(zone="apps.test"), "engine_poll_s": 0.3}  # as shipped
        with installation(home, clock=SystemClock(), **outside, **settings) as city:
            ids = enrolled(city, machines)
            for key in ids:
                host_services.update(city.ctx, city.people["operator"], key, {"shared": True})
            names = dict(zip(("web-1", "web-2"), machines, strict=True))
            departments = [f"site{number:02}" for number in range(COUNT)]
            for code in departments:
                department(city.ctx, code, code)
            site = Sites(city, stage, automation, names, departments)
            rounds = Rounds()
            with city.worker():
                site.warm()
                rounds.run({OURS: site.through_the_platform, HAND: site.by_hand, AGAIN: site.again}, ROUNDS)
    ours, hand, again = rounds.wall(OURS), rounds.wall(HAND), rounds.wall(AGAIN)
    raw = f"by hand {hand:.1f} s, platform {ours:.1f} s; {COUNT} sites, 2 hosts, {ROUNDS} rounds"
    return [
        Measure("apps: 20 sites through the platform, time", "ansible-playbook by hand", ours / hand,
                Goal("<=", 1.2), raw),
        Measure("apps: the same 20 again, by hand", "", again, None, "0 changed; the platform begins no run", "s"),
    ]  # fmt: skip


class Sites:
    """The twenty, put up and taken away."""

    def __init__(
        self, city: Installed, stage: Stage, automation: Recorder, names: dict[str, str], departments: list[str]
    ) -> None:
        self.city, self.stage, self.automation = city, stage, automation
        self.names, self.departments = names, departments
        self.round, self.standing = 0, False

    def warm(self) -> None:
        """The packages, and everything that is only done once."""
        self.through_the_platform()
        self._clear()

    def through_the_platform(self) -> Clock:
        """From the list to the last answer; nothing is done for the same list again."""
        self._clear()
        self.round, self.standing = self.round + 1, True
        with clocked([]) as clock:
            made = self._asked()
            self._await([each.app.id for each in made])
        assert [each.new for each in self._asked()] == [False] * COUNT
        return clock

    def by_hand(self) -> Clock:
        """The same arguments and secrets."""
        self._clear()
        self.standing = True
        return self._played(lambda changed: changed > 0)

    def again(self) -> Clock:
        """Once more over what stands: nothing is changed."""
        return self._played(lambda changed: changed == 0)

    def _played(self, expected: Callable[[int], bool]) -> Clock:
        self.stage.hang_up()  # the platform's run has a key of its own, and so no connection of another one's
        with clocked([]) as clock:
            done = self.stage.play_with("deploy_app", self._variables()).well()
        assert expected(done.changed), done.changed
        return clock

    def _asked(self) -> list[apps.Each]:
        form = AppForm(
            blueprint="department-site", zone=ZONE, code=f"r{self.round}", no_state_secrets=True,
            parameters={"title": "部门网站"},
        )  # fmt: skip
        return apps.deploy_each(self.city.ctx, self.city.people["office-admin"], form, self.departments)

    def _await(self, ids: list[UUID]) -> None:
        """One after the other: whoever watches all of them ten times a second keeps the platform from its work."""
        for key in ids:
            while (app := self.city.read(lambda uow, key=key: uow.apps.get(key))).state != "running":
                assert app.state not in {"failed", "attention", "waiting"}, app.reason
                sleep(0.1)

    def _variables(self) -> dict[str, Any]:
        """What the platform's run was given, with the hosts by the lab's names."""
        given = self.automation.variables
        told = [{**app, "hosts": [self.names[_server(host)] for host in app["hosts"]]} for app in given["apps"]]
        return {**given, "apps": told}

    def _clear(self) -> None:
        """Nothing stands on the hosts, and nothing takes up room on record."""
        if not self.standing:
            return
        self.standing = False
        variables = self._variables()
        gone = [{**app, "retired_without_backup": "a round ends", "forget": []} for app in variables["apps"]]
        self.stage.play_with("retire_app", {**variables, "apps": gone}).well()
        with self.city.ctx.unit_of_work(self.city.people["office-admin"]) as uow:
            for app in uow.apps.serving():
                app.state = "retired"  # and nobody asks its checks any more
                for place in uow.apps.places(app.id):
                    uow.apps.leave(place)


def _server(alias: str) -> str:
    """The server's name out of the name by which Ansible knows it."""
    return alias.rpartition("-")[0]
