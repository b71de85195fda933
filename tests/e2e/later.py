"""The installation of this environment some days later: a worker on a clock that is ahead, until nothing is due.

    python -m tests.e2e.later 15

No setting makes a grace period shorter, so a test that wants to see the end of one moves the clock: as in the product
the time comes from `ports.clock`, and this clock is part of no wheel. Run it while `serve` is stopped.
"""

from __future__ import annotations

import sys
import time
from datetime import datetime, timedelta

from cloudctl.bootstrap import SystemClock, build
from cloudctl.ports.context import platform
from cloudctl.services import resources
from cloudctl.settings import load

GIVES_UP_AFTER_S = 180.0


class Ahead(SystemClock):
    """The machine's clock, so many days ahead."""

    def __init__(self, days: int) -> None:
        self._by = timedelta(days=days)

    def now(self) -> datetime:
        """The present, moved."""
        return super().now() + self._by


def main(days: int) -> int:
    """0 when everything that was due is done."""
    app = build(load(), clock=Ahead(days))
    app.start_worker()
    deadline = time.monotonic() + GIVES_UP_AFTER_S
    try:
        while due := resources.purge_due(app.context, platform("later")):
            if time.monotonic() > deadline:
                print(f"{due} purges are not done", file=sys.stderr)
                return 1
            time.sleep(0.5)
        return 0
    finally:
        app.stop()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
