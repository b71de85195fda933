"""`cloudctl devices`: physical servers and other devices, and where they stand."""

from __future__ import annotations

from cloudctl.cli.histories import add_history
from cloudctl.cli.nouns import Noun
from cloudctl.cli.register_sheets import sheet_verbs
from cloudctl.cli.words import _

OPTIONAL = (
    "name", "department_id", "system_id", "room_id", "rack_id", "first_unit", "units", "colocation_id", "vendor",
    "model", "serial", "addresses", "power_w", "virtual_host", "vm_count", "status", "bought_on", "cost_fen", "off_on",
    "gone_on", "note",
)  # fmt: skip

DEVICES = Noun(
    "devices",
    columns=("code", "kind", "status", "room", "rack", "first_unit", "units", "power_w", "department", "system", "id"),
    filters=(
        "code", "department_id", "kind", "room_id", "rack_id", "system_id", "status", "serial", "virtual_host",
        "colocation_id", "as_of",
    ),
    required=("code", "kind"),
    optional=OPTIONAL,
    editable=("kind", *OPTIONAL),
    joined=("department", "system"),
)  # fmt: skip

devices = DEVICES.group(_("Physical servers and other devices: list, create, edit, history."))
add_history(devices, DEVICES.name)
sheet_verbs(devices, DEVICES.name)
