"""What the playbooks of applications reckon on the platform, asked without a host."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cloudctl.hosting.catalogue import shipped
from cloudctl.workflows.hosting import STOPPED

FILE = Path(__file__).parents[3] / "playbooks" / "filter_plugins" / "apps.py"
APP = {
    "code": "APP-1",
    "instance": "dsaudit",
    "blueprint": "department-site",
    "version": "1.0.0",
    "address": "a.example",
}
LOOK: dict[str, Any] = {"system": "debian-12", "free_mib": 10_000, "apps": {}, "missing": []}


@pytest.fixture(scope="module")
def filters() -> ModuleType:
    spec = importlib.util.spec_from_file_location("app_filters", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def running(**more: object) -> dict[str, Any]:
    known = {"code": "APP-1", "state": "running", "version": "1.0.0", "repository": ""}
    return LOOK | {"apps": {"dsaudit": known | more}}


def test_a_host_carries_what_names_it_and_what_names_none(filters: ModuleType) -> None:
    apps = [APP, APP | {"code": "APP-2", "hosts": ["b"]}, APP | {"code": "APP-3", "hosts": ["a"]}]
    mine = filters.app_instances(apps, "a")
    assert [app["code"] for app in mine] == ["APP-1", "APP-3"]
    assert mine[0]["directory"] == "/srv/apps/dsaudit"


def test_a_certificate_without_its_key_is_refused(filters: ModuleType) -> None:
    with pytest.raises(ValueError, match="no certificate_key"):
        filters.app_instances([APP | {"certificate": "PEM"}], "a")


@pytest.mark.parametrize(
    ("act", "change", "look", "words"),
    [
        ("deploy_app", {}, LOOK | {"system": "centos-7"}, "this is centos-7"),
        ("deploy_app", {}, LOOK | {"free_mib": 10}, "10 MiB are free"),
        ("deploy_app", {}, running(code="APP-9"), "belongs to APP-9"),
        ("deploy_app", {"version": "2.0.0"}, running(), "upgrade_app changes it"),
        ("deploy_app", {"version": "2.0.0", "previous_version": "1.5.0"}, running(), "upgrade_app changes it"),
        ("upgrade_app", {"version": "2.0.0", "previous_version": "1.5.0"}, running(), "not 1.5.0"),
        ("back_up_app", {"repository": "/r"}, LOOK, "not on this host"),
        ("back_up_app", {}, running(), "name the repository"),
        ("restore_app", {"repository": "/r"}, running(), "name the snapshot"),
        ("retire_app", {}, running(), "name the snapshot of its last backup"),
    ],
)
def test_what_cannot_be_done_is_refused(
    filters: ModuleType, act: str, change: dict[str, str], look: dict[str, Any], words: str
) -> None:
    apps = filters.app_instances([APP | change], "a")
    refusals = filters.app_refusals(apps, act, look, {"APP-1": {"restic_password": "p"}})
    assert len(refusals) == 1
    assert words in refusals[0]


@pytest.mark.parametrize(
    ("act", "change", "look"),
    [
        ("deploy_app", {}, LOOK),
        ("deploy_app", {}, running()),
        ("deploy_app", {"version": "1.0.0", "previous_version": "2.0.0"}, running(version="2.0.0")),
        ("upgrade_app", {"version": "2.0.0", "previous_version": "1.0.0"}, running()),
        ("upgrade_app", {"version": "2.0.0", "previous_version": "1.0.0"}, running(version="2.0.0")),
        ("retire_app", {"retired_without_backup": "why"}, LOOK),
        ("retire_app", {"snapshot": "latest", "repository": "/r"}, running()),
    ],
)
def test_what_can_be_done_is_not(filters: ModuleType, act: str, change: dict[str, str], look: dict[str, Any]) -> None:
    apps = filters.app_instances([APP | change], "a")
    assert filters.app_refusals(apps, act, look, {}) == []


def test_what_stands_already_is_not_marked(filters: ModuleType) -> None:
    apps = filters.app_instances([APP], "a")
    assert filters.app_doing(apps, "deploy_app", running()) == []
    assert filters.app_doing(apps, "deploy_app", LOOK)[0]["state"] == "deploying"
    assert filters.app_doing(apps, "deploy_app", running(state="failed"))[0]["state"] == "deploying"
    assert filters.app_doing(apps, "back_up_app", running())[0]["state"] == "backing_up"


def test_what_failed_says_how_far_it_came(filters: ModuleType) -> None:
    apps = filters.app_instances([APP], "a")

    def said(act: str, task: str, *, begun: bool) -> str:
        return str(filters.app_stopped(filters.app_stop(act, apps, task, "why.", begun)))

    assert said("deploy_app", "Look", begun=False).startswith("Nothing was changed: why.")
    assert "in part" in said("deploy_app", filters.PACKAGES, begun=False)
    assert "Half done: APP-1." in said("deploy_app", "Write", begun=True)
    assert "run as before: APP-1" in said("back_up_app", "Save", begun=True)
    kept = filters.app_entries(apps, "failed", "back_up_app", running(), "why")
    assert kept[0]["state"] == "running"


def test_the_platform_says_the_same_in_its_peoples_languages(filters: ModuleType) -> None:
    assert filters.STOPPED == STOPPED


def test_a_failed_loop_says_each_reason_once(filters: ModuleType) -> None:
    turns = [{"failed": True, "msg": "no"}, {"failed": True, "msg": "no"}, {"failed": False, "msg": "yes"}]
    assert filters.app_reason({"results": turns}) == "no"
    assert filters.app_reason({"msg": "m", "rc": 1, "stderr": "e\n"}) == "m: e"
    assert filters.app_reason({}) == "it gave no reason"


def test_a_first_backup_is_one_that_the_host_knows_no_other_of(filters: ModuleType) -> None:
    document = filters.app_blueprint(shipped() / "department-site" / "blueprint.yaml")
    apps = filters.app_instances([APP | {"repository": "/r", "version": "2.0.0"}], "a")
    first = filters.app_backup_entries(apps, [document], {}, running())[0]
    assert (first["first"], first["restores"], first["paths"]) == (True, ["1.0.0"], ["conf", "data"])
    assert not filters.app_backup_entries(apps, [document], {}, running(repository="/r"))[0]["first"]


def test_an_answer_says_what_was_restored_and_what_it_is_now(filters: ModuleType) -> None:
    apps = filters.app_instances([APP | {"version": "2.0.0"}], "a")
    answer = filters.app_answer(apps, "restored", {"dsaudit": {"version": "1.0.0", "snapshot": "ab"}})["apps"]["APP-1"]
    assert (answer["version"], answer["restored_version"], answer["snapshot"]) == ("2.0.0", "1.0.0", "ab")


def test_texts_are_quoted_for_php(filters: ModuleType) -> None:
    assert filters.php("it's \\ all") == "'it\\'s \\\\ all'"


def test_what_a_release_sets_is_taken_back_by_an_older_one(filters: ModuleType) -> None:
    settings = {"1.1.0": {"statement_timeout": "10min"}}
    asked = [APP | {"version": version} for version in ("1.0.0", "1.1.0")]
    said = filters.app_database_settings(asked, settings)
    assert [each["settings"]["statement_timeout"] for each in said] == ["", "10min"]


def test_a_host_knows_the_store_of_what_was_backed_up_or_brought_back(filters: ModuleType) -> None:
    apps = filters.app_instances([APP | {"repository": "/r"}], "a")
    for act, known in (("back_up_app", "/r"), ("restore_app", "/r"), ("deploy_app", "")):
        (entry,) = filters.app_entries(apps, "running", act, LOOK)
        assert entry["repository"] == known, act
    documents = [filters.app_blueprint(str(shipped() / "department-site" / "blueprint.yaml"))]
    (after,) = filters.app_backup_entries(apps, documents, None, running(repository="/r"))
    assert after["first"] is False, "a store that has gone is not made anew in silence"


def test_the_fault_of_a_backup_is_told(filters: ModuleType) -> None:
    apps = filters.app_instances([APP], "a")
    assert "backup" not in filters.app_answer(apps, "failed", message="x")["apps"]["APP-1"]
    assert filters.app_answer(apps, "failed", message="x", broken=True)["apps"]["APP-1"]["backup"] == "broken"


def test_a_balancer_serves_what_names_it(filters: ModuleType) -> None:
    hosts = [{"name": "web-1", "address": "10.0.0.1", "port": 443}]
    plain = APP | {"hosts": ["lb"], "backends": hosts}
    sealed = plain | {"code": "APP-2", "certificate": "PEM", "root_certificate": "ROOT"}
    away = sealed | {"code": "APP-3", "backends": []}
    secrets = {code: {"certificate_key": "KEY"} for code in ("APP-2", "APP-3")}
    told = filters.app_balanced([plain, sealed, away, plain | {"hosts": ["other"]}], "lb", secrets)

    assert [(app["code"], app["encrypted"], app["verified"]) for app in told] == [
        ("APP-1", False, False),
        ("APP-2", True, True),
        ("APP-3", False, False),
    ]
    assert (told[0]["check_path"], told[0]["check_status"]) == ("/", 200)
    with pytest.raises(ValueError, match="no certificate_key"):
        filters.app_balanced([sealed], "lb")


def test_what_apt_needs_of_a_blueprint_comes_with_it(filters: ModuleType) -> None:
    told = filters.app_blueprint(str(shipped() / "tracking" / "blueprint.yaml"))
    assert told["apt_environment"] == {"BUNDLER_VERSION": "2.3.15"}
    assert filters.app_blueprint(str(shipped() / "maps" / "blueprint.yaml"))["apt_environment"] == {}
