from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi.routing import APIRoute
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from api.routes import answer_links, health
from tests.unit.api.conftest import City

Json = dict[str, Any]


def document(city: City) -> Json:
    schema: Json = city.client.get("/openapi.json").json()
    return schema


def operations(schema: Json) -> Iterator[tuple[str, str, Json]]:
    for path, entries in schema["paths"].items():
        for method, operation in entries.items():
            yield path, method, operation


def contents(operation: Json) -> Iterator[Json]:
    yield from operation.get("requestBody", {}).get("content", {}).values()
    for response in operation["responses"].values():
        yield from response.get("content", {}).values()


def test_the_document_is_valid_openapi_3_1(city: City) -> None:
    schema = document(city)
    assert schema["openapi"].startswith("3.1")
    validate(schema)


def test_every_route_is_in_the_document(city: City) -> None:
    routes = {
        (route.path, method.lower())
        for route in city.client.app.router.routes
        if isinstance(route, APIRoute)
        for method in route.methods
    }
    assert {(path, method) for path, method, _ in operations(document(city))} == routes


def test_operations_have_unique_ids_known_tags_and_a_summary(city: City) -> None:
    schema = document(city)
    found = [operation for _, _, operation in operations(schema)]
    ids = [operation["operationId"] for operation in found]
    assert len(set(ids)) == len(ids)
    assert {tag for operation in found for tag in operation["tags"]} <= {tag["name"] for tag in schema["tags"]}
    assert all(operation["summary"] for operation in found)


def test_everything_needs_the_token_but_probes_and_pages(city: City) -> None:
    schema = document(city)
    assert schema["security"] == [{"bearer": []}]
    public = {path for path, _, operation in operations(schema) if operation.get("security") == []}
    open_ = (*health.router.routes, *answer_links.router.routes)  # a signed link is its own token, and answers once
    assert public == {route.path for route in open_ if isinstance(route, APIRoute)}


def test_every_operation_says_how_it_refuses(city: City) -> None:
    for path, method, operation in operations(document(city)):
        content = operation["responses"]["default"]["content"]
        assert set(content) == {"application/problem+json"}, (path, method)


def test_every_post_takes_an_idempotency_key(city: City) -> None:
    for path, method, operation in operations(document(city)):
        named = {parameter.get("$ref", "").rpartition("/")[2] for parameter in operation.get("parameters", [])}
        assert ("IdempotencyKey" in named) == (method == "post" and operation.get("security") != []), path


def test_every_example_fits_its_own_schema(city: City) -> None:
    schema = document(city)
    components = {"components": schema["components"]}
    checked = 0
    for name, component in schema["components"]["schemas"].items():
        for example in component.get("examples", []):
            problems = list(Draft202012Validator({**component, **components}).iter_errors(example))
            assert not problems, (name, problems[0].message, example)
            checked += 1
    for parameter in schema["components"]["parameters"].values():
        Draft202012Validator(parameter["schema"]).validate(parameter["example"])
    assert checked > 50


def test_whatever_is_sent_or_answered_has_an_example(city: City) -> None:
    schema = document(city)
    for path, method, operation in operations(schema):
        for content in contents(operation):
            name = named(content.get("schema", {}))
            partial = name is not None and name.endswith("Changes")
            assert name is None or partial or schema["components"]["schemas"][name]["examples"], (method, path)


def named(shape: Any) -> str | None:
    """The first component that a schema refers to."""
    if isinstance(shape, dict) and "$ref" in shape:
        return str(shape["$ref"]).rpartition("/")[2]
    parts = shape.values() if isinstance(shape, dict) else shape if isinstance(shape, list) else ()
    return next((name for part in parts if (name := named(part)) is not None), None)
