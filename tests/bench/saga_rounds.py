"""One round of sagas: enqueue all, then time from launch until the last has ended. Prints wall and CPU seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

STEPS, POLL_S, AT_ONCE = 5, 0.1, 10


def through_cloudctl(url: str, count: int) -> Callable[[], None]:
    """Registers and enqueues; answers what waits for the end."""
    from cloudctl.domain.workflows import DONE, Saga, Verdict
    from cloudctl.engine import Engine, QueueSettings, connect, enqueuer, migrate, open_database
    from cloudctl.ports.engine import Start

    def make(number: int) -> Any:
        def step(_ctx: object, _key: str) -> Verdict:
            return DONE

        step.__name__ = f"step_{number}"
        return step

    def body(steps: Any, key: str) -> Verdict:
        for number in range(STEPS):
            getattr(steps, f"step_{number}")(key)
        return DONE

    saga = Saga(name="trivial", steps=tuple(make(number) for number in range(STEPS)), body=body)
    database = open_database(url, connections=AT_ONCE + 4)
    migrate(database)
    engine = Engine(database, queue=QueueSettings(per_worker=AT_ONCE, per_key=AT_ONCE, poll_s=POLL_S))
    engine.register(saga, None)
    client = connect(database)
    enqueue = enqueuer(client)
    with database.begin() as connection:
        enqueue(connection, [Start("trivial", f"saga-{number}", (str(number),), "one") for number in range(count)])

    def run() -> None:
        engine.launch()
        _await(lambda: len(client.list_workflows(status="SUCCESS", load_input=False, load_output=False)), count)

    return run


def dbos_alone(url: str, count: int) -> Callable[[], None]:
    """The same with decorators, by DBOS's own documentation, with the database settings that it is best with."""
    from dbos import DBOS, DBOSClient

    from cloudctl.engine import open_database

    database = open_database(url, connections=AT_ONCE + 4)
    DBOS(config={"name": "bench", "system_database_engine": database, "application_version": "1", "executor_id": "one",
                 "log_level": "ERROR"})  # fmt: skip

    @DBOS.step()
    def step(_key: str) -> dict[str, str]:
        return {"outcome": "done"}

    @DBOS.workflow(name="trivial")
    def saga(key: str) -> dict[str, str]:
        for _ in range(STEPS):
            step(key)
        return {"outcome": "done"}

    def run() -> None:
        DBOS.launch()
        DBOS.register_queue("one", worker_concurrency=AT_ONCE, polling_interval_sec=POLL_S)
        client = DBOSClient(system_database_engine=database)
        with database.begin() as connection:
            for number in range(count):
                options: Any = {"workflow_name": "trivial", "queue_name": "one", "workflow_id": f"saga-{number}"}
                client.enqueue_in_transaction(connection, options, str(number))
        _await(lambda: len(client.list_workflows(status="SUCCESS", load_input=False, load_output=False)), count)

    return run


def _await(done: Callable[[], int], count: int) -> None:
    while done() < count:
        time.sleep(0.1)


def main(kind: str, count: int) -> None:
    """Ends the process at once when measured: no drain belongs to the figure."""
    with TemporaryDirectory() as directory:
        url = f"sqlite:///{Path(directory, 'engine.sqlite3')}"
        run = (through_cloudctl if kind == "cloudctl" else dbos_alone)(url, count)
        wall, cpu = time.monotonic(), time.process_time()
        run()
        print(time.monotonic() - wall, time.process_time() - cpu, flush=True)
        import os

        os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
