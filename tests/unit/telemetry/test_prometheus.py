"""Prometheus as a source: what is asked, whose the answers are, and what a refusal costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from cloudctl.domain.errors import Rejected, Unreachable
from cloudctl.domain.metrics import ACTIVITY, DATES, USE, Metric
from cloudctl.policy.series import By, SeriesQuery, SeriesSet, ServerLabel
from cloudctl.ports.metrics import Match, Page, Target
from cloudctl.telemetry import prometheus, promql
from cloudctl.telemetry.prometheus import SKEWED, WARNING, PrometheusSource
from cloudctl.telemetry.promql import Access, PromClient
from tests.contract.clocks import MovableClock
from tests.unit.telemetry.answering import Asked, FakePrometheus, Reply, matrix, refusal, serving, vector

DAY = datetime(2026, 3, 9, tzinfo=UTC)
DAY_S = int(DAY.timestamp())
NEXT = DAY + timedelta(days=1)
SETS = (
    SeriesSet(
        "hosts",
        (ServerLabel("uuid", By.NATIVE), ServerLabel("domain", By.NAME)),
        (SeriesQuery(Metric.CPU_PERCENT, "cpu[$window]"), SeriesQuery(Metric.NETWORK_KIB_S, "net[$window]")),
    ),
    SeriesSet(
        "inside",
        (ServerLabel("instance", By.ADDRESS), ServerLabel("instance", By.NAME)),
        (
            SeriesQuery(Metric.CPU_PERCENT, "busy[$step]"),
            SeriesQuery(Metric.LOGINS, "logins[$day]"),
            SeriesQuery(Metric.BACKED_UP_ON, "backup[$day]"),
        ),
    ),
)
EVERYTHING = (*USE, *ACTIVITY, *DATES)


class Clock(MovableClock):
    def __init__(self, fake: FakePrometheus) -> None:
        super().__init__()
        self.fake = fake

    def now(self) -> datetime:
        return self.fake.now


def target(name: str, address: str, created_at: datetime | None = None) -> Target:
    return Target(id=uuid4(), cloud="a", native_id=str(uuid4()), name=name, addresses=(address,), created_at=created_at)


WEB, DB = target("web-1", "10.0.0.1"), target("db-1", "10.0.0.2")
PROM = "prometheus:city"


@pytest.fixture
def fake() -> Iterator[FakePrometheus]:
    with serving(FakePrometheus()) as made:
        made.reply = lambda asked: Reply(body=matrix() if asked.path.endswith("range") else vector())
        yield made


def source(fake: FakePrometheus, *, step_s: int = 300, scrape_s: int = 60) -> PrometheusSource:
    clock = Clock(fake)
    client = PromClient(PROM, Access(url=fake.url, timeout_s=5), clock)
    return PrometheusSource(PROM, client, SETS, clock, step_s=step_s, scrape_s=scrape_s)


def answers(**by_query: object) -> Callable[[Asked], Reply]:
    """Answers by the beginning of the query; a Reply as it is, else a document."""

    def reply(asked: Asked) -> Reply:
        for beginning, told in by_query.items():
            if asked.form["query"].startswith(beginning):
                return told if isinstance(told, Reply) else Reply(body=told)
        return Reply(body=matrix() if asked.path.endswith("range") else vector())

    return reply


def read(
    fake: FakePrometheus,
    *targets: Target,
    metrics: tuple[Metric, ...] = EVERYTHING,
    since: datetime = DAY,
    until: datetime = NEXT,
) -> list[Page]:
    return list(source(fake).read(targets or (WEB, DB), since, until, metrics))


def points(pages: list[Page]) -> dict[tuple[UUID, Metric], list[tuple[int, float]]]:
    return {
        (each.subject, each.metric): list(zip(each.at, each.values, strict=True))
        for page in pages
        for each in page.series
    }


def test_each_metric_is_asked_for_with_its_placeholders_filled(fake):
    read(fake)
    asked = {asked.form["query"]: asked for asked in fake.asked}
    assert set(asked) == {"cpu[300s]", "net[300s]", "busy[300s]", "logins[86400s]", "backup[86400s]"}
    over_time = asked["cpu[300s]"].form
    assert (int(over_time["start"]), int(over_time["end"])) == (DAY_S + 300, DAY_S + 86_400)
    assert int(asked["logins[86400s]"].form["time"]) == DAY_S + 86_400


def test_the_window_is_four_scrapes_and_at_least_a_step(fake):
    list(source(fake, step_s=300, scrape_s=300).read([WEB], DAY, NEXT, [Metric.CPU_PERCENT]))
    assert {asked.form["query"] for asked in fake.asked} == {"cpu[1200s]", "busy[300s]"}


def test_a_value_tells_of_the_step_before_it(fake):
    told = matrix(({"uuid": WEB.native_id}, [(DAY_S + 300, "1.5"), (DAY_S + 86_400, "2.5")]))
    fake.reply = answers(cpu=told)
    pages = read(fake)
    assert points(pages) == {(WEB.id, Metric.CPU_PERCENT): [(DAY_S, 1.5), (DAY_S + 86_100, 2.5)]}
    assert {each.by for page in pages for each in page.series} == {Match.NATIVE}


def test_the_first_query_that_knows_a_server_is_believed_for_the_day(fake):
    fake.reply = answers(
        cpu=matrix(({"uuid": WEB.native_id}, [(DAY_S + 300, "1")])),
        busy=matrix(
            ({"instance": "10.0.0.1:9100"}, [(DAY_S + 300, "9")]), ({"instance": "10.0.0.2:9100"}, [(DAY_S + 300, "4")])
        ),
    )
    assert points(read(fake)) == {
        (WEB.id, Metric.CPU_PERCENT): [(DAY_S, 1.0)],
        (DB.id, Metric.CPU_PERCENT): [(DAY_S, 4.0)],
    }


def test_numbers_of_a_day_and_dates(fake):
    backed_up = datetime(2026, 3, 7, 23, 30, tzinfo=UTC).timestamp()
    fake.reply = answers(
        logins=vector(({"instance": "10.0.0.1:9100"}, 3.0004), ({"instance": "db-1:9100"}, float("nan"))),
        backup=vector(
            ({"instance": "10.0.0.1:9100"}, backed_up),
            ({"instance": "db-1:9100"}, 0.0),  # never set
        ),
    )
    pages = read(fake)
    assert [each for page in pages for each in page.dailies] == [
        prometheus.Daily(WEB.id, Metric.LOGINS, date(2026, 3, 9), 3.0)
    ]
    assert [each for page in pages for each in page.dates] == [
        prometheus.Known(WEB.id, Metric.BACKED_UP_ON, date(2026, 3, 7))
    ]


def test_foreign_series_are_counted_and_nobodys(fake):
    fake.reply = answers(cpu=matrix(({"uuid": str(uuid4()), "domain": "web-1"}, [(DAY_S + 300, "99")])))
    pages = read(fake)
    assert not points(pages)
    assert sum(page.unmatched for page in pages) == 1


def test_what_is_older_than_the_server_is_not_its_own_by_name_or_address(fake):
    built = DAY + timedelta(hours=12)
    young = target("web-9", "10.0.0.9", created_at=built)
    before, after = (DAY_S + 3600, "80"), (DAY_S + 13 * 3600 + 300, "1")
    fake.reply = answers(
        busy=matrix(({"instance": "10.0.0.9:9100"}, [before, after])),
        logins=vector(({"instance": "10.0.0.9:9100"}, 40.0)),
        backup=vector(({"instance": "10.0.0.9:9100"}, (DAY - timedelta(days=3)).timestamp())),
    )
    pages = read(fake, young)
    assert points(pages) == {(young.id, Metric.CPU_PERCENT): [(DAY_S + 13 * 3600, 1.0)]}
    assert not [each for page in pages for each in (*page.dailies, *page.dates)]
    # By an id that is its own for ever, everything is.
    fake.reply = answers(cpu=matrix(({"uuid": young.native_id}, [before, after])))
    assert len(points(read(fake, young))[young.id, Metric.CPU_PERCENT]) == 2


def test_a_query_that_is_refused_costs_only_itself_and_is_raised_at_the_end(fake):
    fake.reply = answers(
        cpu=Reply(status=400, body=refusal("bad_data", "parse error")),
        net=matrix(({"uuid": WEB.native_id}, [(DAY_S + 300, "7")])),
        logins=vector(({"instance": "10.0.0.1:9100"}, 2.0)),
    )
    pages = []
    with pytest.raises(Rejected, match=r"hosts/cpu_percent.*parse error"):
        pages.extend(source(fake).read([WEB], DAY, NEXT, EVERYTHING))
    assert points(pages) == {(WEB.id, Metric.NETWORK_KIB_S): [(DAY_S, 7.0)]}
    assert [each.value for page in pages for each in page.dailies] == [2.0]


def test_one_that_falls_silent_in_the_middle_leaves_what_it_said(fake):
    fake.reply = answers(cpu=matrix(({"uuid": WEB.native_id}, [(DAY_S + 300, "7")])), net=Reply(cut=True))
    pages = []
    with pytest.raises(Unreachable):
        pages.extend(source(fake).read([WEB], DAY, NEXT, EVERYTHING))
    assert points(pages) == {(WEB.id, Metric.CPU_PERCENT): [(DAY_S, 7.0)]}


def test_warnings_and_a_clock_that_differs_are_told_once(fake):
    fake.reply = lambda asked: Reply(
        body=matrix(warnings=("store gateway is away",)) if asked.path.endswith("range") else vector(),
        date=fake.now - timedelta(minutes=10),
    )
    warnings = [warning for page in read(fake, since=DAY - timedelta(days=1)) for warning in page.warnings]
    assert sorted(message for message, _ in warnings) == sorted([SKEWED, *[WARNING] * 3])
    assert {params.get("query") for _, params in warnings} == {
        None, "hosts/cpu_percent", "hosts/network_kib_s", "inside/cpu_percent",
    }  # fmt: skip
    assert next(params["seconds"] for message, params in warnings if message == SKEWED) == -600


def test_questions_have_a_bounded_number_of_points(fake, monkeypatch):
    monkeypatch.setattr(prometheus, "MOST_POINTS", 200)
    read(fake, metrics=(Metric.NETWORK_KIB_S,))
    spans = [(int(asked.form["start"]) - DAY_S, int(asked.form["end"]) - DAY_S) for asked in fake.asked]
    assert spans == [(300, 30_000), (30_300, 60_000), (60_300, 86_400)]


def test_an_answer_that_is_too_large_is_asked_for_in_halves(fake, monkeypatch):
    monkeypatch.setattr(promql, "MOST_BYTES", 4_000)

    def reply(asked: Asked) -> Reply:
        start, end = int(asked.form["start"]), int(asked.form["end"])
        return Reply(body=matrix(({"uuid": WEB.native_id}, [(at, "1.25") for at in range(start, end + 1, 300)])))

    fake.reply = reply
    told = [
        at
        for page in source(fake).read([WEB], DAY, NEXT, [Metric.NETWORK_KIB_S])
        for each in page.series
        for at in each.at
    ]
    assert sorted(told) == list(range(DAY_S, DAY_S + 86_400, 300))
    assert len(fake.asked) > 1


def test_an_answer_that_stays_too_large_is_refused(fake, monkeypatch):
    monkeypatch.setattr(promql, "MOST_BYTES", 50)
    with pytest.raises(Rejected, match="too large"):
        read(fake, metrics=(Metric.NETWORK_KIB_S,))


def test_nothing_is_asked_of_the_future(fake):
    fake.now = DAY + timedelta(hours=6)
    read(fake, metrics=(Metric.NETWORK_KIB_S,), until=NEXT + timedelta(days=5))
    (asked,) = fake.asked
    assert int(asked.form["end"]) == int(fake.now.timestamp())


def test_it_is_checked_with_a_constant(fake):
    source(fake).check()
    assert fake.asked[0].form["query"] == "vector(1)"
    fake.reply = lambda _: Reply(status=403, body=b"")
    with pytest.raises(Rejected, match="credentials"):
        source(fake).check()
