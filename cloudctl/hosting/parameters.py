"""The parameters of an instance: checked and completed, and the fields of the form that asks for them.

fill(blueprint, {"title": "审计局"})     # with every default; raises Invalid with the field and the way out
fields(blueprint)                        # for a form, in the order of the blueprint

No parameter carries a control character: a line break would be a line of a configuration file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jsonschema
import msgspec

from cloudctl.domain.blueprints import Blueprint, Text
from cloudctl.domain.errors import Invalid
from cloudctl.messages import mark


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a form; `kind` is text, textarea, whole, yes, choice, list, address or network."""

    name: str
    kind: str
    title: Text
    hint: Text = {}
    required: bool = False
    default: Any = None
    choices: tuple[Any, ...] = ()
    most: int | None = None


_KINDS = {"string": "text", "integer": "whole", "boolean": "yes", "array": "list"}


def fields(blueprint: Blueprint) -> tuple[Field, ...]:
    """The form that asks for the parameters of a blueprint."""
    required = blueprint.parameters.get("required", ())
    return tuple(
        Field(
            name=name,
            kind="choice" if "enum" in asked else asked.get("x-widget", _KINDS[asked["type"]]),
            title=asked["x-title"],
            hint=asked.get("x-hint", {}),
            required=name in required,
            default=asked.get("default"),
            choices=tuple(asked.get("enum", ())),
            most=asked.get("maxLength", asked.get("maximum")),
        )
        for name, asked in blueprint.parameters["properties"].items()
    )


def fill(blueprint: Blueprint, given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, completed by the defaults; raises Invalid for the first that is not acceptable."""
    known: dict[str, Any] = blueprint.parameters["properties"]
    for name in given:
        if name not in known:
            raise Invalid(
                mark("{blueprint} has no parameter {name}."),
                field=f"parameters.{name}",
                way_out=mark("Name one of: {names}."),
                blueprint=blueprint.name,
                name=name,
                names=", ".join(known),
            )
    for name in blueprint.parameters.get("required", ()):
        if name not in given:
            raise Invalid(
                mark("The parameter {name} is missing."),
                field=f"parameters.{name}",
                way_out=mark("Give it: {title}."),
                name=name,
                title=known[name]["x-title"]["zh_CN"],
            )
    filled = {name: asked["default"] for name, asked in known.items() if "default" in asked} | dict(given)
    for name, value in filled.items():
        error = next(jsonschema.Draft202012Validator(known[name]).iter_errors(value), None)
        if error is not None or (isinstance(value, str) and _strange(value, multiline=_multiline(known[name]))):
            raise Invalid(
                mark("The parameter {name} is not acceptable: {detail}"),
                field=f"parameters.{name}",
                way_out=mark("{title}: give a value of the form {wanted}."),
                name=name,
                detail=error.message if error is not None else repr(value),
                title=known[name]["x-title"]["zh_CN"],
                wanted=_wanted(known[name]),
            )
    return {name: filled[name] for name in known if name in filled}


def _multiline(asked: Mapping[str, Any]) -> bool:
    return asked.get("x-widget") == "textarea"


def _strange(value: str, *, multiline: bool) -> bool:
    """Control characters: a line break in a parameter would be a line of a configuration file."""
    allowed = "\n\t" if multiline else ""
    return any(not character.isprintable() and character not in allowed for character in value)


def _wanted(asked: Mapping[str, Any]) -> str:
    limits = {key: value for key, value in asked.items() if not key.startswith("x-") and key != "default"}
    return ", ".join(f"{key} {value}" for key, value in limits.items())
