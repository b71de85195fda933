"""`cloudctl resources`: one resource of whatever kind; and what the four kinds share: columns, filters, `restore`."""

from __future__ import annotations

from cloudctl.cli.groups import Verbs
from cloudctl.cli.nouns import Noun, acting
from cloudctl.cli.words import _

FILTERS = ("state", "department_id", "system_id", "order_id", "adoption_id", "cloud", "zone", "name")


def kind_of_resource(name: str, columns: tuple[str, ...], help_line: str) -> Verbs:
    """The group of one kind; `columns` are what only this kind has."""
    shown = ("name", "state", *columns, "cloud", "zone", "expires_on", "protected", "id")
    noun = Noun(name, columns=shown, filters=FILTERS)
    group = noun.group(help_line)
    acting(group, noun.path, "restore", _("Take one back into use before its retention ends."))
    return group


resources = Verbs("resources", help=_("One resource of whatever kind: show, restore, protect from release."))
resources.add_command(Noun("resources", columns=()).showing())
acting(resources, "/resources", "restore", _("Bring back what was released: the same disks, the same addresses."))
acting(resources, "/resources", "protect", _("Refuse every release of it from now on."))
acting(resources, "/resources", "unprotect", _("Take the protection off, as the department head."), "reason")
