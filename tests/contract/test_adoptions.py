"""Our key written onto what runs already, and taken off again, of every provider."""

from __future__ import annotations

from uuid import uuid4

import pytest

from cloudctl.domain.errors import Absent, Rejected


@pytest.fixture
def volume(provider_case, tenant):
    made = provider_case.new_volume(tenant)
    yield made
    provider_case.drop_volume(tenant, made)


@pytest.fixture(params=["server", "volume", "network"])
def thing(request, provider_case, tenant):
    """One object of each kind, with its port."""
    provider = provider_case.provider
    ports = {"server": provider.servers, "volume": provider.volumes, "network": provider.networks}
    return ports[request.param], request.getfixturevalue(request.param)


def test_a_key_is_taken_off_and_another_written_and_nothing_else_changes(provider_case, tenant, thing):
    port, made = thing
    before, key = port.find(tenant, [made.key])[made.key], uuid4()
    port.disown(tenant, made.backend_id, made.key)
    provider_case.wait(lambda: not port.find(tenant, [made.key]))
    port.adopt(tenant, made.backend_id, key)
    found = provider_case.wait(lambda: port.find(tenant, [key]).get(key))
    assert (found.backend_id, found.name) == (before.backend_id, before.name)
    port.disown(tenant, made.backend_id, key)
    port.adopt(tenant, made.backend_id, made.key)
    assert provider_case.wait(lambda: port.find(tenant, [made.key]).get(made.key)) == before


def test_writing_or_taking_off_a_key_twice_is_done(provider_case, tenant, thing):
    port, made = thing
    port.adopt(tenant, made.backend_id, made.key)
    port.disown(tenant, made.backend_id, made.key)
    port.disown(tenant, made.backend_id, made.key)
    port.adopt(tenant, made.backend_id, made.key)
    port.adopt(tenant, made.backend_id, made.key)
    assert provider_case.wait(lambda: port.find(tenant, [made.key]))


def test_what_carries_another_key_is_not_ours_to_mark_and_its_key_not_ours_to_take(provider_case, tenant, thing):
    port, made = thing
    with pytest.raises(Rejected, match=str(made.key)):
        port.adopt(tenant, made.backend_id, uuid4())
    port.disown(tenant, made.backend_id, uuid4())
    assert port.find(tenant, [made.key])[made.key].backend_id == made.backend_id


def test_what_is_gone_cannot_be_marked_and_needs_no_key_taken_off(tenant, thing):
    port, _ = thing
    with pytest.raises(Absent):
        port.adopt(tenant, str(uuid4()), uuid4())
    port.disown(tenant, str(uuid4()), uuid4())


def test_a_project_is_entered_as_often_as_one_likes_and_an_absent_one_not_at_all(provider_case, tenant):
    tenants = provider_case.provider.tenants
    tenants.enter(tenant)
    tenants.enter(tenant)
    with pytest.raises(Absent):
        tenants.enter(str(uuid4()))
