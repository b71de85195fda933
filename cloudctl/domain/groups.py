"""Groups: which items of an order have to stand together.

A server goes with its network, a volume and an address go with their server: what is connected by such references is
one group. What exists already draws the items that change it or build upon it to its own cloud.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from cloudctl.domain.addresses import Address
from cloudctl.domain.admissions import Group
from cloudctl.domain.clouds import Capability
from cloudctl.domain.errors import Invalid
from cloudctl.domain.items import Item, ResizeItem
from cloudctl.domain.pairs import insisted, pair_of
from cloudctl.domain.plans import Plan
from cloudctl.domain.resources import Resource
from cloudctl.domain.servers import Server
from cloudctl.domain.volumes import Volume


def groups(plan: Plan, items: Sequence[Item]) -> list[Group]:
    """The groups of an order's items, in the order of the form.

    Raises Invalid for a pair (anti-affinity) that only one item names.
    """
    _refuse_single(items)
    fitted = {fitting.item for fitting in plan.fittings}  # people install them; no cloud has to take them
    heads = list(range(len(items)))
    for position, other in _links(plan):
        head, tail = sorted((heads[position], heads[other]))
        heads = [head if found == tail else found for found in heads]
    return [
        _group(plan, items, tuple(position for position, found in enumerate(heads) if found == head))
        for head in sorted(set(heads) - fitted)
    ]


def _links(plan: Plan) -> Iterator[tuple[int, int]]:
    """Pairs of items of which the first refers to the second."""
    item_of = {resource.id: resource.item for resource in plan.resources}
    for resource in plan.resources:
        if (key := carrier(resource)) in item_of:
            yield resource.item, item_of[key]


def carrier(resource: Resource) -> UUID | None:
    """What it stands on or belongs to: a server's network, a volume's or an address's server."""
    match resource:
        case Server():
            return resource.network_id
        case Volume() | Address():
            return resource.server_id
    return None


def _group(plan: Plan, items: Sequence[Item], positions: tuple[int, ...]) -> Group:
    new = [resource for resource in plan.resources if resource.item in positions]
    carriers = {carrier(resource) for resource in new}
    existing = [change.resource for change in plan.changes if change.position in positions]
    existing += [anchor for anchor in plan.anchors if anchor.id in carriers]
    images = [plan.images[position] for position in positions if position in plan.images]
    pairs = Counter(name for server in new if isinstance(server, Server) and (name := pair_of(items[server.item])))
    return Group(
        items=positions,
        growth=plan.growth_of(positions),
        new=bool(new),
        architectures=frozenset(plan.architectures[at] for at in positions if at in plan.architectures),
        images={image.code: frozenset(image.names) for image in images if image.names},
        stands=frozenset(resource.cloud for resource in existing),
        apart=frozenset(pairs),
        united=frozenset(name for name, members in pairs.items() if members > 1),
        insisted=frozenset(pairs) & insisted(items),
        needs=_needs(plan, items, positions),
    )


def _needs(plan: Plan, items: Sequence[Item], positions: Iterable[int]) -> dict[Capability, int]:
    """What a cloud has to offer for these items, with the first of them that needs it."""
    addressed = {resource.item for resource in plan.of(Address)}
    required = insisted(items)
    found: dict[Capability, int] = {}
    for position in positions:
        item = items[position]
        for needed, capability in (
            (position in addressed, Capability.FLOATING_ADDRESS),
            (isinstance(item, ResizeItem), Capability.RESIZE),
            (pair_of(item) in required, Capability.ANTI_AFFINITY),
        ):
            if needed:
                found.setdefault(capability, position)
    return found


def _refuse_single(items: Sequence[Item]) -> None:
    members = Counter(name for item in items if (name := pair_of(item)) is not None)
    for position, item in enumerate(items):
        name = pair_of(item)
        if name is not None and members[name] == 1:
            raise Invalid(
                "Only one item names the pair {pair}.",
                field=f"items[{position}].anti_affinity",
                way_out="Write its members as items of their own, each on a segment of its own, all with this name.",
                pair=name,
            )
