"""Every route of the application: none answers without a token, none shows a foreigner anything.

The table is the application's own, so a new route is tried from its first day. Ids in paths are those of things that
belong to the department `fgw`; who asks is an officer and the head of `czj`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from fastapi.routing import APIRoute

from api.main import ROUTERS
from cloudctl.bootstrap import platform
from cloudctl.domain.addresses import Address
from cloudctl.domain.adoptions import Adoption
from cloudctl.domain.attachments import Attachment
from cloudctl.domain.cards import Card
from cloudctl.domain.clocks import Colour
from cloudctl.domain.deputies import Deputy
from cloudctl.domain.drift import DriftKind, News, finding_id
from cloudctl.domain.emergencies import Emergency
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.inventory import Census, CloudObject, ObjectKind, Source
from cloudctl.domain.letters import Letter, LetterKind
from cloudctl.domain.networks import Network
from cloudctl.domain.notices import Notice
from cloudctl.domain.ratings import Rating
from cloudctl.domain.servers import Server
from cloudctl.domain.transfers import Transfer
from cloudctl.domain.volumes import Volume
from cloudctl.services import syncs
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
    "POST /v1/systems": {
        "code": "theirs", "name": "n", "mlps_level": 1, "department_id": "{fgw}", "no_state_secrets": True,
    },
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
    "POST /v1/adoptions/plan": {},
    "POST /v1/adoptions/{adoption_id}/undo": {"reason": "r"},
    "POST /v1/drift/{finding_id}/resolve": {"by": "accept", "reason": "r"},
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
    "PUT /v1/me/notifications": {"digest": "none"},
    "PUT /v1/accounts/{account_id}/notifications": {"muted": ["order_submitted"]},
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
    "GET /v1/inventory",
    "GET /v1/drift",
    "GET /v1/order-form.xlsx",
}  # fmt: skip


# What has to be asked with.
ASKED = {"/v1/freezes/check": "?act=patches"}

# What takes a file refuses the body of these tests before it looks at anything.
FILES = {
    "POST /v1/adoptions/import",
    "POST /v1/orders/import",
    "POST /v1/orders/import/marked",
    "POST /v1/orders/{order_id}/attachments",
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
        "deputy_id": deputy(city, officer, department),
        "who": officer,
        "rating_id": rated(city, UUID(order["id"]), officer, department),
        **put_by(city, UUID(order["id"]), officer, department, system, ids["server_id"]),
        "resources": ids["server_id"],
        "zone": "extranet",
        "notice_id": notice(city, UUID(order["id"]), officer),
        "code": "extranet",
        "letter_id": letter(city, UUID(order["id"]), department),
        "specialist": "network",
        "card_id": card(city, UUID(order["id"])),
        "freeze_id": str(new_id()),
        "attachment_id": attachment(city, UUID(order["id"]), officer, department),
        "object_id": seen(city, department, system),
        "sync_id": str(syncs.ask(city.installation.context, platform("test"), "cloud-a").id),
        "finding_id": finding(city, department),
        "adoption_id": adoption(city, officer, department),
        "rule_id": str(new_id()),
        "year": "2026",
        "day": "2026-12-01",
    }
    shown = {"who", "cloud_id", "zone", "code", "resource_id", "specialist", "year", "day"}
    hidden = {value for name, value in by_name.items() if name not in shown}
    return Belongings(by_name, hidden | {f"{department}-{system}-"})


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
        assert answer.status == 200 or (route, who) == ("GET /v1/order-form.xlsx", "strange-head")  # writes no orders
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
