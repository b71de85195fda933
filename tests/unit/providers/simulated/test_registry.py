"""The registry: the right provider by kind, made once, and no SDK before it is needed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from cloudctl.domain.clouds import Cloud, CloudKind
from cloudctl.domain.errors import CapacityExhausted, ConfigurationError
from cloudctl.domain.quotas import Dimension
from cloudctl.domain.volumes import VolumeRequest
from cloudctl.providers.registry import ProviderRegistry, Simulation


def cloud_record(code="city-a", kind=CloudKind.SIMULATED, **more):
    chosen = {"capacity": {Dimension.VOLUME_GIB: 10}, **more}
    return Cloud(code=code, name=code, kind=kind, zones=frozenset({"government-extranet"}), **chosen)


@pytest.fixture
def simulation(tmp_path):
    return Simulation(data=tmp_path, seed=3)


@pytest.fixture
def registry(simulation, clock):
    return ProviderRegistry(simulation=simulation, clock=clock)


def test_a_simulated_cloud_has_a_file_of_its_own_in_the_data_folder(registry, simulation):
    key = uuid4()
    made = registry.provider(cloud_record()).tenants.create(key, "a")
    assert registry.provider(cloud_record()).tenants.find(key) == made
    assert registry.provider(cloud_record("city-b")).tenants.find(key) is None
    assert simulation.path("city-a").is_file()
    assert simulation.path("city-b").is_file()


def test_a_simulated_cloud_has_the_room_on_record_with_over_commit(registry):
    provider = registry.provider(cloud_record(overcommit={Dimension.VOLUME_GIB: 1.5}))
    tenant = provider.tenants.create(uuid4(), "a")

    def request(size_gib):
        return VolumeRequest(key=uuid4(), tenant=tenant, name="disk", size_gib=size_gib, volume_type=None)

    provider.volumes.create(request(15))
    with pytest.raises(CapacityExhausted):
        provider.volumes.create(request(1))


def test_many_threads_get_one_provider_and_another_cloud_does_not_wait(simulation, clock):
    made, release = [], threading.Event()

    def connect(cloud):
        made.append(cloud.code)
        if cloud.code == "slow":
            assert release.wait(10)
        return object()

    registry = ProviderRegistry(simulation=simulation, clock=clock, factories={CloudKind.OPENSTACK: connect})
    slow = cloud_record("slow", CloudKind.OPENSTACK)
    with ThreadPoolExecutor(5) as pool:
        waiting = [pool.submit(registry.provider, slow) for _ in range(4)]
        assert pool.submit(registry.provider, cloud_record("quick", CloudKind.OPENSTACK)).result(timeout=10)
        release.set()
        assert len({id(future.result(timeout=10)) for future in waiting}) == 1
    assert sorted(made) == ["quick", "slow"]


def test_a_changed_record_connects_anew(registry):
    first = registry.provider(cloud_record())
    assert registry.provider(cloud_record()) is first
    assert registry.provider(cloud_record(version=2)) is not first


def test_a_failed_connection_is_tried_again(simulation, clock):
    answers = [ConfigurationError("set the credentials"), object()]

    def connect(cloud):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    registry = ProviderRegistry(simulation=simulation, clock=clock, factories={CloudKind.OPENSTACK: connect})
    with pytest.raises(ConfigurationError, match="credentials"):
        registry.provider(cloud_record(kind=CloudKind.OPENSTACK))
    assert registry.provider(cloud_record(kind=CloudKind.OPENSTACK)) is not None


def test_vsphere_needs_credentials(registry):
    with pytest.raises(ConfigurationError, match="No vSphere credentials for the cloud"):
        registry.provider(cloud_record(kind=CloudKind.VSPHERE))


def test_openstack_without_credentials_says_what_to_set(registry, tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith("OS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError, match=r"clouds\.yaml"):
        registry.provider(cloud_record(kind=CloudKind.OPENSTACK))


def test_a_file_that_is_no_simulated_cloud_is_a_wrong_installation(registry, simulation):
    simulation.path("city-a").write_text("not a database, and long enough to be taken for one" * 100)
    with pytest.raises(ConfigurationError, match=r"city-a.*not a database"):
        registry.provider(cloud_record())


def test_a_simulated_cloud_loads_no_sdk(tmp_path):
    script = (
        "import sys; from pathlib import Path; from cloudctl.providers.registry import *;"
        "from cloudctl.domain.clouds import Cloud, CloudKind; from tests.contract.clocks import RealClock;"
        "registry = ProviderRegistry(simulation=Simulation(data=Path(sys.argv[1])), clock=RealClock());"
        "cloud = Cloud(code='a', name='a', kind=CloudKind.SIMULATED, zones=frozenset(), capacity={});"
        "registry.provider(cloud).check();"
        "print([name for name in ('openstack', 'keystoneauth1', 'requests', 'sqlalchemy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
