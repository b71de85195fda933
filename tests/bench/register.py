"""Sheets of the register: 10,000 systems with every field, read, checked and written, against openpyxl reading them."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from json import dumps, loads
from pathlib import Path
from random import Random
from subprocess import PIPE, run
from tempfile import TemporaryDirectory
from typing import Any

from tests.bench.measures import Clock, Goal, Measure, Rounds, cpu_seconds
from tests.lab.postgres import PostgresServer

SYSTEMS = 10_000
DEPARTMENTS = 100
ROUNDS = 5


def measure() -> list[Measure]:
    """Each contender is a process of its own, in turn, several rounds."""
    rounds, peaks = Rounds(), dict[str, float]()
    with TemporaryDirectory() as directory, PostgresServer() as postgres:
        file = str(Path(directory, "systems.xlsx"))
        _ask("write", file)

        def contend(name: str, *arguments: str) -> Clock:
            told = _ask(name, file, *arguments)
            peaks[name] = max(peaks.get(name, 0), told["memory_mib"])
            return Clock(told["wall_s"], told["cpu_s"])

        def on_postgresql() -> Clock:
            url = postgres.create_database()
            try:
                return contend("postgresql", url, str(postgres.pid))
            finally:
                postgres.drop_database(url.rpartition("/")[2])

        contenders = {name: partial(contend, name) for name in ("openpyxl", "sqlite", "again")}
        rounds.run({**contenders, "postgresql": on_postgresql}, ROUNDS)
    return [_against(rounds, peaks, name, words) for name, words in WORDS.items()]


WORDS = {
    "sqlite": "import of 10,000 systems: read, checked, written (SQLite)",
    "postgresql": "import of 10,000 systems: read, checked, written (PostgreSQL, its CPU counted)",
    "again": "the same sheet a second time: nothing changes (SQLite)",
}


def _against(rounds: Rounds, peaks: dict[str, float], name: str, words: str) -> Measure:
    wall, cpu = rounds.wall(name) / rounds.wall("openpyxl"), rounds.cpu(name) / rounds.cpu("openpyxl")
    return Measure(
        words,
        "openpyxl 3.1 read-only, merely reading the same cells",
        wall,
        Goal("<=", 2.0),
        f"wall {rounds.wall(name):.2f} s vs {rounds.wall('openpyxl'):.2f} s; CPU ratio {cpu:.2f} "
        f"({rounds.cpu(name):.2f} s vs {rounds.cpu('openpyxl'):.2f} s); peak {peaks[name]:.0f} MiB",
        "x",
    )


def _ask(*arguments: str) -> dict[str, float]:
    done = run([sys.executable, "-m", "tests.bench.register", *arguments], check=True, stdout=PIPE)
    return loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def openpyxl(file: str) -> dict[str, float]:
    """The fastest way that it has: read-only, values only."""
    from openpyxl import load_workbook

    from cloudctl.domain.register_sheets import SHEETS

    with _timed([]) as told:
        book = load_workbook(file, read_only=True)
        rows = sum(1 for _ in book[SHEETS["systems"].title].iter_rows(min_row=4, values_only=True))
        assert rows == SYSTEMS
    return told


def imported(file: str, database: str, pids: list[int], *, again: bool = False) -> dict[str, float]:
    """The use case that the API calls."""
    from cloudctl.services import register_sheets

    data = Path(file).read_bytes()
    with _city(database) as (ctx, seed):
        if again:
            register_sheets.take(ctx, seed, "systems", data)
        with _timed(pids) as told:
            receipt = register_sheets.take(ctx, seed, "systems", data)
        assert (receipt.added, receipt.unchanged) == ((0, SYSTEMS) if again else (SYSTEMS, 0))
    return told


def written(file: str) -> dict[str, float]:
    """The sheet itself: every column of the template filled in every row."""
    from cloudctl.documents import sheets
    from cloudctl.domain.forms import Entry
    from cloudctl.domain.register_sheets import SHEETS
    from cloudctl.domain.sheets import SheetForm

    form = SHEETS["systems"]
    lists = {**form.words, "departments": [Entry(f"d{n:03}", f"d{n:03} 部门{n}") for n in range(DEPARTMENTS)]}
    lists |= {"zones": [Entry("extranet", "extranet 政务外网区")], "classifications": (), "systems": (), "rooms": ()}
    random = Random(1)
    with _timed([]) as told:
        made = SheetForm(lists=lists, day="2026-11-22", rows=[_row(n, random) for n in range(SYSTEMS)])
        Path(file).write_bytes(sheets.write(form.sheet, made))
    return told


def _row(number: int, random: Random) -> dict[str, Any]:
    """A system as a department fills it in."""
    from cloudctl.domain.register import Kind
    from cloudctl.domain.register_sheets import SHEETS

    day = date(2018, 1, 1) + timedelta(days=number % 2000)
    row: dict[str, Any] = {"no_state_secrets": "是"}
    for field in SHEETS["systems"].fields:
        match field.kind:
            case Kind.DAY:
                row[field.name] = day + timedelta(days=400 if field.name.endswith(("due_on", "until")) else 0)
            case Kind.WHOLE:
                row[field.name] = random.randint(max(field.least, 1), min(field.most or 9000, 5))
            case Kind.FEN:
                row[field.name] = random.randrange(10_000_000) / 100
            case Kind.YES:
                row[field.name] = random.choice(["是", "否"])
            case Kind.WORD:
                row[field.name] = random.choice(field.options).label_zh
            case Kind.URL:
                row[field.name] = f"https://s{number}.example.gov.cn/"
            case Kind.TEXT:
                row[field.name] = f"面向全市各部门的业务办理与数据共享，第 {number} 项，{field.title_zh}说明"
            case Kind.CODE:
                row[field.name] = f"{field.title_zh}{number}"
    row |= {
        "code": f"s{number:05}", "name": f"业务系统{number}号", "department_id": f"d{number % DEPARTMENTS:03}",
        "network": "extranet 政务外网区", "status": "在用", "merged_into_id": None, "room_id": None,
        "classification": None, "data_items": 9, "contact_phone": "0532-8591" + str(number),
    }  # fmt: skip
    return row


@contextmanager
def _city(database: str) -> Iterator[tuple[Any, Any]]:
    from cloudctl.bootstrap import build
    from cloudctl.domain.departments import Level
    from cloudctl.ports.context import platform
    from cloudctl.services import catalogue, departments
    from cloudctl.settings import load

    with TemporaryDirectory() as directory:
        app = build(load({}, {"data_dir": directory, **({"database_url": database} if database else {})}))
        app.prepare()
        ctx, seed = app.context, platform("bench")
        zone = {"name": "政务外网区", "name_en": "Extranet", "max_mlps_level": 5}
        catalogue.put(ctx, seed, "zones", "extranet", zone)
        for number in range(DEPARTMENTS):
            departments.create(ctx, seed, code=f"d{number:03}", name=f"部门{number}", level=Level.CITY)
        app.settle()
        yield ctx, seed
        app.stop()


@contextmanager
def _timed(pids: list[int]) -> Iterator[dict[str, float]]:
    told: dict[str, float] = {}
    began, cpu, theirs = time.monotonic(), time.process_time(), cpu_seconds(pids)
    yield told
    told["wall_s"] = time.monotonic() - began
    told["cpu_s"] = time.process_time() - cpu + cpu_seconds(pids) - theirs
    told["memory_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _main(way: str, file: str, database: str = "", pid: str = "") -> None:
    ways: dict[str, Callable[[], dict[str, float]]] = {
        "write": lambda: written(file),
        "openpyxl": lambda: openpyxl(file),
        "sqlite": lambda: imported(file, "", []),
        "again": lambda: imported(file, "", [], again=True),
        "postgresql": lambda: imported(file, database, [int(pid)]),
    }
    print(dumps(ways[way]()))


if __name__ == "__main__":
    _main(*sys.argv[1:])
