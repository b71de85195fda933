"""The inventory's rows: written by the page, never twice, never lost."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event

from cloudctl.domain.errors import Invalid, NotFound
from cloudctl.domain.inventory import (
    Census,
    CloudObject,
    ObjectKind,
    ObjectState,
    ObjectStatus,
    Source,
    object_id,
)
from cloudctl.domain.syncs import Sync, SyncMode
from cloudctl.persistence.queries.database import DatabaseQueries
from cloudctl.persistence.retention import forget_changes
from cloudctl.persistence.tables import inventory_changes, inventory_objects
from cloudctl.ports.queries import Page, PageAsk, Subtree
from tests.persistence.records import START, City, Database, Statements


def server(number: int, **fields: object) -> CloudObject:
    facts = {
        "name": f"vm-{number}",
        "tenant": "p1",
        "status": ObjectStatus.ACTIVE,
        "vcpu": 2,
        "addresses": ("10.0.0.1",),
    }
    return CloudObject(kind=ObjectKind.SERVER, native_id=f"id-{number}", **(facts | fields))  # type: ignore[arg-type]


def count(
    database: Database, page: list[CloudObject], source: Source = Source.FULL, cloud: str = "sim", **more: object
) -> int:
    with database.work() as uow:
        census = Census(cloud, uow.inventory.known(cloud))
        return uow.inventory.write(cloud, census.take(page), source=source, **more)  # type: ignore[arg-type]


def key_of(number: int, cloud: str = "sim") -> UUID:
    return object_id(cloud, "server", f"id-{number}")


def test_a_page_is_read_back_as_it_was_written(database: Database) -> None:
    key = uuid4()
    thing = server(
        1, key=key, name="名字'\"\\", tags=("a", "b"), created_at=START, host="h1", zone="az1", tenant_name="/民政局"
    )
    assert count(database, [thing, server(2)]) == 2
    with database.work() as uow:
        found = uow.inventory.get(key_of(1))
        assert found.object == thing
        assert (found.state, found.misses, found.resource_id) == (ObjectState.PRESENT, 0, None)
        assert found.first_seen_at == found.seen_at == found.changed_at == START
        assert [row.object.native_id for row in uow.inventory.of("sim")] == ["id-1", "id-2"]
        assert list(uow.inventory.of("other")) == []
        with pytest.raises(NotFound):
            uow.inventory.get(uuid4())
    row = database.all(inventory_objects.select().where(inventory_objects.c.id == key_of(1)))[0]
    assert (row.key, row.name, row.zone, row.tenant_name, row.status) == (key, "名字'\"\\", "az1", "/民政局", "active")


def test_a_name_that_no_database_takes_stops_nothing(database: Database) -> None:
    assert count(database, [server(1, name="a\x00b")]) == 1
    assert count(database, [server(1, name="a\x00b")]) == 0
    with database.work() as uow:
        assert uow.inventory.get(key_of(1)).object.name == "a\ufffdb"


def test_what_did_not_change_is_not_written(database: Database) -> None:
    count(database, [server(1), server(2)])
    before = database.all(inventory_objects.select())
    database.clock.sleep(3600)
    assert count(database, [server(2), server(1)]) == 0
    assert database.all(inventory_objects.select()) == before


def test_a_rename_keeps_the_object_and_is_told_with_its_author(database: Database) -> None:
    count(database, [server(1), server(2)])
    database.clock.sleep(60)
    assert (
        count(database, [server(1, name="new", vcpu=4), server(2)], Source.INCREMENTAL, actors={"id-1": "admin"}) == 1
    )
    ((_, key, cloud, at, fields, who, source),) = database.all(inventory_changes.select())
    assert (key, cloud, at, who, source) == (key_of(1), "sim", START + timedelta(seconds=60), "admin", "incremental")
    assert fields == {"name": ("vm-1", "new"), "vcpu": (2, 4)}
    with database.work() as uow:
        found = uow.inventory.get(key_of(1))
    assert (found.first_seen_at, found.changed_at) == (START, START + timedelta(seconds=60))


def test_one_is_missing_only_after_so_many_misses_and_comes_back(database: Database) -> None:
    count(database, [server(1), server(2)])
    for missed in (1, 2, 3, 4):
        with database.work() as uow:
            gone = uow.inventory.miss("sim", [key_of(1)], limit=3)
            assert gone == (1 if missed == 3 else 0)
    with database.work() as uow:
        assert uow.inventory.get(key_of(1)).state is ObjectState.MISSING
        assert uow.inventory.get(key_of(1)).misses == 3
        assert uow.inventory.get(key_of(2)).state is ObjectState.PRESENT
    database.clock.sleep(60)
    assert count(database, [server(1)]) == 1
    with database.work() as uow:
        found = uow.inventory.get(key_of(1))
    assert (found.state, found.misses, found.changed_at) == (ObjectState.PRESENT, 0, START + timedelta(seconds=60))
    fields = [row.fields for row in database.all(inventory_changes.select().order_by(inventory_changes.c.id))]
    assert fields == [{"state": ("present", "missing")}, {"state": ("missing", "present")}]


def test_a_miss_that_was_made_good_is_forgotten_without_history(database: Database) -> None:
    count(database, [server(1)])
    with database.work() as uow:
        uow.inventory.miss("sim", [key_of(1)], limit=3)
    assert count(database, [server(1)]) == 0
    with database.work() as uow:
        assert uow.inventory.get(key_of(1)).misses == 0
    assert database.all(inventory_changes.select()) == []


def test_two_clouds_with_the_same_ids_stay_apart(database: Database) -> None:
    count(database, [server(1)])
    count(database, [server(1, name="other")], cloud="second")
    with database.work() as uow:
        assert uow.inventory.miss("second", [key_of(1)], limit=1) == 0
        assert uow.inventory.get(key_of(1)).object.name == "vm-1"
        assert uow.inventory.get(key_of(1, "second")).object.name == "other"


def test_objects_find_their_records(city: City) -> None:
    database = city.database
    network = city.network()
    known = city.server(network.id, "by-id", backend_id="id-1")
    young = city.server(network.id, "by-key")
    copied = city.server(network.id, "copied", backend_id="id-3")
    with database.work() as uow:
        for resource in (network, known, young, copied):
            uow.resources.add(resource)
    count(database, [server(1), server(2, key=young.id), server(3, key=copied.id), server(4, key=copied.id), server(5)])
    count(database, [server(1)], cloud="second")
    with database.work() as uow:
        assert uow.inventory.link("sim") == 3
        assert uow.inventory.link("sim") == 0
        assert uow.inventory.link("second") == 0
        found = uow.inventory.of_resources([known.id, young.id, copied.id, network.id])
    assert {key: row.object.native_id for key, row in found.items()} == {
        known.id: "id-1", young.id: "id-2", copied.id: "id-3",
    }  # fmt: skip
    with database.work() as uow:
        uow.resources.get(young.id).backend_id = "id-5"
    with database.work() as uow:
        uow.inventory.link("sim")
        assert uow.inventory.of_resources([young.id])[young.id].object.native_id == "id-5"
        assert uow.inventory.get(key_of(2)).resource_id is None


def ended(database: Database, state: str, cloud: str = "sim", mode: SyncMode = SyncMode.FULL) -> None:
    """A sync that ended now."""
    events = {"clean": "finish", "partial": "break_off", "failed": "fail"}
    with database.work() as uow:
        made = Sync(cloud=cloud, mode=mode, asked_at=uow.now)
        made.start(uow.now)
        made.end(events[state], uow.now, None if state == "clean" else {"en": "why"})
        uow.syncs.add(made)


def names(page: Page) -> list[str]:
    return [row.name for row in page.items]  # type: ignore[attr-defined]


def test_pages_follow_the_names_in_one_statement_each(city: City, queries: DatabaseQueries) -> None:
    database = city.database
    count(database, [server(number, name=f"vm-{number // 2}") for number in range(7)])
    found, cursor = [], None
    while True:
        with Statements(database.engines) as sent:
            page = queries.inventory.page(None, {}, PageAsk(limit=2, cursor=cursor))
        assert len(sent) == 1
        found += page.items
        cursor = page.next
        if cursor is None:
            break
    assert len({row.id for row in found}) == 7  # type: ignore[attr-defined]
    assert [row.name for row in found] == sorted(row.name for row in found)  # type: ignore[attr-defined]


def test_filters_and_scopes(city: City, queries: DatabaseQueries) -> None:
    database, network = city.database, city.network()
    resource = city.server(network.id, backend_id="id-1")
    with database.work() as uow:
        uow.resources.add(network)
        uow.resources.add(resource)
    count(database, [server(1, name="a_1"), server(2, name="ab1", tenant="p2"), server(3, name="b%")])
    count(database, [server(1, name="elsewhere")], cloud="second")
    with database.work() as uow:
        uow.inventory.link("sim")
        uow.inventory.miss("sim", [key_of(3)], limit=1)
    page = queries.inventory.page
    for filters, expected in (
        ({"cloud": "sim"}, ["a_1", "ab1", "b%"]),
        ({"name": "a_*"}, ["a_1"]),
        ({"name": "b%*"}, ["b%"]),
        ({"name": "a*", "tenant": "p2"}, ["ab1"]),
        ({"name": "*", "cloud": "second"}, ["elsewhere"]),
        ({"state": "missing"}, ["b%"]),
        ({"on_record": "true"}, ["a_1"]),
        ({"on_record": "false", "cloud": "sim"}, ["ab1", "b%"]),
        ({"resource_id": str(resource.id)}, ["a_1"]),
        ({"department_id": str(city.department.id)}, ["a_1"]),
        ({"native_id": "id-2", "kind": "server"}, ["ab1"]),
        ({"kind": "volume"}, []),
    ):
        assert names(page(None, dict(filters), PageAsk())) == expected, filters
    assert names(page(city.department.id, {}, PageAsk())) == ["a_1"]
    assert names(page(Subtree(city.department.id), {}, PageAsk())) == ["a_1"]
    assert names(page(uuid4(), {}, PageAsk())) == []
    count(database, [server(1, name="renamed"), server(2, name="renamed")])
    changes = queries.inventory_changes.page
    assert len(changes(None, {}, PageAsk()).items) == 3
    assert len(changes(None, {"object_id": key_of(2)}, PageAsk()).items) == 1
    assert [row.object_id for row in changes(city.department.id, {}, PageAsk()).items] == [key_of(1)]  # type: ignore[attr-defined]
    for wrong in ({"colour": "red"}, {"on_record": "perhaps"}):
        with pytest.raises(Invalid):
            page(None, dict(wrong), PageAsk())
    for ask in (PageAsk(limit=0), PageAsk(cursor="x"), PageAsk(cursor="bm9uc2Vuc2U=")):
        with pytest.raises(Invalid):
            page(None, {}, ask)


def test_health_and_age_follow_the_syncs(city: City, queries: DatabaseQueries) -> None:
    database = city.database

    def standing() -> tuple[str, int | None, set[bool]]:
        (cloud,) = queries.clouds.page(None, {"code": "sim"}, PageAsk()).items
        rows = queries.inventory.page(None, {}, PageAsk()).items
        return cloud.health, cloud.age_s, {row.stale for row in rows}  # type: ignore[attr-defined]

    count(database, [server(1)])
    assert standing() == ("never", None, {True})
    ended(database, "failed")
    assert standing() == ("unreachable", None, {True})
    database.clock.sleep(10)
    ended(database, "clean")
    database.clock.sleep(90.4)
    assert standing() == ("fresh", 90, {False})
    (row,) = queries.inventory.page(None, {}, PageAsk()).items
    assert row.as_of == START + timedelta(seconds=10)  # type: ignore[attr-defined]
    ended(database, "partial", mode=SyncMode.INCREMENTAL)
    assert standing() == ("stale", 90, {True})
    ended(database, "clean", mode=SyncMode.INCREMENTAL)
    assert standing()[0] == "fresh"
    with database.work() as uow:
        uow.syncs.add(Sync(cloud="sim", mode=SyncMode.FULL, asked_at=uow.now))
    assert standing()[0] == "fresh"
    database.clock.sleep(7200)
    assert standing()[0] == "fresh"
    database.clock.sleep(1)
    assert standing() == ("stale", 7201, {True})
    assert [row.code for row in queries.clouds.page(None, {"health": "stale"}, PageAsk()).items] == ["sim"]  # type: ignore[attr-defined]
    samples = queries.gauges(database.clock.now())
    assert samples['cloudctl_sync_age_seconds{cloud="sim"}'] == pytest.approx(7291.4)
    assert samples['cloudctl_inventory_objects{cloud="sim",kind="server",state="present"}'] == 1
    assert samples['cloudctl_inventory_objects{cloud="sim",kind="image",state="missing"}'] == 0


def test_syncs_are_found_by_how_they_ended_and_forgotten_in_time(city: City, queries: DatabaseQueries) -> None:
    database = city.database
    for state in ("clean", "failed", "partial"):
        ended(database, state)
        database.clock.sleep(60)
    ended(database, "clean", cloud="second")
    with database.work() as uow:
        waiting = Sync(cloud="sim", mode=SyncMode.FULL, asked_at=uow.now)
        uow.syncs.add(waiting)
    with database.work() as uow:
        latest, clean = uow.syncs.latest("sim"), uow.syncs.latest("sim", SyncMode.FULL, clean=True)
        assert latest is not None
        assert clean is not None
        assert (latest.state, latest.error, clean.state) == ("partial", {"en": "why"}, "clean")
        assert uow.syncs.latest("sim", SyncMode.INCREMENTAL) is None
        assert [sync.id for sync in uow.syncs.open_of("sim")] == [waiting.id]
        assert uow.syncs.forget("sim", uow.now + timedelta(days=1)) == 2
    rows = queries.syncs.page(None, {"cloud": "sim"}, PageAsk()).items
    assert [row.state for row in rows] == ["asked", "clean"]  # type: ignore[attr-defined]
    assert len(queries.syncs.page(None, {"cloud": "second"}, PageAsk()).items) == 1


def test_a_page_is_a_handful_of_statements_at_any_size(database: Database) -> None:
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(database.engines.write, "before_cursor_execute", note)
    counted = []
    for size in (1, 900):
        things = [server(number, name=f"{size}-{number}") for number in range(size)]
        for _ in range(2):
            sent.clear()
            count(database, things)
            counted.append(len([statement for statement in sent if not statement.startswith(("BEGIN", "SET"))]))
            things = [server(number, name=f"renamed-{size}-{number}") for number in range(size)]
    event.remove(database.engines.write, "before_cursor_execute", note)
    new, renamed = counted[0], counted[1]
    assert (new, renamed) == (2, 4)  # known, objects; and with changes: what was before, and their history
    assert counted[2:] == [4, 4]  # one of the 900 was there under another name


def test_old_changes_are_forgotten_but_never_the_last_of_an_object(database: Database) -> None:
    count(database, [server(1), server(2), server(3)])
    for name in ("a", "b", "c"):
        database.clock.sleep(60)
        count(database, [server(1, name=name), server(2)])
    database.clock.sleep(60)
    count(database, [server(2, name="late")])
    kept = START + timedelta(seconds=180)
    assert forget_changes(database.engines.write, kept) == 2
    left = {(row.object_id, row.fields["name"][1]) for row in database.all(inventory_changes.select())}
    assert left == {(key_of(1), "c"), (key_of(2), "late")}
    assert forget_changes(database.engines.write, START + timedelta(days=999)) == 0
