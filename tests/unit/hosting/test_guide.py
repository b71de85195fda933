from __future__ import annotations

from pathlib import Path

from cloudctl.hosting.catalogue import load, problems
from cloudctl.hosting.parameters import fill
from tests.hosting.guide import save


def test_the_guides_blueprint_is_sound(tmp_path: Path) -> None:
    home = save(tmp_path)
    assert problems(home) == []
    blueprint = load(home).named("notice-page")
    assert fill(blueprint, {"notice": "今日停水\n明日恢复"})
