"""Hosts (主机): servers as playbooks know them: `/v1/hosts`."""

from __future__ import annotations

from hashlib import blake2b
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answers import JSON, encode
from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.emergencies import RemarkIn
from api.schemas.hosts import EnrolmentIn, HostChanges, HostInventoryOut, HostOut, HostScriptOut, QuarantineIn
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.rows import HostRow
from cloudctl.services import authorities, hosts

router = APIRouter(tags=["hosts"])
PATH = "/v1/hosts"

add_list(router, PATH, HostRow, of=lambda queries: queries.hosts, needs=Permission.HOSTS_READ, name="list_hosts")


@router.get(PATH + "/inventory", **answering(HostInventoryOut, needs=Permission.HOSTS_READ))
def get_host_inventory(request: Request) -> Response:
    """Every host that the caller sees, at once, for Ansible. Answers 304 to an If-None-Match that names its ETag."""
    caller = Caller(request)
    found = hosts.inventory(caller.ctx, caller.request)
    keys = authorities.trusted_ssh(caller.ctx, caller.request).splitlines()
    body = encode(HostInventoryOut(hosts=found.hosts, groups=found.groups, variables={"cloudctl_user_ca_keys": keys}))
    headers = {"ETag": f'"{blake2b(body, digest_size=16).hexdigest()}"', "Cache-Control": "private"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(body, 200, headers, JSON)


@router.get(PATH + "/{host_id}", **answering(HostOut, needs=Permission.HOSTS_READ))
def get_host(request: Request, host_id: UUID) -> Response:
    """One host."""
    return Caller(request).show(HostOut.of, hosts.get, host_id)


@router.get(PATH + "/{host_id}/script", **answering(HostScriptOut, needs=Permission.HOSTS_READ))
def get_host_script(request: Request, host_id: UUID) -> Response:
    """The script that makes a server trust the platform, to be run as root where its first boot did not."""
    return Caller(request).show(lambda script: HostScriptOut(script=script), hosts.script, host_id)


@router.patch(PATH + "/{host_id}", **answering(HostOut, needs=Permission.HOSTS_WRITE, versioned=True))
def update_host(act: Acting, host_id: UUID, body: HostChanges) -> Response:
    """Says where it answers, what it is for, and when it is patched."""
    return act.carry_out(HostOut.of, hosts.update, host_id, body.changes(), expected_version=act.expected_version)


@router.post(PATH + "/{host_id}/enrol", **answering(HostOut, needs=Permission.HOSTS_WRITE))
def enrol_host(act: Acting, host_id: UUID, body: EnrolmentIn) -> Response:
    """Pins its host key: the one given, or the one that it shows now. From then on it is a target of playbooks."""
    return act.carry_out(HostOut.of, hosts.enrol, host_id, **body.given())


@router.post(PATH + "/{host_id}/quarantine", **answering(HostOut, needs=Permission.HOSTS_WRITE, versioned=True))
def quarantine_host(act: Acting, host_id: UUID, body: QuarantineIn) -> Response:
    """Takes it out of every target group until it is released."""
    return act.carry_out(
        HostOut.of, hosts.quarantine, host_id, reason=body.reason, expected_version=act.expected_version
    )


@router.post(PATH + "/{host_id}/release", **answering(HostOut, needs=Permission.HOSTS_WRITE, versioned=True))
def release_host(act: Acting, host_id: UUID, body: RemarkIn | None = None) -> Response:
    """Ends a quarantine that was ordered."""
    return act.carry_out(
        HostOut.of, hosts.release, host_id, reason=body.reason if body else None, expected_version=act.expected_version
    )
