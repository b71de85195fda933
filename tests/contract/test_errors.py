"""What every provider says to what cannot be done, and that it bears many threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from cloudctl.domain.addresses import AddressRequest
from cloudctl.domain.clouds import Capability
from cloudctl.domain.errors import Absent, BackendError, Unsupported
from cloudctl.domain.metrics import USE
from cloudctl.domain.quotas import Dimension
from cloudctl.domain.servers import Apart
from cloudctl.domain.volumes import VolumeStatus

THREADS = 10
HOUR = timedelta(hours=1)

# The call that each capability is about, on objects that do not exist.
CALLS = {
    Capability.RESIZE: lambda case, tenant: case.provider.servers.resize(tenant, str(uuid4()), 1, 512, 1),
    Capability.SNAPSHOT: lambda case, tenant: case.provider.servers.snapshot(tenant, str(uuid4()), uuid4(), "none"),
    Capability.CONSOLE: lambda case, tenant: case.provider.servers.console_url(tenant, str(uuid4())),
    Capability.FLOATING_ADDRESS: lambda case, tenant: case.provider.addresses.create(
        AddressRequest(key=uuid4(), tenant=tenant, external_network=case.external_network, server=str(uuid4()))
    ),
    Capability.ISOLATE: lambda case, tenant: case.provider.servers.isolate(tenant, str(uuid4())),
    Capability.ANTI_AFFINITY: lambda case, tenant: case.provider.servers.create(
        replace(case.server_request(tenant, str(uuid4())), apart=Apart(key=uuid4()))
    ),
    Capability.EXPORT: lambda case, tenant: case.provider.exports.find(tenant, [uuid4()]),
    Capability.CHANGES: lambda case, _tenant: case.provider.inventory.changes(None),
    Capability.METRICS: lambda case, _tenant: list(
        case.provider.usage.history([str(uuid4())], case.clock.now() - HOUR, case.clock.now(), USE)
    ),
    Capability.DIAGNOSTICS: lambda case, _tenant: list(case.provider.usage.counters([str(uuid4())])),
    Capability.BACKEND_QUOTA: lambda case, tenant: case.provider.tenants.set_quota(tenant, {Dimension.SEGMENTS: 20}),
}


def answer(act) -> type[BackendError] | None:
    try:
        act()
    except BackendError as error:
        return type(error)
    return None


def test_the_cloud_answers(provider_case):
    assert answer(provider_case.provider.check) is None


@pytest.mark.parametrize("capability", CALLS)
def test_a_capability_is_declared_if_and_only_if_it_is_supported(provider_case, tenant, capability):
    declared = capability in provider_case.provider.capabilities
    assert (answer(lambda: CALLS[capability](provider_case, tenant)) is Unsupported) is not declared


@pytest.mark.parametrize("verb", ["start", "stop", "confirm_resize", "isolate", "rejoin", "isolated"])
def test_acts_on_an_absent_server_say_so(provider_case, tenant, verb):
    with pytest.raises(Absent):
        getattr(provider_case.provider.servers, verb)(tenant, str(uuid4()))


def test_other_acts_on_absent_objects_say_so(provider_case, tenant, server):
    provider = provider_case.provider
    for act in (
        lambda: provider.servers.resize(tenant, str(uuid4()), 1, 512, 1),
        lambda: provider.servers.attach(tenant, server.backend_id, str(uuid4())),
        lambda: provider.volumes.extend(tenant, str(uuid4()), 2),
    ):
        assert answer(act) is Absent


@pytest.mark.needs(Capability.CONSOLE)
def test_the_console_of_an_absent_server_says_so(provider_case, tenant):
    with pytest.raises(Absent):
        provider_case.provider.servers.console_url(tenant, str(uuid4()))


def test_ten_threads_create_and_find_at_once(provider_case, tenant):
    volumes = provider_case.provider.volumes
    requests = [provider_case.volume_request(tenant) for _ in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as pool:
        made = list(pool.map(volumes.create, requests))
        found = list(pool.map(lambda fact: volumes.find(tenant, [fact.key]), made))
    assert len({fact.backend_id for fact in made}) == THREADS
    assert [set(facts) for facts in found] == [{request.key} for request in requests]
    facts = [provider_case.volume_at(tenant, request.key, VolumeStatus.AVAILABLE) for request in requests]
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda fact: provider_case.drop_volume(tenant, fact), facts))
    assert not {request.key for request in requests} & set(volumes.find(tenant))
