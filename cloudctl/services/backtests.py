"""Policies replayed over the platform's own past: who would have been hit, who came back, and what owners had answered.

    backtest(ctx, request, policy="default", since=date(2026, 6, 1))

Days, purposes and answers are those that are known now; the decisions of a day know only the days before it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple
from uuid import UUID

import msgspec

from cloudctl.domain.accounts import Permission
from cloudctl.domain.clearings import Answer
from cloudctl.domain.errors import Invalid
from cloudctl.domain.purposes import Purpose
from cloudctl.domain.zombies import ZombiePolicy
from cloudctl.governance.zombies.days import DayUse
from cloudctl.governance.zombies.evaluation import evaluate, returned_on
from cloudctl.governance.zombies.replays import ReplayedCase, replay
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.candidates import gather
from cloudctl.services.zombies import DEFAULT

NEEDED = frozenset({Answer.KEEP, Answer.SNOOZE})


class ReplayedServer(msgspec.Struct, frozen=True, kw_only=True):
    """What would have become of a server. `came_back_on` is its first day of use after it was asked for.

    `answered` is what the owner of its system last answered in a real case; `against_answers` says that it would have
    been switched off although it was needed by that answer.
    """

    department: str
    system: str
    server: str
    asked_on: date
    dismissed_on: date | None
    off_on: date | None
    came_back_on: date | None
    answered: Answer | None
    against_answers: bool


class ReplayedDepartment(msgspec.Struct, frozen=True, kw_only=True):
    """What would have hit a department."""

    department: str
    servers: int
    asked: int
    asked_in_vain: int
    switched_off: int
    switched_off_wrongly: int
    switched_off_unproven: int
    against_answers: int


class Backtest(msgspec.Struct, frozen=True, kw_only=True):
    """A policy's replay: its figures, by department, and its cases."""

    policy: str
    policy_version: int
    since: date | None
    servers: int
    asked: int
    asked_in_vain: int
    switched_off: int
    switched_off_wrongly: int
    switched_off_unproven: int
    against_answers: int
    departments: Sequence[ReplayedDepartment]
    cases: Sequence[ReplayedServer]


class _Server(msgspec.Struct, frozen=True):
    """A server on record, with its days."""

    system_id: UUID
    department_id: UUID
    system: str
    name: str
    days: Sequence[DayUse]


class _Past(NamedTuple):
    """Servers by key, the owners' last answers by system, the departments' codes."""

    servers: Mapping[str, _Server]
    answers: Mapping[UUID, Answer]
    codes: Mapping[UUID, str]

    def days(self, department: UUID | None = None) -> dict[str, Sequence[DayUse]]:
        """Those of all servers, or of a department's."""
        return {
            key: one.days for key, one in self.servers.items() if department is None or one.department_id == department
        }


def backtest(ctx: Context, request: Request, *, policy: str = DEFAULT, since: date | None = None) -> Backtest:
    """What a policy would have done; with `since` the campaign begins on that day and knows the days before.

    Raises Invalid for a policy that is not in force and for a day that has not come.
    """
    request.actor.require(Permission.ZOMBIES_WRITE)
    text = _policy(ctx, policy)
    now = ctx.clock.now()
    if since is not None and since > now.date():
        raise Invalid("It begins on a day that has not come.", field="since", way_out="Give a past day.")
    servers: dict[str, _Server] = {}
    purposes: dict[str, Purpose] = {}
    for some in gather(ctx, now, text):
        for stood, candidate in some:
            for one in candidate.servers:
                if not one.days:
                    continue
                key = str(one.server_id)
                servers[key] = _Server(stood.id, stood.department_id, candidate.code, one.name, one.days)
                declared = one.declared or candidate.declared
                if declared is not None:
                    purposes[key] = declared.purpose
    cases = replay(text, {key: one.days for key, one in servers.items()}, since=since, purposes=purposes)
    with ctx.unit_of_work(replace(request, idempotency=None)) as uow:
        answers = _answers(uow, {servers[case.vm].system_id for case in cases})
        codes = {one: uow.departments.get(one).code for one in {server.department_id for server in servers.values()}}
    return _told(text, since, _Past(servers, answers, codes), cases)


def _policy(ctx: Context, name: str) -> ZombiePolicy:
    found = ctx.zombie_policies.get(name)
    if found is None:
        raise Invalid(
            "There is no policy {policy} about zombies.",
            field="policy",
            way_out="One of: {known}.",
            policy=name,
            known=", ".join(sorted(ctx.zombie_policies)),
        )
    return found


def _answers(uow: UnitOfWork, systems: set[UUID]) -> dict[UUID, Answer]:
    """The last answer of each system's owner."""
    latest = uow.clearings.latest(systems) if systems else {}
    return {system: case.answers[-1].answer for system, case in latest.items() if case.answers}


def _told(policy: ZombiePolicy, since: date | None, past: _Past, cases: Sequence[ReplayedCase]) -> Backtest:
    told = [_server(case, past) for case in cases]
    found = evaluate(policy.name, past.days(), cases)
    return Backtest(
        policy=policy.name,
        policy_version=policy.version,
        since=since,
        servers=found.vms,
        asked=found.asked,
        asked_in_vain=found.asked_in_vain,
        switched_off=found.switched_off,
        switched_off_wrongly=found.switched_off_wrongly,
        switched_off_unproven=found.switched_off_unproven,
        against_answers=sum(one.against_answers for one in told),
        departments=list(_departments(policy, past, cases, told)),
        cases=sorted(told, key=lambda one: (one.department, one.system, one.server, one.asked_on)),
    )


def _server(case: ReplayedCase, past: _Past) -> ReplayedServer:
    server = past.servers[case.vm]
    answered = past.answers.get(server.system_id)
    return ReplayedServer(
        department=past.codes[server.department_id],
        system=server.system,
        server=server.name,
        asked_on=case.asked_on,
        dismissed_on=case.dismissed_on,
        off_on=case.off_on,
        came_back_on=returned_on(server.days, case.asked_on),
        answered=answered,
        against_answers=case.off_on is not None and answered in NEEDED,
    )


def _departments(
    policy: ZombiePolicy, past: _Past, cases: Sequence[ReplayedCase], told: Sequence[ReplayedServer]
) -> Iterator[ReplayedDepartment]:
    """Those that would have been hit, by their codes."""
    hit: dict[UUID, list[ReplayedCase]] = defaultdict(list)
    for case in cases:
        hit[past.servers[case.vm].department_id].append(case)
    for department in sorted(hit, key=lambda one: past.codes[one]):
        found = evaluate(policy.name, past.days(department), hit[department])
        yield ReplayedDepartment(
            department=past.codes[department],
            servers=found.vms,
            asked=found.asked,
            asked_in_vain=found.asked_in_vain,
            switched_off=found.switched_off,
            switched_off_wrongly=found.switched_off_wrongly,
            switched_off_unproven=found.switched_off_unproven,
            against_answers=sum(one.against_answers for one in told if one.department == past.codes[department]),
        )
