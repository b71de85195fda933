"""Orders in each state that people bring them to, and the acts that do it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cloudctl.domain.orders import Order
from cloudctl.services import acceptances, decisions, orders
from tests.factories import Installed


def at_the_office(city: Installed) -> Order:
    order = city.signed(city.build_items())
    assert order.state == "signed_off"
    return order


def draft(city: Installed) -> Order:
    return orders.create(city.ctx, city.people["officer"], city.form(city.build_items()))


def submitted(city: Installed) -> Order:
    return city.submitted(city.build_items())


def in_review(city: Installed) -> Order:
    return acceptances.accept(city.ctx, city.people["reviewer"], at_the_office(city).id)


def returned(city: Installed) -> Order:
    return decisions.send_back(city.ctx, city.people["reviewer"], at_the_office(city).id, missing=["x"])


def approved(city: Installed) -> Order:
    return city.approved(city.build_items())


def rejected(city: Installed) -> Order:
    return decisions.reject(city.ctx, city.people["reviewer"], at_the_office(city).id, reason="x")


def refused(city: Installed) -> Order:
    return acceptances.refuse(city.ctx, city.people["reviewer"], at_the_office(city).id, reason="x")


def delivered(city: Installed) -> Order:
    return city.delivered(city.build_items(count=1))


def cancelled(city: Installed) -> Order:
    return orders.cancel(city.ctx, city.people["officer"], draft(city).id)


def closed(city: Installed) -> Order:
    return orders.close(city.ctx, city.people["officer"], delivered(city).id)


INTO: dict[str, Callable[[Installed], Order]] = {
    "draft": draft,
    "submitted": submitted,
    "signed_off": at_the_office,
    "in_review": in_review,
    "returned": returned,
    "approved": approved,
    "rejected": rejected,
    "refused": refused,
    "delivered": delivered,
    "cancelled": cancelled,
    "closed": closed,
}
ACTS: dict[str, tuple[str, Callable[..., Order], dict[str, Any]]] = {
    "submit": ("officer", orders.submit, {}),
    "sign_off": ("head", decisions.sign_off, {}),
    "accept": ("reviewer", acceptances.accept, {}),
    "refuse": ("reviewer", acceptances.refuse, {"reason": "x"}),
    "approve": ("office-admin", decisions.approve, {}),
    "return": ("reviewer", decisions.send_back, {"missing": ["x"]}),
    "reject": ("reviewer", decisions.reject, {"reason": "x"}),
    "cancel": ("officer", orders.cancel, {}),
    "close": ("officer", orders.close, {}),
}
