from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from cloudctl.domain.errors import Invalid
from cloudctl.domain.items import NetworkItem
from cloudctl.domain.orders import Order
from cloudctl.services import attachments, orders, systems
from tests.factories import Installed

NETWORK = [NetworkItem(name="n", prefix_length=28, term_months=6)]


def drafted(city: Installed, **changes: Any) -> Order:
    return orders.create(city.ctx, city.people["officer"], city.form(NETWORK, **changes))


def told(city: Installed, action: str, key: object) -> Any:
    """What the last audit event of an action says became of a record."""
    events = city.audited(action=action)
    return next(event["after"] for event in reversed(events) if event["target"]["id"] == str(key))


def test_who_declared_and_when_is_on_record(city: Installed) -> None:
    order, system = drafted(city), city.read(lambda uow: uow.systems.get(city.ids["oa"]))
    for entry in (order, system):
        assert entry.no_state_secrets
        assert entry.declared_by == city.people["officer"].actor.name
        assert entry.declared_at is not None
    assert told(city, "create/order", order.id)["no_state_secrets"] is True
    assert told(city, "create/system", system.id)["no_state_secrets"] is True


@pytest.mark.parametrize("declared", [None, False])
def test_an_order_without_it_is_not_even_a_draft(city: Installed, declared: bool | None) -> None:
    before = city.rows()
    with pytest.raises(Invalid) as caught:
        drafted(city, no_state_secrets=declared)
    assert (caught.value.field, city.rows()) == ("no_state_secrets", before)


@pytest.mark.parametrize("declared", [None, False])
def test_a_system_without_it_is_not_registered(city: Installed, declared: bool | None) -> None:
    before = city.rows()
    with pytest.raises(Invalid) as caught:
        systems.create(city.ctx, city.people["officer"], code="s", name="s", mlps_level=2, no_state_secrets=declared)
    assert (caught.value.field, city.rows()) == ("no_state_secrets", before)


@pytest.mark.parametrize("field", ["title", "purpose", "users", "project_document", "contact_name"])
def test_a_marking_in_a_field_is_refused_there(city: Installed, field: str) -> None:
    before = city.rows()
    with pytest.raises(Invalid) as caught:
        drafted(city, **{field: "方案（涉密）"})
    assert (caught.value.field, city.rows()) == (field, before)


def test_a_marking_in_an_items_name_is_refused_there(city: Installed) -> None:
    items = [*NETWORK, NetworkItem(name="机密★5年", prefix_length=28, term_months=6)]
    with pytest.raises(Invalid) as caught:
        orders.create(city.ctx, city.people["officer"], city.form(items))
    assert caught.value.field == "items[1].name"


@pytest.mark.parametrize("changes", [{"no_state_secrets": False}, {"title": "改造（机密）"}])
def test_a_draft_is_not_rewritten_to_what_is_secret(city: Installed, changes: dict[str, Any]) -> None:
    order = drafted(city)
    with pytest.raises(Invalid) as caught:
        orders.update(city.ctx, city.people["officer"], order.id, changes)
    assert caught.value.field == next(iter(changes))
    assert city.order(order.id).version == order.version


@pytest.mark.parametrize("changes", [{"no_state_secrets": False}, {"name": "【绝密】"}])
def test_a_system_is_not_renamed_to_what_is_secret(city: Installed, changes: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        systems.update(city.ctx, city.people["officer"], city.ids["oa"], changes)
    assert caught.value.field == next(iter(changes))


def test_a_draft_from_before_the_declaration_needs_one_to_be_handed_in(city: Installed) -> None:
    order = drafted(city)
    with city.app.engines.write.begin() as connection:
        connection.execute(
            text("UPDATE orders SET declared_by = NULL, declared_at = NULL WHERE number = :number"),
            {"number": order.number},
        )
    with pytest.raises(Invalid) as caught:
        orders.submit(city.ctx, city.people["officer"], order.id)
    assert caught.value.field == "no_state_secrets"
    orders.update(city.ctx, city.people["officer"], order.id, {"no_state_secrets": True})
    assert orders.submit(city.ctx, city.people["officer"], order.id).state == "submitted"
    assert city.order(order.id).declared_by == city.people["officer"].actor.name


def test_a_system_can_be_declared_anew(city: Installed) -> None:
    city.clock.move(days=1)
    made = systems.update(city.ctx, city.people["officer"], city.ids["oa"], {"no_state_secrets": True})
    assert made.declared_at == city.clock.now()
    assert told(city, "update/system", made.id) == {"no_state_secrets": True}


def test_an_attachment_with_a_marking_is_not_kept(city: Installed) -> None:
    order = drafted(city)
    before = city.rows()
    with pytest.raises(Invalid) as caught:
        attachments.add(city.ctx, city.people["officer"], order.id, name="批复（机密）.pdf", content=b"%PDF-1.7\n")
    assert (caught.value.field, city.rows()) == ("name", before)
