"""The demonstration's stage: a server in this process, people with tokens, and everything said aloud."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socket import socket
from time import monotonic, sleep
from typing import Any

import click

from cloudctl.bootstrap import App
from cloudctl.cli.client import Client
from cloudctl.cli.contexts import Target
from cloudctl.cli.exits import Failure

SETTLED_WITHIN_S = 30.0


@contextmanager
def serving(app: App) -> Iterator[str]:
    """The API and the worker in this process, on a free port of the loopback address; gives the URL."""
    import uvicorn  # noqa: PLC0415 - only where something is served

    from api.main import create_app  # noqa: PLC0415

    listener = socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()  # from here on a caller waits for the first answer instead of being refused
    config = uvicorn.Config(create_app(app.context), log_config=None, access_log=False, lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    app.start_worker()
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        app.stop()


class Stage:
    """Prints what people do and what they are answered."""

    def __init__(self) -> None:
        self._url = ""
        self._tokens: dict[str, str] = {}
        self._clients: dict[str, Client] = {}
        self._scene = 0

    def open(self, url: str, tokens: dict[str, str]) -> None:
        """From here on people can act."""
        self._url, self._tokens = url, tokens

    def scene(self, title: str) -> None:
        """A headline."""
        self._scene += 1
        click.secho(f"\n{self._scene}. {title}", bold=True)

    def say(self, text: str) -> None:
        """A remark."""
        click.echo(f"   {text}")

    def plain(self, text: str) -> None:
        """A line as it stands."""
        click.echo(text)

    def get(self, who: str, path: str, **query: str) -> Any:
        """Reads over the API, in silence."""
        return self._client(who).get(path, query).data

    def post(self, who: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Sends to the API, and says what came of it."""
        click.secho(f"   > {who}: POST /v1{path}", fg="cyan")
        data = self._client(who).post(path, body).data
        if isinstance(data, dict) and "number" in data:
            self.say(f"{data['number']}  {data['state']}  {data['title']}")
        return data

    def patch(self, who: str, path: str, body: dict[str, Any]) -> Any:
        """Changes over the API."""
        click.secho(f"   > {who}: PATCH /v1{path} {sorted(body)}", fg="cyan")
        return self._client(who).patch(path, body).data

    def refused(self, who: str, path: str, body: dict[str, Any] | None = None) -> None:
        """Something that must be refused: prints the problem; anything else ends the demonstration."""
        click.secho(f"   > {who}: {'POST' if body else 'GET'} /v1{path}", fg="cyan")
        try:
            self._client(who).post(path, body) if body else self._client(who).get(path)
        except Failure as failure:
            for line in str(failure.message).splitlines():
                self.say(line)
            return
        raise click.ClickException(f"{path} was not refused")

    def settle(self, who: str, path: str, state: str) -> None:
        """Waits, without a word, until something is in a state."""
        until = monotonic() + SETTLED_WITHIN_S
        while self.get(who, path)["state"] != state:
            if monotonic() > until:
                raise click.ClickException(f"{path} is not {state}")
            sleep(0.2)

    def command(self, who: str, *arguments: str, refused: bool = False) -> None:
        """Runs the command line as a person would, with its own output.

        One that fails, or with `refused` one that does not, ends the demonstration. What a refusal says is a part of
        the story, and goes where the story goes.
        """
        click.secho(f"   $ cloudctl {' '.join(arguments)}    # {who}", fg="cyan")
        sys.stdout.flush()
        env = os.environ | {"CLOUDCTL_URL": self._url, "CLOUDCTL_TOKEN": self._tokens[who]}
        words = [sys.executable, "-m", "cloudctl.cli", *arguments]
        errors = subprocess.STDOUT if refused else None
        code = subprocess.run(words, env=env, stderr=errors, check=False).returncode  # noqa: S603
        if bool(code) is not refused:
            raise click.ClickException(f"cloudctl {arguments[0]} {arguments[1]}: exit code {code}")

    def _client(self, who: str) -> Client:
        if who not in self._clients:
            self._clients[who] = Client(Target(self._url, self._tokens[who]))
        return self._clients[who]
