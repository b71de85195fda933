"""What became of capacity that was given back: the orders that it then served.

    served(returned, asked)         # per cloud, first returned, first used

An order can only be served by what was returned before it got its servers. Nobody marks a vCPU; the rule is told with
the figure, and gives the same answer whenever it is asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from cloudctl.domain.savings import Asked, Returned, Served


def served(returned: Iterable[Returned], asked: Iterable[Asked]) -> list[Served]:
    """The orders, in order of time, with how many vCPUs of theirs had been returned before."""
    free: dict[str, int] = defaultdict(int)
    found: dict[tuple[str, str], Served] = {}
    events = [(one.at, 0, one.name, one) for one in returned] + [(one.at, 1, one.number, one) for one in asked]
    for _, _, _, event in sorted(events, key=lambda entry: entry[:3]):
        if isinstance(event, Returned):
            free[event.cloud] += event.vcpu
            continue
        taken = min(free[event.cloud], event.vcpu)
        if not taken:
            continue
        free[event.cloud] -= taken
        key = event.number, event.cloud
        before = found[key].vcpu if key in found else 0
        found[key] = Served(number=event.number, cloud=event.cloud, vcpu=before + taken, at=event.at)
    return list(found.values())
