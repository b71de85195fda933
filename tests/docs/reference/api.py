"""Every route, from the OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from api.main import create_app
from api.problems import KINDS
from tests.docs.reference.tables import code, page, table

Json = dict[str, Any]

INTRODUCTION = """\
The machine-readable form is `GET /openapi.json` (OpenAPI 3.1, with examples). JSON in and out. A token comes as
`Authorization: Bearer …`; `cloudctl tokens issue` makes one. `Accept-Language: zh` or `en` chooses the language.

* **POST** takes an `Idempotency-Key`: the same key with the same request is carried out once and answered alike for
  seven days (`Idempotent-Replayed: true`).
* **Lists** answer `{"items": [...], "next": ...}`; send `next` back as `cursor` to go on. Totals are not counted.
* **Single records** with a version carry an `ETag`; send it as `If-Match` with PATCH and acts, and a record that has
  changed since is answered with 412.
* **Refusals** are problem documents (RFC 9457), each kind with [a page](../problems/README.md) of its own."""

ANYWHERE = ("unauthenticated", "forbidden", "not-found", "method-not-allowed", "internal")
WRITES = ("invalid", "malformed", "body-too-large", "unsupported-media-type")
METHODS = ("get", "post", "put", "patch", "delete")
ORDER_ACTS = ("conflict", "transition-refused", "quota-exceeded", "pool-exhausted", "resource-claimed", "policy-denied")


def document() -> Json:
    """The OpenAPI document of an application that is connected to nothing."""
    made: Json = create_app(_Nothing()).openapi()  # a context that nobody asks
    return made


def render() -> str:
    """An overview, then each tag's routes."""
    schema = document()
    tags = {tag["name"]: tag.get("description", "") for tag in schema.get("tags", [])}
    routes = [route for path, methods in schema["paths"].items() for route in _routes(schema, path, methods)]
    overview = table(
        ("method and path", "does", "permission"),
        ((f"[`{r['title']}`](#{_anchor(r)})", _in_short(r), code(r["permission"])) for r in routes),
    )
    sections = [_tag(name, text, [r for r in routes if name in r["tags"]]) for name, text in tags.items()]
    return page("HTTP API", INTRODUCTION, _problems(), "## Overview", overview, *sections)


def _problems() -> str:
    def linked(names: tuple[str, ...]) -> str:
        return ", ".join(f"[`{name}`](../problems/{name}.md) ({KINDS[name].status})" for name in names)

    rows = [
        ("any route", linked(ANYWHERE)),
        ("POST, PUT, PATCH", linked(WRITES)),
        ("POST with `Idempotency-Key`", linked(("idempotency-mismatch",))),
        ("with `If-Match`", linked(("stale",))),
        ("acts on orders and resources", linked(ORDER_ACTS)),
        ("a token issued twice under one key", linked(("already-issued",))),
        ("acts that reach a cloud", linked(tuple(name for name in KINDS if name.startswith("backend-")))),
    ]
    return "## Problems\n\n" + table(("where", "problems"), rows)


def _routes(schema: Json, path: str, methods: Json) -> Iterator[Json]:
    for method in METHODS:
        if method in methods:
            operation = methods[method]
            yield {
                "title": f"{method.upper()} {path}",
                "tags": operation.get("tags", []),
                "summary": operation.get("summary", ""),
                "text": operation.get("description", "").partition("Needs the permission")[0].strip(),
                "permission": operation.get("x-permission") or "",
                "public": operation.get("security") == [],
                "parameters": [_resolved(schema, entry) for entry in operation.get("parameters", [])],
                "body": _body(operation.get("requestBody")),
                "answers": _answers(operation["responses"]),
            }


def _tag(name: str, text: str, routes: list[Json]) -> str:
    return "\n\n".join([f"## {name.capitalize()}", text, *(_route(route) for route in routes)])


def _route(route: Json) -> str:
    permission = "none, no token either" if route["public"] else code(route["permission"]) or "depends on who asks"
    facts = [f"Permission: {permission}", f"Answer: {route['answers']}"]
    if route["body"]:
        facts.insert(1, f"Body: {route['body']}")
    rows = [
        (code(entry["name"]), entry["in"], _kind(entry.get("schema", {})), entry.get("description", ""))
        for entry in route["parameters"]
        if entry["in"] != "header" or entry["name"] not in {"Accept-Language", "Idempotency-Key"}
    ]
    parts = [f"### {route['title']}", route["text"] or route["summary"], "\n".join(f"* {fact}" for fact in facts)]
    return "\n\n".join([*parts, table(("parameter", "in", "type", "meaning"), rows)] if rows else parts)


def _in_short(route: Json) -> str:
    """The first sentence of a route's description, without its full stop."""
    first: str = (route["text"] or route["summary"]).split("\n\n")[0]
    return " ".join(first.split()).partition(". ")[0].rstrip(".")


def _anchor(route: Json) -> str:
    from tests.docs.markdown import anchors

    return next(iter(anchors(f"# {route['title']}")))


def _resolved(schema: Json, entry: Json) -> Json:
    if "$ref" not in entry:
        return entry
    found: Json = schema["components"]["parameters"][entry["$ref"].rpartition("/")[2]]
    return found


def _body(body: Json | None) -> str:
    content = (body or {}).get("content", {})
    return ", ".join(f"{_kind(value.get('schema', {}))} ({media})" for media, value in content.items())


def _answers(responses: Json) -> str:
    return "; ".join(
        f"{status} "
        + ", ".join(
            f"{_kind(value.get('schema', {}))} ({media})".strip() for media, value in answer.get("content", {}).items()
        )
        for status, answer in responses.items()
        if status != "default"
    )


def _kind(schema: Json) -> str:
    """A schema in a word or two."""
    if "$ref" in schema:
        return code(schema["$ref"].rpartition("/")[2])
    if "enum" in schema:
        return ", ".join(code(value) for value in schema["enum"])
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return " or ".join(dict.fromkeys(_kind(entry) for entry in schema[key] if entry != {"type": "null"}))
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    if "items" in schema.get("properties", {}):
        return f"page of {_kind(schema['properties']['items']['items'])}"
    bounds = [
        f"{word} {schema[key]}"
        for key, word in (("minimum", "from"), ("maximum", "to"), ("default", "default"))
        if key in schema
    ]
    return " ".join([schema.get("format") or schema.get("type", ""), *bounds]).strip()


class _Nothing:
    """Stands in for a context: making the document asks it nothing."""

    def __getattr__(self, name: str) -> Any:
        return None
