"""Clouds: registered by the office; their credentials stay in clouds.yaml or the environment."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cloudctl.domain.accounts import Permission, missing
from cloudctl.domain.clouds import Cloud, CloudKind
from cloudctl.domain.errors import Invalid
from cloudctl.domain.quotas import Dimension
from cloudctl.ports.context import Context, Request
from cloudctl.ports.queries import PageAsk
from cloudctl.ports.queries.rows import CloudRow
from cloudctl.services.edits import apply_edits

EDITABLE = frozenset(
    {
        "name",
        "zones",
        "capacity",
        "overcommit",
        "max_mlps_level",
        "external_network",
        "architectures",
        "headroom_percent",
        "retired",
    }
)


def register(
    ctx: Context,
    request: Request,
    *,
    code: str,
    name: str,
    kind: CloudKind,
    zones: frozenset[str],
    capacity: dict[Dimension, int],
    overcommit: dict[Dimension, float] | None = None,
    max_mlps_level: int = 3,
    external_network: str | None = None,
    architectures: frozenset[str] = frozenset(),
    headroom_percent: int = 0,
) -> Cloud:
    """Puts a cloud on record; raises Invalid for a zone that is not in the catalogue."""
    request.actor.require(Permission.CATALOGUE_WRITE)
    with ctx.unit_of_work(request) as uow:
        for zone in sorted(zones):
            uow.catalogue.zone(zone)
        cloud = Cloud(
            code=code,
            name=name,
            kind=kind,
            zones=zones,
            capacity=capacity,
            overcommit=overcommit or {},
            max_mlps_level=max_mlps_level,
            external_network=external_network,
            architectures=architectures,
            headroom_percent=headroom_percent,
        )
        uow.clouds.add(cloud)
        uow.audit(
            "create/cloud",
            "cloud",
            cloud.id,
            after={
                "code": code,
                "kind": kind.value,
                "zones": sorted(zones),
                "capacity": dict(capacity),
                "architectures": sorted(architectures),
                "headroom_percent": headroom_percent,
            },
        )
        return uow.answer(cloud)


def update(
    ctx: Context, request: Request, cloud_id: UUID, changes: dict[str, Any], expected_version: int | None = None
) -> Cloud:
    """Changes what EDITABLE lists."""
    request.actor.require(Permission.CATALOGUE_WRITE)
    with ctx.unit_of_work(request) as uow:
        cloud = uow.clouds.get(cloud_id)
        uow.check_version(cloud, expected_version)
        for zone in sorted(changes.get("zones", ())):
            uow.catalogue.zone(zone)
        before, after = apply_edits(cloud, changes, EDITABLE)
        uow.audit("update/cloud", "cloud", cloud.id, before=_plain(before), after=_plain(after))
        return uow.answer(cloud)


def reserve(
    ctx: Context,
    request: Request,
    cloud_id: UUID,
    zone: str,
    amounts: dict[Dimension, int],
    *,
    expected_version: int | None = None,
) -> Cloud:
    """Says what ordinary orders have to leave free for emergencies of a zone; nothing at all takes the reserve away."""
    request.actor.require(Permission.CATALOGUE_WRITE)
    with ctx.unit_of_work(request) as uow:
        cloud = uow.clouds.lock(uow.clouds.get(cloud_id).code)
        uow.check_version(cloud, expected_version)
        if zone not in cloud.zones:
            raise Invalid(
                "{cloud} does not serve the zone {zone}.",
                field="zone",
                way_out="It serves these: {zones}.",
                cloud=cloud.code,
                zone=zone,
                zones=", ".join(sorted(cloud.zones)),
            )
        before = cloud.reserves
        after = {code: kept for code, kept in before.items() if code != zone}
        wanted = {dimension: amount for dimension, amount in amounts.items() if amount}
        cloud.reserves = {**after, zone: wanted} if wanted else after
        _refuse_beyond_room(cloud)
        uow.audit("update/reserve", "cloud", cloud.id, before={"reserves": before}, after={"reserves": cloud.reserves})
        return uow.answer(cloud)


def _refuse_beyond_room(cloud: Cloud) -> None:
    for zone in cloud.reserves:
        for dimension in cloud.reserves[zone]:
            room, left = cloud.room(dimension), cloud.open_room(dimension, zone, emergency=False)
            if room is None or left is None or left < 0:
                raise Invalid(
                    "{cloud} has {room} {dimension}; no more than that can be kept free.",
                    field=f"amounts.{dimension.value}",
                    way_out="Keep less free, or state the cloud's capacity first.",
                    cloud=cloud.code,
                    room=room or 0,
                    dimension=dimension.value,
                )


def get(ctx: Context, request: Request, cloud_id: UUID) -> CloudRow:
    """One cloud, as the list shows it: with its health and the age of its figures."""
    request.actor.require(Permission.CATALOGUE_READ)
    found = ctx.queries.clouds.page(None, {"id": cloud_id}, PageAsk(limit=1)).items
    if not found:
        raise missing("cloud", cloud_id)
    (row,) = found
    assert isinstance(row, CloudRow)
    return row


def _plain(fields: dict[str, object]) -> dict[str, object]:
    """Sets as sorted lists, so that an audit event is canonical."""
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in fields.items()}


def in_use(ctx: Context, request: Request) -> list[Cloud]:
    """The clouds that are not retired: for the platform's own rounds."""
    with ctx.unit_of_work(request) as uow:
        return [cloud for cloud in uow.clouds.all() if not cloud.retired]
