"""Syncs with a cloud that behaves, and with clouds that do not: nothing is lost, and nothing is gone too early."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloudctl.domain.clouds import Capability, CloudKind
from cloudctl.domain.errors import BackendError, ConfigurationError, Forbidden, Invalid, NotFound, Unreachable
from cloudctl.domain.inventory import Changes, CloudObject, ObjectKind, ObjectState, ObjectStatus
from cloudctl.domain.networks import NetworkRequest
from cloudctl.domain.quotas import Dimension
from cloudctl.domain.servers import ServerRequest
from cloudctl.domain.syncs import Rhythm, Sync, SyncMode
from cloudctl.ports.context import platform
from cloudctl.ports.queries import PageAsk
from cloudctl.providers.simulated import Fault, FaultKind, SimulatedCloud, SimulatedProvider, populate
from cloudctl.providers.simulated.backend.objects import Kind
from cloudctl.services import clouds, syncs
from tests.factories import Installed, installation
from tests.seeds import CLOUD, ZONE

JOB = platform("job:sync")
SECOND = "sim-2"


@pytest.fixture
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    with installation(tmp_path_factory.mktemp("syncs")) as made:
        yield made


def provider(city: Installed, code: str = CLOUD) -> SimulatedProvider:
    found = city.ctx.clouds.provider(city.read(lambda uow: uow.clouds.by_code(code)))
    assert isinstance(found, SimulatedProvider)
    return found


def stock(city: Installed, count: int = 3, code: str = CLOUD) -> SimulatedCloud:
    """Servers that somebody made by hand, on a network of theirs."""
    made = provider(city, code)
    tenant = made.tenants.create(uuid4(), "by-hand")
    network = NetworkRequest(
        key=uuid4(), tenant=tenant, name="lan", cidr_v4="10.9.0.0/16", cidr_v6=None, zone=ZONE, external_network=None
    )
    fact = made.networks.create(network)
    requests = [
        ServerRequest(
            key=uuid4(), tenant=tenant, name=f"vm-{number}", vcpu=2, memory_mib=2048, root_disk_gib=20,
            image="debian", network=fact.backend_id,
        )
        for number in range(count)
    ]  # fmt: skip
    populate(made.cloud, requests, keyed=False)
    return made.cloud


def sync(city: Installed, code: str = CLOUD, *, full: bool = True) -> Sync:
    """One sync now, whatever is due."""
    syncs.ask(city.ctx, city.people["operator"], code, mode=SyncMode.FULL if full else SyncMode.INCREMENTAL)
    done = syncs.run_due(city.ctx, JOB, code)
    assert done is not None
    return done


def rows(city: Installed, **filters: Any) -> dict[str, Any]:
    """The inventory's servers by name, unless another kind is asked for."""
    found = city.ctx.queries.inventory.page(None, {"kind": "server", **filters}, PageAsk(limit=500)).items
    return {row.name.removeprefix("sim-"): row for row in found}


def health(city: Installed) -> dict[str, str]:
    return {row.code: row.health for row in city.ctx.queries.clouds.page(None, {}, PageAsk()).items}


def states(city: Installed) -> set[str]:
    return {row.state for row in rows(city).values()}


def drop(cloud: SimulatedCloud, name: str) -> None:
    with cloud.unrecorded() as call:
        (thing,) = (thing for thing in call.things(Kind.SERVER) if thing.name == name)
        call.remove(thing, at_once=True)


def rename(cloud: SimulatedCloud, prefix: str) -> None:
    with cloud.unrecorded() as call:
        for thing in call.things(Kind.SERVER):
            thing.name = prefix + thing.name
            call.save(thing)


def test_a_full_sync_sees_everything_and_links_what_is_ours(city: Installed) -> None:
    stock(city)
    order = city.approved(city.build_items("oa", address=True))
    city.run()
    done = sync(city)
    assert (done.state, done.mode, done.missing, done.error) == ("clean", SyncMode.FULL, 0, None)
    everything = city.ctx.queries.inventory.page(None, {}, PageAsk(limit=500)).items
    assert done.objects == done.changed == len(everything)
    ours = {row.resource_id for row in everything if row.on_record}
    assert ours == {resource.id for resource in city.resources(order).values()}
    assert {row.department_id for row in everything if row.on_record} == {city.ids["fgw"]}
    assert [row.on_record for row in rows(city).values()].count(False) == 3
    mine = city.ctx.queries.inventory.page(city.ids["fgw"], {}, PageAsk(limit=500)).items
    assert {row.resource_id for row in mine} == ours
    assert city.ctx.queries.inventory.page(city.ids["czj"], {}, PageAsk()).items == []
    again = sync(city)
    assert (again.objects, again.changed) == (done.objects, 0)


def test_nothing_is_due_before_its_time_and_then_the_right_thing(city: Installed) -> None:
    stock(city)
    first = syncs.run_due(city.ctx, JOB, CLOUD)
    assert first is not None
    assert first.mode is SyncMode.FULL
    assert syncs.run_due(city.ctx, JOB, CLOUD) is None
    city.clock.move(seconds=61)
    second = syncs.run_due(city.ctx, JOB, CLOUD)
    assert second is not None
    assert (second.mode, second.state, second.objects) == (SyncMode.INCREMENTAL, "clean", 0)
    city.clock.move(hours=1)
    third = syncs.run_due(city.ctx, JOB, CLOUD)
    assert third is not None
    assert third.mode is SyncMode.FULL


def test_an_incremental_sync_takes_what_changed(city: Installed) -> None:
    cloud = stock(city)
    sync(city)
    city.clock.move(seconds=5)
    with cloud.unrecorded() as call:
        thing = call.things(Kind.SERVER)[0]
        thing.state |= {"vcpu": 8}
        call.save(thing)
    done = sync(city, full=False)
    assert (done.mode, done.objects, done.changed) == (SyncMode.INCREMENTAL, 1, 1)
    assert rows(city)["vm-0"].vcpu == 8
    (change,) = city.ctx.queries.inventory_changes.page(None, {}, PageAsk()).items
    assert (change.source, bytes(change.fields)) == ("incremental", b'{"vcpu":[2,8]}')
    assert sync(city, full=False).objects == 0


def test_time_alone_changes_an_object_and_the_feed_tells(city: Installed) -> None:
    made = provider(city)
    tenant = made.tenants.create(uuid4(), "t")
    sync(city)
    slow = SimulatedCloud(
        city.directory / f"simulated-{CLOUD}.sqlite3", clock=city.clock, code=CLOUD, latency_s=(30, 30)
    )
    request = NetworkRequest(
        key=uuid4(), tenant=tenant, name="n", cidr_v4="10.1.0.0/24", cidr_v6=None, zone=ZONE, external_network=None
    )
    SimulatedProvider(slow).networks.create(request)
    sync(city, full=False)
    assert rows(city, kind="network")["n"].status == "building"
    city.clock.move(seconds=31)
    assert sync(city, full=False).changed == 1
    assert rows(city, kind="network")["n"].status == "active"
    slow.close()


def test_what_left_is_missing_only_after_three_clean_full_syncs(city: Installed) -> None:
    cloud = stock(city)
    sync(city)
    drop(cloud, "vm-1")
    for missing in (0, 0, 1, 0):
        done = sync(city)
        assert (done.state, done.missing) == ("clean", missing)
    assert {name: row.state for name, row in rows(city).items()} == {
        "vm-0": "present", "vm-1": "missing", "vm-2": "present",
    }  # fmt: skip


def test_the_feed_says_that_one_left_and_it_is_looked_for_first(city: Installed) -> None:
    cloud = stock(city)
    sync(city)
    drop(cloud, "vm-1")
    done = sync(city, full=False)
    assert done.changed == 1
    row = rows(city)["vm-1"]
    assert (row.state, row.status, row.misses) == ("present", "unknown", 0)
    assert cloud.call_counts()["inventory.look"] == 1


def test_one_that_is_said_to_have_left_and_is_there_stays(city: Installed, monkeypatch: pytest.MonkeyPatch) -> None:
    stock(city)
    sync(city)
    feed = provider(city).inventory
    row = rows(city)["vm-1"]
    lie = Changes(suspects=[(ObjectKind.SERVER, row.native_id)], cursor="1/1.0")
    monkeypatch.setattr(feed, "changes", lambda _cursor: lie)
    done = sync(city, full=False)
    assert (done.state, done.changed) == ("clean", 0)
    assert rows(city)["vm-1"] == replace_as_of(row, rows(city)["vm-1"])


def replace_as_of(row: Any, other: Any) -> Any:
    return type(row)(**{field: getattr(row, field) for field in row.__struct_fields__} | {"as_of": other.as_of})


@pytest.mark.parametrize("kind", [FaultKind.HANG, FaultKind.SERVER_ERROR_5XX])
def test_half_a_list_and_an_error_changes_nothing_about_what_is_gone(city: Installed, kind: FaultKind) -> None:
    cloud = stock(city)
    sync(city)
    drop(cloud, "vm-1")
    rename(cloud, "new-")
    for _ in range(5):
        cloud.inject(Fault(operation="inventory.full", kind=kind, after=2))  # networks and servers come through
        done = sync(city)
        assert (done.state, done.missing) == ("partial", 0)
        assert done.error is not None
        assert "sim-1" in done.error["zh_CN"]
    assert set(rows(city)) == {"new-vm-0", "vm-1", "new-vm-2"}
    assert states(city) == {"present"}
    assert health(city)[CLOUD] == "stale"
    assert all(row.stale for row in rows(city).values())


def test_an_unreachable_cloud_is_stale_and_touches_no_other(city: Installed) -> None:
    record = city.record
    clouds.register(
        city.ctx, city.people["office-admin"], code=SECOND, name="two", kind=CloudKind.SIMULATED, zones=record.zones,
        capacity={Dimension.VCPU: 100},
    )  # fmt: skip
    first, second = stock(city), stock(city, 2, SECOND)
    sync(city)
    sync(city, SECOND)
    before = rows(city, cloud=SECOND)
    first.inject(Fault(operation="inventory.*", kind=FaultKind.HANG, times=None))
    for _ in range(4):
        done = sync(city)
        assert (done.state, done.objects, done.changed) == ("failed", 0, 0)
        assert sync(city, SECOND).state == "clean"
    assert health(city) == {CLOUD: "unreachable", SECOND: "fresh"}
    assert {row.stale for row in rows(city, cloud=CLOUD).values()} == {True}
    assert {row.state for row in rows(city, cloud=CLOUD).values()} == {"present"}
    after = rows(city, cloud=SECOND)
    assert {name: (row.stale, row.state, row.native_id) for name, row in after.items()} == {
        name: (False, "present", row.native_id) for name, row in before.items()
    }
    assert len(rows(city, stale="true")) == 3
    first.clear_faults()
    assert sync(city).state == "clean"
    assert health(city)[CLOUD] == "fresh"
    second.close()


def test_figures_grow_stale_with_time_alone(city: Installed) -> None:
    assert health(city) == {CLOUD: "never"}
    stock(city)
    sync(city)
    (row,) = city.ctx.queries.clouds.page(None, {}, PageAsk()).items
    assert (row.health, row.age_s) == ("fresh", 0)
    city.clock.move(seconds=7200)
    (row,) = city.ctx.queries.clouds.page(None, {}, PageAsk()).items
    assert (row.health, row.age_s) == ("fresh", 7200)
    city.clock.move(seconds=1)
    assert health(city) == {CLOUD: "stale"}
    assert all(row.stale for row in rows(city).values())


def test_a_gap_in_the_feed_is_filled_by_a_full_sync(city: Installed) -> None:
    cloud = stock(city)
    sync(city)
    rename(cloud, "new-")
    cloud.inject(Fault(operation="inventory.changes", kind=FaultKind.FEED_GAP))
    done = sync(city, full=False)
    assert (done.mode, done.state, done.changed) == (SyncMode.FULL, "clean", 3)
    assert set(rows(city)) == {"new-vm-0", "new-vm-1", "new-vm-2"}


@pytest.mark.parametrize("full", [True, False])
def test_everything_is_renamed_at_once_and_stays_itself(city: Installed, full: bool) -> None:
    cloud = stock(city, 700)  # more than a page
    sync(city)
    before = {row.native_id: row.id for row in all_rows(city)}
    rename(cloud, "renamed-")
    done = sync(city, full=full)
    assert (done.state, done.changed, done.missing) == ("clean", 700, 0)
    after = all_rows(city)
    assert {row.native_id: row.id for row in after} == before
    assert sum(row.name.startswith("sim-renamed-") for row in after) == 700


def all_rows(city: Installed) -> list[Any]:
    found, cursor = [], None
    while True:
        page = city.ctx.queries.inventory.page(None, {}, PageAsk(limit=300, cursor=cursor))
        found += page.items
        cursor = page.next
        if cursor is None:
            return found


def test_a_cloud_without_credentials_fails_and_says_so(city: Installed, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_cloud: object) -> Any:
        raise ConfigurationError("No credentials for the cloud {code}: add it.", code=CLOUD)

    monkeypatch.setattr(city.ctx.clouds, "provider", missing)
    done = sync(city)
    assert (done.state, done.error and done.error["en"]) == ("failed", f"No credentials for the cloud {CLOUD}: add it.")


def test_an_error_of_ours_is_told_and_raised(city: Installed, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(provider(city).inventory, "full", broken)
    with pytest.raises(ZeroDivisionError):
        sync(city)
    (row,) = city.ctx.queries.syncs.page(None, {}, PageAsk()).items
    assert (row.state, row.objects) == ("failed", 0)
    assert "log" in row.error["en"]


def test_a_worker_that_ended_leaves_a_failed_sync(city: Installed) -> None:
    stock(city)
    with city.ctx.unit_of_work(JOB) as uow:
        left = Sync(cloud=CLOUD, mode=SyncMode.FULL, asked_at=uow.now)
        left.start(uow.now)
        uow.syncs.add(left)
    assert syncs.run_due(city.ctx, JOB, CLOUD) is None  # it was an attempt: the next is due in a minute
    found = syncs.get(city.ctx, city.people["auditor"], left.id)
    assert found.state == "failed"
    assert found.error is not None
    assert sync(city).state == "clean"


def test_asking_twice_is_one_sync(city: Installed) -> None:
    operator = city.people["operator"]
    first = syncs.ask(city.ctx, operator, CLOUD)
    second = syncs.ask(city.ctx, city.people["office-admin"], CLOUD, mode=SyncMode.FULL)
    assert second.id == first.id
    assert syncs.get(city.ctx, operator, first.id).mode is SyncMode.FULL
    assert len(city.audited(action="start/sync")) == len(city.audited(action="update/sync")) == 1


def test_who_may_ask_and_for_what(city: Installed) -> None:
    for login in ("officer", "head", "auditor", "reviewer", "district-admin"):
        with pytest.raises(Forbidden):
            syncs.ask(city.ctx, city.people[login], CLOUD)
    with pytest.raises(Forbidden):
        syncs.get(city.ctx, city.people["officer"], uuid4())
    with pytest.raises(NotFound):
        syncs.ask(city.ctx, city.people["operator"], "moon")
    clouds.update(city.ctx, city.people["office-admin"], city.record.id, {"retired": True})
    with pytest.raises(Invalid):
        syncs.ask(city.ctx, city.people["operator"], CLOUD)
    assert syncs.run_due(city.ctx, JOB, CLOUD) is None
    assert syncs.codes(city.ctx, JOB) == []


def test_old_syncs_are_forgotten_but_not_the_last_clean_one(city: Installed) -> None:
    stock(city)
    first = sync(city)
    for _ in range(2):
        city.clock.move(days=31)
        provider(city).cloud.inject(Fault(operation="inventory.*", kind=FaultKind.SERVER_ERROR_5XX))
        sync(city)
    found = city.ctx.queries.syncs.page(None, {}, PageAsk()).items
    assert [row.state for row in found] == ["failed", "clean"]
    assert found[-1].id == first.id


class Scripted:
    """A cloud whose every full list is scripted: the ids that it has, and whether it ends well."""

    capabilities: frozenset[Capability] = frozenset()

    def __init__(self) -> None:
        self.has: list[str] = []
        self.ends = "clean"
        self.inventory = self

    def full(self) -> Iterator[list[CloudObject]]:
        if self.ends == "failed":
            raise Unreachable("no answer", effect_unknown=False)
        half = len(self.has) // 2
        yield [_thing(name) for name in self.has[:half]]
        if self.ends == "partial":
            raise BackendError("broke off")
        yield [_thing(name) for name in self.has[half:]]


def _thing(name: str) -> CloudObject:
    return CloudObject(kind=ObjectKind.SERVER, native_id=name, name=name, status=ObjectStatus.ACTIVE)


ROUNDS = st.lists(
    st.tuples(st.sets(st.sampled_from("abcd")), st.sampled_from(["clean", "partial", "failed"])), max_size=9
)


@given(rounds=ROUNDS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_missing_only_after_so_many_clean_counts_in_a_row(
    shared: Installed, rounds: list[tuple[set[str], str]]
) -> None:
    """Whatever the order of syncs, an object is missing exactly when the last N clean counts that could have seen it,
    and nothing since, did not.
    """
    cloud, limit = Scripted(), Rhythm().missing_after
    code = f"c{uuid4().hex[:8]}"
    clouds.register(
        shared.ctx, shared.people["office-admin"], code=code, name=code, kind=CloudKind.SIMULATED,
        zones=frozenset({ZONE}), capacity={},
    )  # fmt: skip
    real, misses = shared.ctx.clouds.provider, dict[str, int]()
    shared.ctx.clouds.provider = lambda _cloud: cloud
    try:
        for has, ends in rounds:
            cloud.has, cloud.ends = sorted(has), ends
            seen = {"failed": [], "partial": cloud.has[: len(cloud.has) // 2], "clean": cloud.has}[ends]
            sync(shared, code)
            misses |= dict.fromkeys(seen, 0)
            if ends == "clean":
                misses = {name: count + (name not in seen) for name, count in misses.items()}
            found = {name: row.state for name, row in rows(shared, cloud=code).items()}
            assert found == {
                name: ObjectState.MISSING if count >= limit else ObjectState.PRESENT for name, count in misses.items()
            }
    finally:
        shared.ctx.clouds.provider = real


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    with installation(tmp_path_factory.mktemp("rounds")) as made:
        yield made
