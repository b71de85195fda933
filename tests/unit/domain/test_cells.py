from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudctl.domain import cells
from cloudctl.domain.errors import Invalid
from tests.factories import ssh_key

LISTS = {"zones": {"extranet": "extranet", "extranet 政务外网区": "extranet", "政务外网区": "extranet"}}

READ: list[tuple[cells.Reader, Any, Any]] = [
    (cells.text(10), "　审批平台 ", "审批平台"),
    (cells.text(10), 2026, "2026"),
    (cells.text(10), 3.0, "3"),
    (cells.text(10), date(2027, 1, 15), "2027-01-15"),
    (cells.text(10), "全角，标点", "全角，标点"),
    (cells.word(10), "ａｐｐ\u200b", "app"),
    (cells.whole(1, 50), 2, 2),
    (cells.whole(1, 50), 2.0, 2),
    (cells.whole(1, 50), "２０", 20),
    (cells.whole(1, 50), "\u00a07\u3000", 7),
    (cells.whole(1, 50), "+7", 7),
    (cells.day, datetime(2027, 1, 15, 8),  # noqa: DTZ001 - a cell knows no zone
        date(2027, 1, 15)),
    (cells.day, date(2027, 1, 15), date(2027, 1, 15)),
    *((cells.day, text, date(2027, 1, 15)) for text in (
        "2027-01-15", "2027/1/15", "2027.1.15", "2027年1月15日", "２０２７－０１－１５", "20270115", 20270115,
    )),
    (cells.figure(0, 100, 1), "１２.５", 12.5),
    (cells.figure(0, 10_000, 1), "1,234.50", 1234.5),
    (cells.figure(0, 1, 1), 0.1 + 0.2, 0.3),
    (cells.yuan(10**9), 1234.56, 123456),
    (cells.yuan(10**9), "１,２３４.５", 123450),
    (cells.yuan(10**9), 0, 0),
    (cells.several, "核心、扩展,核心；屏蔽\n", ["核心", "扩展", "屏蔽"]),
    (cells.one_of("zones"), "EXTRANET ", "extranet"),
    (cells.one_of("zones"), "政务外网区", "extranet"),
    (cells.one_of("zones"), "extranet 政务外网区", "extranet"),
    (cells.one_of("zones"), "extranet 旧名称", "extranet"),
    (cells.yes, "是", True),
    (cells.yes, True, True),
    (cells.yes, "Ｎｏ", False),
    (cells.disks, 100, (100,)),
    (cells.disks, "100+200、300", (100, 200, 300)),
    (cells.segment, "/26", 26),
    (cells.segment, 26, 26),
    (cells.segment, "10.8.1.0/26", "10.8.1.0/26"),
    (cells.keys, f"{ssh_key()}\r\n\n", (ssh_key(),)),
]  # fmt: skip
REFUSED: list[tuple[cells.Reader, Any]] = [
    (cells.text(3), "四个汉字"),
    (cells.word(3), "abcd"),
    *((cells.whole(1, 50), value) for value in ("3台", 0, 51, -1, 1.5, "1,000", "", True, date(2027, 1, 1), "3" * 40)),
    *((cells.day, value) for value in ("明年", "2027-02-30", "2027-13-01", 46037, "15.1.2027", True)),
    *((cells.day, value) for value in (date(1900, 1, 12), datetime(1900, 2, 28), "1959-12-31")),  # noqa: DTZ001
    *((cells.figure(0, 100, 1), value) for value in ("12.55", "1,23", "-1", 101, "十", True, date(2027, 1, 1), "")),
    *((cells.yuan(10**6), value) for value in ("1.234", 0.001, -0.01, "¥12", 10_000.01, "1e3")),
    (cells.one_of("zones"), "internet"),
    (cells.yes, "也许"),
    (cells.disks, "+"),
    (cells.disks, "1+" * 17),
    (cells.disks, "100G"),
    (cells.segment, 31),
    (cells.segment, "10.8.1.1/26"),
    (cells.segment, "fd00::/64"),
    (cells.segment, "10.8.0.0/31"),
    (cells.keys, "ssh-ed25519 AAAA"),
    (cells.keys, f"{ssh_key()}\n" * 33),
]


@pytest.mark.parametrize(("read", "value", "meant"), READ)
def test_what_is_meant_is_read(read: cells.Reader, value: Any, meant: Any) -> None:
    assert read(value, LISTS) == meant


@pytest.mark.parametrize(("read", "value"), REFUSED)
def test_what_cannot_be_meant_is_refused_with_a_way_out(read: cells.Reader, value: Any) -> None:
    with pytest.raises(Invalid) as refused:
        read(value, LISTS)
    assert refused.value.way_out
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("value", [None, "", " ", "\u3000\u00a0", "\ufeff\n"])
def test_blanks_of_any_kind_are_nothing(value: Any) -> None:
    assert cells.empty(value)


@given(st.integers(1, 50), st.sampled_from(["", " ", "\u3000"]), st.booleans())
def test_a_number_is_read_however_it_is_typed(number: int, blank: str, wide: bool) -> None:
    typed = str(number).translate({ord("0") + digit: ord("０") + digit for digit in range(10)}) if wide else str(number)
    assert cells.whole(1, 50)(f"{blank}{typed}{blank}", {}) == number


@given(st.one_of(st.text(), st.integers(), st.floats(allow_nan=False), st.booleans(), st.datetimes(), st.dates()))
def test_any_cell_is_read_or_refused(value: Any) -> None:
    for read in (row[0] for row in READ):
        try:
            read(value, LISTS)
        except Invalid as error:
            assert str(error)  # noqa: PT017 - either of the two is right, and nothing else
