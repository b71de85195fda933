"""`cloudctl systems`: information systems (政务信息系统), what resources are asked for."""

from __future__ import annotations

from cloudctl.cli.nouns import Noun
from cloudctl.cli.words import _

SYSTEMS = Noun(
    "systems",
    columns=("code", "name", "mlps_level", "classification", "department", "id"),
    joined=("department",),
    filters=("code", "department_id", "mlps_level"),
    required=("code", "name", "mlps_level", "no_state_secrets"),
    optional=("department_id", "classification", "xinchuang"),
    editable=("name", "mlps_level", "classification", "xinchuang", "no_state_secrets"),
)

systems = SYSTEMS.group(_("Information systems."))
