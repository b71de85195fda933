"""What a proposal says, and its one next step, in every language of ours: they are kept with the proposal."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.waste import WasteKind
from cloudctl.governance.waste.planner import Line
from cloudctl.messages import LOCALES, fill, mark, translator

ANSWER = mark(
    "Agree by `cloudctl waste accept {id}`, which writes the order; or say what it is needed for: decline it."
)
SENTENCES: dict[WasteKind, str] = {
    WasteKind.OVERSIZED: mark(
        "The server {name} is larger than what it does: over {window_days} days, {coverage_percent} % of them "
        "measured, P95 of CPU was {cpu_p95} % and of memory {memory_p95} %. {new_vcpu} vCPU and {new_memory_mib} MiB "
        "instead of {vcpu} and {memory_mib} are enough ({specification})."
    ),
    WasteKind.POWERED_OFF: mark("The server {name} has been switched off since {since} at least."),
    WasteKind.ORPHAN_DISK: mark("The volume {name} of {disk_gib} GiB has hung on no server since {since} at least."),
    WasteKind.OLD_SNAPSHOT: mark("The snapshot {name} of {of} is from {since}."),
    WasteKind.UNUSED_ADDRESS: mark("The address {name} has led to no server since {since} at least."),
    WasteKind.IDLE_SEGMENT: mark("Nothing has stood on the segment {name} since {since} at least."),
}
BY_HAND = mark(
    "Agree by `cloudctl waste accept {id}`: the operators then delete it in the cloud; or say what it is needed for: "
    "decline it."
)


class Words(NamedTuple):
    """By locale."""

    said: dict[str, str]
    next_step: dict[str, str]


def worded(line: Line) -> Words:
    """A line in every language."""
    step = BY_HAND if line.kind is WasteKind.OLD_SNAPSHOT else ANSWER
    params: dict[str, Any] = {name: _told(value) for name, value in line.facts.items()}
    params |= {"name": line.name, "disk_gib": line.saved.disk_gib, "specification": line.specification}
    said, next_step = {}, {}
    for locale in LOCALES:
        translate = translator(locale)
        said[locale] = fill(translate, SENTENCES[line.kind], params)
        next_step[locale] = fill(translate, step, {"id": str(line.id)})
    return Words(said, next_step)


def _told(value: Any) -> Any:
    return today_for_people(value).isoformat() if isinstance(value, datetime) else "?" if value is None else value
