"""The transaction of one act.

    factory = UnitOfWorkFactory(engine=engines.write, secrets=secrets, clock=clock, enqueue=enqueue)
    with factory(request) as uow:
        uow.departments.add(department)

Idempotency. The key's row is inserted first, so a duplicate waits for whoever has the key: it then gets the stored
answer (`Replayed`), IdempotencyMismatch for another body, or Conflict where no answer was kept. If the first is rolled
back, its key goes with it and the duplicate does the work.

Deputies. Whether a deputy's appointment stands is asked once more just before the commit, by the clock of that moment.

Progress. Lines are written last. On PostgreSQL a lock that ends with the transaction comes just before them, so their
`seq` rises in the order of commits and a reader's cursor passes no line that appears later. What waits is the short end
of a transaction only; SQLite has one writer anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Self, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Engine, func, insert, select, update
from sqlalchemy.orm import Session

from cloudctl.domain.accounts import Actor
from cloudctl.domain.audit import event
from cloudctl.domain.deputies import ended
from cloudctl.domain.errors import Conflict, IdempotencyMismatch
from cloudctl.domain.limits import NO_LIMITS, Timetable
from cloudctl.domain.progress import ProgressLine
from cloudctl.persistence.errors import in_domain_words, stale, translated
from cloudctl.persistence.repositories.access_grants import AccessGrantRecords
from cloudctl.persistence.repositories.accesses import AccessRecords
from cloudctl.persistence.repositories.accounts import AccountRecords, TokenRecords
from cloudctl.persistence.repositories.adoptions import AdoptionRecords, AdoptionRuleRecords
from cloudctl.persistence.repositories.apps import AppActRecords, AppBackupRecords, AppRecords
from cloudctl.persistence.repositories.assessments import AssessmentRecords
from cloudctl.persistence.repositories.attachments import AttachmentRecords
from cloudctl.persistence.repositories.authorities import AuthorityRecords, CertificateRecords
from cloudctl.persistence.repositories.backups import BackupRecords
from cloudctl.persistence.repositories.calendars import CalendarDayRecords, FreezeRecords
from cloudctl.persistence.repositories.campaigns import CampaignRecords, StopRecords
from cloudctl.persistence.repositories.capacity import CapacityRecords
from cloudctl.persistence.repositories.cases import CaseRecords
from cloudctl.persistence.repositories.catalogue import CatalogueRecords
from cloudctl.persistence.repositories.channels import ChannelRecords
from cloudctl.persistence.repositories.checks import CheckRecords, IncidentRecords, MaintenanceRecords
from cloudctl.persistence.repositories.clearings import AnswerLinkRecords, ClearingRecords, CloseLineRecords
from cloudctl.persistence.repositories.clocks import CardRecords, ClockRecords
from cloudctl.persistence.repositories.clouds import CloudRecords
from cloudctl.persistence.repositories.colocations import ColocationRecords
from cloudctl.persistence.repositories.departments import DepartmentRecords, TenantRecords
from cloudctl.persistence.repositories.dependencies import DependencyRecords
from cloudctl.persistence.repositories.deputies import DeputyRecords
from cloudctl.persistence.repositories.devices import DeviceRecords
from cloudctl.persistence.repositories.drift import DriftRecords
from cloudctl.persistence.repositories.emergencies import EmergencyRecords
from cloudctl.persistence.repositories.evidence import EvidenceRecords
from cloudctl.persistence.repositories.exemptions import ExemptionRecords
from cloudctl.persistence.repositories.foresight import foresee, remembered, together
from cloudctl.persistence.repositories.hosts import HostRecords
from cloudctl.persistence.repositories.imports import ImportRecords
from cloudctl.persistence.repositories.indicators import SnapshotRecords
from cloudctl.persistence.repositories.inventory import InventoryRecords
from cloudctl.persistence.repositories.letters import LetterRecords
from cloudctl.persistence.repositories.notices import NoticeRecords
from cloudctl.persistence.repositories.opinions import OpinionRecords
from cloudctl.persistence.repositories.orders import OrderRecords
from cloudctl.persistence.repositories.outgoing import append, drop, hand_over, write_out
from cloudctl.persistence.repositories.prefixes import PrefixRecords
from cloudctl.persistence.repositories.purposes import PurposeRecords
from cloudctl.persistence.repositories.quotas import Ledger
from cloudctl.persistence.repositories.racks import RackRecords
from cloudctl.persistence.repositories.ratings import RatingRecords
from cloudctl.persistence.repositories.records import insert_unless_there
from cloudctl.persistence.repositories.register import RegisterRowRecords
from cloudctl.persistence.repositories.reminders import ReminderRecords
from cloudctl.persistence.repositories.resources import ResourceRecords
from cloudctl.persistence.repositories.returns import ReturnRecords
from cloudctl.persistence.repositories.rooms import RoomRecords
from cloudctl.persistence.repositories.runs import RunRecords
from cloudctl.persistence.repositories.secrets import SecretRecords
from cloudctl.persistence.repositories.shadows import ShadowRecords, SweepRecords
from cloudctl.persistence.repositories.successions import SuccessionRecords
from cloudctl.persistence.repositories.syncs import SyncRecords
from cloudctl.persistence.repositories.systems import SystemRecords
from cloudctl.persistence.repositories.telemetry import TelemetryRecords
from cloudctl.persistence.repositories.transfers import TransferRecords
from cloudctl.persistence.repositories.usage import UsageRecords
from cloudctl.persistence.repositories.verdicts import ScanRecords, VerdictRecords, ZombiePolicyRecords
from cloudctl.persistence.repositories.waste import WasteRecords
from cloudctl.persistence.repositories.waves import (
    MoveRecords,
    MoveStepRecords,
    ReadinessRecords,
    SlipRecords,
    WaveRecords,
)
from cloudctl.persistence.repositories.zombie_exemptions import ZombieExemptionRecords
from cloudctl.persistence.tables import audit_events, idempotency_keys, progress_lines
from cloudctl.persistence.versions import RegisterSession, Trace, because, guarded, trace
from cloudctl.ports.clock import Clock
from cloudctl.ports.context import Idempotency, Replayed, Request
from cloudctl.ports.engine import Start
from cloudctl.ports.secrets import Secrets
from cloudctl.ports.unit_of_work import UnitOfWork

A = TypeVar("A")

Enqueue = Callable[[Connection, Sequence[Start]], None]
"""Puts sagas into their queue within the connection's transaction."""

_LINE = [column.name for column in progress_lines.c if column.name != "seq"]
_INTO_PROGRESS = insert(progress_lines)
PROGRESS_LOCK = 0x636C6F7564  # any number that is used for nothing else


class DatabaseUnitOfWork:
    """Implements `ports.unit_of_work.UnitOfWork`; made by `UnitOfWorkFactory`."""

    def __init__(self, factory: UnitOfWorkFactory, request: Request) -> None:
        self._factory = factory
        self._request = request
        self._lines: list[ProgressLine] = []

    @property
    def actor(self) -> Actor:
        return self._request.actor

    def __enter__(self) -> Self:
        self.now: datetime = self._factory.clock.now()
        self.session = session = RegisterSession(self._factory.guarded, expire_on_commit=False)
        trace(session, Trace(self.now, self.actor.account_id, self.actor.name, self._request.request_id))
        self.departments = DepartmentRecords(session)
        self.accounts = AccountRecords(session)
        self.tokens = TokenRecords(session)
        self.register_rows = RegisterRowRecords(session)
        self.catalogue = CatalogueRecords(session)
        self.clouds = CloudRecords(session)
        self.capacity = CapacityRecords(session)
        self.orders = OrderRecords(session)
        self.resources = ResourceRecords(session)
        self.tenants = TenantRecords(session)
        self.quotas = Ledger(session, self.now, self._factory.default_quota)
        self.prefixes = PrefixRecords(session)
        self.exemptions = ExemptionRecords(session)
        self.attachments = AttachmentRecords(session)
        self.deputies = DeputyRecords(session)
        self.emergencies = EmergencyRecords(session)
        self.transfers = TransferRecords(session)
        self.notices = NoticeRecords(session)
        self.opinions = OpinionRecords(session)
        self.returns = ReturnRecords(session)
        self.letters = LetterRecords(session)
        self.channels = ChannelRecords(session)
        self.calendar_days = CalendarDayRecords(session)
        self.freezes = FreezeRecords(session)
        self.clocks = ClockRecords(session)
        self.cards = CardRecords(session)
        self.timetable = self._factory.timetable
        self.ratings = RatingRecords(session)
        self.evidence = EvidenceRecords(session)
        self.snapshots = SnapshotRecords(session)
        self.cases = CaseRecords(session)
        self._open_inventory(session)
        self._open_register(session)
        self._open_consolidation(session)
        self._open_zombies(session)
        self._open_clearings(session)
        self._open_hosts(session)
        self._open_apps(session)
        try:
            with translated():
                self._take_key()
        except BaseException:
            session.close()
            raise
        return self

    def _open_inventory(self, session: Session) -> None:
        self.imports = ImportRecords(session)
        self.adoption_rules = AdoptionRuleRecords(session)
        self.adoptions = AdoptionRecords(session)
        self.drift = DriftRecords(session, self.now)
        self.inventory = InventoryRecords(session, self.now)
        self.syncs = SyncRecords(session)

    def _open_register(self, session: Session) -> None:
        self.systems = SystemRecords(session)
        self.dependencies = DependencyRecords(session)
        self.reminders = ReminderRecords(session, self.now)
        self.rooms = RoomRecords(session)
        self.racks = RackRecords(session)
        self.devices = DeviceRecords(session)
        self.colocations = ColocationRecords(session)
        self.accesses = AccessRecords(session)

    def _open_hosts(self, session: Session) -> None:
        self.hosts = HostRecords(session)
        self.runs = RunRecords(session, self.now)
        self.secrets = SecretRecords(session)
        self.authorities = AuthorityRecords(session)
        self.certificates = CertificateRecords(session)
        self.access_grants = AccessGrantRecords(session)

    def _open_clearings(self, session: Session) -> None:
        self.campaigns = CampaignRecords(session)
        self.stops = StopRecords(session)
        self.clearings = ClearingRecords(session)
        self.close_lines = CloseLineRecords(session)
        self.answer_links = AnswerLinkRecords(session)
        self.backups = BackupRecords(session)

    def _open_consolidation(self, session: Session) -> None:
        self.assessments = AssessmentRecords(session)
        self.waves = WaveRecords(session)
        self.moves = MoveRecords(session)
        self.move_steps = MoveStepRecords(session)
        self.slips = SlipRecords(session)
        self.readiness = ReadinessRecords(session)
        self.successions = SuccessionRecords(session)
        self.shadows = ShadowRecords(session)
        self.sweeps = SweepRecords(session)
        self.waste = WasteRecords(session)

    def _open_apps(self, session: Session) -> None:
        self.apps = AppRecords(session)
        self.app_acts = AppActRecords(session)
        self.app_backups = AppBackupRecords(session)
        self.checks = CheckRecords(session)
        self.incidents = IncidentRecords(session)
        self.maintenance = MaintenanceRecords(session)

    def _open_zombies(self, session: Session) -> None:
        self.telemetry = TelemetryRecords(session, self.now)
        self.usage = UsageRecords(session)
        self.verdicts = VerdictRecords(session)
        self.zombie_scans = ScanRecords(session)
        self.zombie_policies = ZombiePolicyRecords(session)
        self.purposes = PurposeRecords(session)
        self.zombie_exemptions = ZombieExemptionRecords(session)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self.session:
            if error is None:
                with translated():
                    self._confirm_deputy()
                    write_out(self.session)
                    self._write_progress()
                    self.session.commit()
            elif known := in_domain_words(error):
                self.session.rollback()
                raise known from error

    def audit(
        self,
        action: str,
        target_kind: str,
        target_id: object,
        *,
        department_id: UUID | None = None,
        before: dict[str, object] | None = None,
        after: dict[str, object] | None = None,
        reason: str | None = None,
    ) -> None:
        told = event(
            at=self.now,
            actor=self.actor,
            action=action,
            target_kind=target_kind,
            target_id=target_id,
            department_id=department_id,
            before=before,
            after=after,
            reason=reason,
            request_id=self._request.request_id,
        )
        append(self.session, audit_events, told)

    def because(self, reason: str) -> None:
        because(self.session, reason)

    def progress(self, line: ProgressLine) -> None:
        self._lines.append(line)

    def start(self, saga: str, workflow_id: str, *ids: str, queue_key: str) -> None:
        hand_over(self.session, self._factory.enqueue, Start(saga, workflow_id, ids, queue_key))

    def foresee(self, orders: Collection[UUID]) -> None:
        foresee(self.session)
        for records in (
            self.quotas, self.resources, self.prefixes, self.opinions, self.clocks, self.returns,
            self.colocations, self.accesses,
        ):  # fmt: skip
            records.foresee(orders)

    def once(self, key: Hashable, work: Callable[[], A]) -> A:
        return remembered(self.session, ("once", key), work)

    @contextmanager
    def together(self) -> Iterator[None]:
        with translated(), together(self.session):
            yield

    @contextmanager
    def attempt(self) -> Iterator[None]:
        lines = len(self._lines)
        try:
            with translated():
                write_out(self.session)
                with self.session.begin_nested():
                    yield
                    write_out(self.session)
        except BaseException:
            drop(self.session)
            del self._lines[lines:]
            raise

    def check_version(self, entity: object, expected: int | None) -> None:
        if expected is not None and getattr(entity, "version") != expected:  # noqa: B009 - nouns share no base
            raise stale()

    def answer(self, result: A) -> A:
        asked = self._request.idempotency
        if asked is not None:
            with translated():
                self.session.flush()  # the answer shows versions as they will be committed
            sealed = self._factory.secrets.seal(asked.render(result))
            self.session.execute(update(idempotency_keys).where(*_row(asked)).values(answer=sealed))
        return result

    def _take_key(self) -> None:
        asked = self._request.idempotency
        if asked is None:
            return
        row = {
            "account_id": asked.account_id,
            "key": asked.key,
            "fingerprint": asked.fingerprint,
            "created_at": self.now,
        }
        if not insert_unless_there(self.session, idempotency_keys, row):
            self._replay(asked)

    def _replay(self, asked: Idempotency) -> None:
        """Raises what a key that was used before leads to."""
        stored = select(idempotency_keys.c.fingerprint, idempotency_keys.c.answer).where(*_row(asked))
        fingerprint, answer = self.session.execute(stored).one()
        if fingerprint != asked.fingerprint:
            raise IdempotencyMismatch(
                "The key was used for another request.",
                field="Idempotency-Key",
                way_out="Use a new key for a new request.",
            )
        if answer is None:
            raise Conflict(
                "A request with this key was handled and its answer not kept.",
                field="Idempotency-Key",
                way_out="Look whether it had its effect; if not, send it with a new key.",
            )
        raise Replayed(self._factory.secrets.open(answer))

    def _confirm_deputy(self) -> None:
        """Refuses what a deputy began while the appointment stood and would commit after its end."""
        actor = self.actor
        if actor.deputy_id is not None and not self.deputies.in_force(actor.deputy_id, self._factory.clock.now()):
            raise ended(actor.for_name or "")

    def _write_progress(self) -> None:
        if not self._lines:
            return
        self.session.flush()
        if self.session.get_bind().dialect.name == "postgresql":
            self.session.execute(select(func.pg_advisory_xact_lock(PROGRESS_LOCK)))
        rows = [{name: getattr(line, name) for name in _LINE} for line in self._lines]
        self.session.connection().execute(_INTO_PROGRESS, rows)  # one after the other: the order of `seq`


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitOfWorkFactory:
    """Makes units of work on one engine.

    `default_quota` is the limit of a department that was given none, `timetable` the limits of the steps of orders.
    """

    engine: Engine
    secrets: Secrets
    clock: Clock
    enqueue: Enqueue
    default_quota: int = 0
    timetable: Timetable = NO_LIMITS
    guarded: Engine = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "guarded", guarded(self.engine))

    def __call__(self, request: Request) -> UnitOfWork:
        return DatabaseUnitOfWork(self, request)


def _row(asked: Idempotency) -> tuple[ColumnElement[bool], ...]:
    return idempotency_keys.c.account_id == asked.account_id, idempotency_keys.c.key == asked.key
