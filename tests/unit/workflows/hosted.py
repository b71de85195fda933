"""A city with two shared hosts, and everything outside of it in a world that is not there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from cloudctl.domain.app_acts import AppAct
from cloudctl.domain.apps import App
from cloudctl.domain.blueprints import Catalogue
from cloudctl.ports.queries import PageAsk
from cloudctl.services import app_changes, apps, hosts
from cloudctl.services.apps import AppForm
from cloudctl.settings import Apps
from tests.factories import Installed, installation, ssh_key
from tests.seeds import ZONE
from tests.stand_in import World

QUICK = Apps(answer_within_s=0.05, backups="/var/backups/restic")


@dataclass
class Hosted:
    """What a test works on."""

    city: Installed
    world: World
    hosts: list[UUID]

    @property
    def ctx(self) -> Any:
        return self.city.ctx

    def form(self, **changes: Any) -> AppForm:
        values = {"blueprint": "department-site", "zone": ZONE, "no_state_secrets": True} | changes
        return AppForm(**values)

    def asked(self, **changes: Any) -> App:
        return apps.deploy(self.ctx, self.city.people["officer"], self.form(**changes))

    def running(self, **changes: Any) -> App:
        """One that was deployed, and answers."""
        app = self.now(self.deployed(**changes))
        assert app.state == "running", (app.reason, app.stands)
        return app

    def deployed(self, **changes: Any) -> App:
        app = self.asked(**changes)
        self.city.run()
        return self.now(app)

    def done(self, act: str, app: App, **given: Any) -> App:
        """Has something done to it by its department, to the end."""
        getattr(app_changes, act)(self.ctx, self.city.people["officer"], app.id, **given)
        self.city.run()
        return self.now(app)

    def now(self, app: App) -> App:
        return self.city.read(lambda uow: uow.apps.get(app.id))

    def act(self, app: App) -> AppAct:
        """What was done to it last."""
        return self.city.read(lambda uow: uow.app_acts.get(self.now(app).act_id))

    def places(self, app: App) -> list[Any]:
        return self.city.read(lambda uow: list(uow.apps.places(app.id)))

    def backups(self, app: App) -> list[Any]:
        return self.city.read(lambda uow: list(uow.app_backups.of_app(app.id)))

    def told(self) -> list[str]:
        """The templates of the notices so far."""
        page = self.ctx.queries.notices.page(None, {}, PageAsk(limit=500))
        return [row.template for row in page.items]


@contextmanager
def hosted(
    tmp_path: Path, *, count: int = 2, blueprints: Catalogue | None = None, **settings: Any
) -> Iterator[Hosted]:  # fmt: skip
    """Two servers of the office's department, marked as shared."""
    world = World(tmp_path / "world.sqlite3")
    given = {"apps": QUICK} | settings
    outside: dict[str, Any] = {"automation": world.automation, "names": world.names, "doors": world.doors}
    with installation(tmp_path, blueprints=blueprints, **outside, **given) as city:
        ids = shared_hosts(city, count) if count else []
        yield Hosted(city, world, ids)


def shared_hosts(city: Installed, count: int) -> list[UUID]:
    """Delivered servers whose keys are pinned, and that take instances of any department."""
    made = city.resources(city.delivered(city.build_items("host", count=count, disks=0)))
    ids = [made[f"host-{number}"].id for number in range(1, count + 1)]
    for number, key in enumerate(ids, 1):
        hosts.enrol(
            city.ctx, city.people["operator"], key, host_key=ssh_key(), address=f"10.9.0.{number}", shared=True
        )  # fmt: skip
    return ids
