from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from threading import Event

import pytest

from cloudctl.engine.schedules import Job, Ticker
from tests.waiting import until


def always(_name: str) -> nullcontext[bool]:
    return nullcontext(enter_result=True)


def test_a_job_runs_at_once_and_then_at_its_interval() -> None:
    runs: list[int] = []
    ticker = Ticker([Job("count", 0.01, lambda: runs.append(1))], always)
    ticker.start()
    until(lambda: len(runs) >= 3)
    ticker.stop()
    stopped_at = len(runs)
    assert not any(thread.is_alive() for thread in ticker._all())
    assert len(runs) == stopped_at


def test_a_job_that_fails_is_logged_and_called_again(caplog: pytest.LogCaptureFixture) -> None:
    runs: list[int] = []

    def fail() -> None:
        runs.append(1)
        raise OSError("no mail server")

    ticker = Ticker([Job("mail", 0.01, fail)], always)
    ticker.start()
    until(lambda: len(runs) >= 2)
    ticker.stop()
    assert "job mail failed" in caplog.text


def test_a_job_that_hangs_holds_up_no_other() -> None:
    hang, other = Event(), Event()
    ticker = Ticker([Job("hanging", 1, hang.wait), Job("other", 1, other.set)], always)
    ticker.start()
    assert other.wait(10)
    hang.set()
    ticker.stop()


def test_a_job_that_another_worker_is_running_is_left_to_it() -> None:
    asked = Event()
    ran: list[str] = []

    @contextmanager
    def taken(name: str) -> Iterator[bool]:
        asked.set()
        yield name != "purge"

    ticker = Ticker([Job("purge", 10, lambda: ran.append("purge")), Job("mail", 10, lambda: ran.append("mail"))], taken)
    ticker.start()
    until(lambda: ran)
    assert asked.wait(10)
    ticker.stop()
    assert ran == ["mail"]


def test_a_job_that_is_added_runs_at_once_and_once() -> None:
    runs: list[str] = []
    ticker = Ticker([], always)
    ticker.start()
    ticker.add(Job("cloud-a", 30, lambda: runs.append("a")))
    ticker.add(Job("cloud-a", 30, lambda: runs.append("again")))
    until(lambda: runs == ["a"])
    ticker.stop()
    ticker.add(Job("cloud-b", 30, lambda: runs.append("b")))
    assert runs == ["a"]


def test_a_job_that_runs_everywhere_waits_for_no_other_worker() -> None:
    ran = Event()
    ticker = Ticker([Job("clouds", 30, ran.set, everywhere=True)], lambda _name: nullcontext(enter_result=False))
    ticker.start()
    assert ran.wait(10)
    ticker.stop()


def test_stopping_waits_for_all_together_not_for_each() -> None:
    hang = Event()
    ticker = Ticker([Job(f"hanging-{number}", 1, hang.wait) for number in range(30)], always)
    ticker.start()
    ticker.stop(wait_s=0.1)
    assert sum(thread.is_alive() for thread in ticker._all()) == 30
    hang.set()
