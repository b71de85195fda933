"""Ratings: `/v1/ratings`, and `/v1/orders/{id}/rating` to give one."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answers import plain
from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.ratings import AnswerIn, RatingIn, RatingOut
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.rows import RatingRow, RatingSummary
from cloudctl.services import ratings

router = APIRouter(tags=["ratings"])

add_list(
    router,
    "/v1/ratings",
    RatingRow,
    of=lambda queries: queries.ratings,
    needs=Permission.RATINGS_READ,
    name="list_ratings",
)


@router.post("/v1/orders/{order_id}/rating", **answering(RatingOut, status=201, needs=Permission.ORDERS_WRITE))
def rate_order(act: Acting, order_id: UUID, body: RatingIn) -> Response:
    """Rates a delivered order, once (好差评). A bad mark is told to the office, which owes an answer."""
    return act.carry_out(RatingOut.of, ratings.rate, order_id, **body.fields())


@router.get("/v1/ratings/summary", **answering(RatingSummary, needs=Permission.RATINGS_READ))
def get_rating_summary(request: Request) -> Response:
    """What the ratings that the caller sees come to: how many of each mark, the share of good ones, answers owed."""
    caller = Caller(request)
    return plain(ratings.summary(caller.ctx, caller.request))


@router.get("/v1/ratings/{rating_id}", **answering(RatingOut, needs=Permission.RATINGS_READ))
def get_rating(request: Request, rating_id: UUID) -> Response:
    """One rating."""
    return Caller(request).show(RatingOut.of, ratings.get, rating_id)


@router.post("/v1/ratings/{rating_id}/answer", **answering(RatingOut, needs=Permission.RATINGS_ANSWER, versioned=True))
def answer_rating(act: Acting, rating_id: UUID, body: AnswerIn) -> Response:
    """Answers a rating; the department is told."""
    return act.carry_out(
        RatingOut.of, ratings.answer, rating_id, answer=body.answer, expected_version=act.expected_version
    )
