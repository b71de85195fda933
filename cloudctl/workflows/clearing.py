"""What the sagas of a clearing share: the leave that each step asks for, what is looked at, and how one ends.

A saga may take a step only while its case gives leave: the kill switch, a freeze window, or a person who has decided
otherwise end it there. Whatever ends it before its end is told to the case, which decides what follows.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from uuid import UUID

from cloudctl.domain.addresses import Address
from cloudctl.domain.clouds import Capability
from cloudctl.domain.errors import Absent, BackendError, Failed
from cloudctl.domain.servers import Server, ServerStatus
from cloudctl.domain.volumes import Volume
from cloudctl.domain.workflows import DONE, Verdict
from cloudctl.messages import mark
from cloudctl.ports.context import Context
from cloudctl.services import clearings
from cloudctl.workflows.attempts import gravest, insist
from cloudctl.workflows.building import side_by_side
from cloudctl.workflows.objects import SERVERS, Site
from cloudctl.workflows.restore_resource import resource_site

log = logging.getLogger(__name__)
BY_HAND = mark("{name} runs: it was started by hand while it was to be off.")
REACHABLE = mark("{name} is on its network again, though it was cut off.")


class Lot(NamedTuple):
    """One server of a case, where it stands, and what belongs to it."""

    server: Server
    site: Site
    volumes: tuple[Volume, ...]
    addresses: tuple[Address, ...]


def withheld(ctx: Context, clearing_id: str, saga: str, step: str) -> Verdict | None:
    """The verdict that ends the saga here; None while the case lets it go on."""
    leave = clearings.may_go_on(ctx, UUID(clearing_id), saga)
    return None if leave.given else {"outcome": "stop", "reason": leave.reason, "step": step}


def lots(ctx: Context, clearing_id: str) -> list[Lot]:
    """The servers of a case that are on record; each on a cloud that is connected."""
    return [_lot(ctx, server_id) for server_id in clearings.servers(ctx, UUID(clearing_id))]


def _lot(ctx: Context, server_id: UUID) -> Lot:
    server, site, belongings = resource_site(ctx, server_id)
    assert isinstance(server, Server)
    return Lot(
        server,
        site,
        tuple(other for other in belongings if isinstance(other, Volume)),
        tuple(other for other in belongings if isinstance(other, Address)),
    )


def each(ctx: Context, acting: Callable[[Lot], None], those: Iterable[Lot]) -> None:
    """Acts on all of them side by side, also where one cannot: raises the gravest failure afterwards."""
    _, errors = side_by_side(ctx, acting, those)
    if errors:
        raise gravest(errors)


def in_turn(
    ctx: Context, clearing_id: str, saga: str, step: str, acts: Iterable[Callable[[], None]]
) -> Verdict | None:  # fmt: skip
    """One act after the other, leave asked before each."""
    for act in acts:
        if (no := withheld(ctx, clearing_id, saga, step)) is not None:
            return no
        act()
    return None


def is_on(lot: Lot) -> bool:
    """Whether the cloud shows the server as anything but switched off; raises Absent where it does not show it.

    Another object that carries its mark is not the server: it was built past the platform.
    """
    site, server = lot.site, lot.server
    fact = insist(site.ctx, lambda: SERVERS.find(site, [server.id])).get(server.id)
    if fact is None:
        raise Absent("Server {key} is gone from the cloud.", key=server.name)
    if fact.backend_id != server.backend_id:
        raise Absent("Server {key} is gone from the cloud: another one carries its mark.", key=server.name)
    return fact.status is not ServerStatus.STOPPED


def require_off(lot: Lot) -> None:
    """Raises Failed for a server that runs, or that is on its network; nothing is switched off here."""
    site, server = lot.site, lot.server
    if is_on(lot):
        raise Failed(BY_HAND, name=server.name)
    if Capability.ISOLATE not in site.provider.capabilities:
        return
    backend_id = server.backend_id or ""
    if not insist(site.ctx, lambda: site.provider.servers.isolated(site.tenant, backend_id)):
        raise Failed(REACHABLE, name=server.name)


def running(those: Iterable[Lot]) -> list[Lot]:
    """Those that are seen not to be off and cut off as they should be; of what is not seen nothing is said."""
    found = []
    for lot in those:
        try:
            require_off(lot)
        except Failed:
            found.append(lot)
        except BackendError as unseen:
            log.info("%s is not seen: %s", lot.server.name, unseen)
    return found


def forward(steps: Any, clearing_id: str, names: Iterable[str]) -> Verdict:
    """The steps in order, until one does not end well."""
    verdict: Verdict = DONE
    for name in names:
        verdict = getattr(steps, name)(clearing_id)
        if verdict["outcome"] != "done":
            return verdict
    return verdict


def told(verdict: Verdict, ended: Verdict) -> Verdict:
    """The saga's verdict, once its case was told; else the workflow ends in error, and `resume` goes on."""
    if ended["outcome"] != "done":
        raise RuntimeError(f"{ended.get('step')}: {ended.get('reason')}")
    return verdict
