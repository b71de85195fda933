"""The checks themselves: each kind of damage is seen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import text

from cloudctl.bootstrap import App
from tests.crash import checks, city
from tests.crash.scenarios import BUILDS, named
from tests.crash.stages import Stage, Stages


@pytest.fixture
def delivered(sqlite: Stages) -> Stage:
    stage = sqlite.stage(BUILDS[0])
    stage.work()
    return stage


def in_cloud(app: App, statement: str) -> None:
    import sqlite3

    with sqlite3.connect(Path(app.settings.data_dir) / f"simulated-{city.CLOUD}.sqlite3") as connection:
        connection.execute(statement, {"key": str(named(app, "oa-1").id)})
    connection.close()


def on_record(app: App, statement: str) -> None:
    with app.engines.write.begin() as connection:
        connection.execute(text(statement))


COPY = (
    "INSERT INTO objects (id, kind, key, tenant, name, vcpu, memory_mib, volume_gib, visible_at, state)"
    " SELECT 'another', kind, {key}, tenant, name, vcpu, memory_mib, volume_gib, visible_at, state"
    " FROM objects WHERE key = :key"
)
LINE = "order_id, department_id, at, state, actor, message, params, reason"
TWICE = f"INSERT INTO progress_lines ({LINE}) SELECT {LINE} FROM progress_lines WHERE message = 'Delivered.'"
DAMAGE = [
    ("made twice", in_cloud, COPY.format(key="key")),
    ("leaked", in_cloud, COPY.format(key="'unknown'")),
    ("lost", in_cloud, "DELETE FROM objects WHERE key = :key"),
    ("lost", on_record, "UPDATE servers SET backend_id = 'another'"),
    ("leaked", on_record, "UPDATE servers SET state = 'undone'"),
    ("vcpu", on_record, "UPDATE quotas SET committed = committed + 1 WHERE dimension = 'vcpu'"),
    ("vcpu", on_record, "UPDATE quotas SET held = held + 1 WHERE dimension = 'vcpu'"),
    ("is reserved, its network active", on_record, "UPDATE prefixes SET state = 'reserved'"),
    ("history", on_record, "UPDATE orders SET state = 'failed'"),
    ("is undone, its order delivered", on_record, "UPDATE colocations SET state = 'undone'"),
    ("told 2 times", on_record, TWICE),
    ("order_delivered", on_record, "DELETE FROM notices"),
    ("ended with ERROR", on_record, "UPDATE workflow_status SET status = 'ERROR'"),
]


@pytest.mark.parametrize(("seen_as", "where", "damage"), DAMAGE)
def test_damage_is_seen(seen_as: str, where: object, damage: str, delivered: Stage) -> None:
    with delivered.app() as app:
        checks.sound(app)
        where(app, damage)  # type: ignore[operator]
        with pytest.raises(AssertionError, match=re.escape(seen_as)):
            checks.sound(app)
