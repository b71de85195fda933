"""Machine rooms through the use cases: claims, the rule against own rooms, exemptions that end, history."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.errors import Conflict, Forbidden, Invalid, NotFound, PolicyDenied, Refused, Stale
from cloudctl.domain.register import standing_at
from cloudctl.domain.rooms import RoomKind, RoomStatus
from cloudctl.ports.queries import PageAsk
from cloudctl.services import devices, exemptions, racks, rooms
from tests.factories import Installed, installation

OLD = date(2012, 5, 1)


def made(city: Installed, who: str = "officer", **fields: Any) -> Any:
    own = {"code": f"r-{uuid4().hex[:8]}", "name": "发展改革委机房", "opened_on": OLD}
    if who != "officer":
        own["department_id"] = city.ids["fgw"]
    return rooms.create(city.ctx, city.people[who], **own | fields)


def exempted(city: Installed, days: int = 30) -> Any:
    end = today_for_people(city.clock.now()) + timedelta(days=days)
    who = city.people["office-admin"]
    return exemptions.grant(
        city.ctx, who, rule="own-room", department_id=city.ids["fgw"], system_id=None, reason="应急指挥", ends_on=end
    )


def test_an_old_room_is_put_on_record_with_its_history(city: Installed) -> None:
    room = made(city, area_m2=40.04, note="  a ")
    assert (room.status, room.area_m2, room.note, room.exemption_id) == (RoomStatus.IN_USE, 40.0, "a", None)
    rooms.update(city.ctx, city.people["officer"], room.id, {"area_m2": 41, "address": "香港中路1号"})
    page = rooms.history(city.ctx, city.people["officer"], room.id, PageAsk())
    assert page.items[0].changes == {"area_m2": (40.0, 41.0), "address": ("", "香港中路1号")}
    assert page.items[0].by_name.startswith("officer")
    assert city.audited(action="update/room")[-1]["after"] == {"area_m2": 41.0, "address": "香港中路1号"}


def test_the_register_shows_how_a_room_stood_on_a_past_day(city: Installed) -> None:
    room = made(city)
    day = today_for_people(city.clock.now())
    city.clock.move(days=2)
    changes = {"status": "closed", "closed_on": today_for_people(city.clock.now())}
    rooms.update(city.ctx, city.people["officer"], room.id, changes)
    own = city.ids["fgw"]
    (before,) = city.ctx.queries.rooms.page(own, {"as_of": day.isoformat(), "code": room.code}, PageAsk()).items
    (after,) = city.ctx.queries.rooms.page(own, {"code": room.code}, PageAsk()).items
    assert (before.status, after.status, after.closed_on) == ("in_use", "closed", changes["closed_on"])
    (stood,) = [entry for entry in city.ctx.queries.register.rooms(standing_at(day), "all") if entry.id == room.id]
    assert stood.status is RoomStatus.IN_USE


@pytest.mark.parametrize(
    "fields",
    [{"status": "planned", "opened_on": None}, {"opened_on": date(2026, 3, 1)}, {"opened_on": None}],
)
def test_an_own_new_room_is_refused_and_steered_to_colocation(city: Installed, fields: dict[str, Any]) -> None:
    before = city.rows()
    with pytest.raises(PolicyDenied) as caught:
        made(city, **fields)
    assert caught.value.field in {"status", "opened_on"}
    assert "colocation" in (caught.value.way_out or "")
    assert city.rows() == before


def test_the_refusal_says_what_the_shared_room_has_free(city: Installed) -> None:
    shared = made(city, "office-admin", kind="shared", name=f"共享机房{uuid4().hex[:4]}", zones=["核心"])
    racks.create(
        city.ctx, city.people["office-admin"], room_id=shared.id, code="A01", units=42, power_w=5000, zone="核心"
    )
    with pytest.raises(PolicyDenied) as caught:
        made(city, status="planned", opened_on=None)
    (finding,) = [entry for entry in caught.value.findings if entry["rule"] == "own-room"]
    left = rooms.spaces(city.ctx, city.people["officer"])
    units = sum(part.units for part in left)
    assert shared.name in str(finding["way_out"])
    assert f"空余{units}U" in finding["way_out"]["zh_CN"]  # type: ignore[index]
    assert (next(part for part in left if part.room_id == shared.id).largest, caught.value.status) == (42, 422)


def refused_way_out(city: Installed) -> dict[str, str]:
    with pytest.raises(PolicyDenied) as caught:
        made(city, status="planned", opened_on=None)
    (finding,) = [entry for entry in caught.value.findings if entry["rule"] == "own-room"]
    return finding["way_out"]  # type: ignore[return-value]


def test_a_power_that_nobody_recorded_is_not_told_as_none(tmp_path: Path) -> None:
    with installation(tmp_path) as city:
        who = city.people["office-admin"]
        shared = made(city, "office-admin", kind="shared", name="共享机房")
        racks.create(city.ctx, who, room_id=shared.id, code="A01", units=42)
        unknown = refused_way_out(city)
        assert "剩余电力未登记" in unknown["zh_CN"]
        assert "power that nobody has recorded" in unknown["en"]
        racks.create(city.ctx, who, room_id=shared.id, code="A02", units=42, power_w=4500)
        known = refused_way_out(city)
        assert "剩余电力4.5kW" in known["zh_CN"]
        assert "and 4.5 kW;" in known["en"]


def test_the_office_records_what_a_survey_found(city: Installed) -> None:
    assert made(city, "office-admin", opened_on=date(2026, 3, 1)).exemption_id is None


def test_an_exemption_lets_it_through_and_shows_up_when_it_is_over(city: Installed) -> None:
    exemption = exempted(city, days=10)
    room = made(city, status="planned", opened_on=None)
    assert room.exemption_id == exemption.id
    rooms.update(city.ctx, city.people["officer"], room.id, {"status": "in_use", "opened_on": date(2026, 3, 2)})

    def lapsed() -> list[str]:
        page = city.ctx.queries.rooms.page(city.ids["fgw"], {"lapsed": True}, PageAsk())
        return [row.code for row in page.items]

    system = city.people["office-admin"]
    assert (lapsed(), rooms.tell_lapsed(city.ctx, system)) == ([], 0)
    city.clock.move(days=11)
    assert lapsed() == [room.code]
    assert rooms.tell_lapsed(city.ctx, system) == 1
    assert rooms.tell_lapsed(city.ctx, system) == 0
    today = today_for_people(city.clock.now())
    rooms.update(city.ctx, city.people["officer"], room.id, {"status": "closed", "closed_on": today})
    assert lapsed() == []


def test_a_planned_room_is_not_opened_after_its_exemption(city: Installed) -> None:
    exempted(city, days=1)
    room = made(city, status="planned", opened_on=None)
    city.clock.move(days=3)
    with pytest.raises(PolicyDenied):
        rooms.update(city.ctx, city.people["officer"], room.id, {"status": "in_use", "opened_on": date(2026, 3, 2)})


def test_closing_a_room_with_running_devices_is_a_claim_and_stands(city: Installed) -> None:
    room, officer = made(city), city.people["officer"]
    device = devices.create(city.ctx, officer, code=f"sv-{uuid4().hex[:6]}", kind="server", room_id=room.id)
    closed = rooms.update(city.ctx, officer, room.id, {"status": "closed", "closed_on": OLD})
    assert (closed.status, device.status.value) == (RoomStatus.CLOSED, "running")
    with pytest.raises(Invalid) as caught:
        devices.create(city.ctx, officer, code=f"sv-{uuid4().hex[:6]}", kind="server", room_id=room.id)
    assert caught.value.field == "room_id"


def test_a_closed_room_is_reopened_and_loses_its_closing_date(city: Installed) -> None:
    room, officer = made(city, status="closed", closed_on=date(2020, 1, 1)), city.people["officer"]
    with pytest.raises(Refused):
        rooms.update(city.ctx, officer, room.id, {"status": "in_use"})
    again = rooms.update(city.ctx, officer, room.id, {"status": "reopened"})
    assert (again.status, again.closed_on) == (RoomStatus.REOPENED, None)


def test_bad_input_changes_nothing(city: Installed) -> None:
    room, officer = made(city), city.people["officer"]
    before = city.rows()
    for changes, kind in (
        ({"area_m2": -1}, Invalid), ({"status": "closed"}, Invalid), ({"code": "x"}, Invalid),
        ({"it_power_kw": 2, "total_power_kw": 1}, Invalid), ({"kind": "shared"}, Conflict),
    ):  # fmt: skip
        with pytest.raises(kind):
            rooms.update(city.ctx, officer, room.id, changes)
    with pytest.raises(Stale):
        rooms.update(city.ctx, officer, room.id, {"name": "x"}, expected_version=7)
    assert city.rows() == before


def test_whose_room_it_is(city: Installed) -> None:
    room = made(city)
    shared = made(city, "office-admin", kind="shared")
    stranger = city.people["stranger"]
    with pytest.raises(NotFound):
        rooms.get(city.ctx, stranger, room.id)
    with pytest.raises(NotFound):
        rooms.update(city.ctx, stranger, room.id, {"name": "mine"})
    with pytest.raises(NotFound):
        rooms.create(city.ctx, stranger, code="r-x", name="x", department_id=city.ids["fgw"], opened_on=OLD)
    with pytest.raises(Forbidden):
        made(city, "reviewer")
    assert rooms.get(city.ctx, stranger, shared.id).kind is RoomKind.SHARED


def test_a_code_is_taken_once(city: Installed) -> None:
    room = made(city)
    with pytest.raises(Conflict):
        made(city, code=room.code)
