"""What an order comes to: the resources it will leave, the quota it takes, the resources it changes.

Pure: the same items, catalogue and records give the same plan with the same ids, at the check before submission, at
submission, at approval and in every step of the build.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from cloudctl.domain.accesses import Access
from cloudctl.domain.addresses import Address
from cloudctl.domain.catalogue import Image, Specification, VolumeType
from cloudctl.domain.colocations import Colocation
from cloudctl.domain.errors import Conflict, Invalid, NotFound
from cloudctl.domain.identifiers import derived_id
from cloudctl.domain.items import (
    AccessItem,
    AddressItem,
    ColocationItem,
    ExtendItem,
    Item,
    NetworkItem,
    ReleaseItem,
    RenewItem,
    ResizeItem,
    ServerItem,
    VolumeItem,
)
from cloudctl.domain.networks import Network
from cloudctl.domain.orders import Order
from cloudctl.domain.quotas import Demand, Dimension
from cloudctl.domain.resources import Resource
from cloudctl.domain.servers import Server
from cloudctl.domain.volumes import Volume

DEFAULT_VOLUME_TYPE = "standard"

Entry = TypeVar("Entry", Specification, Image, VolumeType)
Kind = TypeVar("Kind", bound=Resource)


class CatalogueLookup(Protocol):
    """The catalogue, by code; each raises NotFound."""

    def specification(self, code: str) -> Specification: ...
    def image(self, code: str) -> Image: ...
    def volume_type(self, code: str) -> VolumeType: ...
    def images_for(self, architecture: str) -> Sequence[Image]: ...


@dataclass(kw_only=True)
class Change:
    """One change item, the resource it touches, and by how much it raises or lowers each dimension.

    `wanted` is the specification that a resize leads to.
    """

    position: int
    item: ResizeItem | ExtendItem | RenewItem | ReleaseItem
    resource: Resource
    demand: Demand = field(default_factory=Demand)
    wanted: Specification | None = None


@dataclass(kw_only=True)
class Plan:
    """`resources` are new, in the order in which they can be built, not placed yet; `changes` touch what exists.

    `fittings` are new as well: people install or connect them. `anchors` exist and carry something new. `architectures`
    and `images` are what the new servers need, by the position of their item.
    """

    resources: list[Resource] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    fittings: list[Colocation | Access] = field(default_factory=list)
    anchors: list[Resource] = field(default_factory=list)
    architectures: dict[int, str] = field(default_factory=dict)
    images: dict[int, Image] = field(default_factory=dict)

    @property
    def demand(self) -> Demand:
        """New resources' footprints and the changes' differences, by dimension."""
        return sum(self._parts(), Demand())

    def demand_of(self, items: Collection[int]) -> Demand:
        """As `demand`, of the items at these positions alone."""
        return sum(self._parts(items), Demand())

    @property
    def growth(self) -> Demand:
        """What has to be held: every part that raises a dimension, and nothing netted against what shrinks later."""
        return sum((part.growth() for part in self._parts()), Demand())

    def growth_of(self, items: Collection[int]) -> Demand:
        """As `growth`, of the items at these positions alone."""
        return sum((part.growth() for part in self._parts(items)), Demand())

    def _parts(self, items: Collection[int] | None = None) -> list[Demand]:
        new = [resource.footprint for resource in self.resources if items is None or resource.item in items]
        return new + [change.demand for change in self.changes if items is None or change.position in items]

    def of(self, kind: type[Kind]) -> list[Kind]:
        """The new resources of one kind."""
        return [resource for resource in self.resources if isinstance(resource, kind)]


def change_demand(item: Item, resource: Resource, wanted: Specification | None) -> Demand:
    """By how much a change item raises or lowers each dimension; `wanted` is a resize's specification."""
    if isinstance(resource, Server) and wanted is not None:
        return Demand(
            {
                Dimension.VCPU: wanted.vcpu - resource.vcpu,
                Dimension.MEMORY_MIB: wanted.memory_mib - resource.memory_mib,
                Dimension.VOLUME_GIB: wanted.root_disk_gib - resource.root_disk_gib,
            }
        )
    if isinstance(resource, Volume) and isinstance(item, ExtendItem):
        return Demand({Dimension.VOLUME_GIB: item.size_gib - resource.size_gib})
    return Demand()


class Planner:
    """Walks an order's items once. `resource` gives what the department has by id; it raises NotFound for others'."""

    def __init__(
        self, order: Order, catalogue: CatalogueLookup, resource: Callable[[UUID, str], Resource], now: datetime
    ) -> None:
        self._order = order
        self._catalogue = catalogue
        self._resource = resource
        self._now = now
        self._named: dict[str, Resource] = {}
        self._plan = Plan()

    def plan(self) -> Plan:
        """The plan; raises Invalid or NotFound naming the field of the first item that cannot be meant so."""
        if not self._order.items:
            raise Invalid("An order needs an item.", field="items", way_out="Add what you need.")
        # Networks first: servers may name one that comes later in the form.
        numbered = sorted(enumerate(self._order.items), key=lambda pair: not isinstance(pair[1], NetworkItem))
        for position, item in numbered:
            self._add(position, item)
        return self._plan

    def _add(self, position: int, item: Item) -> None:
        match item:
            case NetworkItem():
                self._network(position, item)
            case ServerItem():
                self._servers(position, item)
            case VolumeItem():
                self._volume(position, item)
            case AddressItem():
                self._address(position, item)
            case ColocationItem() | AccessItem():
                self._fitting(position, item)
            case ResizeItem():
                self._resize(position, item)
            case ExtendItem():
                self._extend(position, item)
            case RenewItem():
                self._renew(position, item)
            case ReleaseItem():
                self._release(position, item)

    def _shared(self, position: int, path: str, name: str) -> dict[str, object]:
        """The fields that every new resource has; refuses a name that the order already uses."""
        if name in self._named:
            raise Invalid(
                "The name {name} is used twice in this order.", field=f"items[{position}].name",
                way_out="Give each item its own name.", name=name,
            )  # fmt: skip
        return {
            "id": derived_id(self._order.id, f"{position}/{path}"),
            "order_id": self._order.id,
            "item": position,
            "department_id": self._order.department_id,
            "system_id": self._order.system_id,
            "cloud": "",  # the placement says which
            "zone": self._order.zone,
            "name": name,
            "created_at": self._now,
        }

    def _new(self, resource: Resource) -> None:
        self._named[resource.name] = resource
        self._plan.resources.append(resource)

    def _network(self, position: int, item: NetworkItem) -> None:
        shared = self._shared(position, "network", item.name)
        self._new(Network(**shared, cidr_v4=item.cidr or "", cidr_v6="" if item.ipv6 else None))  # type: ignore[arg-type]

    def _servers(self, position: int, item: ServerItem) -> None:
        where = f"items[{position}]"
        specification = self._known(self._catalogue.specification, item.specification, f"{where}.specification")
        image = self._known(self._catalogue.image, item.image, f"{where}.image")
        if specification.root_disk_gib < image.min_disk_gib:
            raise Invalid(
                "The image {image} needs a root disk of {needed} GiB; {specification} has {given}.",
                field=f"{where}.specification", way_out="Choose a larger specification.", image=image.code,
                needed=image.min_disk_gib, specification=specification.code, given=specification.root_disk_gib,
            )  # fmt: skip
        self._refuse_misfit(specification, image, f"{where}.image")
        self._plan.architectures[position] = specification.architecture
        self._plan.images[position] = image
        network = self._reference(item.network, Network, f"{where}.network")
        for disk_number, disk in enumerate(item.disks):
            self._volume_type(disk.volume_type, f"{where}.disks[{disk_number}].volume_type")
        for number in range(1, item.count + 1):
            server = Server(
                **self._shared(position, f"server/{number}", f"{item.name}-{number}"),  # type: ignore[arg-type]
                specification=specification.code,
                vcpu=specification.vcpu,
                memory_mib=specification.memory_mib,
                root_disk_gib=specification.root_disk_gib,
                image=image.code,
                network_id=network.id,
                ssh_keys=list(item.ssh_keys),
                user_data=item.user_data,
            )
            self._new(server)
            for disk_number, disk in enumerate(item.disks, start=1):
                name = f"{server.name}-disk-{disk_number}"
                self._new(
                    Volume(
                        **self._shared(position, f"server/{number}/disk/{disk_number}", name),  # type: ignore[arg-type]
                        size_gib=disk.size_gib,
                        volume_type=disk.volume_type or DEFAULT_VOLUME_TYPE,
                        server_id=server.id,
                    )
                )

    def _volume(self, position: int, item: VolumeItem) -> None:
        where = f"items[{position}]"
        self._volume_type(item.volume_type, f"{where}.volume_type")
        server = None if item.server is None else self._reference(str(item.server), Server, f"{where}.server")
        shared = self._shared(position, "volume", item.name)
        self._new(
            Volume(
                **shared,  # type: ignore[arg-type]
                size_gib=item.size_gib,
                volume_type=item.volume_type or DEFAULT_VOLUME_TYPE,
                server_id=server.id if server else None,
            )
        )

    def _address(self, position: int, item: AddressItem) -> None:
        server = self._reference(item.server, Server, f"items[{position}].server")
        shared = self._shared(position, "address", f"{server.name}-address-{position}")
        self._new(Address(**shared, server_id=server.id))  # type: ignore[arg-type]

    def _fitting(self, position: int, item: ColocationItem | AccessItem) -> None:
        fitting: Colocation | Access
        if isinstance(item, ColocationItem):
            fitting = Colocation.of(self._order, position, item, self._now)
        else:
            fitting = Access.of(self._order, position, item, self._now)
        try:
            fitting.check()
        except Invalid as error:
            error.field = f"items[{position}].{error.field}"
            raise
        self._plan.fittings.append(fitting)

    def _resize(self, position: int, item: ResizeItem) -> None:
        where = f"items[{position}]"
        server = self._existing(item.server, Server, f"{where}.server")
        wanted = self._known(self._catalogue.specification, item.specification, f"{where}.specification")
        if wanted.code == server.specification:
            raise Invalid(
                "{name} already has the specification {code}.", field=f"{where}.specification",
                way_out="Choose another, or drop the item.", name=server.name, code=wanted.code,
            )  # fmt: skip
        needed = self._architecture_of(server)
        if needed not in (None, wanted.architecture):
            raise Invalid(
                "{name} runs on {architecture}; {code} has {other}.", field=f"{where}.specification",
                way_out="Choose a specification of {architecture}.", name=server.name, architecture=needed,
                code=wanted.code, other=wanted.architecture,
            )  # fmt: skip
        if wanted.root_disk_gib < server.root_disk_gib:
            raise Invalid(
                "A root disk cannot shrink from {now} to {then} GiB.", field=f"{where}.specification",
                way_out="Choose a specification with at least {now} GiB.", now=server.root_disk_gib,
                then=wanted.root_disk_gib,
            )  # fmt: skip
        self._change(Change(position=position, item=item, resource=server, demand=change_demand(item, server, wanted)))

    def _extend(self, position: int, item: ExtendItem) -> None:
        volume = self._existing(item.volume, Volume, f"items[{position}].volume")
        if item.size_gib <= volume.size_gib:
            raise Invalid(
                "{name} already has {size} GiB; a volume only grows.", field=f"items[{position}].size_gib",
                way_out="Ask for more than {size} GiB.", name=volume.name, size=volume.size_gib,
            )  # fmt: skip
        self._change(Change(position=position, item=item, resource=volume, demand=change_demand(item, volume, None)))

    def _renew(self, position: int, item: RenewItem) -> None:
        resource = self._existing(item.resource, Resource, f"items[{position}].resource")
        if resource.expires_on is not None and item.expires_on <= resource.expires_on:
            raise Invalid(
                "{name} already runs until {ends}.", field=f"items[{position}].expires_on",
                way_out="Choose a later day.", name=resource.name, ends=str(resource.expires_on),
            )  # fmt: skip
        self._change(Change(position=position, item=item, resource=resource))

    def _release(self, position: int, item: ReleaseItem) -> None:
        resource = self._existing(item.resource, Resource, f"items[{position}].resource")
        if resource.protected:
            raise Conflict(
                "{name} is protected from release.", field=f"items[{position}].resource",
                way_out="The department head takes the protection off first: `cloudctl resources unprotect {id}`.",
                name=resource.name, id=str(resource.id),
            )  # fmt: skip
        self._change(Change(position=position, item=item, resource=resource))

    def _change(self, change: Change) -> None:
        if any(earlier.resource.id == change.resource.id for earlier in self._plan.changes):
            raise Invalid(
                "{name} is changed twice in this order.", field=f"items[{change.position}]",
                way_out="One change a resource and order.", name=change.resource.name,
            )  # fmt: skip
        self._plan.changes.append(change)

    def _architecture_of(self, server: Server) -> str | None:
        """What a server's image is for; None for an adopted server whose image nobody has put on record."""
        try:
            return self._catalogue.image(server.image).architecture if server.image else None
        except NotFound:
            return None

    def _refuse_misfit(self, specification: Specification, image: Image, where: str) -> None:
        """An image runs on processors of its own architecture only; the ones that would fit are named."""
        if image.architecture == specification.architecture:
            return
        fitting = ", ".join(entry.code for entry in self._catalogue.images_for(specification.architecture))
        raise Invalid(
            "The image {image} is for {architecture}; {specification} has {other}.", field=where,
            way_out="Images that fit: {images}. Or choose a specification of {architecture}.", image=image.code,
            architecture=image.architecture, specification=specification.code, other=specification.architecture,
            images=fitting or "-",
        )  # fmt: skip

    def _volume_type(self, code: str | None, where: str) -> None:
        self._known(self._catalogue.volume_type, code or DEFAULT_VOLUME_TYPE, where)

    def _known(self, look_up: Callable[[str], Entry], code: str, where: str) -> Entry:
        """A catalogue entry that can still be ordered; raises Invalid naming the field."""
        try:
            entry = look_up(code)
        except NotFound:
            entry = None
        if entry is None or entry.retired:
            raise Invalid(
                "{code} cannot be ordered.",
                field=where,
                way_out="See what can be: `cloudctl catalogue list`.",
                code=code,
            )
        return entry

    def _existing(self, key: UUID, kind: type[Kind], where: str) -> Kind:
        """A resource on record that is in use; raises NotFound or Invalid naming the field."""
        resource = self._resource(key, where)
        if not isinstance(resource, kind):
            raise Invalid(
                "{name} is a {kind}.", field=where, way_out="Name another resource.", name=resource.name,
                kind=resource.KIND.value,
            )  # fmt: skip
        if resource.state != "active":
            raise Invalid(
                "{name} is {state}, not active.", field=where, way_out="Wait until it is active, or name another.",
                name=resource.name, state=resource.state,
            )  # fmt: skip
        return resource

    def _reference(self, text: str, kind: type[Kind], where: str) -> Kind:
        """A resource of this order by name, or one on record by id."""
        named = self._named.get(text)
        if isinstance(named, kind):
            return named
        try:
            key = UUID(text)
        except ValueError:
            raise Invalid(
                "This order has no {kind} named {name}.", field=where,
                way_out="Give the name of an item of this order, or the id of a {kind} you have.",
                kind=kind.KIND.value, name=text,
            ) from None  # fmt: skip
        existing = self._existing(key, kind, where)
        if existing.tenant is not None:
            raise Invalid(
                "{name} stands in a project that is not its department's own: nothing new can be built on it.",
                field=where, way_out="Order the {kind} anew.", name=existing.name, kind=existing.KIND.value,
            )  # fmt: skip
        self._plan.anchors.append(existing)
        return existing
