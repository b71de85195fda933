"""Secrets (密钥), write-only: `/v1/secrets`; certificate authorities and what they signed: `/v1/authorities`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.authorities import AuthorityOut, TrustedOut
from api.schemas.secrets import ResealedOut, SecretIn, SecretOut
from cloudctl.domain.accounts import Permission
from cloudctl.domain.authorities import AuthorityKind
from cloudctl.domain.secrets import Owner
from cloudctl.ports.queries.rows import AuthorityRow, CertificateRow, SecretRow
from cloudctl.services import authorities, secrets

router = APIRouter(tags=["secrets"])
PATH = "/v1/secrets"
AUTHORITIES = "/v1/authorities"

add_list(
    router, PATH, SecretRow, of=lambda queries: queries.secrets, needs=Permission.SECRETS_WRITE, name="list_secrets"
)  # fmt: skip
add_list(
    router, AUTHORITIES, AuthorityRow, of=lambda queries: queries.authorities, needs=Permission.HOSTS_READ,
    name="list_authorities",
)  # fmt: skip
add_list(
    router, AUTHORITIES + "/certificates", CertificateRow, of=lambda queries: queries.certificates,
    needs=Permission.WORKFLOWS_READ, name="list_certificates",
)  # fmt: skip


@router.put(PATH, **answering(SecretOut, needs=Permission.SECRETS_WRITE))
def put_secret(act: Acting, body: SecretIn) -> Response:
    """Sets a secret, or another value of it. No answer of the platform ever has the value."""
    owner = Owner(body.owner_kind, body.owner_id)
    return act.carry_out(SecretOut.of, secrets.put, owner, body.name, body.value.get_secret_value())


@router.post(PATH + "/reseal", **answering(ResealedOut, needs=Permission.SECRETS_WRITE))
def reseal_secrets(act: Acting) -> Response:
    """Seals what an older master key sealed under the current one; repeating it changes nothing."""
    return act.carry_out(lambda count: ResealedOut(count=count), secrets.reseal)


@router.post(PATH + "/{secret_id}/rotate", **answering(SecretOut, needs=Permission.SECRETS_WRITE))
def rotate_secret(act: Acting, secret_id: UUID) -> Response:
    """Makes another value at random; the playbook that brings it to the host comes after."""
    return act.carry_out(SecretOut.of, secrets.rotate, secret_id)


@router.delete(PATH + "/{secret_id}", **answering(SecretOut, needs=Permission.SECRETS_WRITE))
def remove_secret(act: Acting, secret_id: UUID) -> Response:
    """Takes a secret off the record; that there was one stays on the audit trail."""
    return act.carry_out(SecretOut.of, secrets.remove, secret_id)


@router.get(AUTHORITIES + "/{kind}/trusted", **answering(TrustedOut, needs=Permission.HOSTS_READ))
def get_trusted(request: Request, kind: AuthorityKind) -> Response:
    """What is to be trusted: `ssh` for TrustedUserCAKeys, `tls` the roots in PEM."""
    return Caller(request).show(lambda trusted: TrustedOut(trusted=trusted), authorities.trusted, kind)


@router.post(AUTHORITIES + "/{kind}/rotate", **answering(AuthorityOut, status=201, needs=Permission.SECRETS_WRITE))
def rotate_authority(act: Acting, kind: AuthorityKind) -> Response:
    """Makes another authority, which signs in a week; until then `baseline_host` brings it to the hosts."""
    return act.carry_out(AuthorityOut.of, authorities.rotate, kind)
