"""Telemetry: parts are added, and those that they replace are marked; a roster is stored once for all that share it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from hashlib import blake2b

from sqlalchemy import bindparam, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cloudctl.domain.errors import Contended
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.telemetry import DateKnown, DayRead
from cloudctl.persistence.repositories.records import unless_there
from cloudctl.persistence.tables import telemetry_dates, telemetry_reads, telemetry_rosters
from cloudctl.persistence.tables import telemetry_parts as kept
from cloudctl.persistence.types import Instant
from cloudctl.ports.histograms import Part

_HERE = kept.c.source == bindparam("of"), kept.c.day == bindparam("on_day"), kept.c.replaced_at.is_(None)
_PARTS = (
    select(
        kept.c.source, kept.c.metric, kept.c.day, kept.c.interval_s, kept.c.scale,
        telemetry_rosters.c.subjects.label("roster"), kept.c.figures, kept.c.counts, kept.c.seen, kept.c.id,
    )
    .join_from(kept, telemetry_rosters, telemetry_rosters.c.digest == kept.c.roster)
    .where(*_HERE)
)  # fmt: skip
_REPLACE = (
    update(kept)
    .where(kept.c.id == bindparam("known"), kept.c.replaced_at.is_(None))
    .values(replaced_at=bindparam("moment", type_=Instant))
)
_READS = select(telemetry_reads).where(
    telemetry_reads.c.source == bindparam("of"), telemetry_reads.c.day >= bindparam("since")
)
_READ_FIELDS = tuple(field.name for field in fields(DayRead))


class TelemetryRecords:
    """Implements `ports.repositories.telemetry.Telemetry`."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session = session
        self.now = now

    def parts(self, source: str, day: date) -> Sequence[Part]:
        rows = self.session.connection().execute(_PARTS, {"of": source, "on_day": day}).mappings()
        return [Part(**row) for row in rows]

    def put(self, parts: Sequence[Part]) -> None:
        if not parts:
            return
        connection = self.session.connection()
        rosters = {blake2b(part.roster, digest_size=16).digest(): part.roster for part in parts}
        connection.execute(
            unless_there(telemetry_rosters, connection.dialect.name),
            [{"digest": digest, "subjects": subjects} for digest, subjects in rosters.items()],
        )
        for known in (part.id for part in parts if part.id is not None):
            if not connection.execute(_REPLACE, {"known": known, "moment": self.now}).rowcount:
                raise _overtaken()
        try:
            connection.execute(insert(kept), [_row(part, self.now) for part in parts])
        except IntegrityError as error:
            raise _overtaken() from error

    def know(self, dates: Sequence[DateKnown]) -> None:
        if dates:
            connection = self.session.connection()
            statement = unless_there(telemetry_dates, connection.dialect.name)
            connection.execute(statement, [asdict(known) for known in dates])

    def reads(self, source: str, since: date) -> Mapping[date, DayRead]:
        rows = self.session.connection().execute(_READS, {"of": source, "since": since}).mappings()
        return {row["day"]: DayRead(**row) for row in rows}

    def note(self, read: DayRead) -> None:
        table, connection = telemetry_reads, self.session.connection()
        connection.execute(delete(table).where(table.c.source == read.source, table.c.day == read.day))
        connection.execute(insert(table), {name: getattr(read, name) for name in _READ_FIELDS})

    def forget_before(self, day: date, replaced_before: datetime) -> int:
        connection = self.session.connection()
        old = delete(kept).where(or_(kept.c.day < day, kept.c.replaced_at < replaced_before))
        dropped = connection.execute(old).rowcount
        if dropped:
            connection.execute(
                delete(telemetry_rosters).where(telemetry_rosters.c.digest.not_in(select(kept.c.roster).distinct()))
            )
        connection.execute(delete(telemetry_reads).where(telemetry_reads.c.day < day))
        return dropped


def _overtaken() -> Contended:
    return Contended("Somebody else has stored the same day just now.", way_out="Read the day again.")


def _row(part: Part, now: datetime) -> dict[str, object]:
    return {
        "id": new_id(), "source": part.source, "metric": part.metric, "day": part.day,
        "interval_s": part.interval_s, "scale": part.scale, "roster": blake2b(part.roster, digest_size=16).digest(),
        "stored_at": now, "replaced_at": None, "figures": part.figures, "counts": part.counts, "seen": part.seen,
    }  # fmt: skip
