"""Signed links: `/answers/{token}`, without a login. GET shows what is asked, POST answers; a link answers once."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qs

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api.answer_pages import HEADERS, day_of, page_of, refusal, thanks
from api.border import visit_of
from api.openapi import answering
from api.problems import problem_of
from cloudctl.domain.clearings import Answer
from cloudctl.domain.errors import Invalid, UserError
from cloudctl.services import clearing_answers
from cloudctl.services.answer_links import PATH

router = APIRouter(tags=["clearings"])
_PAGE = answering(media="text/html", public=True)


@router.get(PATH + "{token}", **_PAGE)
def show_answer_link(request: Request, token: str) -> Response:
    """The page behind a signed link. Opening it changes nothing, however often and by whom."""
    visit = visit_of(request)
    try:
        asked = clearing_answers.look(request.app.state.ctx, token, visit.request_id)
    except UserError as error:
        return _refused(request, error)
    return HTMLResponse(page_of(asked, visit.accepted or asked.account.locale), headers=HEADERS)


@router.post(PATH + "{token}", **_PAGE)
async def use_answer_link(request: Request, token: str) -> Response:
    """Answers by a signed link, as its page's form sends it; a second time it is refused."""
    sent = {name: values[0] for name, values in parse_qs((await request.body()).decode("utf-8", "replace")).items()}
    return await run_in_threadpool(_answered, request, token, sent)


def _answered(request: Request, token: str, sent: dict[str, str]) -> Response:
    visit = visit_of(request)
    try:
        clearing = clearing_answers.by_link(
            request.app.state.ctx,
            token,
            visit.request_id,
            answer=_answer(sent),
            reason=sent.get("reason", "")[:1000],
            until=_until(sent),
            department=sent.get("department", "")[:64],
        )
    except UserError as error:
        return _refused(request, error)
    return HTMLResponse(thanks(clearing.number, visit.accepted or visit.locale), headers=HEADERS)


def _answer(sent: dict[str, str]) -> Answer:
    try:
        return Answer(sent.get("answer", ""))
    except ValueError as error:
        raise Invalid("No answer was chosen.", field="answer", way_out="Choose one.") from error


def _until(sent: dict[str, str]) -> date | None:
    try:
        return day_of(sent.get("until", "").strip())
    except ValueError as error:
        raise Invalid("This is no day.", field="until", way_out="Write it as 2027-03-31.") from error


def _refused(request: Request, error: UserError) -> Response:
    """The refusal on a page, since a person reads it."""
    visit = visit_of(request)
    problem = problem_of(error, locale=visit.locale, request_id=visit.request_id)
    said = " ".join(part for part in (problem.detail, problem.way_out) if part)
    return HTMLResponse(refusal(said, visit.locale), status_code=problem.status, headers=HEADERS)
