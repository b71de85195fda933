"""The measures of a directory of policies: `evidence.yaml`, `indicators/*.yaml` and `ranking.yaml`.

    measures = load(directory)              # raises ConfigurationError with every problem
    measures, problems = read(directory)

A directory without one of them has the shipped one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import msgspec

from cloudctl.domain.evidence import EvidenceKind
from cloudctl.domain.indicators import FIELDS, SUMS, Counted, Definition, Where
from cloudctl.domain.measures import EvidenceRules, Measures
from cloudctl.domain.rankings import CASES_ON_TIME, RankingPart
from cloudctl.messages import mark
from cloudctl.policy.documents import Form, read_form, refuse
from cloudctl.policy.registry import shipped
from cloudctl.policy.schema import Problem

EVIDENCE, INDICATORS, RANKING = "evidence.yaml", "indicators", "ranking.yaml"
LAUNCH_REPORT_DAYS = 365  # where a document of one's own does not say
NONE = Measures(evidence=EvidenceRules(expiry={kind: timedelta(days=1) for kind in EvidenceKind}))


def load(directory: Path) -> Measures:
    """The measures of `directory`; raises ConfigurationError that lists every problem."""
    measures, found = read(directory)
    refuse(
        found,
        directory,
        mark("The measures in {directory} cannot be used; `cloudctl policies check` says the same:\n{problems}"),
    )
    return measures


def read(directory: Path) -> tuple[Measures, list[Problem]]:
    """The measures, and what is wrong with them; with any problem none is given."""
    found: list[Problem] = []
    evidence = _document(directory, EVIDENCE, "evidence", found)
    ranking = _document(directory, RANKING, "ranking", found)
    home = directory if (directory / INDICATORS).is_dir() else shipped()
    files = sorted(str(file.relative_to(home)) for file in (home / INDICATORS).glob("*.yaml"))
    written = [(file, one) for file in files if (one := _document(home, file, "indicator", found))]
    for file, document in written:
        found.extend(_unknown_fields(file, document))
    if not found:
        found.extend(_inconsistent(evidence, ranking, written))
    if found:
        return NONE, found
    definitions = msgspec.convert([document for _, document in written], tuple[Definition, ...])
    parts = msgspec.convert(ranking["parts"], tuple[RankingPart, ...])
    return Measures(evidence=_rules(evidence), indicators=definitions, ranking=parts), []


def _document(directory: Path, name: str, shape: str, found: list[Problem]) -> dict[str, Any]:
    form = Form(
        schema="measures",
        shape=shape,
        message=mark("It does not have the form of a measure: {detail}"),
        way_out=mark("See cloudctl/policy/measures.schema.json for the form."),
    )
    return read_form(directory, name, form, found) or {}


def _rules(written: dict[str, Any]) -> EvidenceRules:
    counted = {EvidenceKind.LAUNCH_REPORT.value: LAUNCH_REPORT_DAYS} | written["expires_after_days"]
    optional = ("quiet_bytes_per_day", "quiet_power_w", "class_change_days")
    return EvidenceRules(
        expiry={EvidenceKind(kind): timedelta(days=days) for kind, days in counted.items()},
        again_after=timedelta(hours=written["again_after_hours"]),
        gateways=tuple(written.get("gateways", ())),
        **{name: written[name] for name in optional if name in written},
    )


def _unknown_fields(file: str, document: dict[str, Any]) -> Iterator[Problem]:
    """Conditions on what a noun does not have, and totals of what cannot be added up."""
    for part in ("numerator", "denominator", "claimed", "exclusions"):
        for place, term in enumerate(document.get(part, ())):
            noun = Counted(term["noun"])
            path = f"$.{part}[{place}]"
            yield from (
                _no_field(file, f"{path}.where", name, FIELDS[noun], noun)
                for name in _where(term)
                if name not in FIELDS[noun]
            )
            total = term.get("total_of")
            if total is not None and total not in SUMS[noun]:
                yield _no_field(file, f"{path}.total_of", total, SUMS[noun], noun)


def _where(term: dict[str, Any]) -> Where:
    where: Where = term.get("where", {})
    return where


def _no_field(file: str, path: str, name: str, known: frozenset[str], noun: Counted) -> Problem:
    return Problem(
        file=file,
        path=path,
        message=mark("The {noun} have no field {field} that can be counted by."),
        way_out=mark("Possible: {known}."),
        params={"noun": noun.value, "field": name, "known": ", ".join(sorted(known)) or "-"},
    )


def _inconsistent(
    evidence: dict[str, Any], ranking: dict[str, Any], written: list[tuple[str, dict[str, Any]]]
) -> Iterator[Problem]:
    """Versions that stand twice, shares without a denominator, parts of the ranking without an indicator."""
    times = Counter((document["name"], document["version"]) for _, document in written)
    shares = {document["name"] for _, document in written if document["unit"] == "share"}
    for file, document in written:
        if times[document["name"], document["version"]] > 1:
            yield Problem(
                file=file, path="$.version", message=mark("Version {version} of {name} stands twice."),
                way_out=mark("Give another way to count another version."),
                params={"name": document["name"], "version": document["version"]},
            )  # fmt: skip
        if (document["unit"] == "share") is not bool(document.get("denominator")):
            yield Problem(
                file=file, path="$.denominator", message=mark("A share has a denominator, and nothing else has one."),
                way_out=mark("Set the unit to share, or leave the denominator out."), params={},
            )  # fmt: skip
    for place, part in enumerate(ranking["parts"]):
        if part["name"] != CASES_ON_TIME and part.get("indicator") not in shares:
            yield Problem(
                file=RANKING, path=f"$.parts[{place}].indicator",
                message=mark("The part {name} names no indicator that is a share."),
                way_out=mark("Possible: {known}."), params={"name": part["name"], "known": ", ".join(sorted(shares))},
            )  # fmt: skip
    for place, block in enumerate(evidence.get("gateways", ())):
        try:
            ip_network(block)
        except ValueError:
            yield Problem(
                file=EVIDENCE, path=f"$.gateways[{place}]", message=mark("{block} is no block of addresses."),
                way_out=mark("Write it as 10.8.0.0/24."), params={"block": block},
            )  # fmt: skip
