r"""The documents beside the policies: each has a schema, and a directory without one of them has the shipped one.

LIMITS = Form(schema="limits", message=mark("It does not have ...: {detail}"), way_out=mark("..."))
written = read_form(directory, "limits.yaml", LIMITS, found)     # None, and problems in `found`
refuse(found, directory, mark("The time limits in {directory} cannot be used; ...:\n{problems}"))
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema

from cloudctl.domain.errors import ConfigurationError
from cloudctl.policy.registry import read_document, shipped
from cloudctl.policy.schema import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a document has to look like, and what is said of one that does not; `shape` is a definition of `schema`."""

    schema: str
    shape: str | None = None
    message: str
    way_out: str


def read_form(directory: Path, name: str, form: Form, found: list[Problem]) -> dict[str, Any] | None:
    """What a file of `directory` says; None, with its problems in `found`, when it does not have the form."""
    home = directory if (directory / name).is_file() else shipped()
    written = read_document(home / name, home, found)
    if written is None:
        return None
    errors = sorted(_validator(form.schema, form.shape).iter_errors(written), key=lambda error: error.json_path)
    found.extend(
        Problem(
            file=name,
            path=error.json_path,
            message=form.message,
            way_out=form.way_out,
            params={"detail": error.message},
        )
        for error in errors
    )
    return None if errors else written


def refuse(found: Sequence[Problem], directory: Path, words: str) -> None:
    """Raises ConfigurationError that lists every problem, if there is one."""
    if found:
        raise ConfigurationError(words, directory=str(directory), problems="\n".join(map(str, found)))


@cache
def _validator(schema: str, shape: str | None) -> jsonschema.Draft202012Validator:
    text = resources.files("cloudctl.policy").joinpath(f"{schema}.schema.json").read_text(encoding="utf-8")
    written = json.loads(text)
    return jsonschema.Draft202012Validator(
        written if shape is None else {"$ref": f"#/$defs/{shape}", "$defs": written["$defs"]}
    )
