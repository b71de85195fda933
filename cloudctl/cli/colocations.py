"""`cloudctl colocations`: departments' own devices in the shared room (集中托管)."""

from __future__ import annotations

from cloudctl.cli.histories import add_history
from cloudctl.cli.nouns import Noun, acting
from cloudctl.cli.words import _

COLOCATIONS = Noun(
    "colocations",
    columns=("number", "name", "state", "room", "rack", "first_unit", "units", "power_w", "until_on", "department"),
    filters=(
        "number", "department_id", "system_id", "order_id", "state", "room_id", "rack_id", "until_on", "as_of",
    ),
    required=("number", "department_id", "rack_id", "first_unit", "units", "power_w"),
    optional=("system_id", "name", "device", "from_on", "until_on", "note"),
    joined=("department",),
)  # fmt: skip

colocations = COLOCATIONS.group(_("Colocation in the shared room: list, install, release, remove."))
add_history(colocations, COLOCATIONS.name)
acting(colocations, COLOCATIONS.path, "install", _("Say that it is installed; elsewhere than planned: where."),
       "rack_id", "first_unit")  # fmt: skip
acting(colocations, COLOCATIONS.path, "release", _("Give it back; operations take it out."), "reason")
acting(colocations, COLOCATIONS.path, "keep", _("Take a release back before it is taken out."), "reason")
acting(colocations, COLOCATIONS.path, "remove", _("Say that it is taken out; its units are free."), "reason")
