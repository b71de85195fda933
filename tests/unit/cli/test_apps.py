"""`cloudctl apps`: what it sends, and what people read."""

from __future__ import annotations

from pathlib import Path

from tests.unit.cli.fakes import Cloudctl, FakeApi, Reply

KEY = "01a1ff5c-8e74-517d-b9f5-571091dd581c"
APP = {
    "id": KEY, "code": "fgw-site", "name": "门户", "department_id": KEY, "system_id": KEY,
    "blueprint": "department-site", "wanted": "2.0.0", "release": None, "previous_release": None, "size": "small",
    "parameters": {}, "zone": "extranet", "address": "fgw-site.apps.test", "url": "https://fgw-site.apps.test/",
    "quota_mib": 1024, "memory_mib": 96, "instances": 1, "own": False, "cloud": None, "order_id": None,
    "exposed": False, "owner": "", "state": "planned", "act_id": KEY, "reason": {}, "stands": {},
    "certificate_until": None, "running_since": None, "created_at": "2026-11-22T00:00:00Z", "version": 1,
}  # fmt: skip
FIELD = {
    "name": "upload_mib", "kind": "whole", "title": {"en": "Largest file", "zh_CN": "上传上限"}, "hint": {},
    "required": False, "default": 32, "choices": [], "most": 512,
}  # fmt: skip
OFFER = {
    "name": "department-site", "title": {"en": "Department site", "zh_CN": "部门网站"},
    "summary": {"en": "", "zh_CN": ""},
    "releases": [{"version": "2.0.0", "released_on": "2026-10-12", "notes": {}, "upgrades_from": ["1.0.0"]}],
    "sizes": [{"code": "small", "title": {}, "quota_mib": 1, "memory_mib": 1, "price_fen_month": 6000}],
    "fields": [FIELD], "parameters": {}, "zones": ["extranet"], "max_mlps_level": 3, "internet": True,
    "scales": False, "checks": ["front-page"], "availability": "99.5",
}  # fmt: skip


def test_the_catalogue_lists_and_shows(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/blueprints", [OFFER])
    api.on("GET", "/v1/blueprints/department-site", OFFER)
    assert "Department site" in logged_in("apps", "catalogue").out
    shown = logged_in("apps", "catalogue", "department-site").out
    assert "upload_mib" in shown
    assert "2.0.0" in shown


def test_a_deployment_sends_what_was_given(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/blueprints/department-site", OFFER)
    api.on("POST", "/v1/apps", Reply(201, APP))
    ended = logged_in(
        "apps", "deploy", "department-site", "--zone", "extranet", "--code", "fgw-site", "--set", "upload_mib=64",
        "--no-state-secrets",
    )  # fmt: skip
    assert ended.code == 0, ended.err
    body = api.asked[-1].body
    assert (body["parameters"], body["code"], body["no_state_secrets"]) == ({"upload_mib": 64}, "fgw-site", True)
    assert "in the queue" in ended.out


def test_following_ends_with_the_state(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("POST", "/v1/apps", Reply(201, APP))
    reason = {"en": "No page.", "zh_CN": "无页面。"}
    stands = {"en": "Parts of it may stand on host-1.", "zh_CN": "host-1"}
    api.on("GET", f"/v1/apps/{KEY}", APP | {"state": "attention", "reason": reason, "stands": stands})
    ended = logged_in("apps", "deploy", "department-site", "--zone", "extranet", "--no-state-secrets", "--follow")
    assert ended.code != 0
    assert "needs a person" in ended.out
    assert "Parts of it may stand on host-1." in ended.out


def test_a_list_is_read_and_sent_at_once(logged_in: Cloudctl, api: FakeApi, tmp_path: Path) -> None:
    line = {"department": "fgw", "new": True, "note": {}, "id": KEY, "code": "fgw-site", "state": "planned"}
    api.on("POST", "/v1/apps/each", {"items": [line]})
    (tmp_path / "departments.csv").write_text("name,code\n发展改革委,fgw\n", encoding="utf-8")
    ended = logged_in(
        "apps", "deploy", "department-site", "--zone", "extranet", "--code", "site", "--each",
        str(tmp_path / "departments.csv"), "--no-state-secrets",
    )  # fmt: skip
    assert ended.code == 0, ended.err
    assert api.asked[-1].body["departments"] == ["fgw"]
    assert "fgw-site" in ended.out


def test_status_shows_where_it_stands_and_what_was_done(logged_in: Cloudctl, api: FakeApi) -> None:
    act = {
        "id": KEY, "kind": "upgrade", "state": "rolled_back", "from_release": "1.0.0", "to_release": "2.0.0",
        "backup_id": None, "reason": {"en": "No page.", "zh_CN": ""}, "stands": {},
        "created_at": "2026-11-22T00:00:00Z", "ended_at": None,
    }  # fmt: skip
    backup = {
        "id": KEY, "snapshot": "ab12", "release": "1.0.0", "cause": "upgrade", "size_bytes": 4096, "state": "kept",
        "taken_at": "2026-11-22T00:00:00Z", "verified_at": None, "keep_until": None,
    }  # fmt: skip
    place = {"host_id": KEY, "host": "host-1", "address": "10.9.0.1", "balancer": False, "ready": True}
    told = {"app": APP | {"state": "running"}, "places": [place], "acts": [act], "backups": [backup]}
    api.on("GET", "/v1/apps", {"items": [APP], "next": None})
    api.on("GET", f"/v1/apps/{KEY}/status", told)
    shown = logged_in("apps", "status", "fgw-site").out
    for words in ("host-1 (10.9.0.1)", "rolled back", "No page.", "upgrade", "kept"):
        assert words in shown


def test_acts_post_below_the_one_that_is_named(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/apps", {"items": [APP], "next": None})
    for verb, more, body in (
        ("upgrade", ["--release", "2.0.0"], {"release": "2.0.0"}),
        ("rollback", [], {}),
        ("backup", [], {}),
        ("restore", ["--backup", KEY], {"backup_id": KEY}),
        ("prove", [], {"backup_id": None}),
        ("prove", ["--backup", KEY], {"backup_id": KEY}),
        ("scale", ["--hosts", "3"], {"hosts": 3}),
        ("renew", [], {}),
        ("move", ["--cloud", "os-1"], {"cloud": "os-1"}),
        ("retire", ["--reason", "x"], {"reason": "x", "without_backup": ""}),
        ("retry", [], {}),
        ("settle", ["--reason", "x"], {"reason": "x"}),
        ("approve", [], {}),
        ("reject", ["--reason", "x"], {"reason": "x"}),
        ("withdraw", [], {}),
    ):
        api.on("POST", f"/v1/apps/{KEY}/{verb}", APP)
        ended = logged_in("apps", verb, "fgw-site", *more)
        assert ended.code == 0, (verb, ended.err)
        assert api.asked[-1].body == body, verb
