"""The words of the command line: its locale, what exit codes mean, and Click's sentences.

`_` translates into the locale of the process, which its environment fixes before anything is imported.
"""

from __future__ import annotations

from cloudctl.cli.exits import Exit
from cloudctl.messages import locale_from_environment, mark, mark_plural, translator

LOCALE = locale_from_environment()
_ = translator(LOCALE)

MEANINGS: dict[Exit, str] = {
    Exit.OK: mark("Done."),
    Exit.UNEXPECTED: mark("An error that nobody foresaw."),
    Exit.USAGE: mark("The command or a value is not acceptable."),
    Exit.NOT_FOUND: mark("There is no such thing, or it is another department's."),
    Exit.CONFLICT: mark("The present state, a quota or a version does not allow it."),
    Exit.FORBIDDEN: mark("Not logged in, or not allowed."),
    Exit.SERVER: mark("The server failed or cannot be reached."),
    Exit.DENIED: mark("A policy denies the order."),
    Exit.UNFINISHED: mark("What was waited for did not end well: an order not delivered, a cloud not read to its end."),
    Exit.INTERRUPTED: mark("Interrupted from the keyboard."),
    Exit.PIPE: mark("The reader of the output went away."),
}

# Click's own sentences that people meet; Click asks the same catalogue for them (main.py).
CLICK: tuple[str, ...] = (
    mark("Usage:"),
    mark("Options"),
    mark("Positional arguments"),
    mark("Commands"),
    mark("Show this message and exit."),
    mark("Show the version and exit."),
    mark("Error: {message}"),
    mark("Try '{command} {option}' for help."),
    mark("No such option {name!r}."),
    mark("No such command {name!r}."),
    mark("Missing command."),
    mark("Missing argument"),
    mark("Missing option"),
    mark("Missing parameter"),
    mark("Invalid value: {message}"),
    mark("Invalid value for {param_hint}: {message}"),
    mark("Could not open file {filename!r}: {message}"),
    mark("Option {name!r} does not take a value."),
    mark("{value!r} is not a valid {number_type}."),
    mark("{value} is not in the range {range}."),
    mark("{name} {filename!r} does not exist."),
    mark("{name} {filename!r} is a directory."),
    mark("{name} {filename!r} is not readable."),
    mark("required"),
    mark("default: {default}"),
    mark("env var: {var}"),
    mark("Choose from:\n\t{choices}"),
    mark("file"),
    mark("directory"),
    mark("path"),
)
CLICK_PLURALS: tuple[tuple[str, str], ...] = (
    mark_plural("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    mark_plural("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    mark_plural("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
    mark_plural("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
)
