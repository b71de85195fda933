"""The connection to one vCenter: one long-lived session, for any number of threads.

    client = Client(configured("city-v"))
    client.call(lambda content: content.about.version)
    for ref, values in client.read(vim.VirtualMachine, [client.under(folder)], ("name", "runtime.powerState")): ...

Nothing is sent before the first call. A session that the vCenter has ended is opened again, once for all threads, and
the call is repeated: a call that was not authenticated has had no effect. Every failure is a BackendError.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from threading import Lock
from typing import Any, TypeVar
from weakref import finalize

from pyVim.connect import SmartStubAdapter
from pyVmomi import vim, vmodl

from cloudctl.domain.errors import Rejected, Unreachable
from cloudctl.providers.vsphere.config import Connection
from cloudctl.providers.vsphere.errors import absent, busy, translated

T = TypeVar("T")
Content = Any  # vim.ServiceInstanceContent; pyVmomi makes its classes at run time

TIMEOUT_S = 120.0
IDLE_S = 60
POOL_SIZE = 16
PAGE_SIZE = 1000
LOGINS = 3

Query = vmodl.query.PropertyCollector


class Client:
    """One vCenter's authenticated calls."""

    def __init__(self, config: Connection) -> None:
        self.config = config
        self._stub: Any = None
        self._content: Content = None
        self._logins = 0
        self._lock = Lock()

    @property
    def logins(self) -> int:
        """How often a session was opened: who keeps something in a session makes it anew when this has changed."""
        return self._logins

    @property
    def cookie(self) -> str:
        """The open session's cookie, for requests that are read without pyVmomi; opens one when there is none."""
        self.call(lambda content: content.sessionManager is not None)
        return str(self._stub.cookie)

    def call(self, act: Callable[[Content], T], *, write: bool = False) -> T:
        """Runs `act` with the service's content; `write` says whether a lost answer leaves the effect unknown."""
        again = not write
        for _ in range(LOGINS):
            seen = self._logins
            try:
                with translated(write=write, but=vim.fault.NotAuthenticated):
                    return act(self._open())
            except vim.fault.NotAuthenticated:
                self._login(seen)
            except Unreachable:
                # A connection that was kept open may have been closed meanwhile; what only reads is asked once more.
                if not again:
                    raise
                again = False
        raise busy("the vCenter ends every session at once")

    def ref(self, kind: type[T], moid: str) -> T:
        """An object by its id; nothing is asked."""
        self._open()
        return kind(moid, self._stub)  # type: ignore[call-arg]  # pyVmomi's classes know no signature

    def under(self, folder: Any, *, deep: bool = True) -> Any:
        """The specification of everything below a VM or network folder."""
        walk = Query.TraversalSpec(name="below", type=vim.Folder, path="childEntity", skip=False)
        if deep:
            walk.selectSet = [Query.SelectionSpec(name="below")]
        return Query.ObjectSpec(obj=folder, skip=True, selectSet=[walk])

    def read(self, kind: type, objects: Iterable[Any], paths: Iterable[str]) -> Iterator[tuple[Any, dict[str, Any]]]:
        """The objects of `kind` with those of the leaf `paths` that are set: one call for each thousand.

        `objects` are references or object specifications. What is gone meanwhile is passed over.
        """
        specs = [entry if isinstance(entry, Query.ObjectSpec) else Query.ObjectSpec(obj=entry) for entry in objects]
        if not specs:
            return
        properties = [Query.PropertySpec(type=kind, all=False, pathSet=list(paths))]
        wanted = Query.FilterSpec(propSet=properties, objectSet=specs, reportMissingObjectsInResults=True)
        options = Query.RetrieveOptions(maxObjects=PAGE_SIZE)
        page = self.call(lambda content: content.propertyCollector.RetrievePropertiesEx([wanted], options))
        while page is not None:
            for found in page.objects:
                yield found.obj, {each.name: each.val for each in found.propSet}
            token = page.token
            if not token:
                return
            page = self.call(partial(_continued, token))

    def one(self, kind: type, ref: Any, paths: Iterable[str]) -> dict[str, Any]:
        """Those of the leaf `paths` that are set of one object; raises Absent when it is gone."""
        for _, values in self.read(kind, [ref], paths):
            return values
        raise absent(str(ref))

    def _open(self) -> Content:
        if self._content is None:
            self._login(0)
        return self._content

    def _login(self, seen: int) -> None:
        """Opens a session, unless another thread has done so since `seen`."""
        with self._lock:
            if self._logins != seen:
                return
            with translated(write=False):
                try:
                    self._connect()
                except vim.fault.InvalidLogin as fault:
                    raise Rejected("The cloud refuses the credentials of {user}.", user=self.config.username) from fault
            self._logins += 1

    def _connect(self) -> None:
        config = self.config
        if self._stub is None:
            stub = SmartStubAdapter(
                host=config.host,
                port=config.port,
                sslContext=trust(config),
                poolSize=POOL_SIZE,
                httpConnectionTimeout=TIMEOUT_S,
                connectionPoolTimeout=IDLE_S,
            )
            content = vim.ServiceInstance("ServiceInstance", stub).RetrieveContent()
            try:
                content.sessionManager.Login(config.username, config.password)
            except BaseException:
                stub.DropConnections()
                raise
            self._stub, self._content = stub, content
            finalize(self, stub.DropConnections)
        else:
            self._stub.cookie = ""
            self._content.sessionManager.Login(config.username, config.password)


def _continued(token: str, content: Content) -> Any:
    return content.propertyCollector.ContinueRetrievePropertiesEx(token)


def trust(config: Connection) -> ssl.SSLContext:
    """Our own trust: the system's authorities or the one that is named; no environment variable overrides it."""
    context = ssl.create_default_context(cafile=config.cacert)
    if not config.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
