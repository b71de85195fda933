from __future__ import annotations

from cloudctl.domain import devices, rooms
from cloudctl.domain.entries import entered


def test_texts_become_plain_words_members_and_figures_have_one_decimal() -> None:
    values = {"code": "ＦＧＷ－１", "area_m2": 40.04, "kind": "shared", "zones": [" 核心 ", ""], "note": "  a  "}
    assert entered(rooms.FIELDS, rooms.WORDS, values) == {
        "code": "FGW-1", "area_m2": 40.0, "kind": rooms.RoomKind.SHARED, "zones": ["核心"], "note": "a",
    }  # fmt: skip


def test_nothing_is_what_its_kind_of_field_has_for_nothing() -> None:
    values = dict.fromkeys(("vendor", "addresses", "virtual_host", "power_w", "rack_id", "code"))
    assert entered(devices.FIELDS, devices.WORDS, values) == {
        "vendor": "", "addresses": [], "virtual_host": False, "power_w": None, "rack_id": None, "code": None,
    }  # fmt: skip


def test_what_is_no_field_stays_as_it_is() -> None:
    assert entered(rooms.FIELDS, rooms.WORDS, {"exemption_id": None}) == {"exemption_id": None}
