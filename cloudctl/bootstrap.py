"""The only file that picks adapters: settings in, a wired application out.

    app = build(settings.load())
    app.prepare()                # schema up to date, engine's tables, first admin
    app.start_worker()           # on SQLite in the one process; on PostgreSQL in each worker
    ...
    app.stop()

`build` connects to nothing. Tests pass their own clock, clouds or notifier, and policies that they have read once.
"""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from cloudctl.automation.player import Container
from cloudctl.automation.runner import BLUEPRINTS, AnsibleAutomation, shipped
from cloudctl.documents.papers import PdfPrinter
from cloudctl.documents.workbooks import ExcelWorkbooks
from cloudctl.domain.backup_plans import BackupPlans
from cloudctl.domain.blueprints import Catalogue
from cloudctl.domain.clouds import Admission
from cloudctl.domain.errors import ConfigurationError
from cloudctl.domain.measures import Measures
from cloudctl.domain.notices import MAIL
from cloudctl.domain.savings import PriceBook
from cloudctl.domain.shadows import ShadowRules
from cloudctl.domain.waste import WasteRules
from cloudctl.domain.waves import WaveRules
from cloudctl.domain.zombies import ZombiePolicy
from cloudctl.engine import Engine, QueueSettings, WorkflowClient, connect, enqueuer, migrate, open_database
from cloudctl.engine.leases import exclusivity, liveness
from cloudctl.engine.schedules import Ticker
from cloudctl.files import open_files
from cloudctl.hosting import catalogue
from cloudctl.jobs import regular
from cloudctl.limits import of_settings
from cloudctl.names.by_hand import NamesByHand
from cloudctl.names.updates import UpdatedNames
from cloudctl.netbox.reader import HttpNetbox
from cloudctl.notifications.logs import Log
from cloudctl.notifications.mail import Mail, MailSettings
from cloudctl.notifications.messengers import Messenger
from cloudctl.notifications.post import Carrier, Post
from cloudctl.persistence.engines import Engines, open_engines
from cloudctl.persistence.mapping import map_domain
from cloudctl.persistence.migrations import check, upgrade
from cloudctl.persistence.queries.database import DatabaseQueries
from cloudctl.persistence.unit_of_work import UnitOfWorkFactory
from cloudctl.policy.policies import Policies
from cloudctl.policy.policies import load as load_policies
from cloudctl.policy.registry import shipped as shipped_policies
from cloudctl.ports.authority import Authority
from cloudctl.ports.automation import Automation
from cloudctl.ports.certifier import Certifier
from cloudctl.ports.clock import Clock
from cloudctl.ports.clouds import Clouds
from cloudctl.ports.context import Limits, Request, platform
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
from cloudctl.providers.registry import ProviderRegistry, Simulation
from cloudctl.secrets.authority import CryptographyAuthority
from cloudctl.secrets.host_keys import ScannedHostKeys
from cloudctl.secrets.keys import choose
from cloudctl.secrets.redact import redact, redact_text
from cloudctl.secrets.sealing import Sealing
from cloudctl.services import clouds as registered
from cloudctl.services import first_start
from cloudctl.settings import Settings
from cloudctl.telemetry.clouds import of_clouds
from cloudctl.telemetry.doors import NetworkDoors
from cloudctl.telemetry.files import FilePoints
from cloudctl.telemetry.histograms import NumpyHistograms
from cloudctl.telemetry.probes import NetworkProbes
from cloudctl.telemetry.sources import Sources, prometheuses
from cloudctl.workflows import SAGAS

log = logging.getLogger(__name__)
DRAIN_S = 20.0
MOST_JOBS = 29  # at once; each that is under way keeps a connection for its lock
PAGE_PORTS = (80, 443)
COLLECT_AFTER = (20_000, 20, 50)  # new objects; collections of the younger generation


class SystemClock:
    """ports.clock.Clock on the machine's own clocks."""

    def now(self) -> datetime:
        """The present in UTC."""
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        """For waiting."""
        return monotonic()

    def sleep(self, seconds: float) -> None:
        """Waits."""
        sleep(seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """ports.context.Context."""

    clock: Clock
    clouds: Clouds
    rules: Rules
    room_rules: Rules
    assessment_rules: Rules
    app_rules: Rules
    blueprints: Catalogue
    names: Names
    doors: Doors
    secrets: Secrets
    authority: Authority
    certifier: Certifier | None
    automation: Automation
    host_keys: HostKeys
    queries: Queries
    workflows: Workflows
    notifier: Notifier
    files: Files
    printer: Printer
    workbooks: Workbooks
    netbox: Netbox
    limits: Limits
    measures: Measures
    price_book: PriceBook
    probes: Probes
    wave_rules: WaveRules
    histograms: Histograms
    metrics: MetricSources
    point_files: PointFiles
    shadow_rules: ShadowRules
    waste_rules: WasteRules
    backup_plans: BackupPlans
    zombie_policies: Mapping[str, ZombiePolicy]
    unit_of_work: Callable[[Request], UnitOfWork]


@dataclass(kw_only=True)
class App:
    """A wired installation. `context` serves the API; the worker runs where `start_worker` was called."""

    settings: Settings
    context: Wiring
    engine: Engine
    engines: Engines
    client: Any
    engine_database: Any
    ticker: Ticker = field(init=False)
    working: bool = False

    def __post_init__(self) -> None:
        self.ticker = Ticker(regular(self), exclusive=exclusivity(self.engine_database))

    def prepare(self) -> Path | None:
        """Brings both schemas up to date; at the very first start answers where the admin's token was written."""
        upgrade(self.engines.write)
        migrate(self.engine_database)
        return first_start.ensure_admin(self.context, platform("first-start"), Path(self.settings.data_dir))

    def differences(self) -> list[str]:
        """What differs between the code's schema and the database's; empty is right."""
        return [str(difference) for difference in check(self.engines.read)]

    def settle(self) -> None:
        """Before a long run: what was made so far stays, so the garbage collector passes it over and looks less often.

        A batch makes many objects that all live to its end; looking for garbage among them cost it a fifth.
        """
        gc.freeze()
        gc.set_threshold(*COLLECT_AFTER)

    def start_worker(self) -> None:
        """Runs sagas and the regular jobs in this process."""
        self.engine.launch()
        self.ticker.start()
        self.working = True

    def stop_worker(self, drain_s: float = DRAIN_S) -> int:
        """Ends at step boundaries; answers how many sagas were still in a step."""
        if not self.working:
            return 0
        self.ticker.stop()
        self.working = False
        return self.engine.shutdown(drain_s=drain_s)

    def stop(self, drain_s: float = DRAIN_S) -> int:
        """Ends the worker, if there is one, and closes all connections; answers as `stop_worker`."""
        left = self.stop_worker(drain_s)
        self.client.destroy()
        self.engines.close()
        self.engine_database.dispose()
        return left


def build(
    settings: Settings,
    *,
    policies: Policies | None = None,
    blueprints: Catalogue | None = None,
    clock: Clock | None = None,
    clouds: Clouds | None = None,
    notifier: Notifier | None = None,
    probes: Probes | None = None,
    metrics: MetricSources | None = None,
    automation: Automation | None = None,
    names: Names | None = None,
    doors: Doors | None = None,
    certifier: Certifier | None = None,
) -> App:
    """Wires an installation; raises ConfigurationError for what cannot be wired as it is set."""
    map_domain()
    data = Path(settings.data_dir)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    time = clock or SystemClock()
    engines = open_engines(settings.database)
    engine_database = open_database(settings.database, connections=settings.workers_per_process + MOST_JOBS)
    client = connect(engine_database)
    secrets = Sealing(choose(settings.secret_keys, settings.secret_key_command, os.environ).read())
    limits = of_settings(settings)
    policies = policies or load_policies(Path(settings.policies_dir) if settings.policies_dir else shipped_policies())
    connected = clouds or _clouds(settings, time)
    queries = DatabaseQueries(engines.read, time, limits.rhythm)
    context = Wiring(
        clock=time,
        clouds=connected,
        rules=policies.orders,
        room_rules=policies.rooms,
        assessment_rules=policies.assessments,
        app_rules=policies.apps,
        blueprints=blueprints or _blueprints(settings),
        names=names or _names(settings),
        doors=doors or NetworkDoors(),
        secrets=secrets,
        authority=CryptographyAuthority(),
        certifier=certifier or _certifier(settings),
        automation=automation or _automation(settings),
        host_keys=ScannedHostKeys(),
        queries=queries,
        workflows=WorkflowClient(client, alive=liveness(engine_database)),
        notifier=notifier or _notifier(settings),
        files=open_files(settings.files_url, data),
        printer=PdfPrinter(),
        workbooks=ExcelWorkbooks(),
        netbox=HttpNetbox(),
        limits=limits,
        measures=policies.measures,
        price_book=policies.price_book,
        probes=probes or NetworkProbes(),
        wave_rules=policies.waves,
        histograms=NumpyHistograms(),
        metrics=metrics
        or Sources(
            prometheuses(settings.telemetry.prometheus, policies.series, time),
            of_clouds(
                lambda: registered.in_use(context, platform("telemetry")),
                connected,
                queries.usage,
                time,
                every_s=settings.telemetry.look_every_s,
                without=settings.telemetry.without_clouds,
            ),
        ),
        point_files=FilePoints(),
        shadow_rules=policies.shadows,
        waste_rules=policies.waste,
        backup_plans=policies.backup_plans,
        zombie_policies=policies.zombies,
        unit_of_work=UnitOfWorkFactory(
            engine=engines.write,
            secrets=secrets,
            clock=time,
            enqueue=enqueuer(connect(engines.write)),
            default_quota=limits.default_quota,
            timetable=policies.timetable,
        ),
    )
    queue = QueueSettings(
        per_worker=settings.workers_per_process, per_key=settings.orders_per_cloud, poll_s=settings.engine_poll_s
    )
    engine = Engine(engine_database, queue=queue, executor_id=settings.executor_id or None)
    for saga in SAGAS:
        engine.register(saga, context)
    return App(
        settings=settings,
        context=context,
        engine=engine,
        engines=engines,
        client=client,
        engine_database=engine_database,
    )


def _blueprints(settings: Settings) -> Catalogue:
    homes = [Path(settings.apps.blueprints_dir)] if settings.apps.blueprints_dir else []
    return catalogue.load(catalogue.shipped(), *homes)


def _names(settings: Settings) -> Names:
    if not settings.apps.name_server.server:
        return NamesByHand(settings.apps.zone)
    return _zone(settings)


def _zone(settings: Settings) -> UpdatedNames:
    wanted = settings.apps.name_server
    return UpdatedNames(
        zone=settings.apps.zone, server=wanted.server, port=wanted.port, key_name=wanted.key_name, key=wanted.key,
        algorithm=wanted.algorithm, ttl_s=wanted.ttl_s,
    )  # fmt: skip


def _certifier(settings: Settings) -> Certifier | None:
    wanted = settings.apps.acme
    if not wanted.directory:
        return None
    if not settings.apps.name_server.server:
        raise ConfigurationError(
            "apps.acme.directory needs apps.name_server: that a name is ours is proven by a record in its zone."
        )
    from cloudctl.names.acme import AcmeCertifier  # noqa: PLC0415 - an extra: cloudctl[acme]

    return AcmeCertifier(
        issuer=wanted.directory, zone=_zone(settings), account_file=Path(settings.data_dir) / "acme-account.pem",
        contact=wanted.contact, roots_file=wanted.roots_file, settle_s=wanted.settle_s,
        binding=(wanted.account_id, wanted.account_key) if wanted.account_id else None,
    )  # fmt: skip


def _automation(settings: Settings) -> Automation:
    wanted = settings.runs
    container = None
    if wanted.container_image:
        container = Container(
            engine=wanted.container_engine, image=wanted.container_image, options=wanted.container_options
        )
    return AnsibleAutomation(
        playbooks_dir=Path(wanted.playbooks_dir) if wanted.playbooks_dir else shipped("playbooks"),
        blueprints_dirs=(BLUEPRINTS, *([Path(settings.apps.blueprints_dir)] if settings.apps.blueprints_dir else [])),
        inventory_dir=shipped("inventory"),
        directory=wanted.directory,
        forks=wanted.forks,
        container=container,
        redact=redact_text,
        redact_data=redact,
    )


def _clouds(settings: Settings, clock: Clock) -> Clouds:
    simulated = settings.simulated
    simulation = Simulation(
        data=Path(settings.data_dir),
        seed=simulated.seed,
        latency_s=(simulated.latency_min_s, simulated.latency_max_s),
    )
    clouds_file = Path(settings.clouds_file) if settings.clouds_file else None
    return ProviderRegistry(simulation=simulation, clock=clock, clouds_file=clouds_file, admitted=_admitted(settings))


def _admitted(settings: Settings) -> tuple[Admission, ...]:
    managing = [Admission(prefix=prefix) for prefix in settings.management_networks]
    reading = [Admission(prefix=prefix, port=port) for prefix in settings.page_networks for port in PAGE_PORTS]
    return (*managing, *reading)


def _notifier(settings: Settings) -> Notifier:
    carriers: dict[str, Carrier] = {MAIL: _mail(settings)}
    for name, channel in settings.channels.items():
        if name == MAIL:
            raise ConfigurationError("The channel mail is set under [smtp].")
        carriers[name] = Messenger(channel.url, server=channel.server, timeout_s=channel.timeout_s)
    return Post(carriers)


def _mail(settings: Settings) -> Carrier:
    smtp = settings.smtp
    if not smtp.host:
        return Log()
    return Mail(
        MailSettings(
            host=smtp.host,
            port=smtp.port,
            sender=smtp.sender,
            username=smtp.user or None,
            password=smtp.password or None,
            starttls=smtp.starttls,
            timeout_s=smtp.timeout_s,
        )
    )
