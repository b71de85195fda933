from __future__ import annotations

import logging
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cloudctl.bootstrap import App, SystemClock, build
from cloudctl.domain.errors import ConfigurationError
from cloudctl.ports.context import platform
from cloudctl.settings import Acme, Apps, Channel, NameServer, Settings, Smtp
from tests.factories import installation
from tests.seeds import Clock


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    made = build(Settings(data_dir=str(tmp_path / "data"), engine_poll_s=0.05))
    yield made
    made.stop()


def test_building_makes_no_database_and_keeps_the_directory_to_its_owner(app: App, tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert {path.name for path in data.iterdir()} == {"secret.keys"}
    assert stat.S_IMODE((data / "secret.keys").stat().st_mode) == 0o600


def test_preparing_brings_both_schemas_up_and_can_be_repeated(app: App) -> None:
    assert app.prepare() is not None
    assert app.prepare() is None
    assert app.differences() == []
    assert app.context.workflows.recent() == []


def test_an_unprepared_database_differs(app: App) -> None:
    assert app.differences()


def test_a_second_worker_is_refused_on_sqlite(app: App, tmp_path: Path) -> None:
    app.prepare()
    app.start_worker()
    other = build(Settings(data_dir=str(tmp_path / "data")))
    with pytest.raises(ConfigurationError, match="already runs the workflows"):
        other.start_worker()
    other.stop()
    assert app.stop() == 0


def test_a_worker_runs_its_jobs_at_once(app: App, caplog: pytest.LogCaptureFixture) -> None:
    app.prepare()
    caplog.set_level(logging.ERROR)
    names = {thread.name for thread in app.ticker._all()}
    assert names >= {f"job-{name}" for name in ("notices-mail", "corrections", "purges", "workflow-retention")}
    app.start_worker()
    assert app.stop() == 0
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_what_is_queued_is_worked_off_at_the_next_start(tmp_path: Path) -> None:
    """Nothing is kept in the process: another one goes on from the same files."""
    with installation(tmp_path) as city:
        order = city.approved(city.build_items(count=1))
    app = build(city.app.settings, clock=Clock())
    again = replace(city, app=app)
    with again.worker():
        assert again.wait(order, "delivered").state == "delivered"
    assert set(again.objects(order).values()) == {1}
    app.stop()


def test_without_a_mail_server_notices_go_to_the_log(tmp_path: Path) -> None:
    plain = build(Settings(data_dir=str(tmp_path)))
    mailing = build(Settings(data_dir=str(tmp_path), smtp=Smtp(host="mail.example.cn")))
    assert dict(plain.context.notifier.channels) == {"mail": "log"}
    assert dict(mailing.context.notifier.channels) == {"mail": "mail"}
    plain.stop()
    mailing.stop()


def test_every_channel_has_a_job_of_its_own(tmp_path: Path) -> None:
    duty = {"duty": Channel(url="dingtalk://token")}
    made = build(Settings(data_dir=str(tmp_path), channels=duty))
    assert dict(made.context.notifier.channels) == {"mail": "log", "duty": "dingtalk"}
    assert {"job-notices-mail", "job-notices-duty"} <= {thread.name for thread in made.ticker._all()}
    made.stop()
    for wrong in ({"mail": Channel(url="json://x.cn")}, {"duty": Channel(url="x")}):
        with pytest.raises(ConfigurationError):
            build(Settings(data_dir=str(tmp_path), channels=wrong))


def test_settings_reach_the_use_cases(tmp_path: Path) -> None:
    made = build(Settings(data_dir=str(tmp_path), retention_days=3, settle_s=4.5, parallel_calls=2, cloud_poll_s=0.5))
    limits = made.context.limits
    assert (limits.retention.days, limits.settle_s, limits.parallel, limits.poll_s) == (3, 4.5, 2, 0.5)
    made.stop()


def test_the_platforms_own_checks_may_reach_what_few_may_reach(tmp_path: Path) -> None:
    apps = Apps(networks=("10.30.0.0/16",))
    made = build(Settings(data_dir=str(tmp_path), apps=apps, management_networks=("10.9.0.0/24",)))
    assert set(made.context.limits.apps.networks) == {"10.30.0.0/16", "10.9.0.0/24"}
    made.stop()


def test_the_shipped_policies_are_loaded_unless_others_are_set(app: App, tmp_path: Path) -> None:
    assert "quota-exceeded" in {policy["name"] for policy in app.context.rules.describe()}
    (tmp_path / "none").mkdir()
    with pytest.raises(ConfigurationError, match="There is no policy"):
        build(Settings(data_dir=str(tmp_path / "d"), policies_dir=str(tmp_path / "none")))


def test_an_authority_that_wants_proofs_needs_a_name_server(tmp_path: Path) -> None:
    acme = Acme(directory="https://ca.city.example/dir")
    with pytest.raises(ConfigurationError, match="name_server"):
        build(Settings(data_dir=str(tmp_path), apps=Apps(acme=acme)))
    made = build(Settings(data_dir=str(tmp_path), apps=Apps(acme=acme, name_server=NameServer(server="127.0.0.1"))))
    assert made.context.certifier is not None
    assert made.context.certifier.issuer == "https://ca.city.example/dir"
    made.stop()


def test_a_database_that_is_neither(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="mysql"):
        build(Settings(data_dir=str(tmp_path), database_url="mysql://db/cloudctl"))


def test_the_platform_acts_in_its_own_name() -> None:
    request = platform("job:notices")
    assert (request.request_id, request.actor.name, request.idempotency) == ("job:notices", "cloudctl", None)


def test_the_system_s_clock() -> None:
    clock = SystemClock()
    before = clock.monotonic_s()
    clock.sleep(0.001)
    assert clock.monotonic_s() - before >= 0.001
    assert abs((clock.now() - datetime.now(UTC)).total_seconds()) < 5
    assert clock.now().tzinfo is UTC
