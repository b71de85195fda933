"""Access grants: asked for, approved by somebody else, used by certificates of hours, ended by themselves.

asked = ask(ctx, request, system_id, holder="li", networks=["10.8.0.0/24"], ends_on=day, reason="排查故障", ...)
decide(ctx, office, asked.id, "approve")
signed = sign(ctx, request, asked.id, public_key)                    # an OpenSSH certificate, and where it opens
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from uuid import UUID

import msgspec

from cloudctl.domain.access_grants import (
    ACCOUNTS,
    MOST_SERVERS,
    AccessGrant,
    AccessLevel,
    check_end,
    check_networks,
    principal_of,
)
from cloudctl.domain.accounts import Account, Permission, missing
from cloudctl.domain.authorities import AuthorityKind, Certificate, Purpose, serial_of
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.declarations import refuse_secret
from cloudctl.domain.errors import Conflict, Forbidden, Invalid
from cloudctl.domain.hosts import HostLife, Target
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.systems import System
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import authorities

MOST_DAYS = 180
DECISIONS = ("approve", "refuse")
CAUSES = {
    "day": "Its last day has passed.",
    "contract": "The contract has ended.",
    "person": "The person's account is no longer active.",
    "system": "The system is no longer in use.",
}


class Door(msgspec.Struct, frozen=True, kw_only=True):
    """A host that a certificate opens: where it answers, and the key that it has to show."""

    name: str
    address: str
    ssh_port: int
    account: str
    host_key: str


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate for somebody's own key, until `ends_at`; `left_out` are hosts of the grant that open for nobody."""

    certificate: str
    serial: int
    ends_at: str
    networks: list[str]
    hosts: list[Door]
    left_out: list[str]


def ask(
    ctx: Context,
    request: Request,
    system_id: UUID,
    *,
    networks: list[str],
    ends_on: date,
    reason: str,
    login: str | None = None,
    holder: str | None = None,
    organisation: str | None = None,
    contract_number: str | None = None,
    contract_ends_on: date | None = None,
    public_key: str | None = None,
    level: AccessLevel = AccessLevel.USER,
    servers: Sequence[UUID] = (),
) -> AccessGrant:
    """Asks that somebody may enter servers of a system: an account by its `login`, or a contractor's person by name.

    Without both, the caller asks for himself. Raises Invalid for what is missing, NotFound for what is foreign.
    """
    actor = request.actor
    actor.require(Permission.GRANTS_WRITE)
    refuse_secret(None, {"reason": reason, "holder": holder or "", "organisation": organisation or ""})
    if actor.account_id is None:
        raise Invalid("Access is asked for by a person.", field="asked_by", way_out="Log in.")
    if not reason.strip():
        raise Invalid("A grant needs its reason.", field="reason", way_out="Say what is to be done there.")
    from_networks = check_networks(networks)
    if public_key is not None:
        public_key = ctx.host_keys.checked(public_key).line
    with ctx.unit_of_work(request) as uow:
        system = uow.systems.get(system_id)
        actor.require_sight(system.department_id, "system", system_id)
        check_end(ends_on, contract_ends_on, today_for_people(uow.now), MOST_DAYS)
        account = _holder(uow, login, contractor=organisation is not None)
        if organisation is not None:
            _check_contract(contract_number, contract_ends_on)
            if account is None and (not (holder or "").strip() or public_key is None):
                raise Invalid(
                    "Who has no account is granted access by name and public key.",
                    field="public_key",
                    way_out="Give both, or the login of an account.",
                )
        planned_servers = _servers(uow, system, servers)
        asked = AccessGrant(
            system_id=system_id,
            department_id=system.department_id,
            holder_id=None if account is None else account.id,
            holder=(holder or "").strip() if account is None else account.name,
            organisation=organisation,
            contract_number=contract_number,
            contract_ends_on=contract_ends_on,
            public_key=public_key,
            level=level,
            servers=planned_servers,
            networks=from_networks,
            ends_on=ends_on,
            reason=reason.strip(),
            asked_by=actor.account_id,
            asked_for=actor.for_account_id,
            created_at=uow.now,
        )
        uow.access_grants.add(asked)
        _audit(uow, "create/access-grant", asked, asked.reason)
        return uow.answer(asked)


def decide(
    ctx: Context,
    request: Request,
    grant_id: UUID,
    decision: str,
    *,
    answer: str | None = None,
    expected_version: int | None = None,
) -> AccessGrant:
    """Approves or refuses; raises Forbidden for who asked or would enter, Conflict for what has run out meanwhile."""
    request.actor.require(Permission.GRANTS_APPROVE)
    if decision not in DECISIONS:
        raise Invalid("A grant is approved or refused.", field="decision", way_out="Say approve, or refuse.")
    if decision == "refuse" and not (answer or "").strip():
        raise Invalid("A refusal needs its reason.", field="answer", way_out="Say why, for who asked.")
    with ctx.unit_of_work(request) as uow:
        grant = _locked(uow, grant_id)
        uow.check_version(grant, expected_version)
        if decision == "approve":
            check_end(grant.ends_on, grant.contract_ends_on, today_for_people(uow.now), MOST_DAYS)
        grant.decide(decision, request.actor, uow.now, (answer or "").strip() or None)
        _audit(uow, "allow/access-grant" if decision == "approve" else "deny/access-grant", grant, grant.answer)
        return uow.answer(grant)


def revoke(
    ctx: Context, request: Request, grant_id: UUID, *, reason: str, expected_version: int | None = None
) -> AccessGrant:
    """Takes it back; what was signed under it ends within hours. Also how one's own request is withdrawn."""
    if not request.actor.holds(Permission.GRANTS_APPROVE):
        request.actor.require(Permission.GRANTS_WRITE)
    if not reason.strip():
        raise Invalid("A revocation needs its reason.", field="reason", way_out="Say why.")
    with ctx.unit_of_work(request) as uow:
        grant = _locked(uow, grant_id)
        uow.check_version(grant, expected_version)
        grant.end("revoke", uow.now, reason.strip())
        _audit(uow, "stop/access-grant", grant, reason.strip())
        return uow.answer(grant)


def get(ctx: Context, request: Request, grant_id: UUID) -> AccessGrant:
    """One grant; raises NotFound for what is not the caller's."""
    request.actor.require(Permission.GRANTS_READ)
    with ctx.unit_of_work(request) as uow:
        return _seen(uow, uow.access_grants.get(grant_id))


def sign(
    ctx: Context, request: Request, grant_id: UUID, *, public_key: str | None = None, hours: int | None = None
) -> Signed:
    """Signs the holder's public key for some hours, for the grant's hosts, from its networks.

    A contractor's person without an account has it signed by who asked, for the key that was approved and no other.
    Raises Conflict, saying why, for a grant that is not in force, Forbidden for somebody else's.
    """
    actor = request.actor
    actor.require(Permission.GRANTS_READ)
    most = ctx.limits.certificate_hours
    if hours is not None and not 1 <= hours <= most:
        raise Invalid("A certificate lives 1 to {most} hours.", field="hours", way_out="Sign again then.", most=most)
    authority = authorities.signing(ctx, request, AuthorityKind.SSH)
    with ctx.unit_of_work(request.beside) as uow:
        grant = _locked(uow, grant_id)
        key = _key(grant, actor.persons, public_key)
        grant.require_force(uow.now)
        _require_holder(uow, grant)
        open_, shut = _hosts(uow, grant)
        if not open_:
            raise Conflict(
                "None of the grant's servers can be entered: {hosts}.",
                way_out="What is unmanaged is enrolled first; what is in quarantine is entered by nobody.",
                hosts=", ".join(f"{one.name} ({one.life.value})" for one in shut[:20]) or "-",
            )
        ends_at = min(uow.now + timedelta(hours=hours or most), grant.ends_at)
        starts_at, made = uow.now - authorities.EARLIER, new_id()
        names = tuple(principal_of(grant.level, host.id) for host in open_)
        line = ctx.authority.sign_ssh(
            authorities.opened(ctx, authority), key, serial=serial_of(made), key_id=f"grant/{grant.id}/{grant.holder}",
            principals=names, starts_at=starts_at, ends_at=ends_at, source_addresses=grant.networks, interactive=True,
        )  # fmt: skip
        signed = Certificate(
            id=made, authority_id=authority.id, kind=AuthorityKind.SSH, serial=serial_of(made), purpose=Purpose.GRANT,
            subject_id=grant.id, names=names, source_addresses=tuple(grant.networks),
            fingerprint=authorities.digest(line), starts_at=starts_at, ends_at=ends_at, issued_by=actor.account_id,
            created_at=uow.now,
        )  # fmt: skip
        authorities.note(uow, signed)
        grant.signed, grant.signed_at = grant.signed + 1, uow.now
        return Signed(
            certificate=line, serial=signed.serial, ends_at=ends_at.isoformat(), networks=list(grant.networks),
            hosts=[_door(host, grant.level) for host in open_], left_out=[host.name for host in shut],
        )  # fmt: skip


def end_due(ctx: Context, request: Request) -> int:
    """Ends what has run out: its day, the contract, the person's account or the system; answers how many."""
    with ctx.unit_of_work(request) as uow:
        over = uow.access_grants.over(today_for_people(uow.now))
        for grant, cause in over:
            grant.end("end", uow.now, CAUSES[cause])
            _audit(uow, "stop/access-grant", grant, CAUSES[cause])
        return len(over)


def _locked(uow: UnitOfWork, grant_id: UUID) -> AccessGrant:
    return _seen(uow, uow.access_grants.lock(grant_id))


def _seen(uow: UnitOfWork, grant: AccessGrant) -> AccessGrant:
    """In sight: of the department's people, the office, operations, and of its holder wherever he belongs."""
    if not (uow.actor.sees(grant.department_id) or grant.holder_id in uow.actor.persons):
        raise missing("access_grant", grant.id)
    return grant


def _holder(uow: UnitOfWork, login: str | None, *, contractor: bool) -> Account | None:
    """Who is to enter; None for a contractor's person without an account."""
    if login is None:
        return None if contractor or uow.actor.account_id is None else uow.accounts.get(uow.actor.account_id)
    account = uow.accounts.by_login(login)
    if account is None or not account.active or not (uow.actor.sees_all or uow.actor.sees(account.department_id)):
        raise Invalid("There is no account {login}.", field="login", way_out="Check its name.", login=login)
    return account


def _check_contract(number: str | None, ends_on: date | None) -> None:
    if not number or ends_on is None:
        raise Invalid(
            "A contractor's person has a contract, and the contract an end.",
            field="contract_ends_on",
            way_out="Give its number and its last day.",
        )


def _servers(uow: UnitOfWork, system: System, servers: Collection[UUID]) -> list[UUID]:
    """The servers that were named, each of the system; raises Invalid for another one."""
    theirs = {one.id for one in uow.resources.of_system(system.id)}
    for key in servers:
        if key not in theirs:
            raise Invalid(
                "{server} is no server of {system}.", field="servers", way_out="Name servers of the system alone.",
                server=str(key), system=system.code,
            )  # fmt: skip
    if len(set(servers)) > MOST_SERVERS:
        raise Invalid(
            "A grant names at most {most} servers.", field="servers", way_out="Ask for several.", most=MOST_SERVERS
        )
    return sorted(set(servers))


def _key(grant: AccessGrant, persons: frozenset[UUID], given: str | None) -> str:
    """The key to sign: the holder's own, or the one that was approved; raises Forbidden for anybody else."""
    if grant.holder_id is not None:
        if grant.holder_id not in persons:
            raise Forbidden("The grant is somebody else's.", way_out="Its holder signs with the own token.")
        key = grant.public_key or given
    else:
        if not persons & {grant.asked_by, grant.asked_for}:
            raise Forbidden("The grant is somebody else's.", way_out="Who asked for it has it signed.")
        key = grant.public_key
    if key is None:
        raise Invalid("A public key is needed.", field="public_key", way_out="Give ~/.ssh/id_ed25519.pub.")
    if grant.public_key is not None and given is not None and given.split()[:2] != grant.public_key.split()[:2]:
        raise Invalid(
            "Another public key was approved.", field="public_key", way_out="Ask for another grant with this key."
        )
    return key


def _require_holder(uow: UnitOfWork, grant: AccessGrant) -> None:
    """Raises Conflict where the person or the system has ended, and the job has not come by yet."""
    if grant.holder_id is not None and not uow.accounts.get(grant.holder_id).active:
        raise Conflict("The grant is over: {because}", way_out="Ask for another one.", because=CAUSES["person"])
    if uow.systems.get(grant.system_id).ended:
        raise Conflict("The grant is over: {because}", way_out="Ask for another one.", because=CAUSES["system"])


def _hosts(uow: UnitOfWork, grant: AccessGrant) -> tuple[list[Target], list[Target]]:
    """The grant's hosts: those that can be entered, and those that cannot. What has left the system is in neither."""
    theirs = {one.id for one in uow.resources.of_system(grant.system_id)}
    wanted = theirs if not grant.servers else theirs & set(grant.servers)
    every = uow.hosts.targets(wanted)
    entered = [host for host in every if host.life is HostLife.IN_SERVICE and host.address][:MOST_SERVERS]
    return entered, [host for host in every if host not in entered]


def _door(host: Target, level: AccessLevel) -> Door:
    return Door(
        name=host.alias, address=host.address, ssh_port=host.ssh_port, account=ACCOUNTS[level], host_key=host.host_key
    )


def _audit(uow: UnitOfWork, action: str, grant: AccessGrant, reason: str | None) -> None:
    uow.audit(
        action,
        "access_grant",
        grant.id,
        department_id=grant.department_id,
        after={
            "system_id": str(grant.system_id), "holder": grant.holder, "organisation": grant.organisation,
            "level": grant.level.value, "servers": [str(key) for key in grant.servers], "networks": grant.networks,
            "ends_on": grant.ends_on, "state": grant.state,
        },
        reason=reason,
    )  # fmt: skip
