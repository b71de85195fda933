"""Access grants."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Date, bindparam, case, or_, select

from cloudctl.domain.access_grants import AccessGrant
from cloudctl.domain.systems import ENDED
from cloudctl.persistence.repositories.records import Records
from cloudctl.persistence.tables import access_grants, accounts, systems

_TODAY = bindparam("today", type_=Date)
_PAST_CONTRACT = access_grants.c.contract_ends_on < _TODAY
_PAST = access_grants.c.ends_on < _TODAY
_PERSON_GONE = accounts.c.active.is_(False)
_SYSTEM_GONE = systems.c.status.in_(tuple(ENDED))
_CAUSE = case((_PERSON_GONE, "person"), (_SYSTEM_GONE, "system"), (_PAST_CONTRACT, "contract"), else_="day")
_WITH_HOLDERS = access_grants.join(systems, systems.c.id == access_grants.c.system_id).outerjoin(
    accounts, accounts.c.id == access_grants.c.holder_id
)
_OVER = (
    select(access_grants.c.id, _CAUSE)
    .select_from(_WITH_HOLDERS)
    .where(access_grants.c.state.in_(("asked", "approved")), or_(_PERSON_GONE, _SYSTEM_GONE, _PAST_CONTRACT, _PAST))
    .order_by(access_grants.c.id)
)


class AccessGrantRecords(Records[AccessGrant]):
    """Access grants."""

    noun, what = AccessGrant, "access_grant"

    def lock(self, key: UUID) -> AccessGrant:
        return self._locked(key)

    def over(self, today: date) -> Sequence[tuple[AccessGrant, str]]:
        return [(self._locked(key), cause) for key, cause in self.session.execute(_OVER, {"today": today}).all()]
