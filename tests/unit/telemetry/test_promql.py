"""Prometheus' HTTP API: what is sent, what is understood, and how each failure is told."""

from __future__ import annotations

import socket
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cloudctl.domain.errors import Busy, ConfigurationError, Rejected, Unreachable
from cloudctl.telemetry import promql
from cloudctl.telemetry.promql import Access, PromClient, TooLarge
from tests.contract.clocks import MovableClock
from tests.unit.telemetry.answering import FakePrometheus, Reply, matrix, refusal, serving, vector
from tests.unit.telemetry.certificates import certificate

ABOUT = "node/cpu_percent"


class Clock(MovableClock):
    def __init__(self, fake: FakePrometheus) -> None:
        super().__init__()
        self.fake = fake

    def now(self):
        return self.fake.now


@pytest.fixture
def fake() -> Iterator[FakePrometheus]:
    with serving(FakePrometheus()) as made:
        yield made


def client(fake: FakePrometheus, **access: object) -> PromClient:
    given = {"url": fake.url, "timeout_s": 5.0} | access
    return PromClient("city", Access(**given), Clock(fake))


def test_a_question_over_time_goes_in_the_body_and_its_answer_is_typed(fake):
    fake.reply = lambda _: Reply(body=matrix(({"uuid": "a"}, [(300, "1.5"), (600.0, "NaN")]), warnings=("half",)))
    answer = client(fake).over_time("rate(up[5m])", 300, 600, step_s=300, about=ABOUT)
    (asked,) = fake.asked
    assert asked.path == "/api/v1/query_range"
    assert asked.form == {"query": "rate(up[5m])", "start": "300", "end": "600", "step": "300", "timeout": "5s"}
    (found,) = answer.result
    assert (found.metric, found.values) == ({"uuid": "a"}, [(300, "1.5"), (600.0, "NaN")])
    assert answer.warnings == ("half",)


def test_a_question_about_a_moment(fake):
    fake.reply = lambda _: Reply(body=vector(({"instance": "10.0.0.1"}, 7.0)), packed=True)
    answer = client(fake, url=f"{fake.url}/prometheus/").at("up", 86_400, about=ABOUT)
    assert fake.asked[0].path == "/prometheus/api/v1/query"
    assert fake.asked[0].form["time"] == "86400"
    assert answer.result[0].value == (0, "7.0")


def test_it_enters_with_a_token_or_with_a_password(fake):
    client(fake, token="secret").at("up", 0, about=ABOUT)
    client(fake, user="me", password="pass").at("up", 0, about=ABOUT)
    client(fake).at("up", 0, about=ABOUT)
    told = [asked.headers.get("Authorization") for asked in fake.asked]
    assert told == ["Bearer secret", "Basic " + b64encode(b"me:pass").decode(), None]


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (400, refusal("bad_data", "parse error: unexpected )"), Rejected, f"query {ABOUT}.*unexpected"),
        (422, refusal("execution", "many-to-many matching"), Rejected, "many-to-many"),
        (401, b"Unauthorized", Rejected, "credentials"),
        (403, b"", Rejected, "credentials"),
        (404, b"<html>nothing here</html>", Rejected, "no Prometheus"),
        (200, b"<html>a login page</html>", Rejected, "no Prometheus"),
        (302, b"", Rejected, "no Prometheus"),
        (503, refusal("timeout", "query timed out"), Busy, f"finish {ABOUT}.*timed out"),
        (502, b"bad gateway", Busy, "502"),
        (429, b"", Busy, "429"),
        (200, matrix(), Rejected, "something else: matrix"),
    ],
)
def test_refusals_name_the_query_and_what_was_said(fake, status, body, kind, words):
    fake.reply = lambda _: Reply(status=status, body=body)
    with pytest.raises(kind, match=words):
        client(fake).at("up", 0, about=ABOUT)


def test_no_answer_is_unreachable(fake):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        with pytest.raises(Unreachable, match="city did not answer"):
            client(fake, url=f"http://127.0.0.1:{held.getsockname()[1]}").at("up", 0, about=ABOUT)
    fake.reply = lambda _: Reply(cut=True)
    with pytest.raises(Unreachable):
        client(fake).at("up", 0, about=ABOUT)


def test_a_late_answer_is_unreachable(fake, monkeypatch):
    monkeypatch.setattr(promql, "GRACE_S", 0.0)
    fake.reply = lambda _: Reply(late=True)
    with pytest.raises(Unreachable, match=r"Timeout|timed out"):
        client(fake, timeout_s=0.2).at("up", 0, about=ABOUT)


@pytest.mark.parametrize("packed", [False, True])
def test_a_large_answer_is_not_read_to_its_end(fake, monkeypatch, packed):
    monkeypatch.setattr(promql, "MOST_BYTES", 10_000)
    fake.reply = lambda _: Reply(body=matrix(({"a": "b" * 20_000}, [(0, "1")])), packed=packed)
    with pytest.raises(TooLarge):
        client(fake).over_time("up", 0, 0, step_s=60, about=ABOUT)


def test_how_far_its_clock_is_ahead(fake):
    fake.reply = lambda _: Reply(body=vector(), date=fake.now + timedelta(minutes=7))
    assert client(fake).at("up", 0, about=ABOUT).skew_s == pytest.approx(420)


def test_a_certificate_is_checked_unless_that_is_switched_off(tmp_path: Path):
    key_and_certificate, authority = certificate(tmp_path)
    fake = FakePrometheus()
    with serving(fake, key_and_certificate):
        with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
            client(fake).at("up", 0, about=ABOUT)
        client(fake, ca_file=str(authority)).at("up", 0, about=ABOUT)
        client(fake, verify=False).at("up", 0, about=ABOUT)
    assert len(fake.asked) == 2


@pytest.mark.parametrize("url", ["", "prometheus:9090", "ftp://host/", "http://user:secret@host/"])
def test_what_is_no_address_is_a_configuration_error(url):
    with pytest.raises(ConfigurationError, match=r"telemetry\.prometheus\.city\.url"):
        PromClient("city", Access(url=url), MovableClock())
