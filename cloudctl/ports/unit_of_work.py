"""The one boundary that commits.

    with ctx.unit_of_work(request) as uow:
        order = uow.orders.get(order_id)
        order.advance("sign_off")
        uow.audit("update/sign-off", "order", order.id, ...)

Leaving the block without an exception flushes and commits; with one, everything is rolled back, an enqueued saga
included. No network call may be made inside.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable
from contextlib import AbstractContextManager
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self, TypeVar
from uuid import UUID

from cloudctl.domain.accounts import Actor
from cloudctl.domain.limits import Timetable
from cloudctl.domain.progress import ProgressLine
from cloudctl.ports.repositories.access_grants import AccessGrants
from cloudctl.ports.repositories.accesses import Accesses
from cloudctl.ports.repositories.accounts import Accounts, Tokens
from cloudctl.ports.repositories.adoptions import AdoptionRules, Adoptions
from cloudctl.ports.repositories.apps import AppActs, AppBackups, Apps
from cloudctl.ports.repositories.assessments import Assessments
from cloudctl.ports.repositories.attachments import Attachments
from cloudctl.ports.repositories.authorities import Authorities, Certificates
from cloudctl.ports.repositories.backups import Backups
from cloudctl.ports.repositories.calendars import CalendarDays
from cloudctl.ports.repositories.campaigns import Campaigns, Stops
from cloudctl.ports.repositories.capacity import Capacity
from cloudctl.ports.repositories.cards import Cards
from cloudctl.ports.repositories.cases import Cases
from cloudctl.ports.repositories.catalogue import Catalogue
from cloudctl.ports.repositories.channels import Channels
from cloudctl.ports.repositories.checks import Checks, Incidents, Maintenance
from cloudctl.ports.repositories.clearings import AnswerLinks, Clearings, CloseLines
from cloudctl.ports.repositories.clocks import Clocks
from cloudctl.ports.repositories.clouds import Clouds
from cloudctl.ports.repositories.colocations import Colocations
from cloudctl.ports.repositories.departments import Departments, Tenants
from cloudctl.ports.repositories.dependencies import Dependencies
from cloudctl.ports.repositories.deputies import Deputies
from cloudctl.ports.repositories.devices import Devices
from cloudctl.ports.repositories.drift import Drift
from cloudctl.ports.repositories.emergencies import Emergencies
from cloudctl.ports.repositories.evidence import EvidenceRecords
from cloudctl.ports.repositories.exemptions import Exemptions
from cloudctl.ports.repositories.freezes import Freezes
from cloudctl.ports.repositories.hosts import Hosts
from cloudctl.ports.repositories.imports import Imports
from cloudctl.ports.repositories.indicators import Snapshots
from cloudctl.ports.repositories.inventory import InventoryObjects
from cloudctl.ports.repositories.letters import Letters
from cloudctl.ports.repositories.notices import Notices
from cloudctl.ports.repositories.opinions import Opinions
from cloudctl.ports.repositories.orders import Orders
from cloudctl.ports.repositories.prefixes import Prefixes
from cloudctl.ports.repositories.purposes import Purposes
from cloudctl.ports.repositories.quotas import Quotas
from cloudctl.ports.repositories.racks import Racks
from cloudctl.ports.repositories.ratings import Ratings
from cloudctl.ports.repositories.register import RegisterRows
from cloudctl.ports.repositories.reminders import Reminders
from cloudctl.ports.repositories.resources import Resources
from cloudctl.ports.repositories.returns import Returns
from cloudctl.ports.repositories.rooms import Rooms
from cloudctl.ports.repositories.runs import Runs
from cloudctl.ports.repositories.secrets import Secrets
from cloudctl.ports.repositories.shadows import Shadows, Sweeps
from cloudctl.ports.repositories.successions import Successions
from cloudctl.ports.repositories.syncs import Syncs
from cloudctl.ports.repositories.systems import Systems
from cloudctl.ports.repositories.telemetry import Telemetry
from cloudctl.ports.repositories.transfers import Transfers
from cloudctl.ports.repositories.usage import UsageSamples
from cloudctl.ports.repositories.verdicts import Scans, Verdicts, ZombiePolicies
from cloudctl.ports.repositories.waste import Waste
from cloudctl.ports.repositories.waves import Moves, MoveSteps, Readinesses, Slips, Waves
from cloudctl.ports.repositories.zombie_exemptions import ZombieExemptions

A = TypeVar("A")


class UnitOfWork(Protocol):
    """One transaction; see the module's docstring."""

    @property
    def actor(self) -> Actor: ...
    @property
    def now(self) -> datetime:
        """The time at which the transaction began: the same for all it writes."""
        ...

    @property
    def departments(self) -> Departments: ...
    @property
    def accounts(self) -> Accounts: ...
    @property
    def tokens(self) -> Tokens: ...
    @property
    def systems(self) -> Systems: ...
    @property
    def dependencies(self) -> Dependencies: ...
    @property
    def reminders(self) -> Reminders: ...
    @property
    def register_rows(self) -> RegisterRows: ...
    @property
    def catalogue(self) -> Catalogue: ...
    @property
    def rooms(self) -> Rooms: ...
    @property
    def racks(self) -> Racks: ...
    @property
    def devices(self) -> Devices: ...
    @property
    def colocations(self) -> Colocations: ...
    @property
    def accesses(self) -> Accesses: ...
    @property
    def clouds(self) -> Clouds: ...
    @property
    def capacity(self) -> Capacity: ...
    @property
    def orders(self) -> Orders: ...
    @property
    def resources(self) -> Resources: ...
    @property
    def tenants(self) -> Tenants: ...
    @property
    def quotas(self) -> Quotas: ...
    @property
    def prefixes(self) -> Prefixes: ...
    @property
    def exemptions(self) -> Exemptions: ...
    @property
    def ratings(self) -> Ratings: ...
    @property
    def evidence(self) -> EvidenceRecords: ...
    @property
    def verdicts(self) -> Verdicts: ...
    @property
    def zombie_scans(self) -> Scans: ...
    @property
    def zombie_policies(self) -> ZombiePolicies: ...
    @property
    def purposes(self) -> Purposes: ...
    @property
    def zombie_exemptions(self) -> ZombieExemptions: ...
    @property
    def hosts(self) -> Hosts: ...
    @property
    def runs(self) -> Runs: ...
    @property
    def secrets(self) -> Secrets: ...
    @property
    def authorities(self) -> Authorities: ...
    @property
    def certificates(self) -> Certificates: ...
    @property
    def access_grants(self) -> AccessGrants: ...
    @property
    def telemetry(self) -> Telemetry: ...
    @property
    def usage(self) -> UsageSamples: ...
    @property
    def snapshots(self) -> Snapshots: ...
    @property
    def cases(self) -> Cases: ...
    @property
    def campaigns(self) -> Campaigns: ...
    @property
    def stops(self) -> Stops: ...
    @property
    def clearings(self) -> Clearings: ...
    @property
    def close_lines(self) -> CloseLines: ...
    @property
    def answer_links(self) -> AnswerLinks: ...
    @property
    def backups(self) -> Backups: ...
    @property
    def drift(self) -> Drift: ...
    @property
    def deputies(self) -> Deputies: ...
    @property
    def emergencies(self) -> Emergencies: ...
    @property
    def transfers(self) -> Transfers: ...
    @property
    def attachments(self) -> Attachments: ...
    @property
    def notices(self) -> Notices: ...
    @property
    def opinions(self) -> Opinions: ...
    @property
    def returns(self) -> Returns: ...
    @property
    def letters(self) -> Letters: ...
    @property
    def channels(self) -> Channels: ...
    @property
    def calendar_days(self) -> CalendarDays: ...
    @property
    def freezes(self) -> Freezes: ...
    @property
    def clocks(self) -> Clocks: ...
    @property
    def cards(self) -> Cards: ...
    @property
    def timetable(self) -> Timetable:
        """The time limits in force."""
        ...

    @property
    def imports(self) -> Imports: ...
    @property
    def adoption_rules(self) -> AdoptionRules: ...
    @property
    def adoptions(self) -> Adoptions: ...
    @property
    def inventory(self) -> InventoryObjects: ...
    @property
    def syncs(self) -> Syncs: ...
    @property
    def assessments(self) -> Assessments: ...
    @property
    def waves(self) -> Waves: ...
    @property
    def moves(self) -> Moves: ...
    @property
    def move_steps(self) -> MoveSteps: ...
    @property
    def slips(self) -> Slips: ...
    @property
    def readiness(self) -> Readinesses: ...
    @property
    def successions(self) -> Successions: ...
    @property
    def shadows(self) -> Shadows: ...
    @property
    def sweeps(self) -> Sweeps: ...
    @property
    def waste(self) -> Waste: ...
    @property
    def apps(self) -> Apps: ...
    @property
    def app_acts(self) -> AppActs: ...
    @property
    def app_backups(self) -> AppBackups: ...
    @property
    def checks(self) -> Checks: ...
    @property
    def incidents(self) -> Incidents: ...
    @property
    def maintenance(self) -> Maintenance: ...

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
        """Puts one audit event on record, with the request's actor and id."""
        ...

    def because(self, reason: str) -> None:
        """Why the register changes from here on: kept with every version that this transaction writes."""
        ...

    def progress(self, line: ProgressLine) -> None:
        """Puts one line on record for streams and the order's history."""
        ...

    def start(self, saga: str, workflow_id: str, *ids: str, queue_key: str) -> None:
        """Enqueues a saga in this transaction; `queue_key` (an order's lane, a cloud's code) shares a limit."""
        ...

    def foresee(self, orders: Collection[UUID]) -> None:
        """Deciding on these orders, all locked, comes next: reads for all of them at once what that will ask for.

        What deciding does not change (people, clouds, policies' facts) is read once from here on.
        """
        ...

    def once(self, key: Hashable, work: Callable[[], A]) -> A:
        """What `work` answers, which depends on `key` alone: after `foresee` it is asked once, by whoever comes first.

        The answer is shared, so nobody changes it.
        """
        ...

    def together(self) -> AbstractContextManager[None]:
        """A part whose writes go out at its end, many rows at once: what a record conflicts with shows only there."""
        ...

    def attempt(self) -> AbstractContextManager[None]:
        """A part that stands or falls by itself: an error undoes the part, is raised, and the rest can go on."""
        ...

    def check_version(self, entity: object, expected: int | None) -> None:
        """Raises Stale when `expected` is given (If-Match) and is not the entity's version."""
        ...

    def answer(self, result: A) -> A:
        """Keeps the rendered, sealed answer under the request's Idempotency-Key, if it has one; gives `result` back."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
