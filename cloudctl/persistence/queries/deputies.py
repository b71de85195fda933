"""Deputies: their list, and whom a person acts for just now."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import Engine, Text, bindparam, or_, select, true, type_coerce

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.queries.subtrees import below, opened
from cloudctl.persistence.tables import accounts, deputies
from cloudctl.persistence.types import Instant, Json
from cloudctl.ports.queries.identities import Principal
from cloudctl.ports.queries.rows import DeputyRow

_principals, _stand_ins = accounts.alias("principals"), accounts.alias("stand_ins")

DEPUTIES = Listed(
    row=DeputyRow,
    table=deputies,
    source=deputies.join(_principals, _principals.c.id == deputies.c.principal_id).join(
        _stand_ins, _stand_ins.c.id == deputies.c.deputy_id
    ),
    scope=deputies.c.department_id,
    others={"principal": _principals.c.login, "deputy": _stand_ins.c.login},
)

_NOW, _LOGIN = bindparam("now", type_=Instant), bindparam("login", type_=Text)
_PRINCIPALS = (
    select(
        deputies.c.id,
        accounts.c.id.label("account_id"),
        accounts.c.login,
        accounts.c.department_id,
        type_coerce(accounts.c.roles, Json(frozenset[str])).label("roles"),
        below(accounts),
    )
    .join(accounts, accounts.c.id == deputies.c.principal_id)
    .where(
        deputies.c.deputy_id == bindparam("deputy"),
        deputies.c.revoked_at.is_(None),
        deputies.c.starts_at <= _NOW,
        deputies.c.ends_at > _NOW,
        accounts.c.active == true(),
        or_(_LOGIN.is_(None), accounts.c.login == _LOGIN),
    )
    .order_by(accounts.c.login)
)


def principals(engine: Engine, deputy_id: UUID, now: datetime, login: str | None) -> list[Principal]:
    """Whom somebody acts for at that moment, in one statement; only `login` where one is given."""
    with engine.connect() as connection:
        found = connection.execute(_PRINCIPALS, {"deputy": deputy_id, "now": now, "login": login})
        return [replace(Principal(*row[:-1]), below=opened(row.below)) for row in found]
