"""Records what a real NetBox answers, for tests/unit/netbox/replay.py.

    python -m tests.lab.netbox /tmp/netbox                          # a checkout: starts it, plants, records, stops it
    python -m tests.lab.netbox http://127.0.0.1:8000/base/ TOKEN    # one that runs, and is empty

The first kind is what our own reader asks of it and is answered, page after page; then what those are told who may not,
or only in part, and who ask in the wrong place. The host is replaced by a neutral one; no token is written down.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from cloudctl.domain.errors import Invalid
from cloudctl.netbox.reader import HttpNetbox
from tests.lab.netbox.planted import Planted, change, change_back, plant
from tests.lab.netbox.server import NetboxServer

TARGET = Path(__file__).resolve().parents[2] / "unit/netbox/recorded"
NEUTRAL = "https://netbox.example.gov.cn"
PASSWORD = "lab-only-Aa1-lab-only"  # of accounts that exist for a minute, on loopback
SEEN = ["dcim.site", "dcim.rack", "dcim.device", "dcim.devicetype", "ipam.prefix"]
PLANT: dict[str, tuple[list[str], dict[str, Any] | None]] = {
    "reader": (SEEN, None),
    "part": (SEEN, {"id__gt": 1}),
    "no-racks": ([kind for kind in SEEN if kind != "dcim.rack"], None),
    "stranger": ([], None),
}
"""Accounts: what they may see, and of that only what fits."""
Exchange = dict[str, Any]


class Recorder(httpx.BaseTransport):
    """Passes on what is asked, and keeps what is answered."""

    def __init__(self) -> None:
        self.kept: list[Exchange] = []
        self._network = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One exchange."""
        answer = self._network.handle_request(request)
        answer.read()
        host = f"{request.url.scheme}://{request.url.netloc.decode()}"
        text = answer.text.replace(host, NEUTRAL)
        told = json.loads(text) if "json" in answer.headers.get("content-type", "") else None  # a page for people
        headers = {name: answer.headers[name] for name in ("content-type", "api-version") if name in answer.headers}
        asked = request.url.raw_path.decode()
        self.kept.append({"asked": asked, "status": answer.status_code, "headers": headers, "body": told})
        return answer

    def close(self) -> None:
        """Nothing: one recorder serves several clients."""


def record(url: str, admin: str, provision: Callable[[str, str], str]) -> None:
    """Plants what there is to see, and writes everything down."""
    headers = {"Authorization": f"Token {admin}", "Accept": "application/json"}
    with httpx.Client(base_url=f"{url}api/", headers=headers, timeout=120, trust_env=False) as client:
        made = plant(client)
        tokens = {name: _account(client, provision, name, *seen) for name, seen in PLANT.items()}
        status = Recorder()
        with httpx.Client(base_url=f"{url}api/", headers=headers, transport=status) as asking:
            _write("status", [_plain(asking, "status/", status)])
        _scenarios(url, tokens, made)


def _scenarios(url: str, tokens: dict[str, str], made: Planted) -> None:
    _read("everything", url, tokens["reader"])
    _read("wrong-token", url, "f" * 40)
    _read("no-permission", url, tokens["stranger"])
    _read("another-path", url.removesuffix("base/") + "elsewhere/", tokens["reader"])
    _read("api-in-path", f"{url}api/", tokens["reader"])
    _read("no-racks", url, tokens["no-racks"])
    _read("part", url, tokens["part"])
    change(made)
    _read("changed", url, tokens["reader"])
    change_back(made)
    _read("changed-back", url, tokens["reader"])


def _account(
    client: httpx.Client, provision: Callable[[str, str], str], name: str, seen: list[str], only: dict[str, Any] | None
) -> str:
    """A token of somebody who may look at so much."""
    made = Planted(client)
    number = made.make("users/users/", name, {"username": name, "password": PASSWORD})
    if seen:
        grant = {"name": name, "object_types": seen, "actions": ["view"], "users": [number], "constraints": only}
        made.make("users/permissions/", f"permission of {name}", grant)
    return provision(name, PASSWORD)


def _read(name: str, url: str, token: str) -> None:
    """What our reader asks and is answered; a refusal ends it."""
    recorder = Recorder()
    try:
        HttpNetbox(recorder).read(url, token)
    except Invalid as refusal:
        print(f"{name}: {refusal} {refusal.params}")
    _write(name, recorder.kept)


def _plain(client: httpx.Client, path: str, recorder: Recorder) -> Exchange:
    client.get(path)
    kept = recorder.kept[-1]
    shown = {"netbox-version", "netbox-full-version", "django-version", "python-version"}
    kept["body"] = {key: value for key, value in kept["body"].items() if key in shown}
    return kept


def _write(name: str, exchanges: list[Exchange]) -> None:
    TARGET.mkdir(exist_ok=True)
    text = json.dumps(exchanges, ensure_ascii=False, indent=1) + "\n"
    (TARGET / f"{name}.json").write_text(text, encoding="utf-8")
    print(f"{name}: {len(exchanges)} exchanges, {len(text)} characters")


def main(arguments: list[str]) -> None:
    """Against a checkout, or against a NetBox that runs."""
    with ExitStack() as ends:
        if urlsplit(arguments[0]).scheme:
            url, admin = arguments
            record(url, admin, lambda name, password: _provision(url, name, password))
        else:
            netbox = ends.enter_context(NetboxServer(Path(arguments[0])))
            record(netbox.url, netbox.token, netbox.provision)


def _provision(url: str, name: str, password: str) -> str:
    body = {"username": name, "password": password}
    answer = httpx.post(f"{url}api/users/tokens/provision/", json=body, timeout=60, trust_env=False)
    return str(answer.raise_for_status().json()["key"])


if __name__ == "__main__":
    main(sys.argv[1:])
