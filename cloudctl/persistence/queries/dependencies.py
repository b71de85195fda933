"""The list of what systems need of each other; the departments of both see it."""

from __future__ import annotations

from sqlalchemy import Text, type_coerce

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import dependencies, systems
from cloudctl.ports.queries.rows import DependencyRow

_on = systems.alias("needed")

DEPENDENCIES = Listed(
    row=DependencyRow,
    table=dependencies,
    source=dependencies.join(systems, systems.c.id == dependencies.c.system_id).join(
        _on, _on.c.id == dependencies.c.on_id
    ),
    scope=systems.c.department_id,
    shared=(_on.c.department_id,),
    others={
        "system": systems.c.code,
        "on": _on.c.code,
        "kind": type_coerce(dependencies.c.kind, Text),
        "department_id": systems.c.department_id,
    },
)
