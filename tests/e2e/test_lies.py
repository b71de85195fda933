"""The seven planted lies, each named by `cloudctl consolidation explain`; the honest twin beside it is not.

What is told here is what an office has: people with the command line, a server process, a (simulated) cloud, services
that answer. The servers on the platform get addresses of the loopback block, so that a check reaches whoever really
answers: the new server, or the old one. The platform looks at systems when it starts, and every hour after that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple

import pytest

from cloudctl.bootstrap import SystemClock
from cloudctl.providers.simulated import SimulatedCloud, SimulatedProvider
from tests.e2e.installation import Installation
from tests.e2e.people import Crew, application, approve, network_item, server_item, settle
from tests.waiting import until

pytestmark = pytest.mark.timeout(600)

BLOCK = "127.64.0.0/16"
SYSTEMS = ("moved", "noisy", "switched-off", "left-behind")
ROOMS = ("dead", "humming", "signed-twice", "pictured", "own", "reclassed")
DRAWN, POWER_W = 48_000_000_000, 4200
OLD_ADDRESSES = {code: f"127.65.0.{number}" for number, code in enumerate(SYSTEMS, start=9)}
LANGUAGES = ("en", "zh_CN")


class Service(BaseHTTPRequestHandler):
    """A service that is well."""

    def do_GET(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def answering(address: str) -> Iterator[str]:
    """A service at this address; gives its URL."""
    with ThreadingHTTPServer((address, 0), Service) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{address}:{server.server_address[1]}/"
        server.shutdown()


@dataclass
class City:
    """Who and what is in it. `told` is what the auditor was told of each, by language, before and after the lies."""

    town: Installation
    crew: Crew
    services: ExitStack
    ids: dict[str, str] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)
    servers: dict[str, dict[str, Any]] = field(default_factory=dict)
    shown: dict[tuple[str, str], str] = field(default_factory=dict)
    before: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    after: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    @property
    def today(self) -> str:
        return f"{datetime.now(UTC):%Y-%m-%d}"

    def explain(self, *codes: str, languages: Iterable[str] = LANGUAGES) -> dict[tuple[str, str], list[str]]:
        """What the auditor is told of each by the command, line by line, by language."""
        return {
            (code, lang): self.crew.auditor.run("consolidation", "explain", code, lang=lang).splitlines()
            for code in codes
            for lang in languages
        }

    def move(self) -> None:
        """Each system gets a server on the platform, where it answers; its old device is said to be off."""
        officer, orders = self.crew.officer, {}
        for code in SYSTEMS:
            made = officer.post("/systems", {"code": code, "name": code, "mlps_level": 2, "no_state_secrets": True})
            self.ids[code] = made["id"]
            items = [network_item(code) | {"ipv6": False}, server_item(code, count=1, disks=[])]
            orders[code] = approve(self.crew, application(self.crew, title=code, system_id=made["id"], items=items))
        for code, order in orders.items():
            officer.await_state(f"/orders/{order['id']}", "delivered")
            listed = next(row for row in officer.rows("/servers") if row["name"] == f"{code}-1")
            self.servers[code] = officer.get(f"/servers/{listed['id']}")
            self.answer_from(code, self.servers[code]["fixed_addresses"][0], status="on_platform")
            device = {"code": f"{code}-old", "kind": "server", "system_id": self.ids[code], "status": "off"}
            officer.post("/devices", device | {"off_on": self.today, "addresses": [OLD_ADDRESSES[code]]})

    def answer_from(self, code: str, address: str, **more: str) -> None:
        """From now on the system's check reaches a service at this address."""
        url = self.services.enter_context(answering(address))
        self.urls[code] = url
        self.crew.officer.patch(f"/systems/{self.ids[code]}", {"check_url": url, **more})

    def open_rooms(self) -> None:
        """Rooms of the department's own, in use."""
        for code in ROOMS:
            room = {"code": code, "name": code, "opened_on": "2010-01-01", "area_m2": 40}
            self.ids[code] = self.crew.officer.post("/rooms", room)["id"]

    def close(self, code: str, *, power_w: int = 0, second: str = "operator", photo: str = "") -> None:
        """A room is claimed to be closed, with everything that proves it; what differs from that is the lie."""
        self.crew.officer.patch(f"/rooms/{self.ids[code]}", {"status": "closed", "closed_on": self.today})
        self.observe("operator", code, "power_reading", it_power_w=power_w)
        self.observe("officer", code, "circuits_cut", circuits_left=0)
        self.observe("officer", code, "sign_off")
        self.observe(second, code, "sign_off")
        self.picture(code, "meter_photo", f"{code}-meter")
        self.picture(code, "photo", photo or f"{code}-room")

    def observe(self, who: str, code: str, kind: str, device: str = "", **value: int) -> None:
        """Evidence of a person or a meter."""
        subject = {"subject_kind": "room" if code in ROOMS else "system", "subject_id": self.ids[code]}
        body = subject | {"kind": kind, "value": value, "about": device}
        self.shown[code, kind] = self.crew.people[who].post("/evidence", body)["id"]

    def picture(self, code: str, kind: str, name: str) -> None:
        """A file that begins as a JPEG, another one for another name."""
        query = {"subject_kind": "room", "subject_id": self.ids[code], "kind": kind, "name": f"{name}.jpg"}
        content = b"\xff\xd8\xff\xe0" + name.encode()
        with self.crew.officer.api() as api:
            made = api.upload("/evidence/files", content, media_type="application/octet-stream", query=query).data
        self.shown[code, kind] = made["id"]

    def switch_off(self, code: str) -> None:
        """A server, past the platform."""
        cloud = SimulatedCloud(
            self.town.data / "simulated-sim-1.sqlite3", clock=SystemClock(), code="sim-1", latency_s=(0, 0)
        )
        found = next(one for one in cloud.inventory() if one.backend_id == self.servers[code]["backend_id"])
        SimulatedProvider(cloud).servers.stop(found.tenant, found.backend_id)
        cloud.close()

    def read_cloud(self) -> None:
        self.crew.operator.run("syncs", "run", "sim-1", "--full")

    def await_look(self, kind: str, code: str, *, holds: bool) -> None:
        """Waits for what the platform itself sees of a system."""
        asked = {"subject_kind": "system", "subject_id": self.ids[code], "kind": kind, "holds": holds}
        row = until(lambda: next(iter(self.crew.auditor.rows("/evidence", **asked)), None))
        self.shown[code, kind] = row["id"]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    quick = {"engine_poll_s": 0.1, "cloud_poll_s": 0.1, "settle_s": 0.5}
    latency = {"simulated__latency_min_s": 0.01, "simulated__latency_max_s": 0.1}
    town = Installation(tmp_path_factory.mktemp("lies"), **quick, **latency)
    with ExitStack() as services:
        with town.process("serve"):
            city = City(town, settle(town, blocks=[BLOCK]), services)
            city.move()
            city.open_rooms()
            city.read_cloud()
        with town.process("serve"):
            for code in SYSTEMS:
                city.await_look("check_answers", code, holds=True)
            city.before = city.explain(*SYSTEMS, "reclassed", languages=["en"])
            _tell_the_truth(city)
            _lie(city)
            city.read_cloud()
        with town.process("serve"):
            city.await_look("resources_synced", "switched-off", holds=False)
            city.await_look("check_answers", "left-behind", holds=False)
            city.after = city.explain(*SYSTEMS, *ROOMS)
            yield city


def _tell_the_truth(city: City) -> None:
    city.observe("operator", "moved", "traffic_reading", "moved-old", bytes_per_day=20_000)
    city.close("dead")


def _lie(city: City) -> None:
    city.observe("operator", "noisy", "traffic_reading", "noisy-old", bytes_per_day=DRAWN)
    city.switch_off("switched-off")
    city.answer_from("left-behind", OLD_ADDRESSES["left-behind"])
    city.close("humming", power_w=POWER_W)
    city.close("signed-twice", second="officer")
    city.close("pictured", photo="dead-room")
    city.crew.admin.patch(f"/rooms/{city.ids['reclassed']}", {"kind": "carrier"})


class Planted(NamedTuple):
    """A lie of `code`, the honest twin of which is `twin`: the kind of evidence, its line in English and Chinese."""

    code: str
    twin: str
    lie: str
    kind: str | None
    en: str
    zh: str


LIES = [
    Planted(
        "noisy", "moved", "old_server_runs", "traffic_reading",
        "- The old device noisy-old is said to be off, and drew 48000000000 bytes in a day on {day}. "
        "[an old server runs]",
        "- 旧设备 noisy-old 称已停用，{day} 一日内仍有 48000000000 字节流量。 [旧服务器仍在运行]",
    ),
    Planted(
        "switched-off", "moved", "server_off", "resources_synced",
        "- The server switched-off-1 is on record as in use, and stands switched off in sim-1. [a server is off]",
        "- 虚拟机 switched-off-1 在册为在用，而在 sim-1 上处于关机状态。 [虚拟机已关机]",
    ),
    Planted(
        "left-behind", "moved", "old_address", "check_answers",
        "- Its check {url} answers from {old}: the address of the old device left-behind-old. "
        "[the old address answers]",
        "- 服务检测 {url} 由 {old} 应答，这是旧设备 left-behind-old 的地址。 [旧地址应答]",
    ),
    Planted(
        "humming", "dead", "power_on", "power_reading",
        "- It is claimed to be closed, and its servers drew 4200 W on {day}. [power is on]",
        "- 申报已关停，而 {day} 其服务器用电 4200 瓦。 [仍在用电]",
    ),
    Planted(
        "signed-twice", "dead", "same_person", "sign_off",
        "x officer has signed twice: the second signature does not count. [one person signed twice]",
        "x officer 签字两次，第二次不算数。 [一人签字两次]",
    ),
    Planted(
        "pictured", "dead", "photo_reused", "photo",
        "x The photo dead-room.jpg is the very file that was handed in for dead on {day}. [a photo was reused]",
        "x 照片 dead-room.jpg 与 {day} 为 dead 提交的文件完全相同。 [照片重复使用]",
    ),
    Planted(
        "reclassed", "own", "class_changed", None,
        "- Kind of room was changed from own to carrier's on {day} by admin: it left the count of "
        "Machine rooms centralised (centralisation-rooms). [left a count by its class]",
        "- 机房性质 于 {day} 由 admin 从 自有 改为 运营商，因此退出了 机房集中率（centralisation-rooms） 的统计。 "
        "[改变类别退出统计]",
    ),
]  # fmt: skip


def brackets(lines: list[str]) -> list[str]:
    """The lines that name a lie."""
    return [line for line in lines if re.search(r" \[[^\]]+\]$", line)]


@pytest.mark.parametrize("planted", LIES, ids=lambda planted: planted.lie)
def test_a_lie_is_named_in_both_languages_and_its_honest_twin_is_not(city: City, planted: Planted) -> None:
    said = {"day": city.today, "url": city.urls.get(planted.code), "old": OLD_ADDRESSES.get(planted.code)}
    assert brackets(city.after[planted.code, "en"]) == ["  " + planted.en.format(**said)]
    assert brackets(city.after[planted.code, "zh_CN"]) == ["  " + planted.zh.format(**said)]
    for lang in LANGUAGES:
        assert brackets(city.after[planted.twin, lang]) == []
    assert brackets(city.before.get((planted.code, "en"), [])) == []


@pytest.mark.parametrize("planted", LIES, ids=lambda planted: planted.lie)
def test_a_lie_rests_on_the_evidence_that_gives_it_away(city: City, planted: Planted) -> None:
    told = json.loads(city.crew.auditor.run("consolidation", "explain", planted.code, "-o", "json"))["standing"]
    (point,) = [point for point in told["points"] if point["lie"] is not None]
    assert (told["lies"], point["lie"]) == ([planted.lie], planted.lie)
    assert point["evidence_id"] == (None if planted.kind is None else city.shown[planted.code, planted.kind])
    if planted.kind is None:
        history = city.crew.auditor.run("rooms", "history", planted.code)
        assert re.search(r"admin.*carrier", history), "what it rests on is the register's own history"


def test_what_is_honest_is_verified_as_it_is_claimed(city: City) -> None:
    claims = {"moved": "claimed on the platform, verified on the platform.", "dead": "claimed closed, verified closed."}
    for code, claim in claims.items():
        assert f"{code} {code}: {claim}" in city.after[code, "en"]
    for code in SYSTEMS:
        assert f"{code} {code}: {claims['moved']}" in city.before[code, "en"]
    verified = {
        planted.code: next(line for line in city.after[planted.code, "en"] if "verified" in line).split("verified ")[1]
        for planted in LIES
    }
    contradicted = {"noisy", "switched-off", "left-behind", "humming"}
    assert verified == {code: "contradicted." if code in contradicted else "not proven." for code in verified}
