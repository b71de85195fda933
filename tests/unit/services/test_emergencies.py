"""Emergencies: what is noted, what is passed and what still binds; the paper, in time and late."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from cloudctl.domain.calendars import end_of_day, today_for_people, working_days_after
from cloudctl.domain.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PolicyDenied,
    PoolExhausted,
    QuotaExceeded,
    Refused,
)
from cloudctl.domain.items import ServerItem, VolumeItem
from cloudctl.domain.quotas import Dimension
from cloudctl.policy import registry
from cloudctl.ports.context import platform
from cloudctl.ports.queries import PageAsk
from cloudctl.services import apps, attachments, clouds, emergencies, supervision, systems, workflows
from cloudctl.services.app_forms import AppForm
from tests.factories import Installed, installation, ssh_key
from tests.seeds import LIMITS, ROOM, ZONE


def entered(city: Installed, items: Any = None, *, who: str = "reviewer", **changes: Any) -> Any:
    call = {"approver": "王海", "approved_at": city.clock.now() - timedelta(hours=1), "note": "台风，立即开通"}
    form = city.form(city.build_items(count=1) if items is None else items)
    return emergencies.create(city.ctx, city.people[who], form, **{**call, **changes})


def test_it_is_built_at_once_and_all_of_it_is_marked(city: Installed) -> None:
    made = entered(city)
    order = city.order(made.order_id)
    assert (order.state, order.emergency, order.applicant_id) == ("approved", True, city.ids["reviewer"])
    assert (made.state, made.approver, made.noted_by) == ("open", "王海", city.ids["reviewer"])
    assert made.due_at == end_of_day(working_days_after(today_for_people(city.clock.now()), 5).day)
    city.run()
    assert city.order(order.id).state == "delivered"
    told = [event for event in city.audited() if event["target"]["id"] in {str(order.id), str(made.id)}]
    assert [event["action"] for event in told] == [
        "create/order", "allow/emergency", "allow/approve-emergency", "start/provision", "update/deliver",
    ]  # fmt: skip
    assert all(event["after"]["emergency"] is True for event in told)
    (row,) = city.ctx.queries.emergencies.page(city.ids["fgw"], {"state": "open"}, PageAsk()).items
    assert (row.number, row.order, row.note) == (made.number, order.number, "台风，立即开通")
    assert [r.number for r in city.ctx.queries.orders.page(city.ids["fgw"], {"emergency": True}, PageAsk()).items] == [
        order.number
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"approver": " "}, "approver"),
        ({"approver": "reviewer"}, "approver"),
        ({"note": ""}, "note"),
    ],
)
def test_without_an_approver_or_a_note_there_is_none(city: Installed, changes: dict[str, Any], field: str) -> None:
    before = city.rows()
    with pytest.raises(Invalid) as caught:
        entered(city, **changes)
    assert (caught.value.field, city.rows()) == (field, before)


@pytest.mark.parametrize("hours", [-1, 73])
def test_the_call_was_made_within_the_last_days(city: Installed, hours: float) -> None:
    before = city.rows()
    with pytest.raises(Invalid) as caught:
        entered(city, approved_at=city.clock.now() - timedelta(hours=hours))
    assert (caught.value.field, city.rows()) == ("approved_at", before)


def test_what_policies_deny_stays_denied(city: Installed) -> None:
    before = city.rows()
    items = [VolumeItem(name="v", size_gib=10, term_months=600)]
    with pytest.raises(PolicyDenied, match="term-over-limit"):
        entered(city, items)
    assert city.rows() == before


def test_a_system_above_the_clouds_level_is_not_let_in(city: Installed) -> None:
    systems.update(city.ctx, city.people["office-admin"], city.ids["oa"], {"mlps_level": 4})
    with pytest.raises(Invalid, match="MLPS level 4"):
        entered(city)


def test_quota_binds_unless_it_is_raised_with_the_order(city: Installed) -> None:
    many = [VolumeItem(name="v", size_gib=LIMITS[Dimension.VOLUME_GIB] + 1, term_months=12)]
    before = city.rows()
    with pytest.raises((QuotaExceeded, PolicyDenied)):
        entered(city, many)
    with pytest.raises(Forbidden):
        entered(city, many, raise_quota=True)
    assert city.rows() == before
    made = entered(city, many, who="office-admin", raise_quota=True)
    assert city.ledger()["volume_gib"] == (LIMITS[Dimension.VOLUME_GIB] + 1, 0)
    (raised,) = [event for event in city.audited(action="update/quota") if event["after"].get("emergency")]
    assert (raised["before"]["limit"], raised["after"]["limit"]) == (
        LIMITS[Dimension.VOLUME_GIB],
        LIMITS[Dimension.VOLUME_GIB] + 1,
    )
    assert made.state == "open"


def test_ordinary_orders_leave_the_reserve_and_an_emergency_takes_it(city: Installed) -> None:
    used = city.read(lambda uow: uow.quotas.used_by_cloud())
    left = ROOM[Dimension.SEGMENTS] - used.get((city.record.code, Dimension.SEGMENTS), 0)
    clouds.reserve(city.ctx, city.people["office-admin"], city.record.id, ZONE, {Dimension.SEGMENTS: left})
    try:
        before = city.rows()
        with pytest.raises(PoolExhausted, match="1 segments short"):
            city.submitted(city.build_items(count=1))
        assert city.rows() == before
        assert entered(city).state == "open"
    finally:
        clouds.reserve(city.ctx, city.people["office-admin"], city.record.id, ZONE, {})


def test_more_than_there_is_cannot_be_kept_free(city: Installed) -> None:
    admin = city.people["office-admin"]
    before = city.rows()
    for zone, amounts, field in (
        (ZONE, {Dimension.SEGMENTS: ROOM[Dimension.SEGMENTS] + 1}, "amounts.segments"),
        ("internet", {Dimension.SEGMENTS: 1}, "zone"),
    ):
        with pytest.raises(Invalid) as caught:
            clouds.reserve(city.ctx, admin, city.record.id, zone, amounts)
        assert caught.value.field == field
    assert city.rows() == before


def test_the_head_signs_after_the_fact_and_somebody_else_closes(city: Installed) -> None:
    made = entered(city)
    with pytest.raises(Invalid) as caught:
        emergencies.complete(city.ctx, city.people["head"], made.id, document_number=" ")
    assert caught.value.field == "document_number"
    with pytest.raises(NotFound):
        emergencies.complete(city.ctx, city.people["strange-head"], made.id, document_number="1")
    signed = emergencies.complete(city.ctx, city.people["head"], made.id, document_number="应急〔2026〕3号")
    assert (signed.state, signed.document_number, signed.signed_by) == (
        "paper_in", "应急〔2026〕3号", city.ids["head"],
    )  # fmt: skip
    assert city.order(made.order_id).signed_off_by == city.ids["head"]
    with pytest.raises(Forbidden, match="does not close it"):
        emergencies.close(city.ctx, city.people["reviewer"], made.id)
    closed = emergencies.close(city.ctx, city.people["office-admin"], made.id)
    assert (closed.state, closed.closed_by, closed.late) == ("closed", city.ids["office-admin"], False)


def test_a_form_that_is_not_in_order_is_owed_again(city: Installed) -> None:
    made = entered(city)
    emergencies.complete(city.ctx, city.people["head"], made.id, document_number="1")
    back = emergencies.send_back(city.ctx, city.people["office-admin"], made.id, reason="缺少公章")
    assert (back.state, back.document_number, city.order(made.order_id).signed_off_by) == ("open", None, None)


def test_what_is_not_handed_in_in_time_is_overdue_and_told(city: Installed) -> None:
    made = entered(city)
    city.clock.move(seconds=(made.due_at - city.clock.now()).total_seconds() - 1)
    emergencies.lapse(city.ctx, platform("t"))
    assert emergencies.get(city.ctx, city.people["head"], made.id).state == "open"
    city.clock.move(seconds=1)
    emergencies.lapse(city.ctx, platform("t"))
    emergencies.lapse(city.ctx, platform("t"))
    late = emergencies.get(city.ctx, city.people["head"], made.id)
    assert (late.state, late.late) == ("overdue", True)
    assert [event["target"]["id"] for event in city.audited(action="evaluate/lapse")].count(str(made.id)) == 1
    with pytest.raises(Refused):
        emergencies.close(city.ctx, city.people["office-admin"], made.id)
    emergencies.complete(city.ctx, city.people["head"], made.id, document_number="1")
    closed = emergencies.close(city.ctx, city.people["office-admin"], made.id)
    assert (closed.state, closed.late) == ("closed", True)


def test_an_owed_form_is_warned_of_and_gets_its_cards_whatever_became_of_the_build(city: Installed) -> None:
    made = entered(city)
    city.run()

    def colours() -> list[str]:
        supervision.run(city.ctx, platform("t"))
        cards = city.ctx.queries.cards.page(city.ids["fgw"], {}, PageAsk()).items
        return sorted(card.colour for card in cards if (card.order_id, card.step) == (made.order_id, "paper"))

    assert colours() == []
    city.clock.move(seconds=(made.due_at - city.clock.now()).total_seconds() - 1)
    assert colours() == ["yellow"]
    city.clock.move(days=1)
    assert colours() == ["red", "yellow"]
    emergencies.complete(city.ctx, city.people["head"], made.id, document_number="1")
    running = city.read(lambda uow: [clock.step for clock in uow.clocks.open_of(made.order_id)])
    assert running == []


def test_every_open_freeze_window_is_passed_on_record(city: Installed) -> None:
    from cloudctl.domain.freezes import Bound
    from cloudctl.services import freezes

    now = city.clock.now()
    window = freezes.create(
        city.ctx, city.people["office-admin"], name="两会", starts_at=now, ends_at=now + timedelta(days=3),
        binds=list(Bound), zones=[ZONE], reason="重保",
    )  # fmt: skip
    try:
        made = entered(city)
        exceptions = city.audited(action="allow/freeze-exception")
        (passed,) = [event for event in exceptions if event["target"]["id"] == str(made.order_id)]
        assert (passed["after"]["freeze"], passed["after"]["emergency"]) == ("两会", True)
    finally:
        freezes.cancel(city.ctx, city.people["office-admin"], window.id)


def test_the_server_of_an_emergency_is_a_server_like_any_other(city: Installed) -> None:
    made = entered(
        city,
        [
            *city.build_items(count=1)[:1],
            ServerItem(
                name="relief",
                specification="s2",
                image="openeuler",
                network="oa-net",
                ssh_keys=(ssh_key(),),
                term_months=1,
            ),
        ],
    )
    city.run()
    assert city.resources(city.order(made.order_id))["relief-1"].state == "active"


def test_the_signed_form_is_handed_in_after_the_delivery(city: Installed) -> None:
    made = entered(city)
    city.run()
    scan = attachments.add(
        city.ctx, city.people["officer"], made.order_id, name="应急申请表.pdf", content=b"%PDF-1.7",
        document_number="青应急〔2026〕3号", stamped_by="发改委",
    )  # fmt: skip
    assert city.order(made.order_id).state == "delivered"
    assert scan.document_number == "青应急〔2026〕3号"


def test_an_operators_retry_waits_for_no_other_order_either(city: Installed) -> None:
    made = entered(city)
    with city.ctx.unit_of_work(platform("test")) as uow:
        uow.orders.lock(made.order_id).state = "attention"
    workflows.retry(city.ctx, city.people["operator"], made.order_id)
    order = city.order(made.order_id)
    attempts = text("SELECT queue_partition_key FROM workflow_status WHERE workflow_uuid LIKE :order")
    with city.app.engines.read.connect() as connection:
        lanes = connection.execute(attempts, {"order": f"{order.id}:%"}).scalars().all()
    assert lanes == [f"{order.cloud}/emergency"] * 2


LEAVE = """name: app-leave
version: 1
title: {zh_CN: 均须审批, en: Everything is approved}
effect: require_approval
role: office-reviewer
field: blueprint
when: "app.code != ''"
reason: {zh_CN: 均须审批。, en: Everything is approved.}
way_out: {zh_CN: 请等待审批。, en: Wait for it.}
exemptable: false
basis: 本市规则
cases:
  - {name: any, facts: {}, speaks: true}
  - {name: none, facts: {app: {code: ""}}, speaks: false}
"""


def relief(**changes: Any) -> AppForm:
    values: dict[str, Any] = {
        "blueprint": "emergency",
        "zone": ZONE,
        "code": "fgw-relief",
        "parameters": {"title": "救灾"},
    }
    return AppForm(**values | changes)


def test_what_is_to_run_there_is_on_record_with_it_and_waits_for_the_servers(city: Installed) -> None:
    made = entered(city, app=relief())
    app = city.read(lambda uow: uow.apps.by_code("fgw-relief"))
    assert (app.order_id, app.own, app.department_id) == (made.order_id, True, city.ids["fgw"])
    assert (app.system_id, app.zone) == (city.order(made.order_id).system_id, ZONE)
    (told,) = [event for event in city.audited(action="create/app") if event["target"]["id"] == str(app.id)]
    assert told["after"]["emergency"] is True
    city.run()
    assert city.order(made.order_id).state == "delivered"
    app = city.read(lambda uow: uow.apps.get(app.id))
    assert app.state == "waiting", "its server is not known by its key yet"


def test_what_rules_about_applications_deny_stays_denied(city: Installed) -> None:
    systems.update(city.ctx, city.people["office-admin"], city.ids["oa"], {"mlps_level": 3})
    before = city.rows()
    with pytest.raises(PolicyDenied, match="app-mlps"):
        entered(city, app=relief(blueprint="open-data", code="fgw-data"))
    assert city.rows() == before


def test_the_telephones_word_is_the_offices_leave(tmp_path: Path) -> None:
    rules = tmp_path / "policies"
    shutil.copytree(registry.shipped(), rules)
    (rules / "apps" / "app-leave.yaml").write_text(LEAVE, "utf-8")
    with installation(tmp_path, policies_dir=str(rules)) as city:
        entered(city, app=relief(exposed=True))
        app = city.read(lambda uow: uow.apps.by_code("fgw-relief"))
        assert (app.state, app.exposed) == ("planned", False)
        form = AppForm(blueprint="emergency", zone=ZONE, code="fgw-more", no_state_secrets=True)
        assert apps.deploy(city.ctx, city.people["officer"], form).state == "asked"


def test_a_code_that_is_taken_leaves_no_trace_of_the_order_either(city: Installed) -> None:
    entered(city, app=relief(code="fgw-twice"))
    before = city.rows()
    with pytest.raises(Conflict, match="fgw-twice"):
        entered(city, app=relief(code="fgw-twice"))
    assert city.rows() == before


def test_its_words_are_read_for_markings_before_anything_is_kept(city: Installed) -> None:
    before = city.rows()
    with pytest.raises(Invalid) as caught:
        entered(city, app=relief(parameters={"title": "机密★10年"}))
    assert (caught.value.field, city.rows()) == ("parameters.title", before)
