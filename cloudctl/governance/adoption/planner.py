"""Plans an adoption: which objects are taken, for whom, and what is fought over, refused or left alone.

    made = plan(Snapshot(objects=..., register=...), rules=rules)
    made = plan(snapshot, rows=rows)

Rules: of those that an object fits, the ones of the highest priority decide; where these do not agree nobody gets it.
The order of the rules changes nothing. Rows: each names one object; two that name the same both fail.

A server brings its volumes. It brings its network when every server on that network is the same department's, or
becomes it with this plan; else the network stays what it is: shared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import UUID

import msgspec

from cloudctl.domain.adoptions import AdoptionRule, Target, prefixes_of
from cloudctl.domain.errors import Invalid
from cloudctl.domain.inventory import ObjectKind, ObjectState, ObjectStatus, Recorded
from cloudctl.governance.adoption.plans import (
    AdoptionPlan,
    Belonging,
    Conflict,
    Refusal,
    Row,
    Rules,
    Snapshot,
    Take,
    Wish,
)
from cloudctl.governance.adoption.stock import Stock
from cloudctl.messages import mark

SHARED = mark("Its network is shared with others and stays as it is.")
NO_PREFIX = mark("The cloud does not tell the prefix of its network, which stays as it is.")
UNSETTLED = frozenset({ObjectStatus.BUILDING, ObjectStatus.DELETING})


def plan(seen: Snapshot, *, rules: Rules = (), rows: Sequence[Row] = ()) -> AdoptionPlan:
    """The plan of these rules, or of these rows."""
    return _Desk(seen).plan(rules, rows)


class _Desk:
    """One snapshot on the desk, and what was decided so far."""

    def __init__(self, seen: Snapshot) -> None:
        self._seen = seen
        self._stock = Stock(seen.objects)
        self._takes: dict[UUID, Take] = {}
        self._conflicts: list[Conflict] = []
        self._refusals: list[Refusal] = []

    def plan(self, rules: Rules, rows: Sequence[Row]) -> AdoptionPlan:
        wanted = self._asked(rows) if rows else self._matched(rules)
        for found, wish, row in wanted:
            self._decide(found, wish, row)
        self._take_volumes()
        self._take_networks()
        order = {ObjectKind.NETWORK: 0, ObjectKind.SERVER: 1, ObjectKind.VOLUME: 2}
        takes = sorted(self._takes.values(), key=lambda take: (order[take.kind], take.cloud, take.native_id))
        fought = {conflict.object_id for conflict in self._conflicts}
        return AdoptionPlan(
            takes=tuple(takes),
            conflicts=tuple(self._conflicts),
            refusals=tuple(self._refusals),
            unclaimed=sum(
                found.id not in self._takes and found.id not in fought and found.resource_id is None
                for found in self._stock.of(ObjectKind.SERVER)
            ),
        )

    def _matched(self, rules: Rules) -> Iterator[tuple[Recorded, Wish, int | None]]:
        """Every object that is not ours yet, with the wish of the rules that decide on it."""
        ranked = sorted(rules, key=lambda rule: (-rule.priority, rule.code))
        for found in self._stock.objects:
            if found.resource_id is not None or not self._stands_alone(found):
                continue
            fitting = [rule for rule in ranked if rule.fits(found, self._stock.network_names(found.cloud))]
            deciding = [rule for rule in fitting if rule.priority == fitting[0].priority]
            if not deciding:
                continue
            if any(rule.target != deciding[0].target for rule in deciding):
                self._fight(found, deciding)
            else:
                yield found, Wish(source=deciding[0].code, target=deciding[0].target), None

    def _fight(self, found: Recorded, rules: Iterable[AdoptionRule]) -> None:
        self._conflicts.append(
            Conflict(
                object_id=found.id,
                cloud=found.cloud,
                kind=found.object.kind,
                native_id=found.object.native_id,
                name=found.object.name,
                sources=tuple(rule.code for rule in rules),
            )
        )

    def _stands_alone(self, found: Recorded) -> bool:
        """Servers, and volumes that do not go with a server that is still to be taken."""
        if found.object.kind is not ObjectKind.VOLUME:
            return found.object.kind is ObjectKind.SERVER
        server = self._stock.server_of(found)
        return server is None or server.resource_id is not None

    def _asked(self, rows: Sequence[Row]) -> Iterator[tuple[Recorded, Wish, int | None]]:
        """The object of each row, with the row's wish; what cannot be meant so is refused."""
        named: dict[UUID, list[tuple[Row, Recorded, Wish]]] = defaultdict(list)
        for row in rows:
            try:
                found = self._named(row)
                named[found.id].append((row, found, Wish(source=row.source, target=self._target(row))))
            except Invalid as error:
                self._refuse(row.source, row.cloud, row.native_id or row.name or "", error, row.row)
        for several in named.values():
            if len(several) == 1:
                row, found, wish = several[0]
                yield found, wish, row.row
                continue
            numbers = ", ".join(str(row.row) for row, _, _ in several)
            twice = Invalid("The rows {rows} name the same object.", way_out="Keep one of them.", rows=numbers)
            for row, found, _ in several:
                self._refuse(row.source, found.cloud, found.object.name, twice, row.row)

    def _named(self, row: Row) -> Recorded:
        if row.cloud not in self._seen.register.zones:
            raise Invalid("There is no cloud {cloud}.", way_out="See `cloudctl clouds list`.", cloud=row.cloud)
        if row.native_id:
            several = self._stock.by_native_id(row.cloud, row.native_id)
        else:
            several = self._stock.by_name(row.cloud, row.name or "", row.folder)
        if not several:
            raise Invalid(
                "The inventory of {cloud} has no server or volume {name}.",
                way_out="Compare with `cloudctl inventory list`; sync the cloud first if it is new.",
                cloud=row.cloud, name=row.native_id or row.name or "",
            )  # fmt: skip
        if len(several) > 1:
            raise Invalid(
                "{count} objects are named {name}.", way_out="Give the folder, or the cloud's own id.",
                count=len(several), name=row.native_id or row.name or "",
            )  # fmt: skip
        return several[0]

    def _target(self, row: Row) -> Target:
        register = self._seen.register
        department = register.departments.get(row.department)
        if department is None:
            raise Invalid(
                "There is no department {code}; it may have been merged.",
                way_out="See `cloudctl departments list`.", code=row.department,
            )  # fmt: skip
        system, owner = register.systems.get(row.system, (None, None))
        if system is None or owner != department:
            raise Invalid(
                "The department {department} has no system {system}.",
                way_out="Register the system first, or name one of its own.",
                department=row.department, system=row.system,
            )  # fmt: skip
        return Target(
            department_id=department,
            system_id=system,
            zone=row.zone,
            term_months=row.term_months,
            contact=row.contact,
        )

    def _decide(self, found: Recorded, wish: Wish, row: int | None) -> None:
        try:
            self._takes[found.id] = self._take(found, wish)
        except Invalid as error:
            self._refuse(wish.source, found.cloud, found.object.name, error, row)

    def _take(self, found: Recorded, wish: Wish) -> Take:
        """The object for the wish's target; raises Invalid with why it cannot be."""
        thing, target = found.object, wish.target
        self._require_takeable(found)
        server = self._stock.server_of(found)
        if server is not None and self._owner(server) != target.department_id:
            raise Invalid(
                "It is a volume of the server {server}.", way_out="Adopt the server; its volumes go with it.",
                server=server.object.name,
            )  # fmt: skip
        return Take(
            object_id=found.id,
            source=wish.source,
            cloud=found.cloud,
            kind=thing.kind,
            native_id=thing.native_id,
            name=thing.name,
            tenant=thing.tenant,
            tenant_name=thing.tenant_name,
            department_id=target.department_id,
            system_id=target.system_id,
            zone=self._zone(found, target),
            term_months=target.term_months,
            contact=target.contact,
            record=server.resource_id if server else None,
        )

    def _require_takeable(self, found: Recorded) -> None:
        thing = found.object
        if found.resource_id is not None:
            raise Invalid("It is on record already.", way_out="Leave the row out; a transfer moves it to others.")
        if thing.key is not None:
            raise Invalid(
                "It carries the key {key} of an order of ours.", way_out="See `cloudctl drift list`.",
                key=str(thing.key),
            )  # fmt: skip
        if found.state is ObjectState.MISSING:
            raise Invalid("The cloud no longer has it.", way_out="Leave it out, or find out where it went.")
        if found.cloud in self._seen.stale:
            raise Invalid(
                "The inventory of {cloud} is not fresh.", way_out="Sync it first: `cloudctl syncs run {cloud}`.",
                cloud=found.cloud,
            )  # fmt: skip
        if thing.status in UNSETTLED:
            raise Invalid("It is being built or deleted just now.", way_out="Try again when that is over.")
        sizes = (thing.vcpu, thing.memory_mib) if thing.kind is ObjectKind.SERVER else (thing.disk_gib,)
        if not all(sizes):
            raise Invalid("The cloud does not tell its size.", way_out="Look at it in the cloud, then sync.")

    def _zone(self, found: Recorded, target: Target) -> str:
        """The network zone that it counts to: the one that was named, its network's, or the cloud's only one."""
        served = self._seen.register.zones[found.cloud]
        if target.zone is not None:
            if target.zone not in served:
                raise Invalid(
                    "The cloud {cloud} does not serve the zone {zone}.", way_out="Name one of: {zones}.",
                    cloud=found.cloud, zone=target.zone, zones=", ".join(sorted(served)),
                )  # fmt: skip
            return target.zone
        belongings = [self._belonging(network) for network in self._stock.networks_of(found)]
        known = {belonging.zone for belonging in belongings if belonging is not None}
        candidates = known if len(known) == 1 else served
        if len(candidates) != 1:
            raise Invalid(
                "Nothing tells which of the zones {zones} it stands in.", way_out="Name the zone.",
                zones=", ".join(sorted(served)),
            )  # fmt: skip
        return next(iter(candidates))

    def _take_volumes(self) -> None:
        """The volumes of servers that are taken, unless they are somebody's."""
        for found in self._stock.of(ObjectKind.VOLUME):
            server = self._stock.server_of(found)
            take = self._takes.get(server.id) if server else None
            if take is not None and found.id not in self._takes and _free(found):
                self._takes[found.id] = _along(take, found, server=take.object_id)

    def _take_networks(self) -> None:
        """Joins servers to their networks, and takes the networks that become wholly one department's."""
        owners = {key: {self._owner(server) for server in servers} for key, servers in self._stock.standing().items()}
        for server in self._stock.of(ObjectKind.SERVER):
            take = self._takes.get(server.id)
            if take is not None:
                self._takes[server.id] = self._joined(take, server, owners)

    def _joined(self, take: Take, server: Recorded, owners: Mapping[UUID, set[UUID | None]]) -> Take:
        """The server with the first of its networks that is, or becomes, its department's own."""
        networks = self._stock.networks_of(server)
        for network in networks:
            belonging = self._belonging(network)
            if belonging is not None and belonging.department_id == take.department_id:
                return msgspec.structs.replace(take, record=network.resource_id)
        own = [network for network in networks if _free(network) and owners[network.id] == {take.department_id}]
        for network in own:
            if prefixes_of(network.object)[0] is not None:
                self._takes.setdefault(network.id, _along(take, network))
                return msgspec.structs.replace(take, network=network.id)
        return msgspec.structs.replace(take, note=NO_PREFIX if own else SHARED) if networks else take

    def _owner(self, server: Recorded) -> UUID | None:
        """Whose a server is, or becomes with this plan."""
        if (take := self._takes.get(server.id)) is not None:
            return take.department_id
        belonging = self._belonging(server)
        return belonging.department_id if belonging else None

    def _belonging(self, found: Recorded) -> Belonging | None:
        return None if found.resource_id is None else self._seen.belongings.get(found.resource_id)

    def _refuse(self, source: str, cloud: str, name: str, error: Invalid, row: int | None) -> None:
        self._refusals.append(
            Refusal(
                source=source,
                cloud=cloud,
                name=name,
                message=error.message,
                way_out=error.way_out or "",
                params=dict(error.params),
                row=row,
            )
        )


def _along(take: Take, found: Recorded, server: UUID | None = None) -> Take:
    """What goes along with something that is taken: the same target, for the same reason."""
    thing = found.object
    return msgspec.structs.replace(
        take,
        object_id=found.id,
        kind=thing.kind,
        native_id=thing.native_id,
        name=thing.name,
        tenant=thing.tenant,
        tenant_name=thing.tenant_name,
        server=server,
        network=None,
        record=None,
        note=None,
    )


def _free(found: Recorded) -> bool:
    """There, on no record, and without a key."""
    return found.resource_id is None and found.object.key is None and found.state is ObjectState.PRESENT
