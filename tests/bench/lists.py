"""List 50 of 20,000 servers over HTTP: filter, keyset, token and roles; one worker each, one PostgreSQL.

Peers: the limit (Starlette + asyncpg, the database makes the JSON, no token, no roles) and Django REST framework
(what NetBox and Waldur stand on). Load: wrk, 32 connections, interleaved rounds. CPU counts the server and PostgreSQL.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import event, insert

from cloudctl.bootstrap import App, build
from cloudctl.domain.accounts import Role
from cloudctl.domain.clouds import CloudKind
from cloudctl.domain.departments import Level
from cloudctl.domain.identifiers import new_id
from cloudctl.persistence.tables import networks, servers
from cloudctl.ports.context import platform
from cloudctl.ports.queries import PageAsk
from cloudctl.services import accounts, catalogue, clouds, departments, tokens
from cloudctl.settings import load
from tests.bench.measures import Clock, Goal, Measure, Rounds, clocked
from tests.bench.servers import await_http, cloudctl, free_port, process
from tests.lab.postgres import PostgresServer

ROWS = 20_000
SECONDS = 5
CONNECTIONS = 32
PAGES_DEEP = 400


def measure() -> list[Measure]:
    """The list's ratios."""
    with PostgresServer() as postgres, tempfile.TemporaryDirectory() as directory:
        url = postgres.create_database()
        app = build(load({}, {"database_url": url, "data_dir": directory}))
        app.prepare()
        token = _fill(app)
        statements = _statements(app)
        deep = _deep_cursor(app)
        app.stop()
        dsn = url.replace("+psycopg", "")
        postmaster = postgres.pid
        ours, limit, django = free_port(), free_port(), free_port()
        environment = {
            "CLOUDCTL_DATABASE_URL": url, "CLOUDCTL_DATA_DIR": directory, "CLOUDCTL_LOG_LEVEL": "WARNING",
            "BENCH_DSN": dsn,
        }  # fmt: skip
        peer = [sys.executable, "-m", "tests.bench.peers"]
        log = Path(directory, "servers.log")
        bearer = {"Authorization": f"Bearer {token}"}
        with (
            process(cloudctl("serve", "--port", str(ours)), environment, log) as our_pid,
            process([*peer, "limit", str(limit)], environment, log) as limit_pid,
            process([*peer, "django", str(django)], environment, log) as django_pid,
        ):
            path, deep_path = "/v1/servers?state=active&limit=50", f"/v1/servers?state=active&limit=50&cursor={deep}"
            await_http(ours, path, bearer)
            await_http(limit, "/servers?state=active")
            await_http(django, "/servers?state=active", bearer)
            counts: dict[str, list[int]] = {}
            rounds = Rounds()
            rounds.run(
                {
                    "ours": _load(ours, path, [our_pid, postmaster], counts, "ours", token),
                    "limit": _load(limit, "/servers?state=active", [limit_pid, postmaster], counts, "limit"),
                    "django": _load(django, "/servers?state=active", [django_pid, postmaster], counts, "django", token),
                    "deep": _load(ours, deep_path, [our_pid, postmaster], counts, "deep", token),
                }
            )
    return _table(rounds, counts, statements)


def _table(rounds: Rounds, counts: dict[str, list[int]], statements: int) -> list[Measure]:
    done = {name: sorted(figures)[len(figures) // 2] for name, figures in counts.items()}
    rate = {name: done[name] / rounds.wall(name) for name in done}
    cpu_ms = {name: 1000 * rounds.cpu(name) / done[name] for name in done}
    raw = ", ".join(f"{name} {rate[name]:.0f}/s {cpu_ms[name]:.2f} ms CPU" for name in rate)
    return [
        Measure("list: requests/s, share of the limit", "Starlette + asyncpg + json_agg", rate["ours"] / rate["limit"],
                Goal(">=", 0.3), raw),
        Measure("list: CPU a request, times the limit's", "Starlette + asyncpg + json_agg",
                cpu_ms["ours"] / cpu_ms["limit"], Goal("<=", 3), raw),
        Measure("list: requests/s, times Django REST framework", "Django REST framework", rate["ours"] / rate["django"],
                Goal(">=", 6), raw),
        Measure("list: page 400 against page 1, time a request", "page 1", rate["ours"] / rate["deep"],
                Goal("<=", 1.2), raw),
        Measure("list: statements besides authentication", "-", statements, Goal("<=", 2), "counted"),
    ]  # fmt: skip


def _load(
    port: int, path: str, pids: list[int], counts: dict[str, list[int]], name: str, token: str | None = None
) -> Callable[[], Clock]:
    """A contender: one round of wrk against it."""

    def run() -> Clock:
        header = ["-H", f"Authorization: Bearer {token}"] if token else []
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", *header, f"http://127.0.0.1:{port}{path}"]
        with clocked(pids) as clock:
            report = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        if "Non-2xx" in report:
            raise RuntimeError(f"{name} refused requests:\n{report}")
        found = re.search(r"(\d+) requests in ([\d.]+)s", report)
        assert found is not None
        counts.setdefault(name, []).append(int(found[1]))
        clock.wall_s = float(found[2])
        return clock

    return run


def _fill(app: App) -> str:
    """20,000 servers of one department; answers the token of its officer."""
    ctx, seed = app.context, platform("bench")
    catalogue.put(ctx, seed, "zones", "extranet", {"name": "政务外网区", "name_en": "Extranet", "max_mlps_level": 3})
    clouds.register(
        ctx, seed, code="sim-1", name="sim", kind=CloudKind.SIMULATED, zones=frozenset({"extranet"}), capacity={}
    )
    department = departments.create(ctx, seed, code="bench", name="市大数据局", level=Level.CITY)
    officer = accounts.create(
        ctx, seed, login="officer", name="o", email="", department_id=department.id,
        roles=frozenset({Role.DEPARTMENT_OFFICER}),
    )  # fmt: skip
    _, secret = tokens.issue(ctx, seed, officer.id, name="bench")
    now, network = datetime.now(UTC), new_id()
    rows = [
        {
            "id": new_id(), "order_id": None, "item": 0, "department_id": department.id, "system_id": None,
            "cloud": "sim-1", "zone": "extranet", "name": f"bench-{number}", "state": "active",
            "backend_id": f"b-{number}", "created_at": now, "version": 1, "specification": "s2", "vcpu": 2,
            "memory_mib": 4096, "root_disk_gib": 40, "image": "openeuler-24", "network_id": network, "ssh_keys": [],
            "fixed_addresses": ["10.8.0.2"], "power": "on",
        }
        for number in range(ROWS)
    ]  # fmt: skip
    segment = {
        "id": network, "order_id": None, "item": 0, "department_id": department.id, "system_id": None,
        "cloud": "sim-1", "zone": "extranet", "name": "bench", "state": "active", "created_at": now, "version": 1,
        "cidr_v4": "10.8.0.0/16",
    }  # fmt: skip
    with app.engines.write.begin() as connection:
        connection.execute(insert(networks), segment)
        connection.execute(insert(servers), rows)
        connection.exec_driver_sql("ANALYZE servers")
    return secret


def _deep_cursor(app: App) -> str:
    """The cursor of page 400."""
    cursor = None
    for _ in range(PAGES_DEEP - 2):
        cursor = app.context.queries.servers.page(None, {"state": "active"}, PageAsk(limit=50, cursor=cursor)).next
    assert cursor is not None
    return cursor


def _statements(app: App) -> int:
    """How many statements a page costs."""
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(app.engines.read, "before_cursor_execute", note)
    app.context.queries.servers.page(None, {"state": "active"}, PageAsk(limit=500))
    event.remove(app.engines.read, "before_cursor_execute", note)
    return len(seen)
