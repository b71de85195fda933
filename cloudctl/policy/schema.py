"""A policy as it is written, and what is wrong with one: every problem names its file, its path and the way out.

`problems(document, "orders/term-long.yaml")` lists them; `parse(document)` is for a document that has none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any, Literal

import jsonschema
import msgspec

from cloudctl.domain.policies import Effect
from cloudctl.messages import Translate, fill, mark, translator

Text = dict[str, str]  # by locale: zh_CN and en


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A case beside a rule: `facts` stand on the base document; `reason` is compared where it is given."""

    name: str
    facts: dict[str, Any]
    speaks: bool
    reason: Text = {}


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """One rule. `params` fill the {placeholders} of `reason` and `way_out`; `schema.json` says what each key means."""

    name: str
    version: int
    title: Text
    when: str
    effect: Effect
    reason: Text
    way_out: Text
    exemptable: bool
    basis: str
    cases: tuple[Case, ...]
    scope: Literal["order", "item"] = "order"
    role: str | None = None
    specialist: str | None = None
    verdict: str | None = None
    field: str | None = None
    params: dict[str, str | Text] = {}


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong where, and what to do. `message` and `way_out` are catalogue ids that `params` fill."""

    file: str
    path: str
    message: str
    way_out: str
    params: dict[str, str] = {}

    def text(self, translate: Translate) -> str:
        """One line in the reader's language."""
        message, way_out = (fill(translate, part, self.params) for part in (self.message, self.way_out))
        return f"{self.file}: {self.path}: {message} {way_out}"

    def __str__(self) -> str:
        return self.text(translator("en"))


# What a broken keyword of the schema is called, and what to do about it. `{value}` is what stands in the file,
# `{wanted}` what the schema asks for there, `{about}` what the schema says that the place is for.
_WORDING = {
    "required": ("It is missing.", mark("Add it. {about}")),
    "additionalProperties": ("It is not known here.", "Remove it; these are known: {wanted}."),
    "enum": ("{value} is not possible.", "Write one of: {wanted}."),
    "type": ("{value} is not of the type {wanted}.", "{about}"),
    "pattern": ("{value} does not have the form {wanted}.", "{about}"),
    "minLength": ("It is empty.", mark("Fill it in. {about}")),
    "minItems": ("There are fewer than {wanted}.", "{about}"),
    "minimum": ("{value} is less than {wanted}.", "{about}"),
    "not": (
        "It has no meaning here.",
        "Remove it; `role` belongs to the effect require_approval, `specialist` to ask_opinion, `verdict` to propose.",
    ),
}


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema of a policy, as shipped in the package."""
    text = resources.files("cloudctl.policy").joinpath("schema.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


@cache
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(schema())


def parse(document: Any) -> Policy:
    """The policy of a document that has no problems."""
    return msgspec.convert(document, Policy)


def problems(document: Any, file: str) -> list[Problem]:
    """All that the schema finds, in the order of the paths, each once."""
    explained = (problem for error in _validator().iter_errors(document) for problem in _explained(error, file))
    found = {(problem.path, problem.message): problem for problem in explained}
    return [found[key] for key in sorted(found)]


def _explained(error: jsonschema.ValidationError, file: str) -> Iterator[Problem]:
    keyword = str(error.validator)
    message, way_out = _WORDING[keyword]
    for path, about in _places(error, keyword):
        value = json.dumps(error.instance, ensure_ascii=False, default=str)
        params = {"value": value, "wanted": _wanted(error), "about": about}
        used = {name: params[name] for name in params if f"{{{name}}}" in message + way_out}
        yield Problem(file=file, path=path, message=message, way_out=way_out, params=used)


def _places(error: jsonschema.ValidationError, keyword: str) -> Iterator[tuple[str, str]]:
    """Where an error is, and what the schema says about that place; one error may speak of several keys."""
    instance: Any = error.instance
    here = _schema_of(error)
    properties = here.get("properties", {})
    if keyword == "required":
        known = properties or schema()["properties"]
        absent = [key for key in here["required"] if key not in instance]
        yield from ((f"{error.json_path}.{key}", known[key].get("description", "")) for key in absent)
    elif keyword == "additionalProperties":
        yield from ((f"{error.json_path}.{key}", "") for key in instance.keys() - properties.keys())
    else:
        yield error.json_path, here.get("description", "")


def _schema_of(error: jsonschema.ValidationError) -> Mapping[str, Any]:
    """The part of the schema that an error breaks."""
    return error.schema if isinstance(error.schema, dict) else {}


def _wanted(error: jsonschema.ValidationError) -> str:
    """What the schema asks for, as words."""
    wanted: Any = error.validator_value
    if error.validator == "additionalProperties":
        wanted = list(_schema_of(error)["properties"])
    return " ".join(map(str, wanted)) if isinstance(wanted, list) else str(wanted)
