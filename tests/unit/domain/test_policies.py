from __future__ import annotations

import itertools

import pytest

from cloudctl.domain.identifiers import new_id
from cloudctl.domain.policies import Effect, Finding, Ruling, combine


def finding(effect: Effect, *, role: str | None = None, lifted: bool = False) -> Finding:
    exemption = new_id() if lifted else None
    return Finding(rule=f"r-{effect}", version=1, effect=effect, reason={}, role=role, exemption_id=exemption)


@pytest.mark.parametrize("effects", list(itertools.permutations(Effect, 3)), ids="+".join)
def test_the_most_restrictive_wins_whatever_the_order(effects: tuple[Effect, ...]) -> None:
    ruling = Ruling(findings=tuple(finding(effect) for effect in effects))
    assert ruling.effect is next(effect for effect in Effect if effect in effects)


def test_no_rule_no_effect() -> None:
    assert Ruling().effect is None
    assert not Ruling().auto_approved


def test_what_is_lifted_does_not_count_and_is_still_listed() -> None:
    ruling = Ruling(findings=(finding(Effect.DENY, lifted=True), finding(Effect.WARN)))
    assert ruling.effect is Effect.WARN
    assert len(ruling.findings) == 2


@pytest.mark.parametrize(
    ("others", "approved"),
    [
        ((), True),
        ((finding(Effect.WARN),), True),
        ((finding(Effect.REQUIRE_APPROVAL),), False),
        ((finding(Effect.ASK_OPINION),), False),
        ((finding(Effect.ASK_OPINION, lifted=True),), True),
        ((finding(Effect.DENY),), False),
        ((finding(Effect.DENY, lifted=True), finding(Effect.REQUIRE_APPROVAL, lifted=True)), True),
    ],
)
def test_auto_approval_yields_to_a_denial_or_a_wanted_approval(others: tuple[Finding, ...], approved: bool) -> None:
    assert Ruling(findings=(finding(Effect.AUTO_APPROVE), *others)).auto_approved is approved


def test_a_lifted_auto_approval_approves_nothing() -> None:
    assert not Ruling(findings=(finding(Effect.AUTO_APPROVE, lifted=True),)).auto_approved


def test_the_roles_that_must_approve() -> None:
    findings = (
        finding(Effect.REQUIRE_APPROVAL, role="office-admin"),
        finding(Effect.REQUIRE_APPROVAL, role="auditor", lifted=True),
        finding(Effect.WARN, role="operator"),
    )
    assert Ruling(findings=findings).roles == {"office-admin"}


def test_the_specialists_that_are_asked() -> None:
    asked = Finding(rule="r", version=1, effect=Effect.ASK_OPINION, reason={}, specialist="network")
    lifted = Finding(
        rule="s", version=1, effect=Effect.ASK_OPINION, reason={}, specialist="budget", exemption_id=new_id()
    )
    assert Ruling(findings=(asked, asked, lifted, finding(Effect.WARN))).specialists == {"network"}


def test_rulings_combine() -> None:
    one, other = Ruling(findings=(finding(Effect.WARN),)), Ruling(findings=(finding(Effect.DENY),))
    assert combine([one, other]).findings == (*one.findings, *other.findings)
