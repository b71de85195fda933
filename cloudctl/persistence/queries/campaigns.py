"""The list of campaigns."""

from __future__ import annotations

from sqlalchemy import func, select

from cloudctl.domain.lifecycle_clearings import ENDED
from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import accounts, campaigns, clearings
from cloudctl.ports.queries.rows.campaigns import CampaignRow

_CASES = select(func.count()).where(clearings.c.campaign_id == campaigns.c.id)

CAMPAIGNS = Listed(
    row=CampaignRow,
    table=campaigns,
    source=campaigns.join(accounts, accounts.c.id == campaigns.c.started_by),
    scope=accounts.c.department_id,  # the office has none: no department sees a campaign
    others={
        "policy": campaigns.c.policy_name,
        "starter": accounts.c.name,
        "clearings": _CASES.correlate(campaigns).scalar_subquery(),
        "clearings_open": _CASES.where(clearings.c.state.not_in(sorted(ENDED))).correlate(campaigns).scalar_subquery(),
    },
)
