"""Servers of a pair on every provider that declares it: each on a host of its own."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from uuid import uuid4

import pytest

from cloudctl.domain.clouds import Capability
from cloudctl.domain.errors import CapacityExhausted
from cloudctl.domain.servers import Apart, ServerFact, ServerRequest, ServerStatus
from tests.contract.cases import ProviderCase

pytestmark = pytest.mark.needs(Capability.ANTI_AFFINITY)


def asked(case: ProviderCase, tenant: str, network: str, apart: Apart) -> ServerRequest:
    return replace(case.server_request(tenant, network), apart=apart)


@contextmanager
def built(case: ProviderCase, requests: list[ServerRequest]) -> Iterator[list[ServerFact]]:
    """Servers, asked for all at once, and gone afterwards."""
    servers, tenant = case.provider.servers, requests[0].tenant
    with ThreadPoolExecutor(len(requests)) as pool:
        made = list(pool.map(servers.create, requests))
    try:
        yield [case.server_at(tenant, request.key, ServerStatus.ACTIVE) for request in requests]
    finally:
        for fact in made:
            case.insist(lambda fact=fact: servers.delete(tenant, fact.backend_id))
        case.wait(lambda: not servers.find(tenant, [request.key for request in requests]))


def refused(case: ProviderCase, request: ServerRequest) -> bool:
    """Whether the cloud has no room for it, told at once or by a server in error, which is removed again."""
    servers = case.provider.servers
    try:
        made = servers.create(request)
    except CapacityExhausted:
        return True
    last = case.wait(
        lambda: next(
            (
                fact
                for fact in servers.find(request.tenant, [request.key]).values()
                if fact.status in {ServerStatus.ERROR, ServerStatus.ACTIVE}
            ),
            None,
        )
    )
    case.insist(lambda: servers.delete(request.tenant, made.backend_id))
    case.wait(lambda: not servers.find(request.tenant, [request.key]))
    return last.status is ServerStatus.ERROR


def test_servers_that_must_be_apart_have_a_host_each_and_one_too_many_is_refused(provider_case, tenant, network):
    apart = Apart(key=uuid4(), required=True)
    requests = [asked(provider_case, tenant, network.backend_id, apart) for _ in range(provider_case.hosts)]
    with built(provider_case, requests) as facts:
        hosts = {provider_case.host(tenant, fact.backend_id) for fact in facts}
        assert len(hosts) == provider_case.hosts
        assert refused(provider_case, asked(provider_case, tenant, network.backend_id, apart))


def test_servers_that_would_rather_be_apart_are_built_all_the_same(provider_case, tenant, network):
    apart = Apart(key=uuid4())
    requests = [asked(provider_case, tenant, network.backend_id, apart) for _ in range(provider_case.hosts + 1)]
    with built(provider_case, requests[:-1]) as first, built(provider_case, requests[-1:]):
        assert len({provider_case.host(tenant, fact.backend_id) for fact in first}) == provider_case.hosts


def test_a_host_that_a_server_of_the_pair_has_left_is_free_for_another(provider_case, tenant, network):
    apart = Apart(key=uuid4(), required=True)
    requests = [asked(provider_case, tenant, network.backend_id, apart) for _ in range(2)]
    with built(provider_case, requests[:1]) as (staying,):
        with built(provider_case, requests[1:]) as (leaving,):
            gone = provider_case.host(tenant, leaving.backend_id)
            assert gone != provider_case.host(tenant, staying.backend_id)
        again = asked(provider_case, tenant, network.backend_id, apart)
        with built(provider_case, [again]) as (fact,):
            assert provider_case.host(tenant, fact.backend_id) != provider_case.host(tenant, staying.backend_id)
