"""What depends on a host, a cloud, a network or a storage, as it is answered."""

from __future__ import annotations

from api.schemas.fields import Out
from cloudctl.services.impacts import DepartmentTold, Told


class ImpactOut(Out, frozen=True, kw_only=True):
    """Who is affected, each with the reasons by locale, and the draft of each department's notice; none is sent."""

    kind: str
    name: str
    servers: list[str]
    strangers: list[str]
    systems: list[Told]
    apps: list[Told]
    departments: list[DepartmentTold]
