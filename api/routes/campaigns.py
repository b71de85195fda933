"""Campaigns (专项清理) and the kill switch (总停): `/v1/campaigns`, `/v1/stops`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answers import encode_record, plain, record
from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.campaigns import CampaignIn, CampaignOut, PlanOut, ReasonIn, ScopeIn, StopOut, WhyIn
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.rows import CampaignRow
from cloudctl.services import campaigns, stops

router = APIRouter(tags=["clearings"])
PATH = "/v1/campaigns"

add_list(
    router,
    PATH,
    CampaignRow,
    of=lambda queries: queries.campaigns,
    needs=Permission.CLEARINGS_READ,
    name="list_campaigns",
)


@router.post(PATH, **answering(PlanOut, status=201, needs=Permission.CLEARINGS_WRITE))
def start_campaign(act: Acting, body: CampaignIn) -> Response:
    """Starts a campaign and takes on whom its policy and caps allow; the policy is frozen."""
    return act.carry_out(PlanOut.of, campaigns.start, **body.fields())


@router.post(PATH + "/plan", **answering(PlanOut, needs=Permission.CLEARINGS_READ))
def plan_campaign(act: Acting, body: ScopeIn) -> Response:
    """The dry run: who would be taken on now, who not, and why; keeps nothing."""
    return record(act.http, encode_record(PlanOut.of(campaigns.plan(act.ctx, act.request, **body.fields()))))


@router.get(PATH + "/{campaign_id}", **answering(CampaignOut, needs=Permission.CLEARINGS_READ))
def get_campaign(request: Request, campaign_id: UUID) -> Response:
    """One campaign with its frozen policy."""
    return Caller(request).show(CampaignOut.shown, campaigns.get, campaign_id)


@router.post(PATH + "/{campaign_id}/stop", **answering(CampaignOut, needs=Permission.CLEARINGS_STOP, versioned=True))
def stop_campaign(act: Acting, campaign_id: UUID, body: ReasonIn) -> Response:
    """Stops a campaign: its cases are held at their next step."""
    return act.carry_out(
        CampaignOut.of, campaigns.stop, campaign_id, reason=body.reason, expected_version=act.expected_version
    )


@router.post(PATH + "/{campaign_id}/resume", **answering(CampaignOut, needs=Permission.CLEARINGS_WRITE, versioned=True))
def resume_campaign(act: Acting, campaign_id: UUID, body: WhyIn) -> Response:
    """Lets a stopped campaign go on; not by who stopped it."""
    return act.carry_out(
        CampaignOut.of, campaigns.resume, campaign_id, reason=body.reason, expected_version=act.expected_version
    )


@router.get("/v1/stops", **answering(StopOut, many=True, needs=Permission.CLEARINGS_READ))
def list_stops(request: Request) -> Response:
    """Every throw of the kill switch, the newest first."""
    caller = Caller(request)
    return plain([StopOut.of(one) for one in stops.every(caller.ctx, caller.request)])


@router.post("/v1/stops", **answering(StopOut, status=201, needs=Permission.CLEARINGS_STOP))
def throw_stop(act: Acting, body: ReasonIn) -> Response:
    """Throws the kill switch: every campaign stops at its next step, restoring goes on."""
    return act.carry_out(StopOut.of, stops.throw, reason=body.reason)


@router.post("/v1/stops/ask", **answering(StopOut, needs=Permission.CLEARINGS_STOP))
def ask_to_lift_stop(act: Acting, body: ReasonIn) -> Response:
    """Asks to lift the kill switch; it stays on until somebody else does."""
    return act.carry_out(StopOut.of, stops.ask, reason=body.reason)


@router.post("/v1/stops/lift", **answering(StopOut, needs=Permission.CLEARINGS_CONFIRM))
def lift_stop(act: Acting) -> Response:
    """Lifts the kill switch; not by who asked."""
    return act.carry_out(StopOut.of, stops.lift)
