"""Runs of playbooks: what waits, what is open, what they said and left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from cloudctl.domain.lifecycle_runs import OPEN
from cloudctl.domain.runs import Run, RunArtifact, RunBatch
from cloudctl.persistence.errors import translated
from cloudctl.persistence.repositories.outgoing import write_out
from cloudctl.persistence.repositories.records import Records
from cloudctl.persistence.tables import run_artifacts, run_events, run_hosts, runs

TURNS_LOCK = 0x72756E73  # any numbers that are used for nothing else
SAYING_LOCK = 0x72756E74
_SAY = insert(run_events)


class RunRecords(Records[Run]):
    """Runs of playbooks."""

    noun, what = Run, "run"

    def __init__(self, session: Session, now: datetime) -> None:
        super().__init__(session)
        self._now = now

    def add(self, entity: Run) -> None:
        """With its hosts, which are not its own yet."""
        super().add(entity)
        rows = [{"run_id": entity.id, "host_id": host, "claim": None} for host in entity.hosts]
        if rows:
            self.session.flush()
            self.session.execute(insert(run_hosts), rows)

    def lock(self, key: UUID) -> Run:
        return self._locked(key)

    def find(self, key: UUID) -> Run | None:
        return self.session.get(Run, key)

    def lock_turns(self) -> None:
        self._exclude(TURNS_LOCK)

    def waiting(self) -> Sequence[Run]:
        return self._all(select(Run).where(runs.c.state == "queued").order_by(runs.c.waits_since, runs.c.id))

    def going(self) -> Sequence[Run]:
        return self._all(select(Run).where(runs.c.state.in_(OPEN)).order_by(runs.c.id))

    def claim(self, run: Run) -> None:
        with translated():
            self.session.execute(
                update(run_hosts).where(run_hosts.c.run_id == run.id).values(claim=run_hosts.c.host_id)
            )

    def unclaim(self, run: Run) -> None:
        self.session.execute(update(run_hosts).where(run_hosts.c.run_id == run.id).values(claim=None))

    def say(self, run_id: UUID, batch: RunBatch) -> None:
        write_out(self.session)
        self.session.flush()
        self._exclude(SAYING_LOCK)
        row = {
            "run_id": run_id,
            "at": self._now,
            "events": batch.events,
            "dropped": batch.dropped,
            "state": batch.state,
        }
        self.session.execute(_SAY, row)

    def keep(self, run_id: UUID, artifact: RunArtifact) -> None:
        columns = run_artifacts.c
        self.session.execute(delete(run_artifacts).where(columns.run_id == run_id, columns.name == artifact.name))
        row = {name: getattr(artifact, name) for name in artifact.__struct_fields__}
        self.session.execute(insert(run_artifacts), {"run_id": run_id, **row})

    def artifacts(self, run_id: UUID) -> Sequence[RunArtifact]:
        fields = [run_artifacts.c[name] for name in RunArtifact.__struct_fields__]
        mine = select(*fields).where(run_artifacts.c.run_id == run_id).order_by(run_artifacts.c.name)
        return [RunArtifact(**row) for row in self.session.execute(mine).mappings()]

    def _exclude(self, number: int) -> None:
        """SQLite has one writer anyway."""
        if self.session.get_bind().dialect.name == "postgresql":
            self.session.execute(select(func.pg_advisory_xact_lock(number)))
