"""Markers planted as user data and as a token: they are nowhere in clear once their order has ended (invariant 9)."""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from api.main import create_app
from cloudctl.ports.context import platform
from cloudctl.providers.simulated import Fault, FaultKind
from cloudctl.services import tokens, workflows
from tests.factories import Installed, installation, ssh_key
from tests.unit.api.client import Client

MARKER = "m4rker-swordfish-of-user-data"
TITLE = "c0ntrol-title-that-is-everywhere"


def spellings(secret: str) -> Iterator[bytes]:
    """The secret as it is, and as base64 at each of its three alignments, without the letters that neighbours share."""
    yield secret.encode()
    for shift in range(3):
        yield b64encode(b"\0" * shift + secret.encode())[4:-4]


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Installed]:
    with installation(tmp_path) as made:
        yield made


def form(city: Installed, **fields: object) -> dict[str, object]:
    return {
        "system_id": str(city.ids["oa"]),
        "title": TITLE,
        "purpose": "x",
        "no_state_secrets": True,
        "zone": "extranet",
        "backup": "daily",
        "items": [
            {"kind": "network", "name": "net", "prefix_length": 28, "term_months": 12},
            {
                "kind": "server",
                "name": "web",
                "specification": "s2",
                "image": "openeuler",
                "network": "net",
                "ssh_keys": [ssh_key()],
                "user_data": f"#cloud-config\npassword: {MARKER}\n",
                "term_months": 12,
                **fields,
            },
        ],
    }


def test_neither_user_data_nor_a_token_is_anywhere_in_clear(
    city: Installed, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    _, token = tokens.issue(city.ctx, platform("t"), city.ids["officer"], name="marked")
    shown: list[bytes] = []
    with Client(create_app(city.ctx)) as door, city.worker():
        officer = door.using(token)

        def say(method: str, path: str, payload: object = None, **headers: str) -> dict[str, str]:
            answer = officer.request(method, path, payload=payload, **headers)
            shown.append(answer.body + repr(answer.headers).encode())
            return answer.json() if answer.body else {}

        city.cloud.inject(Fault(operation="servers.create", kind=FaultKind.BUSY_409, times=None))
        order = say("POST", "/v1/orders?submit=true", form(city), idempotency_key="once")
        assert say("POST", "/v1/orders?submit=true", form(city), idempotency_key="once")["id"] == order["id"]
        say("POST", "/v1/orders?submit=true", form(city, ssh_keys=["x"]))
        say("POST", "/v1/orders?submit=true", form(city, specification="none"))
        say("POST", "/v1/orders?submit=true", form(city, user_data=MARKER * 4000))
        say("POST", "/v1/orders?submit=true", {**form(city), "zone": 7})
        say("POST", "/v1/orders/check", form(city))
        say("GET", f"/v1/orders/{order['id']}", authorization=f"Bearer {token}x")
        head = door.using(city.secrets["head"]).post(f"/v1/orders/{order['id']}/sign-off")
        shown.append(door.using(city.secrets["office-admin"]).post(f"/v1/orders/{order['id']}/approve").body)
        assert head.status == 200
        record = city.order(city_order := UUID(order["id"]))
        city.wait(record, "attention")
        city.cloud.clear_faults()
        workflows.retry(city.ctx, city.people["operator"], city_order)
        city.wait(record, "delivered")
        say("GET", f"/v1/orders/{order['id']}")
        say("GET", f"/v1/orders/{order['id']}/progress")
        say("GET", "/v1/servers")
        export = door.using(city.secrets["auditor"]).get("/v1/audit/export").body
        notices = door.using(city.secrets["auditor"]).get("/v1/notices").body
        saga = door.using(city.secrets["operator"]).get(f"/v1/workflows/{city.order(city_order).workflow_id}").body
    city.app.stop()
    files = b"".join(path.read_bytes() for path in sorted(city.directory.rglob("*")) if path.is_file())
    places = {
        "files": files,
        "answers": b"".join(shown),
        "audit": export,
        "notices": notices,
        "saga": saga,
        "logs": caplog.text.encode(),
        "terminal": "".join(capfd.readouterr()).encode(),
    }
    for name in ("files", "answers"):
        assert TITLE.encode() in places[name], f"nothing would be found in {name}"
    assert all(places[name] for name in ("audit", "saga", "logs"))
    leaks = [
        f"{what} in {name}"
        for what, secret in (("user data", MARKER), ("token", token))
        for name, place in places.items()
        if any(spelling in place for spelling in spellings(secret))
    ]
    assert leaks == []
