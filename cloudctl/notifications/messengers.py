"""Notices by DingTalk, WeCom, Feishu and webhooks, through the library apprise, whose one home is here.

    messenger = Messenger("dingtalk://SECRET@TOKEN", server="https://dingtalk.example.gov.cn")
    messenger.deliver(message)

The address is one of apprise's, of a kind in KINDS; `server` is where a private installation of the messenger is. Only
the plugin of that kind is loaded, at the first message: all of them would take more memory than the platform.

The robots of all three messengers refuse with status 200 and a code in the body, which apprise takes for success. So a
plugin gets `Judged` for its HTTP library: it reads the code, and keeps the words of a failure, which apprise only logs.
An address is a secret: no word of it goes into an error.
"""

from __future__ import annotations

import logging
from functools import cached_property
from importlib import import_module
from threading import Lock, local
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from cloudctl.domain.errors import ConfigurationError
from cloudctl.domain.notices import Message
from cloudctl.notifications.templates import render
from cloudctl.ports.notifier import ChannelDown, Unsendable

# The library tells the whole address at this level; what went wrong is in our own record.
logging.getLogger("apprise").setLevel(logging.CRITICAL)


class Plugin(NamedTuple):
    """A kind of address: its plugin's module and class, and how many bytes of text a message may have."""

    module: str
    plugin: str
    most_bytes: int


KINDS: dict[str, Plugin] = {
    "dingtalk": Plugin("dingtalk", "NotifyDingTalk", 18_000),
    "wecombot": Plugin("wecombot", "NotifyWeComBot", 2_000),
    "feishu": Plugin("feishu", "NotifyFeishu", 18_000),
    "json": Plugin("custom_json", "NotifyJSON", 100_000),
    "jsons": Plugin("custom_json", "NotifyJSON", 100_000),
}
WEBHOOKS = frozenset({"json", "jsons"})
_WAITABLE = frozenset({401, 403, 404, 408, 429})
_ROOM_FOR_MARK = 4
_PATCHING = Lock()


class Messenger:
    """One channel. Raises ConfigurationError for an address that is none."""

    def __init__(self, url: str, *, server: str = "", timeout_s: float = 15.0) -> None:
        scheme = urlsplit(url).scheme.lower()
        if scheme not in KINDS or "://" not in url:
            raise ConfigurationError(
                "A channel's url begins with one of {kinds}.", kinds=", ".join(f"{kind}://" for kind in KINDS)
            )
        if server and (scheme in WEBHOOKS or urlsplit(server).scheme not in {"http", "https"}):
            raise ConfigurationError("A channel's server is the http(s) address of a private messenger.")
        self.kind = scheme
        self._url, self._server, self._timeout_s = url, server.rstrip("/"), timeout_s

    def deliver(self, message: Message) -> None:
        """In the reader's language alone, no longer than the messenger takes."""
        try:
            title, body = render(message.template, message.params, (message.locale,), message.parts)
        except LookupError as error:
            raise Unsendable(f"There is no template {error}.") from error
        plugin = self._plugin.made(message, self._timeout_s)
        if self.kind not in WEBHOOKS:  # a robot speaks to a group
            body = f"@{message.name}\n{body}"
        body = _cut(body, KINDS[self.kind].most_bytes - len(title.encode()))
        self._plugin.http.begin()
        if not plugin.notify(title=title, body=body):
            raise self._plugin.http.failure()

    @cached_property
    def _plugin(self) -> _Plugin:
        return _Plugin(self._url, self.kind, self._server)


class _Plugin:
    """apprise's class for one address, with our HTTP underneath."""

    def __init__(self, url: str, scheme: str, server: str) -> None:
        kind = KINDS[scheme]
        module: Any = import_module(f"apprise.plugins.{kind.module}")
        with _PATCHING:
            if not isinstance(module.requests, Judged):
                module.requests = Judged(module.requests, by_code=scheme not in WEBHOOKS)
        self.http: Judged = module.requests
        self._scheme = scheme
        self._class = getattr(module, kind.plugin)
        if server:
            where = urlsplit(self._class.notify_url)
            self._class = type(kind.plugin, (self._class,), {"notify_url": f"{server}{where.path}?{where.query}"})
        self._parsed: dict[str, Any] | None = self._class.parse_url(url)
        if not self._parsed:
            raise ChannelDown(f"The url of this channel is no address of {scheme}.")

    def made(self, message: Message, timeout_s: float) -> Any:
        """A plugin for one message: the library would keep pauses of its own between two of one plugin."""
        from apprise import AppriseAsset  # noqa: PLC0415 - loaded with the plugin, not before
        from apprise.exception import AppriseException  # noqa: PLC0415

        asset = AppriseAsset(app_id="cloudctl", app_desc="cloudctl", app_url="", storage_mode="memory")
        given = dict(self._parsed or {}) | {"asset": asset, "rto": timeout_s, "cto": timeout_s}
        if self._scheme in WEBHOOKS:
            given["headers"] = {**given["headers"], "Idempotency-Key": str(message.id)}
            given["payload"] = {**given["payload"], **_facts(message)}
        elif self._scheme == "dingtalk" and message.address:
            given["targets"] = [*given["targets"], message.address]
        try:
            return self._class(**given)
        except (TypeError, AppriseException) as error:
            raise ChannelDown(f"The url of this channel is no address of {self._scheme}.") from error


class Judged:
    """Stands for `requests` in a plugin's module; what it has to say is kept by thread."""

    def __init__(self, requests: Any, *, by_code: bool) -> None:
        self._requests, self._by_code = requests, by_code
        self.codes, self.RequestException = requests.codes, requests.RequestException
        self._said = local()

    def begin(self) -> None:
        """Before an attempt: nothing has been said."""
        self._said.error = None

    def failure(self) -> OSError:
        """What the last attempt of this thread failed of."""
        return self._said.error or ChannelDown("The library did not send it.")

    def post(self, url: str, **options: Any) -> Any:
        """As `requests.post`."""
        return self.request("POST", url, **options)

    def request(self, method: str, url: str, **options: Any) -> Any:
        """As `requests.request`; raises RequestException for a refusal with status 200 as well."""
        options["allow_redirects"] = False
        try:
            answer = self._requests.request(method, url, **options)
        except self.RequestException as error:
            self._said.error = ChannelDown(f"{urlsplit(url).hostname}: {type(error).__name__}")
            raise
        self._said.error = _verdict(answer, by_code=self._by_code)
        if self._said.error is not None:
            raise self.RequestException("refused")
        return answer


def _verdict(answer: Any, *, by_code: bool) -> OSError | None:
    """None for what was taken; a messenger's answer has a code, which is 0 then."""
    status: int = answer.status_code
    if status not in range(200, 300):
        down = status not in range(400, 500) or status in _WAITABLE
        return (ChannelDown if down else OSError)(f"The server answered {status}.")
    try:
        told = answer.json() if by_code else {}
    except ValueError:
        told = {"code": "?", "msg": "This is no answer of a messenger."}
    code = told.get("errcode", told.get("code", 0))
    if code == 0:
        return None
    words = told.get("errmsg") or told.get("msg") or ""
    return ChannelDown(f"The server answered {code}: {str(words)[:200]}")


def _facts(message: Message) -> dict[str, str]:
    """What a webhook gets beside title and message."""
    facts = {"id": str(message.id), "recipient": message.recipient, "name": message.name, "template": message.template}
    return facts | ({"address": message.address} if message.address else {})


def _cut(text: str, most_bytes: int) -> str:
    raw = text.encode()
    if len(raw) <= most_bytes:
        return text
    return raw[: most_bytes - _ROOM_FOR_MARK].decode(errors="ignore") + "…"
