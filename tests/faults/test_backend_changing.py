"""Every fault of a backend while something that exists is changed: done once, or as before, or parked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from cloudctl.domain.errors import Conflict
from cloudctl.domain.items import AddressItem, ExtendItem, Item, ReleaseItem, ResizeItem, VolumeItem
from cloudctl.domain.orders import Order
from cloudctl.providers.simulated import FaultKind
from tests.factories import Installed
from tests.faults import outcomes
from tests.faults.outcomes import WORDS, strike


@dataclass(frozen=True)
class Case:
    """A change: what is asked, of what, and how the cloud and the record tell that it is done."""

    ask: Callable[[Any, Any], Item]
    operation: str
    done: Callable[[Any, Any, dict[str, Any]], bool]


def sizes(facts: dict[str, Any]) -> tuple[int, int]:
    return facts["server"].vcpu, facts["volume"].size_gib


RESIZE = Case(
    ask=lambda server, volume: ResizeItem(server=server.id, specification="s4"),
    operation="servers.resize",
    done=lambda server, volume, facts: server.specification == "s4" and sizes(facts) == (4, 100),
)
CONFIRM = Case(ask=RESIZE.ask, operation="servers.confirm_resize", done=RESIZE.done)
EXTEND = Case(
    ask=lambda server, volume: ExtendItem(volume=volume.id, size_gib=200),
    operation="volumes.extend",
    done=lambda server, volume, facts: volume.size_gib == 200 and sizes(facts) == (2, 200),
)
STOP = Case(
    ask=lambda server, volume: ReleaseItem(resource=server.id),
    operation="servers.stop",
    done=lambda server, volume, facts: server.state == "retained" and facts["server"].status == "stopped",
)
DETACH = Case(
    ask=lambda server, volume: ReleaseItem(resource=volume.id),
    operation="servers.detach",
    done=lambda server, volume, facts: volume.state == "retained" and facts["volume"].server is None,
)
CASES = {"resize": RESIZE, "confirm": CONFIRM, "extend": EXTEND, "stop": STOP, "detach": DETACH}
each_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())


class Stock:
    """A delivered server with its volume, and what the cloud and the records say of them."""

    def __init__(self, city: Installed) -> None:
        self.city = city
        made = city.resources(city.delivered(city.build_items(count=1)))
        self.server_id, self.volume_id = made["oa-1"].id, made["oa-1-disk-1"].id
        self.before = self.standing()
        self.ledger = city.ledger()

    def change(self, case: Case) -> Order:
        return self.city.carried_out([case.ask(self.city.resource(self.server_id), self.city.resource(self.volume_id))])

    def facts(self) -> dict[str, Any]:
        provider = self.city.ctx.clouds.provider(self.city.record)
        tenant = provider.tenants.find(self.city.ids["fgw"])
        return {
            "server": provider.servers.find(tenant)[self.server_id],
            "volume": provider.volumes.find(tenant)[self.volume_id],
        }

    def standing(self) -> tuple[object, ...]:
        server, volume = self.city.resource(self.server_id), self.city.resource(self.volume_id)
        recorded = server.state, server.specification, server.power, volume.state, volume.size_gib
        return recorded, self.facts()

    def done(self, order: Order, case: Case) -> None:
        now = self.city.order(order.id)
        assert now.state == "delivered", (now.state, now.last_error)
        server, volume = self.city.resource(self.server_id), self.city.resource(self.volume_id)
        assert case.done(server, volume, self.facts())
        assert (now.held, self.city.claimed(now), self.city.stranded()) == (False, [], [])
        assert {held for held, _ in self.city.ledger().values()} == {0}
        taken = 40 + volume.size_gib
        assert self.city.ledger()["volume_gib"] == (0, taken)
        assert self.city.ledger()["vcpu"] == (0, server.vcpu)

    def as_before(self, order: Order) -> None:
        now = self.city.order(order.id)
        assert now.state == "failed", (now.state, now.last_error)
        assert self.standing() == self.before
        assert (now.held, self.city.claimed(now), self.city.ledger()) == (False, [], self.ledger)


@pytest.fixture
def stock(city: Installed) -> Stock:
    return Stock(city)


@each_case
@pytest.mark.parametrize(
    "kind", [FaultKind.BUSY_409, FaultKind.SERVER_ERROR_5XX, FaultKind.HANG, FaultKind.ACCEPTED_THEN_LOST]
)
def test_what_passes_is_retried_and_booked_once(stock: Stock, case: Case, kind: FaultKind) -> None:
    strike(stock.city, case.operation, kind)
    order = stock.change(case)
    assert stock.city.cloud.pending_faults() == []
    stock.done(order, case)


@pytest.mark.parametrize("case", [RESIZE, EXTEND, STOP, DETACH], ids=["resize", "extend", "stop", "detach"])
@pytest.mark.parametrize("kind", [FaultKind.NO_CAPACITY, FaultKind.QUOTA_413])
def test_a_refusal_for_good_leaves_all_as_before(stock: Stock, case: Case, kind: FaultKind) -> None:
    strike(stock.city, case.operation, kind)
    order = stock.change(case)
    assert stock.city.cloud.pending_faults() == []
    stock.as_before(order)
    assert WORDS in (order.last_error or "")


@pytest.mark.parametrize("case", [RESIZE, EXTEND, STOP, DETACH], ids=["resize", "extend", "stop", "detach"])
@pytest.mark.parametrize("kind", [FaultKind.BUSY_409, FaultKind.HANG])
def test_what_does_not_pass_is_parked_then_rolled_back(stock: Stock, case: Case, kind: FaultKind) -> None:
    strike(stock.city, case.operation, kind, None)
    order = stock.change(case)
    outcomes.parked(stock.city, order)
    outcomes.rolled_back(stock.city, order)
    stock.as_before(order)


@each_case
@pytest.mark.parametrize("kind", [FaultKind.BUSY_409, FaultKind.HANG])
def test_what_does_not_pass_is_parked_then_retried(stock: Stock, case: Case, kind: FaultKind) -> None:
    strike(stock.city, case.operation, kind, None)
    order = stock.change(case)
    outcomes.parked(stock.city, order)
    outcomes.retried(stock.city, order)
    stock.done(order, case)


@pytest.mark.parametrize("kind", [FaultKind.BUSY_409, FaultKind.QUOTA_403])
def test_a_resize_that_only_waits_for_its_confirmation_is_not_called_undone(stock: Stock, kind: FaultKind) -> None:
    strike(stock.city, CONFIRM.operation, kind, None)
    order = stock.change(CONFIRM)
    assert order.state == "attention", (order.state, order.last_error)
    outcomes.rolled_back(stock.city, order)
    assert stock.city.order(order.id).state == "attention"
    outcomes.retried(stock.city, order)
    stock.done(order, CONFIRM)


@each_case
def test_what_goes_to_error_waits_for_an_operator(stock: Stock, case: Case) -> None:
    """Nothing that a department owns is reported as it was before while the cloud has it in error."""
    strike(stock.city, case.operation, FaultKind.GOES_TO_ERROR)
    order = stock.change(case)
    outcomes.parked(stock.city, order, "error")
    outcomes.rolled_back(stock.city, order)
    outcomes.parked(stock.city, order, "error")


def test_a_volume_for_a_server_that_stays_is_cut_loose_before_it_is_deleted(stock: Stock) -> None:
    city = stock.city
    strike(city, "addresses.create", FaultKind.NO_CAPACITY)
    items = [
        VolumeItem(name="more", size_gib=10, server=stock.server_id, term_months=6),
        AddressItem(server=str(stock.server_id), term_months=6),
    ]
    order = city.carried_out(items)
    outcomes.undone(city, order, stock.ledger)
    assert stock.standing() == stock.before


def test_an_order_that_is_half_applied_is_parked_and_goes_on(stock: Stock) -> None:
    city = stock.city
    strike(city, "servers.resize", FaultKind.NO_CAPACITY)
    items = [EXTEND.ask(city.resource(stock.server_id), city.resource(stock.volume_id))]
    items += [RESIZE.ask(city.resource(stock.server_id), city.resource(stock.volume_id))]
    order = city.carried_out(items)
    outcomes.parked(city, order)
    assert city.resource(stock.volume_id).size_gib == 200
    assert city.ledger()["volume_gib"] == (0, 240)
    outcomes.retried(city, order)
    stock.done(order, RESIZE_AND_EXTEND)


RESIZE_AND_EXTEND = Case(
    ask=RESIZE.ask,
    operation="",
    done=lambda server, volume, facts: server.specification == "s4" and sizes(facts) == (4, 200),
)


def test_a_half_applied_order_that_is_rolled_back_keeps_what_was_applied(stock: Stock) -> None:
    city = stock.city
    strike(city, "servers.resize", FaultKind.NO_CAPACITY, None)
    items = [EXTEND.ask(city.resource(stock.server_id), city.resource(stock.volume_id))]
    items += [RESIZE.ask(city.resource(stock.server_id), city.resource(stock.volume_id))]
    order = city.carried_out(items)
    outcomes.rolled_back(city, order)
    now = city.order(order.id)
    assert (now.state, now.held, city.claimed(now)) == ("failed", False, [])
    assert sizes(stock.facts()) == (2, 200)
    assert city.ledger() == {**stock.ledger, "volume_gib": (0, 240)}


def test_a_release_is_refused_while_another_order_changes_the_resource(stock: Stock) -> None:
    stock.city.approved([EXTEND.ask(stock.city.resource(stock.server_id), stock.city.resource(stock.volume_id))])
    with pytest.raises(Conflict):
        stock.city.submitted([ReleaseItem(resource=stock.volume_id)])
