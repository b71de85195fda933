"""The price book of a directory of policies: `prices.yaml`.

    book = load(directory, indicators)          # raises ConfigurationError with every problem
    book, problems = read(directory, indicators)

A directory without the file has the shipped book.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec

from cloudctl.domain.indicators import Definition
from cloudctl.domain.savings import FEN, PriceBook
from cloudctl.messages import mark
from cloudctl.policy.documents import Form, read_form, refuse
from cloudctl.policy.schema import Problem

FILE = "prices.yaml"
FORM = Form(
    schema="prices",
    message=mark("It does not have the form of a price book: {detail}"),
    way_out=mark("See the comments of the shipped policies/prices.yaml."),
)
NONE = PriceBook(version=0)


def load(directory: Path, indicators: Sequence[Definition]) -> PriceBook:
    """The price book of `directory`; raises ConfigurationError that lists every problem."""
    book, found = read(directory, indicators)
    refuse(
        found,
        directory,
        mark("The price book in {directory} cannot be used; `cloudctl policies check` says the same:\n{problems}"),
    )
    return book


def read(directory: Path, indicators: Sequence[Definition]) -> tuple[PriceBook, list[Problem]]:
    """The price book, and what is wrong with it; with any problem none is given."""
    found: list[Problem] = []
    written = read_form(directory, FILE, FORM, found)
    if written is not None:
        found.extend(_inconsistent(written, {one.name: one.unit for one in indicators}))
    if found or written is None:
        return NONE, found
    return msgspec.convert(written, PriceBook), []


def _inconsistent(written: dict[str, Any], quantities: dict[str, str]) -> Iterator[Problem]:
    """Names that stand twice or nowhere, lines that do not come to money, values of the same day, division by zero."""
    yield from _twice(written)
    units = {price["name"]: price["unit"] for price in written["prices"]}
    for place, line in enumerate(written["lines"]):
        path = f"$.lines[{place}]"
        if line["quantity"] not in quantities:
            yield _unknown(f"{path}.quantity", line["quantity"], quantities)
            continue
        times, per = line.get("times", []), line.get("per", [])
        strangers = [name for name in (*times, *per) if name not in units]
        for name in strangers:
            yield _unknown(path, name, units)
        if strangers:
            continue
        money = [quantities[line["quantity"]], *(units[name] for name in times)].count(FEN)
        if money - [units[name] for name in per].count(FEN) != 1:
            yield Problem(
                file=FILE, path=path, message=mark("The line {name} does not come to an amount of money."),
                way_out=mark("Multiply with exactly one price in fen, and divide by none."),
                params={"name": line["name"]},
            )  # fmt: skip
    for place, price in enumerate(written["prices"]):
        for number, value in enumerate(price["values"]):
            if Fraction(value["value"]) == 0:
                yield Problem(
                    file=FILE, path=f"$.prices[{place}].values[{number}].value",
                    message=mark("A price of nothing cannot be reckoned with."),
                    way_out=mark("Leave the line out instead."), params={},
                )  # fmt: skip


def _twice(written: dict[str, Any]) -> Iterator[Problem]:
    for part in ("prices", "lines"):
        times = Counter(one["name"] for one in written[part])
        days = [
            f"{one['name']} {day}"
            for one in written[part]
            for day, count in Counter(value["valid_from"] for value in one.get("values", ())).items()
            if count > 1
        ]
        for name in [*(name for name, count in times.items() if count > 1), *days]:
            yield Problem(
                file=FILE, path=f"$.{part}", message=mark("{name} stands twice."),
                way_out=mark("Give a new value a day of its own from which it holds."), params={"name": name},
            )  # fmt: skip


def _unknown(path: str, name: str, known: dict[str, str]) -> Problem:
    return Problem(
        file=FILE,
        path=path,
        message=mark("There is no {name} to reckon with."),
        way_out=mark("Possible: {known}."),
        params={"name": name, "known": ", ".join(sorted(known)) or "-"},
    )
