from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from cloudctl.domain.accounts import PLATFORM, Actor, Role, permissions_of
from cloudctl.domain.audit import AuditEvent, event

AT = datetime(2026, 3, 2, 1, 2, 3, 456000, tzinfo=UTC)
PERSON = Actor(
    account_id=UUID(int=7),
    name="李",
    department_id=UUID(int=9),
    roles=frozenset({Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD}),
    permissions=permissions_of([Role.DEPARTMENT_OFFICER]),
)


def told(**fields: object) -> AuditEvent:
    given = {"at": AT, "actor": PERSON, "action": "create/order", "target_kind": "order", "target_id": UUID(int=1)}
    return event(**{**given, **fields})  # type: ignore[arg-type]


def test_the_record_is_canonical() -> None:
    made = told(after={"b": 1, "a": "发改委"}, reason="x", request_id="r-1", department_id=UUID(int=9))
    parsed = json.loads(made.record)
    canonical = json.dumps(parsed, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert made.record == canonical
    assert parsed["id"] == str(made.id)


def test_the_order_of_fields_and_roles_makes_no_difference() -> None:
    one, other = told(after={"a": 1, "b": 2}), told(after={"b": 2, "a": 1})
    assert one.record.replace(str(one.id).encode(), b"") == other.record.replace(str(other.id).encode(), b"")
    assert json.loads(one.record)["initiator"]["roles"] == ["department-head", "department-officer"]


def test_it_says_who_what_to_what_before_after_why_and_in_which_request() -> None:
    made = told(before={"state": "draft"}, after={"state": "submitted"}, reason="年度扩容", request_id="r-1")
    said = json.loads(made.record)
    assert said["typeURI"] == "http://schemas.dmtf.org/cloud/audit/1.0/event"
    assert said["eventTime"] == "2026-03-02T01:02:03.456000Z"
    assert (said["initiator"]["id"], said["initiator"]["name"]) == (str(UUID(int=7)), "李")
    assert (said["target"]["id"], said["action"], said["outcome"]) == (str(UUID(int=1)), "create/order", "success")
    assert (said["before"], said["after"]) == ({"state": "draft"}, {"state": "submitted"})
    assert (said["reason"], said["request"]) == ("年度扩容", "r-1")


def test_the_platform_is_a_service() -> None:
    said = json.loads(told(actor=PLATFORM).record)
    assert said["initiator"]["typeURI"] == "service/cloudctl"


@pytest.mark.parametrize("action", ["order/create", "approve", "", "Create/order"])
def test_an_action_begins_with_a_word_of_the_taxonomy(action: str) -> None:
    with pytest.raises(ValueError, match="taxonomy"):
        told(action=action)


def test_nothing_is_sealed_yet_and_events_sort_by_time() -> None:
    events = [told() for _ in range(20)]
    assert {made.sealed_at for made in events} == {None}
    assert [made.id for made in events] == sorted(made.id for made in events)
