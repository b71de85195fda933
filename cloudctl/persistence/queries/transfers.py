"""The list of transfers: who gives sees them, and who receives."""

from __future__ import annotations

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import departments, systems, transfers
from cloudctl.ports.queries.rows import TransferRow

_giver, _taker = departments.alias("giver"), departments.alias("taker")

TRANSFERS = Listed(
    row=TransferRow,
    table=transfers,
    source=transfers.join(_giver, _giver.c.id == transfers.c.from_department_id)
    .join(_taker, _taker.c.id == transfers.c.to_department_id)
    .join(systems, systems.c.id == transfers.c.to_system_id),
    scope=transfers.c.from_department_id,
    shared=(transfers.c.to_department_id,),
    others={"giver": _giver.c.name, "taker": _taker.c.name, "system": systems.c.code},
)
