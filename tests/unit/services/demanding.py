"""Orders about which specialists are asked, and the answers to them."""

from __future__ import annotations

from collections.abc import Iterable

from cloudctl.domain.items import Item, NetworkItem, ServerItem, VolumeItem
from cloudctl.domain.opinions import Opinion, Specialist, Verdict
from cloudctl.domain.orders import Order
from cloudctl.services import acceptances, decisions, opinions, orders, systems
from tests.factories import Installed

FOUR = frozenset(Specialist)
THREE = frozenset({Specialist.NETWORK, Specialist.SECURITY, Specialist.CAPACITY})


def signed(city: Installed, specialists: Iterable[Specialist] = THREE) -> Order:
    """Signed by the department: two segments for network, MLPS 3 for security, 2.1 TiB for capacity, no document and
    10 vCPU for budget.
    """
    wanted = set(specialists)
    segments = 2 if Specialist.NETWORK in wanted else 1
    items: list[Item] = [NetworkItem(name=f"n{n}", prefix_length=28, term_months=6) for n in range(segments)]
    items.append(ServerItem(name="s", count=5, specification="s2", image="openeuler", network="n0", term_months=6))
    if Specialist.CAPACITY in wanted:
        items.append(VolumeItem(name="v", size_gib=2100, term_months=6))
    changes: dict[str, object] = {"items": items}
    if Specialist.BUDGET in wanted:
        changes["project_document"] = ""
    if Specialist.SECURITY in wanted:
        changes["system_id"] = level_three(city)
    order = city.signed(**changes)  # type: ignore[arg-type]
    assert (order.state, order.ruling.specialists) == ("signed_off", {specialist.value for specialist in wanted})
    return order


def level_three(city: Installed) -> object:
    """A system of MLPS 3; of the department's own, made once."""
    if "mlps-3" not in city.ids:
        code = f"{city.people['officer'].actor.name}-3"
        made = systems.create(
            city.ctx, city.people["officer"], code=code, name="三级系统", mlps_level=3, no_state_secrets=True
        )
        city.ids["mlps-3"] = made.id
    return city.ids["mlps-3"]


def accepted(city: Installed, specialists: Iterable[Specialist] = THREE) -> Order:
    """Accepted by the office: they are asked."""
    return acceptances.accept(city.ctx, city.people["reviewer"], signed(city, specialists).id)


def give(
    city: Installed, order: Order, who: Specialist, verdict: Verdict = Verdict.AGREE, *conditions: str, words: str = ""
) -> Opinion:
    return opinions.give(
        city.ctx, city.people[who.value], order.id, verdict=verdict, conditions=list(conditions), words=words
    )


def withdraw(city: Installed, order: Order, who: Specialist) -> Opinion:
    return opinions.withdraw(city.ctx, city.people[who.value], order.id)


def approve(city: Installed, order: Order, reason: str | None = None) -> Order:
    return decisions.approve(city.ctx, city.people["office-admin"], order.id, reason=reason)


def handed_in_again(city: Installed, order: Order, **changes: object) -> Order:
    """A returned order, corrected, handed in and signed."""
    if changes:
        orders.update(city.ctx, city.people["officer"], order.id, changes)
    orders.submit(city.ctx, city.people["officer"], order.id)
    return decisions.sign_off(city.ctx, city.people["head"], order.id)


def states(city: Installed, order: Order) -> list[tuple[str, str]]:
    found = opinions.of_order(city.ctx, city.people["officer"], order.id)
    return [(opinion.specialist.value, opinion.state) for opinion in found]
