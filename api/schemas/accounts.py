"""Accounts and tokens. A token's secret is in one answer only: the one that issues it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from api.schemas.fields import UNSET, Changes, Code, In, Name, Out
from cloudctl.domain.accounts import Permission, Role, Token

Locale = Literal["zh_CN", "en"]
Email = Annotated[str, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]


class AccountIn(In):
    """A person to put on record. Department roles need a department, a district's a district, office roles none."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "login": "zhang.wei",
                    "name": "张伟",
                    "email": "zhang.wei@fgw.example.gov.cn",
                    "department_id": "019ab3c0-6f00-7b12-8a44-5b1e9d7c4a02",
                    "roles": ["department-officer"],
                }
            ]
        }
    )

    login: Code
    name: Name
    email: Email
    department_id: UUID | None = None
    roles: frozenset[Role]
    locale: Locale = "zh_CN"


class AccountChanges(Changes):
    """What of an account can change."""

    name: Name = UNSET
    email: Email = UNSET
    roles: frozenset[Role] = UNSET
    locale: Locale = UNSET
    active: bool = UNSET


class AccountOut(Out, frozen=True, kw_only=True):
    """An account."""

    id: UUID
    login: str
    name: str
    email: str
    department_id: UUID | None
    roles: frozenset[Role]
    locale: str
    active: bool
    created_at: datetime
    version: int


class TokenIn(In):
    """A token to issue: `scopes` cut it down (null: everything its account may), `days` is its life."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "laptop", "scopes": ["orders:read", "orders:write"], "days": 90}]}
    )

    name: Name
    scopes: frozenset[Permission] | None = None
    days: int = Field(default=90, ge=1, le=3650)


class TokenOut(Out, frozen=True, kw_only=True):
    """A token without its secret."""

    id: UUID
    account_id: UUID
    name: str
    scopes: frozenset[Permission]
    expires_at: datetime
    revoked_at: datetime | None
    created_at: datetime


class IssuedTokenOut(TokenOut, frozen=True, kw_only=True):
    """A token just issued. `secret` is shown here and nowhere else."""

    secret: str

    @classmethod
    def of(cls, issued: tuple[Token, str]) -> Self:
        """This shape of a token and its secret."""
        token, secret = issued
        return cls(**cls.copied(token, "secret"), secret=secret)


class MeOut(Out, frozen=True, kw_only=True):
    """Who the token stands for, and what it may do."""

    account_id: UUID | None
    name: str
    department_id: UUID | None
    roles: frozenset[Role]
    permissions: frozenset[Permission]
    locale: str
    for_account_id: UUID | None
    for_name: str | None
