"""Servers of a pair that share a cloud: each on a host of its own, as far as that is wanted and possible."""

from __future__ import annotations

from collections import Counter

import pytest

from cloudctl.domain.clouds import Capability
from cloudctl.domain.inventory import ObjectKind
from cloudctl.domain.items import Item, NetworkItem, Separation, ServerItem
from cloudctl.domain.orders import Order
from cloudctl.providers.simulated.backend.servers import HOSTS
from tests.factories import Installed


def cluster(count: int, separation: Separation = Separation.PREFERRED) -> list[Item]:
    """A pair of items on one segment, `count` servers in all; only one of them says how much it matters."""
    shared = {"specification": "s2", "image": "openeuler", "network": "db-net", "term_months": 6, "anti_affinity": "db"}
    return [
        NetworkItem(name="db-net", prefix_length=27, ipv6=False, term_months=6),
        ServerItem(name="main", separation=separation, **shared),  # type: ignore[arg-type]
        ServerItem(name="spare", count=count - 1, **shared),  # type: ignore[arg-type]
    ]


def hosts(city: Installed, order: Order) -> Counter[str | None]:
    """How many servers of the order run on each host of the cloud."""
    ours = {str(resource.id) for resource in city.resources(order).values()}
    feed = city.ctx.clouds.provider(city.record).inventory.full()
    return Counter(
        each.host for page in feed for each in page if each.kind is ObjectKind.SERVER and str(each.key) in ours
    )


@pytest.mark.parametrize("separation", Separation)
def test_as_many_as_there_are_hosts_have_one_each(city: Installed, separation: Separation) -> None:
    order = city.delivered(cluster(HOSTS, separation))
    assert set(hosts(city, order).values()) == {1}
    assert order.placements[0].reasons[-1]["en"].startswith("db: its servers on sim-1 go to different hosts")


def test_one_more_shares_a_host_where_that_is_borne(city: Installed) -> None:
    order = city.delivered(cluster(HOSTS + 1))
    assert sorted(hosts(city, order).values()) == [1] * (HOSTS - 1) + [2]


def test_one_more_undoes_the_order_where_it_is_not(city: Installed) -> None:
    order = city.carried_out(cluster(HOSTS + 1, Separation.REQUIRED))
    assert (order.state, order.held) == ("failed", False)
    assert "has a server of the pair" in (order.last_error or "")
    assert city.objects(order) == {}


def test_a_cloud_that_cannot_still_builds_what_would_only_rather_be_apart(
    city: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = city.ctx.clouds.provider(city.record)
    poorer = provider.capabilities - {Capability.ANTI_AFFINITY}
    monkeypatch.setattr(provider, "capabilities", poorer)
    monkeypatch.setattr(provider.servers, "_capabilities", poorer)
    assert sum(hosts(city, city.delivered(cluster(2))).values()) == 2
