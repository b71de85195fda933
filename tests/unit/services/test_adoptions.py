from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from cloudctl.domain.adoptions import Adoption, Criterion, Target
from cloudctl.domain.calendars import add_months, today_for_people
from cloudctl.domain.errors import Conflict, Forbidden, Invalid, PolicyDenied, Refused
from cloudctl.domain.items import NetworkItem, ReleaseItem, ResizeItem
from cloudctl.domain.quotas import Dimension
from cloudctl.persistence.tables import notices
from cloudctl.ports.context import platform
from cloudctl.providers.simulated.backend.objects import Kind
from cloudctl.providers.simulated.faults import Fault, FaultKind
from cloudctl.services import adopting, adoptions, disowning, resources
from tests.factories import Installed
from tests.seeds import ZONE
from tests.unit.services.running import Stock, inventoried, keys, running, synced


def ruled(city: Installed, stock: Stock, code: str | None = None, **fields: Any) -> str:
    """A rule that takes the project's objects for the city's department."""
    values: dict[str, Any] = {
        "code": code or f"r-{stock.name}",
        "matches": {Criterion.FOLDER: stock.name},
        "department_id": city.ids["fgw"],
        "system_id": city.ids["oa"],
        "term_months": 12,
        "contact": "李 0532-1",
    }
    rule = adoptions.add_rule(city.ctx, city.people["office-admin"], **values | fields)
    return rule.code


def adopted(city: Installed, stock: Stock, **fields: Any) -> Adoption:
    code = ruled(city, stock, **fields)
    adoption = adoptions.apply(city.ctx, city.people["office-admin"], rules=[code])
    city.run()
    return city.read(lambda uow: uow.adoptions.get(adoption.id))


def counts(city: Installed, adoption: Adoption) -> dict[str, int]:
    return city.read(lambda uow: uow.adoptions.counts(adoption.id))


def takings(city: Installed, adoption: Adoption) -> dict[str, Any]:
    return {taking.native_id: taking for taking in city.read(lambda uow: uow.adoptions.takings(adoption.id))}


def committed(city: Installed) -> Counter[str]:
    return Counter({dimension: sums[1] for dimension, sums in city.ledger().items() if sums[1]})


def of_resources(city: Installed, adoption: Adoption) -> Counter[str]:
    """The sum of the footprints of what an adoption left on record."""
    total: Counter[str] = Counter()
    for taking in takings(city, adoption).values():
        if taking.state in disowning.TAKEN:
            footprint = city.resource(taking.id).footprint
            total.update({dimension.value: amount for dimension, amount in footprint.items()})
    return total


def test_servers_with_their_volumes_and_network_are_on_record_booked_and_marked(city: Installed) -> None:
    stock = running(city, 3)
    synced(city)
    before = committed(city)
    adoption = adopted(city, stock)
    assert (adoption.state, counts(city, adoption)) == ("done", {"marked": 7})
    found = takings(city, adoption)
    assert set(found) == stock.natives
    assert keys(city, *stock.natives) == {native: str(taking.id) for native, taking in found.items()}
    server = city.resource(found[stock.servers[0]].id)
    today = today_for_people(city.clock.now())
    assert (server.state, server.order_id, server.adoption_id) == ("active", None, adoption.id)
    assert (server.department_id, server.system_id) == (city.ids["fgw"], city.ids["oa"])
    assert (server.expires_on, server.contact) == (add_months(today, 12), "李 0532-1")
    assert (server.vcpu, server.memory_mib, server.root_disk_gib) == (2, 4096, 40)
    assert (server.specification, server.image, server.power) == (None, None, "on")
    assert (server.backend_id, server.tenant) == (stock.servers[0], stock.project)
    network = city.resource(found[stock.network].id)
    assert server.network_id == network.id
    assert (network.cidr_v4, network.zone) == ("172.20.0.0/16", ZONE)
    assert {city.resource(found[disk].id).server_id for disk in stock.disks} == {
        found[native].id for native in stock.servers
    }
    booked = committed(city) - before
    assert booked == {"servers": 3, "vcpu": 6, "memory_mib": 12288, "volume_gib": 420, "segments": 1}
    assert booked == of_resources(city, adoption)
    rows = inventoried(city, *stock.natives)
    assert {native: row.resource_id for native, row in rows.items()} == {n: t.id for n, t in found.items()}


def test_every_resource_and_the_command_are_on_the_audit_trail(city: Installed) -> None:
    stock = running(city, 1)
    synced(city)
    adoption = adopted(city, stock)
    for taking in takings(city, adoption).values():
        (event,) = city.audited(target={"id": str(taking.id), "typeURI": f"data/cloudctl/{taking.kind.value}"})
        assert event["action"] == "create/adopt"
        assert event["after"]["by"] == str(city.ids["office-admin"])
    target = {"id": str(adoption.id), "typeURI": "data/cloudctl/adoption"}
    events = city.audited(target=target)
    assert [event["action"] for event in events] == ["create/adoption", "update/adoption"]
    assert events[0]["initiator"]["name"] == "office-admin"


def told(city: Installed, template: str, number: str) -> list[tuple[str, str]]:
    """Who was told, and of how many."""
    statement = select(notices.c.recipient, notices.c.params).where(notices.c.template == template)
    with city.app.engines.read.connect() as connection:
        mine = [row for row in connection.execute(statement) if row.params["number"] == number]
    return sorted((row.recipient.partition("@")[0].partition("-")[0], row.params.get("count", "")) for row in mine)


def test_the_department_is_told_once_what_became_its_own_and_what_is_no_longer(city: Installed) -> None:
    stock = running(city, 2)
    synced(city)
    adoption = adopted(city, stock)
    adopting.finish(city.ctx, adoption.id)
    assert told(city, "adopted", adoption.number) == [("head", "5"), ("officer", "5")]
    adoptions.undo(city.ctx, city.people["office-admin"], adoption.id)
    city.run()
    assert told(city, "adoption_undone", adoption.number) == [("head", "5"), ("officer", "5")]


def test_the_next_sync_finds_what_was_adopted_at_home_and_a_second_plan_takes_nothing(city: Installed) -> None:
    stock = running(city, 2)
    synced(city)
    adoption = adopted(city, stock)
    synced(city)
    rows = inventoried(city, *stock.natives)
    assert all(row.resource_id == row.object.key for row in rows.values())
    planned = adoptions.plan(city.ctx, city.people["office-admin"], rules=adoption.rules)
    assert (planned.plan.takes, planned.plan.refusals) == ((), ())
    with pytest.raises(Conflict, match="nothing to adopt"):
        adoptions.apply(city.ctx, city.people["office-admin"], rules=adoption.rules)


def test_one_object_is_adopted_on_a_decision_of_its_own_and_not_twice(city: Installed) -> None:
    stock = running(city, 2)
    synced(city)
    office, target = city.people["office-admin"], Target(
        department_id=city.ids["fgw"], system_id=city.ids["oa"], term_months=3
    )  # fmt: skip
    row = inventoried(city, stock.servers[0])[stock.servers[0]]
    adoption = adoptions.adopt_one(city.ctx, office, row.id, target)
    city.run()
    assert (adoption.source, counts(city, adoption)) == ("drift", {"marked": 2})
    with pytest.raises(Conflict, match="on record already"):
        adoptions.adopt_one(city.ctx, office, row.id, target)


def test_two_commands_for_the_same_objects_take_each_once(city: Installed) -> None:
    stock = running(city, 3)
    synced(city)
    code, office = ruled(city, stock), city.people["office-admin"]
    first, second = (adoptions.apply(city.ctx, office, rules=[code]) for _ in range(2))
    city.run()
    assert counts(city, first) == {"marked": 7}
    assert counts(city, second) == {"refused": 7}
    assert city.ledger()["servers"] == (0, 3)


def test_a_plan_keeps_nothing_and_shows_what_the_quota_leaves(city: Installed) -> None:
    stock = running(city, 40, disks=0)
    synced(city)
    code = ruled(city, stock)
    rows = city.rows()
    planned = adoptions.plan(city.ctx, city.people["operator"], rules=[code])
    assert city.rows() == rows
    left = {booking.dimension: (booking.amount, booking.left) for booking in planned.bookings}
    assert left[Dimension.SERVERS] == (40, 32 - 40)
    assert left[Dimension.VCPU] == (80, 64 - 80)


def test_over_the_limit_only_what_raises_that_dimension_is_refused(city: Installed) -> None:
    stock = running(city, 33, disks=0)
    synced(city)
    adoption = adopted(city, stock)
    assert adoption.state == "done"
    assert city.ledger()["servers"] == (0, 33)
    with pytest.raises(PolicyDenied, match="quota-exceeded"):
        city.submitted(city.build_items(count=1))
    city.submitted([NetworkItem(name="more", prefix_length=26, term_months=12)])
    server = next(t for t in takings(city, adoption).values() if t.native_id == stock.servers[0])
    assert city.carried_out([ReleaseItem(resource=server.id)]).state == "delivered"


def test_a_plan_that_changed_since_it_was_shown_is_not_applied(city: Installed) -> None:
    stock = running(city, 1)
    synced(city)
    code, office = ruled(city, stock), city.people["office-admin"]
    shown = adoptions.plan(city.ctx, office, rules=[code]).digest
    with city.cloud.unrecorded() as call:
        thing = call.get(Kind.SERVER, stock.project, stock.servers[0])
        thing.name = "renamed"
        call.save(thing)
    synced(city)
    with pytest.raises(Conflict) as caught:
        adoptions.apply(city.ctx, office, rules=[code], digest=shown)
    assert caught.value.field == "digest"
    again = adoptions.plan(city.ctx, office, rules=[code]).digest
    assert adoptions.apply(city.ctx, office, rules=[code], digest=again).state == "running"
    city.run()


def test_figures_that_are_old_take_nothing(city: Installed) -> None:
    stock = running(city, 1)
    synced(city)
    code = ruled(city, stock)
    city.clock.move(days=1)
    planned = adoptions.plan(city.ctx, city.people["office-admin"], rules=[code])
    assert planned.plan.takes == ()
    assert {refusal.message for refusal in planned.plan.refusals} == {"The inventory of {cloud} is not fresh."}


@pytest.mark.parametrize("login", ["officer", "head", "reviewer", "operator", "auditor", "district-admin"])
def test_only_the_offices_admin_adopts(city: Installed, login: str) -> None:
    with pytest.raises(Forbidden):
        adoptions.apply(city.ctx, city.people[login])


def test_bad_rules_are_refused_by_their_field(city: Installed) -> None:
    stock = running(city, 0)
    for field, change in (
        ("matches", {"matches": {}}),
        ("term_months", {"term_months": 0}),
        ("system_id", {"system_id": city.ids["ys"]}),
    ):
        with pytest.raises(Invalid) as caught:
            ruled(city, stock, **change)
        assert caught.value.field == field
    with pytest.raises(Invalid) as caught:
        adoptions.plan(city.ctx, city.people["office-admin"], rules=["no-such"])
    assert caught.value.field == "rules"


def test_an_object_that_was_gone_before_the_record_is_refused_and_the_rest_goes_on(city: Installed) -> None:
    stock = running(city, 2, disks=0)
    synced(city)
    code = ruled(city, stock)
    adoption = adoptions.apply(city.ctx, city.people["office-admin"], rules=[code])
    row = inventoried(city, stock.servers[0])[stock.servers[0]]
    city.read(lambda uow: uow.adoptions.tie({row.id: city.ids["oa"]}))
    city.run()
    found = takings(city, adoption)
    assert (found[stock.servers[0]].state, found[stock.servers[1]].state) == ("refused", "marked")
    assert found[stock.servers[0]].note == "Since the plan it is gone, or on record, or carries a key."
    assert city.ledger()["servers"] == (0, 1)


def test_an_object_that_is_gone_before_the_mark_is_lost_and_stays_on_record_for_the_finding(city: Installed) -> None:
    stock = running(city, 2, disks=0)
    synced(city)
    with city.cloud.unrecorded() as call:
        call.remove(call.get(Kind.SERVER, stock.project, stock.servers[0]), at_once=True)
    adoption = adopted(city, stock)
    assert adoption.state == "done"
    found = takings(city, adoption)
    assert found[stock.servers[0]].state == "lost"
    assert found[stock.servers[1]].state == "marked"
    assert city.resource(found[stock.servers[0]].id).state == "active"


def test_a_cloud_that_refuses_one_mark_leaves_the_adoption_to_an_operator_who_retries(city: Installed) -> None:
    stock = running(city, 2, disks=0)
    synced(city)
    foreign = UUID(int=7)
    with city.cloud.unrecorded() as call:
        thing = call.get(Kind.SERVER, stock.project, stock.servers[0])
        thing.key = str(foreign)
        call.save(thing)
    adoption = adopted(city, stock)
    assert adoption.state == "attention"
    found = takings(city, adoption)
    assert found[stock.servers[0]].state == "recorded"
    assert str(foreign) in found[stock.servers[0]].note
    assert found[stock.servers[1]].state == "marked"
    with city.cloud.unrecorded() as call:
        thing = call.get(Kind.SERVER, stock.project, stock.servers[0])
        thing.key = None
        call.save(thing)
    adoptions.retry(city.ctx, city.people["operator"], adoption.id)
    city.run()
    assert city.read(lambda uow: uow.adoptions.get(adoption.id)).state == "done"
    assert counts(city, adoption) == {"marked": 3}


def test_a_cloud_that_does_not_answer_parks_the_adoption_and_the_retry_marks_the_rest(city: Installed) -> None:
    stock = running(city, 2, disks=0)
    synced(city)
    city.cloud.inject(Fault(operation="servers.adopt", kind=FaultKind.HANG, times=50))
    adoption = adopted(city, stock)
    assert adoption.state == "attention"
    assert counts(city, adoption)["recorded"] == 2
    assert told(city, "adoption_attention", adoption.number) == [("operator", "")]
    city.cloud.clear_faults()
    adoptions.retry(city.ctx, city.people["office-admin"], adoption.id)
    city.run()
    assert counts(city, adoption) == {"marked": 3}


def test_a_lost_answer_to_a_mark_makes_no_second_one(city: Installed) -> None:
    stock = running(city, 1, disks=0)
    synced(city)
    city.cloud.inject(Fault(operation="servers.adopt", kind=FaultKind.ACCEPTED_THEN_LOST, times=1))
    adoption = adopted(city, stock)
    assert adoption.state == "done"
    assert Counter(item.key for item in city.cloud.inventory())[str(takings(city, adoption)[stock.servers[0]].id)] == 1


def test_undoing_restores_ledger_cloud_inventory_and_address_plan_exactly(city: Installed) -> None:
    stock = running(city, 3, cidr="10.8.240.0/24")
    synced(city)
    ledger, inventory, objects = committed(city), inventoried(city, *stock.natives), city.cloud.inventory()
    adoption = adopted(city, stock)
    prefixes = city.read(
        lambda uow: [p.state for p in uow.prefixes.of_network(takings(city, adoption)[stock.network].id)]
    )
    assert prefixes == ["assigned"]
    adoptions.undo(city.ctx, city.people["office-admin"], adoption.id, reason="falsches Amt")
    city.run()
    adoption = city.read(lambda uow: uow.adoptions.get(adoption.id))
    assert (adoption.state, counts(city, adoption)) == ("undone", {"given_back": 7})
    assert committed(city) == ledger
    assert city.cloud.inventory() == objects
    assert {native: row.object for native, row in inventoried(city, *stock.natives).items()} == {
        native: row.object for native, row in inventory.items()
    }
    assert all(row.resource_id is None for row in inventoried(city, *stock.natives).values())
    assert {city.resource(taking.id).state for taking in takings(city, adoption).values()} == {"undone"}
    assert city.read(lambda uow: uow.prefixes.of_network(takings(city, adoption)[stock.network].id)) == []
    synced(city)
    assert all(row.resource_id is None for row in inventoried(city, *stock.natives).values())


def test_what_was_undone_can_be_adopted_again(city: Installed) -> None:
    stock = running(city, 1)
    synced(city)
    first = adopted(city, stock)
    adoptions.undo(city.ctx, city.people["office-admin"], first.id)
    city.run()
    synced(city)
    second = adoptions.apply(city.ctx, city.people["office-admin"], rules=first.rules)
    city.run()
    assert counts(city, second) == {"marked": 3}
    assert city.ledger()["servers"] == (0, 1)


def test_what_was_changed_since_stays_adopted_with_what_belongs_to_it_and_says_why(city: Installed) -> None:
    stock = running(city, 3)
    synced(city)
    adoption = adopted(city, stock)
    found = takings(city, adoption)
    resized = found[stock.servers[0]]
    order = city.carried_out([ResizeItem(server=resized.id, specification="s4")])
    assert order.state == "delivered", order.last_error
    assert (city.resource(resized.id).specification, city.resource(resized.id).vcpu) == ("s4", 4)
    adoptions.undo(city.ctx, city.people["office-admin"], adoption.id)
    city.run()
    adoption = city.read(lambda uow: uow.adoptions.get(adoption.id))
    found = takings(city, adoption)
    staying = {native: taking.note for native, taking in found.items() if taking.state == "marked"}
    disk = next(native for native in stock.disks if found[native].server_id == resized.id)
    assert adoption.state == "done"
    assert staying == {
        stock.servers[0]: disowning.CHANGED,
        disk: disowning.BELONGS,
        stock.network: disowning.BELONGS,
    }
    assert committed(city) == of_resources(city, adoption)
    assert keys(city, stock.servers[1]) == {stock.servers[1]: None}


def test_undoing_that_a_cloud_does_not_answer_goes_on_when_retried(city: Installed) -> None:
    stock = running(city, 2, disks=0)
    synced(city)
    adoption = adopted(city, stock)
    city.cloud.inject(Fault(operation="servers.disown", kind=FaultKind.HANG, times=50))
    adoptions.undo(city.ctx, city.people["office-admin"], adoption.id)
    city.run()
    parked = city.read(lambda uow: uow.adoptions.get(adoption.id))
    assert parked.state == "undoing"
    assert parked.last_error
    city.cloud.clear_faults()
    adoptions.retry(city.ctx, city.people["operator"], adoption.id)
    city.run()
    assert city.read(lambda uow: uow.adoptions.get(adoption.id)).state == "undone"


def test_an_adoption_is_undone_once(city: Installed) -> None:
    stock = running(city, 1)
    synced(city)
    adoption = adopted(city, stock)
    adoptions.undo(city.ctx, city.people["office-admin"], adoption.id)
    with pytest.raises(Refused):
        adoptions.undo(city.ctx, city.people["office-admin"], adoption.id)
    city.run()


def test_each_step_may_run_twice_and_a_crash_between_record_and_key_loses_nothing(city: Installed) -> None:
    from cloudctl.workflows.adopt_resources import ADOPT_RESOURCES

    stock = running(city, 2)
    synced(city)
    code = ruled(city, stock)
    adoption = adoptions.apply(city.ctx, city.people["office-admin"], rules=[code])
    steps = city.steps_of(ADOPT_RESOURCES)
    steps.record(str(adoption.id))
    once = committed(city)
    assert set(keys(city, *stock.natives).values()) == {None}
    steps.record(str(adoption.id))
    assert committed(city) == once
    city.run()
    assert (committed(city), counts(city, adoption)) == (once, {"marked": 5})


def test_in_its_own_project_a_resource_keeps_no_project_of_its_own(city: Installed) -> None:
    city.delivered(city.build_items(count=1, disks=0))
    stock = running(city, 1, owner=city.ids["fgw"])
    synced(city)
    adoption = adopted(city, stock, matches={Criterion.NAME: f"*{stock.name}*"})
    assert city.resource(takings(city, adoption)[stock.servers[0]].id).tenant is None


def test_an_adopted_server_is_switched_released_restored_and_purged_like_an_ordered_one(city: Installed) -> None:
    stock = running(city, 1)
    synced(city)
    found = takings(city, adopted(city, stock))
    server, disk, segment = (found[native].id for native in (stock.servers[0], stock.disks[0], stock.network))
    resources.stop(city.ctx, city.people["officer"], server)
    assert city.resource(server).power == "off"
    resources.start(city.ctx, city.people["officer"], server)
    city.clock.move(seconds=60)
    assert city.carried_out([ReleaseItem(resource=server)]).state == "delivered"
    assert city.resource(server).state == "retained"
    resources.restore(city.ctx, city.people["officer"], server)
    city.run()
    assert city.resource(server).state == "active"
    for keys_ in ((server, disk), (segment,)):  # the segment only after its server
        for key in keys_:
            assert city.carried_out([ReleaseItem(resource=key)]).state == "delivered"
        city.clock.move(days=60)
        resources.purge_due(city.ctx, platform("test"))
        city.run()
    assert {city.resource(key).state for key in (server, disk, segment)} == {"released"}
    assert {item.backend_id for item in city.cloud.inventory()}.isdisjoint(stock.natives)
    assert not committed(city)
