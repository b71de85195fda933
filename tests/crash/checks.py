"""What must hold whatever died: read from the records and, for objects, from the cloud's own list."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from ipaddress import ip_network
from itertools import combinations, pairwise
from pathlib import Path
from uuid import UUID

from sqlalchemy import Row, Table, select

from cloudctl.bootstrap import App
from cloudctl.domain.clouds import Cloud, CloudKind
from cloudctl.domain.inventory import CloudObject, ObjectKind, ObjectStatus
from cloudctl.domain.quotas import Demand
from cloudctl.domain.resources import Resource
from cloudctl.persistence.tables.addresses import addresses, prefixes
from cloudctl.persistence.tables.adoptions import takings
from cloudctl.persistence.tables.audit import audit_events
from cloudctl.persistence.tables.colocations import colocations
from cloudctl.persistence.tables.drift import drift_findings
from cloudctl.persistence.tables.networks import networks
from cloudctl.persistence.tables.notices import notices
from cloudctl.persistence.tables.orders import orders
from cloudctl.persistence.tables.progress import progress_lines
from cloudctl.persistence.tables.quotas import quota_entries, quotas
from cloudctl.persistence.tables.servers import servers
from cloudctl.persistence.tables.volumes import volumes
from cloudctl.providers.simulated import SimulatedCloud
from cloudctl.providers.simulated.backend.cloud import Item
from cloudctl.services.deliveries import platform_request
from tests.crash.city import key

PLACED = frozenset({"active", "changing", "releasing", "retained", "purging"})
MAY_EXIST = PLACED | {"building"}
GONE = frozenset({"undone", "released", "planned"})
SIGNS = {"hold": (1, 0), "release-hold": (-1, 0), "commit": (-1, 1), "free": (0, -1), "adopt": (0, 1)}
SAID = {
    "deliver": "Delivered.",
    "fail": "Could not be built; everything was undone.",
    "park": "Parked for an operator.",
}
TOLD = {"deliver": ("order_delivered", 2), "fail": ("order_failed", 2), "park": ("order_attention", 1)}


def sound(app: App) -> None:
    """Every invariant that a crash could break."""
    records = resources(app)
    _one_object_each(records, [item for item in _marked(app) if item.backend_id not in found(app)])
    _ledger(app, records)
    _complete(app, records)
    _prefixes(app, records)
    _history(app)
    _fittings(app)
    for state in app.context.workflows.recent(limit=1000):
        assert state.status == "SUCCESS", f"workflow {state.id} ended with {state.status}: {state.error}"


def resources(app: App) -> list[Resource]:
    """All resources, whether an order, an adoption or a finding brought them."""
    keys = [row.id for table in (networks, servers, volumes, addresses) for row in rows(app, table)]
    with app.context.unit_of_work(platform_request("check")) as uow:
        return [uow.resources.get(key) for key in keys]


def found(app: App) -> set[str]:
    """The cloud's ids of what a finding that is open or under way says of objects on no record."""
    open_ = [row for row in rows(app, drift_findings) if row.state in {"open", "resolving"} and row.resource_id is None]
    return {row.evidence["native_id"] for row in open_ if row.object_id is not None}


def objects(app: App) -> list[Item]:
    """The clouds' own lists, without what every cloud has."""
    with app.context.unit_of_work(platform_request("check")) as uow:
        clouds = uow.clouds.all()
    return [item for cloud in clouds for item in _LISTED[cloud.kind](app, cloud)]


def _in_vcenter(app: App, cloud: Cloud) -> list[Item]:
    """What its feed tells of the departments' folders; portgroups and machines of others are left out."""
    feed = app.context.clouds.provider(cloud).inventory.full()
    ours = [each for page in feed for each in page if each.tenant_name and each.tenant_name.startswith("cloudctl/")]
    assert len({each.tenant for each in ours}) <= 1, "the department's folder was made twice"
    return [
        Item(each.kind, each.native_id, each.key and str(each.key), each.tenant, each.name, _status(each))
        for each in ours
    ]


def _status(thing: CloudObject) -> str:
    """In the simulated cloud's words."""
    if thing.kind is ObjectKind.VOLUME:
        return "IN_USE" if thing.server else "AVAILABLE"
    return {ObjectStatus.STOPPED: "SHUTOFF"}.get(thing.status, thing.status.upper())


def _simulated(app: App, cloud: Cloud) -> list[Item]:
    code = cloud.code
    path = Path(app.settings.data_dir) / f"simulated-{code}.sqlite3"
    if not path.exists():  # nothing was ever asked of it
        return []
    backend = SimulatedCloud(path, clock=app.context.clock, code=code)
    listed = [item for item in backend.inventory() if item.kind not in {"image", "tenant"}]
    tenants = [item.key for item in backend.inventory() if item.kind == "tenant"]
    backend.close()
    assert tenants in ([], [str(key("department"))]), "the department's project was made twice"
    return listed


_LISTED = {CloudKind.SIMULATED: _simulated, CloudKind.VSPHERE: _in_vcenter}


def rows(app: App, table: Table) -> list[Row[tuple[object, ...]]]:
    with app.engines.read.connect() as connection:
        return list(connection.execute(select(table).order_by(*table.primary_key)))


def _marked(app: App) -> Iterator[Item]:
    """The lists as adoptions leave them: what is on record and still to be marked counts with its key.

    What was given back, or is not taken yet, is nobody's and left out.
    """
    adopted = {row.native_id: row for row in rows(app, takings)}
    for item in objects(app):
        taking = adopted.get(item.backend_id)
        if taking is None or taking.state in {"marked", "lost"}:
            yield item
        elif taking.state == "recorded":
            yield item._replace(key=str(taking.id))


def _one_object_each(records: Iterable[Resource], listed: Iterable[Item]) -> None:
    by_key = {str(resource.id): resource for resource in records}
    copies = Counter(item.key for item in listed)
    assert set(copies.values()) <= {1}, f"made twice: {[key for key, count in copies.items() if count > 1]}"
    for item in listed:
        assert item.key in by_key, f"leaked: {item}"
        assert by_key[item.key].state in MAY_EXIST, f"leaked: {item}, {by_key[item.key].state} on record"
    present = {item.key: item.backend_id for item in listed}
    for resource in by_key.values():
        if resource.state in PLACED:
            assert present.get(str(resource.id)) == resource.backend_id, f"lost: {resource.name}"


def _ledger(app: App, records: Iterable[Resource]) -> None:
    """The lines add up to the accounts, and the accounts to what stands and what open orders hold.

    A parked order keeps all that it held, whatever of it is undone by then.
    """
    sums: dict[UUID, list[int]] = {}
    for entry in rows(app, quota_entries):
        held, committed = SIGNS[entry.kind.value]
        account = sums.setdefault(entry.quota_id, [0, 0])
        account[0] += held * entry.amount
        account[1] += committed * entry.amount
    open_orders = {order.id for order in rows(app, orders) if order.held}
    for account in rows(app, quotas):
        here = [resource for resource in records if resource.cloud == account.cloud]
        placed = _total(resource for resource in here if resource.state in PLACED)
        kept = _total(resource for resource in here if resource.order_id in open_orders)
        assert [account.held, account.committed] == sums.get(account.id, [0, 0]), account.dimension
        assert account.committed == placed[account.dimension], account.dimension
        assert account.held == kept[account.dimension], account.dimension


def _total(records: Iterable[Resource]) -> Demand:
    total = Demand()
    for resource in records:
        total = total + resource.footprint
    return total


def _complete(app: App, records: Iterable[Resource]) -> None:
    """What is handed over is all there."""
    handed_over = {order.id for order in rows(app, orders) if order.state == "delivered"}
    for resource in records:
        if resource.order_id in handed_over:
            assert resource.state in PLACED | {"released"}, f"delivered without {resource.name}: {resource.state}"


def _prefixes(app: App, records: Iterable[Resource]) -> None:
    reserved = {"planned", "building", "undone"}
    expected = {"reserved": reserved, "assigned": PLACED, "cooling": {"released"}, "free": GONE}
    by_id = {resource.id: resource for resource in records}
    taken = []
    for prefix in rows(app, prefixes):
        network = by_id[prefix.network_id]
        assert network.state in expected[prefix.state], f"{prefix.cidr} is {prefix.state}, its network {network.state}"
        if prefix.state != "free":
            taken.append(ip_network(prefix.cidr))
    assert not [
        pair for pair in combinations(taken, 2) if pair[0].version == pair[1].version and pair[0].overlaps(pair[1])
    ]


def _fittings(app: App) -> None:
    """What people are to install is granted if and only if its order is delivered, and its units are its own."""
    expected = {"delivered": "assigned", "failed": "undone", "cancelled": "undone"}
    states = {row.id: row.state for row in rows(app, orders)}
    held = list(rows(app, colocations))
    for row in held:
        order = states[row.order_id]
        assert row.state == expected.get(order, "reserved"), f"{row.number} is {row.state}, its order {order}"
    units = [
        unit for row in held if row.state != "undone" for unit in range(row.first_unit, row.first_unit + row.units)
    ]
    assert len(units) == len(set(units)), "a unit was given twice"


def _history(app: App) -> None:
    """Each order's audit events are one walk through its states; progress and notices tell of the same transitions."""
    events, lines, told = rows(app, audit_events), rows(app, progress_lines), rows(app, notices)
    for order in rows(app, orders):
        walk = [json.loads(event.record) for event in events if event.target_id == str(order.id)]
        moves = [record for record in walk if record["before"]]
        states = [moves[0]["before"]["state"], *(record["after"]["state"] for record in moves)]
        assert (walk[0]["action"], states[0], states[-1]) == ("create/order", "draft", order.state), (
            f"history: {states}"
        )
        for earlier, later in pairwise(moves):
            assert earlier["after"]["state"] == later["before"]["state"], f"history: {states}"
        acts = Counter(record["action"].partition("/")[2] for record in moves)
        said = Counter(line.message for line in lines if line.order_id == order.id)
        for act, line in SAID.items():
            assert said[line] == acts[act], f"told {said[line]} times: {line}"
        for act, (template, people) in TOLD.items():
            sent = [notice for notice in told if notice.order_id == order.id and notice.template == template]
            assert len(sent) == acts[act] * people, template
