"""Disks in bytes, of every provider that gives them out."""

from __future__ import annotations

from hashlib import sha256
from uuid import uuid4

import pytest

from cloudctl.domain.clouds import Capability
from cloudctl.domain.errors import Absent
from cloudctl.domain.exports import ExportRequest, ExportStatus, ImportRequest
from cloudctl.domain.servers import ServerStatus
from cloudctl.domain.volumes import VolumeStatus

pytestmark = pytest.mark.needs(Capability.EXPORT, Capability.ISOLATE)


@pytest.fixture
def off(provider_case, tenant, server):
    """The shared server with a volume, off and cut off, as one in quarantine; afterwards as it was."""
    servers = provider_case.provider.servers
    volume = provider_case.new_volume(tenant)
    provider_case.insist(lambda: servers.attach(tenant, server.backend_id, volume.backend_id))
    provider_case.volume_at(tenant, volume.key, VolumeStatus.IN_USE)
    provider_case.insist(lambda: servers.stop(tenant, server.backend_id))
    provider_case.server_at(tenant, server.key, ServerStatus.STOPPED)
    yield provider_case.server_at(tenant, server.key, ServerStatus.STOPPED), volume
    provider_case.insist(lambda: servers.start(tenant, server.backend_id))
    provider_case.server_at(tenant, server.key, ServerStatus.ACTIVE)
    provider_case.insist(lambda: servers.detach(tenant, server.backend_id, volume.backend_id))
    provider_case.volume_at(tenant, volume.key, VolumeStatus.AVAILABLE)
    provider_case.drop_volume(tenant, volume)


def taken(case, request):
    """An export that is ready."""

    def probe():
        fact = case.insist(lambda: case.provider.exports.take(request))
        assert fact.status is not ExportStatus.ERROR, fact
        return fact if fact.status is ExportStatus.READY else None

    return case.wait(probe)


def dropped(case, tenant, key):
    case.insist(lambda: case.provider.exports.drop(tenant, key))
    case.insist(lambda: case.provider.exports.drop(tenant, key))
    case.wait(lambda: not case.provider.exports.find(tenant, [key]))
    case.wait(lambda: key not in case.provider.volumes.find(tenant, [key]))


def test_a_server_and_its_volume_are_read_and_stay_as_they_are(provider_case, tenant, off):
    server, volume = off
    exports = provider_case.provider.exports
    bytes_of = {}
    for name, source in (("root", {"server": server.backend_id}), ("disk", {"volume": volume.backend_id})):
        request = ExportRequest(key=uuid4(), tenant=tenant, name=name, **source)
        fact = taken(provider_case, request)
        assert exports.find(tenant, [request.key, uuid4()]) == {request.key: fact}
        assert exports.find(tenant)[request.key] == fact
        assert taken(provider_case, request) == fact
        content = b"".join(exports.read(tenant, fact.backend_id))
        assert len(content) > 0
        assert fact.size_bytes in (None, len(content))
        assert fact.format
        bytes_of[name] = sha256(content).hexdigest()
        assert sha256(b"".join(exports.read(tenant, fact.backend_id))).hexdigest() == bytes_of[name]
        dropped(provider_case, tenant, request.key)
    assert bytes_of["root"] != bytes_of["disk"]
    assert provider_case.server_at(tenant, server.key, ServerStatus.STOPPED).volumes == (volume.backend_id,)
    assert provider_case.volume_at(tenant, volume.key, VolumeStatus.IN_USE).server == server.backend_id


def test_bytes_are_taken_in_and_a_server_is_built_of_them_on_a_network_that_leads_nowhere(provider_case, tenant, off):
    provider, server = provider_case.provider, off[0]
    first = ExportRequest(key=uuid4(), tenant=tenant, name="root", server=server.backend_id)
    source = taken(provider_case, first)
    content = b"".join(provider.exports.read(tenant, source.backend_id))
    request = ImportRequest(key=uuid4(), tenant=tenant, name="restored", size_bytes=len(content), format=source.format)
    provider_case.insist(lambda: provider.exports.put(request, [content[:100], content[100:]]))
    fact = provider.exports.find(tenant, [request.key])[request.key]
    assert fact.status is ExportStatus.READY
    assert provider.exports.put(request, []) == fact
    assert b"".join(provider.exports.read(tenant, fact.backend_id)) == content

    segment = provider_case.isolated_request(tenant)
    provider.networks.create(segment)
    network = provider_case.network_ready(tenant, segment.key)
    wanted = provider_case.server_request(tenant, network.backend_id, export=fact.backend_id)
    provider.servers.create(wanted)
    built = provider_case.server_at(tenant, wanted.key, ServerStatus.ACTIVE)
    provider_case.insist(lambda: provider.servers.delete(tenant, built.backend_id))
    provider_case.wait(lambda: wanted.key not in provider.servers.find(tenant, [wanted.key]))
    provider_case.insist(lambda: provider.networks.delete(tenant, network.backend_id))
    provider_case.wait(lambda: not provider.networks.find(tenant, [segment.key]))
    for key in (request.key, first.key):
        dropped(provider_case, tenant, key)


def test_what_is_not_there_cannot_be_read_and_is_dropped(provider_case, tenant):
    with pytest.raises(Absent):
        next(iter(provider_case.provider.exports.read(tenant, str(uuid4()))))
    provider_case.provider.exports.drop(tenant, uuid4())


def test_a_copy_of_an_absent_disk_is_refused(provider_case, tenant):
    request = ExportRequest(key=uuid4(), tenant=tenant, name="none", server=str(uuid4()))
    with pytest.raises(Absent):
        provider_case.provider.exports.take(request)
    assert provider_case.provider.exports.find(tenant, [request.key]) == {}
