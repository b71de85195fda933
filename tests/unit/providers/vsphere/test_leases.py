from __future__ import annotations

from ipaddress import ip_address, ip_interface, ip_network
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudctl.domain.errors import CapacityExhausted
from cloudctl.providers.vsphere.leases import choose, gateway


def test_every_address_is_given_once_and_none_that_is_not_a_server_s():
    cidrs = ("10.8.1.0/28", "fd00:8::/64")
    taken: list[str] = []
    for _ in range(13):
        taken += choose(cidrs, taken, uuid4())
    v4 = sorted(ip_interface(address).ip for address in taken if "." in address)
    assert v4 == [ip_address(f"10.8.1.{number}") for number in range(2, 15)]
    assert len(set(taken)) == 26
    assert ip_address(gateway(cidrs[0])) not in v4
    with pytest.raises(CapacityExhausted, match=r"no address is left in 10\.8\.1\.0/28"):
        choose(cidrs, taken, uuid4())


@given(st.uuids(), st.integers(16, 29), st.booleans())
def test_the_same_server_wants_the_same_address_with_one_number_in_both_families(key: UUID, length: int, both: bool):
    cidrs = [f"10.16.0.0/{length}", *(["fd00:16::/64"] if both else [])]
    found = choose(cidrs, (), key)
    assert found == choose(cidrs, (), key)
    for address, cidr in zip(found, cidrs, strict=True):
        network = ip_network(cidr)
        assert ip_interface(address).network == network
    assert len({int(ip_interface(a).ip) - int(ip_network(c)[0]) for a, c in zip(found, cidrs, strict=True)}) == 1


def test_another_attempt_looks_elsewhere():
    key = UUID(int=7)
    assert len({choose(["10.8.0.0/16"], (), key, attempt) for attempt in range(5)}) == 5


def test_a_network_without_prefixes_has_no_addresses():
    assert choose((), (), uuid4()) == ()
