"""Policies, and what they say about an order."""

from __future__ import annotations

from uuid import UUID

from pydantic import ConfigDict

from api.schemas.fields import In


class ExplainIn(In):
    """The order to judge once more, as it stands now. Nothing is written."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"order_id": "019ab3c0-7a10-7c31-9d5e-3f6f0c1d2e01"}]})

    order_id: UUID
