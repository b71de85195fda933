from __future__ import annotations

from typing import Any

import pytest

from cloudctl.domain.calendars import add_months, today_for_people
from cloudctl.domain.errors import Conflict, Forbidden, Invalid
from cloudctl.domain.sheets import FIRST_ROW
from cloudctl.services import adoption_sheets
from tests.factories import Installed
from tests.filled_sheets import filled_sheet, rows_of
from tests.seeds import CLOUD
from tests.unit.services.running import Stock, keys, running, synced


def office(city: Installed) -> Any:
    return city.people["office-admin"]


def code_of(city: Installed) -> tuple[str, str]:
    """The codes of the city's own department and system."""
    found = city.read(lambda uow: (uow.departments.get(city.ids["fgw"]), uow.systems.get(city.ids["oa"])))
    return found[0].code, found[1].code


def rows(city: Installed, stock: Stock, **more: Any) -> list[dict[str, Any]]:
    department, system = code_of(city)
    shared = {"cloud": CLOUD, "department": department, "system": system, "term_months": 6, "contact": "王 0532-2"}
    return [{**shared, "native_id": native, **more} for native in stock.servers]


def handed(city: Installed, wanted: list[dict[str, Any]]) -> bytes:
    return filled_sheet(adoption_sheets.blank(city.ctx, office(city)), wanted)


def test_a_sheet_adopts_its_rows_and_gives_the_others_back_with_every_reason(city: Installed) -> None:
    stock = running(city, 4)
    synced(city)
    wanted = rows(city, stock)
    wanted[1] |= {"department": "nobody"}
    wanted[2] |= {"term_months": "soon", "contact": None}
    receipt = adoption_sheets.take(city.ctx, office(city), handed(city, wanted))
    assert receipt.adoption is not None
    assert receipt.rows == 4
    city.run()
    counts = city.read(lambda uow: uow.adoptions.counts(receipt.adoption.id))
    assert counts == {"marked": 4}  # two servers with a disk each: the network is shared with what stays
    assert [row["row"] for row in receipt.rejected] == [FIRST_ROW + 1, FIRST_ROW + 2]
    returned = rows_of(adoption_sheets.rejected(city.ctx, office(city), receipt.adoption.id, "en"))
    assert [row["云内编号"] for row in returned] == stock.servers[1:3]
    assert returned[0]["退回原因"] == "There is no department nobody; it may have been merged."
    assert returned[1]["退回原因"].splitlines() == [
        "期限（月）: soon is not a whole number.",
        "负责人及电话: This is required.",
    ]
    server = next(t for t in city.read(lambda uow: uow.adoptions.takings(receipt.adoption.id)) if t.kind == "server")
    resource = city.resource(server.id)
    assert (resource.contact, resource.expires_on) == (
        "王 0532-2",
        add_months(today_for_people(city.clock.now()), 6),
    )


def test_the_sheet_that_came_back_is_mended_and_taken(city: Installed) -> None:
    stock = running(city, 2)
    synced(city)
    wanted = rows(city, stock)
    wanted[1] |= {"system": "none"}
    first = adoption_sheets.take(city.ctx, office(city), handed(city, wanted))
    city.run()
    returned = adoption_sheets.rejected(city.ctx, office(city), first.adoption.id, "zh_CN")  # type: ignore[union-attr]
    mended = filled_sheet(returned, rows(city, stock)[1:])
    second = adoption_sheets.take(city.ctx, office(city), mended)
    assert (len(second.rejected), second.rows) == (0, 1)
    city.run()
    assert city.ledger()["servers"] == (0, 2)
    assert None not in keys(city, *stock.servers).values()


def test_a_rehearsal_keeps_nothing_and_finds_the_same(city: Installed) -> None:
    stock = running(city, 2)
    synced(city)
    data = handed(city, [*rows(city, stock), {"cloud": "gone"}])
    before = city.rows()
    receipt = adoption_sheets.take(city.ctx, city.people["auditor"], data, rehearse=True)
    assert (receipt.adoption, city.rows()) == (None, before)
    assert len(receipt.planned.plan.takes) == 5
    assert len(receipt.rejected) == 1


def test_the_same_sheet_a_second_time_takes_nothing_twice(city: Installed) -> None:
    stock = running(city, 2, disks=0)
    synced(city)
    data = handed(city, rows(city, stock))
    adoption_sheets.take(city.ctx, office(city), data)
    city.run()
    again = adoption_sheets.take(city.ctx, office(city), data)
    city.run()
    assert len(again.rejected) == 2
    assert city.ledger()["servers"] == (0, 2)
    assert again.adoption is not None
    assert city.read(lambda uow: uow.adoptions.get(again.adoption.id)).state == "done"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"contact": "（涉密）项目"}, "marking of state secrets"),
        ({"contact": "=1+1"}, None),
    ],
)
def test_secrets_are_refused_with_the_whole_file_and_formulas_with_their_row(
    city: Installed, change: dict[str, Any], words: str | None
) -> None:
    stock = running(city, 1)
    synced(city)
    data = handed(city, rows(city, stock, **change))
    before = city.rows()
    if words is None:
        receipt = adoption_sheets.take(city.ctx, office(city), data, rehearse=True)
        assert "formula" in str(receipt.rejected)
        return
    with pytest.raises(Invalid, match=words) as caught:
        adoption_sheets.take(city.ctx, office(city), data)
    assert "涉密" not in str(caught.value.params)
    assert city.rows() == before


def test_what_is_no_sheet_is_refused(city: Installed) -> None:
    for data in (b"nonsense", handed(city, [])):
        with pytest.raises(Invalid) as caught:
            adoption_sheets.take(city.ctx, office(city), data)
        assert caught.value.field == "body"
    with pytest.raises(Forbidden):
        adoption_sheets.take(city.ctx, city.people["officer"], b"")
    stock = running(city, 1)
    synced(city)
    clean = adoption_sheets.take(city.ctx, office(city), handed(city, rows(city, stock)))
    city.run()
    with pytest.raises(Conflict):
        adoption_sheets.rejected(city.ctx, office(city), clean.adoption.id, "en")  # type: ignore[union-attr]


def test_a_thousand_servers_from_one_sheet(city: Installed) -> None:
    stock = running(city, 1000, disks=1)
    synced(city)
    wanted = rows(city, stock)
    wanted[7] |= {"zone": "nowhere"}
    data = handed(city, wanted)
    receipt = adoption_sheets.take(city.ctx, office(city), data)
    city.run()
    assert receipt.adoption is not None
    counts = city.read(lambda uow: uow.adoptions.counts(receipt.adoption.id))
    assert counts == {"marked": 2 * 999}
    assert [row["row"] for row in receipt.rejected] == [FIRST_ROW + 7]
    assert city.ledger()["servers"] == (0, 999)
    assert city.ledger()["volume_gib"] == (0, 999 * 140)
