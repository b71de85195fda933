"""What a finding says, and its one next step, in every language of ours: they are kept with the finding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from cloudctl.domain.drift import DriftKind
from cloudctl.governance.drift.planner import Line
from cloudctl.messages import LOCALES, fill, mark, translator

ADOPT = mark("Adopt it for its department: `cloudctl drift resolve {id} --by adopt`; or have it released.")
SETTLE = mark(
    "Let the record follow (`--by accept`), or put the object back to the record (`--by restore`): "
    "`cloudctl drift resolve {id}`."
)
RELEASE = mark(
    "Release it: `cloudctl drift resolve {id} --by release`. It is switched off and cut off now, and deleted only "
    "after its retention."
)
LOST = mark(
    "Ask the operators of the cloud what became of it. If it is gone for good, close its record: "
    "`cloudctl drift resolve {id} --by accept`."
)

SENTENCES: dict[tuple[DriftKind, str], tuple[str, str]] = {
    (DriftKind.UNKNOWN, ""): (mark("The {kind} {name} stands on {cloud} and is on no record."), ADOPT),
    (DriftKind.UNKNOWN, "copy"): (
        mark("The {kind} {name} on {cloud} carries the key of {copy_of}: it is a copy, and on no record."),
        ADOPT,
    ),
    (DriftKind.MISSING, ""): (mark("The {kind} {name} is on record and in use, and {cloud} has it no longer."), LOST),
    (DriftKind.MISSING, "retained"): (
        mark("The {kind} {name} is retained for its department, and {cloud} has it no longer."),
        LOST,
    ),
    (DriftKind.CHANGED, ""): (mark("The {kind} {name} was changed past the platform: {changes}."), SETTLE),
    (DriftKind.LEAKED, "order"): (
        mark("The {kind} {name} on {cloud} was left behind by order {order}; its record says that it is gone."),
        RELEASE,
    ),
    (DriftKind.LEAKED, "key"): (
        mark("The {kind} {name} on {cloud} carries a key of this platform that no living record has."),
        RELEASE,
    ),
    (DriftKind.ORPHAN, "disk"): (mark("The volume {name} of {disk_gib} GiB on {cloud} hangs on no server."), RELEASE),
    (DriftKind.ORPHAN, "snapshot"): (
        mark("The snapshot {name} on {cloud} is of something that is gone."),
        mark(
            "Have it deleted in the cloud if nobody needs it, or keep it on record: "
            "`cloudctl drift resolve {id} --by accept`."
        ),
    ),
    (DriftKind.EXPIRED, ""): (
        mark("The term of the {kind} {name} ended on {expires_on}."),
        mark("Have its department renew it by an order, or release it: `cloudctl drift resolve {id} --by release`."),
    ),
    (DriftKind.OWNERLESS, "department"): (
        mark("{name} has {resources} resources on {cloud}, and nobody left with an account."),
        mark("Create an account for the department, or transfer what it has: `cloudctl transfers create`."),
    ),
    (DriftKind.OWNERLESS, "system"): (
        mark("The {kind} {name} belongs to no information system."),
        mark("Transfer it to the system that uses it: `cloudctl transfers create`."),
    ),
    (DriftKind.OWNERLESS, "applicant"): (
        mark("Whoever asked for the {kind} {name} by order {order} has no account any longer."),
        mark("Ask the department who has taken it over, and note it: `cloudctl drift resolve {id} --by accept`."),
    ),
    (DriftKind.OVER_QUOTA, ""): (
        mark("{name} has {taken} {dimension} in the zone {zone} of {cloud}, and may have {limit}."),
        mark("Raise the limit (`cloudctl quotas set`), or have the department release what it does not need."),
    ),
}


class Words(NamedTuple):
    """By locale."""

    said: dict[str, str]
    next_step: dict[str, str]


def worded(line: Line, cloud: str, finding_id: UUID) -> Words:
    """A line in every language."""
    sentence, step = SENTENCES[line.kind, line.why]
    known = {name: fact for name, fact in line.facts.items() if fact is not None}
    params: dict[str, Any] = {"disk_gib": "?"} | known | {"kind": line.subject_kind, "name": line.name, "cloud": cloud}
    fields = line.facts.get("fields", {})
    said, next_step = {}, {}
    for locale in LOCALES:
        translate = translator(locale)
        said[locale] = fill(translate, sentence, params | {"changes": changes(fields, locale)})
        next_step[locale] = fill(translate, step, {"id": str(finding_id)})
    return Words(said, next_step)


FIELDS = {
    "vcpu": mark("vCPU"),
    "memory_mib": mark("memory in MiB"),
    "disk_gib": mark("disk in GiB"),
    "power": mark("power"),
    "networks": mark("networks"),
    "server": mark("attached to"),
}


def changes(fields: Mapping[str, tuple[Any, Any]], locale: str) -> str:
    """What is otherwise, as `vCPU 2 → 4; power on → off`."""
    translate = translator(locale)
    return "; ".join(
        f"{translate(FIELDS[name])} {_value(translate, before)} → {_value(translate, after)}"
        for name, (before, after) in fields.items()
    )


def _value(translate: Any, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "-"
    return "-" if value is None else translate(value) if value in {"on", "off"} else str(value)
