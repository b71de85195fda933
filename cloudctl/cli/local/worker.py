"""`cloudctl worker`: a process that builds. Any number of them share a PostgreSQL database.

SIGTERM or Ctrl-C stop it at the next step boundary; another worker, or the next start, goes on from there.
"""

from __future__ import annotations

import os
import signal
import threading

import click

from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.groups import Verb
from cloudctl.cli.local.installation import log_as_set, opened, settings_with
from cloudctl.cli.local.serve import ready
from cloudctl.cli.words import _


@click.command("worker", cls=Verb)
def worker() -> None:
    """Run a worker until it is stopped. It needs PostgreSQL: on SQLite `serve` builds by itself."""
    settings = settings_with()
    if settings.on_sqlite:
        raise Failure(
            _(
                "On SQLite one process serves and builds, because SQLite lets one write at a time.\n"
                "  Run: cloudctl serve, or set database_url to a PostgreSQL database."
            ),
            Exit.USAGE,
        )
    log_as_set(settings)
    with opened(settings) as app:
        ready(app)
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_signal: stop.set())
        app.settle()
        app.start_worker()
        click.echo(_("Working as {executor}; Ctrl-C stops it.").format(executor=app.engine.executor_id), err=True)
        stop.wait()
        if app.stop():
            os._exit(Exit.OK)  # a step hangs in the cloud: its thread would keep the process, and its lease, alive
