"""Big reads past pyVmomi: it writes the request and sends it, and its decoding, which is what costs, is left out.

    collector = raw(content.propertyCollector)
    answer = parse(collector.RetrievePropertiesEx([spec], options))

libxml2 reads an answer; of a value that is more than a text, its elements are kept as they are for as long as the page
is worked on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from http.client import HTTPException
from typing import Any

import msgspec
from lxml import etree
from pyVmomi import SoapAdapter

VIM = "{urn:vim25}"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
Value = str | Any
"""The text of a leaf, or the element of anything deeper."""

_VERSION = re.compile(rb"<version>([^<]+)</version>")
_TRUNCATED = re.compile(rb"<truncated>true</truncated>")
#: The version stands before the updates, whether there are more after them.
_EDGE = 4096


class Seen(msgspec.Struct, gc=False):
    """One object of an answer: its type and id, its values by path; `change` is enter, modify or leave in an update."""

    type: str
    moid: str
    values: dict[str, Value]
    change: str = ""


class Answer(msgspec.Struct):
    """What was read: `token` asks for the next page, `version` and `truncated` belong to a set of updates."""

    objects: list[Seen]
    token: str = ""
    version: str = ""
    truncated: bool = False


class RawStub:
    """Stands in a managed object's place for its stub: sends through its connections, answers the body as it came."""

    def __init__(self, stub: Any) -> None:
        self._stub = stub
        self.version = stub.version

    def InvokeMethod(self, mo: Any, info: Any, args: Any) -> bytes:  # noqa: N802 - pyVmomi calls it so
        """The body of a good answer; raises the fault of a bad one."""
        request = self._stub.SerializeRequest(mo, info, args)
        try:
            status, body = self._send(request)
        except (OSError, HTTPException):
            # A connection that was kept may have died with a restart; a read can be repeated on a new one.
            status, body = self._send(request)
        if status == 500:
            raise SoapAdapter.SoapResponseDeserializer(self._stub).Deserialize(body, info.result)
        if status != 200:
            raise HTTPException(f"status {status}")
        return body

    def _send(self, request: bytes) -> tuple[int, bytes]:
        stub = self._stub
        headers = {"Cookie": stub.cookie, "SOAPAction": stub.versionId, "Content-Type": "text/xml; charset=UTF-8"}
        connection = stub.GetConnection()
        try:
            connection.request("POST", stub.path, request, headers)
            response = connection.getresponse()
            body: bytes = response.read()
        except (OSError, HTTPException):
            connection.close()
            stub.DropConnections()
            raise
        stub.ReturnConnection(connection)
        return response.status, body


def raw(managed: Any) -> Any:
    """The same managed object, whose methods answer bytes."""
    return type(managed)(managed._GetMoId(), RawStub(managed._GetStub()))  # noqa: SLF001 - pyVmomi's only way


def parse(body: bytes) -> Answer:
    """Reads the answer to RetrievePropertiesEx, ContinueRetrievePropertiesEx or WaitForUpdatesEx.

    Raises lxml's XMLSyntaxError where it is not well-formed. A document type, and so an entity, is refused.
    """
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=True, collect_ids=False, remove_comments=True
    )
    root = etree.fromstring(body, parser)
    if root.getroottree().docinfo.doctype:
        raise etree.XMLSyntaxError("a document type in an answer", 0, 0, 0)
    answer = Answer([])
    for result in root.iter(f"{VIM}returnval"):
        answer.token, answer.version = text(result, "token"), text(result, "version")
        answer.truncated = text(result, "truncated") == "true"
        answer.objects += [_listed(found) for found in result.iterchildren(f"{VIM}objects")]
        for told in result.iterchildren(f"{VIM}filterSet"):
            answer.objects += [_updated(updated) for updated in told.iterchildren(f"{VIM}objectSet")]
    return answer


def edges(body: bytes) -> tuple[str, bool]:
    """Of a set of updates the version, and whether there are more, without reading what is between."""
    version = _VERSION.search(body, 0, _EDGE)
    return version[1].decode() if version else "", bool(_TRUNCATED.search(body, max(0, len(body) - _EDGE)))


def text(element: Any, *path: str) -> str:
    """The text at the path below an element; empty where there is nothing."""
    for tag in path:
        wanted = VIM + tag
        for child in element:
            if child.tag == wanted:
                element = child
                break
        else:
            return ""
    return element.text or ""


def rows(value: Value | None, tag: str | None = None) -> Iterator[Any]:
    """The elements of a value, or of an element those of one name."""
    if value is None or isinstance(value, str):
        return iter(())
    return iter(value) if tag is None else value.iterchildren(VIM + tag)


def kind_of(element: Any) -> str:
    """The class of a data object."""
    return str(element.get(XSI_TYPE, "")).rpartition(":")[2]


def _listed(found: Any) -> Seen:
    obj, *properties = found
    values = {}
    for each in properties:
        if len(each) == 2 and each.tag == _PROPERTY:
            name, value = each
            values[name.text] = value if len(value) else value.text or ""
    return Seen(obj.get("type"), obj.text, values)


def _entered(obj: Any) -> Seen:
    """An update that tells all that is asked of an object."""
    values = {}
    for change in obj.itersiblings(_CHANGE):
        name, value = change[0], change[-1]
        if value.tag == _VALUE:
            values[name.text] = value if len(value) else value.text or ""
    return Seen(obj.get("type"), obj.text, values, "enter")


def _updated(updated: Any) -> Seen:
    for obj in updated.iterchildren(f"{VIM}obj"):
        kind = text(updated, "kind")
        return _entered(obj) if kind == "enter" else Seen(obj.get("type"), obj.text, {}, kind)
    return Seen("", "", {})


_PROPERTY, _CHANGE, _VALUE = f"{VIM}propSet", f"{VIM}changeSet", f"{VIM}val"
