"""`cloudctl accesses`: lines, terminals and Internet egress of units (网络接入)."""

from __future__ import annotations

from cloudctl.cli.histories import add_history
from cloudctl.cli.nouns import Noun, acting
from cloudctl.cli.register_sheets import sheet_verbs
from cloudctl.cli.words import _

OPTIONAL = ("system_id", "name", "count", "bandwidth_mbps", "security_package", "from_on", "until_on", "note")

ACCESSES = Noun(
    "accesses",
    columns=("number", "name", "kind", "level", "zone", "count", "bandwidth_mbps", "state", "until_on", "department"),
    filters=(
        "number", "department_id", "system_id", "order_id", "state", "kind", "level", "zone", "security_package",
        "until_on", "as_of",
    ),
    required=("number", "department_id", "kind", "level", "zone"),
    optional=OPTIONAL,
    editable=("level", *OPTIONAL),
    joined=("department",),
)  # fmt: skip

accesses = ACCESSES.group(_("Network access: lines, terminals, egress; connect, release, disconnect."))
add_history(accesses, ACCESSES.name)
sheet_verbs(accesses, ACCESSES.name)
acting(accesses, ACCESSES.path, "connect", _("Say that it is connected."))
acting(accesses, ACCESSES.path, "release", _("Give it back; operations disconnect it."), "reason")
acting(accesses, ACCESSES.path, "keep", _("Take a release back before it is disconnected."), "reason")
acting(accesses, ACCESSES.path, "disconnect", _("Say that it is disconnected; its bandwidth is free."), "reason")
