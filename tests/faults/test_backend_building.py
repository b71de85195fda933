"""Every fault of a backend, in every call that builds: the order is delivered, undone, or parked, and nothing leaks."""

from __future__ import annotations

import pytest

from cloudctl.domain.errors import Conflict
from cloudctl.domain.orders import Order
from cloudctl.providers.simulated import FaultKind
from tests.factories import Installed
from tests.faults import outcomes
from tests.faults.outcomes import WORDS, strike

FORWARD = (
    "tenants.create",
    "tenants.set_quota",
    "networks.create",
    "networks.create_subnet",
    "networks.create_router",
    "volumes.create",
    "servers.create",
    "servers.attach",
    "addresses.create",
)
READS = ("tenants.find", "networks.find", "volumes.find", "servers.find", "addresses.find")
REFUSALS = (FaultKind.NO_CAPACITY, FaultKind.QUOTA_403, FaultKind.QUOTA_413, FaultKind.QUOTA_409)
LASTING = (FaultKind.BUSY_409, FaultKind.HANG)
KEYED = ("networks.create", "volumes.create", "servers.create", "addresses.create")


def built(city: Installed) -> Order:
    return city.carried_out(city.build_items(count=1, address=True))


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        *(("servers.create", kind) for kind in REFUSALS),
        *zip((operation for operation in FORWARD if operation != "servers.create"), REFUSALS * 2, strict=True),
    ],
)
def test_a_refusal_for_good_undoes_everything(city: Installed, operation: str, kind: FaultKind) -> None:
    before = city.ledger()
    strike(city, operation, kind)
    order = built(city)
    assert city.cloud.pending_faults() == []
    outcomes.undone(city, order, before)
    assert WORDS in (order.last_error or "")


ERRORS = ("networks.create", "volumes.create", "servers.create", "servers.attach")


@pytest.mark.parametrize("operation", ERRORS)
def test_an_object_that_goes_to_error_undoes_everything(city: Installed, operation: str) -> None:
    before = city.ledger()
    strike(city, operation, FaultKind.GOES_TO_ERROR)
    order = built(city)
    assert city.cloud.pending_faults() == []
    outcomes.undone(city, order, before)


@pytest.mark.parametrize("operation", ["networks.create", "servers.create"])
def test_an_object_in_error_is_told_in_the_backend_s_words(city: Installed, operation: str) -> None:
    strike(city, operation, FaultKind.GOES_TO_ERROR)
    assert WORDS in (built(city).last_error or "")


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        *((operation, kind) for operation in FORWARD for kind in (*LASTING, FaultKind.ACCEPTED_THEN_LOST)),
        *((operation, FaultKind.HANG) for operation in READS),
        ("servers.create", FaultKind.SERVER_ERROR_5XX),
        ("servers.create", FaultKind.SLOW),
        ("servers.find", FaultKind.SERVER_ERROR_5XX),
    ],
)
def test_what_passes_is_retried_and_nothing_is_made_twice(city: Installed, operation: str, kind: FaultKind) -> None:
    strike(city, operation, kind, seconds=2.0)
    order = built(city)
    assert city.cloud.pending_faults() == []
    outcomes.delivered(city, order)


@pytest.mark.parametrize("operation", KEYED)
def test_a_list_that_lags_makes_no_second_object(city: Installed, operation: str) -> None:
    strike(city, operation, FaultKind.LISTS_LATE, seconds=5.0)
    order = built(city)
    outcomes.delivered(city, order)


@pytest.mark.parametrize("operation", ["networks.create_subnet", "networks.create_router"])
def test_a_half_made_network_that_the_list_hides_is_not_made_again(city: Installed, operation: str) -> None:
    strike(city, "networks.create", FaultKind.LISTS_LATE, seconds=5.0)
    strike(city, operation, FaultKind.BUSY_409)
    order = built(city)
    assert city.cloud.pending_faults() == []
    outcomes.delivered(city, order)


@pytest.mark.parametrize("operation", KEYED)
def test_a_lost_answer_and_a_lagging_list_make_no_second_object(city: Installed, operation: str) -> None:
    strike(city, operation, FaultKind.ACCEPTED_THEN_LOST)
    strike(city, operation, FaultKind.LISTS_LATE, seconds=5.0)
    order = built(city)
    assert city.cloud.pending_faults() == []
    outcomes.delivered(city, order)


@pytest.mark.parametrize("kind", [FaultKind.BUSY_409, FaultKind.SERVER_ERROR_5XX])
@pytest.mark.parametrize("operation", ["servers.create", "networks.create_subnet"])
def test_what_is_refused_for_long_is_parked_in_the_backend_s_words(
    city: Installed, operation: str, kind: FaultKind
) -> None:
    strike(city, operation, kind, None)
    order = built(city)
    outcomes.parked(city, order)
    outcomes.retried(city, order)
    outcomes.delivered(city, order)


@pytest.mark.parametrize("operation", FORWARD)
def test_what_does_not_pass_is_parked_and_delivered_once_it_is_mended(city: Installed, operation: str) -> None:
    strike(city, operation, FaultKind.HANG, None)
    order = built(city)
    outcomes.parked(city, order)
    outcomes.retried(city, order)
    outcomes.delivered(city, order)


@pytest.mark.parametrize("operation", FORWARD)
def test_what_does_not_pass_is_parked_and_rolled_back_while_it_is_broken(city: Installed, operation: str) -> None:
    before = city.ledger()
    strike(city, operation, FaultKind.HANG, None)
    order = built(city)
    outcomes.parked(city, order)
    outcomes.rolled_back(city, order)
    outcomes.undone(city, order, before)


@pytest.mark.parametrize("operation", READS)
def test_a_cloud_that_cannot_be_asked_is_parked_and_goes_on_later(city: Installed, operation: str) -> None:
    strike(city, operation, FaultKind.HANG, None)
    order = built(city)
    outcomes.parked(city, order)
    outcomes.retried(city, order)
    outcomes.delivered(city, order)


DELETES = ("addresses.delete", "servers.delete", "volumes.delete", "networks.delete")


def refused_late(city: Installed) -> Order:
    """The second address is refused: by then everything else stands, and all has to go."""
    strike(city, "addresses.create", FaultKind.NO_CAPACITY, after=1)
    items = [*city.build_items(address=True), *city.build_items(address=True)[-1:]]
    return city.carried_out(items)


@pytest.mark.parametrize("kind", [*LASTING, FaultKind.ACCEPTED_THEN_LOST])
@pytest.mark.parametrize("operation", DELETES)
def test_undoing_is_retried_too(city: Installed, operation: str, kind: FaultKind) -> None:
    before = city.ledger()
    strike(city, operation, kind)
    order = refused_late(city)
    assert city.cloud.pending_faults() == []
    outcomes.undone(city, order, before)


@pytest.mark.parametrize("kind", [FaultKind.BUSY_409, FaultKind.QUOTA_403])
@pytest.mark.parametrize("operation", DELETES)
def test_what_cannot_be_undone_is_parked_until_it_can(city: Installed, operation: str, kind: FaultKind) -> None:
    before = city.ledger()
    strike(city, operation, kind, None)
    order = refused_late(city)
    outcomes.parked(city, order)
    city.cloud.clear_faults()
    outcomes.rolled_back(city, order)
    outcomes.undone(city, order, before)


@pytest.mark.parametrize("operation", DELETES)
def test_an_order_whose_undoing_began_is_not_built_on(city: Installed, operation: str) -> None:
    """Some of it may be gone for good already: a retry would deliver less than was asked for."""
    before = city.ledger()
    strike(city, operation, FaultKind.BUSY_409, None)
    order = refused_late(city)
    outcomes.parked(city, order)
    gone = [resource for resource in city.resources(order).values() if resource.state == "undone"]
    if gone:
        with pytest.raises(Conflict, match="has begun"):
            outcomes.retried(city, order)
        city.cloud.clear_faults()
        outcomes.rolled_back(city, order)
        outcomes.undone(city, order, before)
    else:
        outcomes.retried(city, order)
        outcomes.delivered(city, order)
