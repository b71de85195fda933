"""What is done to an application: a deployment, an upgrade, a backup and the like, each on record with how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from cloudctl.domain.identifiers import new_id
from cloudctl.domain.lifecycle_apps import ACTS


class ActKind(StrEnum):
    """The saga that does it has the name of `SAGA_OF`."""

    DEPLOY = "deploy"
    UPGRADE = "upgrade"
    ROLL_BACK = "roll_back"
    BACK_UP = "back_up"
    RESTORE = "restore"
    MOVE = "move"
    RENEW = "renew"
    SCALE = "scale"
    PROVE = "prove"
    FORGET = "forget"
    RETIRE = "retire"


SAGA_OF = {
    ActKind.DEPLOY: "deploy_app",
    ActKind.UPGRADE: "upgrade_app",
    ActKind.ROLL_BACK: "roll_back_app",
    ActKind.BACK_UP: "back_up_app",
    ActKind.RESTORE: "restore_app",
    ActKind.MOVE: "move_app",
    ActKind.RENEW: "renew_app",
    ActKind.SCALE: "scale_app",
    ActKind.PROVE: "prove_app",
    ActKind.FORGET: "forget_backups",
    ActKind.RETIRE: "retire_app",
}


@dataclass(kw_only=True, eq=False)
class AppAct:
    """One act. `arguments` are what was asked for, `to_release` the release that it leads to, where it leads to one.

    `was` is the state of the app before, `changed` says that something on a host was, or may have been, changed.
    `backup_id` is the backup that it took, puts back or tries. `reason` says by locale what went wrong, from the
    moment it did, and `stands` what is there then and what is not.
    """

    id: UUID = field(default_factory=new_id)
    app_id: UUID
    department_id: UUID
    kind: ActKind
    state: str = "queued"
    from_release: str | None = None
    to_release: str | None = None
    arguments: dict[str, Any] = field(default_factory=dict)
    was: str
    changed: bool = False
    backup_id: UUID | None = None
    asked_by: UUID | None = None
    reason: dict[str, str] = field(default_factory=dict)
    stands: dict[str, str] = field(default_factory=dict)
    created_at: datetime
    ended_at: datetime | None = None
    version: int = 1

    @property
    def saga(self) -> str:
        """What carries it out."""
        return SAGA_OF[self.kind]

    @property
    def troubled(self) -> bool:
        """Whether something went wrong: it does not go forward any more."""
        return bool(self.reason)

    def advance(self, event: str, now: datetime | None = None) -> None:
        """Moves along the life-cycle table; with `now` it ends here."""
        self.state = ACTS.next(self.state, event)
        self.ended_at = now

    @property
    def ended(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state in ACTS.final
