"""What the web framework refuses by itself, retold as errors of our tree: bad fields, unknown paths, wrong methods.

Every wrong field of a request is told at once. A field is named by its JSON path, as `items[0].user_data`; the value
that was sent is never repeated, for it may be a secret.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from starlette.exceptions import HTTPException

from api.problems import ApiError, FieldsInvalid
from cloudctl.messages import mark

OTHER = mark("This value is not acceptable: {reason}.")

TEXTS: dict[str, str] = {
    "missing": mark("This is required."),
    "extra_forbidden": mark("This field is not known."),
    "string_type": mark("This must be text."),
    "string_too_long": mark("At most {max_length} characters."),
    "string_too_short": mark("At least {min_length} characters."),
    "string_pattern_mismatch": mark("This does not have the form {pattern}."),
    "int_type": mark("This must be a whole number."),
    "int_parsing": mark("This must be a whole number."),
    "int_from_float": mark("This must be a whole number."),
    "float_type": mark("This must be a number."),
    "float_parsing": mark("This must be a number."),
    "bool_type": mark("This must be true or false."),
    "bool_parsing": mark("This must be true or false."),
    "greater_than": mark("This must be more than {gt}."),
    "greater_than_equal": mark("This must be at least {ge}."),
    "less_than_equal": mark("This must be at most {le}."),
    "enum": mark("One of: {expected}."),
    "literal_error": mark("One of: {expected}."),
    "union_tag_invalid": mark("`kind` must be one of: {expected_tags}."),
    "union_tag_not_found": mark("`kind` is required here."),
    "list_type": mark("This must be a list."),
    "dict_type": mark("This must be an object."),
    "model_attributes_type": mark("This must be an object."),
    "model_type": mark("This must be an object."),
    "too_long": mark("At most {max_length} entries."),
    "too_short": mark("At least {min_length} entries."),
    "uuid_parsing": mark("This must be an id."),
    "uuid_type": mark("This must be an id."),
    "date_from_datetime_parsing": mark("This must be a date, as 2027-01-31."),
    "date_parsing": mark("This must be a date, as 2027-01-31."),
    "date_type": mark("This must be a date, as 2027-01-31."),
    "user_data_base64": mark("This is not base64."),
    "cidr": mark("{cidr} is not a network with host bits zero."),
}

MALFORMED = ApiError(
    "malformed", message="The body is not JSON.", way_out="Check quotes, commas and brackets; the body must be UTF-8."
)


def fields_invalid(found: Sequence[Any]) -> ApiError | FieldsInvalid:
    """The error for what the framework found; a body that is no JSON at all is `malformed`."""
    if any(error["type"] == "json_invalid" for error in found):
        return MALFORMED
    if any(error["type"] == "model_attributes_type" and error["loc"] == ("body",) for error in found):
        return ApiError(
            "unsupported-media-type",
            message="The body must be a JSON object.",
            way_out="Send it with `Content-Type: application/json`.",
        )
    return FieldsInvalid([_told(error) for error in found])


def _told(error: dict[str, Any]) -> tuple[str, str, str, dict[str, object]]:
    kind, params = error["type"], dict(error.get("ctx") or {})
    if kind not in TEXTS:
        return json_path(error["loc"]), OTHER, "invalid", {"reason": error["msg"]}
    return json_path(error["loc"]), TEXTS[kind], kind.replace("_", "-"), params


def json_path(location: Iterable[str | int]) -> str:
    """Where an error is, as a JSON path of the body or a parameter's name; the tag of an item's kind is left out.

    >>> json_path(("body", "items", 0, "server", "user_data"))
    'items[0].user_data'
    """
    path, parts = "", list(location)[1:]
    after_item = False
    for position, part in enumerate(parts):
        if isinstance(part, int):
            path += f"[{part}]"
            after_item = parts[position - 1 : position] == ["items"]
        elif after_item:
            after_item = False
        else:
            path += f".{part}" if path else part
    return path or "body"


def refused(error: HTTPException, allowed: str) -> ApiError:
    """The error for what the router or the body reading refuses; `allowed` are the methods of the path."""
    match error.status_code:
        case 404:
            return ApiError(
                "not-found", message="There is nothing at this path.", way_out="See /openapi.json for the paths."
            )
        case 405:
            return ApiError(
                "method-not-allowed",
                message="This path does not take this method.",
                way_out="These it takes: {allowed}.",
                headers={"Allow": allowed},
                allowed=allowed,
            )
        case 413:
            return ApiError("body-too-large", message="The body is too large.", way_out="Send less.")
    return MALFORMED
