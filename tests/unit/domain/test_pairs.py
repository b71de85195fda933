from __future__ import annotations

from typing import Any

from cloudctl.domain.items import Item, Separation
from cloudctl.domain.pairs import apart_of, insisted
from cloudctl.domain.servers import Server
from tests.unit.domain.making import order, plan
from tests.unit.domain.test_groups import segment, servers


def built(items: list[Item], **fields: Any) -> tuple[Any, list[Server]]:
    made = order(items, **fields)
    return made, plan(items, of=made).of(Server)


def test_servers_of_one_pair_have_one_key_and_others_none() -> None:
    items = [
        segment("n"),
        servers("x", "n", anti_affinity="db"),
        servers("y", "n", count=2, anti_affinity="db", separation=Separation.REQUIRED),
        servers("web", "n"),
    ]
    made, found = built(items)
    *pair, web = [apart_of(made, server, found) for server in found]
    assert len(set(pair)) == 1
    assert pair[0] is not None
    assert pair[0].required, "what one member insists on holds for all"
    assert web is None
    assert insisted(items) == {"db"}


def test_one_that_is_alone_on_its_cloud_is_kept_apart_from_nothing() -> None:
    made, (left, right) = built([segment("n"), servers("x", "n", anti_affinity="db"), servers("y", "n")])
    assert apart_of(made, left, [left]) is None
    assert apart_of(made, right, [left, right]) is None


def test_pairs_of_two_orders_are_two() -> None:
    items = [segment("n"), servers("x", "n", count=2, anti_affinity="db")]
    (first, one), (second, other) = built(items), built(items)
    assert apart_of(first, one[0], one) != apart_of(second, other[0], other)
