"""Playbooks and their runs: `/v1/playbooks`, `/v1/runs`, the live log, the files that a run left."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.answers import plain
from api.deps import Acting, Caller
from api.openapi import answering, header_parameter
from api.pagination import add_list
from api.routes.attachments import download
from api.routes.progress import cursor
from api.schemas.runs import (
    FINAL,
    HandRunIn,
    PlaybookOut,
    ResumeIn,
    RunArtifactOut,
    RunDecisionIn,
    RunEventsOut,
    RunIn,
    RunOut,
)
from api.streams import Streams
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.rows import RunRow
from cloudctl.services import run_reports, runs

router = APIRouter(tags=["runs"])
ONE = "/v1/runs/{run_id}"
MOST_BATCHES = 500

add_list(router, "/v1/runs", RunRow, of=lambda queries: queries.runs, needs=Permission.RUNS_READ, name="list_runs")


@router.get("/v1/playbooks", **answering(PlaybookOut, many=True, needs=Permission.RUNS_READ))
def list_playbooks(request: Request) -> Response:
    """What can be run, by name, with the arguments that each takes."""
    caller = Caller(request)
    return plain([PlaybookOut.told(one, caller.locale) for one in runs.playbooks(caller.ctx, caller.request)])


@router.get("/v1/playbooks/{playbook}", **answering(PlaybookOut, needs=Permission.RUNS_READ))
def get_playbook(request: Request, playbook: str) -> Response:
    """One playbook."""
    caller = Caller(request)
    return caller.show(lambda one: PlaybookOut.told(one, caller.locale), runs.playbook, playbook)


@router.post("/v1/runs", **answering(RunOut, status=201, needs=Permission.RUNS_WRITE))
def create_run(act: Acting, body: RunIn) -> Response:
    """Asks for a run: begins as soon as its hosts are free, or waits for the leave of a second person."""
    return act.carry_out(RunOut.of, runs.ask, **body.fields())


@router.post("/v1/runs/reports", **answering(RunOut, status=201, needs=Permission.RUNS_WRITE))
def report_run(act: Acting, body: HandRunIn) -> Response:
    """Reports a run by hand; `playbooks/callback_plugins/cloudctl_report.py` does it."""
    return act.carry_out(RunOut.of, run_reports.report, body.done())


@router.get(ONE, **answering(RunOut, needs=Permission.RUNS_READ))
def get_run(request: Request, run_id: UUID) -> Response:
    """One run, host by host."""
    return Caller(request).show(RunOut.of, runs.get, run_id)


@router.post(ONE + "/approve", **answering(RunOut, needs=Permission.RUNS_APPROVE, versioned=True))
def approve_run(act: Acting, run_id: UUID, body: RunDecisionIn | None = None) -> Response:
    """Gives leave, as a second person."""
    reason = "" if body is None else body.reason
    return act.carry_out(RunOut.of, runs.approve, run_id, reason=reason, expected_version=act.expected_version)


@router.post(ONE + "/cancel", **answering(RunOut, status=202, needs=Permission.RUNS_WRITE, versioned=True))
def cancel_run(act: Acting, run_id: UUID, body: RunDecisionIn | None = None) -> Response:
    """Calls a run off; what is under way is ended within seconds."""
    reason = "" if body is None else body.reason
    return act.carry_out(RunOut.of, runs.cancel, run_id, reason=reason, expected_version=act.expected_version)


@router.post(ONE + "/resume", **answering(RunOut, status=201, needs=Permission.RUNS_WRITE, versioned=True))
def resume_run(act: Acting, run_id: UUID, body: ResumeIn | None = None) -> Response:
    """Goes on where a run failed, was called off or broke off: a new run on the hosts that are left."""
    asked = body or ResumeIn()
    return act.carry_out(RunOut.of, runs.resume, run_id, **asked.fields(), expected_version=act.expected_version)


@router.post(ONE + "/settle", **answering(RunOut, needs=Permission.RUNS_WRITE, versioned=True))
def settle_run(act: Acting, run_id: UUID, body: RunDecisionIn) -> Response:
    """Says that what broke off was looked at, and is not gone on with."""
    return act.carry_out(RunOut.of, runs.settle, run_id, reason=body.reason, expected_version=act.expected_version)


@router.get(ONE + "/log", **answering(RunEventsOut, many=True, needs=Permission.RUNS_READ))
def list_run_log(request: Request, run_id: UUID, after: Annotated[int, Query(ge=0)] = 0) -> Response:
    """What the run said after a `seq`, in order, at most 500 batches."""
    caller = Caller(request)
    runs.get(caller.ctx, caller.request, run_id)
    rows = caller.ctx.queries.run_events_of(run_id, after, MOST_BATCHES)
    return plain([RunEventsOut.told(row, caller.locale) for row in rows])


@router.get(
    ONE + "/events",
    **answering(
        media="text/event-stream",
        needs=Permission.RUNS_READ,
        parameters=[header_parameter("Last-Event-ID", {"type": "string"}, "Goes on after this event.")],
    ),
)
async def follow_run(request: Request, run_id: UUID) -> Response:
    """The log as server-sent events: `id` is the batch's `seq`, `data` its lines as JSON.

    Answers 204 when the run has ended and everything was seen: then there is nothing to come back for.
    """
    caller = Caller(request)
    after = cursor(request.headers.get("last-event-id"))
    run = await run_in_threadpool(runs.get, caller.ctx, caller.request, run_id)
    if run.state in FINAL and not await run_in_threadpool(caller.ctx.queries.run_events_of, run_id, after, 1):
        return Response(status_code=204)
    streams: Streams = request.app.state.run_streams
    return streams.follow(run_id, after=after, locale=caller.locale)


@router.get(ONE + "/artifacts", **answering(RunArtifactOut, many=True, needs=Permission.RUNS_READ))
def list_run_artifacts(request: Request, run_id: UUID) -> Response:
    """The files that the run left: its whole log, and what the playbook gave."""
    caller = Caller(request)
    return plain([RunArtifactOut.of(each) for each in runs.artifacts(caller.ctx, caller.request, run_id)])


@router.get(ONE + "/artifacts/content", **answering(media="application/octet-stream", needs=Permission.RUNS_READ))
def get_run_artifact(request: Request, run_id: UUID, name: Annotated[str, Query(max_length=400)]) -> Response:
    """One of the files."""
    caller = Caller(request)
    found, content = runs.read_artifact(caller.ctx, caller.request, run_id, name)
    return download(content, found.name.rpartition("/")[2], found.media_type)
