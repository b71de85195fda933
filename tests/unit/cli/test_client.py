from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from uuid import UUID

import pytest

from cloudctl.cli.client import ATTEMPTS, PAGE, Client, item
from cloudctl.cli.contexts import Target
from cloudctl.cli.exits import Exit, Failure
from tests.unit.cli.fakes import TOKEN, FakeApi, Reply, problem


@pytest.fixture
def waited() -> list[float]:
    return []


@pytest.fixture
def client(api: FakeApi, waited: list[float]) -> Iterator[Client]:
    with closing(Client(Target(api.url, TOKEN), timeout_s=5, pause=waited.append)) as client:
        yield client


def test_every_request_carries_the_token_and_the_language(api: FakeApi, client: Client) -> None:
    api.on("GET", "/v1/me", {"name": "zhang"})
    assert client.get("/me").data == {"name": "zhang"}
    headers = api.asked[0].headers
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert headers["accept-language"] == "en"


def test_a_query_leaves_out_what_is_not_asked_for_and_is_encoded(api: FakeApi, client: Client) -> None:
    api.on("GET", "/v1/servers", {"items": [], "next": None})
    client.get("/servers", {"name": "档案 a&b", "state": None})
    assert api.asked[0].query == {"name": "档案 a&b"}


def test_a_post_is_sent_again_under_its_key_after_a_lost_connection(
    api: FakeApi, client: Client, waited: list[float]
) -> None:
    api.on("POST", "/v1/orders", Reply(drop=True), Reply(201, {"id": "o-1"}))
    answer = client.post("/orders", {"title": "平台"})
    assert (answer.status, answer.data) == (201, {"id": "o-1"})
    keys = {asked.headers["idempotency-key"] for asked in api.asked}
    assert len(api.asked) == 2
    assert len(keys) == 1
    assert UUID(keys.pop()).version == 4
    assert [asked.body for asked in api.asked] == [{"title": "平台"}] * 2
    assert len(waited) == 1


def test_two_posts_have_two_keys(api: FakeApi, client: Client) -> None:
    api.on("POST", "/v1/orders", Reply(201, {}))
    client.post("/orders", {})
    client.post("/orders", {})
    assert len({asked.headers["idempotency-key"] for asked in api.asked}) == 2


def test_the_own_first_request_may_still_be_under_way(api: FakeApi, client: Client, waited: list[float]) -> None:
    busy = problem("conflict", 409, "Not possible now", "The request is still being handled.")
    api.on("POST", "/v1/orders", Reply(drop=True), Reply(409, busy), Reply(201, {"id": "o-1"}))
    assert client.post("/orders", {}).data == {"id": "o-1"}
    assert len(waited) == 2


def test_a_conflict_without_a_loss_stands(api: FakeApi, client: Client, waited: list[float]) -> None:
    api.on("POST", "/v1/orders", Reply(409, problem("conflict", 409, "Not possible now", "It is closed.")))
    with pytest.raises(Failure) as caught:
        client.post("/orders", {})
    assert caught.value.code is Exit.CONFLICT
    assert waited == []


def test_a_patch_is_never_sent_again(api: FakeApi, client: Client) -> None:
    api.on("PATCH", "/v1/systems/s", Reply(drop=True))
    with pytest.raises(Failure) as caught:
        client.patch("/systems/s", {"name": "n"})
    assert caught.value.code is Exit.SERVER
    assert len(api.asked) == 1


def test_a_patch_does_not_trust_a_connection_that_idled(api: FakeApi, client: Client) -> None:
    """Servers close what idles; a request that may go out only once must not find that out."""
    api.on("GET", "/v1/me", {"name": "li"})
    api.on("PATCH", "/v1/systems/s", {"id": "s"})
    client.get("/me")
    client._connection.sock.shutdown(socket.SHUT_RDWR)
    assert client.patch("/systems/s", {"name": "n"}).data == {"id": "s"}


@pytest.mark.parametrize("method", ["get", "delete"])
def test_what_changes_nothing_twice_is_tried_again(api: FakeApi, client: Client, method: str) -> None:
    api.on(method.upper(), "/v1/tokens/t", Reply(drop=True), Reply(drop=True), Reply(200, {"id": "t"}))
    assert getattr(client, method)("/tokens/t").data == {"id": "t"}
    assert len(api.asked) == ATTEMPTS


def test_in_the_end_a_lost_connection_is_a_failure(api: FakeApi, client: Client) -> None:
    api.on("PUT", "/v1/quotas", Reply(drop=True))
    with pytest.raises(Failure, match="does not answer"):
        client.put("/quotas", {})
    assert len(api.asked) == ATTEMPTS


def test_a_busy_server_names_the_time_to_wait(api: FakeApi, client: Client, waited: list[float]) -> None:
    busy = Reply(503, problem("backend-busy", 503, "The cloud is busy", "Later."), {"Retry-After": "2"})
    api.on("GET", "/v1/servers", busy, Reply(200, {"items": []}))
    assert client.get("/servers").data == {"items": []}
    assert waited == [2.0]


@pytest.mark.parametrize("wait", ["3600", "soon"])
def test_but_it_is_not_waited_for_too_long(api: FakeApi, client: Client, waited: list[float], wait: str) -> None:
    api.on("GET", "/v1/servers", Reply(503, problem("backend-busy", 503, "Busy", "Later."), {"Retry-After": wait}))
    with pytest.raises(Failure) as caught:
        client.get("/servers")
    assert caught.value.code is Exit.SERVER
    assert waited == []


def test_a_version_becomes_if_match(api: FakeApi, client: Client) -> None:
    api.on("PATCH", "/v1/systems/s", {"id": "s"})
    api.on("POST", "/v1/orders/o/approve", {"id": "o"})
    client.patch("/systems/s", {"name": "n"}, version=3)
    client.post("/orders/o/approve", version=7)
    assert [asked.headers["if-match"] for asked in api.asked] == ['"3"', '"7"']


def test_rows_follow_the_pages_up_to_a_limit(api: FakeApi, client: Client) -> None:
    pages = [
        {"items": [{"id": n} for n in range(PAGE)], "next": "c1"},
        {"items": [{"id": -1}, {"id": -2}], "next": "c2"},
    ]
    api.on("GET", "/v1/servers", *pages)
    rows, more = client.rows("/servers", {"state": "active"}, PAGE + 2)
    assert (len(rows), more) == (PAGE + 2, True)
    assert [asked.query["limit"] for asked in api.asked] == [str(PAGE), "2"]
    assert [asked.query.get("cursor") for asked in api.asked] == [None, "c1"]
    assert {asked.query["state"] for asked in api.asked} == {"active"}


def test_rows_without_a_limit_end_with_the_last_page(api: FakeApi, client: Client) -> None:
    api.on("GET", "/v1/servers", {"items": [1], "next": "c"}, {"items": [2], "next": None})
    assert client.rows("/servers", {}, None) == ([1, 2], False)


def test_a_short_list_has_no_pages(api: FakeApi, client: Client) -> None:
    api.on("GET", "/v1/supernets", [{"id": "s"}])
    assert client.rows("/supernets", {}, 50) == ([{"id": "s"}], False)


def test_the_answer_of_a_proxy_is_shown_by_its_start(api: FakeApi, client: Client) -> None:
    api.on("GET", "/v1/me", Reply(502, raw=b"<html>Bad\n Gateway</html>"))
    with pytest.raises(Failure) as caught:
        client.get("/me")
    assert caught.value.message == "The server answered 502: <html>Bad Gateway</html>"
    assert caught.value.code is Exit.SERVER


def test_an_id_is_one_segment_of_the_path() -> None:
    assert item("/workflows", "a/b:1") == "/workflows/a%2Fb%3A1"


def test_nobody_there_says_what_to_run() -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with closing(Client(Target(f"http://127.0.0.1:{port}", TOKEN))) as client, pytest.raises(Failure) as caught:
        client.get("/me")
    assert caught.value.code is Exit.SERVER
    assert "cloudctl serve" in caught.value.message


class Hello(BaseHTTPRequestHandler):
    """Answers any path with itself."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f'"{self.path}"'.encode())

    def log_message(self, *_: object) -> None:
        pass

    def address_string(self) -> str:
        return "unix"


def test_a_unix_socket_serves_as_well(tmp_path: Path) -> None:
    path = tmp_path / "api.sock"
    with socketserver.UnixStreamServer(str(path), Hello) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        with closing(Client(Target(f"unix://{path}", TOKEN))) as client:
            assert client.get("/me").data == "/v1/me"
        thread.join()


def test_a_socket_that_is_not_there_says_what_to_run(tmp_path: Path) -> None:
    with closing(Client(Target(f"unix://{tmp_path}/none.sock", TOKEN))) as client, pytest.raises(Failure) as caught:
        client.get("/me")
    assert "cloudctl serve" in caught.value.message


def test_routes_may_stand_under_a_path(api: FakeApi) -> None:
    api.on("GET", "/cloud/v1/me", {})
    with closing(Client(Target(f"{api.url}/cloud/", TOKEN))) as client:
        assert client.get("/me").status == 200


@pytest.mark.parametrize("url", ["ftp://x", "127.0.0.1:8420", "http://", "unix://"])
def test_another_address_is_refused(url: str) -> None:
    with pytest.raises(Failure) as caught:
        Client(Target(url, TOKEN))
    assert caught.value.code is Exit.USAGE


def test_a_stream_is_read_as_it_comes(api: FakeApi, client: Client) -> None:
    api.on("GET", "/v1/audit/export", Reply(200, raw=b"1\n2\n"))
    with client.stream("/audit/export", accept="application/x-ndjson", query={"actor": "li"}) as response:
        assert response.read() == b"1\n2\n"
    assert api.asked[0].headers["accept"] == "application/x-ndjson"
    assert api.asked[0].query == {"actor": "li"}


def test_a_refused_stream_is_a_failure(api: FakeApi, client: Client) -> None:
    api.on("GET", "/v1/audit/export", Reply(403, problem("forbidden", 403, "Not allowed", "No.")))
    with (
        pytest.raises(Failure) as caught,
        client.stream("/audit/export", accept="*/*"),
    ):
        pass
    assert caught.value.code is Exit.FORBIDDEN


def test_an_unfinished_answer_is_a_lost_connection(api: FakeApi, client: Client) -> None:
    short = Reply(200, headers={"Content-Length": "100"}, raw=b"{")
    api.on("GET", "/v1/me", short, {"name": "zhang"})
    assert client.get("/me").data == {"name": "zhang"}
