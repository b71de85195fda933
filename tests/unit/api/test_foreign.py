"""Every route of the application: none answers without a token, none shows a foreigner anything.

The table is the application's own, so a new route is tried from its first day. Ids in paths are those of things that
belong to the department `fgw`; who asks is an officer and the head of `czj`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
import pytest
from fastapi.routing import APIRoute

from api.main import ROUTERS
from cloudctl.domain.access_grants import AccessGrant
from cloudctl.domain.access_grants import AccessLevel as EntryLevel
from cloudctl.domain.accesses import Access
from cloudctl.domain.accounts import Role
from cloudctl.domain.addresses import Address
from cloudctl.domain.adoptions import Adoption
from cloudctl.domain.app_acts import ActKind, AppAct
from cloudctl.domain.app_backups import AppBackup
from cloudctl.domain.apps import App, instance_of
from cloudctl.domain.assessments import Assessment, Disposition
from cloudctl.domain.attachments import Attachment
from cloudctl.domain.calendars import PEOPLE_ZONE
from cloudctl.domain.campaigns import Campaign, digest_of
from cloudctl.domain.cards import Card
from cloudctl.domain.cases import Case, CaseOrigin
from cloudctl.domain.clearings import Clearing
from cloudctl.domain.clocks import Colour
from cloudctl.domain.close_lines import CloseLine, CloseLineKind, Outcome
from cloudctl.domain.colocations import Colocation
from cloudctl.domain.dependencies import Dependency
from cloudctl.domain.deputies import Deputy
from cloudctl.domain.devices import Device, DeviceKind
from cloudctl.domain.drift import DriftKind, News, finding_id
from cloudctl.domain.emergencies import Emergency
from cloudctl.domain.evidence import Evidence, EvidenceKind, Subject
from cloudctl.domain.evidence import Source as EvidenceSource
from cloudctl.domain.fittings import AccessKind, AccessLevel
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.inventory import Census, CloudObject, ObjectKind, Source
from cloudctl.domain.letters import Letter, LetterKind
from cloudctl.domain.networks import Network
from cloudctl.domain.notices import Notice
from cloudctl.domain.purposes import DeclaredPurpose, Purpose
from cloudctl.domain.racks import Rack
from cloudctl.domain.ratings import Rating
from cloudctl.domain.rooms import Room
from cloudctl.domain.runs import Run, RunArtifact, RunBatch
from cloudctl.domain.secrets import Owner, SecretKind
from cloudctl.domain.servers import Server
from cloudctl.domain.shadows import Shadow, ShadowKind, ShadowSubject
from cloudctl.domain.signals import Sentence
from cloudctl.domain.systems import System
from cloudctl.domain.transfers import Transfer
from cloudctl.domain.verdicts import Judged, KeptPolicy, Rule, Verdict, VerdictState
from cloudctl.domain.volumes import Volume
from cloudctl.domain.waste import Proposal, Saved, WasteKind
from cloudctl.domain.waves import Move, MoveStep, Readiness, Slip, StepKind, Wave
from cloudctl.domain.zombie_exemptions import ZombieExemption
from cloudctl.ports.context import platform
from cloudctl.services import secrets, syncs
from tests.unit.api.conftest import City

ROUTES = sorted(
    (route.path, method)
    for module in ROUTERS
    for route in module.router.routes
    if isinstance(route, APIRoute) and route.path.startswith("/v1/")
    for method in route.methods
)

# Bodies that would do something, if only the caller were somebody else. `{...}` are ids of `fgw`.
BODIES: dict[str, dict[str, Any]] = {
    "POST /v1/orders": {
        "system_id": "{system}", "title": "t", "purpose": "p", "zone": "extranet", "items": "{items}",
        "no_state_secrets": True,
    },
    "POST /v1/apps": {
        "blueprint": "department-site", "zone": "extranet", "department_id": "{fgw}", "no_state_secrets": True,
    },
    "POST /v1/apps/each": {
        "blueprint": "department-site", "zone": "extranet", "departments": ["fgw"], "no_state_secrets": True,
    },
    "POST /v1/runs": {"playbook": "deploy_app", "hosts": ["{server_id}"]},
    "POST /v1/runs/reports": {
        "playbook": "deploy_app", "hosts": {"019ab3c0-6f00-7b12-8a44-5b1e9d7c4a02": {}},
        "started_at": "2026-03-02T08:00:00Z", "ended_at": "2026-03-02T08:01:00Z",
    },
    "POST /v1/runs/{run_id}/settle": {"reason": "r"},
    "PATCH /v1/hosts/{host_id}": {"ring": "early"},
    "POST /v1/hosts/{host_id}/enrol": {"again": True},
    "POST /v1/hosts/{host_id}/quarantine": {"reason": "r"},
    "PUT /v1/secrets": {"owner_kind": "host", "owner_id": "{host_id}", "name": "become_password", "value": "mine now"},
    "POST /v1/access-grants": {
        "system_id": "{system}", "networks": ["10.8.0.0/24"], "ends_on": "{soon}", "reason": "r",
    },
    "POST /v1/access-grants/{grant_id}/decide": {"decision": "approve"},
    "POST /v1/access-grants/{grant_id}/revoke": {"reason": "r"},
    "POST /v1/access-grants/{grant_id}/sign": {"hours": 1},
    "POST /v1/apps/{app_id}/reject": {"reason": "r"},
    "POST /v1/apps/{app_id}/settle": {"reason": "r"},
    "POST /v1/apps/{app_id}/retire": {"reason": "r"},
    "POST /v1/apps/{app_id}/scale": {"hosts": 2},
    "POST /v1/systems": {
        "code": "theirs", "name": "n", "mlps_level": 1, "department_id": "{fgw}", "no_state_secrets": True,
    },
    "POST /v1/rooms": {"code": "theirs-room", "name": "n", "department_id": "{fgw}", "opened_on": "2010-01-01"},
    "POST /v1/racks": {"room_id": "{room_id}", "code": "B01"},
    "POST /v1/devices": {"code": "theirs-device", "kind": "server", "department_id": "{fgw}"},
    "POST /v1/colocations": {
        "number": "TG-9", "department_id": "{fgw}", "rack_id": "{rack_id}", "first_unit": 1, "units": 1, "power_w": 1,
    },
    "POST /v1/accesses": {
        "number": "ZX-9", "department_id": "{fgw}", "kind": "line", "level": "city", "zone": "extranet",
        "bandwidth_mbps": 1,
    },
    "PATCH /v1/rooms/{room_id}": {"name": "mine now"},
    "PATCH /v1/racks/{rack_id}": {"units": 40},
    "PATCH /v1/devices/{device_id}": {"name": "mine now"},
    "PATCH /v1/accesses/{access_id}": {"note": "mine now"},
    "POST /v1/dependencies": {"system_id": "{system_2}", "on_id": "{system}"},
    "POST /v1/departments": {"code": "mine", "name": "n", "level": "city"},
    "POST /v1/departments/{department_id}/merge": {"into": "{fgw}", "reason": "r"},
    "POST /v1/departments/{department_id}/retire": {"reason": "r"},
    "POST /v1/accounts": {"login": "x", "name": "x", "email": "x@y", "roles": ["office-admin"]},
    "POST /v1/accounts/{account_id}/tokens": {"name": "stolen"},
    "POST /v1/clouds": {"code": "c", "name": "c", "kind": "simulated", "zones": [], "capacity": {}},
    "POST /v1/clouds/{code}/sync": {"mode": "full"},
    "POST /v1/supernets": {"zone": "extranet", "cidr": "10.99.0.0/16"},
    "PUT /v1/calendars/days/{day}": {"works": False, "words": "w"},
    "POST /v1/freezes": {
        "name": "n", "starts_at": "2027-01-01T00:00:00Z", "ends_at": "2027-01-02T00:00:00Z", "binds": ["orders"],
        "reason": "r",
    },
    "POST /v1/maintenance": {
        "name": "n", "reason": "r", "starts_at": "2099-01-01T00:00:00+08:00", "ends_at": "2099-01-01T01:00:00+08:00",
    },
    "POST /v1/freezes/exceptions": {"act": "patches", "reason": "r"},
    "POST /v1/supervision/cards/{card_id}/excuse": {"reason": "r"},
    "POST /v1/deputies": {
        "principal": "officer", "deputy": "{who}", "starts_at": "2026-01-01T00:00:00Z",
        "ends_at": "2026-12-31T00:00:00Z", "reason": "r",
    },
    "POST /v1/orders/decisions": {"verb": "reject", "rows": [{"order": "{order}", "reason": "r"}]},
    "POST /v1/orders/{order_id}/recall": {"reason": "r"},
    "POST /v1/exemptions": {"rule": "r", "department_id": "{fgw}", "reason": "r", "ends_on": "2027-01-01"},
    "POST /v1/orders/{order_id}/return": {"reason": "r"},
    "POST /v1/orders/{order_id}/reject": {"reason": "r"},
    "POST /v1/orders/{order_id}/refuse": {"reason": "r"},
    "POST /v1/orders/{order_id}/opinions": {"verdict": "agree", "specialist": "network"},
    "POST /v1/orders/{order_id}/opinions/ask": {"specialist": "network"},
    "POST /v1/emergencies": {
        "order": {"system_id": "{system}", "title": "t", "purpose": "p", "zone": "extranet", "no_state_secrets": True,
                  "items": [{"kind": "volume", "name": "v", "size_gib": 1, "term_months": 1}]},
        "approver": "x", "approved_at": "2026-03-02T00:00:00Z", "note": "x",
    },
    "POST /v1/emergencies/{emergency_id}/complete": {"document_number": "1"},
    "POST /v1/emergencies/{emergency_id}/return": {"reason": "r"},
    "POST /v1/transfers": {
        "resources": ["{servers}"], "to_department": "czj", "to_system": "czxt", "reason": "r",
    },
    "POST /v1/transfers/{transfer_id}/refuse": {"reason": "r"},
    "POST /v1/adoption-rules": {
        "code": "mine", "matches": {"name": "*"}, "department_id": "{fgw}", "system_id": "{system}", "term_months": 1,
    },
    "POST /v1/adoptions": {},
    "POST /v1/register-imports/netbox": {"url": "https://netbox.example/", "token": "t", "department": "fgw"},
    "POST /v1/adoptions/plan": {},
    "POST /v1/adoptions/{adoption_id}/undo": {"reason": "r"},
    "POST /v1/drift/{finding_id}/resolve": {"by": "accept", "reason": "r"},
    "POST /v1/shadows/sweeps": {
        "kind": "dns", "source": "s", "taken_at": "2026-01-01T00:00:00Z",
        "records": [{"name": "n", "type": "A", "value": "10.0.0.1"}],
    },
    "POST /v1/shadows/{shadow_id}/register": {"system": "oa", "reason": "r"},
    "POST /v1/shadows/{shadow_id}/merge": {"reason": "r"},
    "POST /v1/shadows/{shadow_id}/clear": {"reason": "r"},
    "POST /v1/shadows/{shadow_id}/dismiss": {"reason": "r"},
    "POST /v1/waste/{proposal_id}/accept": {"no_state_secrets": True},
    "POST /v1/waste/{proposal_id}/decline": {"reason": "r"},
    "PUT /v1/clouds/{cloud_id}/reserves/{zone}": {"amounts": {"vcpu": 1}},
    "POST /v1/orders/{order_id}/take-over": {"reason": "r"},
    "POST /v1/servers/{server_id}/snapshot": {"name": "s"},
    "POST /v1/orders/{order_id}/rating": {"mark": 1, "reason": "r"},
    "POST /v1/ratings/{rating_id}/answer": {"answer": "a"},
    "POST /v1/policies/explain": {"order_id": "{order}"},
    "PUT /v1/quotas": {
        "department_id": "{fgw}", "cloud": "cloud-a", "zone": "extranet", "dimension": "vcpu", "limit": 1,
    },
    "PUT /v1/catalogue/specifications/{code}": {"name": "n", "vcpu": 1, "memory_mib": 1, "root_disk_gib": 1},
    "PUT /v1/catalogue/images/{code}": {
        "name": "n", "os_family": "f", "architecture": "x86_64", "min_disk_gib": 1, "login_user": "u",
    },
    "PUT /v1/catalogue/volume-types/{code}": {"name": "n"},
    "PUT /v1/catalogue/zones/{code}": {"name": "n", "name_en": "n", "max_mlps_level": 1},
    "PUT /v1/catalogue/classifications/{code}": {"name": "n"},
    "PUT /v1/catalogue/security-packages/{code}": {"name": "n"},
    "PUT /v1/me/notifications": {"digest": "none"},
    "PUT /v1/accounts/{account_id}/notifications": {"muted": ["order_submitted"]},
    "POST /v1/evidence": {
        "subject_kind": "system", "subject_id": "{system}", "kind": "traffic_reading", "about": "x",
        "value": {"bytes_per_day": 1},
    },
    "POST /v1/cases": {"department_id": "{fgw}", "title": "t", "reason": "r"},
    "POST /v1/cases/lies": {"subject_kind": "system", "subject_id": "{system}"},
    "POST /v1/cases/{case_id}/prove": {"proof": "p"},
    "POST /v1/cases/{case_id}/close": {},
    "POST /v1/cases/{case_id}/return": {"reason": "r"},
    "POST /v1/assessments": {"system_id": "{system}", "verdict": "keep", "reason": "r"},
    "POST /v1/zombies/scans": {"policy": "default"},
    "POST /v1/telemetry/reads": {"first": "2026-01-01", "last": "2026-01-02"},
    "POST /v1/campaigns": {"title": "t", "systems": ["{system}"]},
    "POST /v1/campaigns/plan": {"systems": ["{system}"]},
    "POST /v1/campaigns/{campaign_id}/stop": {"reason": "r"},
    "POST /v1/campaigns/{campaign_id}/resume": {"reason": "r"},
    "POST /v1/stops": {"reason": "r"},
    "POST /v1/stops/ask": {"reason": "r"},
    "POST /v1/clearings/{clearing_id}/answer": {"answer": "release"},
    "POST /v1/clearings/{clearing_id}/lines": {"kind": "dns_removed", "outcome": "number", "words": "w"},
    "POST /v1/clearings/{clearing_id}/restore": {"reason": "r"},
    "POST /v1/clearings/{clearing_id}/dismiss": {"reason": "r"},
    "POST /v1/clearings/{clearing_id}/resume": {"reason": "r"},
    "POST /v1/clearings/{clearing_id}/propose": {"reason": "r"},
    "POST /v1/clearings/{clearing_id}/take-back": {"reason": "r"},
    "POST /v1/clearings/{clearing_id}/confirm": {"reason": "r"},
    "POST /v1/zombies/purposes": {"system_id": "{system}", "purpose": "standby", "reason": "备机值守"},
    "POST /v1/zombies/exemptions": {"system_id": "{system}", "ends_on": "{soon}", "reason": "r"},
    "POST /v1/zombies/exemptions/{exemption_id}/decide": {"decision": "grant"},
    "POST /v1/zombies/exemptions/{exemption_id}/revoke": {"reason": "r"},
    "POST /v1/systems/{system_id}/merge": {"into": "czxt", "reason": "r"},
    "POST /v1/consolidation/plan": {"dry_run": True},
    "POST /v1/move-steps/{step_id}/complete": {"note": "n"},
    "POST /v1/move-steps/{step_id}/hold": {"reason": "r"},
    "PUT /v1/departments/{department_id}/readiness": {"ready_on": "2027-01-01", "reason": "r"},
    "PATCH /v1/orders/{order_id}": {"title": "mine now"},
    "PATCH /v1/systems/{system_id}": {"name": "mine now"},
    "PATCH /v1/departments/{department_id}": {"name": "mine now"},
    "PUT /v1/departments/{department_id}/clouds": {"clouds": []},
    "PATCH /v1/accounts/{account_id}": {"active": False},
    "PATCH /v1/clouds/{cloud_id}": {"retired": True},
}  # fmt: skip
BODIES["POST /v1/orders/check"] = BODIES["POST /v1/orders"]

# What everybody may see, and one's own: these answer 200, without anything of another department.
OPEN = {
    "GET /v1/systems/due", "GET /v1/dependencies",
    "GET /v1/checks", "GET /v1/check-results", "GET /v1/incidents", "GET /v1/maintenance", "GET /v1/availability",
    "GET /v1/status", "GET /v1/app-backups/unrestorable",
    "GET /v1/apps", "GET /v1/app-acts", "GET /v1/app-backups", "GET /v1/blueprints", "GET /v1/blueprints/{name}",
    "GET /v1/hosts", "GET /v1/hosts/inventory", "GET /v1/secrets", "GET /v1/access-grants",
    "GET /v1/authorities", "GET /v1/authorities/{kind}/trusted",
    "GET /v1/rooms", "GET /v1/rooms/spaces", "GET /v1/racks", "GET /v1/devices", "GET /v1/colocations",
    "GET /v1/accesses",
    "GET /v1/emergencies", "GET /v1/transfers", "GET /v1/calendars/{year}", "GET /v1/freezes",
    "GET /v1/freezes/check",
    "GET /v1/supervision/due", "GET /v1/supervision/cards", "GET /v1/supervision/limits",
    "GET /v1/me", "GET /v1/todo", "GET /v1/deputies", "GET /v1/catalogue", "GET /v1/capacity", "GET /v1/policies",
    "GET /v1/clouds",
    "GET /v1/clouds/{cloud_id}", "GET /v1/orders", "GET /v1/systems", "GET /v1/servers",
    "GET /v1/volumes", "GET /v1/networks", "GET /v1/addresses", "GET /v1/prefixes", "GET /v1/quotas",
    "GET /v1/departments", "GET /v1/opinions", "GET /v1/letters", "GET /v1/exemptions", "GET /v1/supernets",
    "GET /v1/quotas/summary",
    "GET /v1/ratings", "GET /v1/ratings/summary", "GET /v1/channels", "GET /v1/me/notifications",
    "PUT /v1/me/notifications",
    "GET /v1/attachments",
    "GET /v1/evidence", "GET /v1/evidence/contradictions",
    "GET /v1/cases", "GET /v1/indicators", "GET /v1/indicators/{name}",
    "GET /v1/consolidation/status", "GET /v1/consolidation/ranking", "GET /v1/consolidation/forecast",
    "GET /v1/assessments", "GET /v1/waves", "GET /v1/waves/{wave_id}", "GET /v1/moves", "GET /v1/move-steps",
    "GET /v1/slips", "GET /v1/readiness",
    "GET /v1/campaigns", "GET /v1/clearings", "GET /v1/stops",
    "GET /v1/telemetry/sources", "GET /v1/telemetry/reads", "GET /v1/telemetry/coverage",
    "GET /v1/zombies", "GET /v1/zombies/verdicts", "GET /v1/zombies/purposes", "GET /v1/zombies/exemptions",
    "GET /v1/inventory",
    "GET /v1/drift",
    "GET /v1/shadows", "GET /v1/shadows/counts", "GET /v1/waste", "GET /v1/savings/reclaimed",
    "GET /v1/order-form.xlsx",
    "GET /v1/register-forms/{noun}.xlsx",
    "GET /v1/systems/duplicates",
    "GET /v1/savings", "GET /v1/reports/monthly", "GET /v1/reports/monthly.xlsx", "GET /v1/reports/monthly.pdf",
    "GET /v1/reports/servers", "GET /v1/reports/orders", "GET /v1/reports/cases", "GET /v1/reports/holdings",
}  # fmt: skip

# What of it only who writes it may see: the head of a department has no part in it.
OFFICERS = {"GET /v1/order-form.xlsx", "GET /v1/secrets"}

# What has to be asked with. A department reads the reports of times in which it stood.
MONTH = datetime.now(PEOPLE_ZONE).strftime("%Y-%m")
ASKED = {
    "/v1/freezes/check": "?act=patches",
    "/v1/runs/{run_id}/artifacts/content": "?name=log.txt",
    "/v1/reports/monthly": f"?month={MONTH}",
    "/v1/reports/monthly.xlsx": f"?month={MONTH}",
    "/v1/reports/monthly.pdf": f"?month={MONTH}",
    "/v1/reports/servers": f"?month={MONTH}&that=opened",
    "/v1/reports/orders": f"?month={MONTH}&that=submitted",
    "/v1/reports/cases": f"?month={MONTH}&that=opened",
    "/v1/reports/holdings": f"?month={MONTH}",
}

# What takes a file refuses the body of these tests before it looks at anything.
FILES = {
    "POST /v1/adoptions/import",
    "POST /v1/orders/import",
    "POST /v1/orders/import/marked",
    "POST /v1/orders/{order_id}/attachments",
    "POST /v1/evidence/files",
    "POST /v1/clearings/{clearing_id}/lines/files",
    "POST /v1/telemetry/files",
    "POST /v1/register-forms/{noun}/import",
    "POST /v1/register-forms/{noun}/import/marked",
}


@dataclass
class Belongings:
    """What belongs to fgw: by the name that routes give it in their paths, and every id of it."""

    by_name: dict[str, str]
    secrets: set[str] = field(default_factory=set)

    def fill(self, text: str) -> str:
        for name, value in self.by_name.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    def filled(self, body: Any) -> Any:
        if body == "{items}":
            return [{"kind": "volume", "name": "v", "size_gib": 1, "term_months": 1}]
        if isinstance(body, dict):
            return {key: self.filled(value) for key, value in body.items()}
        if isinstance(body, list):
            return [self.filled(value) for value in body]
        return self.fill(body) if isinstance(body, str) else body


@pytest.fixture(scope="module")
def theirs(city: City) -> Belongings:
    return belongings(city)


def belongings(city: City, officer: str = "officer", department: str = "fgw", system: str = "spt") -> Belongings:
    """Something of every noun for a department; in the bodies `fgw` stands for it."""
    form = json.loads(json.dumps(city.form()).replace("fgw-spt", f"{department}-{system}"))
    order = city.made(officer, "/v1/orders?submit=true", form | {"system_id": city.ids[system]})
    token = city.made(officer, f"/v1/accounts/{city.ids[officer]}/tokens", {"name": "to be kept"})
    rule = city.as_("admin").get("/v1/policies").json()[0]["name"]
    exempted = city.as_("admin").post(
        "/v1/exemptions",
        {"rule": rule, "department_id": city.ids[department], "reason": "整改", "ends_on": city.today(30)},
    )
    ids = resources(city, department, system)
    by_name = ids | {
        "noun": "systems",
        "playbook": "deploy_app",
        "run_id": ran(city),
        "order_id": order["id"],
        "order": order["id"],
        "workflow_id": f"{order['id']}:1",
        "system_id": city.ids[system],
        "system": city.ids[system],
        "department_id": city.ids[department],
        "fgw": city.ids[department],
        "account_id": city.ids[officer],
        "token_id": token["id"],
        "cloud_id": city.ids["cloud-a"],
        "exemption_id": exempted.json().get("id", str(new_id())),
        **needed(city, department, system),
        **premises(city, department, system),
        "app_id": hosted(city, department, system),
        **moving(city, officer, department, system),
        "deputy_id": deputy(city, officer, department),
        "who": officer,
        "rating_id": rated(city, UUID(order["id"]), officer, department),
        **put_by(city, UUID(order["id"]), officer, department, system, ids["server_id"]),
        "resources": ids["server_id"],
        "host_id": ids["server_id"],
        "kind": "ssh",
        **entered(city, officer, department, system, ids["server_id"]),
        "zone": "extranet",
        "notice_id": notice(city, UUID(order["id"]), officer),
        "code": "extranet",
        "letter_id": letter(city, UUID(order["id"]), department),
        "specialist": "network",
        "card_id": card(city, UUID(order["id"])),
        "freeze_id": str(new_id()),
        "window_id": str(new_id()),
        **supervised(city, officer, department, system),
        "name": "centralisation-rooms",
        "attachment_id": attachment(city, UUID(order["id"]), officer, department),
        "object_id": seen(city, department, system),
        "sync_id": str(syncs.ask(city.installation.context, platform("test"), "cloud-a").id),
        "finding_id": finding(city, department),
        "shadow_id": shadow(city, department),
        "proposal_id": proposal(city, department),
        "adoption_id": adoption(city, officer, department),
        "rule_id": str(new_id()),
        "year": "2026",
        "day": "2026-12-01",
        "soon": city.today(30),
        **(told := judged(city, officer, department, system)),
        **cleared(city, officer, department, system, told["verdict_id"]),
    }
    shown = {
        "wave_id", "noun", "name", "who", "cloud_id", "zone", "code", "resource_id", "specialist", "year", "day",
        "soon", "kind",
    }  # fmt: skip
    hidden = {value for name, value in by_name.items() if name not in shown}
    return Belongings(by_name, hidden | {f"{department}-{system}-"})


def premises(city: City, department: str, system: str) -> dict[str, str]:
    """A room with a rack, a device in it, a colocation and a line."""
    mark = f"{department}-{system}-premises"
    with city.installation.context.unit_of_work(platform("test")) as uow:
        own: dict[str, Any] = {"department_id": city.uuid(department), "created_at": uow.now}
        room = Room(code=mark, name=mark, **own)
        uow.rooms.add(room)
        rack = Rack(room_id=room.id, code=mark, created_at=uow.now)
        uow.racks.add(rack)
        device = Device(code=mark, kind=DeviceKind.SERVER, room_id=room.id, **own)
        uow.devices.add(device)
        colocation = Colocation(number=f"{mark}-c", units=1, power_w=1, state="in_use", **own)
        uow.colocations.add(colocation)
        access = Access(
            number=f"{mark}-a", kind=AccessKind.LINE, level=AccessLevel.CITY, zone="extranet", bandwidth_mbps=1,
            state="in_use", **own,
        )  # fmt: skip
        uow.accesses.add(access)
    things = {"room": room, "rack": rack, "device": device, "colocation": colocation, "access": access}
    return {f"{name}_id": str(thing.id) for name, thing in things.items()}


def hosted(city: City, department: str, system: str) -> str:
    """An application that runs, with what was done to it and a backup."""
    code = f"{department}-{system}-app"
    with city.installation.context.unit_of_work(platform("test")) as uow:
        own: dict[str, Any] = {"department_id": city.uuid(department), "created_at": uow.now}
        app = App(
            code=code, name=code, system_id=city.uuid(system), blueprint="department-site", wanted="1.0.0",
            release="1.0.0", zone="extranet", instance=instance_of(code), address=f"{code}.apps.internal",
            quota_mib=1, memory_mib=1, state="running", **own,
        )  # fmt: skip
        uow.apps.add(app)
        act = AppAct(app_id=app.id, kind=ActKind.BACK_UP, was="running", state="done", **own)
        uow.app_acts.add(act)
        uow.app_backups.add(
            AppBackup(
                app_id=app.id, act_id=act.id, snapshot="s", release="1.0.0", cause="asked", taken_at=uow.now, **own
            )
        )
    return str(app.id)


def entered(city: City, officer: str, department: str, system: str, server: str) -> dict[str, str]:
    """A grant of access to the system, asked for, and a secret of its server."""
    ctx = city.installation.context
    with ctx.unit_of_work(platform("test")) as uow:
        grant = AccessGrant(
            system_id=city.uuid(system), department_id=city.uuid(department), holder_id=city.uuid(officer), holder="x",
            level=EntryLevel.USER, networks=["10.8.0.0/24"], ends_on=uow.now.date(), reason="r",
            asked_by=city.uuid(officer), created_at=uow.now,
        )  # fmt: skip
        uow.access_grants.add(grant)
    owner = Owner(SecretKind.HOST, UUID(server))
    secret = secrets.put(ctx, platform("test"), owner, "become_password", f"{department}-{system}-open")
    return {"grant_id": str(grant.id), "secret_id": str(secret.id)}


def ran(city: City) -> str:
    """A run that has ended, and left its log."""
    ctx = city.installation.context
    kept = ctx.files.put(b"log")
    with ctx.unit_of_work(platform("test")) as uow:
        run = Run(playbook="deploy_app", zone="extranet", state="succeeded", created_at=uow.now)
        uow.runs.add(run)
        file = {"name": "log.txt", "media_type": "text/plain", "size_bytes": kept.size_bytes, "digest": kept.digest}
        uow.runs.keep(run.id, RunArtifact(**file))
        uow.runs.say(run.id, RunBatch(events=(), state="succeeded"))
    return str(run.id)


def moving(city: City, officer: str, department: str, system: str) -> dict[str, str]:
    """A system that was decided on and stands in a wave under way, with a step, a slip, and its department's day."""
    with city.installation.context.unit_of_work(platform("test")) as uow:
        now, day = uow.now, uow.now.date()
        key = city.uuid(system)
        assessment = Assessment(system_id=key, state="decided", verdict=Disposition.REHOST, why="r", created_at=now)
        uow.assessments.add(assessment)
        wave = Wave(
            number=1 + len(uow.waves.all()), state="running", starts_on=day, ends_on=day, days=[day], systems=1,
            vcpu=1, memory_mib=1, created_at=now,
        )  # fmt: skip
        uow.waves.add(wave)
        move = Move(system_id=key, wave_id=wave.id, state="planned", vcpu=1, memory_mib=1, created_at=now)
        uow.moves.put_many([move], {})
        step = MoveStep(
            move_id=move.id, position=1, kind=StepKind.MANUAL, name={"en": "x", "zh_CN": "x"},
            role=Role.DEPARTMENT_OFFICER, due_on=day, created_at=now,
        )  # fmt: skip
        uow.move_steps.replace([], [step])
        uow.slips.add(
            Slip(
                wave_id=wave.id, move_id=move.id, step_id=step.id, name=step.name, due_on=day, noticed_on=day,
                created_at=now,
            )
        )  # fmt: skip
        uow.readiness.add(
            Readiness(
                department_id=city.uuid(department), ready_on=day, reason="r", set_by=city.uuid(officer), created_at=now
            )
        )
    return {
        "assessment_id": str(assessment.id), "wave_id": str(wave.id), "step_id": str(step.id), "move_id": str(move.id),
    }  # fmt: skip


def judged(city: City, officer: str, department: str, system: str) -> dict[str, str]:
    """A verdict on a system, its declared purpose, and an exemption that is asked for."""
    key, owner = city.uuid(system), city.uuid(department)
    told = Judged(
        state=VerdictState.SUSPECT, rule=Rule.IDLE, confidence=50, purpose=Purpose.ORDINARY, recognised=True,
        cleared=True, flagged=False, exempt_until=None, headline=Sentence("x"), signals=[], servers=[], changes=[],
    )  # fmt: skip
    with city.installation.context.unit_of_work(platform("test")) as uow:
        own: dict[str, Any] = {"system_id": key, "department_id": owner, "created_at": uow.now}
        verdict = Verdict(
            scan_id=new_id(), day=uow.now.date(), at=uow.now, state=told.state, before=None, rule=told.rule,
            confidence=50, purpose=told.purpose, cleared=True, flagged=False, exempt_until=None, signs=[], judged=told,
            digest=told.digest, policy="default", policy_version=1, policy_digest="x", **own,
        )  # fmt: skip
        uow.verdicts.add(verdict)
        text = city.installation.context.zombie_policies["default"]
        body = msgspec.json.encode(text, order="deterministic").decode()
        digest = sha256(body.encode()).hexdigest()
        uow.zombie_policies.keep(
            KeptPolicy(name="default", version=text.version, digest=digest, body=body, created_at=uow.now)
        )
        by = city.uuid(officer)
        purpose = DeclaredPurpose(purpose=Purpose.ORDINARY, reason="业务系统", suspected=False, declared_by=by, **own)
        uow.purposes.add(purpose)
        exemption = ZombieExemption(reason="r", ends_on=uow.now.date() + timedelta(days=30), asked_by=by, **own)
        uow.zombie_exemptions.add(exemption)
    return {
        "verdict_id": str(verdict.id), "purpose_id": str(purpose.id), "zombie_exemption_id": str(exemption.id),
    }  # fmt: skip


def needed(city: City, department: str, system: str) -> dict[str, str]:
    """A second system of the department, on which the first depends."""
    with city.installation.context.unit_of_work(platform("test")) as uow:
        other = System(
            department_id=city.uuid(department), code=f"{department}-{system}-2", name="x", mlps_level=1,
            mlps_due_on=uow.now.date(), created_at=uow.now,
        )  # fmt: skip
        uow.systems.add(other)
        made = Dependency(system_id=city.uuid(system), on_id=other.id, created_at=uow.now)
        uow.dependencies.add(made)
    return {"system_2": str(other.id), "dependency_id": str(made.id)}


def finding(city: City, department: str) -> str:
    """A finding of drift about something of a department."""
    subject = new_id()
    key = finding_id("cloud-a", DriftKind.OWNERLESS, subject)
    news = News(
        id=key, kind=DriftKind.OWNERLESS, subject_id=subject, subject_kind="server", name="oa", object_id=None,
        resource_id=None, department_id=city.uuid(department), facts={}, evidence={}, mark="", words={}, next_step={},
    )  # fmt: skip
    with city.installation.context.unit_of_work(platform("test")) as uow:
        uow.drift.open("cloud-a", new_id(), [news])
    return str(key)


def shadow(city: City, department: str) -> str:
    """A shadow system in a project of a department."""
    with city.installation.context.unit_of_work(platform("test")) as uow:
        made = Shadow(
            id=new_id(), kind=ShadowKind.UNREGISTERED, subject=ShadowSubject.SERVER, subject_key="k",
            name=f"{department}-shadow", department_id=city.uuid(department), facts={}, evidence={}, mark="", words={},
            next_step={}, found_at=uow.now, created_at=uow.now,
        )  # fmt: skip
        uow.shadows.add(made)
    return str(made.id)


def proposal(city: City, department: str) -> str:
    """A proposal to a department."""
    subject = new_id()
    with city.installation.context.unit_of_work(platform("test")) as uow:
        made = Proposal(
            id=new_id(), kind=WasteKind.POWERED_OFF, cloud="cloud-a", zone="extranet", subject_id=subject,
            subject_kind="server", name=f"{department}-waste", department_id=city.uuid(department), system_id=None,
            resource_id=subject, object_id=None, saved=Saved(vcpu=1), saved_fen=1, book_version=1, rules_version=1,
            facts={}, mark="", words={}, next_step={}, found_at=uow.now, created_at=uow.now,
        )  # fmt: skip
        uow.waste.add(made)
    return str(made.id)


def adoption(city: City, officer: str, department: str) -> str:
    """An adoption of a sheet of which one row was rejected."""
    fault = {"message": "It is on record already.", "way_out": "", "params": {}}
    with city.installation.context.unit_of_work(platform("test")) as uow:
        made = Adoption(
            number=f"NG-{department}", source="sheet", rejected=[{"row": 4, "cells": {}, "faults": [fault]}],
            asked_by=city.uuid(officer), state="done", created_at=uow.now,
        )  # fmt: skip
        uow.adoptions.add(made)
    return str(made.id)


def deputy(city: City, officer: str, department: str) -> str:
    """An appointment of the department's officer, long over."""
    with city.installation.context.unit_of_work(platform("test")) as uow:
        principal = uow.accounts.by_login(officer)
        assert principal is not None
        made = Deputy(
            principal_id=principal.id, deputy_id=principal.id, department_id=city.uuid(department),
            starts_at=uow.now, ends_at=uow.now, reason="公休", appointed_by=None, created_at=uow.now,
        )  # fmt: skip
        uow.deputies.add(made)
    return str(made.id)


def cleared(city: City, officer: str, department: str, system: str, verdict_id: str) -> dict[str, str]:
    """A closed case of the system, its campaign, and a close-out line with a file."""
    policy = city.installation.context.zombie_policies["default"]
    kept = city.installation.context.files.put(f"%PDF-1.7 {verdict_id}".encode())
    who, owner = city.uuid(officer), city.uuid(department)
    with city.installation.context.unit_of_work(platform("test")) as uow:
        campaign = Campaign(
            number=f"清理行动〔2025〕{department}号", title="x", policy_name="default", policy=policy,
            digest=digest_of(policy), started_by=city.uuid("reviewer"), started_at=uow.now,
        )  # fmt: skip
        uow.campaigns.add(campaign)
        made = Clearing(
            number=f"清理〔2025〕{department}号", campaign_id=campaign.id, system_id=city.uuid(system),
            department_id=owner, verdict_id=UUID(verdict_id), claim=None, words={"zh_CN": "x", "en": "x"}, servers=[],
            state="closed", close_out=f"销号〔2025〕{department}号", closed_by=who, closed_at=uow.now,
            changed_at=uow.now, created_at=uow.now,
        )  # fmt: skip
        uow.clearings.add(made)
        line = CloseLine(
            clearing_id=made.id, department_id=owner, kind=CloseLineKind.DATA_ARCHIVED, outcome=Outcome.FILE,
            name="x.pdf", media_type="application/pdf", size_bytes=kept.size_bytes, digest=kept.digest, filled_by=who,
            created_at=uow.now,
        )  # fmt: skip
        uow.close_lines.add(line)
    return {"campaign_id": str(campaign.id), "clearing_id": str(made.id), "line_id": str(line.id)}


def attachment(city: City, order_id: UUID, officer: str, department: str) -> str:
    """A file that was handed in with the order."""
    kept = city.installation.context.files.put(f"%PDF-1.7 {order_id}".encode())
    with city.installation.context.unit_of_work(platform("test")) as uow:
        made = Attachment(
            order_id=order_id, department_id=city.uuid(department), name="批复.pdf", media_type="application/pdf",
            size_bytes=kept.size_bytes, digest=kept.digest, added_by=city.uuid(officer), created_at=uow.now,
        )  # fmt: skip
        uow.attachments.add(made)
    return str(made.id)


def supervised(city: City, officer: str, department: str, system: str) -> dict[str, str]:
    """A case of the department, and a photo of it in evidence."""
    kept = city.installation.context.files.put(b"\xff\xd8\xff" + department.encode())
    with city.installation.context.unit_of_work(platform("test")) as uow:
        now, own = uow.now, city.uuid(department)
        case = Case(
            number=f"督办-{department}", department_id=own, origin=CaseOrigin.HAND, subject_kind=Subject.SYSTEM,
            subject_id=city.uuid(system), title="x", reason="x", due_on=now.date(), due_at=now, created_at=now,
        )  # fmt: skip
        proof = Evidence(
            subject_kind=Subject.CASE, subject_id=case.id, department_id=own, kind=EvidenceKind.CASE_PROOF, value={},
            holds=True, observed_at=now, expires_at=now + timedelta(days=1), source=EvidenceSource.PERSON,
            by=city.uuid(officer), name="x.jpg", media_type="image/jpeg", size_bytes=6, digest=kept.digest,
            created_at=now,
        )  # fmt: skip
        uow.cases.add(case)
        uow.evidence.add(proof)
    return {"case_id": str(case.id), "evidence_id": str(proof.id)}


def notice(city: City, order_id: UUID, officer: str) -> str:
    """A notice to the officer about the order."""
    with city.installation.context.unit_of_work(platform("test")) as uow:
        made = Notice(
            recipient=f"{officer}@example.gov.cn", template="order_approved", params={"number": "1"},
            order_id=order_id, account_id=city.uuid(officer), due_at=uow.now, created_at=uow.now,
        )  # fmt: skip
        uow.notices.add(made)
    return str(made.id)


def card(city: City, order_id: UUID) -> str:
    """A yellow card for the step that the order is in."""
    with city.installation.context.unit_of_work(platform("test")) as uow:
        clock = uow.orders.lock(order_id).clock
        assert clock is not None
        made = Card(
            clock_id=clock.id, order_id=order_id, department_id=clock.department_id, step=clock.step,
            colour=Colour.YELLOW, due_on=clock.promised_on, given_at=uow.now,
        )  # fmt: skip
        uow.cards.add(made)
    return str(made.id)


def letter(city: City, order_id: UUID, department: str) -> str:
    """A letter to the department about its order."""
    said = {"zh_CN": "受理通知书", "en": "Notice of acceptance"}
    with city.installation.context.unit_of_work(platform("test")) as uow:
        made = Letter(
            number=f"受理〔2025〕{department}号", kind=LetterKind.ACCEPTANCE, order_id=order_id,
            department_id=city.uuid(department), template="acceptance.1", title=said, content=said, issued_by=None,
            issued_at=uow.now,
        )  # fmt: skip
        uow.letters.add(made)
    return str(made.id)


def resources(city: City, department: str, system: str) -> dict[str, str]:
    """One active resource of each kind on a department's record, as a delivery leaves them."""
    common: dict[str, Any] = {
        "order_id": None, "item": 0, "department_id": city.uuid(department), "system_id": city.uuid(system),
        "cloud": "cloud-a", "zone": "extranet", "state": "active", "backend_id": "b-1",
    }  # fmt: skip
    name = f"{department}-{system}"
    with city.installation.context.unit_of_work(platform("test")) as uow:
        common["created_at"] = uow.now
        network = Network(id=new_id(), name=f"{name}-net-9", cidr_v4="10.8.200.0/24", **common)
        server = Server(
            id=new_id(), name=f"{name}-app-9", specification="s2.medium", vcpu=2, memory_mib=4096, root_disk_gib=40,
            image="openeuler", network_id=network.id, **common | {"backend_id": f"vm-{department}"},
        )  # fmt: skip
        volume = Volume(id=new_id(), name=f"{name}-data-9", size_gib=10, volume_type="standard", **common)
        address = Address(id=new_id(), name=f"{name}-ip-9", server_id=server.id, address="203.0.113.9", **common)
        for resource in (network, server, volume, address):
            uow.resources.add(resource)
    return {
        "server_id": str(server.id), "servers": str(server.id), "volumes": str(volume.id),
        "networks": str(network.id), "addresses": str(address.id),
    }  # fmt: skip


def seen(city: City, department: str, system: str) -> str:
    """The department's server in the inventory, once under another name."""
    for name in ("before", "app-9"):
        found = CloudObject(
            kind=ObjectKind.SERVER, native_id=f"vm-{department}", name=f"{department}-{system}-{name}"
        )  # fmt: skip
        with city.installation.context.unit_of_work(platform("test")) as uow:
            news = Census("cloud-a", uow.inventory.known("cloud-a")).take([found])
            uow.inventory.write("cloud-a", news, source=Source.FULL)
            uow.inventory.link("cloud-a")
    return str(news[0].id)


def put_by(city: City, order_id: UUID, officer: str, department: str, system: str, server: str) -> dict[str, str]:
    """The record of an emergency, and a transfer within the department."""
    own, who, now = city.uuid(department), city.uuid(officer), city.installation.context.clock.now()
    emergency = Emergency(
        number=f"YJ-{department}", order_id=order_id, department_id=own, approver="x", approved_at=now, noted_by=who,
        note="x", due_at=now, created_at=now,
    )  # fmt: skip
    transfer = Transfer(
        number=f"HZ-{department}", from_department_id=own, to_department_id=own, to_system_id=city.uuid(system),
        resources=[UUID(server)], reason="x", asked_by=who, created_at=now,
    )  # fmt: skip
    with city.installation.context.unit_of_work(platform("test")) as uow:
        uow.emergencies.add(emergency)
        uow.transfers.add(transfer)
    return {"emergency_id": str(emergency.id), "transfer_id": str(transfer.id)}


def rated(city: City, order_id: UUID, officer: str, department: str) -> str:
    """A rating on a department's record."""
    with city.installation.context.unit_of_work(platform("test")) as uow:
        given = {"order_id": order_id, "department_id": city.uuid(department), "rated_by": city.uuid(officer)}
        rating = Rating(**given, mark=5, created_at=uow.now)
        uow.ratings.add(rating)
    return str(rating.id)


def target(path: str, belongings: Belongings) -> str:
    noun = path.split("/")[2]
    path = path.replace("{impact_kind}/{impact_name}", "cloud/cloud-a")
    path = path.replace("/blueprints/{name}", "/blueprints/department-site")
    return belongings.fill(path.replace("{resource_id}", f"{{{noun}}}")) + ASKED.get(path, "")


@pytest.mark.parametrize(("path", "method"), ROUTES)
def test_no_route_answers_without_a_token(city: City, theirs: Belongings, path: str, method: str) -> None:
    answer = city.client.using(None).request(method, target(path, theirs), payload={})
    assert (answer.status, answer.json()["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize("who", ["stranger", "strange-head"])
@pytest.mark.parametrize(("path", "method"), ROUTES)
def test_no_route_shows_or_changes_anything_foreign(
    city: City, theirs: Belongings, path: str, method: str, who: str
) -> None:
    route = f"{method} {path}"
    body = theirs.filled(BODIES[route]) if route in BODIES else None
    answer = city.as_(who).request(method, target(path, theirs), payload=body)
    if route in OPEN:
        assert answer.status == (403 if who == "strange-head" and route in OFFICERS else 200), answer.body
        assert not [secret for secret in theirs.secrets if secret.encode() in answer.body]
    else:
        assert answer.status in {403, 404, *((415, 422) if route in FILES else ())}, answer.body


def test_the_owner_does_see_them(city: City, theirs: Belongings) -> None:
    """The same paths, asked by the officer: the 404s above are about who asks, not about what is there."""
    reads = [path for path, method in ROUTES if method == "GET" and "{" in path]
    answered = {path: city.as_("auditor").get(target(path, theirs)).status for path in reads if "events" not in path}
    assert {path for path, status in answered.items() if status != 200} == {"/v1/workflows/{workflow_id}"}


def test_every_body_belongs_to_a_route() -> None:
    assert set(BODIES) | OPEN <= {f"{method} {path}" for path, method in ROUTES}
