"""The price book of a directory: what is shipped is in order, and each fault is named with its place."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from cloudctl.domain.errors import ConfigurationError
from cloudctl.domain.savings import Category, Nature, Side
from cloudctl.policy import measures, waste
from cloudctl.policy.prices import FILE, load, read
from cloudctl.policy.registry import shipped

INDICATORS = measures.load(shipped()).indicators
VALUE = {"valid_from": "2026-01-01", "value": "1", "source": {"zh_CN": "甲", "en": "x"}}


def written(tmp_path: Path, change: Callable[[Any], None]) -> Path:
    document = yaml.safe_load((shipped() / FILE).read_text(encoding="utf-8"))
    change(document)
    (tmp_path / FILE).write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return tmp_path


def test_the_shipped_book_has_both_sides_every_category_and_a_source_for_each_price(tmp_path: Path) -> None:
    book = load(shipped(), INDICATORS)
    assert {line.side for line in book.lines} == set(Side)
    assert {line.category for line in book.lines} == set(Category)
    assert {line.nature for line in book.lines} == set(Nature)
    assert all(value.source["zh_CN"] and value.exact > 0 for price in book.prices for value in price.values)
    worth = waste.load(shipped(), book).prices
    used = {name for line in book.lines for name in line.prices} | {name for name, _ in worth.of_amounts.values()}
    assert used == {price.name for price in book.prices}
    assert load(tmp_path, INDICATORS) == book


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda book: book.pop("lines"), "$"),
        (lambda book: book["prices"][0].update(colour="red"), "$.prices[0]"),
        (lambda book: book["prices"][0]["values"][0].update(value="-1"), "$.prices[0].values[0].value"),
        (lambda book: book["prices"][1]["values"][0].update(value="1.5"), "$.prices[1].values[0].value"),
        (lambda book: book["prices"][0]["values"][0].pop("source"), "$.prices[0].values[0]"),
        (lambda book: book["prices"][0]["values"][0].update(value="0"), "$.prices[0].values[0].value"),
        (lambda book: book["prices"].append(book["prices"][0]), "$.prices"),
        (lambda book: book["lines"].append(book["lines"][0]), "$.lines"),
        (lambda book: book["prices"][0]["values"].extend([VALUE, VALUE]), "$.prices"),
        (lambda book: book["lines"][0].update(quantity="nothing"), "$.lines[0].quantity"),
        (lambda book: book["lines"][0].update(times=["nothing"]), "$.lines[0]"),
        (lambda book: book["lines"][0].update(times=["own-server", "own-server"]), "$.lines[0]"),
        (lambda book: book["lines"][0].update(times=[]), "$.lines[0]"),
        (lambda book: book["lines"][0].update(per=["own-server"]), "$.lines[0]"),
    ],
)
def test_a_fault_is_named_with_its_file_and_place(tmp_path: Path, change: Callable[[Any], None], path: str) -> None:
    directory = written(tmp_path, change)
    _, problems = read(directory, INDICATORS)
    assert [(problem.file, problem.path) for problem in problems] == [(FILE, path)]
    assert all(problem.way_out for problem in problems)
    with pytest.raises(ConfigurationError, match=re.escape(path)):
        load(directory, INDICATORS)
