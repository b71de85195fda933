from __future__ import annotations

import io
import json
from typing import Any

import pytest

from cloudctl.cli.progress import MILESTONES, RESTING, progress_text
from cloudctl.domain.lifecycle import ORDERS
from tests.unit.cli.fakes import Cloudctl, Ended, FakeApi, Reply, problem
from tests.unit.cli.test_streams import NOTHING_MORE

KEY = "01a1ff5d-4708-7388-a553-85ca22fe3dc3"


def line(seq: int, state: str, text: str = "Something happened.", **more: Any) -> dict[str, Any]:
    at = f"2026-11-21T18:{seq:02}:00Z"
    return {"seq": seq, "at": at, "state": state, "actor": "li", "message": text, "params": {}, "text": text} | more


def streamed(*lines: dict[str, Any]) -> Reply:
    parts = [f"id: {entry['seq']}\nevent: progress\ndata: {json.dumps(entry)}\n\n" for entry in lines]
    return Reply(200, raw="".join(["retry: 1\n\n", *parts]).encode())


@pytest.fixture
def followed(logged_in: Cloudctl, api: FakeApi) -> Any:
    def follow(past: list[dict[str, Any]], *streams: Reply) -> Ended:
        api.on("GET", f"/v1/orders/{KEY}/progress", past)
        api.on("GET", f"/v1/orders/{KEY}/events", *(streams or (NOTHING_MORE,)))
        return logged_in("orders", "follow", KEY)

    return follow


def test_history_then_live_until_it_is_delivered(followed: Any, api: FakeApi) -> None:
    ended = followed(
        [line(1, "submitted", "Handed in.")],
        streamed(line(2, "provisioning", "The build has started.")),
        streamed(line(3, "delivered", "Delivered."), line(4, "closed", "Never shown.")),
    )
    assert ended.code == 0
    assert ended.out.splitlines() == [
        "2026-11-22 02:01  [submitted] Handed in. (li)",
        "2026-11-22 02:02  [provisioning] The build has started. (li)",
        "2026-11-22 02:03  [delivered] Delivered. (li)",
    ]
    cursors = [asked.headers["last-event-id"] for asked in api.of("GET", f"/v1/orders/{KEY}/events")]
    assert cursors == ["1", "2"]


@pytest.mark.parametrize("state", ["failed", "attention", "rejected", "cancelled", "returned"])
def test_resting_otherwise_than_delivered_has_its_own_exit_code(followed: Any, state: str) -> None:
    ended = followed([line(1, "submitted")], streamed(line(2, state)))
    assert ended.code == 8
    assert ended.err == "What was waited for did not end well: an order not delivered, a cloud not read to its end.\n"


def test_an_order_that_rests_already_is_not_waited_for(followed: Any, api: FakeApi) -> None:
    assert followed([line(1, "submitted"), line(2, "delivered")]).code == 0
    assert api.of("GET", f"/v1/orders/{KEY}/events") == []


def test_a_state_of_the_past_does_not_end_it(followed: Any) -> None:
    ended = followed([line(1, "returned"), line(2, "submitted")], streamed(line(3, "delivered")))
    assert ended.code == 0
    assert len(ended.out.splitlines()) == 3


def test_a_line_is_told_in_the_readers_language_with_its_reason() -> None:
    told = line(5, "returned", reason="请写明用途", text=None) | {
        "message": "Servers are being built: {count}.", "params": {"count": "2"},
    }  # fmt: skip
    assert progress_text(told) == "2026-11-22 02:05  [returned] Servers are being built: 2. (li) Reason: 请写明用途"


def test_the_states_are_those_of_the_life_cycle() -> None:
    assert RESTING | set(MILESTONES) == set(ORDERS.states)
    assert RESTING & set(MILESTONES) == {"delivered"}


def test_a_terminal_gets_a_bar_under_the_lines(followed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr("sys.stdout", terminal)
    assert followed([line(1, "submitted", "Handed in [now].")], streamed(line(2, "delivered", "Delivered."))).code == 0
    assert "[submitted] Handed in [now]. (li)" in terminal.getvalue()
    assert "\x1b[" in terminal.getvalue()
    assert "━" in terminal.getvalue()


def test_waiting_is_part_of_a_decision(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("POST", f"/v1/orders/{KEY}/approve", Reply(202, {"id": KEY, "number": "2026-000001", "state": "approved"}))
    api.on("GET", f"/v1/orders/{KEY}/progress", [line(1, "approved")])
    api.on("GET", f"/v1/orders/{KEY}/events", streamed(line(2, "attention", "Parked for an operator.")))
    ended = logged_in("orders", "approve", KEY, "--wait", "--reason", "材料齐全")
    assert ended.code == 8
    assert ended.out.splitlines()[0] == "Order 2026-000001 is now: approved."
    assert api.of("POST", f"/v1/orders/{KEY}/approve")[0].body == {"reason": "材料齐全"}


def test_what_may_not_be_seen_is_not_followed(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", f"/v1/orders/{KEY}/progress", Reply(404, problem("not-found", 404, "Not found", "No such order.")))
    assert logged_in("orders", "follow", KEY).code == 3
