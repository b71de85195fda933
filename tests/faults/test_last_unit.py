"""Fifty at once for the last unit: exactly one gets it, and the ledger never passes its limit."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network
from itertools import pairwise
from threading import Barrier

import pytest

from cloudctl.domain.errors import PolicyDenied, QuotaExceeded, UserError
from cloudctl.domain.items import NetworkItem, ServerItem, VolumeItem
from cloudctl.domain.quotas import Dimension
from cloudctl.ports.context import platform
from cloudctl.ports.queries import PageAsk
from cloudctl.services import orders, quotas
from tests.factories import Installed
from tests.seeds import CLOUD, ZONE

CROWD = 50


def limit(city: Installed, dimension: Dimension, amount: int) -> None:
    quotas.set_limit(
        city.ctx,
        platform("t"),
        department_id=city.ids["fgw"],
        cloud=CLOUD,
        zone=ZONE,
        dimension=dimension,
        limit=amount,
    )


def crowd(city: Installed, items: list[object]) -> Counter[str]:
    """What became of fifty submissions that begin at the same moment."""
    gate = Barrier(CROWD)

    def submit(number: int) -> str:
        form = city.form(items, title=f"order {number}")  # type: ignore[arg-type]
        gate.wait()
        try:
            return orders.create(city.ctx, city.people["officer"], form, submit=True).state
        except UserError as refusal:
            return type(refusal).__name__

    with ThreadPoolExecutor(CROWD) as pool:
        return Counter(pool.map(submit, range(CROWD)))


@pytest.mark.parametrize(
    ("dimension", "item"),
    [
        (Dimension.SEGMENTS, NetworkItem(name="n", prefix_length=28, term_months=1)),
        (Dimension.VOLUME_GIB, VolumeItem(name="v", size_gib=1, term_months=1)),
    ],
)
def test_fifty_submissions_for_the_last_unit(city: Installed, dimension: Dimension, item: object) -> None:
    limit(city, dimension, 1)
    rows = city.rows()
    became = crowd(city, [item])
    assert became["submitted"] == 1
    assert set(became) <= {"submitted", PolicyDenied.__name__, QuotaExceeded.__name__}
    assert city.ledger()[dimension.value] == (1, 0)
    after = city.rows()
    assert (after["orders"] - rows["orders"], after["quota_entries"] - rows["quota_entries"]) == (1, 1)


def test_fifty_submissions_fill_the_quota_to_the_brim_and_no_further(city: Installed) -> None:
    network = city.resources(city.delivered([NetworkItem(name="n", prefix_length=26, term_months=1)]))["n"]
    limit(city, Dimension.VCPU, 14)
    item = ServerItem(name="s", specification="s2", image="openeuler", network=str(network.id), term_months=1)
    assert crowd(city, [item])["submitted"] == 7
    assert city.ledger()["vcpu"] == (14, 0)


def test_fifty_segments_never_overlap(city: Installed) -> None:
    limit(city, Dimension.SEGMENTS, CROWD)
    before = city.rows()["prefixes"]
    assert crowd(city, [NetworkItem(name="n", prefix_length=28, term_months=1)])["submitted"] == CROWD
    assert city.rows()["prefixes"] - before == CROWD * 2, "one of each family"
    assert city.ledger()["segments"] == (CROWD, 0)
    rows = city.ctx.queries.prefixes.page(None, {"zone": ZONE}, PageAsk(limit=200)).items
    blocks = [ip_network(row.cidr) for row in rows if row.state != "free"]
    for version in (4, 6):
        family = sorted((block for block in blocks if block.version == version), key=lambda one: one.network_address)
        assert len(family) >= CROWD
        assert not any(one.overlaps(other) for one, other in pairwise(family))
