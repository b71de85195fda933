"""`cloudctl clouds`: where is built. Credentials are never given here: they stay in clouds.yaml on the server."""

from __future__ import annotations

import click

from cloudctl.cli.client import connect, item
from cloudctl.cli.fields import Figures, options
from cloudctl.cli.nouns import Noun, key, version_option
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.references import resolve
from cloudctl.cli.words import _

CLOUDS = Noun(
    "clouds",
    columns=(
        "code",
        "name",
        "kind",
        "health",
        "age_s",
        "zones",
        "architectures",
        "capacity",
        "reserves",
        "max_mlps_level",
        "retired",
    ),
    filters=("code", "kind", "health"),
    required=("code", "name", "kind", "zones", "capacity"),
    optional=("overcommit", "max_mlps_level", "external_network", "architectures", "headroom_percent"),
    editable=(
        "name",
        "zones",
        "capacity",
        "overcommit",
        "max_mlps_level",
        "external_network",
        "architectures",
        "headroom_percent",
        "retired",
    ),
)

clouds = CLOUDS.group(_("The clouds on which is built."))


@clouds.command("reserve")
@key
@options("zone", required=True)
@click.option("--amounts", type=Figures(), help=_("What to keep free: vcpu=32,memory_mib=65536; nothing: no reserve."))
@version_option
@formatted
def reserve(
    *, form: Form, key: str, zone: str, amounts: list[tuple[str, int | float]] | None, version: int | None
) -> None:
    """Keep capacity free for the emergencies of a zone; ordinary orders cannot take it."""
    api = connect()
    where = item("/clouds", resolve(api, "clouds", key))
    form.record(api.put(f"{where}/reserves/{zone}", {"amounts": dict(amounts or ())}, version=version).data)


@clouds.command("pin")
@click.argument("codes", metavar="[CODE]...", nargs=-1, help=_("The clouds' codes; without any it is unpinned."))
@options("department_id", required=True)
@version_option
@formatted
def pin(*, form: Form, codes: tuple[str, ...], department_id: str, version: int | None) -> None:
    """Have a department, and the units below it, served by these clouds alone; without any, by all again."""
    api = connect()
    where = item("/departments", resolve(api, "departments", department_id))
    form.record(api.put(f"{where}/clouds", {"clouds": list(codes)}, version=version).data)
