"""An order's way through the department and the office, as use cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cloudctl.domain.accounts import Role
from cloudctl.domain.errors import Conflict, Forbidden, Invalid, NotFound, PolicyDenied, Refused
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.items import NetworkItem, ServerItem
from cloudctl.domain.opinions import Verdict
from cloudctl.domain.orders import Backup, Order
from cloudctl.domain.quotas import Dimension
from cloudctl.ports.context import platform
from cloudctl.ports.queries import PageAsk
from cloudctl.services import acceptances, accounts, decisions, exemptions, opinions, orders, quotas, systems
from tests.factories import Installed
from tests.seeds import CLOUD, ZONE, person
from tests.unit.services.stages import approved, at_the_office, draft

SMALL = [NetworkItem(name="n", prefix_length=28, term_months=6)]


def test_a_draft_holds_nothing_and_has_its_number(city: Installed) -> None:
    before = city.ledger()
    order = orders.create(city.ctx, city.people["officer"], city.form(SMALL))
    assert (order.state, order.held, order.cloud) == ("draft", False, None)
    assert order.number.startswith("2026-")
    assert (city.ledger(), city.prefixes(order)) == (before, [])
    (event,) = city.audited(target={"id": str(order.id), "typeURI": "data/cloudctl/order"})
    assert (event["action"], event["initiator"]["name"]) == ("create/order", city.people["officer"].actor.name)
    assert event["request"] == city.people["officer"].request_id


def test_numbers_run_on_without_gaps(city: Installed) -> None:
    first = orders.create(city.ctx, city.people["officer"], city.form(SMALL))
    with pytest.raises(Invalid):
        orders.create(city.ctx, city.people["officer"], city.form([]), submit=True)
    second = orders.create(city.ctx, city.people["officer"], city.form(SMALL))
    assert int(second.number[5:]) == int(first.number[5:]) + 1


def test_handing_in_holds_quota_and_prefixes_and_tells_the_head(city: Installed) -> None:
    order = city.submitted(city.build_items())
    assert (order.state, order.held, order.cloud) == ("submitted", True, CLOUD)
    assert city.ledger()["vcpu"] == (4, 0)
    assert {prefix.state for prefix in city.prefixes(order)} == {"reserved"}
    assert len(city.prefixes(order)) == 2
    assert order.submitted_at == city.clock.now()
    notices = city.ctx.queries.notices.page(None, {"order_id": order.id}, PageAsk()).items
    head = city.people["head"].actor.name
    assert [(notice.template, notice.recipient) for notice in notices] == [
        ("order_submitted", f"{head}@example.gov.cn")
    ]


def test_user_data_is_sealed_before_it_is_kept(city: Installed) -> None:
    order = city.submitted(city.build_items())
    item = order.items[1]
    assert isinstance(item, ServerItem)
    assert item.user_data not in {None, b"#cloud-config\n"}
    assert city.ctx.secrets.open(item.user_data) == b"#cloud-config\n"


def test_a_check_tells_all_and_writes_nothing(city: Installed) -> None:
    before, ledger = city.rows(), city.ledger()
    found = orders.check(city.ctx, city.people["officer"], city.form(city.build_items()))
    assert [at.cloud for at in found.placements] == [CLOUD]
    assert found.demand[CLOUD][Dimension.VCPU] == 4
    assert found.quota[CLOUD][Dimension.VCPU].left == 64
    assert found.capacity[CLOUD][Dimension.VCPU].total == 1000
    assert "user-data-review" in {finding.rule for finding in found.ruling.findings}
    assert found.denials == []
    assert (city.rows(), city.ledger()) == (before, ledger)


def test_a_check_tells_a_denial_instead_of_raising_it(city: Installed) -> None:
    found = orders.check(city.ctx, city.people["officer"], city.form(city.build_items(count=40)))
    assert "quota-exceeded" in {finding.rule for finding in found.denials}


def test_a_small_order_is_approved_by_policy_when_it_is_signed(city: Installed) -> None:
    order = city.signed(SMALL)
    assert (order.state, order.approved_by, order.attempt) == ("approved", None, 1)
    assert [workflow.id for workflow in city.queued()][-1] == order.workflow_id
    assert city.progress(order)[-1] == "Approved by policy: a small request."
    city.run()


def test_what_is_no_longer_small_at_the_signature_goes_to_the_office(city: Installed) -> None:
    """The head signs what policies say now, not what they said when it was handed in."""
    order = city.submitted(SMALL)
    assert order.ruling.auto_approved
    systems.update(city.ctx, city.people["office-admin"], city.ids["oa"], {"mlps_level": 3})
    signed = decisions.sign_off(city.ctx, city.people["head"], order.id)
    assert (signed.state, signed.ruling.auto_approved) == ("signed_off", False)
    assert city.queued() == []


def test_approval_registers_and_queues_in_one_transaction(city: Installed) -> None:
    order = decisions.approve(city.ctx, city.people["reviewer"], at_the_office(city).id, reason="同意")
    assert (order.state, order.attempt, order.approved_by) == ("approved", 1, city.ids["reviewer"])
    assert {resource.state for resource in city.resources(order).values()} == {"planned"}
    assert city.resources(order)["oa-net"].cidr_v4 in {prefix.cidr for prefix in city.prefixes(order)}
    (queued,) = city.queued()
    assert (queued.id, queued.saga, queued.input) == (order.workflow_id, "provision_order", (str(order.id), "1"))
    city.run()


def test_who_approves_twice_is_told_the_state(city: Installed) -> None:
    order = decisions.approve(city.ctx, city.people["reviewer"], at_the_office(city).id)
    with pytest.raises(Refused) as refusal:
        decisions.approve(city.ctx, city.people["reviewer"], order.id)
    assert refusal.value.params["state"] == "approved"
    assert len(city.queued()) == 1
    city.run()


def test_nothing_is_queued_when_the_approval_is_rolled_back(city: Installed) -> None:
    order = at_the_office(city)
    quotas.set_limit(
        city.ctx,
        platform("t"),
        department_id=city.ids["fgw"],
        cloud=CLOUD,
        zone=ZONE,
        dimension=Dimension.VCPU,
        limit=1,
    )
    before = city.rows()
    with pytest.raises(PolicyDenied):
        decisions.approve(city.ctx, city.people["reviewer"], order.id)
    assert (city.rows(), city.order(order.id).state, city.queued()) == (before, "signed_off", [])


def test_a_role_that_policy_asks_for_has_to_approve(city: Installed) -> None:
    order = at_the_office_large(city)
    assert "office-admin" in order.ruling.roles
    with pytest.raises(Forbidden, match="office-admin"):
        decisions.approve(city.ctx, city.people["reviewer"], order.id)
    assert city.order(order.id).state == "signed_off"
    acceptances.accept(city.ctx, city.people["reviewer"], order.id)
    opinions.give(city.ctx, city.people["capacity"], order.id, verdict=Verdict.AGREE)
    with pytest.raises(Forbidden, match="office-admin"):
        decisions.approve(city.ctx, city.people["reviewer"], order.id)
    assert decisions.approve(city.ctx, city.people["office-admin"], order.id).state == "approved"
    city.run()


def at_the_office_large(city: Installed) -> Order:
    order = city.signed(city.build_items(count=17, disks=0))
    assert order.state == "signed_off"
    return order


def test_an_exemption_lifts_a_denial_and_its_end_brings_it_back(city: Installed) -> None:
    form = [NetworkItem(name="n", prefix_length=28, term_months=48)]
    with pytest.raises(PolicyDenied, match="term-over-limit"):
        city.submitted(form)
    lifted = exemptions.grant(
        city.ctx,
        city.people["office-admin"],
        rule="term-over-limit",
        department_id=city.ids["fgw"],
        system_id=city.ids["oa"],
        reason="五年合同",
        ends_on=date(2026, 12, 31),
    )
    order = city.signed(form)
    (finding,) = [finding for finding in order.ruling.findings if finding.rule == "term-over-limit"]
    assert finding.exemption_id == lifted.id
    exemptions.revoke(city.ctx, city.people["office-admin"], lifted.id)
    with pytest.raises(PolicyDenied, match="now deny"):
        decisions.approve(city.ctx, city.people["office-admin"], order.id)
    assert city.order(order.id).state == "signed_off"


def test_nobody_signs_or_approves_an_own_order(city: Installed) -> None:
    both, _, _ = person(
        city.ctx, f"both-{new_id().hex}", Role.DEPARTMENT_OFFICER, city.ids["fgw"], Role.DEPARTMENT_HEAD
    )
    order = orders.create(city.ctx, both, city.form(city.build_items()), submit=True)
    with pytest.raises(Forbidden, match="own order"):
        decisions.sign_off(city.ctx, both, order.id)
    assert decisions.sign_off(city.ctx, city.people["head"], order.id).state == "signed_off"
    wide = replace(both.actor, department_id=None, permissions=platform("t").actor.permissions)
    with pytest.raises(Forbidden, match="own order"):
        decisions.approve(city.ctx, replace(both, actor=wide), order.id)


def test_the_head_returns_before_the_signature_and_the_office_after_it(city: Installed) -> None:
    order = city.submitted(city.build_items())
    with pytest.raises(Conflict, match="not yours"):
        decisions.send_back(city.ctx, city.people["reviewer"], order.id, missing=["x"])
    decisions.send_back(city.ctx, city.people["head"], order.id, missing=["立项批复"])
    orders.submit(city.ctx, city.people["officer"], order.id)
    decisions.sign_off(city.ctx, city.people["head"], order.id)
    with pytest.raises(Conflict, match="not yours"):
        decisions.send_back(city.ctx, city.people["head"], order.id, reason="x")
    returned = decisions.send_back(city.ctx, city.people["reviewer"], order.id, reason="补正", missing=["甲", "乙"])
    assert returned.state == "returned"
    assert city.ctx.queries.progress_of(order.id)[-1].reason == "补正\n1. 甲\n2. 乙"


@pytest.mark.parametrize("words", [{}, {"reason": "  "}, {"missing": []}])
def test_a_return_or_rejection_says_why(city: Installed, words: dict[str, Any]) -> None:
    order = at_the_office(city)
    with pytest.raises(Invalid) as caught:
        decisions.send_back(city.ctx, city.people["reviewer"], order.id, **words)
    assert caught.value.field == "defects"
    with pytest.raises(Invalid):
        decisions.reject(city.ctx, city.people["reviewer"], order.id, reason=words.get("reason"))


def test_a_returned_order_keeps_its_hold_and_the_correction_holds_anew(city: Installed) -> None:
    order = at_the_office(city)
    decisions.send_back(city.ctx, city.people["reviewer"], order.id, missing=["smaller, please"])
    assert city.order(order.id).held
    assert city.ledger()["vcpu"] == (4, 0)
    orders.update(city.ctx, city.people["officer"], order.id, {"items": city.build_items(count=1, disks=0)})
    assert city.ledger()["vcpu"] == (4, 0)
    again = orders.submit(city.ctx, city.people["officer"], order.id)
    assert (again.state, again.signed_off_by, again.correction_due) == ("submitted", None, None)
    assert city.ledger()["vcpu"] == (2, 0)
    assert city.ledger()["volume_gib"] == (40, 0)
    assert [prefix.state for prefix in city.prefixes(again) if prefix.state != "free"] == ["reserved"] * 2


def test_a_correction_that_is_refused_keeps_what_was_held(city: Installed) -> None:
    order = at_the_office(city)
    decisions.send_back(city.ctx, city.people["reviewer"], order.id, missing=["x"])
    orders.update(city.ctx, city.people["officer"], order.id, {"items": city.build_items(count=40)})
    held = city.ledger()
    with pytest.raises(PolicyDenied):
        orders.submit(city.ctx, city.people["officer"], order.id)
    assert (city.ledger(), city.order(order.id).state) == (held, "returned")


def test_a_correction_in_time_and_one_too_late(city: Installed) -> None:
    """Ten working days from Monday, 2 March 2026: until the end of Monday the 16th in Shanghai."""
    order = at_the_office(city)
    start = city.clock.now()
    returned = decisions.send_back(city.ctx, city.people["reviewer"], order.id, missing=["x"])
    due = returned.correction_due
    assert due is not None
    assert due.astimezone(ZoneInfo("Asia/Shanghai")).time() == datetime.min.time()
    city.clock.move(seconds=(due - start).total_seconds() - 1)
    orders.expire_corrections(city.ctx, platform("job"))
    assert city.order(order.id).state == "returned"
    city.clock.move(seconds=1)
    assert orders.expire_corrections(city.ctx, platform("job")) >= 1
    now = city.order(order.id)
    assert (now.state, now.held, city.ledger()["vcpu"]) == ("cancelled", False, (0, 0))
    assert orders.expire_corrections(city.ctx, platform("job")) == 0


def test_the_correction_deadline_counts_working_days(tmp_path: Any) -> None:
    from tests.factories import installation

    with installation(tmp_path) as city:
        returned = decisions.send_back(city.ctx, city.people["reviewer"], at_the_office(city).id, missing=["x"])
        assert returned.correction_due == datetime(2026, 3, 17, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_a_rejection_lets_everything_go(city: Installed) -> None:
    order = at_the_office(city)
    rejected = decisions.reject(city.ctx, city.people["reviewer"], order.id, reason="重复建设")
    assert (rejected.state, rejected.held) == ("rejected", False)
    assert {held for held, _ in city.ledger().values()} == {0}
    assert {prefix.state for prefix in city.prefixes(order)} <= {"free"}


def test_rewriting_a_draft(city: Installed) -> None:
    order = draft(city)
    changes = {"title": "新标题", "backup": Backup.WEEKLY, "items": SMALL}
    now = orders.update(city.ctx, city.people["officer"], order.id, changes, expected_version=order.version)
    assert (now.title, now.backup, now.items) == ("新标题", Backup.WEEKLY, SMALL)
    assert city.audited(action="update/order")[-1]["after"] == {"fields": ["backup", "items", "title"]}


@pytest.mark.parametrize(
    ("changes", "kind", "field"),
    [
        ({"zone": "atlantis"}, Invalid, "zone"),
        ({"system_id": new_id()}, NotFound, "system_id"),
        (
            {
                "items": [
                    ServerItem(name="s", specification="s2", image="i", network="n", ssh_keys=("x",), term_months=1)
                ]
            },
            Invalid,
            "items[0].ssh_keys[0]",
        ),
    ],
)
def test_a_rewrite_is_checked_like_a_form(
    city: Installed, changes: dict[str, Any], kind: type[Invalid], field: str
) -> None:
    order = draft(city)
    with pytest.raises(kind) as caught:
        orders.update(city.ctx, city.people["officer"], order.id, changes)
    assert caught.value.field == field


def test_an_order_is_written_by_a_person(city: Installed) -> None:
    with pytest.raises(Invalid):
        orders.create(city.ctx, platform("t"), city.form(SMALL))


def test_a_person_who_left_gets_no_notices(city: Installed) -> None:
    accounts.update(city.ctx, city.people["office-admin"], city.ids["head"], {"active": False})
    order = city.submitted(city.build_items())
    assert city.ctx.queries.notices.page(None, {"order_id": order.id}, PageAsk()).items == []


def test_every_transition_is_on_the_audit_trail_with_its_before_and_after(city: Installed) -> None:
    order = city.delivered(city.build_items(count=1))
    orders.close(city.ctx, city.people["officer"], order.id, reason="done")
    told = [
        (event["action"], (event["before"] or {}).get("state"), (event["after"] or {}).get("state"))
        for event in city.audited()
        if event["target"]["id"] == str(order.id)
    ]
    assert told == [
        ("create/order", None, None),
        ("update/submit", "draft", "submitted"),
        ("allow/sign-off", "submitted", "signed_off"),
        ("allow/accept", "signed_off", "in_review"),
        ("allow/approve", "in_review", "approved"),
        ("start/provision", "approved", "provisioning"),
        ("update/deliver", "provisioning", "delivered"),
        ("update/close", "delivered", "closed"),
    ]


def test_a_cancel_request_during_the_build_is_on_the_audit_trail(city: Installed) -> None:
    order = approved(city)
    with city.ctx.unit_of_work(platform("t")) as uow:
        uow.orders.lock(order.id).advance("provision")
    asked = orders.cancel(city.ctx, city.people["officer"], order.id, reason="stop")
    assert (asked.state, asked.cancel_requested, asked.held) == ("provisioning", True, True)
    assert city.audited(action="stop/cancel-request")[-1]["reason"] == "stop"
    city.run()
    assert city.order(order.id).state == "cancelled"


def test_the_same_moment_is_written_everywhere(city: Installed) -> None:
    city.clock.move(days=1)
    order = city.submitted(SMALL)
    event = city.audited(action="update/submit")[-1]
    at = datetime.fromisoformat(event["eventTime"])
    assert at == order.submitted_at == city.ctx.queries.progress_of(order.id)[0].at
    assert at.utcoffset() == timedelta(0)
