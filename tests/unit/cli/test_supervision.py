from __future__ import annotations

import json

from tests.unit.cli.fakes import Cloudctl, FakeApi, Reply

KEY = "01a1ff5c-8e74-717d-b9f5-571091dd581c"
DUE = {
    "id": KEY, "order_id": KEY, "number": "2026-000002", "title": "OA", "department_id": KEY, "department": "发改委",
    "kind": "new", "step": "decision", "due_on": "2026-12-03", "statutory_on": "2026-12-18", "days_left": 3,
    "provisional": False, "frozen_until": None, "card": None, "started_at": "2026-11-21T18:26:58Z",
}  # fmt: skip
LATER = DUE | {"number": "2026-000001", "due_on": "2026-12-04", "frozen_until": "2026-12-14", "card": "warning"}
CARD = {
    "id": KEY, "number": "2026-000002", "step": "decision", "colour": "yellow", "due_on": "2026-12-03",
    "department": "发改委", "told": ["office-reviewer"], "given_at": "2026-12-04T01:00:00Z", "excuse": None,
}  # fmt: skip


def page(*items: object) -> dict[str, object]:
    return {"items": list(items), "next": None}


def test_due_lists_the_nearest_end_first(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/supervision/due", page(LATER, DUE))
    ended = logged_in("supervision", "due", "--step", "decision", "--days-left", "3", "--columns", "number,card")
    assert ended.out == "Number       Card\n2026-000002  -\n2026-000001  warning\n"
    assert api.asked[0].query["step"] == "decision"
    assert api.asked[0].query["days_left"] == "3"
    assert json.loads(logged_in("supervision", "due", "-o", "json").out) == [DUE, LATER]


def test_the_nearest_ends_are_shown_first_and_more_are_announced(logged_in: Cloudctl, api: FakeApi) -> None:
    newest_first = [LATER | {"number": f"2026-{n:06d}", "frozen_until": None, "due_on": "2026-12-09"} for n in range(9)]
    api.on("GET", "/v1/supervision/due", {"items": newest_first, "next": "c"}, page(DUE))
    ended = logged_in("supervision", "due", "--limit", "1", "--columns", "number", "-o", "csv")
    assert (ended.out, ended.err) == ("number\n2026-000002\n", "There are more rows: --all shows them.\n")
    api.on("GET", "/v1/supervision/due", {"items": newest_first, "next": "c"}, page(DUE))
    ended = logged_in("supervision", "due", "--all", "--limit", "1", "--columns", "number", "-o", "csv")
    assert (len(ended.out.splitlines()), ended.err) == (11, "")


def test_cards_come_page_by_page(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/supervision/cards", {"items": [CARD], "next": "c"})
    ended = logged_in("supervision", "cards", "--limit", "1", "--columns", "number", "-o", "csv")
    assert (ended.out, ended.err) == ("number\n2026-000002\n", "There are more rows: --all shows them.\n")
    assert api.asked[0].query["limit"] == "1"


def test_cards_limits_and_excuses(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/supervision/cards", page(CARD))
    out = logged_in("supervision", "cards", "--colour", "yellow").out
    assert "yellow card" in out
    assert "office reviewer" in out
    assert api.asked[-1].query["colour"] == "yellow"
    api.on("GET", "/v1/supervision/limits", [{"kind": "new", "step": "decision", "statutory": 20, "promised": 7}])
    limits = logged_in("supervision", "limits").out
    assert limits == "Kind           Step      Promised  Statutory\nnew resources  decision  7         20\n"
    api.on("POST", f"/v1/supervision/cards/{KEY}/excuse", CARD | {"excuse": "停电"})
    ended = logged_in("supervision", "excuse", KEY, "--reason", "停电", "--if-version", "1")
    assert ended.code == 0
    assert api.asked[-1].body == {"reason": "停电"}
    assert api.asked[-1].headers["if-match"] == '"1"'
    assert logged_in("supervision", "excuse", KEY).code == 2


def test_a_year_of_the_calendar(logged_in: Cloudctl, api: FakeApi) -> None:
    day = {"day": "2031-10-01", "works": False, "source": "fixed", "words": ""}
    api.on("GET", "/v1/calendars/2031", {"year": 2031, "published": False, "working_days": 254, "days": [day]})
    out = logged_in("calendars", "show", "2031").out
    assert "fixed holidays and weekends" in out
    assert out.endswith(
        "Working days in 2031: 254.\nThe official arrangement of 2031 is not known yet: this is provisional.\n"
    )
    assert json.loads(logged_in("calendars", "show", "2031", "-o", "json").out)["days"] == [day]


def test_local_days_are_added_and_removed(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("PUT", "/v1/calendars/days/2026-12-01", {"day": "2026-12-01", "works": False, "words": "停电"})
    assert logged_in("calendars", "add", "2026-12-01", "--free", "--words", "停电").code == 0
    assert api.asked[-1].body == {"works": False, "words": "停电"}
    api.on("DELETE", "/v1/calendars/days/2026-12-01", {})
    assert logged_in("calendars", "remove", "2026-12-01", "--reason", "x").out == "Removed.\n"
    assert api.asked[-1].query == {"reason": "x"}
    assert logged_in("calendars", "add", "1.12.2026", "--free", "--words", "x").code == 2
    assert logged_in("calendars", "add", "2026-12-01", "--words", "x").code == 2


def test_freeze_windows(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("POST", "/v1/freezes", Reply(201, {"id": KEY, "name": "高考"}))
    ended = logged_in(
        "freezes", "create", "--name", "高考", "--starts-at", "2027-06-05", "--ends-at", "2027-06-11 18:00",
        "--binds", "orders", "--binds", "releases", "--zone", "extranet", "--reason", "封网",
    )  # fmt: skip
    assert ended.code == 0
    assert api.asked[-1].body == {
        "name": "高考", "starts_at": "2027-06-05T00:00:00+08:00", "ends_at": "2027-06-11T18:00:00+08:00",
        "binds": ["orders", "releases"], "zones": ["extranet"], "reason": "封网",
    }  # fmt: skip
    api.on("GET", "/v1/freezes", page({"id": KEY, "name": "高考", "binds": ["orders"], "zones": []}))
    assert "高考" in logged_in("freezes", "list").out
    api.on("DELETE", f"/v1/freezes/{KEY}", {})
    assert logged_in("freezes", "cancel", KEY).out == "Cancelled.\n"
