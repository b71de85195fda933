"""What lies behind the demonstration's city: some weeks in which systems moved and machine rooms closed.

    clock = PastClock(WEEKS)
    app = build(settings, clock=clock, probes=clock.probes)
    ...                          # the city is loaded as it was then
    play(app, clock, made)       # week by week until now

The clock is set back while nothing runs but this, and tells the machine's time again before anything is served. Who
answers a service's check is made up, like the cloud; everything else is what a real city's office would have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep
from uuid import UUID

from cloudctl.bootstrap import App
from cloudctl.cli.local.city import BUREAUS, CLOUD
from cloudctl.domain.rooms import RoomKind
from cloudctl.ports.context import platform
from cloudctl.ports.probes import Answer
from cloudctl.services import city_past, evidence, indicators, syncs
from cloudctl.services.cities import Registered
from cloudctl.services.city_past import Closing, OwnRoom

WEEKS = 5
A_WEEK = 5  # departments
SHARED_ROOM = "dsj-shared"
POWER_ON, SIGNED_TWICE, SAME_PHOTO = "gaj-room", "mzj-room", "sfj-room"
"""Rooms whose closure is not what it is claimed to be."""
ANSWERS_FROM_OLD = "kjj-s2"
"""A system that claims to have moved, and still answers from its old server."""
OLD_ADDRESS = "192.168.77.9"
PHOTO = "gxj-room"


@dataclass
class Answers:
    """Who answers the checks of the simulated city's services: by URL, the address."""

    peers: dict[str, str] = field(default_factory=dict)

    def look(self, url: str) -> Answer:
        """What a look comes to."""
        peer = self.peers.get(url)
        if peer is None:
            return Answer(answered=False, error="Connection refused")
        return Answer(answered=True, peer=peer, status=200)


@dataclass
class PastClock:
    """ports.clock.Clock, so many days behind the machine's."""

    behind: timedelta
    probes: Answers = field(default_factory=Answers)

    def now(self) -> datetime:
        """The time of the story in UTC."""
        return datetime.now(UTC) - self.behind

    def monotonic_s(self) -> float:
        """For waiting."""
        return monotonic()

    def sleep(self, seconds: float) -> None:
        """Waits."""
        sleep(seconds)


def play(app: App, clock: PastClock, made: Registered) -> None:
    """The weeks, with a day's figures kept for each of their days; at the end the clock is the machine's."""
    ctx, demo = app.context, platform("demo")
    past = city_past.furnish(ctx, demo, made, _rooms())
    _answering(ctx.queries.standings.looks(), clock.probes)
    _count(app)
    people = made.accounts["operator"], made.accounts["office"]
    departments = [code for code in BUREAUS if code in past.systems]
    for week in range(WEEKS):
        some = departments[week * A_WEEK : (week + 1) * A_WEEK]
        city_past.move(ctx, demo, past, some)
        city_past.close(ctx, demo, past, (_closing(f"{code}-room", people) for code in some))
        clock.behind -= timedelta(days=7)
        _look(app)
    city_past.rehost(ctx, demo, past, departments[WEEKS * A_WEEK :], by=made.accounts["office"])


def _look(app: App) -> None:
    """What the platform's own jobs do."""
    _count(app)
    ctx = app.context
    evidence.gather(ctx, platform("job:evidence"))
    indicators.keep(ctx, platform("job:indicators"))


def _count(app: App) -> None:
    """What runs on the cloud, into the inventory."""
    syncs.ask(app.context, platform("demo"), CLOUD)
    syncs.run_due(app.context, platform("demo"), CLOUD)


def _rooms() -> list[OwnRoom]:
    shared = OwnRoom(
        code=SHARED_ROOM, name="市共享机房", department="dsj", racks=40, power_kw=600.0, area_m2=1200.0,
        kind=RoomKind.SHARED,
    )  # fmt: skip
    return [
        shared,
        *(
            OwnRoom(code=f"{code}-room", name=f"{name}机房", department=code, racks=2, power_kw=30.0, area_m2=60.0)
            for code, name in BUREAUS.items()
        ),
    ]


def _answering(looks: Sequence[object], answers: Answers) -> None:
    """Each service answers from one of its servers on the platform; one does so from its old server."""
    for look in looks:
        url, servers = getattr(look, "check_url", None), getattr(look, "servers", ())
        if url and servers:
            old = getattr(look, "code", "") == ANSWERS_FROM_OLD
            answers.peers[url] = OLD_ADDRESS if old else servers[0].addresses[0]


def _closing(room: str, people: tuple[UUID, UUID]) -> Closing:
    first, second = people
    match room:
        case _ if room == POWER_ON:
            return Closing(room, people, power_w=4200)
        case _ if room == SIGNED_TWICE:
            return Closing(room, (first, first))
        case _ if room == SAME_PHOTO:
            return Closing(room, people, photo=PHOTO)
    return Closing(room, (first, second))
