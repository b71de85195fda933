"""`cloudctl rooms`: machine rooms (机房), and what the shared ones have left."""

from __future__ import annotations

from cloudctl.cli.client import connect
from cloudctl.cli.histories import add_history
from cloudctl.cli.nouns import Noun
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.register_sheets import sheet_verbs
from cloudctl.cli.words import _

OPTIONAL = (
    "department_id", "kind", "category", "address", "zones", "area_m2", "power_kw", "it_power_kw", "total_power_kw",
    "ups_kva", "cooling_kw", "server_count", "virtual_host_count", "status", "opened_on", "closed_on", "contact_name",
    "contact_phone", "note",
)  # fmt: skip

ROOMS = Noun(
    "rooms",
    columns=("code", "name", "kind", "category", "status", "closed_on", "exempt_until", "department", "id"),
    filters=("code", "department_id", "kind", "category", "status", "lapsed", "as_of"),
    required=("code", "name"),
    optional=OPTIONAL,
    editable=("name", *OPTIONAL),
    joined=("department",),
)

rooms = ROOMS.group(_("Machine rooms: list, create, edit, history, spaces."))
add_history(rooms, ROOMS.name)
sheet_verbs(rooms, ROOMS.name)


@rooms.command("spaces")
@formatted
def spaces(*, form: Form) -> None:
    """List what the shared rooms have left for colocation, by zone."""
    rows = connect().get("/rooms/spaces").data
    form.rows(rows, ("room", "zone", "racks", "units", "largest", "power_w"))
