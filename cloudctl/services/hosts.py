"""Hosts: which servers a run may play on, how a new one comes to trust the platform, and by which key a run enters.

found = targets(ctx, request, [server_id])                           # raises Conflict for what is no target
key = run_key(ctx, request, run_id=run.id, hosts=found, valid_s=3600)
script = first_boot(ctx, request, server_id)

No private key is kept: a run's is made for the run, its certificate opens the run's hosts alone, for the run's time.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

from cloudctl.domain.accounts import Permission, missing
from cloudctl.domain.authorities import AuthorityKind, Certificate, Purpose, serial_of
from cloudctl.domain.errors import Conflict, Invalid, UserError
from cloudctl.domain.hosts import ACCOUNT, Host, HostLife, Inventory, RunKey, Target, check_roles, principal
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.servers import Server
from cloudctl.ports.context import Context, Request
from cloudctl.ports.queries import scope_of
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import authorities
from cloudctl.services.host_scripts import first_boot_script

AT_ONCE = 200  # OpenSSH takes 256 principals in a certificate
LONGEST_RUN_S = 24 * 3600
NEW_FOR, NEW_AT_ONCE = timedelta(hours=2), 40
KNOWN_HOSTS = "known_hosts"
EDITABLE = frozenset({"address", "ssh_port", "account", "os_family", "os_name", "roles", "shared", "ring"})


def targets(
    ctx: Context, request: Request, ids: Collection[UUID], *, lives: Collection[HostLife] = (HostLife.IN_SERVICE,)
) -> tuple[Target, ...]:
    """The hosts of these ids, by name; raises Conflict, naming each and its life, where one is no target.

    `lives` is what the play is for: `release_host` is played on what is quarantined. A foreign or ended host never is
    one. Raises NotFound for an id that is no host of the caller's.
    """
    with ctx.unit_of_work(request.beside) as uow:
        return planned(uow, ids, lives=lives)


def planned(
    uow: UnitOfWork, ids: Collection[UUID], *, lives: Collection[HostLife] = (HostLife.IN_SERVICE,)
) -> tuple[Target, ...]:
    """As `targets`, in the caller's transaction."""
    found = {one.id: one for one in uow.hosts.targets(ids)}
    for key in ids:
        if key not in found or not uow.actor.sees(found[key].department_id):
            raise missing("host", key)
    allowed = set(lives) - {HostLife.FOREIGN, HostLife.ENDED}
    refused = [one for one in found.values() if one.life not in allowed or not one.address or not one.host_key]
    if refused:
        raise Conflict(
            "Not every host is a target: {hosts}.",
            field="hosts",
            way_out="Leave them out. What is unmanaged is enrolled first: `cloudctl hosts enrol`.",
            hosts=", ".join(f"{one.name} ({one.life.value})" for one in refused[:20]),
        )
    return tuple(found.values())


def run_key(
    ctx: Context,
    request: Request,
    *,
    run_id: UUID,
    hosts: Sequence[Target],
    valid_s: int,
    source_addresses: Sequence[str] = (),
) -> RunKey:
    """A pair of keys for one run, signed for its hosts and its time; raises Invalid for no host, or more than a day.

    `source_addresses` (CIDR) bind it to the machines that play.
    """
    request.actor.require(Permission.SECRETS_WRITE)
    if not hosts or not 1 <= valid_s <= LONGEST_RUN_S:
        raise Invalid(
            "A run has hosts, and ends within {most} seconds.", field="valid_s", way_out="Split it.", most=LONGEST_RUN_S
        )
    authority = authorities.signing(ctx, request, AuthorityKind.SSH)
    pair = ctx.authority.key_pair(f"run-{run_id}")
    files = {KNOWN_HOSTS: "".join(f"{host.known_host}\n" for host in hosts)}
    file_of: dict[UUID, str] = {}
    with ctx.unit_of_work(request.beside) as uow:
        starts_at, ends_at = uow.now - authorities.EARLIER, uow.now + timedelta(seconds=valid_s)
        signer = authorities.opened(ctx, authority)
        for start in range(0, len(hosts), AT_ONCE):
            part, name, key = hosts[start : start + AT_ONCE], f"key-{start // AT_ONCE + 1}", new_id()
            names = tuple(principal(host.id) for host in part)
            line = ctx.authority.sign_ssh(
                signer, pair.public_key, serial=serial_of(key), key_id=f"run/{run_id}", principals=names,
                starts_at=starts_at, ends_at=ends_at, source_addresses=source_addresses,
            )  # fmt: skip
            signed = Certificate(
                id=key, authority_id=authority.id, kind=AuthorityKind.SSH, serial=serial_of(key), purpose=Purpose.RUN,
                subject_id=run_id, names=names, source_addresses=tuple(source_addresses),
                fingerprint=authorities.digest(line), starts_at=starts_at, ends_at=ends_at,
                issued_by=request.actor.account_id, created_at=uow.now,
            )  # fmt: skip
            authorities.note(uow, signed)
            files[name], files[f"{name}-cert.pub"] = pair.private_key, f"{line}\n"
            file_of |= dict.fromkeys((host.id for host in part), name)
    return RunKey(files=files, file_of=file_of, known_hosts=KNOWN_HOSTS, ends_at=ends_at)


def first_boot(ctx: Context, request: Request, host_id: UUID) -> str:
    """The script that makes a server trust the platform's authority: for its first boot, or to be run by hand as root.

    It holds no secret. It may run again: then it brings the authorities up to date.
    """
    return first_boot_script(host_id, authorities.trusted_ssh(ctx, request))


def script(ctx: Context, request: Request, host_id: UUID) -> str:
    """As `first_boot`, for a server on record; raises NotFound for what is not the caller's."""
    request.actor.require(Permission.HOSTS_READ)
    with ctx.unit_of_work(request.beside) as uow:
        _server(uow, host_id)
    return first_boot(ctx, request.beside, host_id)


def enrol(
    ctx: Context,
    request: Request,
    /,
    host_id: UUID,
    *,
    host_key: str | None = None,
    fingerprint: str | None = None,
    again: bool = False,
    **known: Any,
) -> Host:
    """Pins a host's key, given or as the host shows it now, which then has to have the `fingerprint` that is given.

    `known` is what else is said of it (EDITABLE). Raises Conflict where another key is pinned, unless the host was
    built anew (`again`); Invalid where the host does not answer or shows another fingerprint.
    """
    request.actor.require(Permission.HOSTS_WRITE)
    with ctx.unit_of_work(request.beside) as uow:
        server, host = _known(uow, host_id)
        address, port = known.get("address") or _address(server, host), known.get("ssh_port") or host.ssh_port
    shown = ctx.host_keys.checked(host_key) if host_key else ctx.host_keys.scan(address, port)
    if fingerprint is not None and shown.fingerprint != fingerprint:
        raise Invalid(
            "The host's key has the fingerprint {shown}, and {given} was expected.",
            field="fingerprint",
            way_out="Read it on the server's console. If it differs, somebody else answers at this address.",
            shown=shown.fingerprint,
            given=fingerprint,
        )
    with ctx.unit_of_work(request) as uow:
        server, host = _found(uow, host_id)
        before = host.host_key
        _edit(host, known)
        host.enrol(shown.line, uow.now, again=again)
        uow.audit(
            "update/host-enrol", "host", host.id, department_id=server.department_id,
            before={"host_key": before}, after={"host_key": shown.line, "fingerprint": shown.fingerprint, **known},
        )  # fmt: skip
        return uow.answer(host)


def enrol_new(ctx: Context, request: Request) -> int:
    """Pins the keys that servers show for the first time soon after they were built; answers how many.

    Nobody else can have answered at the address of a server that is minutes old; whoever wants more certainty has the
    setting off, and compares the fingerprint of the console. One that does not answer is asked again next time.
    """
    if not ctx.limits.first_boot:
        return 0
    with ctx.unit_of_work(request) as uow:
        new = uow.hosts.new(uow.now - NEW_FOR, NEW_AT_ONCE)
    with ThreadPoolExecutor(max_workers=ctx.limits.parallel) as pool:
        return sum(pool.map(lambda key: _enrolled(ctx, request, key), new))


def _enrolled(ctx: Context, request: Request, host_id: UUID) -> bool:
    try:
        enrol(ctx, request, host_id)
    except UserError:
        return False
    return True


def update(
    ctx: Context, request: Request, host_id: UUID, changes: dict[str, Any], expected_version: int | None = None
) -> Host:
    """Changes what EDITABLE lists."""
    request.actor.require(Permission.HOSTS_WRITE)
    with ctx.unit_of_work(request) as uow:
        server, host = _found(uow, host_id)
        uow.check_version(host, expected_version)
        before = {name: getattr(host, name) for name in changes if name in EDITABLE}
        _edit(host, changes)
        uow.audit(
            "update/host", "host", host.id, department_id=server.department_id, before=before, after=changes
        )  # fmt: skip
        return uow.answer(host)


def quarantine(
    ctx: Context, request: Request, host_id: UUID, *, reason: str, expected_version: int | None = None
) -> Host:
    """Takes a host out of every target group, until it is released; cutting it off is the playbook's."""
    request.actor.require(Permission.HOSTS_WRITE)
    if not reason.strip():
        raise Invalid("A quarantine needs its reason.", field="reason", way_out="Say why.")
    with ctx.unit_of_work(request) as uow:
        server, host = _found(uow, host_id)
        uow.check_version(host, expected_version)
        host.quarantine(uow.now, reason.strip())
        uow.audit("stop/host", "host", host.id, department_id=server.department_id, reason=reason.strip())
        return uow.answer(host)


def release(
    ctx: Context, request: Request, host_id: UUID, *, reason: str | None = None, expected_version: int | None = None
) -> Host:
    """Ends a quarantine that was ordered; raises Conflict for a clearing's, which is the clearing's to end."""
    request.actor.require(Permission.HOSTS_WRITE)
    with ctx.unit_of_work(request) as uow:
        server, host = _found(uow, host_id)
        uow.check_version(host, expected_version)
        host.release()
        uow.audit("start/host", "host", host.id, department_id=server.department_id, reason=reason)
        return uow.answer(host)


def seen(ctx: Context, request: Request, host_id: UUID, facts: dict[str, Any]) -> None:
    """What a run read from a host: kept as it is; the family and the name of its system also as the host's own."""
    request.actor.require(Permission.HOSTS_WRITE)
    with ctx.unit_of_work(request.beside) as uow:
        _, host = _found(uow, host_id)
        host.facts, host.seen_at = facts, uow.now
        family, name = facts.get("os_family"), facts.get("distribution")
        host.os_family = str(family) if family else host.os_family
        host.os_name = " ".join(str(part) for part in (name, facts.get("distribution_version")) if part) or host.os_name


def inventory(ctx: Context, request: Request) -> Inventory:
    """Every host that the caller sees, for Ansible; `cloudctl_user_ca_keys` is for whom it plays."""
    request.actor.require(Permission.HOSTS_READ)
    return ctx.queries.host_inventory(scope_of(request.actor))


def get(ctx: Context, request: Request, host_id: UUID) -> Host:
    """One host; raises NotFound for what is not the caller's."""
    request.actor.require(Permission.HOSTS_READ)
    with ctx.unit_of_work(request.beside) as uow:
        return _known(uow, host_id)[1]


def _server(uow: UnitOfWork, host_id: UUID) -> Server:
    server = uow.resources.get(host_id)
    uow.actor.require_sight(server.department_id, "host", host_id)
    if not isinstance(server, Server):
        raise missing("host", host_id)
    return server


def _known(uow: UnitOfWork, host_id: UUID) -> tuple[Server, Host]:
    """A server and what is known of it as a host; where nothing is, a host that is not on record."""
    server = _server(uow, host_id)
    return server, uow.hosts.find(host_id) or Host(id=host_id, account=ACCOUNT, created_at=server.created_at)


def _found(uow: UnitOfWork, host_id: UUID) -> tuple[Server, Host]:
    """As `_known`, and on record from now on."""
    server = _server(uow, host_id)
    host = uow.hosts.find(host_id)
    if host is None:
        host = Host(id=host_id, account=ACCOUNT, created_at=uow.now)
        uow.hosts.add(host)
    return server, host


def _address(server: Server, host: Host) -> str:
    address = host.address or next(iter(server.fixed_addresses), None)
    if address is None:
        raise Invalid("The server has no address yet.", field="address", way_out="Give one, or wait for its delivery.")
    return address


def _edit(host: Host, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        if name not in EDITABLE:
            raise Invalid("{name} is not to be changed.", field=name, way_out="Leave it out.", name=name)
        setattr(host, name, value)
    if not 1 <= host.ssh_port <= 65535:
        raise Invalid("A port is 1 to 65535.", field="ssh_port", way_out="Usually it is 22.")
    check_roles(list(host.roles))
