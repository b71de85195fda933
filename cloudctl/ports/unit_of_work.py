"""The one boundary that commits.

    with ctx.unit_of_work(request) as uow:
        order = uow.orders.get(order_id)
        order.advance("sign_off")
        uow.audit("update/sign-off", "order", order.id, ...)

Leaving the block without an exception flushes and commits; with one, everything is rolled back, an enqueued saga
included. No network call may be made inside.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from types import TracebackType
from typing import Protocol, Self, TypeVar
from uuid import UUID

from cloudctl.domain.accounts import Account, Actor, Token
from cloudctl.domain.addresses import Prefix, Supernet
from cloudctl.domain.catalogue import Classification, Image, Specification, VolumeType, Zone
from cloudctl.domain.clouds import Cloud
from cloudctl.domain.departments import Department
from cloudctl.domain.exemptions import Exemption
from cloudctl.domain.notices import Notice
from cloudctl.domain.orders import Order
from cloudctl.domain.progress import ProgressLine
from cloudctl.domain.quotas import Demand, Dimension, Quota
from cloudctl.domain.resources import Resource, Tenant
from cloudctl.domain.systems import System

T = TypeVar("T")
A = TypeVar("A")


class Repository(Protocol[T]):
    """What every noun's repository offers."""

    def get(self, key: UUID) -> T:
        """By id; raises NotFound."""
        ...

    def add(self, entity: T) -> None:
        """Puts a new one on record; a unique field that is taken raises Conflict naming it."""
        ...


class Departments(Repository[Department], Protocol):
    """Departments, also by code."""

    def by_code(self, code: str) -> Department | None: ...


class Accounts(Repository[Account], Protocol):
    """Accounts, by login and role."""

    def by_login(self, login: str) -> Account | None: ...

    def with_role(self, role: str, department_id: UUID | None) -> Sequence[Account]:
        """Active accounts that hold `role`, in that department (None: office accounts)."""
        ...

    def any(self) -> bool:
        """Whether there is an account at all (first start)."""
        ...


class Tokens(Repository[Token], Protocol):
    """Tokens, by the digest of their secret."""

    def by_digest(self, digest: bytes) -> tuple[Token, Account] | None: ...

    def by_name(self, account_id: UUID, name: str) -> Token | None: ...


class Systems(Repository[System], Protocol):
    """Systems, also by code."""

    def by_code(self, code: str) -> System | None: ...


class Catalogue(Protocol):
    """Catalogue entries by code; each raises NotFound for an unknown code, retired ones included on demand."""

    def specification(self, code: str) -> Specification: ...
    def image(self, code: str) -> Image: ...
    def volume_type(self, code: str) -> VolumeType: ...
    def zone(self, code: str) -> Zone: ...
    def classification(self, code: str) -> Classification: ...
    def add(self, entry: Specification | Image | VolumeType | Zone | Classification) -> None: ...


class Clouds(Repository[Cloud], Protocol):
    """Clouds on record; `by_code` raises NotFound."""

    def by_code(self, code: str) -> Cloud: ...
    def all(self) -> Sequence[Cloud]: ...


class Orders(Repository[Order], Protocol):
    """Orders, with their lock and their numbers."""

    def lock(self, key: UUID) -> Order:
        """Like `get`, and no other transaction can change it until this one ends; raises NotFound."""
        ...

    def next_number(self, year: int) -> str:
        """The next running number of a year, as `2026-000017`."""
        ...

    def due_for_correction(self, now: datetime) -> Sequence[Order]:
        """Returned orders whose correction deadline has passed."""
        ...


class Resources(Protocol):
    """Servers, volumes, networks and addresses alike."""

    def get(self, key: UUID) -> Resource:
        """By id, whatever its kind; raises NotFound."""
        ...

    def lock(self, key: UUID) -> Resource:
        """Like `get`, and no other transaction can change it until this one ends."""
        ...

    def add(self, resource: Resource) -> None: ...

    def of_order(self, order_id: UUID) -> Sequence[Resource]:
        """What an order asked for, by item and name."""
        ...

    def claimed_by(self, order_id: UUID) -> Sequence[Resource]:
        """What an order is changing."""
        ...

    def of_server(self, server_id: UUID) -> Sequence[Resource]:
        """Volumes and addresses that belong to a server and are not gone."""
        ...

    def on_network(self, network_id: UUID) -> int:
        """How many servers stand on a network and are not gone."""
        ...

    def ending_on(self, day: date) -> Sequence[Resource]:
        """Active ones whose term ends on that day."""
        ...

    def due_for_purge(self, now: datetime) -> Sequence[Resource]:
        """Retained ones whose retention has ended, and purging ones."""
        ...


class Tenants(Protocol):
    """Departments' projects on clouds."""

    def get(self, department_id: UUID, cloud: str) -> Tenant | None: ...
    def add(self, tenant: Tenant) -> None: ...


class Quotas(Protocol):
    """The ledger. Every booking writes its lines; the guarded sums make passing a limit impossible."""

    def of(self, department_id: UUID, cloud: str, zone: str) -> dict[Dimension, Quota]: ...

    def set_limit(self, department_id: UUID, cloud: str, zone: str, dimension: Dimension, limit: int) -> Quota: ...

    def hold(self, order: Order, demand: Demand) -> None:
        """Holds the growth of `demand` for the order; raises QuotaExceeded naming the first dimension without room."""
        ...

    def release(self, order: Order) -> None:
        """Lets go of whatever the order still holds; a second call does nothing."""
        ...

    def commit(self, order: Order, amounts: Demand) -> None:
        """Turns held amounts into committed ones."""
        ...

    def free(self, department_id: UUID, cloud: str, zone: str, amounts: Demand, order_id: UUID | None) -> None:
        """Gives committed amounts back, once the backend confirmed."""
        ...

    def adopt(self, department_id: UUID, cloud: str, zone: str, amounts: Demand) -> None:
        """Commits what already runs, past the limit if need be: only later growth is then refused."""
        ...

    def used_by_cloud(self) -> dict[tuple[str, Dimension], int]:
        """Held and committed amounts by cloud, over all departments and zones."""
        ...


class Prefixes(Protocol):
    """The address plan of the zones."""

    def supernets(self, zone: str | None) -> Sequence[Supernet]:
        """The blocks of a zone, or of all."""
        ...

    def add_supernet(self, supernet: Supernet) -> None:
        """Raises Conflict when it overlaps a block of any zone."""
        ...

    def reserve(
        self, *, zone: str, length: int, version: int, network_id: UUID, order_id: UUID | None, now: datetime
    ) -> Prefix:
        """Cuts the first free prefix; raises PoolExhausted."""
        ...

    def reserve_exactly(
        self, *, zone: str, cidr: str, network_id: UUID, order_id: UUID | None, now: datetime
    ) -> Prefix:
        """Takes this prefix; raises Invalid when it lies in no supernet of the zone, Conflict when it overlaps."""
        ...

    def of_network(self, network_id: UUID) -> Sequence[Prefix]: ...
    def of_order(self, order_id: UUID) -> Sequence[Prefix]: ...


class Exemptions(Repository[Exemption], Protocol):
    """Exemptions, those in force for a department."""

    def in_force(self, department_id: UUID, now: datetime) -> Sequence[Exemption]: ...


class Notices(Repository[Notice], Protocol):
    """The outbox."""

    def due(self, now: datetime, limit: int) -> Sequence[Notice]:
        """Pending ones whose time has come, locked for this transaction; rows another sender has are passed over."""
        ...


class UnitOfWork(Protocol):
    """One transaction; see the module's docstring."""

    @property
    def actor(self) -> Actor: ...
    @property
    def now(self) -> datetime:
        """The time at which the transaction began: the same for all it writes."""
        ...

    @property
    def departments(self) -> Departments: ...
    @property
    def accounts(self) -> Accounts: ...
    @property
    def tokens(self) -> Tokens: ...
    @property
    def systems(self) -> Systems: ...
    @property
    def catalogue(self) -> Catalogue: ...
    @property
    def clouds(self) -> Clouds: ...
    @property
    def orders(self) -> Orders: ...
    @property
    def resources(self) -> Resources: ...
    @property
    def tenants(self) -> Tenants: ...
    @property
    def quotas(self) -> Quotas: ...
    @property
    def prefixes(self) -> Prefixes: ...
    @property
    def exemptions(self) -> Exemptions: ...
    @property
    def notices(self) -> Notices: ...

    def audit(
        self,
        action: str,
        target_kind: str,
        target_id: object,
        *,
        department_id: UUID | None = None,
        before: dict[str, object] | None = None,
        after: dict[str, object] | None = None,
        reason: str | None = None,
    ) -> None:
        """Puts one audit event on record, with the request's actor and id."""
        ...

    def progress(self, line: ProgressLine) -> None:
        """Puts one line on record for streams and the order's history."""
        ...

    def start(self, saga: str, workflow_id: str, *ids: str, queue_key: str) -> None:
        """Enqueues a saga in this transaction; `queue_key` (a cloud's code) shares its concurrency limit."""
        ...

    def check_version(self, entity: object, expected: int | None) -> None:
        """Raises Stale when `expected` is given (If-Match) and is not the entity's version."""
        ...

    def answer(self, result: A) -> A:
        """Keeps the rendered, sealed answer under the request's Idempotency-Key, if it has one; gives `result` back."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
