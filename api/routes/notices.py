"""Notices: `/v1/notices`."""

from __future__ import annotations

from fastapi import APIRouter

from api.pagination import add_list
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries import NoticeRow

router = APIRouter(tags=["notices"])

add_list(
    router,
    "/v1/notices",
    NoticeRow,
    of=lambda queries: queries.notices,
    needs=Permission.AUDIT_READ,
    name="list_notices",
)
