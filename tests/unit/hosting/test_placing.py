from __future__ import annotations

from uuid import UUID

import msgspec
import pytest

from cloudctl.domain.blueprints import Catalogue
from cloudctl.hosting.placing import Place, SharedHost, Wish, plan

FIRST, SECOND = UUID(int=101), UUID(int=102)


def host(number: UUID, name: str, **more: object) -> SharedHost:
    given = {
        "zone": "extranet",
        "mlps_level": 3,
        "in_service": True,
        "files_mib": 100_000,
        "memory_mib": 8192,
        "cloud": "os-1",
    }
    return SharedHost(id=number, name=name, **(given | more))  # type: ignore[arg-type]


def wish(code: str = "APP-1", **more: object) -> Wish:
    given = {
        "blueprint": "department-site",
        "zone": "extranet",
        "mlps_level": 2,
        "quota_mib": 1024,
        "memory_mib": 96,
    }
    return Wish(code=code, **(given | more))  # type: ignore[arg-type]


def placed(catalogue: Catalogue, wishes: list[Wish], hosts: list[SharedHost]) -> tuple[Place, ...]:
    return plan(wishes, hosts, catalogue.blueprints)


def test_twenty_departments_spread_over_two_hosts(catalogue: Catalogue) -> None:
    wishes = [wish(f"APP-{number}") for number in range(20)]
    places = placed(catalogue, wishes, [host(FIRST, "a"), host(SECOND, "b")])
    assert [place.host for place in places].count(FIRST) == 10
    assert [place.code for place in places] == [each.code for each in wishes]
    assert placed(catalogue, wishes, [host(SECOND, "b"), host(FIRST, "a")]) == places
    assert "fewest instances of the 2 shared hosts" in places[0].why.format(**places[0].params)


@pytest.mark.parametrize(
    "full",
    [
        {"in_service": False},
        {"zone": "internet"},
        {"mlps_level": 1},
        {"files_mib": 1000},
        {"taken_files_mib": 99_500},
        {"taken_memory_mib": 8100},
        {"instances": {"department-site": 50}},
        {"instances": {"maps": 50}},
    ],
)
def test_a_host_without_room_is_passed_over(catalogue: Catalogue, full: dict[str, object]) -> None:
    (place,) = placed(catalogue, [wish()], [host(FIRST, "a", **full)])
    assert (place.host, place.order) == (None, 0)
    assert place.capacity == catalogue.named("department-site").capacity
    (other,) = placed(catalogue, [wish()], [host(FIRST, "a", **full), host(SECOND, "b")])
    assert other.host == SECOND


def test_what_has_no_place_shares_what_is_ordered(catalogue: Catalogue) -> None:
    places = placed(catalogue, [wish(f"APP-{number}") for number in range(51)], [])
    assert [place.order for place in places] == [0] * 50 + [1]
    assert "None of the 0 shared hosts has room in zone extranet" in places[0].why.format(**places[0].params)


def test_zones_and_levels_order_hosts_of_their_own(catalogue: Catalogue) -> None:
    wishes = [wish(), wish(zone="internet"), wish(mlps_level=3), wish(mlps_level=1)]
    assert [place.order for place in placed(catalogue, wishes, [])] == [0, 1, 2, 0]


def test_what_is_not_shared_is_ordered_always(catalogue: Catalogue) -> None:
    need = {"blueprint": "directory", "quota_mib": 2048, "memory_mib": 512}
    places = placed(catalogue, [wish(**need), wish("APP-2", **need)], [host(FIRST, "a")])
    assert [(place.host, place.order) for place in places] == [(None, 0), (None, 1)]
    assert "a host of its own" in places[0].why


def test_a_move_leaves_the_host_that_it_is_on_and_goes_where_it_is_told(catalogue: Catalogue) -> None:
    hosts = [host(FIRST, "a"), host(SECOND, "b", cloud="os-2", instances={"department-site": 9})]
    assert placed(catalogue, [wish(apart=frozenset({FIRST}))], hosts)[0].host == SECOND
    assert placed(catalogue, [wish(cloud="os-2")], hosts)[0].host == SECOND
    assert placed(catalogue, [wish(cloud="os-3")], hosts)[0].host is None


def test_a_wish_larger_than_a_host_gets_one_that_holds_it(catalogue: Catalogue) -> None:
    huge = msgspec.structs.replace(wish(), quota_mib=500_000)
    assert placed(catalogue, [huge], [host(FIRST, "a")])[0].order == 0
