"""Accounts and tokens: their lists, and whose a token is."""

from __future__ import annotations

from msgspec.structs import replace
from sqlalchemy import Engine, bindparam, select, type_coerce

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.queries.subtrees import below, opened
from cloudctl.persistence.tables import accounts, tokens
from cloudctl.persistence.types import Json
from cloudctl.ports.queries.identities import TokenOwner
from cloudctl.ports.queries.rows import AccountRow, TokenRow

ACCOUNTS = Listed(row=AccountRow, table=accounts, scope=accounts.c.department_id)
TOKENS = Listed(
    row=TokenRow,
    table=tokens,
    source=tokens.join(accounts, accounts.c.id == tokens.c.account_id),
    scope=accounts.c.department_id,
)

_WORDS = Json(frozenset[str])
_OWNER = (
    select(
        accounts.c.id.label("account_id"),
        accounts.c.login,
        accounts.c.department_id,
        type_coerce(accounts.c.roles, _WORDS).label("roles"),
        type_coerce(tokens.c.scopes, _WORDS).label("scopes"),
        accounts.c.locale,
        accounts.c.active,
        tokens.c.expires_at,
        tokens.c.revoked_at,
        below(accounts),
    )
    .join(tokens, tokens.c.account_id == accounts.c.id)
    .where(tokens.c.digest == bindparam("digest"))
)


def token_owner(engine: Engine, digest: bytes) -> TokenOwner | None:
    """Who a token belongs to, in one statement."""
    with engine.connect() as connection:
        found = connection.execute(_OWNER, {"digest": digest}).one_or_none()
    if found is None:
        return None
    return replace(TokenOwner(*found[:-1]), below=opened(found.below))
