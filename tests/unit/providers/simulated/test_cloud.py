"""The file as a cloud: shared by threads and processes, kept after a kill, looked into, filled at once."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import uuid4

import pytest

from cloudctl.domain.errors import Absent, Busy, CapacityExhausted, Unreachable
from cloudctl.domain.servers import ServerStatus
from cloudctl.providers.simulated import Fault, FaultKind, SimulatedProvider, populate
from cloudctl.providers.simulated.backend import cloud as clouds
from cloudctl.providers.simulated.backend import storage
from cloudctl.providers.simulated.utilisation import PROFILES, profile
from tests.unit.providers.simulated.conftest import LONGEST_S

PROCESSES = 4
EACH = 25

# Opens the cloud's file, makes EACH tenants in it and then waits to be killed.
CHILD = """
import sys
from pathlib import Path
from uuid import uuid4
from cloudctl.providers.simulated import SimulatedCloud, SimulatedProvider
from tests.contract.clocks import RealClock

provider = SimulatedProvider(SimulatedCloud(Path(sys.argv[1]), clock=RealClock(), code="city-a"))
for _ in range(int(sys.argv[2])):
    provider.tenants.create(uuid4(), "made-elsewhere")
print("done", flush=True)
sys.stdin.read()
"""


def test_several_processes_make_the_file_at_once_and_it_outlives_their_killing(path, open_cloud):
    children = [
        subprocess.Popen(
            [sys.executable, "-c", CHILD, str(path), str(EACH)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        for _ in range(PROCESSES)
    ]
    try:
        assert [child.stdout.readline() for child in children] == ["done\n"] * PROCESSES
    finally:
        for child in children:
            child.send_signal(signal.SIGKILL)
            child.communicate()
    cloud = open_cloud()
    items = cloud.inventory()
    assert len(items) == len({item.backend_id for item in items}) == PROCESSES * EACH
    assert cloud.call_counts() == {"tenants.create": PROCESSES * EACH}


def test_threads_build_servers_with_different_ids_and_addresses(provider, make, network):
    requests = [make.server_request(network.backend_id) for _ in range(10)]
    with ThreadPoolExecutor(10) as pool:
        made = list(pool.map(provider.servers.create, requests))
    assert len({fact.backend_id for fact in made}) == 10
    make.settled(provider.servers.find, made[0])
    facts = provider.servers.find(requests[0].tenant)
    assert set(facts) == {request.key for request in requests}
    assert len({fact.addresses for fact in facts.values()}) == 10


def test_threads_cannot_pass_the_capacity_together(provider, make, network):
    def build(_):
        try:
            return provider.servers.create(make.server_request(network.backend_id, vcpu=3))
        except CapacityExhausted:
            return None

    with ThreadPoolExecutor(10) as pool:
        made = list(pool.map(build, range(10)))
    assert Counter(fact is not None for fact in made) == {True: 5, False: 5}


def test_every_call_is_on_record_struck_or_not(cloud, provider, make, tenant, clock):
    request = make.volume_request()
    cloud.inject(Fault(operation="volumes.create", kind=FaultKind.BUSY_409))
    with pytest.raises(Busy):
        provider.volumes.create(request)
    made = provider.volumes.create(request)
    clock.sleep(LONGEST_S)
    provider.volumes.find(tenant, [request.key])
    provider.volumes.find(tenant)
    provider.volumes.delete(tenant, made.backend_id)
    key = str(request.key)
    assert [(call.operation, call.key) for call in cloud.calls()][-5:] == [
        ("volumes.create", key),
        ("volumes.create", key),
        ("volumes.find", key),
        ("volumes.find", None),
        ("volumes.delete", key),
    ]
    assert cloud.call_counts()["volumes.create"] == 2


def test_old_records_and_gone_objects_are_swept_out(cloud, provider, path, monkeypatch):
    monkeypatch.setattr(clouds, "TRIM_EVERY", 10)
    monkeypatch.setattr(clouds, "KEPT_CALLS", 20)
    for _ in range(50):
        provider.tenants.delete(provider.tenants.create(uuid4(), "brief"))
    assert len(cloud.calls()) == 20
    with sqlite3.connect(path) as connection:
        (left,) = connection.execute("SELECT count(*) FROM objects").fetchone()
    connection.close()
    assert left < 10
    first_after = provider.tenants.create(uuid4(), "next")
    assert first_after in {item.backend_id for item in cloud.inventory()}


def test_a_city_of_1200_servers_is_there_in_a_second(cloud, provider, make, tenant):
    networks = [make.network(cidr_v4=f"10.{100 + number}.0.0/24", cidr_v6=None) for number in range(12)]
    requests = [make.server_request(networks[n % 12].backend_id, name=f"old-{n}") for n in range(1_200)]
    disks = {requests[0].key: [make.volume_request()]}
    began = time.process_time()
    facts = populate(cloud, requests, disks=disks, stopped=frozenset({requests[1].key}))
    assert time.process_time() - began < 1.0
    assert [fact.key for fact in facts] == [request.key for request in requests]
    assert len({address for fact in facts for address in fact.addresses}) == 1_200
    assert provider.servers.find(tenant) == {fact.key: fact for fact in facts}
    assert Counter(fact.status for fact in facts) == {ServerStatus.ACTIVE: 1_199, ServerStatus.STOPPED: 1}
    assert len(facts[0].volumes) == 1


def test_servers_made_by_hand_carry_no_key_and_are_not_found(cloud, provider, make, network, tenant):
    (fact,) = populate(cloud, [make.server_request(network.backend_id)], keyed=False)
    assert fact.key is None
    assert provider.servers.find(tenant) == {}
    assert fact.backend_id in {item.backend_id for item in cloud.inventory()}


def test_nothing_is_populated_when_one_server_has_no_place(cloud, provider, make, network, tenant):
    with pytest.raises(Absent):
        populate(cloud, [make.server_request(network.backend_id), make.server_request("nowhere")])
    tiny = make.network(cidr_v4="10.9.0.0/30", cidr_v6=None)
    with pytest.raises(CapacityExhausted):
        populate(cloud, [make.server_request(tiny.backend_id), make.server_request(tiny.backend_id)])
    assert provider.servers.find(tenant) == {}


def test_user_data_does_not_reach_the_file(provider, make, network, path, cloud):
    marker = b"marker-5f2c"
    provider.servers.create(make.server_request(network.backend_id, user_data=marker, ssh_keys=("ssh-ed25519 AAAA",)))
    cloud.close()
    assert not [file for file in path.parent.iterdir() if marker in file.read_bytes()]


@pytest.mark.parametrize(("verb", "effect_unknown"), [("create", True), ("find", False)])
def test_a_file_that_cannot_be_used_is_a_cloud_that_does_not_answer(
    cloud, path, clock, monkeypatch, verb, effect_unknown
):
    cloud.close()
    monkeypatch.setattr(storage, "BUSY_TIMEOUT_S", 0.01)
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    tenants = SimulatedProvider(cloud).tenants
    with pytest.raises(Unreachable) as caught:
        tenants.create(uuid4(), "a") if verb == "create" else tenants.find(uuid4())
    blocker.close()
    assert caught.value.effect_unknown is effect_unknown
    assert tenants.find(uuid4()) is None


def test_utilisation_repeats_and_has_every_profile(cloud, open_cloud):
    monday = date(2026, 2, 2)
    month = [monday + timedelta(days=number) for number in range(28)]
    names = [f"server-{number}" for number in range(250)]
    assert cloud.utilisation("server-1", monday) == open_cloud().utilisation("server-1", monday)
    assert {profile(7, name) for name in names} == set(PROFILES)
    for name in names:
        means = [cloud.utilisation(name, day) for day in month]
        assert all(0 < mean.cpu_percent <= 100 and mean.net_mb > 0 for mean in means)
        assert (max(mean.net_mb for mean in means) < 10) == (profile(7, name) == "idle")


def test_an_office_rests_at_the_weekend(cloud):
    office = next(name for name in map(str, range(100)) if profile(7, name) == "office")
    friday = date(2026, 3, 6)
    assert cloud.utilisation(office, friday + timedelta(days=1)).net_mb < cloud.utilisation(office, friday).net_mb / 2


@pytest.mark.parametrize(("collisions", "pauses"), [(0, 0), (2, 2), (storage.WAL_ATTEMPTS, storage.WAL_ATTEMPTS)])
def test_a_collision_while_the_file_is_made_is_waited_out(monkeypatch, collisions, pauses):
    answers = iter([sqlite3.OperationalError("database is locked")] * collisions)

    class Colliding:
        def execute(self, statement):
            error = next(answers, None)
            if error is not None:
                raise error

    paused = []
    monkeypatch.setattr(storage.time, "sleep", paused.append)
    storage._switch_to_wal(Colliding())
    assert len(paused) == pauses
    assert next(answers, None) is None
