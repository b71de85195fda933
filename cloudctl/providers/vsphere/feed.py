"""What a vCenter tells of changes by itself: which machines and networks changed or left, and who did it.

A feed lives in a session of one process. A cursor is the vCenter's own time, and a feed remembers for an hour what it
was told: so it serves any cursor from its own beginning on, whichever process that was given to, and serves it again
where nobody kept the answer. After a lost session, a restart or a gap there is a new feed, and only a full count says
what happened between.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

import msgspec
from pyVmomi import vim, vmodl

from cloudctl.domain.errors import BackendError, Rejected
from cloudctl.providers.vsphere.client import Client
from cloudctl.providers.vsphere.errors import unreachable
from cloudctl.providers.vsphere.reader import PAGE_SIZE, SCAFFOLD, Reader, below, read, specification
from cloudctl.providers.vsphere.soap import Answer, Seen, edges, raw

MACHINE = "VirtualMachine"
NETWORKS = ("Network", "DistributedVirtualPortgroup", "OpaqueNetwork")
#: How long what was told is remembered.
KEEP = timedelta(hours=1)
#: So many events are read to tell who made the changes.
EVENTS = 1000

Query = vmodl.query.PropertyCollector
LOST = (vmodl.query.InvalidCollectorVersion, vmodl.fault.ManagedObjectNotFound, vmodl.fault.InvalidArgument)


class News(msgspec.Struct, kw_only=True):
    """What happened: ids of machines that changed or came, of those said to have left, of networks either way.

    `moved` says that folders or hosts changed places or names, `places` that some came or went.
    """

    cursor: str
    complete: bool = True
    machines: set[str] = msgspec.field(default_factory=set)
    left: set[str] = msgspec.field(default_factory=set)
    networks: set[str] = msgspec.field(default_factory=set)
    places: bool = False
    moved: bool = False
    actors: Mapping[str, str] = msgspec.field(default_factory=dict)


class Feed:
    """One vCenter's changes, for any number of threads."""

    def __init__(self, client: Client, watched: Collection[str]) -> None:
        self._client = client
        self._reader = Reader(client)
        self._watched = watched
        self._lock = Lock()
        self._collector: Any = None
        self._login = 0
        self._version = ""
        self._begins: datetime | None = None
        self._told: list[tuple[datetime, list[Seen]]] = []

    def beginning(self, cursor: str | None = None) -> Iterator[list[Seen]] | None:
        """Every machine with what is watched, where the feed has yet to begin: its first answers are a full list.

        None where it has begun, or where it could not serve the cursor even so. A list that breaks off takes the feed
        with it.
        """
        with self._lock:
            fresh = self._collector is not None and not self._version and self._login == self._client.logins
            if not fresh or (cursor is not None and not self._serves(cursor)):
                return None
            first = self._client.call(self._ask)
            if first is None:
                self._collector = None
                return None
            return self._begin(first)

    def since(self, cursor: str | None) -> News:
        """What happened since; with no cursor, what is new to this process, and a cursor to begin with.

        A cursor from before the feed began, or one that is none, is answered with one that will do.
        """
        with self._lock:
            told = self._news() if self._version and self._login == self._client.logins else None
            if told is None and (self._version or self._collector is None or self._login != self._client.logins):
                self._open()
            now = self._now()
            news = News(cursor=now.isoformat())
            if told is None:
                news.complete = cursor is None
                return news
            if told:
                self._told.append((now, told))
            while self._told and self._told[0][0] < now - KEEP:
                self._begins = self._told.pop(0)[0]
            if cursor is not None and not self._serves(cursor):
                news.complete = False
                return news
            after = _moment(cursor)
            recent = [told] if after is None else [seen for at, seen in self._told if at > after]
            for seen in recent:
                for one in seen:
                    _note(news, one)
            if after is not None and (news.machines or news.left):
                news.actors = self._actors(after)
            return news

    def now(self) -> str:
        """A cursor for what happens from here on."""
        return self._now().isoformat()

    def _serves(self, cursor: str) -> bool:
        after = _moment(cursor)
        return after is not None and self._begins is not None and after >= self._begins

    def _now(self) -> datetime:
        """The vCenter's time."""
        service = self._client.ref(vim.ServiceInstance, "ServiceInstance")
        now: datetime = self._client.call(lambda _: service.CurrentTime())
        return now

    def _begin(self, body: bytes) -> Iterator[list[Seen]]:
        """As a list of the reader: one page used, one parsed, one fetched."""
        whole = False
        try:
            with ThreadPoolExecutor(2, thread_name_prefix="vsphere-feed") as ahead:
                parsed: Future[Answer] | None = None
                more = True
                while more:
                    self._version, more = edges(body)
                    fetched = ahead.submit(self._more) if more else None
                    before, parsed = parsed, ahead.submit(read, body)
                    if before is not None:
                        yield self._entered(before.result())
                    if fetched is not None:
                        body = fetched.result()
                if parsed is not None:
                    yield self._entered(parsed.result())
            whole = True
        finally:
            if not whole:
                self._collector, self._version = None, ""

    def _more(self) -> bytes:
        body = self._client.call(self._ask)
        if body is None:
            raise unreachable("the list of everything was lost", effect_unknown=False)
        return body

    def _entered(self, answer: Answer) -> list[Seen]:
        """The machines of the list; what changed while it was told is kept to be told."""
        later = [one for one in answer.objects if one.change != "enter"]
        if later:
            self._told.append((self._now(), later))
        return [one for one in answer.objects if one.change == "enter" and one.type == MACHINE]

    def _ask(self, _: Any) -> bytes | None:
        options = Query.WaitOptions(maxWaitSeconds=0, maxObjectUpdates=PAGE_SIZE)
        try:
            body: bytes = raw(self._collector).WaitForUpdatesEx(self._version, options)
        except LOST:
            return None
        return body

    def _open(self) -> None:
        with suppress(BackendError):
            if self._collector is not None and self._login == self._client.logins:
                self._client.call(lambda _: self._collector.Destroy())
        paths = {vim.VirtualMachine: self._watched, **SCAFFOLD}
        collector = self._client.call(lambda content: content.propertyCollector.CreatePropertyCollector())
        view = self._reader.open_view(paths)
        self._client.call(lambda _: collector.CreateFilter(specification(below(view), paths), False))
        self._collector, self._login, self._version = collector, self._client.logins, ""
        self._begins, self._told = self._now(), []

    def _news(self) -> list[Seen] | None:
        """What is to be told since the version, which moves on; None when the feed is lost."""
        seen: list[Seen] = []
        while True:
            body = self._client.call(self._ask)
            if body is None:
                return None
            version, more = edges(body)
            if not version:
                return seen
            self._version = version
            seen += read(body).objects
            if not more:
                return seen

    def _actors(self, since: datetime) -> dict[str, str]:
        """Who acted on machines, by the machine's id, the last one of several; as far as the events tell."""
        time = vim.event.EventFilterSpec.ByTime(beginTime=since)
        wanted = vim.event.EventFilterSpec(time=time, maxCount=EVENTS)
        try:
            events = self._client.call(lambda content: content.eventManager.QueryEvents(wanted))
        except Rejected:  # an account that may not read them
            return {}
        acted = sorted((event for event in events or () if event.vm and event.userName), key=lambda event: event.key)
        return {event.vm.vm._GetMoId(): event.userName for event in acted}  # noqa: SLF001 - pyVmomi's only way


def _note(news: News, one: Seen) -> None:
    if one.type == MACHINE:
        latest, other = (news.left, news.machines) if one.change == "leave" else (news.machines, news.left)
        latest.add(one.moid)
        other.discard(one.moid)
    elif one.type in NETWORKS:
        news.networks.add(one.moid)
    elif one.change == "modify":
        news.moved = True
    else:
        news.places = True


def _moment(cursor: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(cursor) if cursor else None
    except ValueError:
        return None
