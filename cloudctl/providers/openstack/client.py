"""The connection to one OpenStack: an administrator's session, and one token per department's project.

    client = Client(connection)
    page = client.get("compute", "/servers/detail", ServerPage, tenant=project_id)
    client.act("compute", "DELETE", f"/servers/{server_id}", tenant=project_id)

All tokens share one session: one connection pool, wide enough for the worker's threads, and one discovery of each
service. Nothing is sent before the first call. No call is logged by the SDK, because bodies may hold user data, and
none is repeated by it, because a repeated create could make two. The configured credentials must be such that they
can be scoped to another project (a password, not an application credential).
"""

from __future__ import annotations

import warnings
from threading import Lock
from typing import Any, NamedTuple, TypeVar

import msgspec
from keystoneauth1.adapter import Adapter
from keystoneauth1.plugin import BaseAuthPlugin
from keystoneauth1.session import TCPKeepAliveAdapter
from openstack.connection import Connection
from openstack.warnings import RemovedInSDK60Warning

from cloudctl.domain.errors import Absent
from cloudctl.providers.openstack.errors import busy, refusal, rejected, translated, unreachable
from cloudctl.providers.openstack.translate import Entry, Page

T = TypeVar("T")
E = TypeVar("E", bound=Entry)

TIMEOUT_S = 60.0
POOL_SIZE = 32
PAGE_SIZE = 1000


class Service(NamedTuple):
    """What is asked of a service: the major version, and the microversion of every request."""

    version: str | None
    microversion: str | None


#: Nova 2.79 (Train) lists flavour sizes and attachments with the servers; Cinder 3.42 extends attached volumes.
SERVICES = {
    "identity": Service("3", None),
    "image": Service("2", None),
    "compute": Service("2", "2.79"),
    "block-storage": Service("3", "3.42"),
    # Neutron's version document is not readable everywhere: its one version is put behind the catalogue's address.
    "network": Service(None, None),
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

    def get(self, service: str, path: str, answer: type[T], *, tenant: str | None = None) -> T:
        """Reads one document."""
        content = self._send(service, "GET", path, None, tenant)
        try:
            return msgspec.json.decode(content, type=answer)
        except msgspec.DecodeError as error:
            raise busy(f"{service}: {error}") from error

    def create(self, service: str, path: str, body: object, answer: type[T], *, tenant: str | None = None) -> T:
        """Makes something and reads what was made; what the body names and the cloud lacks is Rejected."""
        try:
            return self.ask(service, path, body, answer, tenant=tenant)
        except Absent as error:
            raise rejected(str(error.params["words"])) from error

    def ask(self, service: str, path: str, body: object, answer: type[T], *, tenant: str | None = None) -> T:
        """Has an existing object do something and reads the answer; raises Absent when there is no such object."""
        content = self._send(service, "POST", path, body, tenant)
        try:
            return msgspec.json.decode(content, type=answer)
        except msgspec.DecodeError as error:
            raise unreachable(f"{service}: {error}", effect_unknown=True) from error

    def act(self, service: str, method: str, path: str, body: object = None, *, tenant: str | None = None) -> None:
        """Changes something whose answer does not matter."""
        self._send(service, method, path, body, tenant)

    def list(self, service: str, path: str, page: type[Page[E]], *, tenant: str | None = None) -> list[E]:
        """All entries of a list: one call for each thousand."""
        entries: list[E] = []
        base = f"{path}{'&' if '?' in path else '?'}limit={PAGE_SIZE}"
        url = base
        while True:
            answer = self.get(service, url, page, tenant=tenant)
            entries += answer.entries
            if not answer.entries or not any(link.rel == "next" for link in answer.links):
                return entries
            url = f"{base}&marker={answer.entries[-1].id}"

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
        if service == "network" and not address.endswith("/v2.0"):
            address += "/v2.0"
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
