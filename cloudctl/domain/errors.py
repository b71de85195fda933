"""Every deliberate error, one tree.

    CloudctlError
    ├── UserError                what a caller can mend; becomes a problem document
    │   ├── Invalid              a field's value is not acceptable                      422
    │   │   └── FormInvalid      cells of a workbook are wrong; all are listed          422
    │   ├── NotFound             absent, or not the caller's (never told apart)         404
    │   ├── Unauthenticated      no valid token                                         401
    │   ├── Forbidden            the role does not allow it                             403
    │   ├── Conflict             the state does not allow it                            409
    │   │   ├── Refused          a transition that the life-cycle table does not list
    │   │   ├── QuotaExceeded    a quota dimension that the order raises is used up
    │   │   ├── PoolExhausted    no cloud or prefix has room left
    │   │   ├── Claimed          another order is changing the resource
    │   │   ├── Frozen           a freeze window forbids to begin it now
    │   │   ├── AlreadyIssued    a secret that is shown once is asked for again
    │   │   ├── IdempotencyMismatch  an Idempotency-Key came back with another body     422
    │   │   └── Contended        somebody else is changing the record just now: the same request may pass
    │   ├── Stale                If-Match does not name the current version             412
    │   └── PolicyDenied         a policy denies the order                              422
    ├── BackendError             what a cloud answered, translated at the border
    │   ├── NotReady             exists, not finished yet: ask again after `retry_after_s`
    │   ├── Busy                 cannot be asked just now: try again after `retry_after_s`
    │   ├── CapacityExhausted    the cloud has no room
    │   ├── Rejected             the cloud refuses the request (its quota, a bad field)
    │   ├── Failed               the object went into error
    │   ├── Absent               no such object
    │   ├── Unreachable          no answer; `effect_unknown` says whether a write may have happened
    │   └── Unsupported          the provider does not declare this capability
    ├── Unavailable              the platform's own database does not answer                503
    └── ConfigurationError       the installation itself is wrong; the message says what to set

Messages are English message ids of the catalogue; `params` fill their `{placeholders}` after translation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from cloudctl.messages import mark

if TYPE_CHECKING:
    from cloudctl.domain.forms import Fault


class CloudctlError(Exception):
    """Base of the tree. `message` is a catalogue id, `params` its values, never secrets."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, **params: object) -> None:
        super().__init__(message, params)
        self.message = message
        self.params = params

    def __str__(self) -> str:
        return self.message.format(**self.params)


class UserError(CloudctlError):
    """What a caller can mend: `field` says where (JSON path of the request), `way_out` what to do."""

    code = "user-error"
    status: ClassVar[int] = 400

    def __init__(self, message: str, *, field: str | None = None, way_out: str | None = None, **params: object) -> None:
        super().__init__(message, **params)
        self.field = field
        self.way_out = way_out


class Invalid(UserError):
    """A field's value is not acceptable."""

    code, status = "invalid", 422


class FormInvalid(Invalid):
    """Cells of an application form are wrong; `faults` lists all of them, and nothing was created."""

    code = "form-invalid"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(
            mark("Faults in the form: {count}. Nothing was created."),
            way_out="Correct the cells that are listed and send the form again.",
            count=len(faults),
        )
        self.faults = tuple(faults)


class NotFound(UserError):
    """Absent, or not the caller's: the two are never told apart."""

    code, status = "not-found", 404


class Unauthenticated(UserError):
    """No valid token came with the request."""

    code, status = "unauthenticated", 401


class Forbidden(UserError):
    """The caller's roles or token scopes do not allow the act."""

    code, status = "forbidden", 403


class Conflict(UserError):
    """The present state does not allow the act."""

    code, status = "conflict", 409


class Refused(Conflict):
    """A transition that the life-cycle table does not list."""

    code = "transition-refused"


class QuotaExceeded(Conflict):
    """A quota dimension that the order raises is used up."""

    code = "quota-exceeded"


class PoolExhausted(Conflict):
    """No cloud, or no prefix of the zone, has room left."""

    code = "pool-exhausted"


class Claimed(Conflict):
    """Another order is changing the resource."""

    code = "resource-claimed"


class Frozen(Conflict):
    """An open freeze window forbids to begin it now; `opens_at` in the params is when the next open time begins."""

    code = "frozen"


class Contended(Conflict):
    """A lost race for a lock: nothing was done, and the same request may pass a moment later."""

    code = "contended"


class AlreadyIssued(Conflict):
    """A secret shown once is asked for again."""

    code = "already-issued"


class IdempotencyMismatch(Conflict):
    """An Idempotency-Key came back with another body."""

    code, status = "idempotency-mismatch", 422


class Stale(UserError):
    """If-Match does not name the current version."""

    code, status = "stale", 412


class PolicyDenied(UserError):
    """A policy denies the order, or whatever else it judges; `findings` carries every rule that spoke."""

    code, status = "policy-denied", 422

    def __init__(
        self,
        message: str,
        *,
        findings: list[dict[str, object]],
        way_out: str = mark("Change the order, or ask the office for an exemption."),
        **params: Any,
    ) -> None:
        super().__init__(message, way_out=way_out, **params)
        self.findings = findings


class BackendError(CloudctlError):
    """What a cloud answered, translated at the border. `retryable` says whether the same call may help later."""

    code = "backend-error"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, retry_after_s: float | None = None, **params: object) -> None:
        super().__init__(message, **params)
        self.retry_after_s = retry_after_s


class NotReady(BackendError):
    """The object exists and is not finished yet."""

    code, retryable = "backend-not-ready", True


class Busy(BackendError):
    """The backend cannot take the request just now (409 busy, 429, 5xx before any effect)."""

    code, retryable = "backend-busy", True


class CapacityExhausted(BackendError):
    """The cloud has no room for the object."""

    code = "backend-capacity-exhausted"


class Rejected(BackendError):
    """The cloud refuses the request as it stands: its own quota, or a field it does not accept.

    `taken_by` is the cloud's id of an object of others that has what was reserved here: another may be chosen.
    """

    code = "backend-rejected"

    def __init__(self, message: str, *, taken_by: str | None = None, **params: Any) -> None:
        super().__init__(message, **params)
        self.taken_by = taken_by


class Failed(BackendError):
    """The object went into error; the message carries the backend's words."""

    code = "backend-failed"


class Absent(BackendError):
    """The backend has no such object."""

    code = "backend-absent"


class Unreachable(BackendError):
    """No answer. With `effect_unknown` a write may have happened: find before creating again."""

    code, retryable = "backend-unreachable", True

    def __init__(self, message: str, *, effect_unknown: bool, **params: Any) -> None:
        super().__init__(message, **params)
        self.effect_unknown = effect_unknown


class Unsupported(BackendError):
    """The provider does not declare the capability that the call needs."""

    code = "backend-unsupported"


class Unavailable(CloudctlError):
    """The platform's own database does not answer; nothing was done."""

    code = "unavailable"


class ConfigurationError(CloudctlError):
    """The installation itself is wrong; the message says what to set."""

    code = "configuration"
