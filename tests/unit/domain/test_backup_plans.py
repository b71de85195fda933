"""Which plan holds, when a backup is due, and why an application could not be brought back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from cloudctl.domain.app_backups import AppBackup
from cloudctl.domain.backup_plans import why_not
from cloudctl.domain.errors import ConfigurationError
from cloudctl.domain.identifiers import new_id
from cloudctl.policy import backup_plans
from cloudctl.policy.documents import shipped

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PLANS = backup_plans.load(shipped())
USUAL = PLANS.of("department-site", 2)


def backup(hours: float, state: str = "kept", verified_days: float | None = None) -> AppBackup:
    verified = None if verified_days is None else NOW - timedelta(days=verified_days)
    return AppBackup(
        app_id=new_id(), department_id=new_id(), snapshot="ab", release="2.0.0", cause="schedule", state=state,
        taken_at=NOW - timedelta(hours=hours), verified_at=verified, created_at=NOW,
    )  # fmt: skip


def reason(*backups: AppBackup) -> str | None:
    found = why_not(backups, USUAL, NOW)
    return None if found is None else found.words["en"]


def test_the_first_plan_that_fits_holds() -> None:
    assert [PLANS.of(*one).name for one in (("database", 1), ("maps", 3), ("maps", 2))] == [
        "databases", "protected", "usual",
    ]  # fmt: skip


def test_it_is_due_once_the_time_is_over() -> None:
    assert USUAL.due(None, NOW)
    assert USUAL.due(NOW - timedelta(hours=168), NOW)
    assert not USUAL.due(NOW - timedelta(hours=167), NOW)


def test_each_reason_has_its_words() -> None:
    assert reason() == reason(backup(1, "purged")) == "It was never backed up."
    assert reason(backup(1, "broken"), backup(2, "broken")) == ("None of its 2 backups could be restored as a test.")
    assert "2026-11-01" in str(reason(backup(21 * 24, verified_days=1)))
    assert "ever restored as a test" in str(reason(backup(1)))
    assert "on 2026-08-13 last" in str(reason(backup(1), backup(200, "verified", verified_days=101)))
    assert reason(backup(1), backup(200, "verified", verified_days=5)) is None


def test_a_last_plan_that_leaves_something_out_is_refused(tmp_path: Path) -> None:
    written: dict[str, Any] = yaml.safe_load((shipped() / backup_plans.FILE).read_text(encoding="utf-8"))
    written["plans"] = written["plans"][:2]
    (tmp_path / backup_plans.FILE).write_text(yaml.safe_dump(written), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="does not fit every application"):
        backup_plans.load(tmp_path)
    (tmp_path / backup_plans.FILE).write_text("version: 1\nplans: []\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="form of plans"):
        backup_plans.load(tmp_path)
