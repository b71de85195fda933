"""Problem documents (RFC 9457): what every refusal and failure looks like to a caller.

    HTTP/1.1 409 Conflict
    Content-Type: application/problem+json
    Content-Language: en
    {"type": "/problems/quota-exceeded", "title": "A quota is used up", "status": 409, "detail": "...", "field": ...}

`KINDS` lists every code with its title and meaning; `/problems/{code}` shows them to people, and the same table is
the source of docs/problems. Messages are translated, then their parameters are filled in.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec
from starlette.responses import Response

from cloudctl.domain import errors
from cloudctl.messages import Translate, mark, translator
from cloudctl.messages import fill as fill_in

MEDIA_TYPE = "application/problem+json"
_log = logging.getLogger(__name__)


class Kind(NamedTuple):
    """One kind of problem: its HTTP status, its title and what it means, as catalogue ids."""

    status: int
    title: str
    meaning: str


KINDS: dict[str, Kind] = {
    "invalid": Kind(
        422, mark("A value is not acceptable"), mark("A field of the request has a value that cannot be accepted.")
    ),
    "malformed": Kind(400, mark("The request cannot be read"), mark("The body is not JSON, or is cut off.")),
    "unauthenticated": Kind(
        401, mark("No valid token"), mark("The request came without a token, or with one that has ended.")
    ),
    "forbidden": Kind(
        403, mark("Not allowed"), mark("The roles of the account, or the scopes of its token, do not allow this.")
    ),
    "not-found": Kind(404, mark("Not found"), mark("There is no such thing, or it belongs to another department.")),
    "method-not-allowed": Kind(405, mark("Method not allowed"), mark("The path exists, but not for this method.")),
    "conflict": Kind(409, mark("Not possible now"), mark("The present state does not allow this.")),
    "transition-refused": Kind(
        409, mark("Not possible in this state"), mark("The life cycle does not list this step from here.")
    ),
    "quota-exceeded": Kind(409, mark("A quota is used up"), mark("The order raises a quota that has no room left.")),
    "pool-exhausted": Kind(409, mark("No room left"), mark("No cloud, or no prefix of the zone, has room for this.")),
    "resource-claimed": Kind(409, mark("Already being changed"), mark("Another order is changing the resource.")),
    "frozen": Kind(409, mark("A freeze window is open"), mark("A freeze window forbids to begin this now.")),
    "contended": Kind(409, mark("Being changed just now"), mark("Somebody else is changing the record; try again.")),
    "already-issued": Kind(409, mark("Already issued"), mark("A secret is shown once and is not shown again.")),
    "stale": Kind(412, mark("Changed meanwhile"), mark("If-Match does not name the current version.")),
    "body-too-large": Kind(
        413, mark("The request is too large"), mark("The body is larger than the platform accepts.")
    ),
    "form-invalid": Kind(
        422, mark("The form has faults"), mark("Cells of an application form are wrong; nothing was created.")
    ),
    "unsupported-media-type": Kind(
        415, mark("Another kind of body is needed"), mark("The path does not take bodies of this media type.")
    ),
    "idempotency-mismatch": Kind(
        422, mark("The Idempotency-Key was used before"), mark("The same key came with another request; use a new key.")
    ),
    "policy-denied": Kind(422, mark("A policy denies this"), mark("A policy that is in force denies the order.")),
    "user-error": Kind(
        400, mark("The request cannot be carried out"), mark("Something in the request has to be changed.")
    ),
    "internal": Kind(
        500, mark("The platform failed"), mark("The fault is the platform's; the operators find it by its request.")
    ),
    "unavailable": Kind(
        503, mark("The platform is not available"), mark("The platform's database does not answer just now.")
    ),
    "backend-failed": Kind(502, mark("The cloud failed"), mark("The cloud reports that the object is in error.")),
    "backend-rejected": Kind(
        502, mark("The cloud refuses"), mark("The cloud does not accept the request as it stands.")
    ),
    "backend-error": Kind(502, mark("The cloud failed"), mark("The cloud did not do what it was asked.")),
    "backend-absent": Kind(
        409, mark("The cloud has no such object"), mark("The object on record is not in the cloud.")
    ),
    "backend-unsupported": Kind(
        409, mark("The cloud cannot do this"), mark("This kind of cloud does not offer the operation.")
    ),
    "backend-busy": Kind(503, mark("The cloud is busy"), mark("The cloud cannot take the request just now.")),
    "backend-not-ready": Kind(503, mark("Not ready yet"), mark("The cloud is still working on the object.")),
    "backend-capacity-exhausted": Kind(503, mark("The cloud is full"), mark("The cloud has no room for this.")),
    "backend-unreachable": Kind(
        504, mark("The cloud does not answer"), mark("The cloud could not be reached in time.")
    ),
}

# The branches of the error tree that callers are told of; what else goes wrong is `internal`.
ANSWERED = (errors.UserError, errors.BackendError, errors.Unavailable)

TRY_LATER = mark("Try again later; if it stays, ask the operators.")
ASK_OPERATORS = mark("Tell the operators the request id.")
FAILED = mark("The platform failed to handle this request.")


class FieldError(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One field that is wrong: its JSON path (or parameter name), why, the kind of mistake, and what to do about it."""

    field: str
    detail: str
    code: str
    way_out: str | None = None


class Mistake(NamedTuple):
    """One field that is wrong, before it is told in the reader's language: message ids and what fills them."""

    field: str
    message: str
    code: str
    params: dict[str, object]
    way_out: str | None = None


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The document. `errors` lists every field that is wrong, `findings` every policy that spoke."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    field: str | None = None
    way_out: str | None = None
    params: dict[str, str] = {}
    errors: list[FieldError] = []
    findings: list[dict[str, Any]] = []


class ApiError(errors.UserError):
    """What only the HTTP border refuses, by the code of its kind: a path, a method, a body."""

    def __init__(
        self, kind: str, *, message: str, way_out: str, headers: Mapping[str, str] | None = None, **params: Any
    ) -> None:
        super().__init__(message, way_out=way_out, **params)
        self.kind = kind
        self.headers = dict(headers or {})


class FieldsInvalid(errors.Invalid):
    """Several fields are wrong at once; all are told at once (一次性告知)."""

    def __init__(self, errors_: list[tuple[str, str, str, dict[str, object]]]) -> None:
        """Takes (field, message id, code, params) of each."""
        field, message, _, params = errors_[0]
        super().__init__(message, field=field, way_out="Correct the fields that are listed.", **params)
        self.errors = [Mistake(*error) for error in errors_]


def too_large(most_bytes: int) -> ApiError:
    """The body is over the limit, in bytes."""
    return ApiError(
        "body-too-large",
        message="The body is larger than {most_kib} KiB.",
        way_out="Send less, or send it in parts.",
        most_kib=most_bytes // 1024,
    )


def all_codes() -> Iterator[str]:
    """The codes of the whole error tree."""
    waiting: list[type[errors.CloudctlError]] = [*ANSWERED]
    while waiting:
        kind = waiting.pop()
        waiting.extend(kind.__subclasses__())
        if kind is not ApiError:
            yield kind.code


def said(say: Translate, message: str, params: Mapping[str, object]) -> str:
    """A message in the reader's language; one that its parameters do not fit is shown with its placeholders."""
    try:
        return fill_in(say, message, params)
    except (LookupError, ValueError, AttributeError):
        return say(message)


def problem_of(error: BaseException, *, locale: str, request_id: str) -> Problem:
    """The document that tells a caller of `error`; anything unexpected becomes `internal` and tells nothing of it."""
    say = translator(locale)
    if not isinstance(error, ANSWERED):
        return _problem("internal", FAILED, say, request_id, way_out=ASK_OPERATORS)
    code = error.kind if isinstance(error, ApiError) else error.code
    way_out = error.way_out if isinstance(error, errors.UserError) else TRY_LATER
    return _problem(
        code,
        error.message,
        say,
        request_id,
        way_out=way_out,
        params=error.params,
        field=error.field if isinstance(error, errors.UserError) else None,
        errors_=_errors_of(error, locale),
        findings=error.findings if isinstance(error, errors.PolicyDenied) else [],
    )


def _errors_of(error: BaseException, locale: str) -> list[Mistake]:
    """Each mistake: fields of a body, or cells of a workbook as `sheet!D7`."""
    if isinstance(error, errors.FormInvalid):
        return [
            Mistake(fault.place, fault.message, fault.code, fault.params_in(locale), fault.way_out)
            for fault in error.faults
        ]
    return error.errors if isinstance(error, FieldsInvalid) else []


def _problem(
    code: str,
    message: str,
    say: Translate,
    request_id: str,
    *,
    way_out: str | None = None,
    params: Mapping[str, object] | None = None,
    field: str | None = None,
    errors_: list[Mistake] | None = None,
    findings: list[dict[str, object]] | None = None,
) -> Problem:
    params = params or {}
    kind = KINDS[code]
    return Problem(
        type=f"/problems/{code}",
        title=say(kind.title),
        status=kind.status,
        detail=said(say, message, params),
        instance=f"urn:cloudctl:request:{request_id}",
        code=code,
        request_id=request_id,
        field=field,
        way_out=None if way_out is None else said(say, way_out, params),
        params={name: str(value) for name, value in params.items()},
        errors=[
            FieldError(
                field=mistake.field,
                detail=said(say, mistake.message, mistake.params),
                code=mistake.code,
                way_out=None if mistake.way_out is None else said(say, mistake.way_out, mistake.params),
            )
            for mistake in errors_ or []
        ],
        findings=findings or [],
    )


def respond(error: BaseException, *, locale: str, request_id: str) -> Response:
    """The HTTP answer that carries the problem document."""
    problem = problem_of(error, locale=locale, request_id=request_id)
    headers = {"Content-Language": locale.replace("_", "-")}
    if isinstance(error, ApiError):
        headers |= error.headers
    if problem.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="cloudctl"'
    if problem.status in {503, 504}:
        headers["Retry-After"] = str(int(getattr(error, "retry_after_s", None) or 5))
    if problem.code == "internal":
        _log.error("request %s failed", request_id, exc_info=error)
    return Response(msgspec.json.encode(problem), problem.status, headers, MEDIA_TYPE)
