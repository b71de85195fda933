from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
import yaml

from tests.unit.cli.fakes import Cloudctl, FakeApi, Reply

KEY = "01a1ff5c-8e74-717d-b9f5-571091dd581c"
FGW = {
    "id": KEY, "code": "fgw", "name": "市发展改革委", "level": "city", "parent_id": None,
    "created_at": "2026-11-21T18:26:58Z", "version": 1,
}  # fmt: skip
GAJ = FGW | {"id": KEY.replace("8", "9"), "code": "gaj", "name": "公安局", "parent_id": KEY}


def page(*items: object, more: str | None = None) -> dict[str, object]:
    return {"items": list(items), "next": more}


def test_a_list_for_people(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/departments", page(GAJ, FGW))
    ended = logged_in("departments", "list", "--level", "city")
    assert ended.out == (
        "Code  Name          Level  Upper unit  Created           Id\n"
        f"gaj   公安局        city   fgw         2026-11-22 02:26  {GAJ['id']}\n"
        f"fgw   市发展改革委  city   -           2026-11-22 02:26  {KEY}\n"
    )
    assert api.asked[0].query == {"level": "city", "limit": "50"}


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_a_list_for_programs_is_what_the_server_said(logged_in: Cloudctl, api: FakeApi, form: str) -> None:
    api.on("GET", "/v1/departments", page(GAJ, FGW))
    out = logged_in("departments", "list", "-o", form).out
    assert (json.loads(out) if form == "json" else yaml.safe_load(out)) == [GAJ, FGW]


def test_csv_has_the_fields_names_and_json_inside(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/accounts", page({"login": "li", "name": '李,"主任"', "roles": ["auditor"], "active": True}))
    lines = list(csv.reader(io.StringIO(logged_in("accounts", "list", "-o", "csv").out)))
    assert lines == [["login", "name", "roles", "active"], ["li", '李,"主任"', '["auditor"]', "true"]]


@pytest.mark.parametrize(
    ("form", "out"),
    [
        ("table", "Code  Version\nfgw   1\n"),
        ("csv", "code,version\nfgw,1\n"),
        ("json", '[\n  {\n    "code": "fgw",\n    "version": 1\n  }\n]\n'),
        ("yaml", "- code: fgw\n  version: 1\n"),
    ],
)
def test_columns_are_chosen(logged_in: Cloudctl, api: FakeApi, form: str, out: str) -> None:
    api.on("GET", "/v1/departments", page(FGW))
    assert logged_in("departments", "list", "-o", form, "--columns", "code, version").out == out


def test_an_empty_list_says_so(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/servers", page())
    assert logged_in("servers", "list").out == "Nothing found.\n"
    assert logged_in("servers", "list", "-o", "json").out == "[]\n"


def test_more_rows_are_announced_or_fetched(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/departments", page(FGW, more="c"))
    ended = logged_in("departments", "list", "--limit", "1", "--columns", "code", "-o", "csv")
    assert (ended.out, ended.err) == ("code\nfgw\n", "There are more rows: --all shows them.\n")
    api.on("GET", "/v1/departments", page(FGW, more="c"), page(GAJ))
    ended = logged_in("departments", "list", "--all", "--columns", "code", "-o", "csv")
    assert (ended.out, ended.err) == ("code\nfgw\ngaj\n", "")


def test_things_are_named_by_what_people_call_them(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/departments", page(FGW))
    api.on("GET", f"/v1/departments/{KEY}", FGW)
    assert "市发展改革委" in logged_in("departments", "show", "fgw").out
    assert api.asked[0].query == {"code": "fgw", "limit": "2"}
    api.asked.clear()
    assert logged_in("departments", "show", KEY).code == 0
    assert [asked.path for asked in api.asked] == [f"/v1/departments/{KEY}"]


def test_an_unknown_name_is_not_found_and_an_ambiguous_one_refused(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/systems", page(), page({"id": "1"}, {"id": "2"}))
    assert logged_in("systems", "show", "oa").code == 3
    ended = logged_in("systems", "show", "oa")
    assert ended.code == 2
    assert "cloudctl systems list --columns id,code" in ended.err


def test_create_sends_what_is_given_with_names_resolved(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/departments", page(FGW))
    api.on("POST", "/v1/accounts", Reply(201, {"id": "a", "login": "li"}))
    ended = logged_in(
        "accounts", "create", "--login", "li", "--name", "李", "--email", "l@x", "--role", "auditor",
        "--role", "operator", "--department", "fgw",
    )  # fmt: skip
    assert ended.code == 0
    assert api.asked[-1].body == {
        "login": "li", "name": "李", "email": "l@x", "roles": ["auditor", "operator"], "department_id": KEY,
    }  # fmt: skip


def test_figures_become_objects(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("POST", "/v1/clouds", Reply(201, {"id": "c", "capacity": {"vcpu": 64}}))
    ended = logged_in(
        "clouds", "create", "--code", "a", "--name", "A", "--kind", "simulated", "--zone", "extranet", "--zone", "dmz",
        "--capacity", "vcpu=64, memory_mib=1024", "--overcommit", "vcpu=4.0",
    )  # fmt: skip
    assert ended.code == 0
    body = api.asked[-1].body
    assert body["zones"] == ["extranet", "dmz"]
    assert body["capacity"] == {"vcpu": 64, "memory_mib": 1024}
    assert body["overcommit"] == {"vcpu": 4.0}
    assert "vcpu=64" in ended.out
    assert logged_in("clouds", "edit", KEY, "--capacity", "vcpu").code == 2


def test_edit_changes_only_what_is_given(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("PATCH", f"/v1/accounts/{KEY}", {"id": KEY})
    assert logged_in("accounts", "edit", KEY, "--inactive", "--if-version", "4").code == 0
    assert api.asked[-1].body == {"active": False}
    assert api.asked[-1].headers["if-match"] == '"4"'
    assert logged_in("accounts", "edit", KEY).code == 2


def test_a_stale_version_is_a_conflict(logged_in: Cloudctl, api: FakeApi) -> None:
    stale = {"type": "/problems/stale", "title": "Changed meanwhile", "detail": "It is at version 5."}
    api.on("PATCH", f"/v1/systems/{KEY}", Reply(412, stale))
    ended = logged_in("systems", "edit", KEY, "--name", "n", "--if-version", "4")
    assert (ended.code, ended.err) == (4, "Changed meanwhile: It is at version 5.\n")


def test_tokens_are_ones_own_unless_said_otherwise(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/me", {"account_id": KEY, "name": "li"})
    api.on("POST", f"/v1/accounts/{KEY}/tokens", Reply(201, {"id": "t", "name": "n", "secret": "cctl_x", "scopes": []}))
    api.on("GET", f"/v1/accounts/{KEY}/tokens", page({"id": "t", "name": "n"}))
    api.on("DELETE", "/v1/tokens/t", {"id": "t"})
    ended = logged_in("tokens", "issue", "--name", "n", "--days", "7", "--scope", "orders:read")
    assert "cctl_x" in ended.out
    assert "not shown again" in ended.err
    assert api.asked[-1].body == {"name": "n", "days": 7, "scopes": ["orders:read"]}
    assert logged_in("tokens", "list").code == 0
    assert logged_in("tokens", "revoke", "t").out == "Revoked.\n"


def test_quotas_are_set_and_shown_by_department_code(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/departments", page(FGW))
    account = {
        "department_id": KEY,
        "cloud": "a",
        "zone": "z",
        "dimension": "volume_gib",
        "limit": 9,
        "held": 1,
        "committed": 2,
        "allotted": 3,
    }
    api.on("PUT", "/v1/quotas", account)
    api.on("GET", "/v1/quotas", page(account))
    arguments = ("--department", "fgw", "--cloud", "a", "--zone", "z", "--dimension", "volume_gib", "--limit", "9")
    assert logged_in("quotas", "set", *arguments).code == 0
    assert api.of("PUT", "/v1/quotas")[0].body["department_id"] == KEY
    assert logged_in("quotas", "list").out.splitlines()[1].split() == [
        "fgw",
        "a",
        "z",
        "volumes",
        "(GiB)",
        "9",
        "1",
        "2",
        "3",
    ]


def test_capacity_says_what_is_left(logged_in: Cloudctl, api: FakeApi) -> None:
    rows = [
        {"cloud": "a", "zone": "z", "dimension": "vcpu", "total": 64, "held": 4, "committed": 8, "free": 52,
         "per_day": 2.5, "lasts_days": 20},
        {"cloud": "a", "zone": "z", "dimension": "servers", "total": None, "held": 1, "committed": 1, "free": None},
    ]  # fmt: skip
    api.on("GET", "/v1/capacity", rows)
    lines = logged_in("capacity", "list", "--cloud", "a").out.splitlines()
    assert [entry.split()[7] for entry in lines[1:]] == ["52", "-"]
    assert lines[1].split()[-2:] == ["2.5", "20"]
    assert api.asked[-1].query == {"cloud": "a"}


def test_the_catalogue_by_parts(logged_in: Cloudctl, api: FakeApi) -> None:
    parts = {
        "specifications": [{"code": "s2", "name": "小", "vcpu": 2, "memory_mib": 4096, "root_disk_gib": 40}],
        "images": [],
    }
    api.on(
        "GET",
        "/v1/catalogue",
        parts | {"volume_types": [{"code": "ssd", "name": "快"}], "zones": [], "classifications": []},
    )
    out = logged_in("catalogue", "list").out
    assert out.index("specifications") < out.index("s2") < out.index("volume-types") < out.index("ssd")
    assert logged_in("catalogue", "list", "specifications", "--columns", "code", "-o", "csv").out == "code\ns2\n"
    api.on("PUT", "/v1/catalogue/volume-types/ssd", {"code": "ssd"})
    assert (
        logged_in("catalogue", "put-volume-types", "ssd", "--name", "快", "--in", "a=fast", "--in", "b=x=y").code == 0
    )
    assert api.asked[-1].body == {"name": "快", "names": {"a": "fast", "b": "x=y"}}
    assert logged_in("catalogue", "put-volume-types", "ssd", "--name", "快", "--in", "a").code == 2


def test_acts_on_one_thing(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/servers", page({"id": KEY, "name": "app-1"}))
    for verb in ("start", "stop", "restore"):
        api.on("POST", f"/v1/servers/{KEY}/{verb}", {"id": KEY, "power": "on"})
        assert logged_in("servers", verb, "app-1").code == 0
    api.on("POST", f"/v1/servers/{KEY}/console", {"url": "https://console/x"})
    assert logged_in("servers", "console", KEY).out == "https://console/x\n"
    api.on("POST", f"/v1/servers/{KEY}/snapshot", Reply(202, {"image": "i-1"}))
    assert "i-1" in logged_in("servers", "snapshot", KEY, "--name", "before").out
    assert api.asked[-1].body == {"name": "before"}


def test_workflows_are_retried_with_a_reason(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("POST", f"/v1/workflows/{KEY}%3A1/retry", Reply(202, {"id": KEY, "state": "provisioning"}))
    assert logged_in("workflows", "retry", f"{KEY}:1", "--reason", "扩容完成").code == 0
    assert api.asked[-1].body == {"reason": "扩容完成"}
    steps = [{"index": 1, "name": "begin", "output": {"outcome": "done"}, "error": None, "completed_at": None}]
    api.on("GET", f"/v1/workflows/{KEY}%3A1", {"id": f"{KEY}:1", "saga": "provision_order", "steps": steps})
    assert "begin  outcome=done" in logged_in("workflows", "show", f"{KEY}:1").out


def test_the_audit_trail_shows_the_reason_and_is_exported_as_it_is(
    logged_in: Cloudctl, api: FakeApi, home: Path
) -> None:
    event = {"at": "2026-11-21T18:00:00Z", "actor": "li", "action": "deny/return", "record": {"reason": "缺材料"}}
    api.on("GET", "/v1/audit", page(event))
    api.on("GET", "/v1/audit/export", Reply(200, raw=b'{"a":1}\n{"a":2}\n'))
    assert "缺材料" in logged_in("audit", "list", "--actor", "li").out
    assert logged_in("audit", "export", "--target", "order", "-f", "out.ndjson").code == 0
    assert (home / "out.ndjson").read_bytes() == b'{"a":1}\n{"a":2}\n'
    assert api.asked[-1].query == {"target_kind": "order"}


def test_exemptions_and_policies(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("DELETE", "/v1/exemptions/e", {"id": "e"})
    assert logged_in("exemptions", "revoke", "e", "--reason", "r").code == 0
    assert api.asked[-1].query == {"reason": "r"}
    assert (
        logged_in("exemptions", "create", "--rule", "r", "--department", KEY, "--ends-on", "soon", "--reason", "x").code
        == 2
    )
    api.on(
        "GET",
        "/v1/policies",
        [{"name": "term", "version": 1, "effect": "warn", "reason": {"en": "Too long.", "zh_CN": "过长"}}],
    )
    assert logged_in("policies", "list").out.splitlines()[1] == "term  1        warn    Too long."


def test_a_department_is_pinned_to_clouds_and_unpinned(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("PUT", f"/v1/departments/{KEY}/clouds", {"code": "fgw", "clouds": ["city-a"]})
    assert "city-a" in logged_in("clouds", "pin", "city-a", "city-b", "--department", KEY).out
    assert api.asked[-1].body == {"clouds": ["city-a", "city-b"]}
    assert logged_in("clouds", "pin", "--department", KEY, "--if-version", "3").code == 0
    assert api.asked[-1].body == {"clouds": []}
    assert api.asked[-1].headers["if-match"] == '"3"'
    assert logged_in("clouds", "pin", "city-a").code == 2
