from __future__ import annotations

import json
from pathlib import Path

import pytest

from cloudctl.cli import app_watching
from cloudctl.cli.exits import Exit
from tests.unit.cli.fakes import Cloudctl, FakeApi

KEY = "01a1ff5c-8e74-717d-b9f5-571091dd581c"
RECORD = {"id": KEY, "number": "YJ2026-0001", "state": "open", "version": 1}


def test_an_emergency_is_entered_from_a_file(logged_in: Cloudctl, api: FakeApi, tmp_path: Path) -> None:
    api.on("GET", "/v1/systems", {"items": [{"id": KEY, "code": "relief"}], "next": None})
    api.on("POST", "/v1/emergencies", RECORD)
    order = tmp_path / "order.json"
    order.write_text(json.dumps({"system": "relief", "title": "救灾", "items": []}), encoding="utf-8")
    ended = logged_in(
        "emergencies", "create", "--from", str(order), "--approved-by", "王海", "--approved-at", "2026-11-21 09:30",
        "--by-phone", "台风，立即开通", "--no-state-secrets",
    )  # fmt: skip
    assert "YJ2026-0001" in ended.out
    assert api.asked[-1].body == {
        "order": {"system_id": KEY, "title": "救灾", "items": [], "no_state_secrets": True},
        "approver": "王海",
        "approved_at": "2026-11-21T09:30:00+08:00",
        "note": "台风，立即开通",
        "raise_quota": False,
    }


CALL = (
    "--approved-by", "王海", "--approved-at", "2026-11-21 09:30", "--by-phone", "台风，立即开通", "--no-state-secrets",
)  # fmt: skip


DELIVERED = {"seq": 1, "at": "2026-11-21T01:30:00Z", "state": "delivered", "message": "Delivered.", "actor": "platform"}


@pytest.fixture
def order(api: FakeApi, tmp_path: Path) -> str:
    api.on("POST", "/v1/emergencies", RECORD | {"order_id": KEY})
    file = tmp_path / "order.json"
    file.write_text(json.dumps({"title": "救灾", "items": []}), encoding="utf-8")
    return str(file)


def test_one_command_is_followed_until_a_page_answers(logged_in: Cloudctl, api: FakeApi, order: str) -> None:
    fields = [{"name": "title", "kind": "text"}, {"name": "depots", "kind": "list"}]
    api.on("GET", "/v1/blueprints/emergency", {"name": "emergency", "fields": fields})
    api.on("GET", f"/v1/orders/{KEY}/progress", [DELIVERED])
    api.on("GET", "/v1/apps", {"items": [{"id": KEY, "code": "fgw-relief"}], "next": None})
    app = {"id": KEY, "code": "fgw-relief", "url": "https://fgw-relief.apps.test/"}
    api.on("GET", f"/v1/apps/{KEY}", *({**app, "state": state} for state in ("waiting", "deploying", "running")))
    ended = logged_in(
        "emergencies", "create", "--from", order, *CALL, "--deploy", "emergency", "--code", "fgw-relief",
        "--set", "title=台风救灾", "--set", "depots=一号库,二号库", "--follow",
    )  # fmt: skip
    assert (ended.code, "https://fgw-relief.apps.test/" in ended.err) == (0, True)
    (sent,) = api.of("POST", "/v1/emergencies")
    assert sent.body["app"] == {
        "blueprint": "emergency", "code": "fgw-relief",
        "parameters": {"title": "台风救灾", "depots": ["一号库", "二号库"]},
    }  # fmt: skip


def test_it_says_so_where_it_does_not_come_to_answer(logged_in: Cloudctl, api: FakeApi, order: str) -> None:
    api.on("GET", f"/v1/orders/{KEY}/progress", [DELIVERED])
    api.on("GET", "/v1/apps", {"items": [{"id": KEY, "code": "fgw-relief"}], "next": None})
    api.on("GET", f"/v1/apps/{KEY}", {"id": KEY, "code": "fgw-relief", "state": "failed", "url": "https://x/"})
    words = ("--deploy", "emergency", "--code", "fgw-relief", "--follow")
    ended = logged_in("emergencies", "create", "--from", order, *CALL, *words)
    assert (ended.code, "https://" in ended.err) == (Exit.UNFINISHED, False)


def test_it_does_not_wait_without_end_for_a_host(
    logged_in: Cloudctl, api: FakeApi, order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_watching, "PATIENCE_S", 0.0)
    api.on("GET", f"/v1/orders/{KEY}/progress", [DELIVERED])
    api.on("GET", "/v1/apps", {"items": [{"id": KEY, "code": "fgw-relief"}], "next": None})
    api.on("GET", f"/v1/apps/{KEY}", {"id": KEY, "code": "fgw-relief", "state": "waiting", "url": "https://x/"})
    words = ("--deploy", "emergency", "--code", "fgw-relief", "--follow")
    ended = logged_in("emergencies", "create", "--from", order, *CALL, *words)
    assert (ended.code, "cloudctl apps status fgw-relief" in ended.err) == (Exit.UNFINISHED, True)


@pytest.mark.parametrize("words", [("--deploy", "emergency"), ("--code", "x"), ("--set", "title=x")])
def test_an_application_has_a_code_or_there_is_none(
    logged_in: Cloudctl, api: FakeApi, order: str, words: tuple[str, ...]
) -> None:
    ended = logged_in("emergencies", "create", "--from", order, *CALL, *words)
    assert (ended.code, api.of("POST", "/v1/emergencies")) == (2, [])


@pytest.mark.parametrize("missing", ["--approved-by", "--approved-at", "--by-phone", "--from"])
def test_nothing_of_the_call_is_left_out(logged_in: Cloudctl, tmp_path: Path, missing: str) -> None:
    order = tmp_path / "order.json"
    order.write_text("{}", encoding="utf-8")
    given = {"--from": str(order), "--approved-by": "x", "--approved-at": "2026-11-21", "--by-phone": "x"}
    words = [word for option, value in given.items() if option != missing for word in (option, value)]
    ended = logged_in("emergencies", "create", *words)
    assert (ended.code, missing in ended.err) == (2, True)


@pytest.mark.parametrize(
    ("words", "path", "body"),
    [
        (
            ("emergencies", "complete", KEY, "--document-number", "3号"),
            f"/v1/emergencies/{KEY}/complete",
            {"document_number": "3号"},
        ),
        (("emergencies", "return", KEY, "--reason", "x"), f"/v1/emergencies/{KEY}/return", {"reason": "x"}),
        (("emergencies", "close", KEY), f"/v1/emergencies/{KEY}/close", {"reason": None}),
        (("transfers", "accept", KEY), f"/v1/transfers/{KEY}/accept", {}),
        (("transfers", "refuse", KEY, "--reason", "x"), f"/v1/transfers/{KEY}/refuse", {"reason": "x"}),
        (("transfers", "cancel", KEY), f"/v1/transfers/{KEY}/cancel", {"reason": None}),
        (
            (
                "transfers", "create", "--resource", KEY, "--to-department", "czj", "--to-system", "ys",
                "--reason", "x",
            ),
            "/v1/transfers",
            {"resources": [KEY], "to_department": "czj", "to_system": "ys", "reason": "x"},
        ),
        (("resources", "restore", KEY), f"/v1/resources/{KEY}/restore", {}),
        (("resources", "protect", KEY), f"/v1/resources/{KEY}/protect", {}),
        (("resources", "unprotect", KEY, "--reason", "x"), f"/v1/resources/{KEY}/unprotect", {"reason": "x"}),
    ],
)  # fmt: skip
def test_what_each_act_sends(
    logged_in: Cloudctl, api: FakeApi, words: tuple[str, ...], path: str, body: dict[str, object]
) -> None:
    api.on("POST", path, RECORD)
    assert logged_in(*words).code == 0
    assert api.asked[-1].body == body


def test_a_reserve_is_kept_by_amounts_or_taken_away(logged_in: Cloudctl, api: FakeApi) -> None:
    path = f"/v1/clouds/{KEY}/reserves/extranet"
    api.on("PUT", path, RECORD)
    logged_in("clouds", "reserve", KEY, "--zone", "extranet", "--amounts", "vcpu=32,servers=4")
    assert api.asked[-1].body == {"amounts": {"vcpu": 32, "servers": 4}}
    logged_in("clouds", "reserve", KEY, "--zone", "extranet")
    assert api.asked[-1].body == {"amounts": {}}
