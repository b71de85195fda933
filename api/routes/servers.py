"""Servers: `/v1/servers`, and what can be done with one that runs."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.deps import Acting
from api.openapi import answering
from api.routes.resources import add_resource
from api.schemas.servers import ConsoleOut, ServerOut, SnapshotIn, SnapshotOut
from cloudctl.domain.servers import Server
from cloudctl.ports.queries.rows import ServerRow
from cloudctl.services import resources

router = APIRouter(tags=["servers"])

add_resource(router, Server, ServerRow, ServerOut, of=lambda queries: queries.servers)


@router.post("/v1/servers/{server_id}/console", **answering(ConsoleOut))
def open_console(act: Acting, server_id: UUID) -> Response:
    """A short-lived console address; put on the audit trail."""
    return act.carry_out(ConsoleOut.of, resources.console, server_id)


@router.post("/v1/servers/{server_id}/start", **answering(ServerOut))
def start_server(act: Acting, server_id: UUID) -> Response:
    """Switches a server on; on already is done."""
    return act.carry_out(ServerOut.of, resources.start, server_id)


@router.post("/v1/servers/{server_id}/stop", **answering(ServerOut))
def stop_server(act: Acting, server_id: UUID) -> Response:
    """Switches a server off; off already is done."""
    return act.carry_out(ServerOut.of, resources.stop, server_id)


@router.post("/v1/servers/{server_id}/snapshot", **answering(SnapshotOut, status=202))
def snapshot_server(act: Acting, server_id: UUID, body: SnapshotIn) -> Response:
    """Begins an image of a server."""
    return act.carry_out(SnapshotOut.of, resources.snapshot, server_id, body.name)
