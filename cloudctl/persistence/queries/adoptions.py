"""The lists of adoption: rules, adoptions, takings."""

from __future__ import annotations

from sqlalchemy import func, select

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import adoption_rules, adoptions, takings
from cloudctl.ports.queries.rows import AdoptionRow, AdoptionRuleRow, TakingRow

ADOPTED = ("recorded", "marked", "lost")
_mine = select(func.count()).select_from(takings).where(takings.c.adoption_id == adoptions.c.id)

ADOPTION_RULES = Listed(row=AdoptionRuleRow, table=adoption_rules)
ADOPTIONS = Listed(
    row=AdoptionRow,
    table=adoptions,
    others={
        "takes": _mine.correlate(adoptions).scalar_subquery(),
        "adopted": _mine.where(takings.c.state.in_(ADOPTED)).correlate(adoptions).scalar_subquery(),
    },
)
TAKINGS = Listed(row=TakingRow, table=takings)
