"""What the four kinds of resource share on the command line: columns, filters, and `restore`."""

from __future__ import annotations

from cloudctl.cli.groups import Verbs
from cloudctl.cli.nouns import Noun, acting
from cloudctl.cli.words import _

FILTERS = ("state", "department_id", "system_id", "order_id", "cloud", "zone", "name")


def resources(name: str, columns: tuple[str, ...], help_line: str) -> Verbs:
    """The group of one kind; `columns` are what only this kind has."""
    noun = Noun(name, columns=("name", "state", *columns, "cloud", "zone", "expires_on", "id"), filters=FILTERS)
    group = noun.group(help_line)
    acting(group, noun.path, "restore", _("Take one back into use before its retention ends."))
    return group
