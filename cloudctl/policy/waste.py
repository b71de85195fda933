"""When something is proposed as waste, from a directory of policies: `waste.yaml`.

    rules = load(directory, book)              # raises ConfigurationError with every problem
    rules, problems = read(directory, book)

A directory without the file has the shipped rules. The prices that they name stand in the directory's price book; where
an older book of a city lacks one, what is saved is not known in money.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from cloudctl.domain.savings import FEN, PriceBook
from cloudctl.domain.waste import Oversized, UnitPrices, WasteRules
from cloudctl.messages import mark
from cloudctl.policy.documents import Form, read_form, refuse
from cloudctl.policy.schema import Problem

FILE = "waste.yaml"
FORM = Form(
    schema="waste",
    message=mark("It does not have the form of a rule for waste: {detail}"),
    way_out=mark("See the comments of the shipped policies/waste.yaml."),
)
_NOTHING = Oversized(
    window_days=366, coverage_percent=100, target_percent=1, peak_percent=1, by_peak=frozenset(), spared=frozenset()
)
NONE = WasteRules(
    version=0, oversized=_NOTHING, powered_off_days=3660, kept_off=frozenset(), orphan_disk_days=3660,
    old_snapshot_days=3660, kept_snapshots=(), unused_address_days=3660, idle_segment_days=3660, again_days=3660,
    longest_refusal_days=3660, prices=UnitPrices(vcpu="", memory_gib="", disk_gib="", address=""),
)  # fmt: skip


def load(directory: Path, book: PriceBook) -> WasteRules:
    """The rules of `directory`; raises ConfigurationError that lists every problem."""
    rules, found = read(directory, book)
    refuse(
        found,
        directory,
        mark("The rules for waste in {directory} cannot be used; `cloudctl policies check` says the same:\n{problems}"),
    )
    return rules


def read(directory: Path, book: PriceBook) -> tuple[WasteRules, list[Problem]]:
    """The rules, and what is wrong with them."""
    found: list[Problem] = []
    written = read_form(directory, FILE, FORM, found)
    if written is not None:
        found.extend(_inconsistent(written))
        if (directory / FILE).is_file():
            found.extend(_unpriced(written, book))
    if found or written is None:
        return NONE, found
    return msgspec.convert(written, WasteRules), []


def _unpriced(written: dict[str, Any], book: PriceBook) -> Iterator[Problem]:
    """Prices that the book does not have, or not in money."""
    in_money = {price.name for price in book.prices if price.unit == FEN}
    for amount, name in written["prices"].items():
        if name not in in_money:
            yield Problem(
                file=FILE, path=f"$.prices.{amount}", message=mark("The price book has no price {name} in fen."),
                way_out=mark("Possible: {known}."), params={"name": name, "known": ", ".join(sorted(in_money)) or "-"},
            )  # fmt: skip


def _inconsistent(written: dict[str, Any]) -> Iterator[Problem]:
    """A peak under the target; a refusal that outlasts the longest."""
    oversized = written["oversized"]
    if oversized["peak_percent"] < oversized["target_percent"]:
        yield Problem(
            file=FILE, path="$.oversized.peak_percent", message=mark("The peak is under what is aimed at for P95."),
            way_out=mark("Give the peak the larger share."), params={},
        )  # fmt: skip
    if written["again_days"] > written["longest_refusal_days"]:
        yield Problem(
            file=FILE, path="$.again_days", message=mark("A refusal that names no day would outlast the longest one."),
            way_out=mark("Make it shorter, or the longest one longer."), params={},
        )  # fmt: skip
