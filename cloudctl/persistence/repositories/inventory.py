"""What the clouds have, written by the page: one statement a page and table, whatever the page's length.

A page goes to the database as one JSON text, which each database takes apart itself: that costs a tenth of binding
every value. Rows that did not change are not touched, not even for the time they were last seen at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Select, Text, TextClause, bindparam, select, text, type_coerce, update
from sqlalchemy.orm import Session

from cloudctl.domain.accounts import missing
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.inventory import (
    Identity,
    Known,
    ObjectKind,
    ObjectState,
    Recorded,
    Sighting,
    Source,
    differences,
)
from cloudctl.persistence import tables
from cloudctl.persistence.errors import translated
from cloudctl.persistence.tables import inventory_objects as objects
from cloudctl.persistence.types import Instant

_ROWS = select(
    objects.c.id,
    objects.c.cloud,
    objects.c.state,
    objects.c.misses,
    objects.c.resource_id,
    objects.c.first_seen_at,
    objects.c.seen_at,
    objects.c.changed_at,
    objects.c.facts.label("object"),
)
_KNOWN = select(
    type_coerce(objects.c.kind, Text),
    objects.c.native_id,
    objects.c.id,
    objects.c.fingerprint,
    objects.c.misses,
    objects.c.state,
).where(objects.c.cloud == bindparam("cloud"))
_AT_A_TIME = 1000
_RECORDS = {
    ObjectKind.SERVER: tables.servers,
    ObjectKind.VOLUME: tables.volumes,
    ObjectKind.NETWORK: tables.networks,
    ObjectKind.ADDRESS: tables.addresses,
}
_LOST = {"state": (ObjectState.PRESENT, ObjectState.MISSING)}
_FOUND = {"state": (ObjectState.MISSING, ObjectState.PRESENT)}

_OBJECTS = """
INSERT INTO inventory_objects (id, cloud, kind, native_id, key, name, tenant, tenant_name, zone, status, server,
    facts, fingerprint, state, misses, first_seen_at, seen_at, changed_at)
{source}
ON CONFLICT (id) DO UPDATE SET key = excluded.key, name = excluded.name, tenant = excluded.tenant,
    tenant_name = excluded.tenant_name, zone = excluded.zone, status = excluded.status, server = excluded.server,
    facts = excluded.facts, fingerprint = excluded.fingerprint, state = 'present', misses = 0,
    seen_at = excluded.seen_at, changed_at = CASE
        WHEN inventory_objects.fingerprint <> excluded.fingerprint OR inventory_objects.state <> 'present'
        THEN excluded.changed_at ELSE inventory_objects.changed_at END
"""
_CHANGES = "INSERT INTO inventory_changes (id, object_id, cloud, at, fields, who, source) {source}"
_SOURCES = {
    ("postgresql", "objects"): """
SELECT p.id, :cloud, f.kind, f.native_id, f.key, f.name, f.tenant, f.tenant_name, f.zone,
    coalesce(f.status, 'unknown'), f.server, CAST(p.facts AS text), p.fingerprint, 'present', 0, :now, :now, :now
FROM json_to_recordset(CAST(:page AS json)) AS p(id uuid, fingerprint bigint, facts json),
    json_to_record(p.facts) AS f(kind text, native_id text, key uuid, name text, tenant text, tenant_name text,
        zone text, status text, server text)
""",
    ("sqlite", "objects"): """
SELECT value->>'id', :cloud, value->>'$.facts.kind', value->>'$.facts.native_id',
    replace(value->>'$.facts.key', '-', ''), value->>'$.facts.name', value->>'$.facts.tenant',
    value->>'$.facts.tenant_name', value->>'$.facts.zone', coalesce(value->>'$.facts.status', 'unknown'),
    value->>'$.facts.server', value->'facts', value->>'fingerprint', 'present', 0, :now, :now, :now
FROM json_each(:page) WHERE true
""",
    ("postgresql", "changes"): """
SELECT p.id, p.object_id, :cloud, :now, CAST(p.fields AS text), p.who, :source
FROM json_to_recordset(CAST(:page AS json)) AS p(id uuid, object_id uuid, fields json, who text)
""",
    ("sqlite", "changes"): """
SELECT value->>'id', value->>'object_id', :cloud, :now, value->'fields', value->>'who', :source FROM json_each(:page)
""",
}
_SHAPES = {"objects": _OBJECTS, "changes": _CHANGES}
_STATEMENTS: dict[tuple[str, str], TextClause] = {
    (dialect, what): text(_SHAPES[what].replace("{source}", source)).bindparams(bindparam("now", type_=Instant))
    for (dialect, what), source in _SOURCES.items()
}


class _Row(msgspec.Struct):
    """One object of a page, as the database takes it apart."""

    id: str
    fingerprint: int
    facts: msgspec.Raw


class _Change(msgspec.Struct):
    """One line of history."""

    id: str
    object_id: str
    fields: msgspec.Raw
    who: str | None


class InventoryRecords:
    """Implements ports.repositories.inventory.InventoryObjects."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session = session
        self._now = now

    def known(self, cloud: str, only: Collection[Identity] | None = None) -> dict[Identity, Known]:
        if only is None:
            return self._known(_KNOWN, cloud)
        found: dict[Identity, Known] = {}
        for kind, ids in _by_kind(only).items():
            for chunk in _chunks(ids):
                found |= self._known(_KNOWN.where(objects.c.kind == kind, objects.c.native_id.in_(chunk)), cloud)
        return found

    def write(
        self, cloud: str, sightings: Sequence[Sighting], *, source: Source, actors: Mapping[str, str] | None = None
    ) -> int:
        if not sightings:
            return 0
        changes = self._changes(sightings, actors or {})
        rows = [_Row(seen.id.hex, seen.fingerprint, msgspec.Raw(seen.facts)) for seen in sightings]
        self._run("objects", rows, {"cloud": cloud, "now": self._now})
        self._history(cloud, changes, source)
        return len(changes) + sum(seen.known is None for seen in sightings)

    def miss(self, cloud: str, objects_: Collection[UUID], *, limit: int) -> int:
        gone = 0
        for chunk in _chunks(objects_):
            unseen = objects.c.cloud == cloud, objects.c.id.in_(chunk), objects.c.state == ObjectState.PRESENT
            self.session.execute(update(objects).where(*unseen).values(misses=objects.c.misses + 1))
            over = update(objects).where(*unseen, objects.c.misses >= limit)
            lost = self.session.scalars(over.values(state=ObjectState.MISSING).returning(objects.c.id)).all()
            self._history(cloud, [_change(key, _LOST, None) for key in lost], Source.FULL)
            gone += len(lost)
        return gone

    def link(self, cloud: str) -> int:
        found = 0
        for kind, records in _RECORDS.items():
            here = objects.c.cloud == cloud, objects.c.kind == kind
            theirs = records.c.id == objects.c.resource_id, records.c.backend_id != objects.c.native_id
            self.session.execute(update(objects).where(*here, *theirs).values(resource_id=None))
            for ours in (
                (records.c.backend_id == objects.c.native_id,),
                (records.c.id == objects.c.key, records.c.backend_id.is_(None)),
            ):
                loose = *here, objects.c.resource_id.is_(None), records.c.cloud == cloud, *ours
                linked = update(objects).where(*loose).values(resource_id=records.c.id)
                found += self.session.connection().execute(linked).rowcount
        return found

    def get(self, key: UUID) -> Recorded:
        found = self._some(_ROWS.where(objects.c.id == key))
        if not found:
            raise missing("inventory object", key)
        return found[0]

    def of(
        self, cloud: str, *, kind: ObjectKind | None = None, state: ObjectState | None = ObjectState.PRESENT
    ) -> Iterator[Recorded]:
        rows = _ROWS.where(objects.c.cloud == cloud).order_by(objects.c.kind, objects.c.native_id)
        if kind is not None:
            rows = rows.where(objects.c.kind == kind)
        if state is not None:
            rows = rows.where(objects.c.state == state)
        for row in self.session.execute(rows, execution_options={"yield_per": _AT_A_TIME}):
            yield Recorded(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it

    def vlans(self, cloud: str) -> Sequence[tuple[int, int]]:
        networks = self.of(cloud, kind=ObjectKind.NETWORK)
        return [taken for network in networks for taken in network.object.vlans]

    def some(self, keys: Collection[UUID]) -> Sequence[Recorded]:
        return [row for chunk in _chunks(keys) for row in self._some(_ROWS.where(objects.c.id.in_(chunk)))]

    def of_resources(self, resources: Collection[UUID]) -> dict[UUID, Recorded]:
        found: dict[UUID, Recorded] = {}
        for chunk in _chunks(resources):
            for row in self._some(_ROWS.where(objects.c.resource_id.in_(chunk))):
                if row.resource_id is not None:
                    found[row.resource_id] = row
        return found

    def _known(self, statement: Select[Any], cloud: str) -> dict[Identity, Known]:
        rows = self.session.connection().execute(statement, {"cloud": cloud})
        return {(row[0], row[1]): Known(*row[2:]) for row in rows}

    def _some(self, statement: Select[Any]) -> list[Recorded]:
        return [Recorded(**row) for row in self.session.execute(statement).mappings()]

    def _changes(self, sightings: Sequence[Sighting], actors: Mapping[str, str]) -> list[_Change]:
        """What differs from what is on record, for those that are."""
        known = {seen.id: seen for seen in sightings if seen.known is not None}
        changes = []
        for chunk in _chunks(known):
            before = select(objects.c.id, objects.c.facts, objects.c.state).where(objects.c.id.in_(chunk))
            for key, facts, state in self.session.connection().execute(before):
                after = known[key].object
                fields: dict[str, tuple[Any, Any]] = differences(facts, after)
                if state is not ObjectState.PRESENT:
                    fields |= _FOUND
                if fields:
                    changes.append(_change(key, fields, actors.get(after.native_id)))
        return changes

    def _history(self, cloud: str, changes: Sequence[_Change], source: Source) -> None:
        if changes:
            self._run("changes", changes, {"cloud": cloud, "now": self._now, "source": source.value})

    def _run(self, what: str, page: Sequence[Any], values: Mapping[str, Any]) -> None:
        statement = _STATEMENTS[self.session.get_bind().dialect.name, what]
        with translated():
            self.session.connection().execute(statement, {**values, "page": msgspec.json.encode(page).decode()})


def _change(key: UUID, fields: Mapping[str, tuple[Any, Any]], who: str | None) -> _Change:
    return _Change(new_id().hex, key.hex, msgspec.Raw(msgspec.json.encode(fields, order="deterministic")), who)


def _chunks(keys: Collection[Any]) -> Iterator[list[Any]]:
    every = list(keys)
    for start in range(0, len(every), _AT_A_TIME):
        yield every[start : start + _AT_A_TIME]


def _by_kind(identities: Collection[Identity]) -> dict[str, list[str]]:
    kinds: dict[str, list[str]] = {}
    for kind, native_id in identities:
        kinds.setdefault(kind, []).append(native_id)
    return kinds
