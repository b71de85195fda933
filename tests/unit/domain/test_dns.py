from __future__ import annotations

import pytest

from cloudctl.domain.dns import names_an_address, pointing, zone_records
from cloudctl.domain.errors import Invalid
from cloudctl.domain.sweeps import DnsRecord


def told(text: str, origin: str = "city.gov.cn") -> list[tuple[str, str, str]]:
    return [(one.name, one.type, one.value) for one in zone_records(text, origin)]


def test_names_are_made_whole_and_the_owner_carries_over() -> None:
    text = (
        "@ IN SOA ns1 admin (\n 1 2 3 ; serial\n 4 5 )\n IN NS ns1\n"
        "www 10m A 10.8.0.4\n AAAA 2001:db8::1\nOA IN 600 CNAME www\n"
    )
    assert told(text) == [
        ("www.city.gov.cn", "A", "10.8.0.4"),
        ("www.city.gov.cn", "AAAA", "2001:db8::1"),
        ("oa.city.gov.cn", "CNAME", "www.city.gov.cn"),
    ]


def test_an_origin_in_the_file_goes_before_the_zones_name() -> None:
    assert told("$ORIGIN a.gov.cn.\n$TTL 1h\nx A 10.0.0.1\n$ORIGIN b\nx A 10.0.0.2\ny.c.cn. A 10.0.0.3\n") == [
        ("x.a.gov.cn", "A", "10.0.0.1"), ("x.b.a.gov.cn", "A", "10.0.0.2"), ("y.c.cn", "A", "10.0.0.3"),
    ]  # fmt: skip


def test_texts_with_semicolons_and_types_of_no_interest_are_passed_over() -> None:
    text = 'x TXT "v=spf1; (all"\n* MX 10 mail\nx CAA 0 issue "ca"\nx TYPE65534 \\# 1 00\n'
    assert told(text) == []


@pytest.mark.parametrize("text", ["$INCLUDE other", "x IN", "x WRONG 10.0.0.1", "x A"])
def test_a_line_that_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        told(f"ok A 10.0.0.1\n{text}\n")
    assert caught.value.params["line"] == 2
    assert caught.value.way_out


def test_aliases_are_followed_and_a_circle_leads_nowhere() -> None:
    records = [
        DnsRecord(name=name, type=kind, value=value)
        for name, kind, value in (
            ("a.", "CNAME", "b"), ("b", "cname", "C."), ("c", "A", "10.0.0.1"), ("c", "A", "10.0.0.2"),
            ("x", "CNAME", "y"), ("y", "CNAME", "x"), ("out", "CNAME", "elsewhere.cn"),
        )
    ]  # fmt: skip
    leads = pointing(records)
    assert leads["a"] == leads["b"] == leads["c"] == {"10.0.0.1", "10.0.0.2"}
    assert leads["x"] == leads["out"] == frozenset()


@pytest.mark.parametrize(
    ("name", "spells"),
    [
        ("ip-10-8-0-4.city.gov.cn", True),
        ("4-0-8-10.pool.city.gov.cn", True),
        ("10.8.0.4.dyn.city.gov.cn", True),
        ("host010008000004.city.gov.cn", True),
        ("4.0.8.10.in-addr.arpa", True),
        ("oa.city.gov.cn", False),
        ("oa4.city.gov.cn", False),
        ("v10-8.city.gov.cn", False),
    ],
)
def test_names_that_only_spell_an_address(name: str, spells: bool) -> None:
    assert names_an_address(name, "10.8.0.4") is spells
