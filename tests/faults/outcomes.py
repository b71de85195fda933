"""What must hold of an order and its cloud once a saga has ended, whichever fault struck."""

from __future__ import annotations

from collections import Counter

from cloudctl.domain.orders import Order
from cloudctl.providers.simulated import Fault, FaultKind
from cloudctl.services import workflows
from tests.factories import Installed

WORDS = "the backend says: rack 7 is on fire"
Ledger = dict[str, tuple[int, int]]


def strike(city: Installed, operation: str, kind: FaultKind, times: int | None = 1, **more: float) -> None:
    """Puts a fault into the city's cloud that speaks in WORDS; `more` are other fields of Fault."""
    city.cloud.inject(Fault(operation=operation, kind=kind, times=times, message=WORDS, **more))  # type: ignore[arg-type]


def delivered(city: Installed, order: Order) -> None:
    """Exactly one object for each resource, nothing else in the cloud, nothing held any more."""
    now = city.order(order.id)
    assert now.state == "delivered", (now.state, now.last_error)
    made = {str(resource.id): 1 for resource in city.resources(order).values()}
    assert city.objects(order) == Counter(made)
    assert {resource.state for resource in city.resources(order).values()} <= {"active"}
    assert {prefix.state for prefix in city.prefixes(order)} <= {"assigned"}
    assert {held for held, _ in city.ledger().values()} == {0}
    _tidy(city, now)


def undone(city: Installed, order: Order, before: Ledger, state: str = "failed") -> None:
    """Nothing in the cloud, nothing held, prefixes free, and the reason on record."""
    now = city.order(order.id)
    assert now.state == state, (now.state, now.last_error)
    assert city.objects(order) == Counter()
    assert {resource.state for resource in city.resources(order).values()} <= {"undone"}
    assert {prefix.state for prefix in city.prefixes(order)} <= {"free"}
    assert city.ledger() == before
    _tidy(city, now)


def parked(city: Installed, order: Order, words: str = WORDS) -> None:
    """An operator is told in the backend's words; everything stays held."""
    now = city.order(order.id)
    assert now.state == "attention", (now.state, now.last_error)
    assert now.last_error is not None
    assert words in now.last_error
    assert now.held
    told = [row for row in city.ctx.queries.progress_of(order.id) if row.state == "attention"]
    assert words in told[-1].reason
    assert max(city.objects(order).values(), default=1) == 1


def retried(city: Installed, order: Order) -> None:
    """The fault is gone, and the operator lets the order go on."""
    city.cloud.clear_faults()
    workflows.retry(city.ctx, city.people["operator"], order.id, "mended")
    city.run()


def rolled_back(city: Installed, order: Order) -> None:
    """The operator has it undone; a fault of the build may still be there."""
    workflows.roll_back(city.ctx, city.people["operator"], order.id, "give up")
    city.run()


def _tidy(city: Installed, order: Order) -> None:
    assert not order.held
    assert city.claimed(order) == []
    assert city.stranded() == []
    tenants = [item for item in city.cloud.inventory() if item.key == str(city.ids["fgw"])]
    assert len(tenants) <= 1, tenants
