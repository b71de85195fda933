"""What a system or one of its servers is for (用途): idleness means nothing before that is known.

A department declares a purpose; the last declaration of a system, or of one of its servers, stands. Rows are only ever
added, so that who said what before and after a verdict can be told apart. What nobody declared is recognised from use,
in `governance/zombies`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from cloudctl.domain.errors import Invalid
from cloudctl.domain.identifiers import new_id
from cloudctl.messages import mark

SHORTEST_REASON = 4


class Purpose(StrEnum):
    """What something is for; the policy has a profile for each."""

    ORDINARY = "ordinary"
    BATCH = "batch"
    SEASONAL = "seasonal"
    STANDBY = "standby"
    DISASTER_RECOVERY = "disaster_recovery"
    BUILD = "build"
    MONITORING = "monitoring"
    REPLICA = "replica"
    DEV_TEST = "dev_test"


PURPOSES: dict[Purpose, str] = {
    Purpose.ORDINARY: mark("ordinary use"),
    Purpose.BATCH: mark("batch work"),
    Purpose.SEASONAL: mark("seasonal use"),
    Purpose.STANDBY: mark("standby"),
    Purpose.DISASTER_RECOVERY: mark("disaster recovery"),
    Purpose.BUILD: mark("building software"),
    Purpose.MONITORING: mark("monitoring"),
    Purpose.REPLICA: mark("database replica"),
    Purpose.DEV_TEST: mark("development and test"),
}
"""How people say each."""


@dataclass(kw_only=True, eq=False)
class DeclaredPurpose:
    """What a department says that a system is for; with `server_id`, one of its servers.

    `suspected` says that a verdict called the system suspect or a zombie when it was declared: a purpose that turns up
    then is taken, and flagged.
    """

    id: UUID = field(default_factory=new_id)
    system_id: UUID
    server_id: UUID | None = None
    department_id: UUID
    purpose: Purpose
    reason: str
    suspected: bool
    declared_by: UUID
    for_account_id: UUID | None = None
    created_at: datetime

    def __post_init__(self) -> None:
        if len(self.reason.strip()) < SHORTEST_REASON:
            raise Invalid(
                "A purpose is declared with a reason.",
                field="reason",
                way_out="Say what it does, and how often: `nightly settlement of the social insurance, on the 25th`.",
            )
