"""Who changed what, from events as a vCenter sends them."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from pyVmomi import SoapAdapter, vim

from cloudctl.domain.errors import BackendError, Rejected, Unreachable
from cloudctl.providers.vsphere.feed import EVENTS, Feed
from tests.unit.providers.vsphere.answers import happened, history

SINCE = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)


class Teller:
    """A client whose vCenter answers what it is asked for events with this body, or error."""

    logins = 1

    def __init__(self, answer: bytes | BackendError) -> None:
        self.answer = answer
        self.asked: list[Any] = []

    def call(self, act: Any) -> Any:
        return act(SimpleNamespace(eventManager=SimpleNamespace(QueryEvents=self._events)))

    def _events(self, wanted: Any) -> Any:
        self.asked.append(wanted)
        if isinstance(self.answer, BackendError):
            raise self.answer
        stub = SoapAdapter.SoapStubAdapter(host="nobody.example", version="vim.version.version8")
        return SoapAdapter.SoapResponseDeserializer(stub).Deserialize(self.answer, vim.event.Event.Array)


def actors(answer: bytes | BackendError) -> tuple[dict[str, str], Teller]:
    teller = Teller(answer)
    feed = Feed(teller, ())  # type: ignore[arg-type]
    return feed._actors(SINCE), teller


def test_the_last_who_acted_on_a_machine_is_named() -> None:
    found, teller = actors(
        history(
            happened("VmRenamedEvent", 9, "CITY\\wang", "vm-7"),
            happened("VmReconfiguredEvent", 8, "CITY\\li", "vm-7"),
            happened("VmPoweredOffEvent", 7, "", "vm-8"),  # the vCenter itself
            happened("VmBeingHotMigratedEvent", 6, "CITY\\zhao", "vm-9"),
            happened("UserLoginSessionEvent", 5, "CITY\\sun", None),
        )
    )
    assert found == {"vm-7": "CITY\\wang", "vm-9": "CITY\\zhao"}
    (asked,) = teller.asked
    assert (asked.time.beginTime, asked.maxCount) == (SINCE, EVENTS)


def test_no_events_name_nobody() -> None:
    assert actors(history())[0] == {}


def test_an_account_that_may_not_read_events_learns_of_nobody_and_a_silence_is_an_error() -> None:
    assert actors(Rejected("NoPermission"))[0] == {}
    with pytest.raises(Unreachable):
        actors(Unreachable("x", effect_unknown=False))
