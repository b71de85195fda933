"""What a real NetBox answered is read as it is meant; what is none is told so."""

from __future__ import annotations

import httpx
import pytest

from cloudctl.domain.errors import Invalid
from cloudctl.netbox.reader import HttpNetbox
from cloudctl.ports.netbox import SiteDevice, Stock
from tests.unit.netbox.replay import Replay, recorded, token_for

URL = "https://netbox.example/base/"
TOKEN = token_for("everything")


def devices(stock: Stock) -> dict[int, SiteDevice]:
    return {device.id: device for device in stock.devices}


def test_the_answers_are_those_of_a_real_netbox() -> None:
    (status,) = recorded("status")
    assert status["body"]["netbox-version"].startswith("4.4.")
    assert {answer["headers"]["api-version"] for answer in recorded("everything")} == {"4.4"}


def test_everything_is_read_page_after_page(netbox: Replay) -> None:
    stock = HttpNetbox().read(netbox.url, TOKEN)
    assert [(site.slug, site.name, site.status) for site in stock.sites] == [
        ("jf-a", "中心机房", "active"), ("jf-b", "财政局机房", "planned"), ("jf-c", "档案馆机房", "active"),
        ("jf-d", "老楼机房", "retired"),
    ]  # fmt: skip
    assert (stock.sites[0].address, stock.sites[1].tenant) == ("香港中路 11 号 3 楼", "czj")
    assert [device.id for device in stock.devices] == list(range(1, 14))
    assert [(prefix.cidr, prefix.status) for prefix in stock.prefixes] == [
        ("10.8.3.0/24", "active"), ("10.8.4.0/24", "container"), ("192.168.0.0/24", "active"),
        ("10.9.0.0/16", "deprecated"), ("fd00:8:3::/64", "active"), ("10.8.5.0/26", "reserved"),
    ]  # fmt: skip
    assert [path for path, _ in netbox.asked] == [exchange["asked"] for exchange in recorded("everything")]
    assert len([path for path, _ in netbox.asked if "offset=" in path]) == 4


def test_a_device_is_read_with_its_place_height_maker_and_addresses_of_both_families(netbox: Replay) -> None:
    read = devices(HttpNetbox().read(netbox.url, TOKEN))
    assert read[1] == SiteDevice(
        id=1, name="srv-1", asset_tag=None, site="jf-a", rack="A01", unit=1, units=2, role="server", status="active",
        tenant=None, vendor="浪潮", model="NF5280M6", serial="S1", addresses=["10.1.1.1", "fd00:1::1"],
    )  # fmt: skip
    assert (read[4].asset_tag, read[4].role, read[4].units, read[4].unit) == ("ZC-4", "core-switch", 1, 40)
    assert (read[3].name, read[3].addresses, read[3].status) == (None, [], "offline")
    assert read[2].tenant == "czj"
    blade = read[9]
    assert (blade.rack, blade.unit, blade.units, blade.addresses) == (None, None, None, ["fd00:1::9"])


def test_racks_of_one_name_in_two_locations_of_a_site_are_kept_apart(netbox: Replay) -> None:
    stock = HttpNetbox().read(netbox.url, TOKEN)
    assert [(rack.site, rack.name, rack.units) for rack in stock.racks] == [
        ("jf-a", "A01", 42), ("jf-a", "A02", 42), ("jf-a", "shielded/A01", 42), ("jf-c", "A01", 10),
        ("jf-c", "备用柜", 10), ("jf-b", "C01", 42),
    ]  # fmt: skip
    assert devices(stock)[10].rack == "shielded/A01"


def test_what_a_token_does_not_show_is_not_guessed(netbox: Replay) -> None:
    stock = HttpNetbox().read(netbox.url, token_for("part"))
    assert [site.slug for site in stock.sites] == ["jf-b", "jf-c", "jf-d"]
    read = devices(stock)
    assert (read[2].rack, read[2].unit, read[2].units) == (None, None, None), "its rack and its type are hidden"
    assert (read[8].rack, read[8].unit, read[8].units) == ("A02", 1, 12)


def test_the_token_goes_nowhere_but_to_the_address_that_was_given(netbox: Replay) -> None:
    nexts = [exchange["body"]["next"] for exchange in recorded("everything")]
    assert {link.partition("/base/")[0] for link in nexts if link} == {"https://netbox.example.gov.cn"}
    HttpNetbox().read(netbox.url, TOKEN)
    assert {authorization for _, authorization in netbox.asked} == {f"Token {TOKEN}"}
    assert len(netbox.asked) == len(nexts)


def test_a_token_of_the_second_kind_says_so() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(403, json={"detail": f"Invalid token nbt_abc.def of {request.url.host}"})

    with pytest.raises(Invalid) as caught:
        HttpNetbox(httpx.MockTransport(answer)).read(URL, "nbt_abc.def")
    assert asked[-1].headers["authorization"] == "Bearer nbt_abc.def"
    assert caught.value.params["reason"] == "Invalid token … of netbox.example"


@pytest.mark.parametrize(
    ("token", "path", "reason"),
    [
        ("no-such-token", "dcim/device-types/", "Invalid token"),
        (token_for("no-permission"), "dcim/device-types/", "You do not have permission to perform this action."),
        (token_for("no-racks"), "dcim/racks/", "You do not have permission to perform this action."),
    ],
)
def test_a_token_that_does_not_do_is_told_what_netbox_says(netbox: Replay, token: str, path: str, reason: str) -> None:
    with pytest.raises(Invalid) as caught:
        HttpNetbox().read(netbox.url, token)
    assert (caught.value.field, caught.value.params) == ("token", {"path": path, "reason": reason})
    assert "dcim and ipam" in str(caught.value.way_out)


@pytest.mark.parametrize("astray", ["api/", "../elsewhere/"])
def test_an_address_beside_the_start_page_is_told_so(netbox: Replay, astray: str) -> None:
    url = str(httpx.URL(netbox.url).join(astray))
    with pytest.raises(Invalid) as caught:
        HttpNetbox().read(url, TOKEN)
    assert (caught.value.field, caught.value.params) == ("url", {"url": url, "reason": "HTTP 404"})
    assert "start page" in str(caught.value.way_out)


def failing(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


@pytest.mark.parametrize(
    ("url", "through"),
    [
        ("ftp://netbox", failing),
        ("https://user:word@netbox/", failing),
        (URL, failing),
        (URL, lambda _: httpx.Response(302, headers={"location": "https://elsewhere.example/"})),
        (URL, lambda _: httpx.Response(200, text="<html>")),
        (URL, lambda _: httpx.Response(200, json={"detail": "?"})),
        (URL, lambda _: httpx.Response(200, json=[])),
        (URL, lambda _: httpx.Response(200, json={"results": [], "next": "?offset=0"})),
    ],
)
def test_what_is_no_netbox_is_told_so_without_the_token(url: str, through: httpx._transports.mock.SyncHandler) -> None:
    with pytest.raises(Invalid) as caught:
        HttpNetbox(httpx.MockTransport(through)).read(url, TOKEN)
    assert (caught.value.field, bool(caught.value.way_out)) == ("url", True)
    assert TOKEN not in str(caught.value.params)
