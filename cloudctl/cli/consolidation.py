"""`cloudctl consolidation`: where the move to the platform stands, the plan of its waves, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from cloudctl.cli.client import connect, item
from cloudctl.cli.evidence import subject_named
from cloudctl.cli.fields import Day
from cloudctl.cli.findings import in_my_language
from cloudctl.cli.groups import Verb, Verbs
from cloudctl.cli.indicators import day_option
from cloudctl.cli.labels import label
from cloudctl.cli.nouns import Row
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.standings import explain_standing, standing_of, standing_verbs
from cloudctl.cli.words import _

WAVES = ("number", "starts_on", "ends_on", "systems", "vcpu", "memory_mib")
SHIFTS = ("system", "wave_before", "wave_after")
NAMED = 20  # as many shifts and blocks are shown in words

consolidation = Verbs("consolidation", help=_("Where consolidation stands: status, plan, forecast, explain, ranking."))
standing_verbs(consolidation)


@consolidation.command("plan", cls=Verb)
@click.option("--dry-run", is_flag=True, help=_("Show it, and keep nothing."))
@click.option("--from", "starts_on", type=Day(), help=_("The first wave begins on this day or later."))
@formatted
def plan(*, form: Form, dry_run: bool, starts_on: str | None) -> None:
    """Plan the waves that have not begun; what has begun stays where it is."""
    body = {"dry_run": dry_run} | ({"starts_on": starts_on} if starts_on else {})
    told = connect().post("/consolidation/plan", body).data
    if not form.is_table:
        form.plain(told)
        return
    form.rows(told["waves"], WAVES)
    for line in _plan_lines(told):
        click.echo(line)


@consolidation.command("forecast", cls=Verb)
@formatted
def forecast(*, form: Form) -> None:
    """Say when the last system will have moved, with the spread, from the pace so far."""
    told = connect().get("/consolidation/forecast").data
    if not form.is_table:
        form.plain(told)
        return
    form.record(told, ("early_on", "likely_on", "late_on", "planned_on", "moved", "remaining", "undecided"))
    click.echo(in_my_language(told["words"]))
    if told["undecided"]:
        click.echo(_("Not counted: {count} systems on which nobody has decided.").format(count=told["undecided"]))


@consolidation.command("explain", cls=Verb)
@click.argument("subject", metavar="CODE", help=_("The code of a system or machine room."))
@day_option
@formatted
def explain(*, form: Form, subject: str, day: str | None) -> None:
    """Say why a system is in its wave and what blocks it, and what is proven of a system or machine room."""
    api = connect()
    noun, key = subject_named(api, subject)
    told = api.get(f"{item('/systems', key)}/explanation").data if noun == "systems" else {}
    if not form.is_table:
        form.plain(told | {"standing": standing_of(api, noun, key, day)})
        return
    for line in (
        [*_explained(told), *explain_standing(api, noun, key, day)] if told else explain_standing(api, noun, key, day)
    ):
        click.echo(line)


def _plan_lines(told: Row) -> Iterator[str]:
    yield _("Placed: {placed}, blocked: {blocked}, changed: {changed}.").format(
        placed=sum(wave["systems"] for wave in told["waves"]),
        blocked=len(told["blocked"]),
        changed=len(told["shifts"]),
    )
    for shift in told["shifts"][:NAMED]:
        before, after = (shift[name] or "-" for name in ("before", "after"))
        yield f"  {shift['system']}: {before} -> {after}"
    for block in told["blocked"][:NAMED]:
        yield f"  {block['system']}: {in_my_language(block['words'][0])}"
    standing = ", ".join(f"{label(name)} {count}" for name, count in told["standings"].items())
    if standing:
        yield _("Not to be moved now: {standings}.").format(standings=standing)
    if not told["kept"]:
        yield _("A dry run: nothing was kept.")


def _explained(told: Row) -> Iterator[str]:
    yield f"{told['code']} {told['name']}: {label(told['status'])}"
    yield from _line_of_mergers(told)
    yield from _decision(told["assessment"])
    if told["wave"] is not None:
        yield _("Wave {number}, from {starts_on} to {ends_on}: {state}.").format(
            number=told["wave"], starts_on=told["starts_on"], ends_on=told["ends_on"], state=label(told["state"])
        )
    elif told["state"] is not None:
        yield _("No wave: {state}.").format(state=label(told["state"]))
    for words in told["words"]:
        yield f"  {in_my_language(words)}"
    for step in told["steps"]:
        held = f" ({step['held']})" if step["held"] else ""
        yield f"  {step['position']}. {step['due_on']} {in_my_language(step['name'])}: {label(step['state'])}{held}"
    for title, side in ((_("Needs"), "needs"), (_("Needed by"), "needed_by")):
        if told[side]:
            yield f"{title}: " + ", ".join(f"{one['code']} ({label(one['standing'])})" for one in told[side])


def _line_of_mergers(told: Row) -> Iterator[str]:
    if told["successor"]:
        yield _("Merged into {successor}.").format(successor=told["successor"])
    if told["merged"]:
        yield _("Merged into it: {systems}.").format(systems=", ".join(told["merged"]))


def _decision(assessment: Any) -> Iterator[str]:
    if assessment is None:
        yield _("Not assessed yet: `cloudctl assessments propose`.")
        return
    if assessment["verdict"] is not None:
        until = f" ({assessment['until_on']})" if assessment["until_on"] else ""
        yield _("Decided: {outcome}{until}. {reason}").format(
            outcome=label(assessment["verdict"]), until=until, reason=assessment["why"]
        )
    elif assessment["proposed"] is not None:
        yield _("Proposed: {outcome}; nobody has decided yet.").format(outcome=label(assessment["proposed"]))
    for ground in assessment["grounds"]:
        yield f"  {in_my_language(ground['reason'])}"
