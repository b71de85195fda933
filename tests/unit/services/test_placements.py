"""Where orders go: over two clouds, by quota, pin, pair and room; explained to who may see the order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cloudctl.domain.departments import Level
from cloudctl.domain.errors import Invalid, NotFound, PoolExhausted, QuotaExceeded
from cloudctl.domain.items import Item, NetworkItem, ServerItem, VolumeItem
from cloudctl.domain.placements import Placement
from cloudctl.domain.quotas import Dimension
from cloudctl.ports.context import platform
from cloudctl.services import clouds, departments, orders, placements
from tests.factories import Installed
from tests.seeds import CLOUD, ROOM, ZONE

SECOND = "sim-2"
FREE = {"capacity": dict(ROOM), "headroom_percent": 0, "retired": False, "max_mlps_level": 3}


@pytest.fixture
def two(city: Installed) -> Iterator[Installed]:
    """A department with quota on two clouds, both as they were."""
    city.second()
    for code in (CLOUD, SECOND):
        shaped(city, code, **FREE)
    yield city
    for code in (CLOUD, SECOND):
        shaped(city, code, **FREE)


def shaped(city: Installed, code: str, **fields: Any) -> None:
    record = city.read(lambda uow: uow.clouds.by_code(code))
    clouds.update(city.ctx, city.people["office-admin"], record.id, fields)


def pinned(city: Installed, *codes: str, department: str = "fgw") -> None:
    departments.pin(city.ctx, city.people["office-admin"], city.ids[department], frozenset(codes))


def full(city: Installed, code: str, left: int = 0) -> None:
    """So that so many vCPUs are left."""
    used = city.read(lambda uow: uow.quotas.used_by_cloud()).get((code, Dimension.VCPU), 0)
    shaped(city, code, capacity={**ROOM, Dimension.VCPU: used + left})


def stack(name: str, count: int = 1, pair: str | None = None) -> list[Item]:
    return [
        NetworkItem(name=f"{name}-net", prefix_length=28, ipv6=True, term_months=1),
        ServerItem(
            name=name, specification="s2", image="openeuler", network=f"{name}-net", count=count, term_months=1,
            anti_affinity=pair,
        ),
    ]  # fmt: skip


def checked(city: Installed, items: list[Item], **changes: Any) -> list[Placement]:
    return orders.check(city.ctx, city.people["officer"], city.form(items, **changes)).placements


def homes(found: list[Placement]) -> list[str]:
    return [at.cloud for at in found]


def said(found: Placement) -> str:
    return "\n".join(reason["en"] for reason in found.reasons)


def test_an_order_is_split_where_no_cloud_takes_all_of_it(two: Installed) -> None:
    full(two, CLOUD, left=5)
    full(two, SECOND, left=5)
    order = two.submitted([*stack("a", 2), *stack("b", 2)])
    assert (homes(order.placements), order.cloud) == ([CLOUD, SECOND], f"{CLOUD}+{SECOND}")
    assert [two.ledger(cloud=code)["vcpu"] for code in (CLOUD, SECOND)] == [(4, 0), (4, 0)]
    orders.cancel(two.ctx, two.people["officer"], order.id)
    assert [two.ledger(cloud=code)["vcpu"] for code in (CLOUD, SECOND)] == [(0, 0), (0, 0)]


def test_a_full_cloud_is_refused_before_anything_is_held(two: Installed) -> None:
    full(two, CLOUD)
    full(two, SECOND, left=3)
    before = two.rows()
    with pytest.raises(PoolExhausted) as caught:
        two.submitted(stack("a", 2))
    assert (caught.value.field, caught.value.params["amount"]) == ("items", 1)
    assert two.rows() == before


def test_head_room_is_refused_like_a_full_cloud(two: Installed) -> None:
    full(two, CLOUD)
    shaped(two, SECOND, capacity={**ROOM, Dimension.VCPU: 20}, headroom_percent=90)
    used = two.read(lambda uow: uow.quotas.used_by_cloud()).get((SECOND, Dimension.VCPU), 0)
    assert used == 0
    assert homes(checked(two, stack("a", 1))) == [SECOND]
    with pytest.raises(PoolExhausted):
        checked(two, stack("a", 2))


def test_while_an_order_holds_it_stays_where_it_holds(two: Installed) -> None:
    pinned(two, CLOUD)
    order = two.submitted(stack("a", 1))
    assert order.clouds == [CLOUD]
    pinned(two)
    full(two, CLOUD)
    shaped(two, SECOND, capacity={**ROOM, Dimension.VCPU: 9000})
    assert placements.explain(two.ctx, two.people["officer"], order.id).placements == order.placements
    from cloudctl.services import policies

    assert homes(policies.explain(two.ctx, two.people["officer"], order.id).placements) == [CLOUD]


def test_quota_elsewhere_is_used_and_nowhere_is_refused_by_the_ledger(city: Installed) -> None:
    """The department has no quota on the second cloud, which has more room."""
    city.second()
    city = city.apart()
    shaped(city, SECOND, capacity={**ROOM, Dimension.VCPU: 9000})
    assert homes(checked(city, stack("a"))) == [CLOUD]
    with city.ctx.unit_of_work(platform("test")) as uow:
        uow.quotas.set_limit(city.ids["fgw"], CLOUD, ZONE, Dimension.VCPU, 1)
    assert homes(checked(city, stack("a"))) == [SECOND]
    shaped(city, SECOND, **FREE)
    with pytest.raises((QuotaExceeded, Exception), match="quota"):
        city.submitted(stack("a"))


def test_policies_see_the_tightest_quota_of_the_clouds(two: Installed) -> None:
    """The second cloud's only segment is taken: its quota is used up, although the first has many left."""
    with two.ctx.unit_of_work(platform("test")) as uow:
        uow.quotas.set_limit(two.ids["fgw"], SECOND, ZONE, Dimension.SEGMENTS, 1)
    found = orders.check(two.ctx, two.people["officer"], two.form([*stack("a", 1, "db"), *stack("b", 1, "db")]))
    assert set(homes(found.placements)) == {CLOUD, SECOND}
    finding = next(finding for finding in found.ruling.findings if finding.rule == "quota-nearly-used")
    assert "100 %" in finding.reason["en"]
    assert "quota-exceeded" not in {finding.rule for finding in found.ruling.findings}


def test_a_pinned_department_is_served_by_its_clouds(two: Installed) -> None:
    pinned(two, SECOND)
    (found,) = checked(two, stack("a"))
    assert found.cloud == SECOND
    assert f"{CLOUD}: the department is pinned elsewhere" in said(found)
    event = two.audited(action="update/pin")[-1]
    assert (event["before"], event["after"]) == ({"clouds": []}, {"clouds": [SECOND]})
    pinned(two)
    full(two, SECOND)
    assert homes(checked(two, stack("a"))) == [CLOUD]


def test_what_stands_elsewhere_can_still_be_built_upon(two: Installed) -> None:
    pinned(two, CLOUD)
    network = two.resources(two.delivered(stack("a")))["a-net"]
    assert network.cloud == CLOUD
    pinned(two, SECOND)
    more = ServerItem(name="b", specification="s2", image="openeuler", network=str(network.id), term_months=1)
    volume = VolumeItem(name="v", size_gib=1, term_months=1)
    assert homes(checked(two, [more, volume])) == [CLOUD, SECOND]


def test_units_below_share_the_pin_unless_they_have_one(two: Installed) -> None:
    from cloudctl.services.evaluations import pinned_clouds

    office = two.people["office-admin"]
    code = two.people["officer"].actor.name
    unit = departments.create(
        two.ctx, office, code=f"zx-{code}", name="中心", level=Level.CITY, parent_id=two.ids["fgw"]
    )
    pinned(two, SECOND)
    assert two.read(lambda uow: pinned_clouds(uow, unit.id)) == {SECOND}
    departments.pin(two.ctx, office, unit.id, frozenset({CLOUD}))
    assert two.read(lambda uow: pinned_clouds(uow, unit.id)) == {CLOUD}
    assert two.read(lambda uow: pinned_clouds(uow, two.ids["fgw"])) == {SECOND}


@pytest.mark.parametrize("retired", [False, True])
def test_nobody_is_pinned_to_a_cloud_that_is_not_in_service(two: Installed, retired: bool) -> None:
    if retired:
        shaped(two, SECOND, retired=True)
    with pytest.raises(Invalid) as caught:
        pinned(two, CLOUD, SECOND if retired else "nowhere")
    assert caught.value.field == "clouds"
    assert two.read(lambda uow: uow.departments.get(two.ids["fgw"])).clouds == frozenset()


def test_a_pair_of_one_is_refused_with_its_field(two: Installed) -> None:
    with pytest.raises(Invalid) as caught:
        checked(two, stack("a", 2, "db"))
    assert caught.value.field == "items[1].anti_affinity"


def test_a_pair_on_one_segment_is_told_that_it_shares_a_cloud(two: Installed) -> None:
    first = stack("a", 1, "db")
    second = ServerItem(
        name="b", specification="s2", image="openeuler", network="a-net", term_months=1, anti_affinity="db"
    )
    (found,) = checked(two, [*first, second])
    assert "db: its members share a segment, and with it the cloud" in said(found)


def test_a_draft_is_explained_as_it_would_be_now_and_an_order_as_it_was_decided(two: Installed) -> None:
    full(two, SECOND)
    draft = orders.create(two.ctx, two.people["officer"], two.form(stack("a")))
    before = two.rows()
    found = placements.explain(two.ctx, two.people["officer"], draft.id)
    assert (found.decided, homes(found.placements)) == (False, [CLOUD])
    assert two.rows() == before
    orders.submit(two.ctx, two.people["officer"], draft.id)
    shaped(two, SECOND, capacity={**ROOM, Dimension.VCPU: 9000})
    found = placements.explain(two.ctx, two.people["reviewer"], draft.id)
    assert (found.decided, homes(found.placements)) == (True, [CLOUD])
    with pytest.raises(NotFound):
        placements.explain(two.ctx, two.people["stranger"], draft.id)


def test_an_emergency_over_two_clouds_has_its_limits_raised_on_both(two: Installed) -> None:
    from cloudctl.services import emergencies

    with two.ctx.unit_of_work(platform("test")) as uow:
        for code in (CLOUD, SECOND):
            uow.quotas.set_limit(two.ids["fgw"], code, ZONE, Dimension.SEGMENTS, 0)
    record = emergencies.create(
        two.ctx, two.people["office-admin"], two.form([*stack("a", 1, "db"), *stack("b", 1, "db")]),
        approver="王市长", approved_at=two.clock.now(), note="电话同意", raise_quota=True,
    )  # fmt: skip
    order = two.order(record.order_id)
    assert order.lane == f"{CLOUD}+{SECOND}/emergency"
    assert [two.ledger(cloud=code)["segments"] for code in (CLOUD, SECOND)] == [(1, 0), (1, 0)]
