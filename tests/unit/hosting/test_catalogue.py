from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cloudctl.domain.blueprints import Catalogue, Version
from cloudctl.domain.errors import ConfigurationError, Invalid, NotFound
from cloudctl.hosting.catalogue import TASKS, load, problems, shipped

FIRST = ("department-site", "database", "directory", "emergency")


def test_every_shipped_blueprint_is_sound(catalogue: Catalogue) -> None:
    assert problems(shipped()) == []
    assert set(FIRST) <= set(catalogue.blueprints)
    for blueprint in catalogue.blueprints.values():
        assert blueprint.tried_on, blueprint.name
        assert blueprint.packages, blueprint.name
        assert blueprint.sizes[0].price_fen_month >= 0


def test_the_same_files_are_the_same_version(catalogue: Catalogue, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(shipped(), copy)
    assert load(copy).version == catalogue.version
    (copy / "department-site" / "templates" / "start.txt.j2").write_text("other", "utf-8")
    assert load(copy).version != catalogue.version


def test_a_later_directory_replaces_a_blueprint(spoiled, catalogue: Catalogue) -> None:
    home = spoiled(lambda document: document.update(availability="99.99"))
    both = load(shipped(), home)
    assert both.named("department-site").availability == "99.99"
    assert set(both.blueprints) == set(catalogue.blueprints)


@pytest.mark.parametrize(
    ("change", "path", "words"),
    [
        (lambda it: it.pop("title"), "$", "'title' is a required property"),
        (lambda it: it.update(colour="red"), "$", "'colour' was unexpected"),
        (lambda it: it.update(port=70000), "$.port", "70000 is greater than the maximum"),
        (lambda it: it.update(name="other-site"), "$.name", "other-site is not the folder's name"),
        (lambda it: it["sizes"][0].update(price_fen_month=1.5), "$.sizes[0].price_fen_month", "not of type 'integer'"),
        (lambda it: it["sizes"].append(it["sizes"][0]), "$.sizes", "small stands there twice"),
        (lambda it: it["releases"][1].update(upgrades_from=["3.0.0"]), "$.releases[1].upgrades_from", "3.0.0"),
        (lambda it: it["releases"][0].update(upgrades_from=["2.0.0"]), "$.releases[0].upgrades_from", "2.0.0"),
        (lambda it: it["releases"][0].update(version="1.0"), "$.releases[0].version", "does not match"),
        (lambda it: it["parameters"]["required"].append("size"), "$.parameters.required", "size is not a parameter"),
        (
            lambda it: it["parameters"]["properties"]["filing"].pop("default"),
            "$.parameters.properties.filing",
            "default",
        ),
        (
            lambda it: it["parameters"]["properties"]["upload_mib"].update(default=9999),
            "$.parameters.properties.upload_mib.default",
            "9999 is greater",
        ),
        (
            lambda it: it["parameters"]["properties"]["filing"].update(pattern="["),
            "$.parameters.properties.filing",
            "is not a 'regex'",
        ),
        (lambda it: it["checks"].append({"kind": "ping", "name": "ping"}), "$.checks[2].kind", "ping"),
        (lambda it: it["backup"].update(paths=["/etc"]), "$.backup.paths[0]", "/etc"),
    ],
)
def test_what_is_wrong_is_named_with_the_way_out(
    spoiled, change: Callable[[dict[str, Any]], object], path: str, words: str
) -> None:
    found = problems(spoiled(change))

    assert [problem.path for problem in found] == [path], list(map(str, found))
    assert words in str(found[0])
    assert found[0].file == "department-site/blueprint.yaml"
    assert found[0].way_out
    with pytest.raises(ConfigurationError, match="cannot be used"):
        load(spoiled(lambda _: None))


@pytest.mark.parametrize("task", TASKS)
def test_a_role_without_one_of_its_files_is_refused(spoiled, task: str) -> None:
    home = spoiled(lambda _: None)
    (home / "department-site" / "tasks" / task).unlink()
    assert [problem.file for problem in problems(home)] == [f"department-site/tasks/{task}"]


def test_what_is_not_yaml_is_one_problem(spoiled) -> None:
    home = spoiled(lambda _: None)
    (home / "department-site" / "blueprint.yaml").write_text("name: [", "utf-8")
    assert [problem.path for problem in problems(home)] == ["$"]


def test_an_empty_directory_is_no_catalogue(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="There is no blueprint"):
        load(tmp_path)


def test_versions_are_numbers() -> None:
    assert Version("2.10.0") > Version("2.9.9")
    assert Version("1.0.0") == Version("1.0.0")


def test_the_newest_release_is_the_latest(catalogue: Catalogue) -> None:
    assert catalogue.named("department-site").latest.version == "2.0.0"


def test_what_there_is_not_is_refused_with_what_there_is(catalogue: Catalogue) -> None:
    site = catalogue.named("department-site")
    with pytest.raises(NotFound, match="no blueprint x") as found:
        catalogue.named("x")
    assert found.value.field == "blueprint"
    with pytest.raises(Invalid, match="no release 9") as refused:
        site.release("9.0.0")
    assert (refused.value.field, refused.value.params["versions"]) == ("release", "1.0.0, 2.0.0")
    with pytest.raises(Invalid, match="no size x"):
        site.size("x")


def test_upgrades_go_where_a_release_says_so(spoiled) -> None:
    def third(document: dict[str, Any]) -> None:
        document["releases"].append(document["releases"][1] | {"version": "3.0.0", "upgrades_from": ["2.0.0"]})

    site = load(spoiled(third)).named("department-site")
    site.refuse_upgrade("2.0.0", "3.0.0")
    assert site.path("1.0.0", "3.0.0") == ("2.0.0", "3.0.0")
    with pytest.raises(Invalid) as step:
        site.refuse_upgrade("1.0.0", "3.0.0")
    assert "2.0.0 → 3.0.0" in step.value.way_out.format(**step.value.params)
    with pytest.raises(Invalid) as down:
        site.refuse_upgrade("2.0.0", "1.0.0")
    assert down.value.field == "release"
