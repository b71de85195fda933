"""Accounts and tokens."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, true

from cloudctl.domain.accounts import Account, Token
from cloudctl.persistence.repositories.foresight import remembered
from cloudctl.persistence.repositories.records import Records
from cloudctl.persistence.tables import accounts, tokens


class AccountRecords(Records[Account]):
    """Accounts."""

    noun, what = Account, "account"

    def by_login(self, login: str) -> Account | None:
        return self._one(select(Account).where(accounts.c.login == login))

    def with_role(self, role: str, department_id: UUID | None) -> Sequence[Account]:
        """Active accounts that hold `role` there (None: office accounts). They are few, so roles are sifted here."""
        there = remembered(self.session, ("staff", department_id), lambda: self._staff(department_id))
        return [account for account in there if role in account.roles]

    def _staff(self, department_id: UUID | None) -> Sequence[Account]:
        staff = select(Account).where(accounts.c.active == true(), accounts.c.department_id == department_id)
        return self._all(staff.order_by(accounts.c.id))

    def any(self) -> bool:
        return self.session.scalar(select(accounts.c.id).limit(1)) is not None


class TokenRecords(Records[Token]):
    """Tokens."""

    noun, what = Token, "token"

    def by_digest(self, digest: bytes) -> tuple[Token, Account] | None:
        join = select(Token, Account).join(accounts, accounts.c.id == tokens.c.account_id)
        row = self.session.execute(join.where(tokens.c.digest == digest)).one_or_none()
        return None if row is None else (row[0], row[1])

    def by_name(self, account_id: UUID, name: str) -> Token | None:
        """The newest of that name. Locks the account, so that of two who look only one goes on to issue."""
        self.session.execute(select(accounts.c.id).where(accounts.c.id == account_id).with_for_update())
        named = select(Token).where(tokens.c.account_id == account_id, tokens.c.name == name)
        return self._one(named.order_by(tokens.c.id.desc()).limit(1))
