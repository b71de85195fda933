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

    `kind` is the item's tag (server, volume, network, address, colocation, access, resize, extend, renew, release) and
    `resource_kind` the kind of what it makes or changes. `disk_gib` is all data disks of one server, or a volume's
    size; a resize or an extend gives the new size. `term_months` of a renewal counts from today to the new end, rounded
    up.
    `growth` says that the item raises a quota dimension. `architecture` and `os` (the image's family) are a server's,
    "" for everything else; `xinchuang` says that both its specification and its image are 信创.
    `units` and `power_w` (watts) are a colocation's; `access` (line, terminals, egress), `level`, `bandwidth_mbps` and
    `security_package` an access's.
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
    units: int
    power_w: int
    access: str
    level: str
    bandwidth_mbps: int
    security_package: str


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


class RoomFormFacts(TypedDict):
    """The room as it is to be on record; `was` is its status before, "" for one that is new; days are YYYY-MM-DD."""

    code: str
    name: str
    kind: str
    category: str
    status: str
    was: str
    opened_on: str
    area_m2: float
    power_kw: float
    servers: int


class SharedRoomFacts(TypedDict):
    """What the shared rooms have left: their names, racks, units in all, the most in one piece, and kW.

    Without `power_known` no rack states its power, and `power_kw` says nothing.
    """

    rooms: list[str]
    racks: int
    units: int
    largest: int
    power_known: bool
    power_kw: float


class RoomFacts(TypedDict):
    """All that is known when a room is judged; `by_office` says that the office puts it on record."""

    room: RoomFormFacts
    department: DepartmentFacts
    by_office: bool
    shared: SharedRoomFacts
    today: str
    exemptions: list[ExemptionFacts]


class AppFormFacts(TypedDict):
    """The application as it is to be; `own`: on servers of its own, `exposed`: reachable from the Internet."""

    code: str
    name: str
    blueprint: str
    release: str
    size: str
    zone: str
    own: bool
    exposed: bool
    owner: str
    instances: int


class BlueprintFacts(TypedDict):
    """What the blueprint says of itself: its zones ([]: all), up to which MLPS level, for the Internet or not."""

    zones: list[str]
    max_mlps_level: int
    internet: bool
    scales: bool


class FilingFacts(TypedDict):
    """The system's filings by number, "" for one that it does not have: `mlps` (等保备案), `icp` (ICP 备案)."""

    mlps: str
    icp: str


class LaunchReportFacts(TypedDict):
    """The report of the test before a launch (上线检测): whether there is one that counts today."""

    counts: bool


class AppFacts(TypedDict):
    """All that is known when an application is judged."""

    app: AppFormFacts
    blueprint: BlueprintFacts
    department: DepartmentFacts
    system: SystemFacts
    filings: FilingFacts
    launch_report: LaunchReportFacts
    zone: ZoneFacts
    today: str
    exemptions: list[ExemptionFacts]


class SurveyFacts(TypedDict):
    """A system as the register has it; days are YYYY-MM-DD, what nobody has said is "" or -1 of a number.

    `age_years` counts from when it was built, `contract_days_left` to the end of its contract, negative once it is
    over. `use_frequency` is daily, weekly, monthly, quarterly, yearly or never.
    """

    code: str
    name: str
    status: str
    system_class: str
    mlps_level: int
    xinchuang: bool
    declared_zombie: bool
    use_frequency: str
    user_count: int
    age_years: int
    yearly_cost_yuan: float
    contract_days_left: int
    postponement_reason: str
    postponed_until: str
    virtualised: bool


class DuplicateFacts(TypedDict):
    """The system that this one is most like: its code and name, and how alike of 100; 0 and "" where there is none.

    `older` says that the other one is the older of the two, or has the more users: which of them stays.
    """

    code: str
    name: str
    score: int
    stays: bool


class AssessmentFacts(TypedDict):
    """All that is known when a system is assessed: how many systems it `needs`, and how many are `needed_by` it."""

    system: SurveyFacts
    department: DepartmentFacts
    duplicate: DuplicateFacts
    needs: int
    needed_by: int
    today: str


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
    if "item" in base:
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
