"""Naming things: an id, or what people call the thing (an order's number, a department's code, a login).

resolve(api, "orders", "2026-000017")   # -> its id, by one list request

An id is taken as it is.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from cloudctl.cli.client import Client
from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.words import _

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.IGNORECASE)


class Handle(NamedTuple):
    """Where a noun is listed, by which field it can be named, and its command, where that is not the noun."""

    path: str
    field: str
    command: str = ""


HANDLES: dict[str, Handle] = {
    "departments": Handle("/departments", "code"),
    "accounts": Handle("/accounts", "login"),
    "systems": Handle("/systems", "code"),
    "clouds": Handle("/clouds", "code"),
    "orders": Handle("/orders", "number"),
    "emergencies": Handle("/emergencies", "number"),
    "transfers": Handle("/transfers", "number"),
    "adoptions": Handle("/adoptions", "number"),
    "adoption-rules": Handle("/adoption-rules", "code", "adoptions rules"),
    "letters": Handle("/letters", "number"),
    "cases": Handle("/cases", "number"),
    "campaigns": Handle("/campaigns", "number", "zombies campaign"),
    "clearings": Handle("/clearings", "number", "zombies case"),
    "rooms": Handle("/rooms", "code"),
    "racks": Handle("/racks", "code"),
    "devices": Handle("/devices", "code"),
    "colocations": Handle("/colocations", "number"),
    "accesses": Handle("/accesses", "number"),
    "servers": Handle("/servers", "name"),
    "volumes": Handle("/volumes", "name"),
    "networks": Handle("/networks", "name"),
    "hosts": Handle("/hosts", "name"),
    "apps": Handle("/apps", "code"),
    "inventory": Handle("/inventory", "name"),
}


def codes_of(api: Client, noun: str) -> dict[str | None, str]:
    """What people call each thing of a noun, by its id."""
    handle = HANDLES[noun]
    rows, _more = api.rows(handle.path, {}, None)
    return {row["id"]: row[handle.field] for row in rows}


def resolve(api: Client, noun: str, name: str) -> str:
    """The id of what `name` means; raises Failure when it means nothing, or more than one thing."""
    handle = HANDLES.get(noun)
    if handle is None or _ID.match(name):
        return name
    found, _more = api.rows(handle.path, {handle.field: name}, 2)
    match found:
        case [one]:
            return str(one["id"])
        case []:
            raise Failure(
                _("There is none with {field} {name}.\n  See: cloudctl {noun} list").format(
                    field=handle.field, name=name, noun=handle.command or noun
                ),
                Exit.NOT_FOUND,
            )
    raise Failure(
        _("{name} is not the only one of this name.\n  Give its id: cloudctl {noun} list --columns id,{field}").format(
            field=handle.field, name=name, noun=handle.command or noun
        ),
        Exit.USAGE,
    )
