from __future__ import annotations

from tests.unit.cli.fakes import Cloudctl, FakeApi

KEY = "01a1ff5c-8e74-717d-b9f5-571091dd581c"


def test_the_history_names_what_changed(logged_in: Cloudctl, api: FakeApi) -> None:
    change = {
        "id": KEY, "object_id": KEY, "cloud": "a", "at": "2026-11-21T18:26:58Z", "who": "wang", "source": "full",
        "fields": {"name": ["old", "new"], "vcpu": [2, None], "addresses": [[], ["10.0.0.1"]]},
    }  # fmt: skip
    api.on("GET", "/v1/inventory", {"items": [{"id": KEY, "name": "new"}], "next": None})
    api.on("GET", f"/v1/inventory/{KEY}/changes", {"items": [change], "next": None})
    ended = logged_in("inventory", "history", "new")
    assert ended.code == 0
    assert 'name: old > new; vcpu: 2 > null; addresses: [] > ["10.0.0.1"]' in ended.out
    assert "wang" in ended.out


def test_filters_become_the_query(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/inventory", {"items": [], "next": None})
    given = ("--stale", "--unknown", "--name", "web-*", "--tenant", "/legacy")
    assert logged_in("inventory", "list", *given).code == 0
    (asked,) = api.of("GET", "/v1/inventory")
    assert {name: asked.query[name] for name in ("stale", "on_record", "name", "tenant_name")} == {
        "stale": "True", "on_record": "False", "name": "web-*", "tenant_name": "/legacy",
    }  # fmt: skip
