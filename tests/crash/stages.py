"""Cities to crash in, each test its own: a scenario is prepared once for a database, and copied."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from cloudctl.bootstrap import App, build
from cloudctl.domain.clouds import CloudKind
from cloudctl.settings import Settings
from tests.crash import checks, city, worker
from tests.crash.plays import outside
from tests.crash.points import Point
from tests.crash.scenarios import Scenario
from tests.crash.scenarios.scenario import Act
from tests.lab.postgres import PostgresServer


@dataclass(frozen=True, slots=True)
class Stage:
    """One city in one database and one directory."""

    settings: Settings

    @contextmanager
    def app(self) -> Iterator[App]:
        """The application without a worker, as an API process on this city."""
        app = build(self.settings, **outside(self.settings))
        try:
            yield app
        finally:
            app.stop()

    def act(self, act: Callable[[App], object]) -> None:
        with self.app() as app:
            act(app)

    def work(self, point: Point | None = None) -> bool:
        """Runs a worker to its end; answers whether it died at the point."""
        code = worker.run(self.settings, point)
        assert code == 0 or (point is not None and code == worker.KILLED), self._words(code)
        return code == worker.KILLED

    def recover(self, scenario: Scenario) -> None:
        """A clean worker after the crash; then everything must hold."""
        self.work()
        with self.app() as app:
            checks.sound(app)
            scenario.ended(app)
            if scenario.then is None:
                return
            scenario.then(app)
        self.work()
        with self.app() as app:
            checks.sound(app)
            scenario.finally_ended(app)

    def calls(self) -> dict[str, int]:
        """The steps that the last clean worker ran, and how many calls with an effect each made."""
        told: dict[str, int] = json.loads((Path(self.settings.data_dir) / worker.CALLS).read_text())
        return told

    def _words(self, code: int) -> str:
        log = Path(self.settings.data_dir) / worker.LOG
        return f"the worker ended with {code}:\n" + (log.read_text()[-4000:] if log.exists() else "")


@dataclass
class Stages:
    """Makes them, below `home`; on SQLite, or on PostgreSQL where there is a `server`. `first` is their first cloud."""

    home: Path
    server: PostgresServer | None
    first: CloudKind = CloudKind.SIMULATED
    _numbers: count[int] = field(default_factory=count)
    _prepared: dict[str, Settings] = field(default_factory=dict)
    _worked_off: dict[tuple[Act, ...], Settings] = field(default_factory=dict)
    _counted: dict[str, dict[str, int]] = field(default_factory=dict)

    def stage(self, scenario: Scenario) -> Stage:
        """A city in which the scenario's saga is queued."""
        return Stage(self._copy(self._prepare(scenario)))

    def empty(self) -> Stage:
        """A city without an order."""
        return Stage(self._copy(self._after(())))

    def busiest(self, step: str, scenarios: Iterable[Scenario]) -> Scenario:
        """The scenario in which the step makes the most calls; there must be one that reaches it."""
        reaching = [scenario for scenario in scenarios if step in self.calls(scenario)]
        assert reaching, f"no scenario reaches {step}"
        return max(reaching, key=lambda scenario: self.calls(scenario)[step])

    def calls(self, scenario: Scenario) -> dict[str, int]:
        """What the scenario's steps do when nobody dies."""
        if scenario.name not in self._counted:
            stage = self.stage(scenario)
            stage.work()
            self._counted[scenario.name] = stage.calls()
        return self._counted[scenario.name]

    def _prepare(self, scenario: Scenario) -> Settings:
        if scenario.name not in self._prepared:
            stage = Stage(self._copy(self._after(scenario.before)))
            stage.act(scenario.prepare)
            self._prepared[scenario.name] = stage.settings
        return self._prepared[scenario.name]

    def _after(self, acts: tuple[Act, ...]) -> Settings:
        """A city in which these were done; scenarios that begin alike share it."""
        if acts not in self._worked_off:
            self._worked_off[acts] = self._worked(acts) if acts else self._founded()
        return self._worked_off[acts]

    def _worked(self, acts: tuple[Act, ...]) -> Settings:
        stage = Stage(self._copy(self._after(acts[:-1])))
        stage.act(acts[-1])
        stage.work()
        return stage.settings

    def _founded(self) -> Settings:
        stage = Stage(self._settings(self.server.create_database() if self.server else None))
        stage.act(lambda app: (app.prepare(), city.found(app.context, self.first)))
        return stage.settings

    def _copy(self, original: Settings) -> Settings:
        url = self.server.create_database(template=original.database_url.rpartition("/")[2]) if self.server else None
        copy = self._settings(url)
        shutil.copytree(original.data_dir, copy.data_dir, dirs_exist_ok=True)
        return copy

    def _settings(self, url: str | None) -> Settings:
        directory = self.home / f"city-{next(self._numbers)}"
        directory.mkdir()
        return city.settings_for(url or f"sqlite:///{directory}/cloudctl.sqlite3", directory)
