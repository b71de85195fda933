"""Tags from a vCenter's REST interface of either generation, and what one that does not answer well leads to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from cloudctl.domain.errors import Unreachable
from cloudctl.providers.vsphere import tags
from cloudctl.providers.vsphere.config import Connection
from cloudctl.providers.vsphere.tags import tags_of_machines

CARRIED = [
    {"tag_id": "t1", "object_ids": [{"type": "VirtualMachine", "id": "vm-1"}, {"type": "Folder", "id": "group-v3"}]},
    {
        "tag_id": "t2",
        "object_ids": [{"type": "VirtualMachine", "id": "vm-1"}, {"type": "VirtualMachine", "id": "vm-2"}],
    },
]
ANSWERS: dict[str, Any] = {
    "POST session": "secret",
    "DELETE session": None,
    "GET category": ["c1"],
    "GET category/c1": {"name": "归属", "id": "c1"},
    "GET tag": ["t1", "t2"],
    "GET tag/t1": {"name": "发改委", "category_id": "c1", "id": "t1"},
    "GET tag/t2": {"name": "spare", "category_id": "c9", "id": "t2"},
    "POST list-attached-objects-on-tags": CARRIED,
}
FOUND = {"vm-1": ("spare", "归属=发改委"), "vm-2": ("spare",)}
NEW, OLD = "/api/", "/rest/com/vmware/"


class RestServer:
    """One generation of the interface, under its prefix; `statuses` has what does not go well."""

    def __init__(self, prefix: str) -> None:
        self.prefix, self.statuses, self.asked = prefix, dict[str, int](), list[tuple[str, str]]()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    @property
    def config(self) -> Connection:
        names = dict.fromkeys(("datacenter", "cluster", "datastore", "template_folder", "switch"), "x")
        return Connection(host="127.0.0.1", port=self.server.server_address[1], username="u", password="p", **names)

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def answer(self, method: str, path: str, headers: Any, body: Any) -> tuple[int, Any]:
        if not path.startswith(self.prefix):
            return 404, None
        what = path.removeprefix(self.prefix).removeprefix("cis/").removeprefix("tagging/").replace("id:", "")
        if "?" in what:
            what = what.partition("action=")[2]
            assert path.count("~") == (self.prefix == OLD)
            assert set(body["tag_ids"]) <= {"t1", "t2"}
        asked = f"{method} {what}"
        if status := self.statuses.get(asked):
            return status, None
        if asked == "POST session":
            assert headers["authorization"] == "Basic dTpw"
        else:
            assert headers["vmware-api-session-id"] == "secret"
        said = ANSWERS[asked]
        if asked.startswith("POST list"):
            said = [each for each in said if each["tag_id"] in body["tag_ids"]]
        return 200, {"value": said} if self.prefix == OLD else said

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        rest = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                rest.asked.append((self.command, self.path))
                headers = {name.lower(): value for name, value in self.headers.items()}
                status, said = rest.answer(self.command, self.path, headers, body)
                content = b"" if said is None else json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_DELETE = do_GET  # noqa: N815 - the library asks for these names

            def log_message(self, *_: object) -> None:
                pass

        return Handler


@pytest.fixture(params=[NEW, OLD])
def rest(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[RestServer]:
    monkeypatch.setattr(tags, "HTTPSConnection", lambda host, port, **_: HTTPConnection(host, port, timeout=5))
    server = RestServer(request.param)
    yield server
    server.stop()


def test_tags_are_told_by_category_and_name_and_the_session_is_ended(rest: RestServer) -> None:
    assert tags_of_machines(rest.config) == FOUND
    assert rest.asked[-1][0] == "DELETE"
    assert {path.startswith(rest.prefix) for _, path in rest.asked} <= ({True} if rest.prefix == NEW else {True, False})


def test_many_tags_are_asked_in_several_requests(rest: RestServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tags, "AT_ONCE", 1)
    assert tags_of_machines(rest.config) == FOUND
    assert len([path for _, path in rest.asked if "list-attached" in path]) == 2


def test_a_tag_that_has_gone_meanwhile_is_passed_over(rest: RestServer) -> None:
    rest.statuses["GET tag/t1"] = 404
    assert tags_of_machines(rest.config) == {"vm-1": ("spare",), "vm-2": ("spare",)}


@pytest.mark.parametrize("asked", ["POST session", "GET tag", "GET tag/t2", "POST list-attached-objects-on-tags"])
@pytest.mark.parametrize("status", [401, 403])
def test_an_account_that_may_not_read_them_sees_none(rest: RestServer, asked: str, status: int) -> None:
    rest.statuses[asked] = status
    assert tags_of_machines(rest.config) == {}


def test_a_vcenter_without_the_interface_has_none(rest: RestServer) -> None:
    rest.prefix = "/nowhere/"
    assert tags_of_machines(rest.config) == {}


@pytest.mark.parametrize("asked", ["POST session", "GET tag", "GET category/c1", "POST list-attached-objects-on-tags"])
def test_one_that_fails_is_unreachable(rest: RestServer, asked: str) -> None:
    rest.statuses[asked] = 503
    with pytest.raises(Unreachable):
        tags_of_machines(rest.config)


def test_an_answer_that_is_none_and_no_answer_are_unreachable(
    rest: RestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ANSWERS, "GET tag/t1", ["not", "a", "tag"])
    with pytest.raises(Unreachable):
        tags_of_machines(rest.config)
    config = rest.config
    rest.server.server_close()
    with pytest.raises(Unreachable):
        tags_of_machines(config)
