from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cloudctl.domain.errors import ConfigurationError
from cloudctl.messages import translator
from cloudctl.policy.registry import load, read, read_facts
from cloudctl.policy.schema import Policy, schema
from tests.unit.policy.conftest import RULE

Write = Callable[..., Path]


def problems(directory: Path) -> list[tuple[str, str]]:
    return [(problem.path, str(problem)) for problem in read(directory)[1]]


def test_a_sound_directory_has_no_problem(write: Write) -> None:
    registry, found = read(write())
    assert found == []
    assert [rule.policy.name for rule in registry.rules] == ["too-many"]


def test_the_schema_has_the_fields_of_a_policy() -> None:
    assert set(schema()["properties"]) == set(Policy.__struct_fields__)


@pytest.mark.parametrize("key", ["name", "version", "title", "when", "effect", "reason", "way_out", "basis", "cases"])
def test_a_missing_key_is_named(write: Write, key: str) -> None:
    ((path, text),) = problems(write(leave_out=key))
    assert path == f"$.{key}"
    assert text.startswith(f"orders/too-many.yaml: $.{key}: It is missing. Add it.")


BROKEN: list[tuple[dict[str, Any], str, str]] = [
    ({"effect": "forbid"}, "$.effect", "Write one of: deny require_approval ask_opinion warn auto_approve propose."),
    ({"version": 0}, "$.version", "0 is less than 1."),
    ({"version": "1"}, "$.version", '"1" is not of the type integer.'),
    ({"title": {"en": "Only"}}, "$.title.zh_CN", "The Chinese text."),
    ({"reason": {"zh_CN": "", "en": "{count}"}}, "$.reason.zh_CN", "It is empty."),
    ({"until": "2027"}, "$.until", "It is not known here."),
    ({"scope": "department"}, "$.scope", "Write one of: order item."),
    ({"field": "items[0]"}, "$.field", "does not have the form"),
    ({"effect": "require_approval"}, "$.role", "It is missing."),
    ({"effect": "require_approval", "role": "auditor"}, "$.role", "Write one of: office-reviewer office-admin."),
    ({"role": "office-admin"}, "$.role", "`role` belongs to the effect require_approval"),
    ({"effect": "ask_opinion"}, "$.specialist", "It is missing."),
    ({"effect": "ask_opinion", "specialist": "legal"}, "$.specialist", "network security capacity budget."),
    ({"specialist": "network"}, "$.specialist", "`specialist` to ask_opinion"),
    ({"cases": [RULE["cases"][0]]}, "$.cases", "There are fewer than 2."),
    ({"cases": [{"name": "a", "facts": {}}, RULE["cases"][1]]}, "$.cases[0].speaks", "It is missing."),
    ({"params": {"count": 7}}, "$.params.count", "7 is not of the type string object."),
    ({"params": {"count": {"en": "1"}}}, "$.params.count.zh_CN", "It is missing."),
    ({"when": "totals.servers >"}, "$.when", "This is not a CEL expression"),
    ({"params": {"count": "1 +"}}, "$.params.count", "This is not a CEL expression"),
    ({"when": "totals.server > 5"}, "$.when", "Name only facts that policies/facts.yaml lists"),
    ({"when": "item.vcpu > 5"}, "$.when", "`item` needs the scope item"),
    ({"when": "totals.servers"}, "$.when", "where true or false is needed"),
    ({"params": {"count": "totals.nope"}}, "$.params.count", "Name only facts"),
    ({"reason": {"zh_CN": "{much}{count}", "en": "{count}"}}, "$.reason", "{much} has no value. Add much to params"),
    ({"reason": {"zh_CN": "{count.x}", "en": "{count}"}}, "$.reason", "{count.x} has no value."),
    ({"way_out": {"zh_CN": "{", "en": "x"}}, "$.way_out", "Close every brace."),
    ({"params": {"count": "1", "spare": "2"}}, "$.params.spare", "No text uses it."),
    ({"cases": [RULE["cases"][0], RULE["cases"][0] | {"name": "b"}]}, "$.cases", "one in which it is silent"),
    ({"cases": [RULE["cases"][0], RULE["cases"][1] | {"name": "six"}]}, "$.cases", "six is used twice."),
    (
        {"cases": [RULE["cases"][0], RULE["cases"][1] | {"facts": {"total": {}}}]},
        "$.cases[1].facts.total",
        "There is no such fact.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("change", "path", "says"), BROKEN, ids=[f"{path} {says[:20]}" for _, path, says in BROKEN])
def test_what_is_wrong_is_named_with_file_path_and_way_out(
    write: Write, change: dict[str, Any], path: str, says: str
) -> None:
    found = dict(problems(write(change)))
    assert path in found
    assert found[path].startswith(f"orders/too-many.yaml: {path}: ")
    assert says.lower() in found[path].lower()


def test_all_problems_are_listed_and_loading_says_them(write: Write) -> None:
    directory = write({"version": 0, "effect": "forbid"}, {"name": "other", "when": "1 +"})
    assert [path for path, _ in problems(directory)] == ["$.when", "$.effect", "$.version"]  # by file, then path
    with pytest.raises(ConfigurationError) as raised:
        load(directory)
    assert "orders/other.yaml: $.when" in str(raised.value)
    assert "orders/too-many.yaml: $.version" in str(raised.value)


def test_a_problem_keeps_its_file_and_path_in_every_language(write: Write) -> None:
    (problem,) = read(write({"version": 0}))[1]
    assert problem.text(translator("zh_CN")).startswith("orders/too-many.yaml: $.version: ")


def test_a_name_has_one_rule_and_its_file_has_the_name(write: Write) -> None:
    directory = write()
    copy = directory / "orders" / "copied.yaml"
    copy.write_text((directory / "orders" / "too-many.yaml").read_text("utf-8"), encoding="utf-8")
    found = [text for _, text in problems(directory)]
    assert "orders/copied.yaml: $.name: too-many is not the file's name. Give both the same name." in found
    assert "orders/too-many.yaml: $.name: too-many is used twice. Rename one of the rules." in found


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name: a\nname: b\n", "the key 'name' stands twice"),
        ("- a\n", "It is not a mapping."),
        ("a: [1\n", "It cannot be read"),
        ("a: !!python/object/apply:os.getcwd []\n", "It cannot be read"),
        ("a: \x01\n", "It cannot be read"),
    ],
)
def test_a_file_that_is_no_plain_yaml(write: Write, text: str, says: str) -> None:
    directory = write()
    (directory / "orders" / "spoilt.yaml").write_text(text)
    ((path, found),) = problems(directory)
    assert path == "$"
    assert found.startswith("orders/spoilt.yaml: $: ")
    assert says in found


def test_a_directory_without_policies_or_base_is_no_registry(tmp_path: Path) -> None:
    assert [text.partition(":")[0] for _, text in problems(tmp_path)] == ["facts.yaml", "orders"]


def test_a_base_without_the_neutral_item(write: Write) -> None:
    directory = write()
    (directory / "facts.yaml").write_text("order: {}\n")
    assert problems(directory)[0][0] == "$.item"


def test_a_date_stays_a_text(write: Write) -> None:
    registry = load(write())
    assert registry.base["today"] == "2026-11-01"


def test_the_version_is_that_of_the_files(write: Write) -> None:
    first = load(write()).version
    assert load(write()).version == first
    assert load(write({"version": 4})).version != first


def test_facts_from_a_file_are_completed(write: Write, tmp_path: Path) -> None:
    base = load(write()).base
    file = tmp_path / "asked.yaml"
    file.write_text("totals: {servers: 7}\nitems: [{name: a}]\n")
    facts = read_facts(file, base)
    assert facts["totals"] == {**base["totals"], "servers": 7}
    assert facts["items"] == [{**base["item"], "name": "a"}]


@pytest.mark.parametrize(
    ("text", "says"),
    [("total: {}\n", "there is no fact total"), ("items: [{cpu: 1}]\n", "items[0].cpu"), ("[]\n", "not a mapping")],
)
def test_facts_that_do_not_exist_are_refused(write: Write, tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "asked.yaml"
    file.write_text(text)
    with pytest.raises(ConfigurationError) as raised:
        read_facts(file, load(write()).base)
    assert says in str(raised.value)
