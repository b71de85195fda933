"""What the guide to blueprints shows is deployed, first in check mode, then in truth."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from cloudctl.hosting.catalogue import load
from tests.hosting.guide import save
from tests.hosting.stage import App, Stage

pytestmark = pytest.mark.timeout(1800)


def test_the_guides_blueprint_is_deployed(stage: Stage, names: list[str], tmp_path: Path) -> None:
    home = save(tmp_path)
    own = Stage(stage.hosts, home, load(home))
    variables = yaml.safe_load((home / "apps.yaml").read_text("utf-8"))
    variables["apps"][0]["hosts"] = names[:1]
    variables["app_blueprints"] = str(home)

    told = own.play_with("deploy_app", variables, "--check").well()
    assert told.changed > 0
    app = App("notice-page", "npaudit", names[0], parameters={"notice": "今日停水"})
    app.more["address"] = "audit.city.example"
    assert own.play_with("deploy_app", variables).well().changed > 0
    status, text = own.page(app, "/", "-H", "Host: audit.city.example")
    assert (status, "今日停水" in text) == (200, True)
    assert own.play_with("deploy_app", variables).well().changed == 0
    variables["apps"][0]["retired_without_backup"] = "the guide ends"
    own.play_with("retire_app", variables).well()
