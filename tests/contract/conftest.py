"""One contract, every provider.

    pytest tests/contract                              the simulated cloud
    pytest tests/contract --provider openstack         ... and the lab's OpenStack
    pytest tests/contract --provider vsphere           ... and a vCenter simulator
    CLOUDCTL_TEST_PROVIDERS=openstack pytest tests     the same, for a run that does not start in this folder

What is not asked for is not collected, nor is a test that `needs` a capability which a provider does not declare
(test_errors checks that it then says so), or that is about `fences` which its backend does not have. The tenant, its
network and its server are shared by all tests of a provider, for a real cloud takes seconds to make one: a test leaves
them as it found them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from cloudctl.domain.networks import NetworkFact
from cloudctl.domain.quotas import Dimension
from cloudctl.domain.servers import ServerFact, ServerStatus
from tests.contract.cases import CASES, FENCES, ProviderCase, capabilities

PLENTY = {
    Dimension.VCPU: 100_000,
    Dimension.MEMORY_MIB: 100_000_000,
    Dimension.VOLUME_GIB: 10_000,
    Dimension.SERVERS: 100,
    Dimension.SEGMENTS: 20,
    Dimension.ADDRESSES: 20,
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--provider", action="append", default=[], choices=sorted(CASES), help="also test this provider")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(*capabilities): only for providers that declare them")
    config.addinivalue_line("markers", "fences(*dimensions): only for providers whose backend enforces these limits")


def fits(definition: pytest.Item, name: str) -> bool:
    """Whether a test is about something that the provider offers."""
    wanted = {need for marker in definition.iter_markers("needs") for need in marker.args}
    fenced = {dimension for marker in definition.iter_markers("fences") for dimension in marker.args}
    return wanted <= capabilities(name) and fenced <= FENCES[name]


def chosen(config: pytest.Config) -> list[str]:
    """The providers that are asked for, and always the simulated one."""
    asked = config.getoption("--provider", default=[])
    asked = [*asked, *os.environ.get("CLOUDCTL_TEST_PROVIDERS", "").replace(",", " ").split()]
    return list(dict.fromkeys(["simulated", *asked]))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "provider_case" in metafunc.fixturenames:
        fitting = [name for name in chosen(metafunc.config) if fits(metafunc.definition, name)]
        metafunc.parametrize("provider_case", fitting, indirect=True, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What none of the providers declares is not collected. With --dist loadgroup a provider stays in one process."""
    names = chosen(config)
    items[:] = [
        item
        for item in items
        if "provider_case" not in getattr(item, "fixturenames", ()) or any(fits(item, name) for name in names)
    ]
    for item in items:
        given = getattr(item, "callspec", None)
        item.add_marker(pytest.mark.xdist_group(given.params.get("provider_case", "all") if given else "all"))


@pytest.fixture(scope="session")
def provider_case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProviderCase]:
    with CASES[request.param](tmp_path_factory.mktemp("clouds")) as case:
        yield case


@pytest.fixture(scope="session")
def tenant(provider_case: ProviderCase) -> Iterator[str]:
    """A department's tenant with generous quotas."""
    key = uuid4()
    provider = provider_case.provider
    made = provider.tenants.create(key, f"department-{key.hex[:8]}")
    provider.tenants.set_quota(made, PLENTY)
    yield made
    provider_case.insist(lambda: provider.tenants.delete(made))


@pytest.fixture(scope="session")
def network(provider_case: ProviderCase, tenant: str) -> Iterator[NetworkFact]:
    """A network of both families, routed to the external one."""
    provider = provider_case.provider
    request = provider_case.network_request(
        tenant, "10.200.0.0/24", "fd00:200::/64", external_network=provider_case.external_network
    )
    provider.networks.create(request)
    fact = provider_case.network_ready(tenant, request.key)
    yield fact
    provider_case.insist(lambda: provider.networks.delete(tenant, fact.backend_id))
    provider_case.wait(lambda: not provider.networks.find(tenant, [request.key]))


@pytest.fixture(scope="session")
def server_key(provider_case: ProviderCase, tenant: str, network: NetworkFact) -> Iterator[UUID]:
    """The key of the shared server."""
    provider = provider_case.provider
    request = provider_case.server_request(tenant, network.backend_id)
    provider.servers.create(request)
    made = provider_case.server_at(tenant, request.key, ServerStatus.ACTIVE)
    yield request.key
    provider_case.insist(lambda: provider.servers.delete(tenant, made.backend_id))
    provider_case.wait(lambda: request.key not in provider.servers.find(tenant, [request.key]))


@pytest.fixture
def server(provider_case: ProviderCase, tenant: str, server_key: UUID) -> ServerFact:
    """The shared server, active, as it stands before the test."""
    return provider_case.server_at(tenant, server_key, ServerStatus.ACTIVE)
