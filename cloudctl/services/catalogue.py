"""The catalogue: kept by the office, one entry at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cloudctl.domain.accounts import Permission
from cloudctl.domain.catalogue import Classification, Image, SecurityPackage, Specification, VolumeType, Zone
from cloudctl.domain.errors import Conflict, Invalid, NotFound
from cloudctl.ports.context import Context, Request
from cloudctl.ports.repositories.catalogue import Catalogue
from cloudctl.services.edits import apply_edits
from cloudctl.services.vlans import check_range

Entry = Specification | Image | VolumeType | Zone | Classification | SecurityPackage

NOUNS: dict[str, type[Entry]] = {
    "specifications": Specification,
    "images": Image,
    "volume-types": VolumeType,
    "zones": Zone,
    "classifications": Classification,
    "security-packages": SecurityPackage,
}

SIZES = frozenset({"vcpu", "memory_mib", "root_disk_gib"})


def put(ctx: Context, request: Request, noun: str, code: str, fields: dict[str, Any]) -> Entry:
    """Puts an entry on record or replaces its fields; the code stays. `noun` is a key of NOUNS.

    A specification's sizes never change once it is on record: the quota ledger counts by them.
    """
    request.actor.require(Permission.CATALOGUE_WRITE)
    if noun not in NOUNS:
        raise Invalid(
            "{noun} is not part of the catalogue.",
            field="noun",
            way_out="One of: {nouns}.",
            noun=noun,
            nouns=", ".join(NOUNS),
        )
    if noun == "zones":
        check_range(fields.get("vlan_first"), fields.get("vlan_last"))
    with ctx.unit_of_work(request) as uow:
        entry = _find(uow.catalogue, noun, code)
        if entry is None:
            before = None
            entry = NOUNS[noun](code=code, **fields)
            uow.catalogue.add(entry)
        else:
            before, _ = apply_edits(entry, fields, frozenset(fields))
            _refuse_new_sizes(code, before)
        uow.audit("create/catalogue" if before is None else "update/catalogue", noun, code, before=before, after=fields)
        return uow.answer(entry)


def _find(catalogue: Catalogue, noun: str, code: str) -> Entry | None:
    look_up: dict[str, Callable[[str], Entry]] = {
        "specifications": catalogue.specification,
        "images": catalogue.image,
        "volume-types": catalogue.volume_type,
        "zones": catalogue.zone,
        "classifications": catalogue.classification,
        "security-packages": catalogue.security_package,
    }
    try:
        return look_up[noun](code)
    except NotFound:
        return None


def _refuse_new_sizes(code: str, before: dict[str, object]) -> None:
    if SIZES & before.keys():
        raise Conflict(
            "The sizes of the specification {code} are fixed.",
            field=min(SIZES & before.keys()),
            way_out="Put a new code on record and retire this one.",
            code=code,
        )
