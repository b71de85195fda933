"""`cloudctl zombies backtest`: what a policy about zombies would have done.

On the days in a file neither a server nor a database is needed; without a file the server replays its own past.
The columns are those of Parquet and CSV telemetry: `vm`, `ts` (UTC) and what was measured. CPU and network have to be
there: who has no network in the file cannot say that nobody talks to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cloudctl.cli.client import connect
from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.groups import Verbs
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.words import _
from cloudctl.messages import fill

if TYPE_CHECKING:
    from cloudctl.domain.zombies import ZombiePolicy
    from cloudctl.governance.zombies.days import DayUse
    from cloudctl.governance.zombies.evaluation import Evaluation

FIGURES = ("policy", "vms", "asked", "asked_in_vain", "switched_off", "switched_off_wrongly", "switched_off_unproven")
COLUMNS = (*FIGURES, "switched_off_rightly")
CASES = ("policy", "vm", "asked_on", "dismissed_on", "off_on")
OWN_COLUMNS = ("policy", "servers", *FIGURES[2:], "against_answers")
DEPARTMENTS = ("policy", "department", "servers", *FIGURES[2:], "against_answers")
OWN_CASES = (
    "policy", "department", "system", "server", "asked_on", "dismissed_on", "off_on", "came_back_on", "answered",
    "against_answers",
)  # fmt: skip


def backtest_verbs(group: Verbs) -> None:
    """Adds the command."""
    group.add_command(backtest)


@click.command("backtest")
@click.option(
    "--policy",
    "name",
    default="default",
    show_default=True,
    metavar="NAME|FILE",
    help=_("A shipped policy, or a file with one."),
)
@click.option("--against", metavar="NAME|FILE", help=_("Another policy, side by side."))
@click.option(
    "--telemetry",
    type=click.Path(path_type=Path),
    help=_("A Parquet or CSV file of points; without one, the server's own past."),
)
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help=_("The campaign begins on this day; the days before are known to it."),
)
@formatted
def backtest(*, form: Form, name: str, against: str | None, telemetry: Path | None, since: datetime | None) -> None:
    """Replay a policy on past days. It decides day by day, and is judged by what came after."""
    begin = since.date() if since else None
    names = [one for one in (name, against) if one]
    if telemetry is None:
        _ask(form, names, begin)
    else:
        _replay(form, names, telemetry, begin)


def _ask(form: Form, names: Sequence[str], begin: date | None) -> None:
    """The server's own past: by department, and each server with what came of it and what its owner had answered."""
    api = connect()
    wanted = {"since": str(begin)} if begin else {}
    found = [api.get("/zombies/backtest", {"policy": name, **wanted}).data for name in names]
    if not form.is_table:
        form.plain(found if len(found) > 1 else found[0])
        return
    form.rows(found, OWN_COLUMNS)
    for columns, part in ((DEPARTMENTS, "departments"), (OWN_CASES, "cases")):
        rows = [{"policy": one["policy"], **row} for one in found for row in one[part]]
        if rows:
            click.echo()
            form.rows(rows, columns)


def _replay(form: Form, names: Sequence[str], telemetry: Path, begin: date | None) -> None:
    """The days in a file."""
    policies = [_policy(name) for name in names]
    machines = _machines(telemetry)
    _within(machines, begin)
    found = [_evaluation(policy, machines, begin) for policy in policies]
    if not form.is_table:
        told = [_told(one, machines) for one in found]
        form.plain(told if len(told) > 1 else told[0])
        return
    form.rows([_figures(one) for one in found], COLUMNS)
    cases = [case for one in found for case in _told(one, machines)["cases"]]
    if cases:
        click.echo()
        form.rows(*((_apart(found, machines), CASES) if len(found) > 1 else (cases, CASES[1:])))


def _policy(named: str) -> ZombiePolicy:
    """The policy of that name, or in that file."""
    from cloudctl.policy.registry import shipped  # noqa: PLC0415 - as all below: loaded when it runs
    from cloudctl.policy.zombies import FOLDER, read_file  # noqa: PLC0415

    file = Path(named)
    if not file.is_file():
        file = shipped() / FOLDER / f"{named}.yaml"
    if not file.is_file() or file.parent.name == named:
        known = ", ".join(sorted(one.stem for one in (shipped() / FOLDER).glob("*.yaml")))
        raise Failure(
            _("There is no policy {name}.\n  Give one of: {known}; or the path of a file.").format(
                name=named, known=known
            ),
            Exit.NOT_FOUND,
        )
    policy, problems = read_file(file)
    if policy is None:
        raise Failure("\n".join(problem.text(_) for problem in problems), Exit.USAGE)
    return policy


def _machines(telemetry: Path) -> Mapping[str, Sequence[DayUse]]:
    from cloudctl.domain.errors import Invalid  # noqa: PLC0415
    from cloudctl.domain.metrics import Metric  # noqa: PLC0415
    from cloudctl.telemetry.files import read_days  # noqa: PLC0415

    try:
        return read_days(telemetry, needs=(Metric.CPU_PERCENT, Metric.NETWORK_KIB_S))
    except Invalid as error:
        lines = [fill(_, part, error.params) for part in (error.message, error.way_out) if part]
        raise Failure("\n  ".join([f"{telemetry}: {lines[0]}", *lines[1:]]), Exit.USAGE) from error


def _within(machines: Mapping[str, Sequence[DayUse]], begin: date | None) -> None:
    """Refuses a beginning after the last day."""
    last = max(days[-1].day for days in machines.values() if days)
    if begin is not None and begin > last:
        raise Failure(
            _("The file ends on {last}, before {since}.\n  Give an earlier day with --since.").format(
                last=last, since=begin
            ),
            Exit.USAGE,
        )


def _evaluation(policy: ZombiePolicy, machines: Mapping[str, Sequence[DayUse]], since: date | None) -> Evaluation:
    from cloudctl.governance.zombies.evaluation import evaluate  # noqa: PLC0415
    from cloudctl.governance.zombies.replays import replay  # noqa: PLC0415

    return evaluate(policy.name, machines, replay(policy, machines, since=since))


def _figures(found: Evaluation) -> dict[str, Any]:
    return {name: getattr(found, name) for name in COLUMNS}


def _told(found: Evaluation, machines: Mapping[str, Sequence[DayUse]]) -> dict[str, Any]:
    """The figures and cases; machines that bear numbers in the file bear numbers here."""
    numbered = all(name.isdecimal() and str(int(name)) == name for name in machines)
    cases = [
        {
            "vm": int(case.vm) if numbered else case.vm,
            "asked_on": str(case.asked_on),
            "dismissed_on": str(case.dismissed_on) if case.dismissed_on else None,
            "off_on": str(case.off_on) if case.off_on else None,
        }
        for case in found.cases
    ]
    cases.sort(key=lambda case: (case["vm"], case["asked_on"]))
    return {**{name: getattr(found, name) for name in FIGURES}, "cases": cases}


def _apart(found: Sequence[Evaluation], machines: Mapping[str, Sequence[DayUse]]) -> list[dict[str, Any]]:
    """The cases that are not the same under both policies."""
    told = [_told(one, machines) for one in found]
    return [
        {"policy": one["policy"], **case}
        for one, other in zip(told, reversed(told), strict=True)
        for case in one["cases"]
        if case not in other["cases"]
    ]
