"""The tags of a vCenter's machines. They stand behind its REST interface, which no SOAP call reaches.

    tags_of_machines(config)          # {"vm-42": ("owner=fgw",)}: a tag by its category and its name

Since vSphere 7 the interface is at /api, before that at /rest: the first that is there is spoken to. A vCenter with
neither, and an account that may not read tags, has none; what does not answer is an error like any other.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from http.client import HTTPException, HTTPSConnection
from typing import Any, NamedTuple

import msgspec

from cloudctl.providers.vsphere.client import TIMEOUT_S, trust
from cloudctl.providers.vsphere.config import Connection
from cloudctl.providers.vsphere.errors import translated, unreachable

MACHINE = "VirtualMachine"
SESSION = "vmware-api-session-id"
AT_ONCE = 100
"""So many tags are asked at a time what carries them."""


class Dialect(NamedTuple):
    """How one generation of the interface is spoken: `wrapped` answers have everything in `value`."""

    session: str
    tagging: str
    one: str
    action: str
    wrapped: bool


DIALECTS = (
    Dialect("/api/session", "/api/cis/tagging", "{}", "action", wrapped=False),
    Dialect("/rest/com/vmware/cis/session", "/rest/com/vmware/cis/tagging", "id:{}", "~action", wrapped=True),
)
GONE, FORBIDDEN = 404, (401, 403)


class Refused(Exception):
    """An answer whose status is none of a success."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Named(msgspec.Struct):
    """A tag or a category."""

    name: str
    category_id: str = ""


class Reference(msgspec.Struct):
    """An object of the vCenter."""

    type: str
    id: str


class Carriers(msgspec.Struct):
    """What one tag is attached to."""

    tag_id: str
    object_ids: list[Reference] | None = None


class Talk:
    """The interface over one connection, in one dialect."""

    def __init__(self, connection: HTTPSConnection, dialect: Dialect) -> None:
        self._connection = connection
        self._dialect = dialect
        self._headers = {"Content-Type": "application/json"}

    def open(self, config: Connection) -> None:
        """Opens a session; raises Refused."""
        secret = b64encode(f"{config.username}:{config.password}".encode()).decode()
        answer = self._send("POST", self._dialect.session, {"Authorization": f"Basic {secret}"})
        self._headers[SESSION] = self._decoded(answer, str)

    def close(self) -> None:
        """Ends the session, as far as the vCenter still answers; it would end by itself."""
        with suppress(Refused, OSError, HTTPException):
            self._send("DELETE", self._dialect.session)

    def ids(self, what: str) -> list[str]:
        """The ids of all tags, or categories."""
        return self._decoded(self._send("GET", f"{self._dialect.tagging}/{what}"), list[str] | None) or []

    def named(self, what: str, key: str) -> Named:
        """One of them; raises Refused."""
        path = f"{self._dialect.tagging}/{what}/{self._dialect.one.format(key)}"
        found: Named = self._decoded(self._send("GET", path), Named)
        return found

    def carriers(self, tags: list[str]) -> list[Carriers]:
        """What these tags are attached to."""
        path = f"{self._dialect.tagging}/tag-association?{self._dialect.action}=list-attached-objects-on-tags"
        return self._decoded(self._send("POST", path, body={"tag_ids": tags}), list[Carriers] | None) or []

    def _send(self, method: str, path: str, more: Mapping[str, str] | None = None, body: object = None) -> bytes:
        sent = None if body is None else json.dumps(body)
        self._connection.request(method, path, sent, {**self._headers, **(more or {})})
        response = self._connection.getresponse()
        answer = response.read()
        if not 200 <= response.status < 300:
            raise Refused(response.status)
        return answer

    def _decoded(self, answer: bytes, shape: Any) -> Any:
        try:
            value = msgspec.json.decode(answer)
            return msgspec.convert(value["value"] if self._dialect.wrapped else value, shape)
        except (msgspec.MsgspecError, LookupError, TypeError) as error:
            raise unreachable("tags: an answer that is none", effect_unknown=False) from error


def tags_of_machines(config: Connection) -> Mapping[str, tuple[str, ...]]:
    """The tags of every machine that has some, by its id, sorted; raises BackendError where it does not answer."""
    with translated(write=False):
        try:
            with _talking(config) as talk:
                return {} if talk is None else _told(talk)
        except Refused as refused:
            if refused.status in FORBIDDEN:
                return {}
            raise unreachable(f"tags: status {refused.status}", effect_unknown=False) from refused


@contextmanager
def _talking(config: Connection) -> Iterator[Talk | None]:
    """A session in the first dialect that is there; None where none is."""
    connection = HTTPSConnection(config.host, config.port, timeout=TIMEOUT_S, context=trust(config))
    with closing(connection):
        for dialect in DIALECTS:
            talk = Talk(connection, dialect)
            try:
                talk.open(config)
            except Refused as refused:
                if refused.status != GONE:
                    raise
                continue
            try:
                yield talk
            finally:
                talk.close()
            return
        yield None


def _told(talk: Talk) -> dict[str, tuple[str, ...]]:
    tags = talk.ids("tag")
    names = _names(talk, tags)
    found: defaultdict[str, set[str]] = defaultdict(set)
    for start in range(0, len(tags), AT_ONCE):
        for carried in talk.carriers([key for key in tags[start : start + AT_ONCE] if key in names]):
            for each in carried.object_ids or ():
                if each.type == MACHINE and carried.tag_id in names:
                    found[each.id].add(names[carried.tag_id])
    return {moid: tuple(sorted(words)) for moid, words in found.items()}


def _names(talk: Talk, tags: list[str]) -> dict[str, str]:
    """`category=name` by the tag's id, of those that have not gone meanwhile."""
    categories = _all(talk, "category", talk.ids("category")) if tags else {}
    return {
        key: f"{categories[tag.category_id].name}={tag.name}" if tag.category_id in categories else tag.name
        for key, tag in _all(talk, "tag", tags).items()
    }


def _all(talk: Talk, what: str, keys: list[str]) -> dict[str, Named]:
    found = {}
    for key in keys:
        try:
            found[key] = talk.named(what, key)
        except Refused as refused:
            if refused.status != GONE:
                raise
    return found
