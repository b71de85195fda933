"""The only file that picks adapters: settings in, a wired application out.

    app = build(settings.load())
    app.prepare()                # schema up to date, engine's tables, first admin
    app.start_worker()           # on SQLite in the one process; on PostgreSQL in each worker
    ...
    app.stop()

`build` connects to nothing. Tests pass their own clock, clouds or notifier.
"""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from cloudctl.documents.papers import PdfPrinter
from cloudctl.documents.workbooks import ExcelWorkbooks
from cloudctl.domain.accounts import PLATFORM
from cloudctl.domain.errors import ConfigurationError
from cloudctl.domain.measures import Measures
from cloudctl.domain.notices import MAIL
from cloudctl.domain.retention import RetentionRule
from cloudctl.domain.savings import PriceBook
from cloudctl.domain.shadows import ShadowRules
from cloudctl.domain.syncs import Rhythm
from cloudctl.domain.waste import WasteRules
from cloudctl.domain.waves import WaveRules
from cloudctl.domain.zombies import ZombiePolicy
from cloudctl.engine import Engine, QueueSettings, WorkflowClient, connect, enqueuer, migrate, open_database
from cloudctl.engine.leases import exclusivity, liveness
from cloudctl.engine.retention import forget_finished
from cloudctl.engine.schedules import Job, Ticker
from cloudctl.files import open_files
from cloudctl.netbox.reader import HttpNetbox
from cloudctl.notifications.logs import Log
from cloudctl.notifications.mail import Mail, MailSettings
from cloudctl.notifications.messengers import Messenger
from cloudctl.notifications.post import Carrier, Post
from cloudctl.persistence.engines import Engines, open_engines
from cloudctl.persistence.mapping import map_domain
from cloudctl.persistence.migrations import check, upgrade
from cloudctl.persistence.queries.database import DatabaseQueries
from cloudctl.persistence.retention import forget_answers, forget_attempts, forget_changes
from cloudctl.persistence.unit_of_work import UnitOfWorkFactory
from cloudctl.policy import limits as time_limits
from cloudctl.policy import measures, prices, series
from cloudctl.policy import registry as policies
from cloudctl.policy import shadows as shadow_rules
from cloudctl.policy import waste as waste_rules
from cloudctl.policy import waves as wave_rules
from cloudctl.policy import zombies as zombie_policies
from cloudctl.policy.evaluation import RuleBook
from cloudctl.ports.clock import Clock
from cloudctl.ports.clouds import Clouds
from cloudctl.ports.context import Limits, Request
from cloudctl.ports.engine import Workflows
from cloudctl.ports.files import Files
from cloudctl.ports.histograms import Histograms
from cloudctl.ports.metrics import MetricSources, PointFiles
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
from cloudctl.secrets.sealing import Sealing, read_keys
from cloudctl.services import (
    assessments,
    attachments,
    backups,
    capacity,
    cases,
    clearing_rounds,
    emergencies,
    evidence,
    first_start,
    indicators,
    notices,
    openings,
    orders,
    readings,
    reminders,
    resources,
    rooms,
    shadow_looks,
    supervision,
    syncs,
    terms,
    usage,
    waste,
    waves,
    zombies,
)
from cloudctl.services import clouds as registered
from cloudctl.settings import Settings
from cloudctl.telemetry.clouds import of_clouds
from cloudctl.telemetry.files import FilePoints
from cloudctl.telemetry.histograms import NumpyHistograms
from cloudctl.telemetry.probes import NetworkProbes
from cloudctl.telemetry.sources import Sources, prometheuses
from cloudctl.workflows import SAGAS

log = logging.getLogger(__name__)
DRAIN_S = 20.0
CLOUDS_EVERY_S = 15.0
MOST_JOBS = 24  # at once; each that is under way keeps a connection for its lock
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
    secrets: Secrets
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
        self.ticker = Ticker(_jobs(self), exclusive=exclusivity(self.engine_database))

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
    clock: Clock | None = None,
    clouds: Clouds | None = None,
    notifier: Notifier | None = None,
    probes: Probes | None = None,
    metrics: MetricSources | None = None,
) -> App:
    """Wires an installation; raises ConfigurationError for what cannot be wired as it is set."""
    map_domain()
    data = Path(settings.data_dir)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    time = clock or SystemClock()
    engines = open_engines(settings.database)
    engine_database = open_database(settings.database, connections=settings.workers_per_process + MOST_JOBS)
    client = connect(engine_database)
    secrets = Sealing(read_keys(settings.secret_keys, os.environ))
    limits = _limits(settings)
    directory = Path(settings.policies_dir) if settings.policies_dir else policies.shipped()
    timetable = time_limits.load(directory)
    measured = measures.load(directory)
    book = prices.load(directory, measured.indicators)
    connected = clouds or _clouds(settings, time)
    queries = DatabaseQueries(engines.read, time, limits.rhythm)
    context = Wiring(
        clock=time,
        clouds=connected,
        rules=RuleBook(policies.load(directory)),
        room_rules=RuleBook(policies.load(directory, policies.ROOMS)),
        assessment_rules=RuleBook(policies.load(directory, policies.ASSESSMENTS)),
        secrets=secrets,
        queries=queries,
        workflows=WorkflowClient(client, alive=liveness(engine_database)),
        notifier=notifier or _notifier(settings),
        files=open_files(settings.files_url, data),
        printer=PdfPrinter(),
        workbooks=ExcelWorkbooks(),
        netbox=HttpNetbox(),
        limits=limits,
        measures=measured,
        price_book=book,
        probes=probes or NetworkProbes(),
        wave_rules=wave_rules.load(directory),
        histograms=NumpyHistograms(),
        metrics=metrics
        or Sources(
            prometheuses(settings.telemetry.prometheus, series.load(directory), time),
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
        shadow_rules=shadow_rules.load(directory),
        waste_rules=waste_rules.load(directory, book),
        zombie_policies=zombie_policies.load(directory),
        unit_of_work=UnitOfWorkFactory(
            engine=engines.write,
            secrets=secrets,
            clock=time,
            enqueue=enqueuer(connect(engines.write)),
            default_quota=limits.default_quota,
            timetable=timetable,
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


def platform(job: str) -> Request:
    """A request of the platform itself."""
    return Request(actor=PLATFORM, request_id=job)


def _jobs(app: App) -> list[Job]:
    """What a worker does beside sagas, and how often."""
    ctx = app.context
    keep_days = app.settings.workflow_retention_days
    return [
        *(_sender(ctx, channel) for channel in ctx.notifier.channels),
        Job("strays", every_s=300, run=lambda: notices.send_strays(ctx, platform("job:strays"))),
        Job("corrections", every_s=300, run=lambda: orders.expire_corrections(ctx, platform("job:corrections"))),
        Job("rooms", every_s=3600, run=lambda: rooms.tell_lapsed(ctx, platform("job:rooms"))),
        Job("purges", every_s=300, run=lambda: resources.purge_due(ctx, platform("job:purges"))),
        Job("backups", every_s=3600, run=lambda: backups.purge_due(ctx, platform("job:backups"))),
        Job("files", every_s=3600, run=lambda: attachments.sweep(ctx, platform("job:files"))),
        Job("supervision", every_s=300, run=lambda: supervision.run(ctx, platform("job:supervision"))),
        Job("emergencies", every_s=300, run=lambda: emergencies.lapse(ctx, platform("job:emergencies"))),
        Job("evidence", every_s=3600, run=lambda: evidence.gather(ctx, platform("job:evidence"))),
        Job("zombies", every_s=3600, run=lambda: zombies.scan_due(ctx, platform("job:zombies"))),
        Job("indicators", every_s=3600, run=lambda: indicators.keep(ctx, platform("job:indicators"))),
        Job("clearings", every_s=300, run=lambda: clearing_rounds.advance(ctx, platform("job:clearings"))),
        Job("cases", every_s=3600, run=lambda: cases.supervise(ctx, platform("job:cases"))),
        Job("telemetry", every_s=300, run=lambda: readings.run_due(ctx, platform("job:telemetry"))),
        Job("openings", every_s=3600, run=lambda: openings.open_due(ctx, platform("job:openings"))),
        Job("capacity", every_s=3600, run=lambda: capacity.sample(ctx, platform("job:capacity"))),
        Job("reminders", every_s=3600, run=lambda: reminders.remind(ctx, platform("job:reminders"))),
        Job("terms", every_s=3600, run=lambda: terms.remind(ctx, platform("job:terms"))),
        Job("shadows", every_s=3600, run=lambda: shadow_looks.scan(ctx, platform("job:shadows"))),
        Job("waste", every_s=24 * 3600, run=lambda: waste.scan(ctx, platform("job:waste"))),
        Job("waves", every_s=300, run=lambda: waves.follow_up(ctx, platform("job:waves"))),
        Job("assessments", every_s=3600, run=lambda: assessments.lapse(ctx, platform("job:assessments"))),
        Job("clouds", every_s=CLOUDS_EVERY_S, run=lambda: _follow_clouds(app), everywhere=True),
        Job("workflow-retention", every_s=3600, run=lambda: forget_finished(app.client, ctx.clock.now(), keep_days)),
        Job("answers-retention", every_s=3600, run=lambda: forget_answers(app.engines.write, ctx.clock.now())),
        Job("attempts-retention", every_s=3600, run=lambda: forget_attempts(app.engines.write, _attempts_since(app))),
        Job("changes-retention", every_s=3600, run=lambda: forget_changes(app.engines.write, _changes_since(app))),
    ]


def _follow_clouds(app: App) -> None:
    """Each cloud has a job of its own, from the moment it is on record: one that hangs delays no other."""
    for code in syncs.codes(app.context, platform("job:clouds")):
        app.ticker.add(_reader(app.context, code))
        if code not in app.settings.telemetry.without_clouds:
            app.ticker.add(_looker(app.context, code))


def _reader(ctx: Wiring, code: str) -> Job:
    name = f"sync-{code}"
    return Job(name, every_s=5, run=lambda: syncs.run_due(ctx, platform(f"job:{name}"), code))


def _looker(ctx: Wiring, code: str) -> Job:
    name = f"usage-{code}"
    return Job(name, every_s=15, run=lambda: usage.look(ctx, platform(f"job:{name}"), code))


def _attempts_since(app: App) -> datetime:
    return app.context.clock.now() - timedelta(days=app.settings.attempt_retention_days)


def _changes_since(app: App) -> datetime:
    return app.context.clock.now() - timedelta(days=app.settings.change_retention_days)


def _sender(ctx: Wiring, channel: str) -> Job:
    """Each channel has a job of its own: one that hangs delays no other."""
    name = f"notices-{channel}"
    return Job(name, every_s=5, run=lambda: notices.send_due(ctx, platform(f"job:{name}"), channel))


def _limits(settings: Settings) -> Limits:
    return Limits(
        retention=RetentionRule(
            days=settings.retention_days,
            by_zone=settings.retention.zones,
            by_mlps={3: settings.retention.mlps_3_days, 4: settings.retention.mlps_4_days},
        ),
        protect_from_mlps=settings.protect_from_mlps,
        prefix_cool_down_days=settings.prefix_cool_down_days,
        settle_s=settings.settle_s,
        poll_s=settings.cloud_poll_s,
        step_budget_s=settings.step_budget_s,
        retry_attempts=settings.retry_attempts,
        parallel=settings.parallel_calls,
        max_token_days=settings.max_token_days,
        orphan_days=settings.drift_orphan_days,
        telemetry_days=settings.telemetry_retention_days,
        telemetry_back_days=settings.telemetry_backfill_days,
        usage_every_s=settings.telemetry.look_every_s,
        usage_days=settings.telemetry.look_retention_days,
        rhythm=_rhythm(settings),
        public_url=settings.public,
    )


def _rhythm(settings: Settings) -> Rhythm:
    return Rhythm(
        full_every=timedelta(seconds=settings.sync_full_every_s),
        incremental_every=timedelta(seconds=settings.sync_incremental_every_s),
        stale_after=timedelta(seconds=settings.sync_stale_after_s),
        missing_after=settings.sync_missing_after,
        short_percent=settings.sync_short_percent,
        keep=timedelta(days=settings.sync_retention_days),
    )


def _clouds(settings: Settings, clock: Clock) -> Clouds:
    simulated = settings.simulated
    simulation = Simulation(
        data=Path(settings.data_dir),
        seed=simulated.seed,
        latency_s=(simulated.latency_min_s, simulated.latency_max_s),
    )
    clouds_file = Path(settings.clouds_file) if settings.clouds_file else None
    return ProviderRegistry(simulation=simulation, clock=clock, clouds_file=clouds_file)


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
