"""What the platform's own look at a system shows, as evidence: its servers, its old devices, what answered its check.

    seen = servers_seen(look, now, before=False)        # what, whether it holds, and when it was observed

Judged when it is seen, and kept as it was judged: a later register changes nothing of what a past look showed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from ipaddress import ip_address
from typing import Any, NamedTuple

from cloudctl.domain.measures import EvidenceRules
from cloudctl.ports.probes import Answer
from cloudctl.ports.queries.standings import DeviceAt, SystemLook

RUNNING = "active"


class Seen(NamedTuple):
    """What was seen, whether it holds, and when it was observed."""

    value: dict[str, Any]
    holds: bool
    observed_at: datetime


def servers_seen(look: SystemLook, now: datetime, *, before: bool) -> Seen | None:
    """What the last syncs show of its servers; None while a cloud tells nothing new, or it never had any.

    `before` says that servers of it were seen earlier: then that it has none any more is worth a record.
    """
    read = [server.read_at for server in look.servers if server.read_at is not None]
    if len(read) < len(look.servers):
        return None
    if not look.servers:
        return Seen({"servers": []}, False, now) if before else None
    servers = [{"name": server.name, "cloud": server.cloud, "seen": server.seen or "unseen"} for server in look.servers]
    return Seen({"servers": servers}, all(one["seen"] == RUNNING for one in servers), min(read))


def devices_seen(look: SystemLook, now: datetime) -> Seen:
    """Whether its old devices are off or gone by the register."""
    on = [device.code for device in look.devices if device.status == "running"]
    return Seen({"devices": [device.code for device in look.devices], "running": on}, not on, now)


def answer_seen(look: SystemLook, answer: Answer, rules: EvidenceRules, now: datetime) -> Seen:
    """Where its check answered from: its servers on the platform, one of its old devices, or elsewhere."""
    value: dict[str, Any] = {"url": look.check_url, "answered": answer.answered}
    for name in ("peer", "status", "error"):
        if getattr(answer, name) is not None:
            value[name] = getattr(answer, name)
    device = _owner(answer.peer, look.devices)
    if device is not None:
        value["device"] = device.code
    ours = {address for server in look.servers for address in _plain(server.addresses)}
    here = answer.peer is not None and (answer.peer in ours or rules.is_gateway(answer.peer))
    return Seen(value, answer.answered and device is None and here, now)


def _owner(peer: str | None, devices: Sequence[DeviceAt]) -> DeviceAt | None:
    return next((device for device in devices if peer is not None and peer in _plain(device.addresses)), None)


def _plain(addresses: Iterable[str]) -> set[str]:
    """Addresses in the one form that a connection gives them."""
    found = set()
    for address in addresses:
        try:
            found.add(str(ip_address(address.split("/")[0].strip())))
        except ValueError:
            continue  # a name, or something else that no connection has
    return found
