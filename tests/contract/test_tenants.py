"""Tenants of every provider."""

from __future__ import annotations

from uuid import uuid4

import pytest

from cloudctl.domain.errors import Rejected
from cloudctl.domain.quotas import Dimension


@pytest.fixture
def small_tenant(provider_case):
    key = uuid4()
    tenant = provider_case.provider.tenants.create(key, f"small-{key.hex[:8]}")
    yield key, tenant
    provider_case.insist(lambda: provider_case.provider.tenants.delete(tenant))


def test_an_unknown_department_has_no_tenant(provider_case):
    assert provider_case.provider.tenants.find(uuid4()) is None


def test_a_tenant_is_found_by_its_key_and_is_not_its_key(provider_case, small_tenant):
    key, tenant = small_tenant
    assert provider_case.wait(lambda: provider_case.provider.tenants.find(key)) == tenant
    assert tenant != str(key)


@pytest.mark.fences(Dimension.VOLUME_GIB, Dimension.SEGMENTS)
def test_the_backend_refuses_what_passes_its_quota(provider_case, small_tenant):
    _, tenant = small_tenant
    provider = provider_case.provider
    provider.tenants.set_quota(tenant, {Dimension.VOLUME_GIB: 1, Dimension.SEGMENTS: 0})
    with pytest.raises(Rejected):
        provider.volumes.create(provider_case.volume_request(tenant, size_gib=2))
    with pytest.raises(Rejected):
        provider.networks.create(provider_case.network_request(tenant, "10.210.0.0/24"))
    assert provider.volumes.find(tenant) == {}
    assert provider.networks.find(tenant) == {}


def test_a_deleted_tenant_is_gone_and_deleting_it_again_is_done(provider_case):
    key = uuid4()
    tenants = provider_case.provider.tenants
    tenant = tenants.create(key, f"brief-{key.hex[:8]}")
    tenants.delete(tenant)
    tenants.delete(tenant)
    assert tenants.find(key) is None
