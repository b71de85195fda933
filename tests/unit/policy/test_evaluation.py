from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from cloudctl.domain.policies import Effect
from cloudctl.policy.conditions import REMEMBERED
from cloudctl.policy.evaluation import RuleBook
from cloudctl.ports.rules import Rules

Facts = Callable[..., dict[str, Any]]
Make = Callable[..., RuleBook]

FIRST = UUID("01900000-0000-7000-8000-000000000001")
SECOND = UUID("01900000-0000-7000-8000-000000000002")
SIX = {"servers": 6}
BOTH_SIDES = [{"name": "yes", "facts": {}, "speaks": True}, {"name": "no", "facts": {}, "speaks": False}]


def rule(name: str, **changes: Any) -> dict[str, Any]:
    """A rule of its own that always speaks, unless told otherwise."""
    plain = {"when": "true", "params": None, "reason": {"zh_CN": "因", "en": "Reason"}, "cases": BOTH_SIDES}
    return {"name": name, **plain, **changes}


def test_it_is_the_port(rules: Make) -> None:
    port: Rules = rules()
    assert [policy["name"] for policy in port.describe()] == ["too-many"]


def test_a_finding_carries_rule_version_field_and_words(rules: Make, facts: Facts) -> None:
    (finding,) = rules().judge(facts(totals=SIX)).findings
    assert (finding.rule, finding.version, finding.effect, finding.field) == ("too-many", 3, Effect.DENY, "items")
    assert finding.reason == {"zh_CN": "6台过多", "en": "6 are too many"}
    assert finding.way_out == {"zh_CN": "减少", "en": "Ask for less"}
    assert finding.in_force


def test_silence(rules: Make, facts: Facts) -> None:
    ruling = rules().judge(facts(totals={"servers": 5}))
    assert ruling.findings == ()
    assert ruling.effect is None


def test_an_item_rule_names_the_item_that_it_speaks_about(rules: Make, facts: Facts) -> None:
    judged = rules(rule("big", scope="item", when="item.vcpu > 4", field="specification")).judge(
        facts(items=[{"vcpu": 8}, {"vcpu": 2}, {"vcpu": 16}])
    )
    assert [(finding.item, finding.field) for finding in judged.findings] == [
        (0, "items[0].specification"),
        (2, "items[2].specification"),
    ]


def test_an_item_rule_without_a_field_names_the_item(rules: Make, facts: Facts) -> None:
    (finding,) = rules(rule("any", scope="item", field=None)).judge(facts(items=[{}])).findings
    assert finding.field == "items[0]"


def test_the_strictest_wins_and_all_are_listed_by_effect_then_name(rules: Make, facts: Facts) -> None:
    judge = rules(
        rule("zz-approve", effect="auto_approve"),
        rule("b-warn", effect="warn"),
        rule("a-warn", effect="warn"),
        rule("m-ask", effect="require_approval", role="office-admin"),
        rule("z-deny", effect="deny"),
    ).judge
    ruling = judge(facts())
    assert [finding.rule for finding in ruling.findings] == ["z-deny", "m-ask", "a-warn", "b-warn", "zz-approve"]
    assert ruling.effect is Effect.DENY


def test_the_same_facts_give_the_same_ruling(registry: Any, facts: Facts) -> None:
    judge = RuleBook(registry).judge
    given = facts(items=[{"term_months": 40, "user_data": True}] * 3, totals={"vcpu": 90, "servers": 19})
    first = judge(given)
    shuffled = list(given.items())
    for seed in range(20):
        random.Random(seed).shuffle(shuffled)
        assert judge(dict(shuffled)) == first
    assert len(first.findings) > 5


def test_an_exemption_lifts_and_stays_visible(rules: Make, facts: Facts) -> None:
    ruling = rules().judge(facts(totals=SIX, exemptions=[{"rule": "too-many", "id": str(FIRST)}]))
    (finding,) = ruling.findings
    assert finding.exemption_id == FIRST
    assert not finding.in_force
    assert ruling.effect is None


def test_an_exemption_of_another_rule_lifts_nothing(rules: Make, facts: Facts) -> None:
    ruling = rules().judge(facts(totals=SIX, exemptions=[{"rule": "too-few", "id": str(FIRST)}]))
    assert ruling.effect is Effect.DENY


def test_a_rule_that_allows_no_exemption_is_not_lifted(rules: Make, facts: Facts) -> None:
    ruling = rules({"exemptable": False}).judge(facts(totals=SIX, exemptions=[{"rule": "too-many", "id": str(FIRST)}]))
    assert ruling.effect is Effect.DENY


def test_of_two_exemptions_the_first_id_is_named(rules: Make, facts: Facts) -> None:
    both = [{"rule": "too-many", "id": str(SECOND)}, {"rule": "too-many", "id": str(FIRST)}]
    judge = rules().judge
    assert judge(facts(totals=SIX, exemptions=both)).findings[0].exemption_id == FIRST
    assert judge(facts(totals=SIX, exemptions=both[::-1])).findings[0].exemption_id == FIRST


def test_conditions_cannot_read_exemptions(rules: Make, facts: Facts) -> None:
    judge = rules(rule("sly", when="size(order.number) < 0 || order.is_change && size(exemptions) > 0")).judge
    assert judge(facts()).findings == ()
    (finding,) = judge(facts(order={"is_change": True})).findings
    assert "could not be evaluated" in finding.reason["en"]


@pytest.mark.parametrize("effect", ["deny", "warn", "auto_approve"])
@pytest.mark.parametrize(
    "spoilt",
    [
        pytest.param({"totals": {}}, id="missing field"),
        pytest.param({"totals": {"servers": "six"}}, id="wrong type"),
        pytest.param({"totals": {"servers": None}}, id="null"),
        pytest.param({"totals": 6}, id="not a mapping"),
        pytest.param({"totals": object()}, id="no CEL type"),
    ],
)
def test_a_rule_that_cannot_be_evaluated_denies_whatever_its_effect(
    rules: Make, facts: Facts, effect: str, spoilt: dict[str, Any]
) -> None:
    given = {**facts(exemptions=[{"rule": "too-many", "id": str(FIRST)}]), **spoilt}
    ruling = rules({"effect": effect}).judge(given)
    (finding,) = ruling.findings
    assert finding.rule == "too-many"
    assert finding.effect is ruling.effect is Effect.DENY
    assert finding.exemption_id is None
    assert "could not be evaluated" in finding.reason["en"]
    assert "Too many" in finding.reason["en"]
    assert "过多" in finding.reason["zh_CN"]


def test_a_param_that_fails_denies_too(rules: Make, facts: Facts) -> None:
    judge = rules({"effect": "warn", "params": {"count": "100 / totals.servers"}, "when": "totals.servers != 5"}).judge
    assert judge(facts(totals={"servers": 6})).effect is Effect.WARN
    assert judge(facts(totals={"servers": 0})).effect is Effect.DENY


@pytest.mark.parametrize("items", [None, "server", {"kind": "server"}])
def test_items_that_are_no_list_deny(rules: Make, facts: Facts, items: Any) -> None:
    judge = rules(rule("each", scope="item", when="false", effect="warn")).judge
    assert judge({**facts(), "items": items}).effect is Effect.DENY


def test_an_item_that_is_no_item_denies_at_its_place(rules: Make, facts: Facts) -> None:
    judge = rules(rule("each", scope="item", when="item.vcpu > 99", effect="warn")).judge
    ruling = judge({**facts(), "items": [facts(items=[{}])["items"][0], {}]})
    assert [(finding.effect, finding.item) for finding in ruling.findings] == [(Effect.DENY, 1)]


def test_values_become_words_of_each_language(rules: Make, facts: Facts) -> None:
    judged = rules(
        {
            "when": "true",
            "params": {"count": "[1.5, 2.0, 3]", "who": {"zh_CN": "department.name", "en": "department.code"}},
            "reason": {"zh_CN": "{who}:{count}", "en": "{who}: {count}"},
            "cases": BOTH_SIDES,
        }
    ).judge(facts())
    assert judged.findings[0].reason == {"zh_CN": "发展和改革委员会:1.5、2、3", "en": "fgw: 1.5, 2, 3"}


def test_what_was_silent_speaks_when_what_it_reads_has_changed(rules: Make, facts: Facts) -> None:
    """The same rules over many facts, more than they remember, and all of it once more."""
    judge = rules(rule("big", scope="item", when="item.vcpu > 4")).judge
    for _ in range(2):
        for servers in range(2 * REMEMBERED):
            assert [finding.item for finding in judge(facts(items=[{"vcpu": servers}])).findings] == [0] * (servers > 4)


def test_a_rule_that_broke_breaks_again_and_only_on_what_breaks_it(rules: Make, facts: Facts) -> None:
    judge = rules(rule("ratio", when="10 / totals.servers > 5", effect="warn")).judge
    for servers, effects in ((0, [Effect.DENY]), (5, []), (0, [Effect.DENY]), (1, [Effect.WARN]), (0, [Effect.DENY])):
        assert [finding.effect for finding in judge(facts(totals={"servers": servers})).findings] == effects


def test_a_lifted_finding_is_not_remembered_as_lifted(rules: Make, facts: Facts) -> None:
    judge = rules(rule("free", exemptable=True)).judge
    lifted = [{"rule": "free", "id": str(FIRST)}]
    found = [judge(facts(exemptions=given)).findings[0].exemption_id for given in (lifted, [], lifted)]
    assert found == [FIRST, None, FIRST]
