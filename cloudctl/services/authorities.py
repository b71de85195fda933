"""Certificate authorities: made at first use, their keys sealed; what they sign is put on record.

line = trusted_ssh(ctx, request)                                     # for TrustedUserCAKeys
chain = issue_tls(ctx, request, names=["site.fgw.city.gov.cn"], days=90, subject_id=app.id, purpose=Purpose.APP)

An authority that is rotated stays trusted for as long as what it signed lives.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.authorities import AuthorityKind, Certificate, CertificateAuthority, Purpose, serial_of
from cloudctl.domain.errors import Conflict, Forbidden, Invalid
from cloudctl.domain.identifiers import new_id
from cloudctl.ports.authority import IssuedTls, MadeAuthority
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork

TLS_YEARS = 10
LONGEST_TLS_DAYS = 397
EARLIER = timedelta(minutes=5)
"""Clocks differ: a certificate begins so much before it is signed."""
LEAD = timedelta(days=7)
"""How long a new authority is trusted before it signs: by then `baseline_host` has been everywhere."""
OVERLAP = {AuthorityKind.SSH: timedelta(days=2), AuthorityKind.TLS: timedelta(days=LONGEST_TLS_DAYS)}
"""How long an authority is trusted after another one signs: longer than anything that it signed lives."""


def trusted(ctx: Context, request: Request, kind: AuthorityKind) -> str:
    """What is to be trusted of a kind, by anybody who may see hosts."""
    request.actor.require(Permission.HOSTS_READ)
    return trusted_ssh(ctx, request) if kind is AuthorityKind.SSH else trusted_tls(ctx, request)


def trusted_ssh(ctx: Context, request: Request) -> str:
    """The public keys that hosts trust, a line each, the newest first."""
    return "".join(f"{one.public.strip()}\n" for one in _trusted(ctx, request, AuthorityKind.SSH))


def trusted_tls(ctx: Context, request: Request) -> str:
    """The root certificates that clients trust, in PEM, the newest first."""
    return "".join(one.public for one in _trusted(ctx, request, AuthorityKind.TLS))


def issue_tls(
    ctx: Context, request: Request, *, names: Sequence[str], days: int, subject_id: UUID, purpose: Purpose = Purpose.APP
) -> IssuedTls:
    """A server's certificate and its key, which is kept nowhere: whoever asked puts it where it belongs."""
    request.actor.require(Permission.SECRETS_WRITE)
    if not 1 <= days <= LONGEST_TLS_DAYS:
        raise Invalid(
            "A certificate lives 1 to {most} days.", field="days", way_out="Have it renewed before its end.",
            most=LONGEST_TLS_DAYS,
        )  # fmt: skip
    authority = signing(ctx, request, AuthorityKind.TLS)
    with ctx.unit_of_work(request) as uow:
        key = new_id()
        issued = ctx.authority.issue_tls(
            opened(ctx, authority), authority.public, serial=serial_of(key), names=names,
            starts_at=uow.now - EARLIER, ends_at=uow.now + timedelta(days=days),
        )  # fmt: skip
        signed = Certificate(
            id=key, authority_id=authority.id, kind=AuthorityKind.TLS, serial=issued.serial, purpose=purpose,
            subject_id=subject_id, names=tuple(names), source_addresses=(), fingerprint=digest(issued.cert_pem),
            starts_at=uow.now - EARLIER, ends_at=issued.ends_at, issued_by=request.actor.account_id,
            created_at=uow.now,
        )  # fmt: skip
        note(uow, signed)
        return issued


def rotate(ctx: Context, request: Request, kind: AuthorityKind) -> CertificateAuthority:
    """A new authority of a kind, which signs in a week; the one before stays trusted until what it signed has ended.

    Within that week `baseline_host` brings it to the hosts, and clients get `trusted_tls`. Raises Conflict while one
    waits to sign already.
    """
    request.actor.require(Permission.SECRETS_WRITE)
    if not request.actor.sees_all:
        raise Forbidden("The authorities are the office's.", way_out="Ask operations.")
    signing(ctx, request, kind)
    with ctx.unit_of_work(request) as uow:
        last = uow.authorities.of_kind(kind)[0]
        if uow.now < last.signs_from:
            raise Conflict(
                "A new authority waits to sign already.", way_out="It signs from {day}.",
                day=last.signs_from.date().isoformat(),
            )  # fmt: skip
        last.trusted_until = uow.now + LEAD + OVERLAP[kind]
        made = _new(ctx, uow, kind, last.number + 1, uow.now + LEAD)
        uow.audit("update/authority", "authority", made.id, after={"kind": kind.value, "number": made.number})
        return uow.answer(made)


def signing(ctx: Context, request: Request, kind: AuthorityKind) -> CertificateAuthority:
    """The authority that signs; the first time it is made. Of two processes that make it at once one wins."""
    for _ in range(2):
        try:
            with ctx.unit_of_work(request.beside) as uow:
                found = next((one for one in uow.authorities.of_kind(kind) if one.signs_from <= uow.now), None)
                if found is not None:
                    return found
                made = _new(ctx, uow, kind, 1, uow.now)
                uow.audit("create/authority", "authority", made.id, after={"kind": kind.value, "number": 1})
                return made
        except Conflict:
            continue
    raise Conflict("The authority is being made.", way_out="Ask again.")


def opened(ctx: Context, authority: CertificateAuthority) -> bytes:
    """The authority's private key, for as long as it takes to sign."""
    return ctx.secrets.open(authority.sealed, authority.about)


def note(uow: UnitOfWork, certificate: Certificate) -> None:
    """Puts what was signed on record."""
    uow.certificates.add(certificate)
    uow.audit(
        "create/certificate", "certificate", certificate.id,
        after={
            "kind": certificate.kind.value, "purpose": certificate.purpose.value,
            "subject_id": str(certificate.subject_id), "serial": certificate.serial, "names": list(certificate.names),
            "source_addresses": list(certificate.source_addresses), "ends_at": certificate.ends_at.isoformat(),
        },
    )  # fmt: skip


def digest(certificate: str) -> str:
    """What a certificate is known by on record."""
    return sha256(certificate.encode()).hexdigest()


def _trusted(ctx: Context, request: Request, kind: AuthorityKind) -> Sequence[CertificateAuthority]:
    signing(ctx, request, kind)
    with ctx.unit_of_work(request.beside) as uow:
        return [one for one in uow.authorities.of_kind(kind) if one.trusted(uow.now)]


def _new(ctx: Context, uow: UnitOfWork, kind: AuthorityKind, number: int, signs_from: datetime) -> CertificateAuthority:
    name = f"cloudctl {kind.value} {number}"
    ends_at = None
    if kind is AuthorityKind.SSH:
        made: MadeAuthority = ctx.authority.new_ssh(name)
    else:
        ends_at = uow.now + timedelta(days=365 * TLS_YEARS)
        made = ctx.authority.new_tls(name, uow.now - EARLIER, ends_at)
    authority = CertificateAuthority(
        kind=kind, number=number, public=made.public, sealed=b"", key_id=ctx.secrets.key_id,
        signs_from=signs_from, ends_at=ends_at, created_at=uow.now,
    )  # fmt: skip
    authority.sealed = ctx.secrets.seal(made.private_key, authority.about)
    uow.authorities.add(authority)
    return authority
