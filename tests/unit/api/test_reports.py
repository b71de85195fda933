"""The monthly report over HTTP: every figure is followed to the query that it names, and has to be found there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from api.main import create_app
from cloudctl.domain.calendars import PEOPLE_ZONE
from cloudctl.domain.items import ReleaseItem
from cloudctl.ports.context import platform
from cloudctl.providers.simulated import Fault, FaultKind
from cloudctl.services import cases, resources
from tests.unit.api.client import Client
from tests.unit.services.proving import Proof, proven


@dataclass
class Reporting:
    """A city with a month behind it, and everybody's client."""

    proof: Proof
    client: Client
    month: str

    def as_(self, who: str, language: str = "en") -> Client:
        return self.client.using(self.proof.city.secrets[who], language)

    def report(self, who: str = "auditor", **more: str) -> Any:
        query = "".join(f"&{name}={value}" for name, value in more.items())
        answer = self.as_(who).get(f"/v1/reports/monthly?month={self.month}{query}")
        assert answer.status == 200, answer.body
        return answer.json()

    def figures(self, told: Any) -> dict[str, Any]:
        return {one["name"]: one for section in told["sections"] for one in section["figures"]}

    def follow(self, one: Any, who: str = "auditor") -> Any:
        """What the query of a figure gives, taken as the figure says."""
        answer = self.as_(who).get(one["query"])
        assert answer.status == 200, (one["query"], answer.body)
        found = answer.json()
        if one["take"].startswith("/"):
            for name in one["take"].split("/")[1:]:
                found = found[int(name)] if isinstance(found, list) else found[name]
            return found
        rows = list(found["items"])
        while found["next"] is not None:
            found = self.as_(who).get(f"{one['query']}&cursor={found['next']}").json()
            rows += found["items"]
        return len(rows) if one["take"] == "count" else sum(row[one["take"].removeprefix("sum ")] for row in rows)


@pytest.fixture(scope="module")
def reporting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reporting]:
    """In one month: two orders delivered, one given up, one parked; a server released and gone, a case opened."""
    with proven(tmp_path_factory.mktemp("reports")) as proof:
        city = proof.city
        order = city.delivered(city.build_items("web", count=2))
        proof.sync()
        server = next(one for one in city.resources(order).values() if hasattr(one, "vcpu"))
        city.delivered([ReleaseItem(resource=server.id)])
        city.clock.move(days=40)
        resources.purge_due(city.ctx, platform("test"))
        city.run()
        proof.sync()
        city.delivered(city.build_items("late", count=1))
        proof.sync()
        city.cloud.inject(Fault(operation="servers.create", kind=FaultKind.NO_CAPACITY))
        assert city.carried_out(city.build_items("gone", count=1)).state in {"failed", "attention"}
        city.cloud.clear_faults()
        office = city.people["office-admin"]
        cases.open_case(
            city.ctx, office, department_id=city.ids["fgw"], title="机房未关停", reason="仍有供电", working_days=1
        )
        city.clock.move(seconds=1)
        month = city.clock.now().astimezone(PEOPLE_ZONE).strftime("%Y-%m")
        with Client(create_app(city.ctx)) as client:
            yield Reporting(proof, client, month)


def test_every_figure_is_what_its_query_gives(reporting: Reporting) -> None:
    told = reporting.report()
    figures = reporting.figures(told)
    assert len(figures) > 40
    for one in figures.values():
        assert reporting.follow(one) == one["value"], one
    assert figures["platform-servers"]["value"] == 3
    assert figures["servers-opened"]["value"] == 1
    assert figures["servers-reclaimed"]["value"] == 1
    assert figures["delivered-1-3"]["value"] == figures["delivered"]["value"]
    assert figures["orders-failed"]["value"] + figures["orders-attention"]["value"] == 1
    assert figures["cases-opened"]["value"] == 1


def test_every_row_of_the_appendix_is_what_its_query_gives(reporting: Reporting) -> None:
    told = reporting.report()
    assert {row["system"] for row in told["appendix"]} >= {"oa"}
    shared = ("department", "department_name", "system", "system_name", "servers", "vcpu", "memory_mib")
    for row in told["appendix"]:
        rows = reporting.as_("auditor").get(row["query"]).json()["items"]
        assert [{name: row[name] for name in shared}] == rows
    figures = reporting.figures(told)
    assert sum(row["servers"] for row in told["appendix"]) == figures["platform-servers"]["value"]
    assert sum(row["vcpu"] for row in told["appendix"]) == figures["platform-vcpu"]["value"]


def test_utilisation_without_telemetry_has_no_data(reporting: Reporting) -> None:
    figures = reporting.figures(reporting.report())
    assert figures["servers-cpu-low"]["value"] is None
    assert figures["servers-memory-high"]["value"] is None
    assert figures["servers-cpu-low-without-telemetry"]["value"] == 3


def test_a_department_reads_its_own_report_and_no_other(reporting: Reporting) -> None:
    own = reporting.report("officer")
    assert own["scope"] == "fgw"
    for one in reporting.figures(own).values():
        assert reporting.follow(one, "officer") == one["value"], one
    for path in ("monthly", "servers", "orders", "cases", "holdings"):
        that = "" if path in {"monthly", "holdings"} else "&that=opened" if path != "orders" else "&that=submitted"
        query = f"/v1/reports/{path}?month={reporting.month}{that}&scope="
        assert reporting.as_("officer").get(f"{query}czj").status == 404
        assert reporting.as_("officer").get(f"{query}all").status == 403


def test_the_report_of_a_past_month_stays_the_same(reporting: Reporting) -> None:
    """Moves the clock: the last of the tests that read the present month."""
    city = reporting.proof.city
    first = city.clock.now().astimezone(PEOPLE_ZONE).replace(day=1)
    earlier = f"{first - timedelta(days=1):%Y-%m}"
    path = f"/v1/reports/monthly?month={earlier}"
    before = reporting.as_("auditor").get(path).json()
    assert before["ended"]
    city.delivered(city.build_items("more", count=1))
    reporting.proof.sync()
    assert reporting.as_("auditor").get(path).json() == before


def test_it_comes_as_a_workbook_with_charts_and_as_a_paper(reporting: Reporting) -> None:
    told = reporting.report()
    for language, overview in (("zh", "概况"), ("en", "Overview")):
        client = reporting.as_("auditor", language)
        answer = client.get(f"/v1/reports/monthly.xlsx?month={reporting.month}")
        assert answer.status == 200, answer.body
        book = load_workbook(BytesIO(answer.body))
        assert sum(len(sheet._charts) for sheet in book) == 3
        rows = list(book.worksheets[0].iter_rows(min_row=4, values_only=True))
        assert [row[4] for row in rows] == [one["query"] for one in reporting.figures(told).values()]
        appendix = list(book.worksheets[-1].iter_rows(min_row=4, values_only=True))
        assert [row[4] for row in appendix] == [row["servers"] for row in told["appendix"]]
        answer = client.get(f"/v1/reports/monthly.pdf?month={reporting.month}")
        text = "".join(page.extract_text() for page in PdfReader(BytesIO(answer.body)).pages)
        if language == "en":
            assert overview in text
        assert reporting.month in text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("monthly?month=2026-13", "month"),
        ("monthly?month=%EF%BC%92026-10", "month"),
        ("monthly?month=2190-01", "month"),
        ("orders?month=2026-04&that=submitted&band=1-3", "band"),
        ("servers?month=2026-04&that=opened&cursor=x", "cursor"),
    ],
)
def test_what_cannot_be_asked_names_its_field(reporting: Reporting, query: str, field: str) -> None:
    answer = reporting.as_("auditor").get(f"/v1/reports/{query}")
    assert (answer.status, answer.json()["field"]) == (422, field)


def test_lists_go_on_page_by_page(reporting: Reporting) -> None:
    path = f"/v1/reports/orders?month={reporting.month}&that=submitted&limit=1"
    seen, cursor = [], ""
    while True:
        page = reporting.as_("auditor").get(path + cursor).json()
        seen += [row["number"] for row in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert len(seen) == len(set(seen)) == 3


def test_the_ledger_shows_every_line_with_its_prices_and_adds_up(reporting: Reporting) -> None:
    told = reporting.as_("auditor").get("/v1/savings").json()
    assert {line["category"] for line in told["lines"]} >= {"hardware", "room", "licences", "people", "energy"}
    assert {line["side"] for line in told["lines"]} == {"alone", "platform"}
    for line in told["lines"]:
        if line["name"] != "ended-systems":
            assert line["prices"], line
            assert all(price["source"]["zh_CN"] for price in line["prices"])
        found = reporting.as_("auditor").get(line["counted"]["query"]).json()
        held = next(one for one in found if one["in_force"])
        assert (held["version"], held["numerator"]) == (line["counted"]["version"], line["counted"]["end"])
    for part in ("one_off", "period", "yearly"):
        assert told[part]["net_fen"] == told[part]["gross_fen"] - told[part]["own_fen"]
    one_off = [line for line in told["lines"] if line["nature"] == "one_off"]
    gross = sum(line["amount_fen"] for line in one_off if line["side"] == "alone")
    assert told["one_off"]["gross_fen"] == gross > 0
    hardware = next(line for line in told["lines"] if line["name"] == "own-hardware")
    assert hardware["amount_fen"] == hardware["quantity"] / 2 * 4_500_000


def test_a_returned_server_served_the_order_after_it(reporting: Reporting) -> None:
    returned = reporting.as_("auditor").get("/v1/savings").json()["returned"]
    assert returned["servers"] == 1
    assert sum(one["vcpu"] for one in returned["orders"]) <= returned["vcpu"]
    assert len(returned["orders"]) == 1


@pytest.mark.parametrize(
    ("query", "field"), [("from=2026-05-02&to=2026-05-01", "from"), ("to=2190-01-01", "date"), ("from=x", "from")]
)
def test_times_that_cannot_be_are_refused(reporting: Reporting, query: str, field: str) -> None:
    answer = reporting.as_("auditor").get(f"/v1/savings?{query}")
    assert (answer.status, answer.json()["field"]) == (422, field)


def test_savings_are_a_departments_own(reporting: Reporting) -> None:
    assert reporting.as_("officer").get("/v1/savings").json()["scope"] == "fgw"
    assert reporting.as_("officer").get("/v1/savings?scope=czj").status == 404
