from __future__ import annotations

from collections.abc import Iterator

import pytest

from cloudctl.domain import errors
from cloudctl.domain.errors import BackendError, Busy, CloudctlError, Invalid, PolicyDenied, Unreachable, UserError


def tree(kind: type[CloudctlError]) -> Iterator[type[CloudctlError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from tree(child)


ALL = [kind for kind in tree(CloudctlError) if kind.__module__ == errors.__name__]


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in ALL]
    assert len(codes) == len(set(codes))


def test_every_error_of_the_domain_is_in_the_docstring_s_tree() -> None:
    told = errors.__doc__ or ""
    own = [kind.__name__ for kind in ALL if kind.__module__ == errors.__name__]
    assert [name for name in own if name not in told] == []


@pytest.mark.parametrize("kind", list(tree(UserError)), ids=lambda kind: kind.__name__)
def test_a_caller_s_error_has_a_caller_s_status(kind: type[UserError]) -> None:
    assert 400 <= kind.status < 600


def test_messages_are_filled_after_translation() -> None:
    error = Invalid("{level} is not a level.", field="mlps_level", way_out="Give 1 to 5.", level=9)
    assert str(error) == "9 is not a level."
    assert (error.message, error.params, error.field) == ("{level} is not a level.", {"level": 9}, "mlps_level")


def test_a_denial_carries_every_finding() -> None:
    error = PolicyDenied("Denied: {rules}.", findings=[{"rule": "a"}], rules="a")
    assert error.findings == [{"rule": "a"}]
    assert error.way_out


def test_what_may_help_later_is_marked() -> None:
    assert {kind.__name__ for kind in tree(BackendError) if kind.retryable} == {"Busy", "NotReady", "Unreachable"}
    assert Busy("busy", retry_after_s=3).retry_after_s == 3
    assert Unreachable("gone", effect_unknown=True).effect_unknown
