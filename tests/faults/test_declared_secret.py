"""What is declared secret leaves no trace: a marker planted in its names is in no file, answer, log or audit export."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.main import create_app
from tests.factories import Installed, installation
from tests.unit.api.client import Client

MARKER = "m4rker-of-a-secret-system"
CONTROL = "c0ntrol-that-is-everywhere"


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Installed]:
    with installation(tmp_path) as made:
        yield made


def form(city: Installed, **fields: Any) -> dict[str, Any]:
    return {
        "system_id": str(city.ids["oa"]),
        "title": CONTROL,
        "purpose": "x",
        "zone": "extranet",
        "no_state_secrets": True,
        "items": [{"kind": "network", "name": "net", "prefix_length": 28, "term_months": 12}],
        **fields,
    }


def secret(city: Installed, **fields: Any) -> dict[str, Any]:
    """An order that carries the marker in everything that people write."""
    words = {name: f"{MARKER} {name}" for name in ("title", "purpose", "users", "project_document", "contact_name")}
    item = {"kind": "network", "name": MARKER, "prefix_length": 28, "term_months": 12}
    return form(city, **{**words, "items": [item], "no_state_secrets": False, **fields})


def test_a_secret_name_is_nowhere(
    city: Installed, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    told: list[bytes] = []
    fields: list[str | None] = []
    with Client(create_app(city.ctx)) as door:
        officer = door.using(city.secrets["officer"])

        def refused(method: str, path: str, payload: dict[str, Any], **headers: str) -> None:
            answer = officer.request(method, path, payload=payload, **headers)
            assert answer.status == 422, (path, answer.status)
            told.append(answer.body + repr(answer.headers).encode())
            fields.append(answer.json().get("field"))

        draft = officer.post("/v1/orders", form(city)).json()
        system = {"code": MARKER, "name": MARKER, "mlps_level": 2}
        for key in ("once", "once"):  # the second finds no kept answer either
            refused("POST", "/v1/orders?submit=true", secret(city), idempotency_key=key)
        refused("POST", "/v1/orders", secret(city))
        refused("POST", "/v1/orders", secret(city, no_state_secrets=None))
        refused("POST", "/v1/orders/check", secret(city))
        refused("POST", "/v1/systems", {**system, "no_state_secrets": False}, idempotency_key="system")
        refused("POST", "/v1/systems", system)
        refused("PATCH", f"/v1/orders/{draft['id']}", {"title": MARKER, "no_state_secrets": False})
        refused("PATCH", f"/v1/systems/{city.ids['oa']}", {"name": MARKER, "no_state_secrets": False})
        assert set(fields) == {"no_state_secrets"}
        refused("POST", "/v1/orders", secret(city, no_state_secrets=True, title=f"{MARKER}（涉密）"))
        refused("POST", "/v1/systems", {**system, "name": f"{MARKER} 机密★10年", "no_state_secrets": True})
        assert fields[-2:] == ["title", "name"]
        refused("POST", "/v1/orders", {**secret(city), "no_state_secrets": "perhaps"})
        export = door.using(city.secrets["auditor"]).get("/v1/audit/export").body
        listed = [door.using(city.secrets["office-admin"]).get(path).body for path in ("/v1/orders", "/v1/systems")]
    city.app.stop()
    places = {
        "files": b"".join(path.read_bytes() for path in sorted(city.directory.rglob("*")) if path.is_file()),
        "answers": b"".join(told),
        "audit": export,
        "lists": b"".join(listed),
        "logs": caplog.text.encode(),
        "terminal": "".join(capfd.readouterr()).encode(),
    }
    for name in ("files", "lists"):
        assert CONTROL.encode() in places[name], f"nothing would be found in {name}"
    assert all(places[name] for name in ("audit", "answers", "logs"))
    assert [name for name, place in places.items() if MARKER.encode() in place] == []
