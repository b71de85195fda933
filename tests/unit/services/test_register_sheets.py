# ruff: noqa: DTZ001 - a cell knows no zone
from __future__ import annotations

from datetime import date, datetime
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from cloudctl.domain.errors import Forbidden, FormInvalid, Invalid, NotFound
from cloudctl.domain.forms import FAULTS
from cloudctl.domain.register_sheets import SHEETS
from cloudctl.domain.sheets import FIRST_ROW
from cloudctl.ports.queries import PageAsk
from cloudctl.services import register_sheets
from tests.factories import Installed
from tests.filled_sheets import filled_sheet, rows_of

SYSTEMS = SHEETS["systems"].sheet


def office(city: Installed) -> Any:
    return city.people["office-admin"]


def code_of(city: Installed) -> str:
    return city.read(lambda uow: uow.departments.get(city.ids["fgw"])).code


def system(city: Installed, **more: Any) -> dict[str, Any]:
    """A row with a code of its own, as people type it."""
    return {
        "code": f"x{uuid4().hex[:8]}", "name": "公文系统", "department_id": code_of(city), "mlps_level": 2,
        "status": "在用", "no_state_secrets": "是", **more,
    }  # fmt: skip


def sheet(city: Installed, noun: str, rows: list[dict[str, Any]], who: str = "office-admin") -> bytes:
    blank = register_sheets.form(city.ctx, city.people[who], noun)
    return filled_sheet(blank, rows, SHEETS[noun].sheet)


def take(city: Installed, noun: str, rows: list[dict[str, Any]], who: str = "office-admin", **more: Any) -> Any:
    return register_sheets.take(city.ctx, city.people[who], noun, sheet(city, noun, rows, who), **more)


def refused(city: Installed, noun: str, rows: list[dict[str, Any]], who: str = "office-admin") -> dict[str, str]:
    """The faults by cell, in words; nothing may have been kept."""
    before = city.rows()
    with pytest.raises(FormInvalid) as caught:
        take(city, noun, rows, who)
    assert city.rows() == before
    assert all(fault.way_out for fault in caught.value.faults)
    return {fault.cell: fault.message.format(**fault.params) for fault in caught.value.faults}


def cell(noun: str, key: str, row: int = 0) -> str:
    return f"{SHEETS[noun].sheet.letters[key]}{FIRST_ROW + row}"


def found(city: Installed, code: str) -> Any:
    return city.read(lambda uow: uow.systems.by_code(code))


def versions(city: Installed, noun: str, key: Any) -> list[Any]:
    return city.ctx.queries.register.history(noun, key, PageAsk(limit=50)).items  # type: ignore[no-any-return]


def test_rows_become_systems_and_the_same_file_changes_nothing(city: Installed) -> None:
    rows = [
        system(city, built_on=date(2020, 5, 1), investment_fen=1234.56, user_count="３００", declared_zombie="否"),
        system(city, name="人事系统", contract_ends_on="2027年1月15日", network="extranet"),
    ]
    data = sheet(city, "systems", rows)
    told: list[tuple[str, int, int]] = []
    receipt = register_sheets.take(city.ctx, office(city), "systems", data, progress=lambda *step: told.append(step))
    assert (receipt.rows, receipt.added, receipt.altered, receipt.unchanged) == (2, 2, 0, 0)
    assert told == [("read", 2, 2), ("checked", 2, 2), ("written", 2, 2)]
    made = found(city, rows[0]["code"])
    assert (made.investment_fen, made.user_count, made.built_on) == (123456, 300, date(2020, 5, 1))
    assert (made.declared_zombie, made.no_state_secrets) == (False, True)
    assert found(city, rows[1]["code"]).contract_ends_on == date(2027, 1, 15)
    again = register_sheets.take(city.ctx, office(city), "systems", data)
    assert (again.added, again.altered, again.unchanged) == (0, 0, 2)
    assert [version.version for version in versions(city, "systems", made.id)] == [1]


def test_only_what_changed_gets_a_version_and_it_names_the_sheet(city: Installed) -> None:
    rows = [system(city), system(city)]
    take(city, "systems", rows)
    rows[1]["name"] = "公文交换系统"
    receipt = take(city, "systems", rows)
    assert (receipt.added, receipt.altered, receipt.unchanged) == (0, 1, 1)
    kept = [versions(city, "systems", found(city, row["code"]).id) for row in rows]
    assert [len(each) for each in kept] == [1, 2]
    assert kept[1][0].changes == {"name": ("公文系统", "公文交换系统")}
    assert kept[1][0].reason == f"信息系统清单 {receipt.digest[:12]}"
    (event,) = city.audited(action="create/register-import")[-1:]
    assert receipt.digest in str(event)


def test_an_empty_cell_leaves_what_is_there_and_the_word_takes_it_away(city: Installed) -> None:
    row = system(city, function="收发公文", contact_name="李")
    take(city, "systems", [row])
    assert take(city, "systems", [{"code": row["code"], "contact_name": "清空"}]).altered == 1
    now = found(city, row["code"])
    assert (now.function, now.contact_name, now.name) == ("收发公文", None, "公文系统")


def test_a_rehearsal_keeps_nothing(city: Installed) -> None:
    data = sheet(city, "systems", [system(city)])
    before = city.rows()
    receipt = register_sheets.take(city.ctx, office(city), "systems", data, rehearse=True)
    assert (receipt.added, receipt.rehearsal, city.rows()) == (1, True, before)


def test_what_is_exported_is_imported_without_a_change(city: Installed) -> None:
    row = system(
        city, system_class="业务系统", investment_fen=0.1, xinchuang="是", interfaces="甲（乙）\n丙", user_count=0,
        approved_by="市发改委", postponement_reason="暂缓", postponed_until=date(2027, 3, 1), check_url="tcp://a:22",
    )  # fmt: skip
    take(city, "systems", [row])
    exported = register_sheets.form(city.ctx, office(city), "systems", filled=True)
    receipt = register_sheets.take(city.ctx, office(city), "systems", exported)
    assert (receipt.added, receipt.altered, receipt.unchanged) == (0, 0, receipt.rows)
    (shown,) = [line for line in rows_of(exported, SYSTEMS) if line["系统编号"] == row["code"]]
    assert (shown["建设投资（元）"], shown["系统类别"], shown["须信创环境"]) == (0.1, "业务系统", "是")


def test_the_register_as_it_stood_can_be_exported(city: Installed) -> None:
    row = system(city)
    take(city, "systems", [row])
    first_day = city.clock.now().date()
    city.clock.sleep(3 * 86400)
    take(city, "systems", [{"code": row["code"], "name": "后来的名称"}])

    def name(as_of: date | None) -> str:
        data = register_sheets.form(city.ctx, office(city), "systems", filled=True, as_of=as_of)
        return next(str(line["系统名称"]) for line in rows_of(data, SYSTEMS) if line["系统编号"] == row["code"])

    assert (name(first_day), name(None)) == ("公文系统", "后来的名称")


def test_everything_wrong_is_told_at_once_and_nothing_is_kept(city: Installed) -> None:
    one = system(city)
    rows = [
        one,
        system(city, mlps_level=9, yearly_cost_fen=-5, built_on="明年"),
        system(city, department_id="nobody", status="不知道"),
        {"code": one["code"], "name": "第二次"},
        system(city, name=None, no_state_secrets=None),
        system(city, status="已下线"),
        system(city, approved_on=datetime(1900, 1, 12), function="=A1"),
    ]
    faults = refused(city, "systems", rows)
    assert faults == {
        cell("systems", "mlps_level", 1): "9 is not between 1 and 5.",
        cell("systems", "yearly_cost_fen", 1): "-5 is too small: it is at least 0.",
        cell("systems", "built_on", 1): "明年 is not a date.",
        cell("systems", "department_id", 2): "nobody is not on the list.",
        cell("systems", "status", 2): "不知道 is not on the list.",
        cell("systems", "code", 3): f"Row {FIRST_ROW} is about the same one.",
        cell("systems", "name", 4): "This is required.",
        cell("systems", "no_state_secrets", 4): "It has to be declared that no state secrets are handled.",
        cell("systems", "status_on", 5): "What is retired has a day on which it became so.",
        cell("systems", "approved_on", 6): "1900-01-12 is before 1960; a number in a cell of dates may have become it.",
        cell("systems", "function", 6): "There is a formula in this cell.",
    }  # fmt: skip


def test_the_sheet_comes_back_with_its_faults_marked_and_can_be_mended(city: Installed) -> None:
    rows = [system(city), {}, system(city, mlps_level="三级")]
    data = sheet(city, "systems", rows)
    with pytest.raises(FormInvalid) as caught:
        register_sheets.take(city.ctx, office(city), "systems", data)
    returned = register_sheets.marked(city.ctx, office(city), "systems", data, caught.value, locale="zh_CN")
    book = load_workbook(BytesIO(returned))
    wrong = book["信息系统清单"][cell("systems", "mlps_level", 2)]
    assert (book.sheetnames[0], wrong.value, wrong.fill.fgColor.rgb) == (FAULTS, "三级", "00FFC7CE")
    assert wrong.comment is not None
    assert [row[2].value for row in book[FAULTS].iter_rows(min_row=2)] == [wrong.coordinate]
    assert book[FAULTS].cell(2, 3).hyperlink.target == f"#'信息系统清单'!{wrong.coordinate}"
    mended = filled_sheet(returned, [rows[0], {}, rows[2] | {"mlps_level": 3}], SYSTEMS)
    assert register_sheets.take(city.ctx, office(city), "systems", mended).added == 2


def test_a_successor_may_stand_in_the_same_sheet_and_has_to_live(city: Installed) -> None:
    new, old = system(city), system(city, status="已整合", status_on=date(2026, 1, 1))
    take(city, "systems", [old | {"merged_into_id": new["code"]}, new])
    assert found(city, old["code"]).merged_into_id == found(city, new["code"]).id
    ended = system(city, status="已整合", status_on=date(2026, 1, 1), merged_into_id=old["code"])
    lost = system(city, status="已整合", status_on=date(2026, 1, 1), merged_into_id="none")
    assert refused(city, "systems", [ended, lost]) == {
        cell("systems", "merged_into_id"): "Its successor is merged itself.",
        cell("systems", "merged_into_id", 1): "none is not on the list.",
    }


def test_a_claim_follows_the_life_cycle(city: Installed) -> None:
    row = system(city, status="已下线", status_on=date(2026, 1, 1))
    take(city, "systems", [row])
    faults = refused(city, "systems", [{"code": row["code"], "status": "拟建"}])
    assert "retired cannot become planned" in faults[cell("systems", "status")]


def test_what_carries_a_marking_of_secrecy_is_refused_without_being_repeated(city: Installed) -> None:
    faults = refused(city, "systems", [system(city), system(city, function="（涉密）某项目")])
    assert list(faults) == [cell("systems", "function", 1)]
    assert "某项目" not in str(faults)
    assert refused(city, "systems", [system(city, no_state_secrets="否")])


def test_a_department_takes_in_its_own_only(city: Installed) -> None:
    mine, theirs = system(city), system(city)
    take(city, "systems", [mine], "officer")
    city.apart()
    stranger = city.apart()
    taken = [theirs | {"code": mine["code"], "department_id": code_of(stranger)}]
    assert refused(stranger, "systems", taken, "officer") == {cell("systems", "code"): f"{mine['code']} is taken."}
    foreign = refused(stranger, "systems", [theirs], "officer")
    assert foreign == {cell("systems", "department_id"): f"{code_of(city)} is not on the list."}
    exported = rows_of(register_sheets.form(city.ctx, stranger.people["officer"], "systems", filled=True), SYSTEMS)
    assert mine["code"] not in {row["系统编号"] for row in exported}


def test_no_sheet_moves_a_system_to_another_department(city: Installed) -> None:
    row = system(city)
    take(city, "systems", [row])
    faults = refused(city, "systems", [{"code": row["code"], "department_id": "czj"}])
    assert "another department" in faults[cell("systems", "department_id")]


def test_who_may_not_and_what_is_no_sheet(city: Installed) -> None:
    with pytest.raises(Forbidden):
        register_sheets.take(city.ctx, city.people["auditor"], "systems", b"")
    with pytest.raises(NotFound):
        register_sheets.form(city.ctx, office(city), "volumes")
    for data in (b"nonsense", sheet(city, "systems", []), sheet(city, "rooms", [])):
        with pytest.raises(Invalid) as caught:
            register_sheets.take(city.ctx, office(city), "systems", data)
        assert caught.value.field == "body"


def test_what_is_hardly_right_is_kept_and_told(city: Installed) -> None:
    receipt = take(city, "systems", [system(city, declared_zombie="是", use_frequency="每日")])
    assert [(place, doubt.field) for place, doubt in receipt.doubts] == [
        (f"信息系统清单!{cell('systems', 'declared_zombie')}", "declared_zombie")
    ]
