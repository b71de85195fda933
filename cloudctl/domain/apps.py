"""Applications (应用): what runs on the platform for a department, of a blueprint.

`release` is the blueprint's version that an app runs; `version` counts the record's changes, as everywhere. Where it
runs is in its places: one a host.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from cloudctl.domain.errors import Invalid
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.lifecycle_apps import APPS, BUSY

CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_CODE = 63
Words = dict[str, str]


@dataclass(kw_only=True, eq=False)
class App:
    """A department's application.

    `address` is its full name in the network (FQDN), `instance` the name of its system user, database and directory on
    a host. `own` says that it has servers of its own, those of `order_id` where it waits for one; otherwise it shares
    hosts. `exposed`: it may be reached from the Internet. `instances` is how many it is to have, behind a balancer from
    two on. `reason` says by locale why it is in its state, `stands` what is there of it and what is not; both are empty
    while all is well. `certificate` is what it shows, with its chain, in PEM; the key is with its secrets. `act_id` is
    what is being done to it, or was done last.
    """

    id: UUID = field(default_factory=new_id)
    code: str
    name: str
    department_id: UUID
    system_id: UUID
    blueprint: str
    wanted: str
    release: str | None = None
    previous_release: str | None = None
    size: str = "small"
    parameters: dict[str, Any] = field(default_factory=dict)
    zone: str
    instance: str
    address: str
    quota_mib: int
    memory_mib: int
    instances: int = 1
    own: bool = False
    cloud: str | None = None
    order_id: UUID | None = None
    exposed: bool = False
    owner: str = ""
    state: str = "planned"
    act_id: UUID | None = None
    reason: Words = field(default_factory=dict)
    stands: Words = field(default_factory=dict)
    certificate: str | None = None
    certificate_until: datetime | None = None
    running_since: datetime | None = None
    asked_by: UUID | None = None
    approved_by: UUID | None = None
    created_at: datetime
    version: int = 1

    @property
    def busy(self) -> bool:
        """Whether a saga is at work on it."""
        return self.state in BUSY

    @property
    def url(self) -> str:
        """Where its users find it."""
        return f"https://{self.address}/"

    def advance(self, event: str) -> None:
        """Moves along the life-cycle table; raises Refused for what it does not list."""
        self.state = APPS.next(self.state, event)

    def at_ease(self) -> None:
        """Nothing is to be said about its state any more."""
        self.reason, self.stands = {}, {}


@dataclass(kw_only=True, eq=False)
class AppPlace:
    """One instance of an app on a host; `ready` once its playbook has ended well.

    `balancer` says that it passes on to the others and holds nothing itself. `leaving`: it is moved away from.
    `scratch`: an instance beside it by which a backup is tried; nobody is led there, and it is taken away again.
    """

    id: UUID = field(default_factory=new_id)
    app_id: UUID
    host_id: UUID
    balancer: bool = False
    ready: bool = False
    leaving: bool = False
    scratch: bool = False
    created_at: datetime


def check_code(code: str) -> None:
    """Raises Invalid for what can be no part of a name in the network and of a user's name on a host."""
    if not CODE.fullmatch(code) or len(code) > LONGEST_CODE:
        raise Invalid(
            "The code of an application has at most {most} characters: a to z, digits and single hyphens.",
            field="code",
            way_out="Choose one like fgw-site.",
            most=LONGEST_CODE,
        )


def instance_of(code: str) -> str:
    """The name of its system user, database and directory on a host: the same for the same code, and no other's.

    >>> instance_of("fgw-site")
    'fgwsite5e8a49'
    """
    letters = code.replace("-", "")
    return f"a{letters}"[not letters[0].isdigit() :][:17] + sha256(code.encode()).hexdigest()[:6]


def scratch_of(app: App, release: str) -> App:
    """An instance by which a backup of `release` is tried: names of its own, no certificate, not on record."""
    digest = sha256(f"a test of {app.instance}".encode()).hexdigest()[:6]
    return replace(
        app, instance=f"{app.instance[:16]}t{digest}", address=f"test.{app.address}", certificate=None,
        certificate_until=None, release=release,
    )  # fmt: skip
