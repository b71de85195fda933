"""Every shipped policy, in both languages."""

from __future__ import annotations

from cloudctl.domain.policies import Effect
from cloudctl.policy.registry import SUBJECTS, read, shipped
from cloudctl.policy.schema import Policy
from tests.docs.reference.tables import code, page, table

INTRODUCTION = """\
Each is a file under `policies/orders/`, with its cases beside it. All rules are judged at `check`, at submission and
again at approval; the strictest effect wins, and the answer lists every rule that spoke. Those under `policies/rooms/`
judge a machine room when it is put on record and when its kind, status or opening changes. How to write one:
[the office's guide](../how-to/office.md). 如何编写：[电子政务办指南](../zh-CN/how-to/office.md)。"""

EFFECTS = {
    Effect.DENY: "refuses the order",
    Effect.REQUIRE_APPROVAL: "wants the approval of a certain role",
    Effect.ASK_OPINION: "has a specialist asked at acceptance; approval waits for the opinion",
    Effect.WARN: "is shown to applicant and reviewer",
    Effect.AUTO_APPROVE: "approves once the department head has signed, unless a rule denies or wants approval",
    Effect.PROPOSE: "proposes what becomes of a system; a person decides (policies/assessments)",
}


def _whose(policy: Policy) -> str:
    """By whose approval, or of which specialist."""
    if policy.specialist:
        return f", of the specialist for {code(policy.specialist)}"
    return f", by {code(policy.role)}" if policy.role else ""


def render() -> str:
    """The effects, a list, and a section for each."""
    read_ones = [read(shipped(), subject) for subject in SUBJECTS]
    assert not any(problems for _, problems in read_ones), read_ones
    policies = sorted(
        (rule.policy for registry, _ in read_ones for rule in registry.rules), key=lambda policy: policy.name
    )
    listed = (
        (f"[{policy.name}](#{policy.name})", policy.title["zh_CN"], policy.title["en"], code(policy.effect.value))
        for policy in policies
    )
    return page(
        "Policies",
        INTRODUCTION,
        table(("effect", "means"), ((code(effect.value), text) for effect, text in EFFECTS.items())),
        table(("policy", "名称", "title", "effect"), listed),
        *(_section(policy) for policy in policies),
    )


def _section(policy: Policy) -> str:
    facts = [
        ("version", policy.version),
        ("effect", code(policy.effect.value) + _whose(policy)),
        ("judged", "once for each item" if policy.scope == "item" else "once for the order"),
        ("field", code(policy.field)),
        ("reason", policy.reason["en"]),
        ("way out", policy.way_out["en"]),
        ("理由", policy.reason["zh_CN"]),
        ("办理建议", policy.way_out["zh_CN"]),
        ("basis", policy.basis),
        ("exemption", "possible" if policy.exemptable else "not possible"),
        ("cases", len(policy.cases)),
    ]
    return "\n\n".join([f"## {policy.name}", f"```cel\n{policy.when.strip()}\n```", table(("", ""), facts)])
