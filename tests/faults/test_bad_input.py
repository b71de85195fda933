"""Bad input through the HTTP API: a problem document that names the field and the way out, and no trace left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from api.main import create_app
from cloudctl.domain.items import ExtendItem
from cloudctl.domain.quotas import Dimension
from cloudctl.ports.context import platform
from cloudctl.services import addresses, catalogue, clouds, quotas, systems, tokens
from tests.factories import Installed, ssh_key
from tests.seeds import CLOUD, ZONE
from tests.unit.api.client import Answer, Client


@pytest.fixture(scope="module")
def door(installed: Installed) -> Iterator[Client]:
    with Client(create_app(installed.ctx)) as client:
        yield client


@dataclass
class Sender:
    """Somebody at the API: what is in the city, and one attempt."""

    city: Installed
    door: Client
    who: str = "officer"
    headers: dict[str, str] = field(default_factory=dict)

    def post(self, path: str, payload: Any = None) -> Answer:
        return self.door.using(self.city.secrets[self.who]).post(path, payload, **self.headers)

    def hand_in(self, *items: dict[str, Any], **fields: Any) -> Answer:
        return self.post("/v1/orders?submit=true", self.form(*items, **fields))

    def form(self, *items: dict[str, Any], **fields: Any) -> dict[str, Any]:
        form = {
            "system_id": str(self.city.ids["oa"]),
            "title": "OA 上云",
            "purpose": "办公系统",
            "no_state_secrets": True,
            "zone": ZONE,
            "backup": "daily",
            "contact_name": "李",
            "contact_phone": "0532-1",
            "project_document": "发改〔2026〕12号",
            "items": [network(), *items] if items else [network()],
        }
        return form | fields


def network(**fields: Any) -> dict[str, Any]:
    return {"kind": "network", "name": "net", "prefix_length": 28, "term_months": 12, **fields}


def server(**fields: Any) -> dict[str, Any]:
    item = {"kind": "server", "name": "web", "specification": "s2", "image": "openeuler", "network": "net"}
    return item | {"ssh_keys": [ssh_key()], "term_months": 12} | fields


def over_quota(sender: Sender) -> Callable[[], Answer]:
    return lambda: sender.hand_in(server(count=33))


def unknown_specification(sender: Sender) -> Callable[[], Answer]:
    return lambda: sender.hand_in(server(specification="s1024"))


def retired_specification(sender: Sender) -> Callable[[], Answer]:
    fields = {"name": "old", "vcpu": 1, "memory_mib": 1024, "root_disk_gib": 40}
    catalogue.put(sender.city.ctx, platform("t"), "specifications", "old", {**fields, "retired": True})
    return lambda: sender.hand_in(server(specification="old"))


def overlapping_prefix(sender: Sender) -> Callable[[], Answer]:
    taken = sender.city.submitted(sender.city.build_items(count=1))
    cidr = next(prefix.cidr for prefix in sender.city.prefixes(taken) if ":" not in prefix.cidr)
    return lambda: sender.post("/v1/orders?submit=true", sender.form(items=[network(cidr=cidr)]))


def prefix_outside_the_zone(sender: Sender) -> Callable[[], Answer]:
    return lambda: sender.post("/v1/orders?submit=true", sender.form(items=[network(cidr="172.16.0.0/24")]))


def exhausted_prefix(sender: Sender) -> Callable[[], Answer]:
    """A zone with room for one segment, which is taken."""
    city = sender.city
    ctx, seed, zone = city.ctx, platform("t"), "narrow"
    catalogue.put(ctx, seed, "zones", zone, {"name": "专网区", "name_en": "Narrow", "max_mlps_level": 3})
    clouds.update(ctx, seed, city.record.id, {"zones": frozenset({ZONE, zone})})
    for cidr in ("10.99.0.0/28", "fd00:99::/48"):
        addresses.add_supernet(ctx, seed, zone=zone, cidr=cidr)
    quotas.set_limit(
        ctx,
        seed,
        department_id=city.ids["fgw"],
        cloud=CLOUD,
        zone=zone,
        dimension=Dimension.SEGMENTS,
        limit=5,
    )
    assert sender.hand_in(zone=zone).status == 201
    return lambda: sender.hand_in(zone=zone)


def unserved_zone(sender: Sender) -> Callable[[], Answer]:
    return lambda: sender.hand_in(zone="internet")


def unknown_zone(sender: Sender) -> Callable[[], Answer]:
    return lambda: sender.hand_in(zone="atlantis")


def mlps_too_high(sender: Sender) -> Callable[[], Answer]:
    officer = sender.city.people["officer"]
    code = f"core-{officer.actor.name}"
    high = systems.create(sender.city.ctx, officer, code=code, name="核心", mlps_level=4, no_state_secrets=True)
    return lambda: sender.hand_in(system_id=str(high.id))


def foreign_system(sender: Sender) -> Callable[[], Answer]:
    return lambda: sender.hand_in(system_id=str(sender.city.ids["ys"]))


def expired_token(sender: Sender) -> Callable[[], Answer]:
    city = sender.city
    _, city.secrets["officer"] = tokens.issue(city.ctx, platform("t"), city.ids["officer"], name="brief", days=1)
    city.clock.move(days=1)
    return sender.hand_in


def revoked_token(sender: Sender) -> Callable[[], Answer]:
    city = sender.city
    token, city.secrets["officer"] = tokens.issue(city.ctx, platform("t"), city.ids["officer"], name="lost")
    tokens.revoke(city.ctx, platform("t"), token.id)
    return sender.hand_in


def foreign_token(sender: Sender) -> Callable[[], Answer]:
    draft = sender.post("/v1/orders", sender.form()).json()
    sender.who = "stranger"
    return lambda: sender.post(f"/v1/orders/{draft['id']}/submit")


def key_with_another_body(sender: Sender) -> Callable[[], Answer]:
    sender.headers = {"idempotency_key": f"key-{sender.city.ids['fgw']}"}
    assert sender.hand_in().status == 201
    return lambda: sender.hand_in(title="another")


def stale_etag(sender: Sender) -> Callable[[], Answer]:
    draft = sender.post("/v1/orders", sender.form())
    path = f"/v1/orders/{draft.json()['id']}"
    client = sender.door.using(sender.city.secrets["officer"])
    assert client.patch(path, {"title": "newer"}, if_match=draft.headers["etag"]).status == 200
    return lambda: client.patch(path, {"title": "mine"}, if_match=draft.headers["etag"])


def stale_submit(sender: Sender) -> Callable[[], Answer]:
    sender.headers = {"if_match": '"7"'}
    draft = sender.door.using(sender.city.secrets["officer"]).post("/v1/orders", sender.form()).json()
    return lambda: sender.post(f"/v1/orders/{draft['id']}/submit")


def user_data_too_large(sender: Sender) -> Callable[[], Answer]:
    return lambda: sender.hand_in(server(user_data="x" * (64 * 1024 + 1)))


def invalid_ssh_key(sender: Sender) -> Callable[[], Answer]:
    return lambda: sender.hand_in(server(ssh_keys=[ssh_key(), "ssh-ed25519 bm8ga2V5"]))


def term_past_the_limit(sender: Sender) -> Callable[[], Answer]:
    return lambda: sender.hand_in(server(term_months=37))


def release_while_changing(sender: Sender) -> Callable[[], Answer]:
    city = sender.city
    volume = city.resources(city.delivered(city.build_items(count=1)))["oa-1-disk-1"]
    city.submitted([ExtendItem(volume=volume.id, size_gib=200)])
    release = {"kind": "release", "resource": str(volume.id)}
    return lambda: sender.post("/v1/orders?submit=true", sender.form(items=[release]))


CASES = [
    (over_quota, 422, "policy-denied", "items"),
    (unknown_specification, 422, "invalid", "items[1].specification"),
    (retired_specification, 422, "invalid", "items[1].specification"),
    (overlapping_prefix, 409, "conflict", "items[0].cidr"),
    (prefix_outside_the_zone, 422, "invalid", "items[0].cidr"),
    (exhausted_prefix, 409, "pool-exhausted", "items[0].prefix_length"),
    (unserved_zone, 422, "invalid", "zone"),
    (unknown_zone, 422, "invalid", "zone"),
    (mlps_too_high, 422, "invalid", "system_id"),
    (foreign_system, 404, "not-found", "system_id"),
    (expired_token, 401, "unauthenticated", None),
    (revoked_token, 401, "unauthenticated", None),
    (foreign_token, 404, "not-found", None),
    (key_with_another_body, 422, "idempotency-mismatch", "Idempotency-Key"),
    (stale_etag, 412, "stale", "If-Match"),
    (stale_submit, 412, "stale", "If-Match"),
    (user_data_too_large, 422, "invalid", "items[1].user_data"),
    (invalid_ssh_key, 422, "invalid", "items[1].ssh_keys[1]"),
    (term_past_the_limit, 422, "policy-denied", "items[1].term_months"),
    (release_while_changing, 409, "resource-claimed", "items[0].resource"),
]


@pytest.mark.parametrize(
    ("prepare", "status", "code", "named"), CASES, ids=[case[0].__name__.replace("_", " ") for case in CASES]
)
def test_a_refusal_names_the_field_and_the_way_out_and_leaves_no_trace(
    city: Installed,
    door: Client,
    prepare: Callable[[Sender], Callable[[], Answer]],
    status: int,
    code: str,
    named: str | None,
) -> None:
    attempt = prepare(Sender(city, door))
    before, ledger, cloud = city.rows(), city.ledger(), city.cloud.inventory()
    answer = attempt()
    problem = answer.json()
    assert (answer.status, problem["status"], problem["code"]) == (status, status, code), problem
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert problem["type"].endswith(f"/problems/{code}")
    assert problem["title"]
    assert problem["detail"]
    assert problem["way_out"]
    assert problem["request_id"]
    assert problem.get("field") == named
    assert (city.rows(), city.ledger(), city.cloud.inventory()) == (before, ledger, cloud)


def test_a_refused_order_can_be_mended_and_handed_in(city: Installed, door: Client) -> None:
    sender = Sender(city, door)
    draft = sender.post("/v1/orders", sender.form(server(count=33))).json()
    refused = sender.post(f"/v1/orders/{draft['id']}/submit")
    assert refused.json()["code"] == "policy-denied"
    assert [finding["rule"] for finding in refused.json()["findings"]].count("quota-exceeded") == 1
    still = door.using(city.secrets["officer"]).get(f"/v1/orders/{draft['id']}").json()
    assert (still["state"], still["version"]) == ("draft", draft["version"])
    mended = sender.form(server(count=1))["items"]
    patched = door.using(city.secrets["officer"]).patch(f"/v1/orders/{draft['id']}", {"items": mended})
    assert patched.status == 200, patched.body
    assert sender.post(f"/v1/orders/{draft['id']}/submit").json()["state"] == "submitted"


def test_the_same_key_and_body_are_answered_as_before_and_change_nothing(city: Installed, door: Client) -> None:
    sender = Sender(city, door, headers={"idempotency_key": f"once-{city.ids['fgw']}"})
    first = sender.hand_in()
    before = city.rows()
    again = sender.hand_in()
    assert (again.status, again.body) == (first.status, first.body)
    assert again.headers["idempotent-replayed"] == "true"
    assert city.rows() == before


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_problem_is_told_in_the_reader_s_language(city: Installed, door: Client, language: str) -> None:
    form = Sender(city, door).form(zone="atlantis")
    answer = door.using(city.secrets["officer"], language).post("/v1/orders", form)
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in answer.json()["way_out"])
    assert chinese == (language == "zh-CN")
