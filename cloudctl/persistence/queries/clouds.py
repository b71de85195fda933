"""Clouds: their list, which everybody sees."""

from __future__ import annotations

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.queries.syncs import AGE_S, CLEAN_AT, HEALTH
from cloudctl.persistence.tables import clouds
from cloudctl.ports.queries.rows import CloudRow

CLOUDS = Listed(
    row=CloudRow,
    table=clouds,
    others={"health": HEALTH, "synced_at": CLEAN_AT, "age_s": AGE_S},
)
