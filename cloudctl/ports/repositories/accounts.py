"""Accounts and tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from cloudctl.domain.accounts import Account, Token
from cloudctl.ports.repositories.base import Repository


class Accounts(Repository[Account], Protocol):
    """Accounts, by login and role."""

    def by_login(self, login: str) -> Account | None: ...

    def with_role(self, role: str, department_id: UUID | None) -> Sequence[Account]:
        """Active accounts that hold `role`, in that department (None: office accounts)."""
        ...

    def any(self) -> bool:
        """Whether there is an account at all (first start)."""
        ...


class Tokens(Repository[Token], Protocol):
    """Tokens, by the digest of their secret."""

    def by_digest(self, digest: bytes) -> tuple[Token, Account] | None: ...

    def by_name(self, account_id: UUID, name: str) -> Token | None: ...
