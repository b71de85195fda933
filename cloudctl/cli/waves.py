"""`cloudctl waves`: what moves to the platform when, in which steps, and what slipped."""

from __future__ import annotations

from typing import Any

import click

from cloudctl.cli.client import Client, connect, item
from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.fields import Day, body_of, options
from cloudctl.cli.findings import in_my_language
from cloudctl.cli.groups import Verb
from cloudctl.cli.nouns import Noun, Row, all_option, key, limit_option, say_more, version_option
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.references import codes_of, resolve
from cloudctl.cli.words import _

STEPS = ("wave", "system", "position", "kind", "name", "role", "due_on", "state", "overdue", "hindrance", "id")
MOVES = ("wave", "position", "system", "system_name", "department", "state", "vcpu", "memory_mib", "grounds_told")
SLIPS = ("wave", "system", "name", "due_on", "noticed_on", "done_at")
READINESS = ("department", "ready_on", "reason")

WAVES = Noun(
    "waves",
    columns=("number", "state", "starts_on", "ends_on", "systems", "left", "vcpu", "memory_mib", "health", "id"),
    filters=("number", "state", "health"),
    single=False,
)


def _listing(path: str, columns: tuple[str, ...], *filters: str, text: str, name: str) -> Verb:
    """A list below this noun, in the order of waves and positions."""

    @click.command(name, cls=Verb, help=text)
    @options(*filters)
    @limit_option
    @all_option
    @formatted
    def run(*, form: Form, most: int, everything: bool, **asked: Any) -> None:
        api = connect()
        rows, more = api.rows(path, body_of(api, asked), None if everything else most)
        form.rows(_for_people(api, rows, columns) if form.is_table else rows, columns)
        if more:
            say_more()

    return run


def _for_people(api: Client, rows: list[Row], columns: tuple[str, ...]) -> list[Row]:
    departments = codes_of(api, "departments") if "department" in columns and rows else {}
    told = []
    for row in rows:
        shown = {**row, "department": departments.get(row.get("department_id"), row.get("department"))}
        shown["name"] = in_my_language(row.get("name"))
        shown["hindrance"] = row.get("held")
        shown["grounds_told"] = "; ".join(in_my_language(words) for words in row.get("words", ()))
        told.append(shown)
    return sorted(told, key=lambda row: (row.get("wave") or 10**6, row.get("system") or "", row.get("position") or 0))


waves = WAVES.group(_("What moves to the platform when: waves, moves, steps, slips."))
waves.add_command(
    _listing(
        "/moves", MOVES, "wave", "system_id", "department_id", "state",
        name="moves", text=_("List the systems with their waves and why they are there."),
    )
)  # fmt: skip
waves.add_command(
    _listing(
        "/move-steps", STEPS, "wave", "system_id", "department_id", "state", "kind", "role", "overdue",
        name="steps", text=_("List the steps, who owes them and until when."),
    )
)  # fmt: skip
waves.add_command(
    _listing(
        "/slips", SLIPS, "wave", "system_id", "department_id",
        name="slips", text=_("List the steps that were not done on their day."),
    )
)  # fmt: skip
waves.add_command(
    _listing(
        "/readiness", READINESS, "department_id",
        name="readiness", text=_("List from when departments are ready to move."),
    )
)  # fmt: skip


@waves.command("show", cls=Verb)
@click.argument("number", type=int, metavar="NUMBER", help=_("The wave's number."))
@formatted
def show(*, form: Form, number: int) -> None:
    """Show a wave with its health and the signs of it."""
    api = connect()
    wave = api.get(item("/waves", _wave(api, number))).data
    if not form.is_table:
        form.record(wave)
        return
    form.record({name: value for name, value in wave.items() if name not in {"words", "signs", "days"}})
    for words in [*wave["words"], *wave["signs"]]:
        click.echo(f"  {in_my_language(words)}")


@waves.command("complete-step", cls=Verb)
@key
@click.option("--note", help=_("A remark; it goes on record."))
@version_option
@formatted
def complete_step(*, form: Form, key: str, note: str | None, version: int | None) -> None:
    """Put a step on record as done; the last one ends the move."""
    _step(form, key, "complete", {"note": note}, version)


@waves.command("hold-step", cls=Verb)
@key
@click.option("--reason", required=True, help=_("What is in the way; it goes on record."))
@version_option
@formatted
def hold_step(*, form: Form, key: str, reason: str, version: int | None) -> None:
    """Say what keeps a step from being done; its wave shows as blocked."""
    _step(form, key, "hold", {"reason": reason}, version)


@waves.command("resume-step", cls=Verb)
@key
@version_option
@formatted
def resume_step(*, form: Form, key: str, version: int | None) -> None:
    """Nothing is in the way of a held step any more."""
    _step(form, key, "resume", {}, version)


@waves.command("ready", cls=Verb)
@click.argument("department", metavar="DEPARTMENT", help=_("The department: id or code."))
@click.option("--on", "ready_on", required=True, type=Day(), help=_("From when it is ready to move."))
@click.option("--reason", required=True, help=_("The reason; it goes on record."))
@formatted
def ready(*, form: Form, department: str, ready_on: str, reason: str) -> None:
    """Say from when a department is ready to move; the next plan takes it up."""
    api = connect()
    where = item("/departments", resolve(api, "departments", department))
    form.record(api.put(f"{where}/readiness", {"ready_on": ready_on, "reason": reason}).data)


def _step(form: Form, key: str, act: str, body: Row, version: int | None) -> None:
    step = connect().post(f"{item('/move-steps', key)}/{act}", body, version=version).data
    form.record(step | {"name": in_my_language(step["name"])} if form.is_table else step)


def _wave(api: Client, number: int) -> str:
    found, _more = api.rows("/waves", {"number": number}, 1)
    if not found:
        raise Failure(_("There is no wave {number}.").format(number=number), Exit.NOT_FOUND)
    return str(found[0]["id"])
