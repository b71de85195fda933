"""Accounts and tokens: `/v1/accounts`, `/v1/tokens`, `/v1/me`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answers import encode_record
from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list, asked, page_parameters, paged
from api.schemas.accounts import AccountChanges, AccountIn, AccountOut, IssuedTokenOut, MeOut, TokenIn, TokenOut
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.rows import AccountRow, TokenRow
from cloudctl.services import accounts, tokens

router = APIRouter(tags=["accounts"])

add_list(
    router,
    "/v1/accounts",
    AccountRow,
    of=lambda queries: queries.accounts,
    needs=Permission.ACCOUNTS_READ,
    name="list_accounts",
)


@router.get("/v1/me", **answering(MeOut))
def get_me(request: Request) -> Response:
    """Who the token stands for."""
    return Response(encode_record(MeOut.of(Caller(request).actor)), media_type="application/json")


@router.post("/v1/accounts", **answering(AccountOut, status=201, needs=Permission.ACCOUNTS_WRITE))
def create_account(act: Acting, body: AccountIn) -> Response:
    """Puts a person on record."""
    return act.carry_out(AccountOut.of, accounts.create, **body.fields())


@router.get("/v1/accounts/{account_id}", **answering(AccountOut, needs=Permission.ACCOUNTS_READ))
def get_account(request: Request, account_id: UUID) -> Response:
    """One account; one's own needs no permission."""
    return Caller(request).show(AccountOut.of, accounts.get, account_id)


@router.patch("/v1/accounts/{account_id}", **answering(AccountOut, needs=Permission.ACCOUNTS_WRITE, versioned=True))
def update_account(act: Acting, account_id: UUID, body: AccountChanges) -> Response:
    """Changes what is sent of an account."""
    return act.carry_out(
        AccountOut.of, accounts.update, account_id, body.changes(), expected_version=act.expected_version
    )


@router.get(
    "/v1/accounts/{account_id}/tokens",
    **answering(TokenRow, page=True, parameters=page_parameters(TokenRow, "account_id")),
)
def list_tokens(request: Request, account_id: UUID) -> Response:
    """One's own tokens; anybody's with `accounts:read`."""
    caller = Caller(request)
    if caller.actor.account_id != account_id:
        accounts.get(caller.ctx, caller.request, account_id)
    ask, filters = asked(request.query_params)
    return paged(request, caller.ctx.queries.tokens.page(caller.scope, {**filters, "account_id": account_id}, ask))


@router.post("/v1/accounts/{account_id}/tokens", **answering(IssuedTokenOut, status=201))
def issue_token(act: Acting, account_id: UUID, body: TokenIn) -> Response:
    """Issues a token for oneself; for others with `accounts:write`. The secret is in this answer and nowhere else."""
    return act.show_once(IssuedTokenOut.of, tokens.issue, account_id, **body.fields())


@router.delete("/v1/tokens/{token_id}", **answering(TokenOut))
def revoke_token(act: Acting, token_id: UUID) -> Response:
    """Ends a token now; doing it again changes nothing."""
    return act.carry_out(TokenOut.of, tokens.revoke, token_id)
