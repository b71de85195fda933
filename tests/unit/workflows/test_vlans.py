"""A segment whose VLAN somebody has taken in the cloud: the build asks for another one until one is free."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from cloudctl.domain.errors import PoolExhausted, Rejected
from cloudctl.domain.inventory import CloudObject, ObjectKind
from cloudctl.domain.networks import NetworkFact, NetworkRequest
from cloudctl.services import deliveries
from cloudctl.workflows.objects import NETWORKS, BuildingSite
from tests.unit.domain.making import network, order


class Switch:
    """Networks and inventory of a cloud in which these VLANs are others'."""

    def __init__(self, *taken: int) -> None:
        self.taken = taken
        self.sent: list[int | None] = []
        self.looked: list[str] = []

    def create(self, request: NetworkRequest) -> NetworkFact:
        self.sent.append(request.vlan)
        if request.vlan in self.taken:
            raise Rejected("VLAN {vlan} is taken.", vlan=request.vlan, taken_by=f"group-{request.vlan}")
        return NetworkFact(key=request.key, backend_id="made", name=request.name, ready=True)

    def look(self, kind: ObjectKind, native_ids: list[str]) -> list[CloudObject]:
        self.looked += native_ids
        return [CloudObject(kind=kind, native_id=each, name=each) for each in native_ids]


def site(switch: Any) -> BuildingSite:
    cloud = SimpleNamespace(external_network=None)
    provider: Any = SimpleNamespace(networks=switch, inventory=switch)
    delivery: Any = SimpleNamespace(order=order([]), cloud=cloud)
    return BuildingSite(ctx=SimpleNamespace(), provider=provider, tenant="t", delivery=delivery)  # type: ignore[arg-type]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], set[int]]]:
    """What was asked for in place of a VLAN: the objects seen, and the VLANs tried. 3 is the last there is."""
    asks: list[tuple[list[str], set[int]]] = []

    def another(_ctx: object, _order: object, _net: object, seen: list[CloudObject], tried: set[int]) -> int:
        asks.append(([each.native_id for each in seen], set(tried)))
        if max(tried) == 3:
            raise PoolExhausted("No VLAN is free.", field="items", way_out="x")
        return max(tried) + 1

    monkeypatch.setattr(deliveries, "another_vlan", another)
    return asks


def test_the_next_free_one_is_taken(asked: list[Any]) -> None:
    switch, segment = Switch(1, 2), network(vlan=1)
    assert NETWORKS.create(site(switch), segment).ready
    assert (switch.sent, segment.vlan) == ([1, 2, 3], 3)
    assert asked == [(["group-1"], {1}), (["group-2"], {1, 2})]


def test_without_a_free_one_it_ends(asked: list[Any]) -> None:
    with pytest.raises(PoolExhausted):
        NETWORKS.create(site(Switch(1, 2, 3)), network(vlan=1))
    assert len(asked) == 3


def test_another_refusal_is_one(asked: list[Any]) -> None:
    class Broken(Switch):
        def create(self, request: NetworkRequest) -> NetworkFact:
            raise Rejected("The cloud refuses the request: {words}", words="no switch")

    with pytest.raises(Rejected, match="no switch"):
        NETWORKS.create(site(Broken()), network(vlan=1))
    assert asked == []
