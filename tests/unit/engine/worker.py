"""A worker process with the toy saga: `python -m tests.unit.engine.worker URL JOURNAL [FATAL-STEP]`.

It runs until it is killed, or until its standard input ends.
"""

from __future__ import annotations

import sys
from pathlib import Path

from cloudctl.engine import Engine, QueueSettings
from cloudctl.engine.database import open_database
from tests.unit.engine.toys import PLAIN, Journal


def main(url: str, journal: str, fatal: str | None = None) -> None:
    ctx = Journal(Path(journal), fatal=fatal)
    if fatal != "gate":
        ctx.gate.set()
    engine = Engine(open_database(url), queue=QueueSettings(per_worker=4, per_key=4, poll_s=0.05), reap_s=0.1)
    engine.register(PLAIN, ctx)
    engine.launch()
    print("ready", flush=True)
    sys.stdin.read()
    engine.shutdown(drain_s=10)


if __name__ == "__main__":
    main(*sys.argv[1:])
