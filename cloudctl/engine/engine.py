"""The engine of a worker's process: registers sagas, runs them, and stops at a step's boundary.

    engine = Engine(open_database(url))
    engine.register(provision_order.SAGA, ctx)
    engine.launch()
    ...
    unfinished = engine.shutdown(drain_s=20)

There can be one launched engine in a process. Until `launch` nothing global is touched, so an API process may build
one and never launch it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition, Event

from dbos import DBOS, DBOSPortableJSONSerializer
from sqlalchemy import Engine as Database

from cloudctl.domain.workflows import Saga, Verdict
from cloudctl.engine import failover, leases, log_context, registry
from cloudctl.engine.client import APPLICATION, SCHEMA, connect, migrate
from cloudctl.engine.queues import QueueSettings, declare
from cloudctl.engine.steps import Draining, bind

SPARE_THREADS = 4  # the engine recovers in a thread of the same pool
DEFAULT_QUEUE = QueueSettings()


class Engine:
    """One worker. `database` comes from `open_database`, with a connection or more for each saga that runs.

    `application_version` stays constant: another one would strand the sagas that are under way. `reap_s` is how often
    dead workers are looked for, `on_lost` what is done when this worker's own lease is lost.
    """

    def __init__(
        self,
        database: Database,
        *,
        queue: QueueSettings = DEFAULT_QUEUE,
        executor_id: str | None = None,
        application_version: str = "1",
        reap_s: float = 2.0,
        on_lost: Callable[[], None] = failover.end_process,
    ) -> None:
        self.executor_id = executor_id or leases.executor_id(database)
        self._database = database
        self._queue = queue
        self._version = application_version
        self._reap_s = reap_s
        self._on_lost = on_lost
        self._sagas: dict[str, tuple[Saga, object]] = {}
        self._stopping = Event()
        self._busy = Condition()
        self._running = 0
        self._lease: leases.Lease | None = None
        self._reaper: failover.Reaper | None = None
        self._dbos: DBOS | None = None

    def register(self, saga: Saga, ctx: object) -> None:
        """Makes `saga` known; its steps get `ctx`. Raises ConfigurationError for a name that is taken."""
        self._sagas[registry.checked(saga, self._sagas).name] = (saga, ctx)

    def launch(self) -> None:
        """Takes the lease, recovers what this executor left behind and begins to run what is queued.

        Raises ConfigurationError when another process runs the workflows of this SQLite database.
        """
        lease = leases.take_lease(self._database, self.executor_id)
        self._lease = lease
        migrate(self._database)
        client = connect(self._database)
        declare(client, self._queue)
        client.destroy()
        self._start()
        if isinstance(lease, leases.AdvisoryLease):
            self._reaper = failover.Reaper(lease, self._recover, every_s=self._reap_s, on_lost=self._on_lost)
            self._reaper.start()

    def shutdown(self, drain_s: float = 0.0) -> int:
        """Begins no further step and waits up to `drain_s` seconds for those under way; answers how many are left.

        With any left the lease is kept, so that nobody else runs the same step meanwhile: end the process then. Sagas
        that stood still at a boundary, and the steps left, go on at the next start or on another worker.
        """
        if self._dbos is None:
            return 0
        self._stopping.set()
        for loop in self._dbos.background_thread_stop_events:
            loop.set()
        with self._busy:
            self._busy.wait_for(lambda: not self._running, timeout=drain_s)
            left = self._running
        self._stop(release=not left)
        return left

    def _start(self) -> None:
        logging.getLogger("dbos").addHandler(logging.NullHandler())  # else it prints beside the application's own log
        self._dbos = DBOS(
            config={
                "name": APPLICATION,
                "system_database_engine": self._database,
                "dbos_system_schema": SCHEMA,
                "executor_id": self.executor_id,
                "application_version": self._version,
                "serializer": DBOSPortableJSONSerializer(),
                "use_listen_notify": False,
                "notification_listener_polling_interval_sec": self._queue.poll_s,
                "max_executor_threads": self._queue.per_worker + SPARE_THREADS,
                "log_level": "WARNING",
            }
        )
        for saga, ctx in self._sagas.values():
            DBOS.workflow(name=saga.name)(self._body(saga, ctx))
        DBOS.launch()

    def _stop(self, *, release: bool) -> None:
        if self._reaper is not None:
            self._reaper.stop()
        DBOS.destroy(destroy_registry=True)
        self._dbos = None
        if release and self._lease is not None:
            self._lease.release()

    def _body(self, saga: Saga, ctx: object) -> Callable[..., Verdict]:
        """What the engine knows as the workflow."""
        steps = bind(saga, ctx, self._stopping)

        def body(*ids: str) -> Verdict:
            with self._counted(), log_context.bound(log_context.workflow, DBOS.workflow_id):
                if self._stopping.is_set():
                    raise Draining
                return saga.body(steps, *ids)

        return body

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._busy:
            self._running += 1
        try:
            yield
        finally:
            with self._busy:
                self._running -= 1
                self._busy.notify_all()

    @staticmethod
    def _recover(executor: str) -> None:
        DBOS._recover_pending_workflows([executor])  # noqa: SLF001 - the open core has no public name for it
