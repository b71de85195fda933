"""The fields of the API as options of commands: one table, used by filters and by forms alike.

    @options("code", "name", required=True)
    @options("parent_id")
    def create(**given): api.post("/departments", body_of(api, given))

A field that refers to another noun takes its id or its name there, and is resolved before it is sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import click

from cloudctl.cli.client import Client
from cloudctl.cli.premises import PREMISES
from cloudctl.cli.references import resolve
from cloudctl.cli.surveys import SURVEY, WORDS, Asked
from cloudctl.cli.tables import PEOPLE_ZONE
from cloudctl.cli.words import _

Command = Callable[..., None]


class Figures(click.ParamType[list[tuple[str, int | float]], str]):
    """NAME=NUMBER, several times or separated by commas."""

    name = "name=number"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> list[tuple[str, int | float]]:
        try:
            pairs = [pair.split("=", 1) for pair in value.split(",")]
            return [(name.strip(), float(figure) if "." in figure else int(figure)) for name, figure in pairs]
        except ValueError:
            self.fail(_("{value} is not NAME=NUMBER.").format(value=value), param, ctx)


class Day(click.ParamType[str, str]):
    """A date as 2027-01-31."""

    name = "yyyy-mm-dd"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            self.fail(_("{value} is not a date as 2027-01-31.").format(value=value), param, ctx)
        return str(value)


class Moment(click.ParamType[str, str]):
    """A point in time as 2027-01-31 or "2027-01-31 08:30", by the clock on the wall."""

    name = "yyyy-mm-dd[ hh:mm]"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(_("{value} is not a point in time as 2027-01-31 08:30.").format(value=value), param, ctx)
        return (moment if moment.tzinfo else moment.replace(tzinfo=PEOPLE_ZONE)).isoformat()


class Yuan(click.ParamType[int, str]):
    """An amount in yuan, as 12000 or 99.50; the API gets it in fen."""

    name = "yuan"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> int:
        found = re.fullmatch(r"(\d{1,13})(?:\.(\d{1,2}))?", value.replace(",", ""))
        if found is None:
            self.fail(_("{value} is not an amount as 12000 or 99.50.").format(value=value), param, ctx)
        return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


class Field(NamedTuple):
    """A field: its option and help, the noun it refers to, its type, whether it takes several values."""

    option: str
    help: str
    refers: str | None = None
    kind: Any = str
    many: bool = False


FIELDS: dict[str, Field] = {
    "host_id": Field("--host", _("The host: id or name."), "hosts"),
    "blueprint": Field("--blueprint", _("The blueprint's name.")),
    "release": Field("--release", _("The release.")),
    "app": Field("--app", _("The application's code.")),
    "playbook": Field("--playbook", _("The playbook's name.")),
    "account_id": Field("--account", _("The account: id or login."), "accounts"),
    "adoption_id": Field("--adoption", _("The adoption: id or number."), "adoptions"),
    "action": Field("--action", _("What was done, as `allow/approve`.")),
    "active": Field("--active/--inactive", _("Whether the account may log in."), kind=bool),
    "actor": Field("--actor", _("Who did it, as a deputy too, or for whom a deputy did: by login.")),
    "architecture": Field("--architecture", _("The processor: x86_64, aarch64, loongarch64.")),
    "architectures": Field("--architecture", _("An architecture of its processors; once for each."), many=True),
    "as_of": Field("--as-of", _("The list as it stood at the end of this day."), kind=Day()),
    "binds": Field(
        "--binds",
        _("What it forbids: orders, resizes, releases, patches, campaigns or migrations; once for each."),
        many=True,
    ),
    "capacity": Field("--capacity", _("Physical room: vcpu=64,memory_mib=262144,volume_gib=10000."), kind=Figures()),
    "campaign_id": Field("--campaign", _("The campaign: id or number."), "campaigns"),
    "channel": Field("--channel", _("The channel, as `mail`.")),
    "cidr": Field("--cidr", _("The block, as 10.8.0.0/16.")),
    "card": Field("--card", _("The colour that was given: warning, yellow or red.")),
    "classification": Field("--classification", _("The classification code (GB/T 34079.1).")),
    "cloud": Field("--cloud", _("The cloud's code.")),
    "colour": Field("--colour", _("The colour: warning, yellow or red.")),
    "code": Field("--code", _("The code, unique for ever.")),
    "contact": Field("--contact", _("Whom to ask, with a telephone number.")),
    "days": Field("--days", _("How many days it lives."), kind=int),
    "department_id": Field("--department", _("The department: id or code."), "departments"),
    "deputy": Field("--deputy", _("Who acts, by login.")),
    "days_left": Field("--days-left", _("How many working days are left."), kind=int),
    "dimension": Field("--dimension", _("vcpu, memory_mib, volume_gib, servers, segments or addresses.")),
    "emergency": Field("--emergency/--ordinary", _("Whether it is an emergency."), kind=bool),
    "due_on": Field("--due-on", _("The day on which the limit ends."), kind=Day()),
    "email": Field("--email", _("The mail address for notices.")),
    "ends_at": Field("--ends-at", _("Until when, by the clock on the wall."), kind=Moment()),
    "ends_on": Field("--ends-on", _("The last day on which it holds."), kind=Day()),
    "external_network": Field("--external-network", _("The backend's network of floating addresses.")),
    "health": Field(
        "--health",
        _("How far its figures hold: fresh, stale, unreachable, never; of a wave: on_track, lagging, blocked."),
    ),
    "incomplete": Field("--incomplete/--complete", _("Whether the self-inventory lacks something."), kind=bool),
    "into": Field("--into", _("The department that it is merged into: id or code."), "departments"),
    "kind": Field("--kind", _("Which kind, as the list shows it; of a cloud: simulated, openstack or vsphere.")),
    "level": Field("--level", _("city, district, township or village.")),
    "limit": Field("--limit", _("The most that may be held and used."), kind=int),
    "locale": Field("--locale", _("The language of notices: zh_CN or en.")),
    "login": Field("--login", _("The login name.")),
    "login_user": Field("--login-user", _("The user that the image lets in.")),
    "headroom_percent": Field("--headroom-percent", _("How much of its room is handed out to nobody."), kind=int),
    "max_mlps_level": Field("--max-mlps-level", _("The highest MLPS level that it is rated for."), kind=int),
    "memory_mib": Field("--memory-mib", _("Memory in MiB."), kind=int),
    "min_disk_gib": Field("--min-disk-gib", _("The smallest root disk in GiB."), kind=int),
    "mlps_level": Field("--mlps-level", _("The MLPS level, 1 to 5 (GB/T 22239)."), kind=int),
    "mode": Field("--mode", _("full or incremental.")),
    "native_id": Field("--native-id", _("The cloud's own id.")),
    "on_record": Field("--on-record/--unknown", _("Whether it belongs to a resource on record."), kind=bool),
    "mark": Field("--mark", _("The mark, 1 to 5; 5 is the best."), kind=int),
    "name": Field("--name", _("The name.")),
    "name_en": Field("--name-en", _("The English name.")),
    "no_state_secrets": Field(
        "--no-state-secrets/--state-secrets",
        _("The declaration that no state secrets are handled; what handles them is refused and not kept."),
        kind=bool,
    ),
    "note": Field("--note", _("A remark.")),
    "number": Field("--number", _("The number that people quote.")),
    "office_id": Field("--office", _("The district whose office decides: id or code."), "departments"),
    "on_id": Field("--on", _("The system that is needed: id or code."), "systems"),
    "order_id": Field("--order", _("The order: id or number."), "orders"),
    "os_family": Field("--os-family", _("The family of the operating system.")),
    "os_name": Field("--os-name", _("The operating system's name.")),
    "os_version": Field("--os-version", _("The operating system's version.")),
    "overcommit": Field("--overcommit", _("Over-commit by dimension: vcpu=4.0."), kind=Figures()),
    "parent_id": Field("--parent", _("The upper unit: id or code."), "departments"),
    "principal": Field("--principal", _("For whom, by login.")),
    "overdue": Field("--overdue/--on-time", _("Whether it is past its day and not done."), kind=bool),
    "proposed": Field("--proposed", _("What the rules propose: keep, merge, retire, rehost or postpone.")),
    "provisional": Field("--provisional/--final", _("Whether it reaches an unpublished year."), kind=bool),
    "policy": Field("--policy", _("The policy's name, as `default`.")),
    "purpose": Field("--purpose", _("What it is for, as `batch` or `standby`.")),
    "flagged": Field("--flagged/--not-flagged", _("Whether a person has to look at its purpose."), kind=bool),
    "reason": Field("--reason", _("The reason; it goes on record.")),
    "recipient": Field("--recipient", _("The mail address.")),
    "retired": Field("--retired/--in-service", _("Whether it can no longer be ordered."), kind=bool),
    "role": Field("--role", _("The role that owes it.")),
    "roles": Field("--role", _("A role; give the option once for each."), many=True),
    "root_disk_gib": Field("--root-disk-gib", _("The root disk in GiB."), kind=int),
    "rule": Field("--rule", _("The policy's name.")),
    "saga": Field("--saga", _("The saga's name, as provision_order.")),
    "scopes": Field("--scope", _("A permission to cut the token down to; once for each."), many=True),
    "source": Field("--source", _("What it came from: rules, sheet or drift.")),
    "specialist": Field("--specialist", _("The field: network, security, capacity or budget.")),
    "stale": Field("--stale/--fresh", _("Whether its cloud tells nothing new."), kind=bool),
    "starts_at": Field("--starts-at", _("From when, by the clock on the wall."), kind=Moment()),
    "subject_kind": Field("--of", _("What it is about: server, volume, network, address, snapshot or quota.")),
    "subject": Field("--subject", _("What was found: server, service, dns_name, certificate or system.")),
    "state": Field("--state", _("The state's code word, as `delivered`.")),
    "origin": Field("--origin", _("What it was opened for: finding, slip, lie, reopened or hand.")),
    "title": Field("--title", _("What has to be put right, in a line.")),
    "working_days": Field("--working-days", _("How many working days there are."), kind=int),
    "status": Field("--status", _("Its status, as the list shows it.")),
    "step": Field("--step", _("The step: sign-off, acceptance, opinions, decision, correction or delivery.")),
    "system_id": Field("--system", _("The system: id or code."), "systems"),
    "target_id": Field("--target-id", _("The id of what it was done to.")),
    "target_kind": Field("--target", _("What it was done to, as `order`.")),
    "tenant": Field("--tenant-id", _("The project or folder, by the cloud's id.")),
    "tenant_name": Field("--tenant", _("The project's name, or the folder's path.")),
    "term_months": Field("--term-months", _("For how many months it may be used."), kind=int),
    "vcpu": Field("--vcpu", _("The number of vCPUs."), kind=int),
    "verdict": Field(
        "--verdict", _("agree, agree_with_conditions, object; of a system: keep, merge, retire, rehost, postpone.")
    ),
    "vlan_first": Field("--vlan-first", _("The first VLAN of its segments, where segments are VLANs."), kind=int),
    "vlan_last": Field("--vlan-last", _("The last VLAN of its segments."), kind=int),
    "wave": Field("--wave", _("The wave's number."), kind=int),
    "xinchuang": Field("--xinchuang/--no-xinchuang", _("Whether it is domestic (xinchuang), or has to be."), kind=bool),
    "address": Field("--address", _("The address or name that it answers at.")),
    "holder_id": Field("--holder", _("Who enters: id or login."), "accounts"),
    "host_account": Field("--host-account", _("The account that plays enter by.")),
    "host_roles": Field("--host-role", _("A role of it, as web; once for each."), many=True),
    "life": Field("--life", _("in_service, quarantined, ended or unmanaged.")),
    "organisation": Field("--contractor", _("The contractor.")),
    "owner_id": Field("--owner-id", _("The id of the host, system or application.")),
    "owner_kind": Field("--owner", _("host, system or app.")),
    "ring": Field("--ring", _("When it is patched: canary, early or broad.")),
    "shared": Field("--shared/--own", _("Whether instances of several departments stand on it."), kind=bool),
    "ssh_port": Field("--ssh-port", _("The port of its sshd."), kind=int),
    "zone": Field("--zone", _("The zone's code.")),
    "zones": Field("--zone", _("A zone that it serves; once for each."), many=True),
}


def _asked(asked: Asked) -> Field:
    """A field of the survey as an option."""
    option = asked.name.removesuffix("_id").replace("_fen", "_yuan").replace("_", "-")
    text = _(asked.title)
    match asked.kind:
        case "yes":
            return Field(f"--{option}/--not-{option}", text, kind=bool)
        case "word":
            return Field(f"--{option}", text, kind=click.Choice(tuple(WORDS[asked.name])))
        case "list":
            return Field(f"--{option.removesuffix('es')}", text, many=True)
        case "systems" | "rooms" | "racks" | "colocations":
            return Field(f"--{option}", text, asked.kind)
    kinds = {"day": Day(), "whole": int, "figure": float, "yuan": Yuan()}
    return Field(f"--{option}", text, kind=kinds.get(asked.kind, str))


FIELDS |= {asked.name: _asked(asked) for asked in (*SURVEY, *PREMISES) if asked.name not in FIELDS}


def options(*names: str, required: bool = False) -> Callable[[Command], Command]:
    """The options of the fields, in this order."""

    def decorate(command: Command) -> Command:
        for name in reversed(names):
            field = FIELDS[name]
            more: dict[str, Any] = {"required": True} if required else {"default": None}  # a default would do for Click
            decorator: Callable[[Command], Command] = click.option(
                field.option, name, help=field.help, type=field.kind, multiple=field.many, **more
            )
            command = decorator(command)
        return command

    return decorate


def body_of(api: Client, given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, as the API takes it: names resolved to ids, figures as objects, nothing that was left out."""
    return {name: _sent(api, name, value) for name, value in given.items() if value is not None and value != ()}


def _sent(api: Client, name: str, value: Any) -> Any:
    field = FIELDS[name]
    if field.refers:
        return resolve(api, field.refers, value)
    if isinstance(field.kind, Figures):
        return dict(value)
    return list(value) if field.many else value
