"""What a use case or a step is given: the outside, already chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from cloudctl.domain.accounts import PLATFORM, Actor
from cloudctl.domain.app_limits import AppLimits
from cloudctl.domain.backup_plans import BackupPlans
from cloudctl.domain.blueprints import Catalogue
from cloudctl.domain.check_limits import CheckLimits
from cloudctl.domain.measures import Measures
from cloudctl.domain.retention import RetentionRule
from cloudctl.domain.runs import Room
from cloudctl.domain.savings import PriceBook
from cloudctl.domain.shadows import ShadowRules
from cloudctl.domain.syncs import Rhythm
from cloudctl.domain.waste import WasteRules
from cloudctl.domain.waves import WaveRules
from cloudctl.domain.zombies import ZombiePolicy
from cloudctl.ports.authority import Authority
from cloudctl.ports.automation import Automation
from cloudctl.ports.certifier import Certifier
from cloudctl.ports.clock import Clock
from cloudctl.ports.clouds import Clouds
from cloudctl.ports.doors import Doors
from cloudctl.ports.engine import Workflows
from cloudctl.ports.files import Files
from cloudctl.ports.histograms import Histograms
from cloudctl.ports.host_keys import HostKeys
from cloudctl.ports.metrics import MetricSources, PointFiles
from cloudctl.ports.names import Names
from cloudctl.ports.netbox import Netbox
from cloudctl.ports.notifier import Notifier
from cloudctl.ports.printer import Printer
from cloudctl.ports.probes import Probes
from cloudctl.ports.queries import Queries
from cloudctl.ports.rules import Rules
from cloudctl.ports.secrets import Secrets
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.ports.workbooks import Workbooks

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request that is being handled, for log lines; None outside of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Idempotency:
    """A request's Idempotency-Key: `fingerprint` is a digest of method, path and body; `render` makes the answer."""

    account_id: UUID
    key: str
    fingerprint: bytes
    render: Callable[[Any], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Where an act comes from: who, under which request id, and with which Idempotency-Key, if any."""

    actor: Actor
    request_id: str
    idempotency: Idempotency | None = None

    @property
    def beside(self) -> Request:
        """The same act in a transaction beside the one that its Idempotency-Key stands for."""
        return Request(actor=self.actor, request_id=self.request_id)


def platform(job: str) -> Request:
    """A request of the platform itself."""
    return Request(actor=PLATFORM, request_id=job)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The installation's own figures (settings.py), as far as use cases need them."""

    retention: RetentionRule = field(default_factory=RetentionRule)
    protect_from_mlps: int = 3
    prefix_cool_down_days: int = 7
    default_quota: int = 0
    settle_s: float = 10.0
    poll_s: float = 2.0
    step_budget_s: float = 1800.0
    retry_attempts: int = 6
    parallel: int = 10
    max_token_days: int = 365
    rhythm: Rhythm = field(default_factory=Rhythm)
    orphan_days: int = 7
    public_url: str = "http://localhost"
    telemetry_days: int = 400
    telemetry_back_days: int = 90
    usage_every_s: int = 300
    usage_days: int = 7
    certificate_hours: int = 8
    first_boot: bool = True
    runs: Room = field(default_factory=lambda: Room(at_once=4, per_zone=4))
    apps: AppLimits = field(default_factory=AppLimits)
    checks: CheckLimits = field(default_factory=CheckLimits)


class Context(Protocol):
    """Given to every service and step; made by `bootstrap`."""

    @property
    def clock(self) -> Clock: ...
    @property
    def clouds(self) -> Clouds: ...
    @property
    def rules(self) -> Rules: ...
    @property
    def room_rules(self) -> Rules:
        """Those about machine rooms; their facts are `policy.facts.RoomFacts`."""
        ...

    @property
    def app_rules(self) -> Rules:
        """Those about applications; their facts are `policy.facts.AppFacts`."""
        ...

    @property
    def blueprints(self) -> Catalogue:
        """The applications that can be deployed."""
        ...

    @property
    def names(self) -> Names: ...
    @property
    def doors(self) -> Doors: ...
    @property
    def secrets(self) -> Secrets: ...
    @property
    def authority(self) -> Authority: ...
    @property
    def certifier(self) -> Certifier | None: ...
    @property
    def automation(self) -> Automation: ...
    @property
    def host_keys(self) -> HostKeys: ...
    @property
    def queries(self) -> Queries: ...
    @property
    def workflows(self) -> Workflows: ...
    @property
    def notifier(self) -> Notifier: ...
    @property
    def files(self) -> Files: ...
    @property
    def workbooks(self) -> Workbooks: ...
    @property
    def netbox(self) -> Netbox: ...
    @property
    def printer(self) -> Printer: ...
    @property
    def limits(self) -> Limits: ...
    @property
    def measures(self) -> Measures:
        """How long evidence counts, how indicators are defined, how departments are ranked."""
        ...

    @property
    def probes(self) -> Probes: ...
    @property
    def assessment_rules(self) -> Rules:
        """Those about what becomes of systems; their facts are `policy.facts.AssessmentFacts`."""
        ...

    @property
    def wave_rules(self) -> WaveRules: ...
    @property
    def histograms(self) -> Histograms: ...
    @property
    def metrics(self) -> MetricSources: ...
    @property
    def point_files(self) -> PointFiles: ...
    @property
    def shadow_rules(self) -> ShadowRules: ...
    @property
    def waste_rules(self) -> WasteRules: ...
    @property
    def backup_plans(self) -> BackupPlans: ...
    @property
    def zombie_policies(self) -> Mapping[str, ZombiePolicy]:
        """Those about zombie systems, by name; the shipped one is `default`."""
        ...

    @property
    def price_book(self) -> PriceBook:
        """What things cost, and the lines of the savings ledger."""
        ...

    def unit_of_work(self, request: Request) -> UnitOfWork:
        """A transaction for one act of `request.actor`: a context manager that commits when its block ends well."""
        ...


class Replayed(Exception):
    """The same request came again: `answer` is what it was told then, as rendered bytes."""

    def __init__(self, answer: bytes) -> None:
        super().__init__("answered before")
        self.answer = answer
