"""What a real NetBox answered (tests/unit/netbox/recorded), on record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cloudctl.domain.errors import Invalid, NotFound
from cloudctl.services import netbox
from tests.factories import Installed
from tests.unit.netbox.replay import Replay, replaying, token_for
from tests.unit.services.outside import Outside


@pytest.fixture(autouse=True)
def there() -> Iterator[Replay]:
    with replaying() as replay:
        yield replay


@pytest.fixture
def city(outside: Outside) -> Installed:
    return outside.city


@pytest.fixture
def take(city: Installed, there: Replay) -> Any:
    """The import, of a recording."""

    def taking(recording: str = "everything", who: str = "office-admin", **more: Any) -> netbox.Receipt:
        given = {"url": there.url, "token": token_for(recording), "department": "fgw", **more}
        return netbox.take(city.ctx, city.people[who], **given)

    return taking


def counts(receipt: netbox.Receipt) -> dict[str, tuple[int, int, int, int]]:
    return {part.noun: (part.added, part.altered, part.unchanged, len(part.left_out)) for part in receipt.nouns}


def left_out(receipt: netbox.Receipt) -> dict[str, str]:
    """What was left out, and why."""
    return {code: fault.message.format(**fault.params) for part in receipt.nouns for code, fault in part.left_out}


def test_sites_racks_and_devices_go_on_record_once(city: Installed, take: Any) -> None:
    receipt = take()
    assert counts(receipt) == {"rooms": (3, 0, 0, 1), "racks": (6, 0, 0, 0), "devices": (10, 0, 0, 1)}
    rooms = {code: city.read(lambda uow, code=code: uow.rooms.by_code(code)) for code in ("jf-a", "jf-b", "jf-c")}
    assert (rooms["jf-a"].name, rooms["jf-a"].address) == ("中心机房", "香港中路 11 号 3 楼")
    owners = {code: room.department_id for code, room in rooms.items()}
    assert owners == {"jf-a": city.ids["fgw"], "jf-b": city.ids["czj"], "jf-c": city.ids["fgw"]}
    assert rooms["jf-b"].status == "planned"
    one = city.read(lambda uow: uow.devices.by_code("srv-1"))
    assert (one.first_unit, one.units, one.addresses) == (1, 2, ["10.1.1.1", "fd00:1::1"])
    assert (one.vendor, one.serial, one.status) == ("浪潮", "S1", "running")
    off = city.read(lambda uow: uow.devices.by_code("netbox-3"))
    assert (off.status, off.off_on) == ("off", city.clock.now().date())
    assert city.read(lambda uow: uow.devices.by_code("ZC-4")).kind == "network"
    blade = city.read(lambda uow: uow.devices.by_code("blade-1"))
    assert (blade.rack_id, blade.first_unit) == (None, None)
    assert receipt.overlapping == ["10.8.3.0/24", "10.8.5.0/26"]
    city.clock.sleep(5 * 86400)
    assert counts(take()) == {"rooms": (0, 0, 3, 1), "racks": (0, 0, 6, 0), "devices": (0, 0, 10, 1)}


def test_what_has_one_name_in_two_places_is_two(city: Installed, take: Any) -> None:
    take()
    first, second = (city.read(lambda uow, code=code: uow.devices.by_code(code)) for code in ("srv-1", "netbox-12"))
    assert (first.name, second.name) == ("srv-1", "srv-1")
    assert first.room_id != second.room_id
    shielded = city.read(lambda uow: uow.devices.by_code("san-1"))
    assert city.read(lambda uow: uow.racks.get(shielded.rack_id)).code == "shielded/A01"


def test_what_does_not_pass_is_named_and_the_rest_is_taken(city: Installed, take: Any) -> None:
    assert left_out(take()) == {
        "jf-d": "A room that is closed has a date.",
        "sw-2": "sw-2 and ZC-4 both stand on unit 40 of rack A01.",
    }
    assert city.read(lambda uow: uow.devices.by_code("sw-2")) is None
    assert city.read(lambda uow: uow.rooms.by_code("jf-d")) is None


def test_a_rehearsal_keeps_nothing(city: Installed, take: Any) -> None:
    before = city.rows()
    assert counts(take(rehearse=True))["devices"] == (10, 0, 0, 1)
    assert city.rows() == before


def test_a_change_there_is_a_change_here_and_the_claim_on_a_room_stays(city: Installed, take: Any) -> None:
    take()
    assert counts(take("changed")) == {"rooms": (0, 1, 2, 1), "racks": (0, 0, 6, 0), "devices": (0, 1, 9, 1)}
    room = city.read(lambda uow: uow.rooms.by_code("jf-b"))
    assert (room.name, room.status) == ("财政局新机房", "planned")
    gone = city.read(lambda uow: uow.devices.by_code("srv-1"))
    assert (gone.status, gone.off_on) == ("off", city.clock.now().date())
    assert counts(take("changed-back"))["devices"] == (0, 1, 9, 1)
    device = city.read(lambda uow: uow.devices.by_code("srv-1"))
    assert (device.status, device.off_on) == ("running", None)


def test_it_is_the_offices_and_the_token_is_nowhere(city: Installed, take: Any) -> None:
    with pytest.raises(NotFound):
        take(who="officer")
    with pytest.raises(Invalid) as caught:
        take(department="nobody")
    assert caught.value.field == "department"
    take()
    assert token_for("everything") not in str(city.audited())


def test_a_token_that_may_not_see_all_changes_nothing(city: Installed, take: Any) -> None:
    before = city.rows()
    with pytest.raises(Invalid) as caught:
        take("no-racks")
    assert caught.value.field == "token"
    assert city.rows() == before
