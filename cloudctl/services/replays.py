"""Idempotency of acts that reach a cloud: looked up before the cloud is asked, kept after it answered.

    replay(ctx, request)                         # raises Replayed when this request was answered before
    ...                                          # the cloud is asked, outside of any transaction
    return keep(ctx, request, result)            # the answer is kept under the key

An act that dies in between is done again by its repetition, so each is safe to repeat.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from cloudctl.domain.errors import IdempotencyMismatch
from cloudctl.ports.context import Context, Replayed, Request

A = TypeVar("A")


def replay(ctx: Context, request: Request) -> Request:
    """Raises Replayed, or IdempotencyMismatch for another request under the key; else the request without its key."""
    asked = request.idempotency
    if asked is None:
        return request
    kept = ctx.queries.kept_answer(asked.account_id, asked.key)
    if kept is not None and kept.fingerprint != asked.fingerprint:
        raise IdempotencyMismatch(
            "The key was used for another request.",
            field="Idempotency-Key",
            way_out="Use a new key for a new request.",
        )
    if kept is not None and kept.answer is not None:
        raise Replayed(ctx.secrets.open(kept.answer))
    return replace(request, idempotency=None)


def keep(ctx: Context, request: Request, result: A) -> A:
    """Keeps the answer under the request's key, if it has one."""
    if request.idempotency is not None:
        with ctx.unit_of_work(request) as uow:
            uow.answer(result)
    return result
