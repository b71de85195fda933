from __future__ import annotations

import pytest

from cloudctl.cli.exits import Exit
from cloudctl.cli.problems import failure_of
from cloudctl.cli.words import MEANINGS
from tests.unit.cli.fakes import problem


@pytest.mark.parametrize(
    ("code", "status", "exit_code"),
    [
        ("invalid", 422, Exit.USAGE),
        ("malformed", 400, Exit.USAGE),
        ("unauthenticated", 401, Exit.FORBIDDEN),
        ("forbidden", 403, Exit.FORBIDDEN),
        ("not-found", 404, Exit.NOT_FOUND),
        ("conflict", 409, Exit.CONFLICT),
        ("transition-refused", 409, Exit.CONFLICT),
        ("quota-exceeded", 409, Exit.CONFLICT),
        ("stale", 412, Exit.CONFLICT),
        ("policy-denied", 422, Exit.DENIED),
        ("internal", 500, Exit.SERVER),
        ("backend-unreachable", 504, Exit.SERVER),
        ("teapot", 418, Exit.UNEXPECTED),
    ],
)
def test_every_problem_has_its_exit_code(code: str, status: int, exit_code: Exit) -> None:
    assert failure_of(status, problem(code, status, "t", "d")).code is exit_code


def test_everything_that_the_document_says_is_shown() -> None:
    failure = failure_of(
        409,
        problem(
            "quota-exceeded", 409, "A quota is used up", "vcpu: 4 asked for, 2 left.", field="items[0]",
            way_out="Ask for less.", request_id="r-1",
        ),
    )  # fmt: skip
    assert failure.message.splitlines() == [
        "A quota is used up: vcpu: 4 asked for, 2 left.",
        "  Field: items[0]",
        "  Way out: Ask for less.",
        "  Request: r-1",
    ]


def test_all_wrong_fields_are_told_at_once() -> None:
    errors = [{"field": "title", "detail": "This is required."}, {"field": "items[0].count", "detail": "At most 50."}]
    failure = failure_of(422, problem("invalid", 422, "A value is not acceptable", "d", field="title", errors=errors))
    assert failure.message.splitlines()[1:] == ["  title: This is required.", "  items[0].count: At most 50."]


def test_each_wrong_field_has_its_own_way_out() -> None:
    errors = [{"field": "资源清单!D7", "detail": "两台 is not a whole number.", "way_out": "Write digits only."}]
    failure = failure_of(422, problem("form-invalid", 422, "The form has faults", "d", errors=errors))
    assert failure.message.splitlines()[1:] == ["  资源清单!D7: 两台 is not a whole number. Write digits only."]


def test_a_denial_names_every_rule_in_the_readers_language() -> None:
    findings = [
        {
            "rule": "zone-mlps", "version": 3, "effect": "deny",
            "reason": {"zh_CN": "等保三级", "en": "MLPS 3 belongs elsewhere."},
            "way_out": {"en": "Choose another zone."},
        },
        {"rule": "term", "version": 1, "effect": "warn", "reason": {"zh_CN": "期限"}, "exemption_id": "e-1"},
    ]  # fmt: skip
    failure = failure_of(422, problem("policy-denied", 422, "A policy denies this", "d", findings=findings))
    assert failure.message.splitlines()[1:] == [
        "  [deny] zone-mlps v3: MLPS 3 belongs elsewhere.",
        "      Way out: Choose another zone.",
        "  [warn (exempted)] term v1: 期限",
    ]


def test_every_exit_code_has_a_meaning() -> None:
    assert set(MEANINGS) == set(Exit)


def test_of_hundreds_of_mistakes_the_first_are_told() -> None:
    errors = [{"field": f"清单!B{row}", "detail": "wrong"} for row in range(4, 504)]
    told = failure_of(422, problem("form-invalid", 422, "The form has faults", "d", errors=errors)).message
    assert "清单!B23: wrong" in told
    assert "清单!B24" not in told
    assert "and 480 more" in told
