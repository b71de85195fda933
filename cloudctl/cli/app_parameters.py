"""Parameters of a blueprint as words of a command line: `NAME=VALUE`, read as the form of the blueprint says."""

from __future__ import annotations

from typing import Any

import click

from cloudctl.cli.client import Client, item
from cloudctl.cli.nouns import Decorator, Row
from cloudctl.cli.words import _

GIVEN: Decorator = click.option(
    "--set", "given", metavar="NAME=VALUE", multiple=True, help=_("A parameter of the blueprint.")
)


def parameters(api: Client, blueprint: str, given: tuple[str, ...]) -> Row:
    """What the API takes; the blueprint is asked only where something is given."""
    if not given:
        return {}
    fields = {field["name"]: field for field in api.get(item("/blueprints", blueprint)).data["fields"]}
    found = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals:
            raise click.UsageError(_("{text} is not NAME=VALUE.").format(text=pair))
        kind = fields.get(name, {}).get("kind", "text")
        found[name] = _value(kind, value)
    return found


def _value(kind: str, text: str) -> Any:
    match kind:
        case "whole" if text.lstrip("-").isdigit():
            return int(text)
        case "yes" if text in {"true", "false", "yes", "no"}:
            return text in {"true", "yes"}
        case "list":
            return [part.strip() for part in text.split(",") if part.strip()]
    return text
