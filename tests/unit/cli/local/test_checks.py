"""The doctor's eyes, on an installation made of stand-ins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cloudctl.cli.local import checks
from cloudctl.cli.local.doctor import examine, lines
from cloudctl.domain.calendars import Calendar
from cloudctl.domain.errors import ConfigurationError, Unreachable

NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)


class Rows:
    """A list that answers what it was given, for any filter."""

    def __init__(self, *items: object) -> None:
        self.items = list(items)

    def page(self, *_: object) -> SimpleNamespace:
        return SimpleNamespace(items=self.items)


@contextmanager
def uow(clouds: list[Any]) -> Iterator[SimpleNamespace]:
    yield SimpleNamespace(clouds=SimpleNamespace(all=lambda: clouds))


class Provider:
    def __init__(self, error: Exception | None) -> None:
        self.error = error

    def check(self) -> None:
        if self.error:
            raise self.error


@pytest.fixture
def app(tmp_path: Path) -> SimpleNamespace:
    tmp_path.chmod(0o700)
    clouds = [SimpleNamespace(code="city-a", kind="openstack", retired=False, error=None)]
    context = SimpleNamespace(
        clock=SimpleNamespace(now=lambda: NOW),
        queries=SimpleNamespace(
            audit=Rows(), orders=Rows(), notices=Rows(), clouds=Rows(), channels=list, check=lambda: None
        ),
        workflows=SimpleNamespace(recent=lambda **_: []),
        clouds=SimpleNamespace(provider=lambda cloud: Provider(cloud.error)),
        unit_of_work=lambda _request: uow(clouds),
    )
    settings = SimpleNamespace(data_dir=str(tmp_path), secret_keys=tmp_path / "secret.keys")
    return SimpleNamespace(context=context, settings=settings, differences=list, known=clouds)


@pytest.fixture(autouse=True)
def _machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with room and a time server."""
    monkeypatch.setattr(checks, "_adjtimex", lambda: 0)
    monkeypatch.setattr(checks.shutil, "disk_usage", lambda _path: SimpleNamespace(free=50 * 2**30, total=100 * 2**30))


def troubles(app: Any) -> dict[str, tuple[str, bool]]:
    return {result.check: (result.mend, result.grave) for result in examine(app) if result.mend}


def test_nothing_is_wrong(app: Any) -> None:
    assert troubles(app) == {}
    assert len(list(examine(app))) == len(checks.CHECKS)


def test_a_clock_that_nobody_keeps(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_adjtimex", lambda: checks.CLOCK_UNSYNCHRONISED)
    assert troubles(app) == {"Clock": ("timedatectl set-ntp true", False)}


def test_a_clock_that_went_back(app: Any) -> None:
    app.context.queries.audit = Rows(SimpleNamespace(at=NOW + timedelta(minutes=5)))
    assert troubles(app) == {"Clock": ("timedatectl set-ntp true", True)}


@pytest.mark.parametrize(("free_gib", "grave"), [(10, False), (4, True), (0.5, True)])
def test_a_disk_that_fills(app: Any, monkeypatch: pytest.MonkeyPatch, free_gib: float, grave: bool) -> None:
    usage = SimpleNamespace(free=free_gib * 2**30, total=100 * 2**30)
    monkeypatch.setattr(checks.shutil, "disk_usage", lambda _path: usage)
    mend, found = troubles(app)["Disk"]
    assert mend.startswith("du -xh")
    assert found is grave


@pytest.mark.parametrize(
    ("now", "warned"),
    [
        (datetime(2026, 11, 30, 15, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 30, 16, 0, tzinfo=UTC), True),  # already December in Shanghai
        (datetime(2027, 2, 1, tzinfo=UTC), True),
    ],
)
def test_a_calendar_without_the_next_year(
    app: Any, monkeypatch: pytest.MonkeyPatch, now: datetime, warned: bool
) -> None:
    def published(day: date) -> bool | None:
        return day.year < 2027 or None

    monkeypatch.setattr("cloudctl.domain.calendars.OFFICIAL", Calendar(official=published))
    app.context.clock.now = lambda: now
    mend = ("pip install --upgrade chinesecalendar", False)
    assert troubles(app).get("Calendar") == (mend if warned else None)
    assert any("2027" in result.text for result in examine(app) if result.check == "Calendar") is warned


def test_a_database_behind_the_program(app: Any) -> None:
    app.differences = lambda: ["no table orders"]
    assert troubles(app) == {"Database": ("cloudctl db upgrade", True)}


@pytest.mark.parametrize(
    "error",
    [Unreachable("The cloud did not answer: {words}", effect_unknown=False, words="x"), ConfigurationError("No.")],
)
def test_a_cloud_that_does_not_answer(app: Any, error: Exception) -> None:
    app.known[0].error = error
    assert troubles(app) == {"Cloud city-a": ("openstack --os-cloud city-a token issue", True)}
    app.known[0].retired = True
    assert troubles(app) == {"Clouds": ("cloudctl clouds create --help", False)}


def test_builds_that_hang_or_wait(app: Any) -> None:
    long_ago = (NOW - timedelta(hours=1)).timestamp() * 1000
    app.context.workflows.recent = lambda **_: [SimpleNamespace(id="o:1", updated_at_ms=int(long_ago))]
    assert troubles(app) == {"Workflows": ("cloudctl workflows resume o:1", True)}
    app.context.workflows.recent = lambda **_: [SimpleNamespace(id="o:1", updated_at_ms=int(NOW.timestamp() * 1000))]
    app.context.queries.orders = Rows(SimpleNamespace(id="o", number="2026-000001"))
    assert troubles(app) == {"Workflows": ("cloudctl workflows retry o", False)}


def test_a_channel_that_has_failed_for_an_hour(app: Any) -> None:
    failing = [
        SimpleNamespace(name=name, failing_since=since and NOW - since, last_error="refused")
        for name, since in (("mail", timedelta(hours=1)), ("duty", timedelta(minutes=59)), ("well", None))
    ]
    app.context.queries.channels = lambda: failing
    assert troubles(app) == {"Notices": ("cloudctl channels test mail", True)}


@pytest.mark.parametrize("health", ["stale", "unreachable", "never"])
def test_a_cloud_that_is_not_read_to_its_end(app: Any, health: str) -> None:
    clouds = [
        SimpleNamespace(code=code, retired=retired, health=found)
        for code, retired, found in (("a", False, "fresh"), ("b", False, health), ("c", True, "stale"))
    ]
    app.context.queries.clouds = Rows(*clouds)
    assert troubles(app) == {"Inventory": ("cloudctl syncs run b --full", False)}


def test_notices_that_were_given_up(app: Any) -> None:
    app.context.queries.notices = Rows(SimpleNamespace(id="n"))
    assert troubles(app) == {"Notices": ("cloudctl notices list --state failed", False)}


def test_a_check_that_breaks_off_is_a_trouble_and_the_others_go_on(app: Any) -> None:
    def broken() -> None:
        raise OSError("no such table")

    app.context.queries.check = broken
    results = list(examine(app))
    assert [result.text for result in results if result.mend] == ["OSError: no such table"]
    assert len(results) == len(checks.CHECKS)


def test_a_result_is_a_line_and_the_command() -> None:
    wrong = checks.Result("Disk", "Full.", "du -xh")
    assert list(lines(wrong)) == ["[wrong] Disk: Full.", "    Run: du -xh"]
    assert next(lines(wrong._replace(grave=False))).startswith("[careful]")
    assert list(lines(wrong._replace(mend=None))) == ["[ok] Disk: Full."]
