"""The command table: complete, loadable, documented in both languages."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import cloudctl.cli
from cloudctl.cli.commands import SECTIONS
from cloudctl.cli.main import PROGRAM, root
from cloudctl.cli.nouns import Noun
from cloudctl.cli.references import HANDLES
from cloudctl.cli.titles import TITLES
from tests.unit.cli.test_main import environment

PROMISED = (
    "playbooks runs dependencies login logout contexts me completion departments accounts tokens systems catalogue "
    "clouds quotas supernets "
    "prefixes orders servers volumes networks addresses policies exemptions workflows audit notices channels capacity "
    "supervision calendars freezes deputies todo ratings "
    "inventory syncs drift adoptions emergencies placements resources transfers attachments opinions letters "
    "register rooms racks devices colocations accesses "
    "assessments waves consolidation evidence indicators cases savings reports zombies telemetry shadows waste "
    "apps hosts secrets grants authorities checks incidents impact maintenance "
    "serve worker db doctor demo config backup restore"
)
VERBS = {
    "apps": "list catalogue deploy status upgrade rollback backup prove restore move scale retire approve reject "
    "renew withdraw retry settle backups",
    "checks": "list history availability",
    "incidents": "list",
    "maintenance": "list plan cancel",
    "impact": "host cloud network storage",
    "assessments": "list propose decide",
    "waves": "list show moves steps slips readiness complete-step hold-step resume-step ready",
    "consolidation": "status ranking plan forecast explain",
    "register": "import-netbox",
    "rooms": "list show create edit history spaces form import export",
    "racks": "list show create edit history form import export",
    "devices": "list show create edit history form import export",
    "colocations": "list show create history install release keep remove",
    "accesses": "list show create edit history connect release keep disconnect form import export",
    "adoptions": "list show takings rules form plan apply import undo retry",
    "evidence": "list contradictions add photo get",
    "indicators": "list show days",
    "savings": "show reclaimed",
    "reports": "monthly",
    "cases": "list show open lies prove close return",
    "adoptions rules": "list add remove",
    "dependencies": "list show create remove",
    "inventory": "list show history",
    "syncs": "list show run",
    "telemetry": "sources reads ingest coverage show",
    "orders": "list show create edit check form import submit sign-off accept refuse approve recall take-over return "
    "reject cancel close follow rate print",
    "workflows": "list show retry resume rollback",
    "policies": "list judge check test explain",
    "ratings": "list show answer summary",
    "opinions": "list give withdraw ask",
    "letters": "list show print",
    "attachments": "list add get remove",
    "audit": "list export",
    "notices": "list show retry",
    "channels": "list test show set",
    "supervision": "due cards limits excuse",
    "calendars": "show add remove",
    "freezes": "list create cancel check",
    "db": "upgrade check",
    "config": "show",
    "contexts": "list use",
    "tokens": "list issue revoke",
    "emergencies": "list show create complete return close",
    "transfers": "list show create accept refuse cancel",
    "resources": "show restore protect unprotect",
    "drift": "list show explain resolve",
    "zombies": "scan list explain history purposes declare exemptions exempt decide revoke backtest campaign case",
    "shadows": "list scan explain counts register merge clear dismiss import",
    "playbooks": "list show",
    "runs": "list show start follow approve cancel resume settle report artifacts",
    "hosts": "list show edit enrol script quarantine release",
    "secrets": "list set rotate remove reseal",
    "grants": "list show ask approve refuse revoke sign",
    "authorities": "list trusted rotate certificates",
    "waste": "list scan explain accept decline",
    "servers": "list show console start stop snapshot restore",
}

WALK = """
import sys, click
from cloudctl.cli.main import main, root, _speak
_speak()
def walk(command, context):
    yield command.get_help(context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            yield from walk(child, click.Context(child, info_name=name, parent=context))
print("\\f".join(walk(root(), click.Context(root(), info_name="cloudctl"))))
"""


def walk(command: click.Command, context: click.Context) -> Iterator[tuple[str, click.Command]]:
    yield context.command_path, command
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            yield from walk(child, click.Context(child, info_name=name, parent=context))


@pytest.fixture(scope="module")
def commands() -> dict[str, click.Command]:
    return dict(walk(root(), click.Context(root(), info_name=PROGRAM)))


def test_every_promised_command_is_there() -> None:
    assert {entry.name for section in SECTIONS for entry in section.entries} == set(PROMISED.split())


@pytest.mark.parametrize("noun", VERBS)
def test_every_promised_verb_is_there(commands: dict[str, click.Command], noun: str) -> None:
    group = commands[f"{PROGRAM} {noun}"]
    assert isinstance(group, click.Group)
    assert set(group.list_commands(click.Context(group))) == set(VERBS[noun].split())


def test_a_command_is_called_as_the_table_says(commands: dict[str, click.Command]) -> None:
    for path, command in commands.items():
        assert command.name == path.rpartition(" ")[2], path


@pytest.mark.parametrize("noun", HANDLES)
def test_the_list_that_a_wrong_name_points_to_is_there(commands: dict[str, click.Command], noun: str) -> None:
    assert f"{PROGRAM} {HANDLES[noun].command or noun} list" in commands


def test_every_command_option_and_argument_is_explained(commands: dict[str, click.Command]) -> None:
    for path, command in commands.items():
        assert command.help, path
        for parameter in command.params:
            if path not in {f"{PROGRAM} policies {verb}" for verb in ("check", "test", "explain")}:
                assert getattr(parameter, "help", None), (path, parameter.name)


def test_every_noun_has_a_module_that_the_table_names() -> None:
    folder = Path(cloudctl.cli.__file__).parent
    for entry in (entry for section in SECTIONS for entry in section.entries):
        module = entry.target.partition(":")[0].removeprefix("cloudctl.cli.")
        assert (folder / f"{module.replace('.', '/')}.py").exists(), entry


def nouns() -> list[Noun]:
    from importlib import import_module

    modules = [import_module(entry.target.partition(":")[0]) for section in SECTIONS[:4] for entry in section.entries]
    return [value for module in modules for value in vars(module).values() if isinstance(value, Noun)]


def test_every_column_has_a_title() -> None:
    assert len(nouns()) > 10
    assert {column for noun in nouns() for column in noun.columns} <= set(TITLES)


def helps(home: Path, language: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", WALK], env=environment(home, CLOUDCTL_LANG=language), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\f")


def test_every_help_page_opens_in_both_languages(commands: dict[str, click.Command], tmp_path: Path) -> None:
    english, chinese = helps(tmp_path, "en"), helps(tmp_path, "zh_CN")
    assert len(english) == len(chinese) == len(commands)
    for page in chinese:
        assert page.strip().startswith("用法："), page
        assert "显示帮助" in page, page
    untranslated = [page.splitlines()[0] for page, twin in zip(chinese, english, strict=True) if page == twin]
    assert untranslated == []
