from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy import text

from cloudctl.engine import WorkflowClient, connect, retention

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def test_only_what_ended_well_and_long_ago_is_forgotten(
    database: Database, start: Callable[..., None], workflows: WorkflowClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 1)
    cases = {
        "old": ("SUCCESS", 31),
        "older": ("CANCELLED", 300),
        "recent": ("SUCCESS", 29),
        "broken": ("ERROR", 300),
        "running": ("PENDING", None),
    }
    for key, (status, days) in cases.items():
        start(key, key)
        ended = None if days is None else int((NOW - timedelta(days=days)).timestamp() * 1000)
        with database.begin() as connection:
            connection.execute(
                text("UPDATE workflow_status SET status=:status, completed_at=:ended WHERE workflow_uuid=:key"),
                {"status": status, "ended": ended, "key": key},
            )
    assert retention.forget_finished(connect(database), NOW, keep_days=30) == 2
    assert {state.id for state in workflows.recent()} == {"recent", "broken", "running"}
