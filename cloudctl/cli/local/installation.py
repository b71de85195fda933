"""This machine's installation, for the commands that run beside the server: settings read, application wired.

    with opened(settings_with(port=8080)) as app:
        app.prepare()

What is set wrongly ends the command with the sentence that says what to set.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.words import _

if TYPE_CHECKING:
    from cloudctl.bootstrap import App
    from cloudctl.settings import Settings


NOISY = ("alembic", "dbos", "uvicorn")  # what they say below a warning is no business of an operator


def settings_with(**overrides: object) -> Settings:
    """The settings in force, with those options of the command line that were given."""
    from cloudctl.settings import SettingsError, load  # noqa: PLC0415 - as all below: loaded when it runs

    try:
        return load(overrides={name: value for name, value in overrides.items() if value is not None})
    except SettingsError as error:
        raise Failure(
            _("A setting is wrong: {error}\n  See: cloudctl config show").format(error=error), Exit.USAGE
        ) from None


@contextmanager
def opened(settings: Settings) -> Iterator[App]:
    """The wired application, closed at the end whatever happens."""
    from cloudctl.bootstrap import build  # noqa: PLC0415

    with told():
        app = build(settings)
    try:
        with told():
            yield app
    finally:
        left = app.stop()
    if left:  # steps that outlasted the drain: their threads would hold the process, and its lease keeps others out
        logging.getLogger(__name__).warning(
            "stopped with %d workflows inside a step; they go on at the next start", left
        )
        logging.shutdown()
        os._exit(0)


@contextmanager
def told() -> Iterator[None]:
    """Turns what an installation gets wrong into a Failure with its sentence."""
    from cloudctl.domain.errors import ConfigurationError  # noqa: PLC0415
    from cloudctl.messages import fill  # noqa: PLC0415

    try:
        yield
    except ConfigurationError as error:
        raise Failure(fill(_, error.message, error.params), Exit.SERVER) from None


def log_as_set(settings: Settings) -> None:
    """Logs of this process as the settings ask: JSON lines with the ids that are known, redacted; or plain text."""
    import logging  # noqa: PLC0415

    from cloudctl.engine import log_context  # noqa: PLC0415
    from cloudctl.ports.context import REQUEST_ID  # noqa: PLC0415
    from cloudctl.secrets.redact import redact  # noqa: PLC0415
    from cloudctl.telemetry.logs import JsonFormatter, configure, order_of  # noqa: PLC0415

    fields = {
        "request_id": REQUEST_ID.get,
        "workflow": log_context.workflow.get,
        "step": log_context.step.get,
        "order": lambda: order_of(log_context.workflow.get()),
        "worker": lambda: settings.executor_id or None,
    }
    plain = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    least = max(logging.WARNING, logging.getLevelNamesMapping()[settings.log_level])
    for library in NOISY:
        logging.getLogger(library).setLevel(least)
    configure(settings.log_level, JsonFormatter(fields, redact) if settings.log_json else plain)
