"""`cloudctl racks`: racks (机柜) of machine rooms."""

from __future__ import annotations

from cloudctl.cli.histories import add_history
from cloudctl.cli.nouns import Noun
from cloudctl.cli.register_sheets import sheet_verbs
from cloudctl.cli.words import _

OPTIONAL = ("units", "power_w", "zone", "gone_on")

RACKS = Noun(
    "racks",
    columns=("room", "code", "units", "power_w", "zone", "gone_on", "id"),
    filters=("code", "room_id", "zone", "department_id", "as_of"),
    required=("room_id", "code"),
    optional=OPTIONAL,
    editable=("code", *OPTIONAL),
)

racks = RACKS.group(_("Racks of machine rooms: list, create, edit, history."))
add_history(racks, RACKS.name)
sheet_verbs(racks, RACKS.name)
