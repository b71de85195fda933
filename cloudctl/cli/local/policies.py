"""Policies examined without a server: `cloudctl policies check|test|explain` on a directory of files.

The directory is the one that has `facts.yaml` and `orders/`; without one the shipped policies are meant. What the
server's rules say about an order on record is the API's `POST /v1/policies/explain`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.groups import Verb
from cloudctl.cli.words import LOCALE, _
from cloudctl.messages import fill, mark

if TYPE_CHECKING:
    from cloudctl.domain.policies import Effect, Finding, Ruling
    from cloudctl.policy.checks import CaseResult
    from cloudctl.policy.registry import Registry, Subject

_DIRECTORY = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

# What the strictest effect means for the order, by its name.
OUTCOMES: dict[str | None, str] = {
    "deny": mark("The order is denied."),
    "require_approval": mark("The order needs the approval of: {roles}."),
    "ask_opinion": mark("The order is accepted first; opinions are asked of: {specialists}."),
    "warn": mark("The order may go on; the reviewer sees the warnings."),
    "auto_approve": mark("The order is approved once the department head has signed it."),
    None: mark("No policy has anything to say; the order goes to review."),
}

ENDED = mark("It ended as {ended}, not as {expected}.")


@click.command(cls=Verb)
@click.argument("directory", type=_DIRECTORY, required=False)
def check(directory: Path | None) -> None:
    """Check policy files: form, expressions, texts and cases; and the time limits."""
    from cloudctl.policy import (  # noqa: PLC0415 - as all below: loaded when it runs
        backup_plans,
        limits,
        measures,
        prices,
        series,
        shadows,
        waste,
        waves,
        zombies,
    )
    from cloudctl.policy.registry import SUBJECTS, read, shipped  # noqa: PLC0415

    registries, found = zip(*(read(directory or shipped(), subject) for subject in SUBJECTS), strict=True)
    problems = [problem for problems in found for problem in problems]
    problems += limits.read(directory or shipped())[1]
    measured, faults = measures.read(directory or shipped())
    problems += faults
    if not faults:
        book, faults = prices.read(directory or shipped(), measured.indicators)
        problems += faults or waste.read(directory or shipped(), book)[1]
    problems += waves.read(directory or shipped())[1]
    problems += backup_plans.read(directory or shipped())[1]
    problems += shadows.read(directory or shipped())[1]
    problems += series.read(directory or shipped())[1]
    problems += zombies.read(directory or shipped())[1]
    for problem in problems:
        click.echo(problem.text(_))
    if problems:
        raise Failure(_("Problems: {count}.").format(count=len(problems)), Exit.USAGE)
    click.echo(_("{count} policies are in order; version {version}.").format(
        count=sum(len(registry.rules) for registry in registries), version=registries[0].version
    ))  # fmt: skip


@click.command(cls=Verb)
@click.argument("directory", type=_DIRECTORY, required=False)
@click.option("-k", "name", default="", metavar="NAME", help=_("Only policies whose names contain this."))
@click.option("-v", "--verbose", is_flag=True, help=_("Name the cases that pass as well."))
def test(directory: Path | None, name: str, verbose: bool) -> None:
    """Run the cases that stand beside the rules."""
    from cloudctl.policy.checks import run_cases  # noqa: PLC0415
    from cloudctl.policy.registry import SUBJECTS  # noqa: PLC0415

    results = [result for subject in SUBJECTS for result in run_cases(_registry(directory, subject), name)]
    results += _trials(directory, name)
    if not results:
        raise Failure(_("No policy's name contains {name}.").format(name=name), Exit.NOT_FOUND)
    for result in results:
        if verbose or not result.passed:
            click.echo(_case_line(result))
    failed = sum(not result.passed for result in results)
    summary = _("Cases: {count}, failed: {failed}.").format(count=len(results), failed=failed)
    if failed:
        raise Failure(summary, Exit.USAGE)
    click.echo(summary)


@click.command(cls=Verb)
@click.argument("facts", type=_FILE)
@click.option("--policies", "directory", type=_DIRECTORY, help=_("The directory of the policies."))
def explain(facts: Path, directory: Path | None) -> None:
    """Say what every rule makes of the facts in a YAML or JSON file; what it leaves out is as in facts.yaml."""
    from cloudctl.domain.errors import ConfigurationError  # noqa: PLC0415
    from cloudctl.policy.evaluation import RuleBook  # noqa: PLC0415
    from cloudctl.policy.registry import ORDERS, read_facts  # noqa: PLC0415

    registry = _registry(directory, ORDERS)
    try:
        ruling = RuleBook(registry).judge(read_facts(facts, registry.base))
    except ConfigurationError as error:
        raise Failure(str(error), Exit.USAGE) from error
    for line in _ruling_lines(ruling):
        click.echo(line)


def _registry(directory: Path | None, subject: Subject) -> Registry:
    """The policies of a directory about a subject; a Failure with every problem when they cannot be used."""
    from cloudctl.policy.registry import read, shipped  # noqa: PLC0415

    registry, problems = read(directory or shipped(), subject)
    if problems:
        raise Failure("\n".join(problem.text(_) for problem in problems), Exit.USAGE)
    return registry


def _trials(directory: Path | None, name: str) -> Iterator[CaseResult]:
    """How the cases went that stand beside the policies about zombies."""
    from cloudctl.governance.zombies.trials import run_cases  # noqa: PLC0415
    from cloudctl.policy.checks import CaseResult  # noqa: PLC0415
    from cloudctl.policy.registry import shipped  # noqa: PLC0415
    from cloudctl.policy.zombies import read  # noqa: PLC0415

    policies, problems = read(directory or shipped())
    if problems:
        raise Failure("\n".join(problem.text(_) for problem in problems), Exit.USAGE)
    for policy in policies.values():
        for trial in run_cases(policy) if name in policy.name else ():
            why = "" if trial.passed else ENDED
            params = {"ended": trial.ended.value, "expected": trial.case.ends.value}
            yield CaseResult(rule=policy.name, case=trial.case.name, why=why, params=params)


def _case_line(result: CaseResult) -> str:
    mark_of = "ok  " if result.passed else "FAIL"
    why = fill(_, result.why, result.params)
    return f"{mark_of} {result.rule}: {result.case}" + (f": {why}" if why else "")


def _ruling_lines(ruling: Ruling) -> Iterator[str]:
    """The findings, strictest first, and what they come to."""
    for finding in ruling.findings:
        yield from _finding_lines(finding)
    effect: Effect | None = ruling.effect
    yield _(OUTCOMES[effect]).format(
        roles=", ".join(sorted(ruling.roles)), specialists=", ".join(sorted(ruling.specialists))
    )


def _finding_lines(finding: Finding) -> Iterator[str]:
    where = f" [{finding.field}]" if finding.field else ""
    yield f"{finding.effect.value}: {finding.rule} v{finding.version}{where}"
    yield f"    {finding.reason[LOCALE]}"
    yield f"    {finding.way_out[LOCALE]}"
    if finding.exemption_id:
        yield "    " + _("Lifted by the exemption {id}.").format(id=finding.exemption_id)
