"""Logs as JSON, one object a line, on the standard error stream, through the standard library.

    configure("INFO", JsonFormatter({"request_id": REQUEST_ID.get, "workflow": log_context.workflow.get}, redact))

Every line has time (UTC), level, logger and message, then the ids that are known where it was written, what the
caller gave as `extra`, and a traceback as `error`. All of it passes through `redact` first; bootstrap hands that in.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

Field = Callable[[], str | None]

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


class JsonFormatter(logging.Formatter):
    """`fields` are asked for each line, in the writing thread; those that answer None are left out."""

    def __init__(self, fields: Mapping[str, Field], redact: Callable[[Any], Any]) -> None:
        super().__init__()
        self._fields = dict(fields)
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        known = {name: field() for name, field in self._fields.items()}
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
            **{name: value for name, value in known.items() if value is not None},
            **{name: value for name, value in vars(record).items() if name not in _STANDARD},
        }
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        return json.dumps(self._redact(_plain(entry)), ensure_ascii=False)


def order_of(workflow: str | None) -> str | None:
    """The order's id in a workflow's id (`<order id>:<attempt>`)."""
    return workflow.partition(":")[0] if workflow else None


def configure(level: str, formatter: logging.Formatter, stream: TextIO | None = None) -> None:
    """Makes `formatter` the only way that anything of this process is logged; a second call replaces the first."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(level=level, handlers=[handler], force=True)


def _message(record: logging.LogRecord) -> str:
    """The message; with arguments that do not fit it, the bare text: a log line never fails."""
    try:
        return record.getMessage()
    except (TypeError, ValueError, LookupError):
        return str(record.msg)


def _plain(value: Any) -> Any:
    """What JSON has: everything else as its text, so that redaction sees it."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Mapping():
            return {str(key): _plain(field) for key, field in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(element) for element in value]
        case bytes() | bytearray():
            return f"{len(value)} bytes"
    return str(value)
