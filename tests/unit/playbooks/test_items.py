"""Every hardening item has its clause, a way to read it and a way to set it; what it sets is what it wants."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.unit.playbooks.trees import ROLES, items, module, read

ITEMS = items()
READING = module("hardening", "read_items")
SETTING = module("hardening", "set_items")
# How many letters each clause has that an item serves (GB/T 22239-2019); 0: the clause is one sentence.
LETTERS = {
    2: {"7.1.3.2": 4, "7.1.4.1": 3, "7.1.4.2": 4, "7.1.4.3": 3, "7.1.4.4": 5, "7.1.4.7": 0, "7.1.4.9": 0},
    3: {
        "8.1.3.2": 5, "8.1.4.1": 4, "8.1.4.2": 7, "8.1.4.3": 4, "8.1.4.4": 6, "8.1.4.7": 2, "8.1.4.8": 2, "8.1.4.10": 2,
        "8.1.5.4": 6,
    },
}  # fmt: skip
# What a level 2 clause is called at level 3: the same protection, stricter. 7.1.4.9 is 8.1.4.10 because of 8.1.4.8.
SAME = {number: number.replace("7", "8", 1) for number in LETTERS[2]} | {"7.1.4.9": "8.1.4.10"}
# Items whose reason is another one at level 3, which has a clause of its own for it.
ELSEWHERE = {"password_hash": "8.1.4.8 b", "log_elsewhere": "8.1.5.4 d"}
HAN = re.compile(r"[\u4e00-\u9fff]")
each = pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["id"])


@pytest.mark.parametrize("level", LETTERS)
def test_a_level_asks_for_forty_and_more(level: int) -> None:
    assert len([item for item in ITEMS if level in item["clause"]]) >= 40


def test_ids_are_given_once() -> None:
    ids = [item["id"] for item in ITEMS]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z][a-z0-9_]+", one) for one in ids)


@each
def test_item_is_whole(item: dict[str, Any]) -> None:
    assert set(item) <= {"id", "title", "clause", "check", "wanted", "wanted_3", "remedy", "needs", "why"}
    assert item["clause"]
    for level, clause in item["clause"].items():
        number, _, letter = clause.partition(" ")
        assert number in LETTERS[level]
        assert letter in ("abcdefg"[: LETTERS[level][number]] or [""])
    assert HAN.search(item["title"]["zh_CN"])
    assert not HAN.search(item["title"]["en"])


@each
def test_both_levels_name_the_same_protection(item: dict[str, Any]) -> None:
    """A level may ask for more under another letter, but not for another thing."""
    if set(item["clause"]) != {2, 3}:
        assert set(item["clause"]) == {3}, "level 3 asks for all that level 2 does"
        return
    number, upper = item["clause"][2].partition(" ")[0], item["clause"][3]
    if item["id"] in ELSEWHERE:
        assert upper == ELSEWHERE[item["id"]]
    else:
        assert upper.partition(" ")[0] == SAME[number]


@each
def test_item_can_be_read(item: dict[str, Any]) -> None:
    assert callable(getattr(READING.Host, item["check"]["by"]))
    assert READING.read_by(item["check"])
    assert READING.in_words(item["wanted"])


SET_HERE = read(ROLES / "hardening" / "vars" / "main" / "main.yml")["hardening_set_here"]


@each
def test_item_can_be_set(item: dict[str, Any]) -> None:
    remedy = item["remedy"]
    if remedy["by"] == "hand":
        assert HAN.search(remedy["zh_CN"])
        assert remedy["en"]
    elif remedy["by"] == "role":
        assert (ROLES / remedy["role"] / "tasks" / "main.yml").is_file()
    elif remedy["by"] in SET_HERE:
        assert callable(getattr(SETTING.Remedies, remedy["by"]))
    elif remedy["by"] != "sshd":
        assert (ROLES / "hardening" / "tasks" / "remedies" / f"{remedy['by']}.yml").is_file()


SET = [item for item in ITEMS if item["remedy"]["by"] in {"sshd", "sysctl"} or "setting" in item["check"]["by"]]


@pytest.mark.parametrize("item", [one for one in SET if one["remedy"]["by"] != "role"], ids=lambda item: item["id"])
def test_what_is_set_is_what_is_wanted(item: dict[str, Any]) -> None:
    remedy = item["remedy"]
    text = remedy.get("line") or remedy.get("content") or ""
    for wanted in (item["wanted"], item.get("wanted_3", item["wanted"])):
        if text:
            found = re.search(rf"^{re.escape(item['check']['name'])}(?:\s*=\s*|[ \t]+)?(.*)$", text, re.MULTILINE)
            assert found is not None
            assert READING.fits(found[1] or "set", wanted)
        else:
            assert READING.fits(remedy["value"], wanted)


def test_sshd_is_asked_for_what_it_is_told() -> None:
    for item in ITEMS:
        if item["remedy"]["by"] == "sshd":
            assert item["remedy"]["keyword"].lower() == item["check"]["name"]
