"""`cloudctl demo`: a generated city, one order's story, a day of the office, the consolidation, and a zombie found.

The department and its head speak to the HTTP API, the office uses the command line: what is printed behind `$` and
`>` can be typed and sent just so. The data stays, for `cloudctl serve`.
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

import click

from cloudctl.bootstrap import App, build
from cloudctl.cli.forms import show_evaluation
from cloudctl.cli.local import consolidation_day, office_day, past, zombie_day
from cloudctl.cli.local.city import APPLICANT, CLOUD, ZONE, city, servers
from cloudctl.cli.local.stage import Stage, serving
from cloudctl.cli.words import _
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.networks import NetworkRequest
from cloudctl.domain.resources import Resource, Tenant
from cloudctl.domain.servers import Server, ServerRequest
from cloudctl.ports.context import platform
from cloudctl.providers.simulated import SimulatedProvider
from cloudctl.providers.simulated.populate import populate
from cloudctl.providers.simulated.utilisation import LABEL
from cloudctl.services import cities
from cloudctl.services.cities import Registered
from cloudctl.settings import load

SYSTEM = f"{APPLICANT}-s1"
IMAGE = "openeuler-24"


@click.command(help=_("A generated city, and one order from the first call to running servers."))
def demo() -> None:
    """Plays the story on a fresh database in the data directory."""
    began = monotonic()
    settings = load(
        overrides={
            "log_level": "ERROR",
            "engine_poll_s": 0.1,
            "cloud_poll_s": 0.2,
            "simulated.latency_max_s": 1.5,
            "orders_per_cloud": 2,
        }
    )
    if Path(settings.data_dir).exists():
        raise click.ClickException(
            _(
                "{path} is there already; the demonstration wants a fresh one. Remove it, or set CLOUDCTL_DATA_DIR."
            ).format(path=settings.data_dir)
        )
    clock = past.PastClock(timedelta(weeks=past.WEEKS))
    app = build(settings, clock=clock, probes=clock.probes)
    app.prepare()
    stage = Stage()
    made = load_city(app, stage)
    stage.scene(_("Some weeks pass: systems move to the platform, machine rooms close"))
    past.play(app, clock, made)
    stage.say(_("{weeks} weeks: what was claimed, and the evidence that was handed in.").format(weeks=past.WEEKS))
    with serving(app) as url:
        stage.open(url, made.tokens)
        _story(stage)
        form = _form("", system_id=stage.get("officer", "/systems", code=SYSTEM)["items"][0]["id"])
        desk = Path(settings.data_dir) / "desk"
        office_day.play(stage, desk, app.context.clock, form)
        consolidation_day.play(stage, desk, app.context.clock)
        zombie_day.play(stage, desk, app.context)
    _farewell(stage, settings.data_dir, settings.port, made.tokens, monotonic() - began)


def load_city(app: App, stage: Stage) -> Registered:
    """The city on record, and its servers running in the simulated cloud."""
    stage.scene(_("The office loads its city"))
    plan = city()
    made = cities.register(app.context, platform("demo"), plan)
    tenants, resources = _running(app, made)
    count = cities.adopt(app.context, platform("demo"), tenants, resources)
    stage.say(
        _("{departments} departments, {systems} systems, {servers} servers on the simulated cloud {cloud}.").format(
            departments=len(made.departments),
            systems=len(made.systems),
            servers=count - len(made.networks),
            cloud=CLOUD,
        )
    )
    return made


def _running(app: App, made: Registered) -> tuple[list[Tenant], list[Resource]]:
    """What already runs: a project and a network for each department, and its servers on them."""
    cloud = city().clouds[0]
    provider = app.context.clouds.provider(cloud)
    assert isinstance(provider, SimulatedProvider)
    sizes = {entry.code: entry for entry in city().catalogue if hasattr(entry, "vcpu")}
    tenants, resources, requests = [], [], []
    owners = {code: department for department, code, _name, _level in city().systems}
    for code, department_id in made.departments.items():
        tenant = provider.tenants.create(department_id, code)
        tenants.append(Tenant(department_id=department_id, cloud=CLOUD, backend_id=tenant))
        network = made.networks[code]
        network.backend_id = provider.networks.create(
            NetworkRequest(
                key=network.id,
                tenant=tenant,
                name=network.name,
                cidr_v4=network.cidr_v4,
                cidr_v6=network.cidr_v6,
                zone=ZONE,
                external_network=cloud.external_network,
            )
        ).backend_id
        resources.append(network)
    backend = {tenant.department_id: tenant.backend_id for tenant in tenants}
    records: list[Server] = []
    for system, name, specification in servers(list(made.systems)):
        size: Any = sizes[specification]
        network = made.networks[owners[system]]
        server = Server(
            id=new_id(),
            order_id=None,
            item=0,
            department_id=network.department_id,
            system_id=made.systems[system],
            cloud=CLOUD,
            zone=ZONE,
            name=name,
            specification=specification,
            vcpu=size.vcpu,
            memory_mib=size.memory_mib,
            root_disk_gib=size.root_disk_gib,
            image=IMAGE,
            network_id=network.id,
            power="on",
            created_at=app.context.clock.now(),
        )
        records.append(server)
        requests.append(
            ServerRequest(
                key=server.id,
                tenant=backend[server.department_id],
                name=name,
                vcpu=server.vcpu,
                memory_mib=server.memory_mib,
                root_disk_gib=server.root_disk_gib,
                image=IMAGE,
                network=network.backend_id or "",
                labels={LABEL: zombie_day.USES[system]} if system in zombie_day.USES else {},
            )
        )
    for server, fact in zip(records, populate(provider.cloud, requests), strict=True):
        server.backend_id = fact.backend_id
        server.fixed_addresses = list(fact.addresses)
    return tenants, [*resources, *records]


def _form(title: str, **more: Any) -> dict[str, Any]:
    """An application for two servers with a data volume each, on a segment of their own."""
    form = {
        "title": title,
        "purpose": "两台应用服务器，各一块数据盘，一个网段",
        "users": "全市各部门",
        "zone": ZONE,
        "backup": "daily",
        "contact_name": "李文",
        "contact_phone": "0532-00000000",
        "no_state_secrets": True,
        "items": [
            {"kind": "network", "name": "oa-net", "prefix_length": 26, "ipv6": True, "term_months": 12},
            {
                "kind": "server",
                "name": "fgw-oa",
                "count": 2,
                "specification": "s4",
                "image": IMAGE,
                "network": "oa-net",
                "disks": [{"size_gib": 100}],
                "ssh_keys": [
                    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKqpVgVTcDzLQ0PtyUCcVKFOhxAf1sEd9cTJlWQ7hfYR li@fgw.example"
                ],
                "user_data": "#cloud-config\npackages: [nginx]\n",
                "term_months": 12,
            },
        ],
    }
    return form | more


def _story(stage: Stage) -> None:
    order = _apply(stage)
    _decide(stage, order)
    _change(stage, order)
    _wrong(stage, order)
    stage.scene(_("The auditor sees who decided what, when and why"))
    stage.command("auditor", "audit", "list", "--target-id", order["id"], "--limit", "12")


def _apply(stage: Stage) -> dict[str, Any]:
    stage.scene(_("A department applies, over the HTTP API"))
    system = stage.get("officer", "/systems", code=SYSTEM)["items"][0]["id"]
    form = _form("公文流转系统上云", system_id=system)
    found = stage.post("officer", "/orders/check", form)
    show_evaluation(found)
    order: dict[str, Any] = stage.post("officer", "/orders?submit=true", form)
    stage.scene(_("The department head signs"))
    stage.post("head", f"/orders/{order['id']}/sign-off", {"reason": "同意"})
    return order


def _decide(stage: Stage, order: dict[str, Any]) -> None:
    stage.scene(_("Another application lacks something: the office sends it back, and it is corrected"))
    other = stage.post(
        "officer", "/orders?submit=true", _form("档案系统上云", system_id=order["system_id"], purpose="扩容")
    )
    stage.post("head", f"/orders/{other['id']}/sign-off")
    stage.command("reviewer", "orders", "list", "--state", "signed_off")
    lacks = ("--missing", "请写明系统用途与用户范围", "--missing", "请补充项目批复文号")
    stage.command("reviewer", "orders", "return", other["number"], *lacks)
    correction = {"purpose": "档案数字化存储，供全市各部门查阅", "project_document": "发改〔2026〕12号"}
    stage.patch("officer", f"/orders/{other['id']}", correction)
    stage.post("officer", f"/orders/{other['id']}/submit")
    stage.scene(_("The office reviews the next and approves; the platform builds"))
    stage.command("reviewer", "orders", "show", order["number"])
    stage.command("reviewer", "orders", "approve", order["number"], "--reason", "材料齐全", "--wait")
    stage.command("officer", "servers", "list", "--order", order["id"])


def _change(stage: Stage, order: dict[str, Any]) -> None:
    stage.scene(_("Later: one server grows, a volume is extended, a term renewed"))
    first, second = sorted(stage.get("officer", "/servers", order_id=order["id"])["items"], key=lambda row: row["name"])
    volume = stage.get("officer", "/volumes", order_id=order["id"])["items"][0]
    changes = [
        {"kind": "resize", "server": first["id"], "specification": "s8"},
        {"kind": "extend", "volume": volume["id"], "size_gib": 200},
        {"kind": "renew", "resource": second["id"], "expires_on": "2028-06-30"},
    ]
    _carry_out(stage, _form("扩容与续期", system_id=order["system_id"], items=changes))
    stage.scene(_("And one server is given back: off at once, restorable for its retention, then gone"))
    release = [{"kind": "release", "resource": second["id"]}]
    _carry_out(stage, _form("退还一台云主机", system_id=order["system_id"], items=release))
    stage.command("officer", "servers", "list", "--order", order["id"])


def _carry_out(stage: Stage, form: dict[str, Any]) -> None:
    """Applied for, signed, approved where a rule does not approve by itself, and followed to its end."""
    order = stage.post("officer", "/orders?submit=true", form)
    signed = stage.post("head", f"/orders/{order['id']}/sign-off")
    if signed["state"] == "signed_off":
        stage.command("reviewer", "orders", "approve", order["number"], "--wait")
    else:
        stage.command("reviewer", "orders", "follow", order["number"])


def _wrong(stage: Stage, order: dict[str, Any]) -> None:
    stage.scene(_("What is wrong gets a reason and the way out, and leaves no trace"))
    far_too_much = _form("超配额申请", system_id=order["system_id"])
    far_too_much["items"][1]["count"] = 50
    stage.refused("officer", "/orders?submit=true", far_too_much)
    stage.say(_("A neighbouring department does not even learn that the order exists:"))
    stage.refused("neighbour", f"/orders/{UUID(order['id'])}")


def _farewell(stage: Stage, data_dir: str, port: int, tokens: dict[str, str], seconds: float) -> None:
    """The commands to try next; each person's token in a 0600 file to source."""
    for login, secret in tokens.items():
        path = Path(data_dir) / f"{login}.env"
        path.touch(mode=0o600)
        path.write_text(
            f"export CLOUDCTL_URL=http://127.0.0.1:{port}\nexport CLOUDCTL_TOKEN={secret}\n", encoding="utf-8"
        )
    stage.scene(_("Done in {seconds:.0f} s. Try next:").format(seconds=seconds))
    program = os.path.relpath(Path(sys.executable).with_name("cloudctl"))
    serve = "make serve" if Path("Makefile").exists() else f"CLOUDCTL_DATA_DIR={data_dir} {program} serve"
    stage.plain(f"  {serve:<44} # keeps this city up on http://127.0.0.1:{port}")
    stage.plain(f"  . {data_dir}/reviewer.env                    # be the reviewer; also officer, head, auditor, ...")
    stage.plain(f"  {program} orders list")
    stage.plain(f"  {program} capacity list")
    stage.plain(f"  {program} zombies explain {zombie_day.ZOMBIE}")
    stage.plain(f"  {program} orders --help")
