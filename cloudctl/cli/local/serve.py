"""`cloudctl serve`: the HTTP API under uvicorn; on SQLite the worker lives in the same process.

SIGTERM or Ctrl-C stop it gracefully: open streams end first (their readers resume elsewhere), requests are answered,
builds stop at the next step boundary and go on at the next start.
"""

from __future__ import annotations

import asyncio
import signal
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.groups import Verb
from cloudctl.cli.local.installation import log_as_set, opened, settings_with
from cloudctl.cli.words import _

if TYPE_CHECKING:
    from cloudctl.bootstrap import App
    from cloudctl.settings import Settings

REQUESTS_END_S = 10


@click.command("serve", cls=Verb)
@click.option("--host", help=_("The address to listen on."))
@click.option("--port", type=click.IntRange(0, 65535), help=_("The port to listen on."))
@click.option("--unix-socket", type=click.Path(), help=_("Listen on this Unix socket instead."))
def serve(host: str | None, port: int | None, unix_socket: str | None) -> None:
    """Run the HTTP API until it is stopped; on SQLite it builds as well."""
    settings = settings_with(host=host, port=port, unix_socket=unix_socket)
    log_as_set(settings)
    with opened(settings) as app:
        ready(app)
        if settings.on_sqlite:
            app.start_worker()
        listen(app)


def ready(app: App) -> None:
    """Brings an SQLite database up to date; a shared one is only looked at, for others may be using it.

    Raises Failure naming the command for a PostgreSQL database that is not up to date.
    """
    if not app.settings.on_sqlite:
        if app.differences():
            raise Failure(_("The database is not up to date.\n  Run: cloudctl db upgrade"), Exit.SERVER)
        return
    tell_first_token(app.prepare())


def tell_first_token(path: object) -> None:
    """At the very first start: where the administrator's token is, never the token itself."""
    if path is not None:
        click.echo(
            _("The administrator's token is in {path}.\n  Use it: cloudctl login --token-file {path}").format(
                path=path
            ),
            err=True,
        )


def address(settings: Settings) -> str:
    """Where clients find it, as `cloudctl login` takes it."""
    if settings.unix_socket:
        return f"unix://{settings.unix_socket}"
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def listen(app: App) -> None:
    """Answers requests until a signal ends it."""
    import uvicorn  # noqa: PLC0415 - loaded when it runs

    from api.main import create_app  # noqa: PLC0415

    settings = app.settings
    api = create_app(app.context)
    app.settle()

    class Graceful(uvicorn.Server):
        """Ends the event streams as soon as a stop is asked for: uvicorn waits for open connections."""

        loop: asyncio.AbstractEventLoop

        async def serve(self, *args: Any, **kwargs: Any) -> None:
            self.loop = asyncio.get_running_loop()
            await super().serve(*args, **kwargs)

        async def startup(self, *args: Any, **kwargs: Any) -> None:
            await super().startup(*args, **kwargs)
            if self.started:
                click.echo(_("Serving at {url}; Ctrl-C stops it.").format(url=address(settings)), err=True)

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            super().handle_exit(sig, frame)
            self.loop.call_soon_threadsafe(api.state.streams.stop)

    where: dict[str, Any] = (
        {"uds": settings.unix_socket} if settings.unix_socket else {"host": settings.host, "port": settings.port}
    )
    server = Graceful(
        uvicorn.Config(
            api,
            **where,
            loop="uvloop",
            http="httptools",
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=REQUESTS_END_S,
        )
    )
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    for number in before:
        signal.signal(
            number, signal.SIG_IGN
        )  # uvicorn raises the signal again when it has stopped: we stop by ourselves
    try:
        server.run()
    except (SystemExit, OSError):  # uvicorn could not start, and has logged why
        raise Failure(_("{url} cannot be listened on.").format(url=address(settings)), Exit.SERVER) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
