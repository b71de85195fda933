from __future__ import annotations

import httpx
import pytest

from cloudctl.domain.errors import Invalid
from cloudctl.netbox.reader import HttpNetbox
from tests.unit.netbox.answers import TOKEN, URL, transport


def test_everything_is_read_page_after_page() -> None:
    asked: list[httpx.Request] = []
    stock = HttpNetbox(transport(asked)).read(URL, TOKEN)
    assert [site.slug for site in stock.sites] == ["jf-a", "jf-b", "jf-c"]
    assert (stock.sites[0].address, stock.sites[1].tenant) == ("香港中路 11 号 3 楼", "czj")
    assert [(rack.site, rack.name, rack.units) for rack in stock.racks] == [("jf-a", "A01", 42), ("jf-c", "A01", 10)]
    first, _, nameless, switch, _ = stock.devices
    assert (first.units, first.unit, first.address, first.vendor) == (2, 1, "10.1.1.1", "inspur")
    assert (nameless.name, nameless.address, switch.role, switch.units) == (None, None, "core-switch", 1)
    assert [prefix.cidr for prefix in stock.prefixes] == ["10.8.3.0/24", "10.8.4.0/24", "192.168.0.0/24"]
    assert len(asked) == 2 + 2 + 1 + 3 + 2


def test_the_token_goes_nowhere_but_to_the_address_that_was_given() -> None:
    asked: list[httpx.Request] = []
    HttpNetbox(transport(asked)).read(URL, TOKEN)
    assert {request.url.host for request in asked} == {"netbox.example"}
    assert {request.headers["authorization"] for request in asked} == {f"Token {TOKEN}"}
    HttpNetbox(transport(asked)).read(URL, "nbt_abc.def")
    assert asked[-1].headers["authorization"] == "Bearer nbt_abc.def"


def failing(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


@pytest.mark.parametrize(
    ("url", "through", "field"),
    [
        ("ftp://netbox", transport([]), "url"),
        ("https://user:word@netbox/", transport([]), "url"),
        (URL, transport([], status=403), "token"),
        (URL, transport([], status=404), "url"),
        (URL, transport([], status=302), "url"),
        (URL, httpx.MockTransport(failing), "url"),
        (URL, httpx.MockTransport(lambda _: httpx.Response(200, text="<html>")), "url"),
        (URL, httpx.MockTransport(lambda _: httpx.Response(200, json={"detail": "?"})), "url"),
        (URL, httpx.MockTransport(lambda _: httpx.Response(200, json=[])), "url"),
        (URL, httpx.MockTransport(lambda _: httpx.Response(200, json={"results": [], "next": "?offset=0"})), "url"),
    ],
)
def test_what_is_no_netbox_is_told_so_without_the_token(url: str, through: httpx.BaseTransport, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        HttpNetbox(through).read(url, TOKEN)
    assert (caught.value.field, bool(caught.value.way_out)) == (field, True)
    assert TOKEN not in str(caught.value.params)
