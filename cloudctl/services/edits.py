"""Field changes of a record: applied from a request, told to the audit trail."""

from __future__ import annotations

from typing import Any

from cloudctl.domain.errors import Invalid


def apply_edits(
    entity: object, changes: dict[str, Any], editable: frozenset[str]
) -> tuple[dict[str, object], dict[str, object]]:
    """Sets the changed fields; answers (before, after) of those that differ. Raises Invalid for any other field."""
    unknown = sorted(set(changes) - editable)
    if unknown:
        raise Invalid(
            "{field_name} cannot be changed.",
            field=unknown[0],
            way_out="These can: {editable}.",
            field_name=unknown[0],
            editable=", ".join(sorted(editable)),
        )
    before = {name: getattr(entity, name) for name, value in changes.items() if getattr(entity, name) != value}
    after = {name: changes[name] for name in before}
    for name, value in after.items():
        setattr(entity, name, value)
    return before, after
