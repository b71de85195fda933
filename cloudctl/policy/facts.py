"""What a condition can read: the shape of the facts, and how a case's facts stand on the base document.

Services build `OrderFacts`; conditions name its keys (`totals.vcpu > 32`). Every key is always present: what does not
apply has a neutral value (0, "", false), so that a rule never trips over an absent field. Values are plain JSON.

>>> merged({"zone": {"code": "extranet", "max_mlps_level": 3}}, {"zone": {"code": "dmz"}})
{'zone': {'code': 'dmz', 'max_mlps_level': 3}}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypedDict


class FormFacts(TypedDict):
    """The form. `is_change` when every item changes what exists; `go_live_on` is YYYY-MM-DD or ""."""

    number: str
    title: str
    purpose: str
    zone: str
    backup: str
    ports: str
    bandwidth_mbps: int
    project_document: str
    contact_name: str
    contact_phone: str
    go_live_on: str
    is_change: bool
    emergency: bool


class DepartmentFacts(TypedDict):
    """Who asks; `level` is city, district or township."""

    code: str
    name: str
    level: str


class SystemFacts(TypedDict):
    """For which system; `classification` is "" where it has none, `xinchuang` that it has to run on 信创."""

    code: str
    name: str
    mlps_level: int
    classification: str
    xinchuang: bool


class ZoneFacts(TypedDict):
    """A zone, and the MLPS level up to which it may carry systems; `xinchuang`: new servers in it run on 信创."""

    code: str
    max_mlps_level: int
    xinchuang: bool


class CloudFacts(TypedDict):
    """A cloud, its MLPS level and its processors; code "" while none is chosen, no architectures while unstated.

    Of an order over several clouds: the codes joined by `+`, the lowest level, the processors of all.
    """

    code: str
    max_mlps_level: int
    architectures: list[str]


class ItemFacts(TypedDict):
    """One item of the order; sizes are those of ONE of its `count` things.

    `kind` is the item's tag (server, volume, network, address, resize, extend, renew, release) and `resource_kind`
    the kind of what it makes or changes. `disk_gib` is all data disks of one server, or a volume's size; a resize
    or an extend gives the new size. `term_months` of a renewal counts from today to the new end, rounded up.
    `growth` says that the item raises a quota dimension. `architecture` and `os` (the image's family) are a server's,
    "" for everything else; `xinchuang` says that both its specification and its image are 信创.
    """

    kind: str
    name: str
    count: int
    term_months: int
    vcpu: int
    memory_mib: int
    root_disk_gib: int
    disk_gib: int
    image: str
    specification: str
    architecture: str
    os: str
    xinchuang: bool
    prefix_length: int
    ipv6: bool
    user_data: bool
    ssh_keys: int
    resource_kind: str
    growth: bool


class TotalsFacts(TypedDict):
    """By how much the whole order raises each quota dimension; 0 for what it does not raise."""

    vcpu: int
    memory_mib: int
    volume_gib: int
    servers: int
    segments: int
    addresses: int


class QuotaFacts(TypedDict):
    """One dimension's account without this order's own hold; `left` is limit - used, negative after an adoption.

    Of an order over several clouds: the account that it brings nearest to its end, with room added for what it takes
    on the others.
    """

    limit: int
    used: int
    left: int


class ExemptionFacts(TypedDict):
    """An exemption that is in force for this department and system: the rule's name and the exemption's UUID."""

    rule: str
    id: str


class OrderFacts(TypedDict):
    """All that is known when an order is judged. `quota` has all six dimensions; `today` is YYYY-MM-DD.

    `exemptions` lift findings after the rules have spoken; conditions cannot read them.
    """

    order: FormFacts
    department: DepartmentFacts
    system: SystemFacts
    zone: ZoneFacts
    cloud: CloudFacts
    items: list[ItemFacts]
    totals: TotalsFacts
    quota: dict[str, QuotaFacts]
    today: str
    exemptions: list[ExemptionFacts]


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with `changes` laid over it, key by key at every depth; lists and single values are replaced."""
    result = dict(base)
    for key, value in changes.items():
        below = result.get(key)
        deeper = isinstance(below, Mapping) and isinstance(value, Mapping)
        result[key] = merged(result[key], value) if deeper else value
    return result


def completed(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Full facts from a few: laid over `base`, each item over the neutral one that `base` keeps under `item`."""
    result = merged(base, changes)
    neutral = result.pop("item")
    result["items"] = [merged(neutral, item) for item in result["items"]]
    return result


def unknown(base: Mapping[str, Any], changes: Mapping[str, Any]) -> Iterator[str]:
    """The paths of what `changes` names and the base document does not have: a slip of the pen, most likely."""
    yield from _strange(base, {name: value for name, value in changes.items() if name not in {"item", "items"}}, "")
    items = changes.get("items", [])
    for index, item in enumerate(items if isinstance(items, list) else [items]):
        if isinstance(item, Mapping):
            yield from _strange(base["item"], item, f"items[{index}].")
        else:
            yield f"items[{index}]"


def _strange(base: Mapping[str, Any], changes: Mapping[str, Any], prefix: str) -> Iterator[str]:
    for key, value in changes.items():
        if key not in base:
            yield f"{prefix}{key}"
        elif isinstance(base[key], Mapping) and isinstance(value, Mapping):
            yield from _strange(base[key], value, f"{prefix}{key}.")
