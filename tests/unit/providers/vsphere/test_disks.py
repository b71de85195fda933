"""Files of disks over the vCenter's HTTPS: what its answers mean, and how a descriptor reads."""

from __future__ import annotations

from http.client import HTTPResponse
from types import SimpleNamespace
from typing import cast

import pytest

from cloudctl.domain.errors import Absent, Busy, Rejected
from cloudctl.providers.vsphere.disks import DESCRIPTOR, Place, _checked
from cloudctl.providers.vsphere.networks import _spec


@pytest.mark.parametrize(("status", "error"), [(404, Absent), (401, Rejected), (403, Rejected), (503, Busy)])
def test_what_the_answers_mean(status: int, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"a/b\.vmdk"):
        _checked(cast("HTTPResponse", SimpleNamespace(status=status)), "a/b.vmdk")


def test_a_disk_is_two_files_and_the_descriptor_names_the_other() -> None:
    place = Place("cloudctl-exports/group-v3", "k")
    assert (place.descriptor, place.flat) == (
        "cloudctl-exports/group-v3/k.vmdk",
        "cloudctl-exports/group-v3/k-flat.vmdk",
    )
    assert 'RW 16 VMFS "k-flat.vmdk"' in DESCRIPTOR.format(sectors=16, flat="k-flat.vmdk")


def test_an_isolated_network_has_no_uplink() -> None:
    """Empty lists that are not inherited: frames leave no host."""
    policy = _spec("n", "d", 0, isolated=True).defaultPortConfig
    order = policy.uplinkTeamingPolicy.uplinkPortOrder
    assert (policy.vlan.vlanId, order.inherited) == (0, False)
    assert list(order.activeUplinkPort) == list(order.standbyUplinkPort) == []
    assert _spec("n", "d", 7).defaultPortConfig.uplinkTeamingPolicy is None
