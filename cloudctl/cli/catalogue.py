"""`cloudctl catalogue`: what can be ordered, kept by the office."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from cloudctl.cli.client import connect, item
from cloudctl.cli.fields import body_of, options
from cloudctl.cli.groups import Verbs
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.words import _

# Each part of the catalogue: its name in the address, its fields, the first ones required. `names` maps clouds.
PARTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "specifications": (("name", "vcpu", "memory_mib", "root_disk_gib"), ("architecture", "xinchuang", "retired")),
    "images": (
        ("name", "os_family", "architecture", "min_disk_gib", "login_user"),
        ("os_name", "os_version", "xinchuang", "retired"),
    ),
    "volume-types": (("name",), ("retired",)),
    "zones": (
        ("name", "name_en", "max_mlps_level"),
        ("vlan_first", "vlan_last", "egress_mbps", "xinchuang", "retired"),
    ),
    "classifications": (("name",), ("retired",)),
    "security-packages": (("name",), ("description", "retired")),
}
NAMED_BY_CLOUD = frozenset({"images", "volume-types"})

catalogue = Verbs("catalogue", help=_("What can be ordered: specifications, images, volume types, zones."))


@catalogue.command("list")
@click.argument("part", type=click.Choice(list(PARTS)), required=False, help=_("One part only."))
@formatted
def list_catalogue(*, form: Form, part: str | None) -> None:
    """List what can be ordered."""
    everything = {name.replace("_", "-"): entries for name, entries in connect().get("/catalogue").data.items()}
    if part:
        form.rows(everything.get(part, []), ("code", *sum(PARTS[part], ())))
    elif not form.is_table:
        form.plain(everything)
    else:
        for name, (required, _optional) in PARTS.items():
            click.secho(name, bold=True)
            form.rows(everything.get(name, []), ("code", *required))
            click.echo()


def _putting(part: str, required: tuple[str, ...], optional: tuple[str, ...]) -> Callable[..., None]:
    @catalogue.command(f"put-{part}", help=_("Put an entry on record, or replace its fields; the code stays."))
    @click.argument("code", help=_("Its code; it stays for ever."))
    @options(*required, required=True)
    @options(*optional)
    @_names(part)
    @formatted
    def run(*, form: Form, code: str, names: tuple[str, ...] = (), **given: Any) -> None:
        api = connect()
        fields = body_of(api, given)
        if part in NAMED_BY_CLOUD:
            fields["names"] = dict(pair.split("=", 1) for pair in names)
        form.record(api.put(item(f"/catalogue/{part}", code), fields).data)

    return run


def _names(part: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The option for what a cloud calls an entry, where clouds have names of their own."""
    if part not in NAMED_BY_CLOUD:
        return lambda command: command
    return click.option(
        "--in",
        "names",
        metavar="CLOUD=NAME",
        multiple=True,
        callback=_pairs,
        help=_("What a cloud calls it; once each."),
    )


def _pairs(_ctx: click.Context, _parameter: click.Parameter, pairs: tuple[str, ...]) -> tuple[str, ...]:
    for pair in pairs:
        if "=" not in pair:
            raise click.BadParameter(_("{pair} is not CLOUD=NAME.").format(pair=pair))
    return pairs


for _part, (_required, _optional) in PARTS.items():
    _putting(_part, _required, _optional)
