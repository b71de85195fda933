"""Forms become orders, all of them or none; every fault is told in its cell."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloudctl.domain.accounts import Role
from cloudctl.domain.errors import Conflict, Forbidden, FormInvalid, Invalid, NotFound
from cloudctl.domain.forms import MOST_ITEMS, Fault
from cloudctl.domain.items import AddressItem, DiskAsk, NetworkItem, ServerItem, VolumeItem
from cloudctl.domain.orders import Backup, Order
from cloudctl.services import decisions, forms, imports, systems
from cloudctl.services.imports import Receipt
from tests.factories import Installed, ssh_key
from tests.filled_forms import ROWS, edited, filled, marks, place, with_cell
from tests.seeds import person


def take(city: Installed, data: bytes, who: str = "officer", **options: Any) -> Receipt:
    return imports.take(city.ctx, city.people[who], data, **options)


def refused(city: Installed, data: bytes, who: str = "officer", **options: Any) -> tuple[Fault, ...]:
    """The faults of a form; nothing of it was written."""
    before = city.rows()
    with pytest.raises(FormInvalid) as told:
        take(city, data, who, **options)
    assert city.rows() == before
    return told.value.faults


def places(faults: tuple[Fault, ...]) -> list[str]:
    return [fault.place for fault in faults]


def orders_of(city: Installed, receipt: Receipt) -> list[Order]:
    return [city.order(taken.id) for taken in receipt.orders if taken.id]


def test_a_filled_form_becomes_the_order_that_it_says(city: Installed) -> None:
    rows = [
        *ROWS,
        {"kind": "address", "server": "oa-1", "term_months": 12},
        {"kind": "network", "name": "second", "range": "10.8.77.0/28", "ipv6": "否", "term_months": 6},
    ]
    data = filled(city, rows=rows, go_live_on=date(2027, 1, 15), bandwidth_mbps="50", ports="443/tcp")
    receipt = take(city, data)
    (order,) = orders_of(city, receipt)
    assert order.items == [
        NetworkItem(name="oa-net", prefix_length=26, ipv6=True, term_months=12),
        ServerItem(
            name="oa", count=2, specification="s2", image="openeuler", network="oa-net",
            disks=(DiskAsk(size_gib=100, volume_type="standard"), DiskAsk(size_gib=200, volume_type="standard")),
            ssh_keys=(ssh_key(),), term_months=12,
        ),
        VolumeItem(name="oa-logs", size_gib=50, term_months=24),
        AddressItem(server="oa-1", term_months=12),
        NetworkItem(name="second", cidr="10.8.77.0/28", ipv6=False, term_months=6),
    ]  # fmt: skip
    said = (order.title, order.purpose, order.users, order.zone, order.backup, order.project_document)
    assert said == ("OA 上云", "办公系统", "全市各部门", "extranet", Backup.DAILY, "发改〔2026〕12号")
    assert (order.go_live_on, order.bandwidth_mbps, order.ports) == (date(2027, 1, 15), 50, "443/tcp")
    assert (order.contact_name, order.contact_phone, order.no_state_secrets) == ("officer", "0532-1", True)
    assert (order.state, order.applicant_id, order.filed_by) == ("draft", city.ids["officer"], None)
    assert (receipt.orders[0].number, receipt.orders[0].servers, receipt.lists_changed) == (order.number, 2, False)
    recorded = city.audited(action="create/import", department=str(city.ids["fgw"]))
    assert [event["after"]["orders"] for event in recorded] == [[order.number]]


def test_what_is_handed_in_holds_quota(city: Installed) -> None:
    (order,) = orders_of(city, take(city, filled(city), submit=True))
    assert (order.state, order.held) == ("submitted", True)
    assert city.ledger()["servers"] == (2, 0)


def test_rows_of_one_system_make_one_order(city: Installed) -> None:
    second = systems.create(
        city.ctx, city.people["officer"], code=f"{city.ids['fgw'].hex[:12]}-b", name="第二", mlps_level=2,
        no_state_secrets=True,
    )  # fmt: skip
    rows = [*ROWS, {"kind": "volume", "name": "b", "size_gib": 10, "term_months": 12, "system": second.code}, ROWS[2]]
    rows[-1] = {**ROWS[2], "name": "oa-more"}
    first, other = orders_of(city, take(city, filled(city, rows=rows)))
    assert [len(first.items), len(other.items)] == [4, 1]
    assert (other.system_id, other.title) == (second.id, "OA 上云（第二，extranet）")


def test_a_rehearsal_tells_the_same_and_keeps_nothing(city: Installed) -> None:
    data, before = filled(city), city.rows()
    receipt = take(city, data, submit=True, rehearse=True)
    assert (receipt.rehearsal, receipt.orders[0].state, receipt.orders[0].id) == (True, "submitted", None)
    assert city.rows() == before
    assert take(city, data, submit=True).orders[0].state == "submitted"


def test_the_very_same_file_is_taken_again_only_when_that_is_meant(city: Installed) -> None:
    data = filled(city)
    number = take(city, data).orders[0].number
    before = city.rows()
    with pytest.raises(Conflict, match=str(number)):
        take(city, data)
    assert city.rows() == before
    assert take(city, data, again=True).orders[0].number != number
    assert [event["after"]["turn"] for event in city.audited(action="create/import")][-1] == 2


# What goes wrong in one cell: the cell, what stands there, and which cell is marked (itself, unless said).
CELLS: list[tuple[str, int | None, Any]] = [
    ("department", None, "czj 财政局"),
    ("department", None, None),
    ("system", None, "ys"),
    ("zone", None, "火星"),
    ("title", None, "长" * 201),
    ("title", None, None),
    ("purpose", None, " \u3000"),
    ("go_live_on", None, "明年春天"),
    ("bandwidth_mbps", None, "50M"),
    ("backup", None, "每小时"),
    ("no_state_secrets", None, None),
    ("no_state_secrets", None, "也许"),
    ("contact_phone", None, '=HYPERLINK("http://example.org")'),
    ("kind", 1, "物理机"),
    ("kind", 1, None),
    ("name", 1, "x" * 64),
    ("count", 1, "２台"),
    ("count", 1, 51),
    ("specification", 1, "s99"),
    ("specification", 1, None),
    ("image", 1, "=A1"),
    ("disks", 1, "100G"),
    ("size_gib", 1, 10),
    ("volume_type", 1, "gold"),
    ("network", 1, "nowhere"),
    ("network", 1, None),
    ("term_months", 0, 121),
    ("term_months", 1, "#REF!"),
    ("ssh_keys", 1, "not a key"),
    ("system", 1, "ys"),
    ("zone", 1, "火星"),
    ("range", 0, "10.8.1.1/24"),
    ("range", 0, 31),
    ("ipv6", 0, "也许"),
    ("name", 0, None),
    ("name", 0, "=B1"),
    ("size_gib", 2, 0),
    ("server", 2, "oa-1"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "row", "value"), CELLS)
def test_one_wrong_cell_is_marked_and_nothing_is_written(
    city: Installed, key: str, row: int | None, value: Any
) -> None:
    data = with_cell(filled(city), key, value, row)
    faults = refused(city, data)
    sheet = "申请表" if row is None else "资源清单"
    assert places(faults) == [f"{sheet}!{place(key, row)}"]
    told = marks(imports.marked(city.ctx, data, FormInvalid(faults), "en"))
    assert list(told) == places(faults)
    assert all(told.values())


JUNK = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=65).filter(lambda text: text.strip()[64:])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    where=st.sampled_from(
        [("zone", None), ("go_live_on", None), ("bandwidth_mbps", None), ("backup", None), ("no_state_secrets", None)]
        + [(key, 1) for key in ("kind", "name", "count", "specification", "image", "network", "ssh_keys")]
        + [("term_months", 1)]
        + [(key, 0) for key in ("range", "ipv6", "name", "term_months", "system", "zone")]
    ),
    junk=JUNK,
)
def test_any_corrupted_cell_is_the_one_that_is_marked(
    city: Installed, where: tuple[str, int | None], junk: str
) -> None:
    sheet = "申请表" if where[1] is None else "资源清单"
    data = with_cell(filled(city), where[0], f"§{junk}", where[1])
    assert places(refused(city, data)) == [f"{sheet}!{place(*where)}"]


def test_all_faults_are_told_at_once_and_a_corrected_form_is_taken(city: Installed) -> None:
    wrong = [("title", None, None), ("count", 1, "两台"), ("size_gib", 2, -1)]
    data = filled(city)
    for key, row, value in wrong:
        data = with_cell(data, key, value, row)
    faults = refused(city, data)
    assert places(faults) == ["申请表!B5", "资源清单!D5", "资源清单!H6"]
    returned = imports.marked(city.ctx, data, FormInvalid(faults), "zh_CN")
    again = refused(city, with_cell(returned, "title", "OA 上云"))
    assert set(marks(imports.marked(city.ctx, returned, FormInvalid(again), "en"))) == {"资源清单!D5", "资源清单!H6"}
    mended = returned
    for key, row, value in (("title", None, "OA 上云"), ("count", 1, 2), ("size_gib", 2, 50)):
        mended = with_cell(mended, key, value, row)
    assert take(city, mended).orders[0].servers == 2


def test_merged_cells_are_told_in_their_first_cell_only(city: Installed) -> None:
    data = edited(filled(city), lambda book: book["资源清单"].merge_cells("C5:D6"))
    faults = refused(city, data)
    assert places(faults) == ["资源清单!C5"]
    assert marks(imports.marked(city.ctx, data, FormInvalid(faults), "en")) == {
        "资源清单!C5": "Cells are merged here: C5:D6.\nSplit them and write the value into each cell."
    }


def test_a_moved_column_is_told_in_its_header(city: Installed) -> None:
    data = edited(filled(city), lambda book: book["资源清单"]["E3"].__setattr__("value", "配置"))
    assert places(refused(city, data)) == ["资源清单!E3"]


@pytest.mark.parametrize("again", ["oa-net", "oa-1"])
def test_names_are_given_once(city: Installed, again: str) -> None:
    (fault,) = refused(city, with_cell(filled(city), "name", again, 2))
    assert (fault.place, fault.params["name"]) == ("资源清单!C6", again)


def test_a_retired_entry_is_no_longer_on_the_list(city: Installed) -> None:
    data = with_cell(filled(city), "specification", "s1 已停用", 1)
    assert places(refused(city, data)) == ["资源清单!E5"]


def test_the_quota_counts_all_orders_of_the_file(city: Installed) -> None:
    second = systems.create(
        city.ctx, city.people["officer"], code=f"{city.ids['fgw'].hex[:12]}-q", name="第二", mlps_level=2,
        no_state_secrets=True,
    )  # fmt: skip
    # 20 servers each: one order alone is within the quota of 32
    more = [{**ROWS[0], "name": "q-net", "system": second.code}, {**ROWS[1], "count": 20, "system": second.code}]
    more[1] |= {"name": "q", "network": "q-net", "disks": None}
    rows = [ROWS[0], {**ROWS[1], "count": 20, "disks": None}, *more]
    faults = refused(city, filled(city, rows=rows))
    assert places(faults) == ["资源清单!D7", "资源清单!D7"]
    assert {fault.params["dimension"] for fault in faults} == {"vcpu", "servers"}


def test_what_a_policy_denies_is_told_where_it_stands(city: Installed) -> None:
    (fault,) = refused(city, with_cell(filled(city), "name", "OA_1", 1))
    assert (fault.place, fault.code, fault.params["rule"]) == ("资源清单!C5", "policy-denied", "server-naming")
    assert "OA_1" in str(fault.params_in("zh_CN")["reason"])


@pytest.mark.parametrize(
    ("key", "value"), [("no_state_secrets", "否"), ("purpose", "某项目（涉密）"), ("title", "机密★项目")]
)
def test_what_is_secret_is_refused_without_repeating_it(city: Installed, key: str, value: str) -> None:
    data = with_cell(with_cell(filled(city), key, value), "zone", "绝不重复的名称")
    (fault,) = refused(city, data)
    assert fault.place == f"申请表!{place(key)}"
    assert not {value, "绝不重复的名称"} & {str(given) for given in fault.params.values()}


def test_an_order_has_a_hundred_items_at_most(city: Installed) -> None:
    rows = [{"kind": "volume", "name": f"v{n}", "size_gib": 1, "term_months": 1} for n in range(MOST_ITEMS + 1)]
    assert places(refused(city, filled(city, rows=rows)))[0] == f"资源清单!B{4 + MOST_ITEMS}"


def test_a_changed_catalogue_is_said(city: Installed) -> None:
    data = filled(city)
    systems.create(
        city.ctx, city.people["officer"], code=f"{city.ids['fgw'].hex[:12]}-n", name="新", mlps_level=2,
        no_state_secrets=True,
    )  # fmt: skip
    assert take(city, data).lists_changed


def test_the_office_files_for_a_department(city: Installed) -> None:
    code = city.read(lambda uow: uow.departments.get(city.ids["fgw"])).code
    data = filled(city, who="reviewer", on_behalf=code)
    (order,) = orders_of(city, take(city, data, "reviewer", on_behalf=code, submit=True))
    assert (order.applicant_id, order.filed_by) == (city.ids["officer"], city.ids["reviewer"])
    assert order.department_id == city.ids["fgw"]
    assert city.progress(order)[0].startswith("Filed on behalf of the department")
    created = city.audited(action="create/order")[-1]
    assert created["initiator"]["name"] == "reviewer"
    assert created["after"]["filed_by"] == str(city.ids["reviewer"])
    decisions.sign_off(city.ctx, city.people["head"], order.id)
    for decide in (decisions.approve, decisions.reject, decisions.send_back):
        with pytest.raises(Forbidden, match="filed an order"):
            decide(city.ctx, city.people["reviewer"], order.id, reason="x")
    assert city.order(order.id).state in {"signed_off", "approved"}


def test_the_officer_is_named_where_there_are_several(city: Installed) -> None:
    code = city.read(lambda uow: uow.departments.get(city.ids["fgw"])).code
    _, _, second = person(city.ctx, f"second-{code}", Role.DEPARTMENT_OFFICER, city.ids["fgw"])
    data = filled(city, who="reviewer", on_behalf=code, contact_name="某人")
    assert places(refused(city, data, "reviewer", on_behalf=code)) == ["申请表!B11"]
    named = with_cell(data, "contact_name", f"Second-{code}")
    (order,) = orders_of(city, take(city, named, "reviewer", on_behalf=code))
    assert order.applicant_id == second


def test_who_may_not_is_told_before_the_file_is_opened(city: Installed) -> None:
    code = city.read(lambda uow: uow.departments.get(city.ids["czj"])).code
    for who in ("officer", "head", "operator", "auditor"):
        with pytest.raises(Forbidden):
            take(city, b"", who, on_behalf=code)
        with pytest.raises(Forbidden):
            forms.blank(city.ctx, city.people[who], code)
    for who in ("head", "reviewer", "auditor"):
        with pytest.raises(Forbidden):
            take(city, b"", who)
    with pytest.raises(NotFound) as absent:
        take(city, b"", "reviewer", on_behalf="merged-yesterday")
    assert absent.value.field == "on_behalf"


def test_a_department_without_officer_needs_one_first(city: Installed) -> None:
    from tests.seeds import department

    department(city.ctx, code := f"e{city.ids['fgw'].hex[:12]}", "无人")
    data = forms.blank(city.ctx, city.people["office-admin"], code)
    with pytest.raises(Conflict, match="no officer"):
        take(city, data, "office-admin", on_behalf=code)


def test_a_form_made_out_for_a_department_that_is_no_more(city: Installed) -> None:
    (fault,) = refused(city, with_cell(filled(city), "department", "gone 原科技局"))
    assert (fault.place, fault.params["given"]) == ("申请表!B3", "gone")


@pytest.fixture
def many() -> list[dict[str, Any]]:
    """Thirty servers, one a row; the last has a specification that nobody offers."""
    rows = [ROWS[0], *({**ROWS[1], "name": f"s{n}", "count": 1, "disks": None} for n in range(30))]
    rows[30] = {**rows[30], "specification": "s99"}
    return rows


def test_one_bad_row_among_many(city: Installed, many: list[dict[str, Any]]) -> None:
    data = filled(city, rows=many)
    assert places(refused(city, data)) == ["资源清单!E34"]
    receipt = take(city, with_cell(data, "specification", "s2", 30))
    assert (len(receipt.orders), receipt.orders[0].servers) == (1, 30)


def test_a_file_that_is_no_form_is_refused_as_such(city: Installed) -> None:
    before = city.rows()
    with pytest.raises(Invalid, match=r"no \.xlsx"):
        take(city, b"PK\x03\x04 nothing")
    assert city.rows() == before
