from __future__ import annotations

from typing import Any

import pytest

from cloudctl.domain.errors import Invalid
from cloudctl.domain.sweeps import Host, Listening, SweepKind, entries_of

HOST = {"name": "oa-1", "addresses": ["10.8.0.4"], "listening": [{"port": 8080, "process": "java"}]}


def test_what_is_handed_in_is_read_as_its_shape() -> None:
    (host,) = entries_of(SweepKind.SERVICES, [HOST])
    assert host == Host(name="oa-1", addresses=("10.8.0.4",), listening=(Listening(port=8080, process="java"),))


@pytest.mark.parametrize(
    ("kind", "entry"),
    [
        (SweepKind.SERVICES, HOST | {"more": 1}),
        (SweepKind.SERVICES, HOST | {"addresses": ["nowhere"]}),
        (SweepKind.SERVICES, HOST | {"listening": [{"port": 0}]}),
        (SweepKind.SERVICES, HOST | {"listening": [{"port": "8080"}]}),
        (SweepKind.DNS, {"name": "x", "type": "A", "value": "x"}),
        (SweepKind.DNS, {"name": "x"}),
        (SweepKind.CERTIFICATES, {"names": ["x"], "address": "x"}),
        (SweepKind.CERTIFICATES, {"names": ["x"], "ends_on": "soon"}),
    ],
)
def test_what_has_not_its_form_is_refused_with_its_place(kind: SweepKind, entry: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        entries_of(kind, [entry])
    assert str(caught.value.field).startswith("entries")
    assert caught.value.way_out


@pytest.mark.parametrize(
    ("address", "within"),
    [("127.0.0.1", True), ("127.0.0.53%lo", True), ("[::1]", True), ("0.0.0.0", False), ("", False)],
)
def test_what_listens_for_its_own_host_alone(address: str, within: bool) -> None:
    assert Listening(port=1, address=address).within is within
