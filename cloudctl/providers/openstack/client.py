"""The connection to one OpenStack: an administrator's session, and one token per department's project.

    client = Client(connection)
    servers = client.list("compute", "/servers/detail", "servers", ServerEntry, tenant=project_id)
    client.act("compute", "DELETE", f"/servers/{server_id}", tenant=project_id)

All tokens share one session: one connection pool, wide enough for the worker's threads, and one discovery of each
service. Nothing is sent before the first call. No call is logged by the SDK, because bodies may hold user data, and
none is repeated by it, because a repeated create could make two. The configured credentials must be such that they
can be scoped to another project (a password, not an application credential).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from threading import Lock
from typing import Any, NamedTuple, TypeVar

import msgspec
from keystoneauth1.adapter import Adapter
from keystoneauth1.plugin import BaseAuthPlugin
from keystoneauth1.session import TCPKeepAliveAdapter
from openstack.connection import Connection
from openstack.warnings import RemovedInSDK60Warning
from requests import exceptions as transport
from urllib3 import exceptions as wire

from cloudctl.domain.errors import Absent
from cloudctl.providers.openstack.errors import busy, refusal, rejected, translated, unreachable
from cloudctl.providers.openstack.translate import Entry, Link

T = TypeVar("T")
E = TypeVar("E", bound=Entry)
Document = dict[str, msgspec.Raw]

TIMEOUT_S = 60.0
POOL_SIZE = 32
PAGE_SIZE = 1000
PIECE_BYTES = 1 << 20


class Service(NamedTuple):
    """What is asked of a service: the major version, the microversion of every request, or its only version's path."""

    version: str | None = None
    microversion: str | None = None
    path: str = ""


#: Nova 2.79 (Train) lists flavour sizes and attachments with the servers; Cinder 3.42 extends attached volumes.
SERVICES = {
    "identity": Service("3"),
    "compute": Service("2", "2.79"),
    "block-storage": Service("3", "3.42"),
    # These have one version each, and their version documents are not readable everywhere.
    "image": Service(path="/v2"),
    "network": Service(path="/v2.0"),
}


class Client:
    """One cloud's authenticated calls, for any number of threads. Every failure is a BackendError."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._session = connection.session
        if self._session.timeout is None:
            self._session.timeout = TIMEOUT_S
        for scheme in ("http://", "https://"):
            self._session.session.mount(scheme, TCPKeepAliveAdapter(pool_maxsize=POOL_SIZE))
        self._adapters: dict[tuple[str, str | None], Adapter] = {}
        self._tenants: dict[str | None, BaseAuthPlugin | None] = {None: None}
        self._lock = Lock()

    @property
    def user_id(self) -> str:
        """The id of the account that we act as."""
        with translated(write=False):
            return str(self._session.get_user_id())

    def get(self, service: str, path: str, member: str, kind: type[T], *, tenant: str | None = None) -> T:
        """Reads one member of a document, such as the `server` of a single server."""
        return self._read(service, path, tenant, lambda document: _parsed(document[member], kind))

    def bare(self, service: str, path: str, kind: type[T]) -> T:
        """Reads a document that is no member of another."""
        content = self._send(service, "GET", path, None, None)
        try:
            return msgspec.json.decode(content, type=kind)
        except msgspec.DecodeError as error:
            raise busy(f"{service}: {error!r}") from error

    def list(self, service: str, path: str, member: str, kind: type[E], *, tenant: str | None = None) -> list[E]:
        """All entries of a list: a thousand a call."""
        return [entry for page in self.pages(service, path, member, kind, tenant=tenant) for entry in page]

    def pages(
        self, service: str, path: str, member: str, kind: type[E], *, tenant: str | None = None
    ) -> Iterator[Sequence[E]]:
        """The pages of a list, read until none says that there is a next: each thousand entries are one call."""
        base = f"{path}{'&' if '?' in path else '?'}limit={PAGE_SIZE}"
        url = base
        while True:
            page, more = self._read(service, url, tenant, lambda document: _page(document, member, kind))
            yield page
            if not page or not more:
                return
            url = f"{base}&marker={page[-1].id}"

    def create(
        self,
        service: str,
        path: str,
        member: str,
        fields: object,
        kind: type[T],
        *,
        tenant: str | None = None,
        hints: Mapping[str, str] | None = None,
    ) -> T:
        """Makes something and reads what was made; what the fields name and the cloud lacks is Rejected.

        `hints` are for Nova's scheduler.
        """
        body = {member: fields} | ({"os:scheduler_hints": hints} if hints else {})
        try:
            return self.ask(service, path, body, member, kind, tenant=tenant)
        except Absent as error:
            raise rejected(str(error.params["words"])) from error

    def post(self, service: str, path: str, fields: object, kind: type[T], *, tenant: str | None = None) -> T:
        """Makes something of a service that wraps neither what it is sent nor what it answers."""
        content = self._send(service, "POST", path, fields, tenant)
        try:
            return msgspec.json.decode(content, type=kind)
        except msgspec.DecodeError as error:
            raise unreachable(f"{service}: {error!r}", effect_unknown=True) from error

    def ask(self, service: str, path: str, body: object, member: str, kind: type[T], *, tenant: str | None = None) -> T:
        """Has an existing object do something and reads a member of the answer; raises Absent without the object."""
        content = self._send(service, "POST", path, body, tenant)
        try:
            return _parsed(_document(content)[member], kind)
        except (KeyError, msgspec.DecodeError) as error:
            raise unreachable(f"{service}: {error!r}", effect_unknown=True) from error

    def act(self, service: str, method: str, path: str, body: object = None, *, tenant: str | None = None) -> None:
        """Changes something whose answer does not matter."""
        self._send(service, method, path, body, tenant)

    def stream(self, service: str, path: str, *, tenant: str | None = None) -> Iterator[bytes]:
        """The bytes at a path, in pieces as they come."""
        adapter = self._adapters.get((service, tenant)) or self._connect(service, tenant)
        # Not adapter.request: it would set the header that asks for JSON.
        headers = {"Accept": "application/octet-stream"}
        with translated(write=False):
            response = adapter.get(path, headers=headers, raise_exc=False, log=False, connect_retries=0, stream=True)
        with response:
            if response.status_code >= 400:
                raise refusal(response.status_code, response.content, response.headers, write=False)
            try:
                yield from response.iter_content(PIECE_BYTES)
            except (transport.RequestException, wire.HTTPError, OSError) as error:
                raise unreachable(f"{service}: {error!r}", effect_unknown=False) from error

    def upload(self, service: str, path: str, content: Iterable[bytes], *, tenant: str | None = None) -> None:
        """Sends bytes to a path, in pieces as they come."""
        adapter = self._adapters.get((service, tenant)) or self._connect(service, tenant)
        headers = {"Content-Type": "application/octet-stream"}
        with translated(write=True):
            response = adapter.put(
                path, data=_pieces(content), headers=headers, raise_exc=False, log=False, connect_retries=0
            )
        if response.status_code >= 400:
            raise refusal(response.status_code, response.content, response.headers, write=True)

    def _read(self, service: str, path: str, tenant: str | None, parse: Callable[[Document], T]) -> T:
        content = self._send(service, "GET", path, None, tenant)
        try:
            return parse(_document(content))
        except (KeyError, msgspec.DecodeError) as error:
            raise busy(f"{service}: {error!r}") from error

    def _send(self, service: str, method: str, path: str, body: object, tenant: str | None) -> bytes:
        adapter = self._adapters.get((service, tenant)) or self._connect(service, tenant)
        write = method != "GET"
        with translated(write=write):
            response = adapter.request(path, method, json=body, raise_exc=False, log=False, connect_retries=0)
        if response.status_code >= 400:
            raise refusal(response.status_code, response.content, response.headers, write=write)
        return response.content

    def _connect(self, service: str, tenant: str | None) -> Adapter:
        """The adapter of a service for a project, its address resolved once; nothing is written here."""
        with self._lock, translated(write=False):
            if (service, tenant) not in self._adapters:
                self._adapters[service, tenant] = self._resolved(service, tenant)
            return self._adapters[service, tenant]

    def _resolved(self, service: str, tenant: str | None) -> Adapter:
        config = self._connection.config
        wanted = SERVICES[service]
        options: dict[str, Any] = {
            "session": self._session,
            "auth": self._token(tenant),
            "service_type": config.get_service_type(service),
            "service_name": config.get_service_name(service),
            "interface": config.get_interface(service),
            "region_name": config.get_region_name(service),
            "default_microversion": wanted.microversion,
            "additional_headers": {"Accept": "application/json"},
        }
        newest = wanted.version and f"{wanted.version}.latest"
        catalogued = Adapter(**options, min_version=wanted.version, max_version=newest)
        address = config.get_endpoint(service) or catalogued.get_endpoint()
        if address is None:
            raise rejected(f"the catalogue names no {service} service")
        address = address.rstrip("/")
        if not address.endswith(wanted.path):
            address += wanted.path
        return Adapter(**options, endpoint_override=address)

    def _token(self, tenant: str | None) -> BaseAuthPlugin | None:
        """The credentials scoped to a project; None stands for the session's own, the administrator's."""
        if tenant not in self._tenants:
            with quiet():
                self._tenants[tenant] = self._connection.connect_as(project_id=tenant).session.auth
        return self._tenants[tenant]


def quiet() -> warnings.catch_warnings[None]:
    """The SDK warns of its own InfluxDB support even where none is configured: not our users' business."""
    return warnings.catch_warnings(action="ignore", category=RemovedInSDK60Warning)


def _pieces(content: Iterable[bytes]) -> Iterator[bytes]:
    """A generator, which is sent piece by piece; a list would be taken for form fields."""
    yield from content


def _document(content: bytes) -> Document:
    return msgspec.json.decode(content, type=dict[str, msgspec.Raw])


def _parsed(raw: msgspec.Raw, kind: type[T]) -> T:
    return msgspec.json.decode(raw, type=kind)


def _page(document: Document, member: str, kind: type[E]) -> tuple[list[E], bool]:
    """The entries of a page and whether there is another, as Nova, Cinder and Neutron say it; Glance names a `next`."""
    entries = _parsed(document[member], list[kind])  # type: ignore[valid-type]  # a type made at run time
    if "next" in document:
        return entries, True
    links = document.get(f"{member}_links")
    return entries, links is not None and any(link.rel == "next" for link in _parsed(links, list[Link]))
