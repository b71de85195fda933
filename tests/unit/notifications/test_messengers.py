"""The messengers through the library's own plugins, against an HTTP server on the loopback.

DingTalk, WeCom and Feishu have their hosts in the plugins; `server`, which private installations need, puts ours there.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from cloudctl.domain.errors import ConfigurationError
from cloudctl.domain.notices import Message
from cloudctl.notifications.messengers import KINDS, Messenger
from cloudctl.notifications.post import Carrier
from cloudctl.ports.notifier import ChannelDown, Unsendable

Make = Callable[..., Message]
TOKEN, SECRET = "tokenthatnobodysees", "SECabcdef0123"
FINE = {"dingtalk": {"errcode": 0}, "wecombot": {"errcode": 0, "errmsg": "ok"}, "feishu": {"code": 0, "data": {}}}
PATHS = {
    "dingtalk": f"/robot/send?access_token={TOKEN}",
    "wecombot": f"/cgi-bin/webhook/send?key={TOKEN}",
    "feishu": f"/open-apis/bot/v2/hook/{TOKEN}/",
}
each_messenger = pytest.mark.parametrize("kind", PATHS)


class Endpoint(ThreadingHTTPServer):
    """Keeps what it is sent, and answers `status` and `answer`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taker)
        self.url = f"127.0.0.1:{self.server_port}"
        self.asked: list[tuple[str, dict[str, str], Any]] = []
        self.status, self.answer = 200, b"{}"
        self.released = threading.Event()
        self.released.set()


class Taker(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, dict(self.headers), json.loads(body)))
        self.server.released.wait(10)
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.answer)))
        if self.server.status == 302:
            self.send_header("Location", f"http://{self.server.url}/elsewhere")
        self.end_headers()
        self.wfile.write(self.server.answer)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    server = Endpoint()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.released.set()
    server.shutdown()
    thread.join()
    server.server_close()


def messenger(kind: str, endpoint: Endpoint, **changes: Any) -> Messenger:
    if kind in PATHS:
        endpoint.answer = json.dumps(FINE[kind]).encode()
        return Messenger(f"{kind}://{TOKEN}", server=f"http://{endpoint.url}", **changes)
    return Messenger(f"json://{endpoint.url}/hook", **changes)


def text_of(kind: str, body: Any) -> str:
    found = {
        "dingtalk": lambda: body["text"]["content"],
        "wecombot": lambda: body["text"]["content"],
        "feishu": lambda: body["content"]["text"],
    }
    return str(found[kind]())


@each_messenger
def test_each_messenger_gets_its_own_payload_in_the_readers_language(
    kind: str, endpoint: Endpoint, notice: Make
) -> None:
    carrier: Carrier = messenger(kind, endpoint)
    carrier.deliver(notice())
    ((path, headers, body),) = endpoint.asked
    assert path.rstrip("?") == PATHS[kind]
    assert headers["Content-Type"].startswith("application/json")
    assert body["msg_type" if kind == "feishu" else "msgtype"] == "text"
    text = text_of(kind, body)
    assert text.startswith("申请单2026-000017已退回补正")
    assert "@李梅" in text
    assert "原因：缺少立项批复" in text
    assert "Order" not in text


def test_dingtalk_signs_and_mentions_the_persons_telephone(endpoint: Endpoint, notice: Make) -> None:
    endpoint.answer = b'{"errcode": 0}'
    carrier = Messenger(f"dingtalk://{SECRET}@{TOKEN}", server=f"http://{endpoint.url}/proxy/")
    carrier.deliver(notice(address="13800000000"))
    ((path, _, body),) = endpoint.asked
    assert path.startswith(f"/proxy/robot/send?access_token={TOKEN}&timestamp=")
    assert "&sign=" in path
    assert SECRET not in path
    assert body["at"] == {"atMobiles": ["13800000000"], "isAtAll": False}


def test_a_webhook_gets_whom_it_is_for_and_an_id_that_a_repeat_has_too(endpoint: Endpoint, notice: Make) -> None:
    carrier = messenger("json", endpoint)
    told = notice(address="room 12", recipient="li", locale="en")
    carrier.deliver(told)
    carrier.deliver(told)
    (path, headers, body), again = endpoint.asked
    assert path == "/hook"
    assert headers["Idempotency-Key"] == again[1]["Idempotency-Key"] == body["id"] == str(told.id)
    assert (body["recipient"], body["address"], body["template"]) == ("li", "room 12", "order_returned")
    assert body["title"] == "Order 2026-000017 was returned for correction"
    assert "Reason: 缺少立项批复" in body["message"]


@pytest.mark.parametrize("kind", [*PATHS, "json"])
def test_a_digest_has_all_its_parts(kind: str, endpoint: Endpoint, notice: Make) -> None:
    parts = (("order_approved", {"number": "1", "title": "a"}), ("order_rejected", {"number": "2", "title": "b"}))
    digest = notice(template="digest", params={"count": "2"}, parts=parts, locale="en")
    messenger(kind, endpoint).deliver(digest)
    ((_, _, body),) = endpoint.asked
    text = body["message"] if kind == "json" else text_of(kind, body)
    assert text.index("* Order 1 was approved") < text.index("* Order 2 was rejected")


@each_messenger
def test_a_long_text_is_cut_to_what_the_messenger_takes(kind: str, endpoint: Endpoint, notice: Make) -> None:
    parts = (("order_approved", {"number": "1", "title": "云" * 400}),) * 40
    messenger(kind, endpoint).deliver(notice(template="digest", params={"count": "40"}, parts=parts))
    text = text_of(kind, endpoint.asked[0][2])
    assert KINDS[kind].most_bytes - 20 < len(text.encode()) <= KINDS[kind].most_bytes + 10
    assert text.endswith("…")


@each_messenger
def test_a_code_in_the_answer_is_a_refusal_though_the_status_is_200(
    kind: str, endpoint: Endpoint, notice: Make
) -> None:
    carrier = messenger(kind, endpoint)
    endpoint.answer = json.dumps({"errcode" if kind != "feishu" else "code": 310000, "errmsg": "no keyword"}).encode()
    with pytest.raises(ChannelDown, match="answered 310000"):
        carrier.deliver(notice())
    endpoint.answer = b"<html>log in to the wireless network</html>"
    with pytest.raises(ChannelDown, match="no answer of a messenger"):
        carrier.deliver(notice())


def test_what_a_webhook_says_with_status_200_is_its_own_affair(endpoint: Endpoint, notice: Make) -> None:
    endpoint.answer = b'{"code": 17}'
    messenger("json", endpoint).deliver(notice())


@pytest.mark.parametrize("kind", [*PATHS, "json"])
@pytest.mark.parametrize(
    ("status", "error"), [*((down, ChannelDown) for down in (302, 403, 429, 500, 503)), (422, OSError)]
)
def test_statuses_that_are_failures(
    kind: str, status: int, error: type[Exception], endpoint: Endpoint, notice: Make
) -> None:
    carrier = messenger(kind, endpoint)
    endpoint.status = status
    with pytest.raises(OSError, match=f"answered {status}") as raised:
        carrier.deliver(notice())
    assert type(raised.value) is error
    assert len(endpoint.asked) == 1
    endpoint.status = 200
    carrier.deliver(notice())


@pytest.mark.parametrize("kind", [*PATHS, "json"])
def test_nobody_listens_and_no_secret_is_said(
    kind: str, endpoint: Endpoint, notice: Make, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    carrier = messenger(kind, endpoint)
    carrier.deliver(notice())
    endpoint.shutdown()
    endpoint.server_close()
    with pytest.raises(ChannelDown, match=r"127\.0\.0\.1: ConnectionError") as raised:
        carrier.deliver(notice())
    assert TOKEN not in str(raised.value)
    assert TOKEN not in "\n".join(line for line in caplog.messages if "urllib3" not in line and "HTTP/1.1" not in line)


def test_a_server_that_says_nothing_is_given_up(endpoint: Endpoint, notice: Make) -> None:
    endpoint.released.clear()
    carrier = messenger("json", endpoint, timeout_s=0.2)
    with pytest.raises(ChannelDown, match="ReadTimeout"):
        carrier.deliver(notice())


def test_failures_are_told_apart_by_thread(endpoint: Endpoint, notice: Make) -> None:
    """Two channels of one kind send side by side; each hears of its own."""
    good, bad = messenger("json", endpoint), Messenger("json://127.0.0.1:9/hook")
    outcomes: dict[str, list[object]] = {"good": [], "bad": []}

    def send(name: str, carrier: Messenger) -> None:
        for _ in range(20):
            try:
                outcomes[name].append(carrier.deliver(notice()))
            except ChannelDown as error:
                outcomes[name].append(str(error))

    threads = [threading.Thread(target=send, args=pair) for pair in (("good", good), ("bad", bad))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == {"good": [None] * 20, "bad": ["127.0.0.1: ConnectionError"] * 20}


def test_what_is_no_template_can_never_be_sent(endpoint: Endpoint, notice: Make) -> None:
    with pytest.raises(Unsendable):
        messenger("json", endpoint).deliver(notice(template="order_lost"))
    assert endpoint.asked == []


@pytest.mark.parametrize("url", ["", "dingtalk", "mailto://li@example.cn", "syslog://", "dbus://", "https://x.cn"])
def test_an_address_of_another_kind_is_no_setting(url: str) -> None:
    with pytest.raises(ConfigurationError, match="begins with one of"):
        Messenger(url)


def test_a_private_server_is_a_messengers_and_has_an_address() -> None:
    for url, server in (("json://x.cn", "https://y.cn"), (f"feishu://{TOKEN}", "y.cn")):
        with pytest.raises(ConfigurationError, match="private messenger"):
            Messenger(url, server=server)


@pytest.mark.parametrize("url", ["dingtalk://no_good!", "wecombot://", "json://"])
def test_an_address_that_the_plugin_refuses_is_said_when_it_is_used_without_its_secret(url: str, notice: Make) -> None:
    with pytest.raises(ChannelDown, match="no address of") as raised:
        Messenger(url).deliver(notice())
    assert "no_good" not in str(raised.value)


def test_the_library_is_loaded_at_the_first_message_and_only_one_plugin() -> None:
    """All of its plugins would take more memory than the platform has to spare."""
    script = (
        "import sys, cloudctl.bootstrap\n"
        "from cloudctl.notifications.messengers import Messenger\n"
        "m = Messenger('dingtalk://abc')\n"
        "assert 'apprise' not in sys.modules\n"
        "m._plugin\n"
        "print(sorted(n for n in sys.modules if n.startswith('apprise.plugins.')))\n"
    )
    run = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False)
    assert run.stdout.strip() == "['apprise.plugins.base', 'apprise.plugins.dingtalk']", run.stderr
