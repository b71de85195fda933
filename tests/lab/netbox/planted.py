"""What stands in the NetBox of the lab: the machine rooms of a city, put there through NetBox's own REST API.

    planted = plant(client)         # a client of the administrator, with api/ as its base
    change(planted)                 # what is different later

The rooms hold what a real NetBox holds and a register may stumble over: two devices back to back on one unit, a blade
without a unit of its own, racks of one name in two parts of a site, one device's name in two sites, a nameless device.
"""

from __future__ import annotations

from typing import Any

import httpx

Json = dict[str, Any]

SITES = (
    {"slug": "jf-a", "name": "中心机房", "physical_address": "香港中路 11 号\r\n3 楼"},
    {"slug": "jf-b", "name": "财政局机房", "status": "planned", "tenant": {"slug": "czj"}},
    {"slug": "jf-c", "name": "档案馆机房", "tenant": {"slug": "elsewhere"}},
    {"slug": "jf-d", "name": "老楼机房", "status": "retired"},
)
LOCATIONS = (("jf-a", "floor-3", "三楼"), ("jf-a", "shielded", "屏蔽区"))
RACKS = (("jf-a", "floor-3", "A01", 42), ("jf-a", "floor-3", "A02", 42), ("jf-a", "shielded", "A01", 42),
         ("jf-c", None, "A01", 10), ("jf-c", None, "备用柜", 10), ("jf-b", None, "C01", 42))  # fmt: skip
MODELS = (
    ("inspur", "NF5280M6", {"u_height": 2}),
    ("huawei", "S5735", {"u_height": 1, "is_full_depth": False}),
    ("huawei", "E9000", {"u_height": 12, "subdevice_role": "parent"}),
    ("huawei", "CH121", {"u_height": 0, "subdevice_role": "child"}),
)
ROLES = (("server", "服务器"), ("core-switch", "核心交换机"), ("storage", "存储"))
MAKERS = {"inspur": "浪潮", "huawei": "华为"}
TENANTS = (("czj", "财政局"), ("elsewhere", "外单位"))
VLANS = ((803, "办公"), (804, "业务"))
PREFIXES = (
    {"prefix": "10.8.3.0/24", "description": "OA 网段", "vlan": {"vid": 803}},
    {"prefix": "10.8.4.0/24", "status": "container"},
    {"prefix": "192.168.0.0/24", "description": "带外管理"},
    {"prefix": "10.9.0.0/16", "status": "deprecated", "description": "旧网段"},
    {"prefix": "fd00:8:3::/64", "vlan": {"vid": 804}},
    {"prefix": "10.8.5.0/26", "status": "reserved"},
)


class Planted:
    """Puts things there, and knows their numbers."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self.ids: dict[str, int] = {}

    def make(self, path: str, key: str, body: Json) -> int:
        """One object; `key` is what we call it here."""
        answer = self._client.post(path, json=body)
        if answer.is_error:
            raise RuntimeError(f"{path} {body}: {answer.status_code} {answer.text[:500]}")
        self.ids[key] = int(answer.json()["id"])
        return self.ids[key]

    def change(self, path: str, key: str, body: Json) -> None:
        """Changes one of them."""
        answer = self._client.patch(f"{path}{self.ids[key]}/", json=body)
        if answer.is_error:
            raise RuntimeError(f"{path} {body}: {answer.status_code} {answer.text[:500]}")


def plant(client: httpx.Client) -> Planted:
    """Everything."""
    made = Planted(client)
    for slug, name in TENANTS:
        made.make("tenancy/tenants/", slug, {"slug": slug, "name": name})
    for site in SITES:
        made.make("dcim/sites/", str(site["slug"]), dict(site))
    for site_slug, slug, name in LOCATIONS:
        made.make("dcim/locations/", slug, {"site": {"slug": site_slug}, "slug": slug, "name": name})
    for site_slug, location, name, height in RACKS:
        rack = {"site": {"slug": site_slug}, "name": name, "u_height": height}
        where = {"location": made.ids[location]} if location else {}
        made.make("dcim/racks/", f"{site_slug}/{location}/{name}", rack | where)
    for slug, name in MAKERS.items():
        made.make("dcim/manufacturers/", slug, {"slug": slug, "name": name})
    for maker, model, more in MODELS:
        kind = {"manufacturer": {"slug": maker}, "model": model, "slug": model.lower()}
        made.make("dcim/device-types/", model, kind | more)
    made.make("dcim/device-bay-templates/", "bay", {"device_type": made.ids["E9000"], "name": "刀片 1"})
    for slug, name in ROLES:
        made.make("dcim/device-roles/", slug, {"slug": slug, "name": name, "color": "9e9e9e"})
    _devices(made, client)
    made.make("ipam/roles/", "office", {"slug": "office", "name": "办公"})
    for vid, name in VLANS:
        made.make("ipam/vlans/", f"vlan {vid}", {"vid": vid, "name": name, "site": {"slug": "jf-a"}})
    for prefix in PREFIXES:
        scope = {"scope_type": "dcim.site", "scope_id": made.ids["jf-a"]}
        made.make("ipam/prefixes/", str(prefix["prefix"]), prefix | scope)
    return made


def change(made: Planted) -> None:
    """The first device goes, and the planned room opens under another name."""
    made.change("dcim/devices/", "srv-1", {"status": "decommissioning"})
    made.change("dcim/sites/", "jf-b", {"name": "财政局新机房", "status": "active"})


def change_back(made: Planted) -> None:
    """The first device runs after all."""
    made.change("dcim/devices/", "srv-1", {"status": "active"})


def _devices(made: Planted, client: httpx.Client) -> None:
    _device(made, "srv-1", 1, serial="S1")
    _device(made, "srv-2", 3, tenant={"slug": "czj"})
    _device(made, None, 5, status="offline")
    _device(made, "sw-1", 40, "S5735", role="core-switch", asset_tag="ZC-4", serial="S5735-1")
    _device(made, "sw-2", 40, "S5735", role="core-switch", face="rear")
    _device(made, "to-come", 20, status="planned")
    _device(made, "in-store", None, rack=None, status="inventory")
    _device(made, "blades", 1, "E9000", rack="jf-a/floor-3/A02")
    _device(made, "blade-1", None, "CH121", rack=None)
    bay = client.get("dcim/device-bays/", params={"device_id": made.ids["blades"]}).json()["results"][0]
    made.ids["bay"] = bay["id"]
    made.change("dcim/device-bays/", "bay", {"installed_device": made.ids["blade-1"]})
    _device(made, "san-1", 7, role="storage", rack="jf-a/shielded/A01", status="failed")
    _device(made, "srv-arch", 1, rack="jf-c/None/A01", site="jf-c", tenant={"slug": "elsewhere"})
    _device(made, "srv-1", 4, rack="jf-c/None/A01", site="jf-c", key="srv-1 of jf-c")
    _device(made, "srv-new", 1, rack="jf-b/None/C01", site="jf-b", status="staged")
    for name, addresses in (
        ("srv-1", ("10.1.1.1/24", "fd00:1::1/64")), ("srv-2", ("10.1.1.2/24",)), ("blade-1", ("fd00:1::9/64",)),
    ):  # fmt: skip
        plug = {"device": made.ids[name], "name": "eth0", "type": "1000base-t"}
        port = made.make("dcim/interfaces/", f"{name} eth0", plug)
        for address in addresses:
            at = {"assigned_object_type": "dcim.interface", "assigned_object_id": port}
            number = made.make("ipam/ip-addresses/", address, {"address": address} | at)
            made.change("dcim/devices/", name, {"primary_ip6" if ":" in address else "primary_ip4": number})


def _device(
    made: Planted,
    name: str | None,
    position: int | None,
    model: str = "NF5280M6",
    *,
    role: str = "server",
    rack: str | None = "jf-a/floor-3/A01",
    site: str = "jf-a",
    key: str = "",
    **more: Any,
) -> None:
    body: Json = {"name": name, "device_type": made.ids[model], "role": {"slug": role}, "site": {"slug": site}, **more}
    if rack is not None:
        body["rack"] = made.ids[rack]
    if position is not None:
        body |= {"position": position, "face": more.get("face", "front")}
    made.make("dcim/devices/", key or name or "nameless", body)
