"""How a command ends: the exit codes that scripts rely on, and the one error that carries them.

raise Failure(_("There is no such context."), Exit.NOT_FOUND)

`main.py` turns everything that ends a command into one of these codes.
"""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes; `MEANINGS` in words.py says each in a sentence."""

    OK = 0
    UNEXPECTED = 1
    USAGE = 2
    NOT_FOUND = 3
    CONFLICT = 4
    FORBIDDEN = 5
    SERVER = 6
    DENIED = 7
    UNFINISHED = 8
    INTERRUPTED = 130
    PIPE = 141


class Failure(Exception):
    """Ends the command: `message` (one or several lines) goes to the error output, `code` to the shell."""

    def __init__(self, message: str, code: Exit) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
