"""A simulated city cloud on a clock that only the test moves."""

from __future__ import annotations

from types import SimpleNamespace
from uuid import uuid4

import pytest

from cloudctl.domain.networks import NetworkRequest
from cloudctl.domain.quotas import Dimension
from cloudctl.domain.servers import ServerRequest
from cloudctl.domain.volumes import VolumeRequest
from cloudctl.providers.simulated import SimulatedCloud, SimulatedProvider
from tests.contract.clocks import MovableClock

LONGEST_S = 3.0


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "clouds" / "city.sqlite3"


@pytest.fixture
def open_cloud(path, clock):
    """Opens the cloud's file, like another process would."""
    opened = []

    def open_cloud(**settings):
        capacity = {Dimension.VCPU: 16, Dimension.ADDRESSES: 2}
        chosen = {"code": "city-a", "seed": 7, "latency_s": (1.0, LONGEST_S), "capacity": capacity, **settings}
        opened.append(SimulatedCloud(path, clock=clock, **chosen))
        return opened[-1]

    yield open_cloud
    for cloud in opened:
        cloud.close()


@pytest.fixture
def cloud(open_cloud):
    return open_cloud()


@pytest.fixture
def provider(cloud):
    return SimulatedProvider(cloud)


@pytest.fixture
def tenant(provider):
    return provider.tenants.create(uuid4(), "civil-affairs")


@pytest.fixture
def make(provider, tenant, clock):
    """Requests, and objects that are settled."""

    def network_request(cidr_v4="10.1.0.0/24", cidr_v6="fd00:1::/64", external_network="sim-external"):
        return NetworkRequest(
            key=uuid4(),
            tenant=tenant,
            name="segment",
            cidr_v4=cidr_v4,
            cidr_v6=cidr_v6,
            zone="government-extranet",
            external_network=external_network,
        )

    def server_request(network, name="server", vcpu=1, **more):
        chosen = {"memory_mib": 512, "root_disk_gib": 10, "image": "debian-12", **more}
        return ServerRequest(key=uuid4(), tenant=tenant, name=name, vcpu=vcpu, network=network, **chosen)

    def volume_request(name="disk", size_gib=5):
        return VolumeRequest(key=uuid4(), tenant=tenant, name=name, size_gib=size_gib, volume_type=None)

    def settled(find, made):
        clock.sleep(LONGEST_S)
        return find(tenant, [made.key])[made.key]

    return SimpleNamespace(
        network_request=network_request,
        server_request=server_request,
        volume_request=volume_request,
        network=lambda **more: settled(provider.networks.find, provider.networks.create(network_request(**more))),
        server=lambda network, **more: settled(
            provider.servers.find, provider.servers.create(server_request(network.backend_id, **more))
        ),
        volume=lambda **more: settled(provider.volumes.find, provider.volumes.create(volume_request(**more))),
        settled=settled,
    )


@pytest.fixture
def network(make):
    return make.network()


@pytest.fixture
def server(make, network):
    return make.server(network)
