"""Playbooks: what operations can have carried out on hosts, as each declares itself.

What a playbook takes stands in its role's `meta/argument_specs.yml`, which Ansible reads as well; what Ansible has no
place for stands in `playbooks/catalogue.yaml`. Arguments are checked by both before anything is put on record.

    playbook.check({"app": {...}})      # raises Invalid naming the argument
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec

from cloudctl.domain.errors import Invalid

YES = frozenset({"yes", "no", "true", "false", "on", "off", "1", "0", "y", "n", "t", "f"})


class Repeat(StrEnum):
    """Whether a playbook that broke off may be begun again with nobody asked."""

    SAFE = "safe"
    UNSAFE = "unsafe"


class Approval(StrEnum):
    """Whose leave a run needs beside the asker's."""

    NONE = "none"
    OFFICE = "office"


class Argument(msgspec.Struct, frozen=True, kw_only=True):
    """One argument. `type` is Ansible's word for it, `elements` that of a list's parts; `secret` never shows.

    `options` are the fields of a dict, or of each dict in a list; none: whatever it has is taken.
    """

    name: str
    type: str = "str"
    summary: str = ""
    required: bool = False
    default: Any = None
    choices: tuple[Any, ...] = ()
    elements: str | None = None
    secret: bool = False
    options: tuple[Argument, ...] = ()


class Playbook(msgspec.Struct, frozen=True, kw_only=True):
    """One playbook; `digest` is the SHA-256 of everything that its tree of playbooks and roles consists of now."""

    name: str
    summary: dict[str, str]
    changes: bool
    repeat: Repeat
    approval: Approval
    timeout_minutes: int
    owner: str
    arguments: tuple[Argument, ...] = ()
    digest: str = ""

    def check(self, given: Mapping[str, Any]) -> None:
        """Raises Invalid for an argument that is unknown, missing, secret, or not what it is declared as."""
        _checked(self.arguments, given, "arguments")


def _checked(declared: Sequence[Argument], given: Mapping[str, Any], path: str) -> None:
    names = {argument.name for argument in declared}
    for name in given:
        if name not in names:
            raise Invalid(
                "There is no argument {name}.",
                field=f"{path}.{name}",
                way_out="Possible: {possible}.",
                name=name,
                possible=", ".join(sorted(names)) or "-",
            )
    for argument in declared:
        _check_one(argument, given, f"{path}.{argument.name}")


def _check_one(argument: Argument, given: Mapping[str, Any], path: str) -> None:
    value = given.get(argument.name)
    if argument.secret:
        if value is not None:
            raise Invalid(
                "The argument {name} is a secret, and a run keeps its arguments.",
                field=path,
                way_out="Leave it out, and put it into the store: cloudctl secrets set.",
                name=argument.name,
            )
        return
    if value is None:
        if argument.required and argument.default is None:
            raise Invalid(
                "The argument {name} is missing.", field=path, way_out="Give it: {summary}", name=argument.name,
                summary=argument.summary or argument.type,
            )  # fmt: skip
        return
    if not _is_a(argument.type, value):
        raise _not(argument, argument.type, path)
    if argument.choices and not set(map(str, _parts(value))) <= set(map(str, argument.choices)):
        raise Invalid(
            "{value} is none of the choices of {name}.",
            field=path,
            way_out="Possible: {possible}.",
            value=value,
            name=argument.name,
            possible=", ".join(map(str, argument.choices)),
        )
    _check_parts(argument, value, path)


def _check_parts(argument: Argument, value: Any, path: str) -> None:
    """The parts of a list, and the fields of dicts."""
    for place, part in enumerate(_parts(value)):
        where = f"{path}[{place}]" if isinstance(value, list) else path
        if isinstance(value, list) and argument.elements and not _is_a(argument.elements, part):
            raise _not(argument, argument.elements, where)
        if argument.options and isinstance(part, Mapping):
            _checked(argument.options, part, where)


def _parts(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]


def _is_a(kind: str, value: Any) -> bool:
    """Whether Ansible would take the value as one of this type; texts that it turns into figures count."""
    plain = isinstance(value, str | int | float)
    is_number = plain and not isinstance(value, bool)
    fits = {
        "str": plain,
        "path": plain,
        "bool": isinstance(value, bool) or str(value).lower() in YES,
        "int": is_number and _turns(int, value),
        "float": is_number and _turns(float, value),
        "list": isinstance(value, list),
        "dict": isinstance(value, Mapping),
    }
    return fits.get(kind, True)


def _turns(kind: type[int | float], value: Any) -> bool:
    if isinstance(value, float) and kind is int:
        return value.is_integer()
    try:
        kind(value)
    except (TypeError, ValueError):
        return False
    return True


def _not(argument: Argument, kind: str, path: str) -> Invalid:
    return Invalid(
        "The argument {name} is not of type {type}.",
        field=path,
        way_out="Give it as: {type}.",
        name=argument.name,
        type=kind,
    )
