"""The platform's own database is lost while an order is being built: restored from its backup, the build goes on.

The cloud has gone further than the backup knows. What was made since is found by its key, so nothing is made twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from cloudctl.bootstrap import SystemClock
from cloudctl.cli.exits import Exit
from cloudctl.providers.simulated import SimulatedCloud
from tests.e2e.installation import Installation, Process
from tests.e2e.people import application, approve, deliver, settle
from tests.lab.postgres import PostgresServer
from tests.waiting import until

DATABASE = "city"
WHOLE = {"network": 1, "server": 2, "volume": 2, "address": 1}
pytestmark = pytest.mark.timeout(600)


@dataclass
class Kind:
    """A database: how to lose it, and what runs on it."""

    settings: dict[str, str]
    lose: Callable[[Installation], None]
    processes: tuple[str, ...]


@contextmanager
def _sqlite() -> Iterator[Kind]:
    def lose(town: Installation) -> None:
        for path in town.data.glob("cloudctl.sqlite3*"):
            path.unlink()

    yield Kind({}, lose, ("serve",))


@contextmanager
def _postgresql() -> Iterator[Kind]:
    with PostgresServer() as server:

        def lose(_: Installation) -> None:
            server.drop_database(DATABASE)
            server.create_database(DATABASE)

        yield Kind({"database_url": server.create_database(DATABASE)}, lose, ("serve", "worker"))


@pytest.fixture(params=[_sqlite, _postgresql], ids=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> Iterator[Kind]:
    with request.param() as kind:
        yield kind


def test_a_lost_database_comes_back_in_the_middle_of_a_build(kind: Kind, tmp_path: Path) -> None:
    town = Installation(
        tmp_path,
        engine_poll_s=0.1,
        cloud_poll_s=0.2,
        settle_s=1,
        simulated__latency_min_s=6,  # so that the build outlives the backup, on a busy machine too
        simulated__latency_max_s=8,
        **kind.settings,  # type: ignore[arg-type]
    )
    archive = tmp_path / "cloudctl.backup"
    town.run("db", "upgrade")
    with _running(town, kind) as running:
        crew = settle(town)
        finished = deliver(crew, application(crew, "before"))
        order = approve(crew, application(crew, "flight"))
        where = f"/orders/{order['id']}"
        until(lambda: any("Volumes" in line["message"] for line in crew.officer.get(f"{where}/progress")))
        town.run("backup", str(archive))
        known = len(crew.auditor.rows("/audit"))
        assert crew.officer.get(where)["state"] == "provisioning"
        until(lambda: _objects(town)["server"] == 2 + WHOLE["server"])
        for process in running:
            process.kill()
    assert archive.stat().st_mode & 0o077 == 0
    assert b"nginx" not in archive.read_bytes()

    kind.lose(town)
    town.run("restore", str(archive))
    town.run("db", "upgrade")
    assert "not empty" in town.run("restore", str(archive), code=Exit.SERVER)
    with _running(town, kind) as running:
        crew.officer.await_state(where, "delivered")
        assert len(crew.auditor.rows("/audit")) > known
        assert crew.officer.get(f"/orders/{finished['id']}")["state"] == "delivered"
        assert _objects(town) == {name: 2 * count for name, count in WHOLE.items()}
        assert set(_keys(town).values()) == {1}
        assert {row["held"] for row in crew.officer.rows("/quotas")} == {0}
        for process in running:
            process.stop()


@contextmanager
def _running(town: Installation, kind: Kind) -> Iterator[list[Process]]:
    """All processes of the installation; whatever is left of them dies at the end."""
    with ExitStack() as stack:
        running = []
        for name in kind.processes:
            running.append(town.start(name))
            stack.callback(running[-1].kill)
        yield running


def _objects(town: Installation) -> Counter[str]:
    """What the cloud's own list has, by kind."""
    return Counter(kind for kind, _ in _inventory(town) if kind in WHOLE)


def _keys(town: Installation) -> Counter[str | None]:
    return Counter(key for kind, key in _inventory(town) if kind in {*WHOLE, "tenant"})


def _inventory(town: Installation) -> list[tuple[str, str | None]]:
    cloud = SimulatedCloud(town.data / "simulated-sim-1.sqlite3", clock=SystemClock(), code="sim-1")
    try:
        return [(item.kind, item.key) for item in cloud.inventory()]
    finally:
        cloud.close()
