"""Names on a real bind9: led, changed, withdrawn; refused without the key; told apart from a server that is away."""

from __future__ import annotations

import socket
from base64 import b64encode
from collections.abc import Iterator

import pytest

from cloudctl.domain.errors import Invalid, Rejected, Unreachable
from cloudctl.names.updates import UpdatedNames
from tests.unit.names.name_server import KEY, ZONE, NameServer


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    server = NameServer(tmp_path_factory.mktemp("named"))
    yield server.port
    server.stop()


def names(port: int, **changes: str) -> UpdatedNames:
    values = {"key_name": "cloudctl", "key": KEY} | changes
    return UpdatedNames(zone=ZONE, server="127.0.0.1", port=port, timeout_s=5, **values)  # type: ignore[arg-type]


def test_a_name_leads_to_its_hosts_and_nowhere_afterwards(port: int) -> None:
    server, name = names(port), f"fgw-site.{ZONE}"
    assert server.addresses(name) == ()
    server.point(name, ["10.9.0.1"])
    server.point(name, ["10.9.0.1"])
    assert server.addresses(name) == ("10.9.0.1",)
    server.point(name, ["10.9.0.2", "fd00:8::7"])
    assert server.addresses(name) == ("10.9.0.2", "fd00:8::7")
    server.withdraw(name)
    server.withdraw(name)
    assert server.addresses(name) == ()


def test_what_others_put_beside_it_stays(port: int) -> None:
    names(port).point(f"a.{ZONE}", ["10.9.0.1"])
    names(port).point(f"b.{ZONE}", ["10.9.0.2"])
    names(port).withdraw(f"a.{ZONE}")
    assert names(port).addresses(f"b.{ZONE}") == ("10.9.0.2",)


def test_a_wrong_key_is_refused(port: int) -> None:
    wrong = names(port, key=b64encode(b"another key, also 32 bytes long!").decode())
    with pytest.raises(Rejected):
        wrong.point(f"x.{ZONE}", ["10.9.0.1"])
    assert names(port).addresses(f"x.{ZONE}") == ()


def test_without_a_key_it_is_refused(port: int) -> None:
    with pytest.raises(Rejected, match="REFUSED"):
        names(port, key_name="").point(f"y.{ZONE}", ["10.9.0.1"])


def test_a_name_of_another_zone_is_not_asked_for(port: int) -> None:
    for name in ("fgw-site.other.test", ZONE):
        with pytest.raises(Invalid) as refused:
            names(port).point(name, ["10.9.0.1"])
        assert refused.value.field == "address"


def test_a_server_that_is_away_is_said_to_be() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = int(free.getsockname()[1])
    with pytest.raises(Unreachable) as asked:
        names(closed).addresses(f"z.{ZONE}")
    assert not asked.value.effect_unknown
    with pytest.raises(Unreachable) as written:
        names(closed).withdraw(f"z.{ZONE}")
    assert written.value.effect_unknown
    assert KEY not in str(written.value)
