"""The tree of domain/errors.py with codes and HTTP statuses."""

from __future__ import annotations

from collections.abc import Iterator

from api.problems import KINDS
from cloudctl.domain.errors import CloudctlError
from tests.docs.reference.tables import code, page, table

INTRODUCTION = """\
Every deliberate error is a class of this tree. What a caller can mend (`UserError`) and what a cloud answers
(`BackendError`) reach callers as problem documents; `ConfigurationError` ends a command on the server and says what to
set. An error that nobody foresaw is answered with `internal` (500), and its request id is in the log."""

BORDER = """\
The HTTP border itself refuses with these codes, which belong to no class:"""


def render() -> str:
    """The tree, then the codes of the border."""
    classes = list(_classes(CloudctlError, 0))
    known = {kind.code for kind, _ in classes}
    rows = (
        (f"{'&nbsp;' * 4 * depth}`{kind.__name__}`", _code(kind.code), _status(kind.code), _sentence(kind))
        for kind, depth in classes
    )
    border = ((_code(name), kind.status, kind.meaning) for name, kind in KINDS.items() if name not in known)
    return page(
        "Errors",
        INTRODUCTION,
        table(("class", "code", "status", "meaning"), rows),
        BORDER,
        table(("code", "status", "meaning"), border),
    )


def _classes(kind: type[CloudctlError], depth: int) -> Iterator[tuple[type[CloudctlError], int]]:
    """The classes of the domain's tree, each under its base; what other packages derive is theirs."""
    yield kind, depth
    for below in kind.__subclasses__():
        if below.__module__ == CloudctlError.__module__:
            yield from _classes(below, depth + 1)


def _code(name: str) -> str:
    return f"[`{name}`](../problems/{name}.md)" if name in KINDS else code(name)


def _status(name: str) -> object:
    return KINDS[name].status if name in KINDS else ""


def _sentence(kind: type[CloudctlError]) -> str:
    return (kind.__doc__ or "").strip().split("\n\n")[0]
