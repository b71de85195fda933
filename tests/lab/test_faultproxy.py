"""The fault proxy against a backend of a few lines: a list of servers that can be created and deleted."""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.lab.faultproxy import (
    Amend,
    DropAfterForward,
    FaultProxy,
    Hang,
    Respond,
    Rule,
    StaleList,
    template,
    write_clouds,
)


class Backend(BaseHTTPRequestHandler):
    servers: list[dict[str, Any]]

    def do_GET(self) -> None:
        self._answer({"servers": self.servers})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}") or {}
        server = {"id": f"s-{len(self.servers)}"} | asked.get("server", {})
        self.servers.append(server)
        self._answer({"server": server})

    def do_DELETE(self) -> None:
        self.servers[:] = [server for server in self.servers if server["id"] != self.path.rpartition("/")[2]]
        self._answer({})

    def _answer(self, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


@pytest.fixture
def proxy() -> Iterator[FaultProxy]:
    Backend.servers = []
    backend = ThreadingHTTPServer(("127.0.0.1", 0), Backend)
    Thread(target=backend.serve_forever, args=(0.02,), daemon=True).start()
    with FaultProxy(f"http://127.0.0.1:{backend.server_address[1]}/v2.1") as started:
        yield started
    backend.shutdown()
    backend.server_close()


def send(proxy: FaultProxy, method: str, path: str, body: object = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    base = proxy.url if not path.startswith("/__lab__") else proxy.url.removesuffix("/v2.1")
    with urllib.request.urlopen(urllib.request.Request(base + path, data=data, method=method), timeout=10) as answer:
        return json.loads(answer.read())


def names(proxy: FaultProxy) -> list[str]:
    return [server["id"] for server in send(proxy, "GET", "/servers")["servers"]]


def test_forwards_and_counts_by_path_template(proxy: FaultProxy) -> None:
    send(proxy, "POST", "/servers", {})
    assert names(proxy) == ["s-0"]
    assert proxy.calls == {("POST", "/v2.1/servers"): 1, ("GET", "/v2.1/servers"): 1}


def test_templates_name_no_object() -> None:
    assert template("/v2.1/servers/1d2c3b4a-0000-4000-8000-123456789abc/action") == "/v2.1/servers/{id}/action"
    assert template("/v3/0123456789abcdef0123456789abcdef/volumes") == "/v3/{id}/volumes"


def test_answers_in_place_of_the_backend_on_the_chosen_occurrence(proxy: FaultProxy) -> None:
    rule = proxy.add(Rule("POST", r"/servers$", Respond(503), skip=1))
    send(proxy, "POST", "/servers", {})
    with pytest.raises(urllib.error.HTTPError, match="503") as caught:
        send(proxy, "POST", "/servers", {})
    caught.value.close()
    send(proxy, "POST", "/servers", {})
    assert names(proxy) == ["s-0", "s-1"]
    assert (rule.matched, rule.fired) == (3, 1)


def test_drops_the_connection_after_the_backend_has_acted(proxy: FaultProxy) -> None:
    proxy.add(Rule("POST", r"/servers$", DropAfterForward()))
    with pytest.raises(http.client.RemoteDisconnected):
        send(proxy, "POST", "/servers", {})
    assert names(proxy) == ["s-0"]


def test_hangs_without_telling_the_backend(proxy: FaultProxy) -> None:
    proxy.add(Rule("POST", r"/servers$", Hang(0.2)))
    with pytest.raises(http.client.RemoteDisconnected):
        send(proxy, "POST", "/servers", {})
    assert names(proxy) == []


def test_lists_lag_behind_creations_and_deletions(proxy: FaultProxy) -> None:
    send(proxy, "POST", "/servers", {})
    proxy.add(Rule("GET", r"/servers$", StaleList(60), times=None))
    assert names(proxy) == []
    proxy.clear()
    assert names(proxy) == ["s-0"]
    send(proxy, "DELETE", "/servers/s-0")
    assert names(proxy) == []


def test_a_deleted_object_stays_in_a_stale_list(proxy: FaultProxy) -> None:
    Backend.servers = [{"id": "old"}]
    assert names(proxy) == ["old"]
    send(proxy, "DELETE", "/servers/old")
    proxy.add(Rule("GET", r"/servers$", StaleList(60)))
    assert names(proxy) == ["old"]
    assert names(proxy) == []


def test_amends_what_is_asked_for(proxy: FaultProxy) -> None:
    proxy.add(Rule("POST", r"/servers$", Amend({"server": {"metadata": {"lab_fault": "spawn_abort"}}})))
    asked = {"server": {"name": "one", "metadata": {"key": "k"}}}
    send(proxy, "POST", "/servers", asked)
    send(proxy, "POST", "/servers", asked)
    assert [server["metadata"] for server in Backend.servers] == [
        {"key": "k", "lab_fault": "spawn_abort"},
        {"key": "k"},
    ]


def test_takes_rules_and_tells_counts_by_http(proxy: FaultProxy) -> None:
    rule = {"method": "GET", "path": "/servers$", "action": {"kind": "respond", "status": 500}, "times": 2}
    send(proxy, "POST", "/__lab__/rules", rule)
    with pytest.raises(urllib.error.HTTPError, match="500") as caught:
        names(proxy)
    caught.value.close()
    told = send(proxy, "GET", "/__lab__/calls")
    assert told["calls"] == [{"method": "GET", "path": "/v2.1/servers", "count": 1}]
    assert told["rules"][0]["fired"] == 1
    send(proxy, "DELETE", "/__lab__/rules")
    assert names(proxy) == []


def test_clouds_yaml_points_to_the_proxies(tmp_path: Path) -> None:
    source = tmp_path / "clouds.yaml"
    source.write_text(json.dumps({"clouds": {"lab": {"auth": {"auth_url": "http://a"}}}}))
    target = write_clouds(source, tmp_path / "out.yaml", {"identity": "http://b", "block-storage": "http://c"})
    cloud = json.loads(target.read_text())["clouds"]["lab"]
    assert cloud["auth"]["auth_url"] == "http://b"
    assert cloud["block_storage_endpoint_override"] == "http://c"
    assert target.stat().st_mode & 0o777 == 0o600
