"""Servers in a cloud."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol
from uuid import UUID

from cloudctl.domain.servers import ServerFact, ServerRequest


class Servers(Protocol):
    """Virtual machines. All acts but `find` and `console_url` only start what the backend then finishes."""

    def find(self, tenant: str, keys: Collection[UUID] | None = None) -> dict[UUID, ServerFact]:
        """Servers that carry one of `keys` (all keyed ones when None), in as few calls as the backend allows."""
        ...

    def create(self, request: ServerRequest) -> ServerFact:
        """Starts building a server.

        A cloud without room raises CapacityExhausted, or takes the request and then reports `error` with its words in
        `fault`: a caller bears both.
        """
        ...

    def attach(self, tenant: str, server: str, volume: str) -> None:
        """Attaches a volume; raises Busy while either is changing."""
        ...

    def detach(self, tenant: str, server: str, volume: str) -> None:
        """Detaches a volume."""
        ...

    def resize(self, tenant: str, backend_id: str, vcpu: int, memory_mib: int, root_disk_gib: int) -> None:
        """Starts a resize; it stands as `resized` until confirmed. Needs Capability.RESIZE."""
        ...

    def confirm_resize(self, tenant: str, backend_id: str) -> None:
        """Makes a resize final."""
        ...

    def start(self, tenant: str, backend_id: str) -> None:
        """Switches a server on."""
        ...

    def stop(self, tenant: str, backend_id: str) -> None:
        """Switches a server off."""
        ...

    def isolate(self, tenant: str, backend_id: str) -> None:
        """Cuts a server off from every network; its addresses stay its own. Needs Capability.ISOLATE."""
        ...

    def rejoin(self, tenant: str, backend_id: str) -> None:
        """Takes a server that was cut off back onto its networks. Needs Capability.ISOLATE."""
        ...

    def isolated(self, tenant: str, backend_id: str) -> bool:
        """Whether nothing reaches the server and it reaches nothing, as the cloud reports. Needs Capability.ISOLATE."""
        ...

    def snapshot(self, tenant: str, backend_id: str, key: UUID, name: str) -> str:
        """Starts an image of the server; answers its backend id. Needs Capability.SNAPSHOT."""
        ...

    def console_url(self, tenant: str, backend_id: str) -> str:
        """A short-lived console address. Needs Capability.CONSOLE."""
        ...

    def adopt(self, tenant: str, backend_id: str, key: UUID) -> None:
        """Writes our key onto a server that already runs; one that carries it is done.

        Raises Absent where it is gone, Rejected where it carries another key of ours.
        """
        ...

    def disown(self, tenant: str, backend_id: str, key: UUID) -> None:
        """Takes our key off again and changes nothing else; without this key, or absent, it is done."""
        ...

    def delete(self, tenant: str, backend_id: str) -> None:
        """Starts deleting a server."""
        ...
