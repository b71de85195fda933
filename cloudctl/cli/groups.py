"""Groups of commands that import a command's module only when it runs.

    Lazy("policies", (Entry("list", "cloudctl.cli.policies:list_policies", _("...")),))

The help page of a group is written from its entries alone. A command's help is its docstring, translated.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from importlib import import_module
from typing import Any, NamedTuple

import click

from cloudctl.cli.words import _

_SENTENCE = re.compile(r"(?<=\.) |(?<=。)")


class Entry(NamedTuple):
    """A line of a command table: what it is called, `module:attribute` of its Click command, its help line."""

    name: str
    target: str
    help: str

    def load(self) -> click.Command:
        """The command itself; imports its module."""
        module, _colon, attribute = self.target.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command


class Section(NamedTuple):
    """Entries under one heading of a help page."""

    title: str
    entries: tuple[Entry, ...]


class Verb(click.Command):
    """A command whose docstring is a message id."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.help = _translated(self.help)


class Verbs(click.Group):
    """A noun: a group of verbs in the order of their definition."""

    command_class = Verb

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.help = _translated(self.help)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section(_("Commands")):
            formatter.write_dl([(name, first_sentence(command.help)) for name, command in self.commands.items()])


class Lazy(click.Group):
    """A group from a table; `sections` are its entries under their headings."""

    def __init__(self, name: str, sections: Iterable[Section], **kwargs: Any) -> None:
        super().__init__(name, **kwargs)
        self.sections = tuple(sections)
        self.entries = {entry.name: entry for section in self.sections for entry in section.entries}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self.entries, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = self.entries.get(cmd_name)
        return entry.load() if entry else super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        widest = max(len(name) for name in self.entries)
        for section in self.sections:
            with formatter.section(section.title):
                formatter.write_dl([(entry.name.ljust(widest), entry.help) for entry in section.entries])


def first_sentence(text: str | None) -> str:
    """What stands before the first full stop, in either language."""
    return _SENTENCE.split(" ".join((text or "").split()), maxsplit=1)[0]


def _translated(text: str | None) -> str | None:
    return _(inspect.cleandoc(text)) if text else text
