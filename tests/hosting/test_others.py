"""The other blueprints, from real packages: each answers its checks, and a second run changes nothing."""

from __future__ import annotations

import json

import pytest

from tests.hosting.stage import App, Stage

pytestmark = pytest.mark.timeout(1800)
WANTED = {
    "knowledge": {"title": "知识库"},
    "maps": {"title": "地图"},
    "monitoring": {"days": 3},
    "open-data": {"title": "数据开放"},
}


@pytest.mark.parametrize("blueprint", WANTED)
def test_it_answers_its_checks(stage: Stage, names: list[str], blueprint: str) -> None:
    app = App(blueprint, blueprint.replace("-", "")[:8] + "x", names[0], parameters=WANTED[blueprint])
    stage.play("deploy_app", [app]).well()
    assert stage.answers(app) == []
    assert stage.play("deploy_app", [app]).well().changed == 0
    saved = stage.play("back_up_app", [app]).well().answer[app.code]["snapshot"]
    stage.play("restore_app", [app], snapshot=saved).well()
    assert stage.answers(app) == []
    stage.play("retire_app", [app], snapshot=saved).well()
    assert stage.page(app)[0] == 0


def test_a_data_set_that_is_put_down_is_in_the_catalogue(stage: Stage, names: list[str]) -> None:
    app = App("open-data", "oddata", names[0], parameters={"title": "数据开放"})
    stage.play("deploy_app", [app]).well()
    stage.host(app).ssh("sudo", "-u", "oddata", "tee", "/srv/apps/oddata/datasets/rain.csv", stdin="day,mm\n1,9\n")
    stage.sudo(stage.host(app), "systemctl", "start", "dcat@oddata.service")
    catalogue = json.loads(stage.page(app, "/catalog.jsonld")[1])
    assert {each["dct:title"] for each in catalogue["dcat:dataset"]} == {"数据开放", "rain.csv"}
    assert stage.page(app, "/datasets/rain.csv") == (200, "day,mm\n1,9\n")
    stage.play("retire_app", [app], retired_without_backup="a test ends").well()


def test_cases_under_supervision_are_kept(stage: Stage, names: list[str]) -> None:
    app = App("tracking", "trackx", names[1], parameters={"title": "市政府督查"})
    sign_in = ("-u", f"admin:{app.secrets(stage.catalogue)['admin_password']}")

    def taken_on(subject: str, **more: str) -> tuple[int, str]:
        case = {"project_id": "supervision", "subject": subject, **more}
        body = ("-H", "Content-Type: application/json", "-d", json.dumps({"issue": case}))
        return stage.page(app, "/issues.json", *sign_in, *body)

    def cases() -> set[str]:
        return {case["subject"] for case in json.loads(stage.page(app, "/issues.json", *sign_in)[1])["issues"]}

    stage.play("deploy_app", [app]).well()
    assert stage.answers(app) == []
    assert stage.play("deploy_app", [app]).well().changed == 0
    assert stage.page(app, "/issues.json")[0] == 401
    assert stage.page(app, "/issues.json", "-u", "admin:admin")[0] == 401
    assert taken_on("河道清淤")[0] == 201
    peek = ("runuser", "-u", "nobody", "--", "cat", "/srv/apps/trackx/config/database.yml")
    assert stage.sudo(stage.host(app), *peek, check=False) == ""

    # A case names who answers for it and until when, since the newer release.
    old = stage.play("back_up_app", [app]).well().answer[app.code]["snapshot"]
    up = {"version": "1.1.0", "previous_version": "1.0.0"}
    stage.play("upgrade_app", [app], **up).well()
    assert stage.play("upgrade_app", [app], **up).well().changed == 0
    status, text = taken_on("无人承办")
    assert (status, "errors" in text) == (422, True)
    stage.play("roll_back_app", [app], version="1.0.0", previous_version="1.1.0").well()
    assert taken_on("供水管网")[0] == 201
    assert cases() == {"河道清淤", "供水管网"}

    stage.play("retire_app", [app], snapshot=old).well()
    assert stage.page(app, "/login")[0] == 0
    stage.play("deploy_app", [app], version="1.1.0").well()
    assert cases() == set()
    restored = stage.play("restore_app", [app], version="1.1.0", snapshot=old).well().answer[app.code]
    assert restored["restored_version"] == "1.0.0"
    assert cases() == {"河道清淤"}
    assert taken_on("无人承办")[0] == 422
    stage.play("retire_app", [app], retired_without_backup="a test ends").well()
    assert stage.sudo(stage.host(app), "systemctl", "list-units", "--no-legend", "'tracking@*'").strip() == ""
