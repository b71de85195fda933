"""A zombie from its finding to its certificate, on the real OpenStack and on a vCenter; time passes by the lab's clock.

Two systems stand side by side. One nobody uses: it is switched off and backed up, its department has it brought back
by one command, half a year later nobody has used it still, and after all of it once more it is deleted. The other looks
like it on most days, has its month-end, and is left alone. What happened is read in the clouds themselves.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cloudctl.bootstrap import build
from cloudctl.domain.clearings import Clearing
from cloudctl.domain.close_lines import CloseLineKind, Outcome
from cloudctl.domain.clouds import CloudKind
from cloudctl.domain.errors import Conflict, Forbidden
from cloudctl.domain.items import Item
from cloudctl.domain.servers import ServerStatus
from cloudctl.domain.syncs import SyncMode
from cloudctl.ports.context import platform
from cloudctl.services import (
    backups,
    campaigns,
    catalogue,
    certificates,
    clearing_decisions,
    clearing_rounds,
    close_lines,
    clouds,
    readings,
    syncs,
    systems,
    zombies,
)
from tests.e2e.openstack import QUIET, Cloud
from tests.factories import Installed
from tests.lab.openstack import ensure_up
from tests.lab.vcenter import VcenterServer
from tests.seeds import LIMITS, ROOM, ZONE, populated, settings_for

pytestmark = [QUIET, pytest.mark.timeout(600)]

NAMES = ("old", "alike")
SLOTS = 48  # samples a day
VLANS = {"vlan_first": 500, "vlan_last": 509}


class LabClock:
    """The machine's own clock, moved ahead."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def monotonic_s(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def move(self, days: float) -> None:
        self._ahead += timedelta(days=days)


class Town:
    """A city on one cloud, its three systems, and what its clouds and records say."""

    def __init__(self, city: Installed, code: str, *, floating: bool) -> None:
        self.city, self.ctx, self.code, self.floating = city, city.ctx, code, floating
        self.clock: LabClock = city.clock  # type: ignore[assignment]
        self.read_until = self.clock.now().date()
        officer = city.people["officer"]
        self.systems: dict[str, UUID] = {}
        for name in NAMES:
            over = self.clock.now().date() - timedelta(days=200)
            fields = {
                "code": name, "name": name, "mlps_level": 2, "no_state_secrets": True, "contract_ends_on": over
            }  # fmt: skip
            self.systems[name] = systems.create(self.ctx, officer, **fields).id
        self.servers: dict[str, UUID] = {}
        for name in NAMES:
            items: list[Item] = city.build_items(name, count=1, address=floating and name == "old")
            made = city.resources(city.delivered(items, system_id=self.systems[name]))
            self.servers[name] = made[f"{name}-1"].id
        record = city.read(lambda uow: uow.clouds.by_code(code))
        self.provider = self.ctx.clouds.provider(record)
        self.tenant = self.provider.tenants.find(city.ids["fgw"])
        self.sync()

    def fact(self, name: str) -> Any:
        return self.provider.servers.find(self.tenant).get(self.servers[name])

    def sync(self) -> None:
        syncs.ask(self.ctx, self.city.people["operator"], self.code, mode=SyncMode.FULL)
        syncs.run_due(self.ctx, platform("sync"), self.code)

    def later(self, days: int, home: Path) -> None:
        """So many days pass, each measured; then a round of all that is due is made."""
        first, self.read_until = self.read_until, self.read_until + timedelta(days=days)
        self.clock.move(days)
        path = home / f"until-{self.read_until}.parquet"
        rows = [
            (f"{name}-1", stamp, *_use(name, stamp))
            for day in range(days)
            for slot in range(SLOTS)
            for stamp in [
                datetime(first.year, first.month, first.day, tzinfo=UTC) + timedelta(days=day + slot / SLOTS)
            ]
            for name in NAMES
        ]  # fmt: skip
        columns = ("vm", "ts", "cpu_pct", "net_rx_kbs", "net_tx_kbs")
        pq.write_table(pa.table(dict(zip(columns, zip(*rows, strict=True), strict=True))), path)
        admin = self.city.people["office-admin"]
        readings.take_file(self.ctx, platform("telemetry"), path, cloud=self.code, source="planted")
        self.sync()
        zombies.scan(self.ctx, admin)
        self.round()

    def round(self) -> None:
        clearing_rounds.advance(self.ctx, platform("round"))
        self.city.run()

    def case(self, name: str) -> Any:
        found = self.city.read(lambda uow: list(uow.clearings.of_system(self.systems[name])))
        return found[0] if found else None


def _use(name: str, stamp: datetime) -> tuple[float, float, float]:
    """CPU in percent, KiB/s in and out: what nobody uses, and what has its month-end."""
    if name == "alike" and stamp.day in {1, 15}:
        return 35.0, 40.0, 60.0
    return 0.8, 0.004, 0.003


@contextmanager
def town(home: Path, code: str, kind: CloudKind, clouds_file: Path, image: str, external: str) -> Iterator[Town]:
    directory = home / "city"
    directory.mkdir()
    settings = settings_for(
        directory, clouds_file=str(clouds_file), cloud_poll_s=0.3, settle_s=1.0, step_budget_s=120.0
    )  # fmt: skip
    clock = LabClock()
    app = build(settings, clock=clock)
    try:
        seed = populated(app, directory)
        city = Installed(app=app, clock=clock, directory=directory, seed=seed)  # type: ignore[arg-type]
        _register(city, code, kind, image, external)
        yield Town(city, code, floating=kind is CloudKind.OPENSTACK)
    finally:
        app.stop()


def _register(city: Installed, code: str, kind: CloudKind, image: str, external: str) -> None:
    """The real cloud, with room for the department, which is served by it alone."""
    seed = platform("seed")
    clouds.register(
        city.ctx, seed, code=code, name=code, kind=kind, zones=frozenset({ZONE}), capacity=dict(ROOM),
        external_network=external,
    )  # fmt: skip
    entry = {"name": "openEuler", "os_family": "openEuler", "architecture": "x86_64", "min_disk_gib": 20}
    catalogue.put(city.ctx, seed, "images", "openeuler", entry | {"login_user": "openeuler", "names": {code: image}})
    zone = {"name": "政务外网区", "name_en": "Extranet", "max_mlps_level": 3}
    catalogue.put(city.ctx, seed, "zones", ZONE, zone | VLANS)
    with city.ctx.unit_of_work(seed) as uow:
        for dimension, limit in LIMITS.items():
            uow.quotas.set_limit(city.ids["fgw"], code, ZONE, dimension, limit)
        uow.departments.get(city.ids["fgw"]).clouds = frozenset({code})


@pytest.mark.parametrize("kind", [CloudKind.OPENSTACK, CloudKind.VSPHERE])
def test_a_zombie_is_cleared_and_its_look_alike_is_left_alone(kind: CloudKind, tmp_path: Path) -> None:
    if kind is CloudKind.OPENSTACK:
        lab = ensure_up()
        image = next(image for image in lab.images if image.startswith("debian"))
        with Cloud(lab) as cloud, town(
            tmp_path, lab.cloud, kind, lab.clouds_yaml, image, lab.external_network
        ) as made:  # fmt: skip
            project = cloud.project(str(made.city.ids["fgw"]))
            try:
                story(made, tmp_path, lambda: {server.name: server.status for server in project.servers})
            finally:
                project.scrub()
        return
    with VcenterServer(vms=2, clusters=1, hosts=2) as vcenter:
        clouds_file = vcenter.write_clouds(tmp_path / "clouds.yaml", "city-v")
        with town(tmp_path, "city-v", kind, clouds_file, "debian-12", "campus-router") as made:
            story(made, tmp_path, dict)


def story(made: Town, home: Path, outside: Callable[[], dict[str, str]]) -> None:
    """From the first idle day to the certificate; `outside` asks the cloud's administrator, where there is one."""
    made.later(65, home)
    first = asked_and_switched_off(made, home, outside)
    brought_back_and_left_in_peace(made, home, first, outside)
    again = asked_and_switched_off(made, home, outside)
    assert again.id != first.id
    deleted_by_two_persons(made, again.id, outside)
    closed(made, again.id)


def asked_and_switched_off(made: Town, home: Path, outside: Callable[[], dict[str, str]]) -> Clearing:
    """A campaign asks, nobody answers; all of it is off, cut off and in the file store. Answers its case."""
    ctx, people = made.ctx, made.city.people
    states = {
        name: zombies.explain(ctx, people["office-admin"], key).judged.state for name, key in made.systems.items()
    }
    assert states["alike"] not in {"zombie", "suspect"}, states
    wanted = [made.systems["old"]]
    with pytest.raises(Conflict):
        campaigns.start(
            ctx, people["reviewer"], title="x", policy="default", systems=[*wanted, made.systems["alike"]]
        )  # fmt: skip
    campaigns.start(ctx, people["reviewer"], title="2026 年僵尸系统清理", policy="default", systems=wanted)
    made.round()
    assert made.case("old").state == "notified"
    assert made.case("alike") is None

    made.later(20, home)
    assert {made.fact(name).status for name in NAMES} == {ServerStatus.ACTIVE}
    made.later(15, home)
    case: Clearing = made.case("old")
    assert case.state == "restore_tested", (case.state, case.cause)
    assert made.fact("old").status is ServerStatus.STOPPED
    assert made.provider.servers.isolated(made.tenant, made.fact("old").backend_id)
    assert made.fact("alike").status is ServerStatus.ACTIVE
    assert outside() in ({}, {"old-1": "SHUTOFF", "alike-1": "ACTIVE"})
    assert made.provider.exports.find(made.tenant) == {}
    copied = copied_of(made, case.id)
    assert sorted(each.kind for each in copied.objects) == ["server", "volume"]
    assert all((each.size_bytes or 0) > 0 for each in copied.objects)
    assert backups.verify(ctx, case.id) == case.digest == copied.backup.manifest
    return case


def brought_back_and_left_in_peace(
    made: Town, home: Path, case: Clearing, outside: Callable[[], dict[str, str]]
) -> None:
    """One command, and it runs as before; until half a year is over no campaign asks its owner again."""
    ctx, people = made.ctx, made.city.people
    clearing_decisions.restore(ctx, people["officer"], case.id, reason="年报还要用")
    made.city.run()
    assert made.case("old").state == "restored"
    assert made.fact("old").status is ServerStatus.ACTIVE
    assert not made.provider.servers.isolated(made.tenant, made.fact("old").backend_id)
    assert outside() in ({}, {"old-1": "ACTIVE", "alike-1": "ACTIVE"})
    made.later(178, home)
    with pytest.raises(Conflict, match="asked lately"):
        campaigns.start(ctx, people["reviewer"], title="x", policy="default", systems=[made.systems["old"]])
    made.later(2, home)


def deleted_by_two_persons(made: Town, case: UUID, outside: Callable[[], dict[str, str]]) -> None:
    """Not before its time, not by one person, not with a flipped byte; and nothing else goes with it."""
    city, ctx, people = made.city, made.ctx, made.city.people
    with pytest.raises(Conflict):
        clearing_decisions.propose(ctx, people["operator"], case, reason="早了")
    made.clock.move(31)
    made.sync()
    clearing_decisions.propose(ctx, people["operator"], case, reason="期满")
    with pytest.raises(Forbidden):
        clearing_decisions.confirm(ctx, people["operator"], case, reason="同一人")
    disk = copied_of(made, case).objects[0].digest or ""
    flip(city, disk)
    clearing_decisions.confirm(ctx, people["security"], case, reason="同意")
    city.run()
    assert (made.case("old").state, made.case("old").paused) == ("attention", "deletion_confirmed")
    assert "damaged" in str(made.case("old").cause)
    assert made.fact("old").status is ServerStatus.STOPPED
    flip(city, disk)
    clearing_decisions.resume(ctx, people["office-admin"], case, reason="文件已从备份恢复")
    made.round()
    assert made.case("old").state == "deleted", (made.case("old").cause, city.verdicts[-3:])
    assert made.fact("old") is None
    assert made.fact("alike").status is ServerStatus.ACTIVE
    assert outside() in ({}, {"alike-1": "ACTIVE"})
    assert made.case("old").returned.servers == 1
    kept = {volume.name for volume in made.provider.volumes.find(made.tenant).values()}
    assert not any("old" in name for name in kept)
    assert backups.verify(ctx, case) == made.case("old").digest


def closed(made: Town, case: UUID) -> None:
    """With a number in each line, under its close-out number, with the certificate."""
    ctx, people = made.ctx, made.city.people
    for kind in CloseLineKind:
        close_lines.fill(
            ctx, people["office-admin"], case, kind=kind, outcome=Outcome.NUMBER, words=f"2026-{kind.value}"
        )  # fmt: skip
    close_lines.close(ctx, people["office-admin"], case)
    number, paper = certificates.of_clearing(ctx, people["auditor"], case, "zh_CN")
    assert number == made.case("old").close_out
    assert paper.startswith(b"%PDF")


def copied_of(made: Town, case: UUID) -> backups.Copied:
    found = backups.of_clearing(made.ctx, made.city.people["auditor"], case)
    assert found is not None
    return found


def flip(city: Installed, digest: str) -> None:
    """One bit of a file in the store."""
    place = city.directory / "files" / digest[:2] / digest
    content = place.read_bytes()
    place.write_bytes(bytes([content[0] ^ 1]) + content[1:])
