"""A terminal that types what a page says, and compares what comes back.

    with Terminal(folder, environment) as terminal:
        terminal.play(page.read_text())

`$` begins a command, `>` continues it; each line after it is expected in its output, on a line of its own. `…` stands
for anything within a line, or for lines that are left out. A command must succeed, unless the page itself asks for its
exit code with `echo $?`. Runs of blanks count as one, so that columns may be as wide as they like. A YAML, JSON or TOML
block that names a file is saved under that name first.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from time import monotonic
from typing import NamedTuple, Self
from uuid import uuid4

from tests.docs.markdown import Block, blocks

SECONDS_A_COMMAND = 120
SECONDS_TO_STOP = 30
SHOWN_ADDRESS = "127.0.0.1:8420"
ASKS_FOR_CODE = "echo $?"


class Command(NamedTuple):
    """What is typed, and the lines that must come back."""

    typed: str
    expected: list[str]
    line: int


def commands(block: Block) -> Iterator[Command]:
    """The commands of a console block."""
    typed: list[str] = []
    expected: list[str] = []
    began = block.line
    for number, line in enumerate(block.text.splitlines(), start=block.line + 1):
        if line.startswith("$ "):
            if typed:
                yield Command("\n".join(typed), expected, began)
            typed, expected, began = [line[2:]], [], number
        elif line.startswith("> ") and not expected:
            typed.append(line[2:])
        elif line.strip():
            expected.append(line)
    if typed:
        yield Command("\n".join(typed), expected, began)


def missing(expected: list[str], output: str) -> str | None:
    """The first expected line that the output lacks, each wanting a line of its own; None when all are there.

    In any order: things that were made at one moment may be listed either way round.
    """
    lines = [_plain(line) for line in output.splitlines()]
    for wanted in (line for line in expected if line.strip() != "…"):
        pattern = re.compile(".*".join(re.escape(part.strip()) for part in _plain(wanted).split("…")))
        found = next((line for line in lines if pattern.search(line)), None)
        if found is None:
            return wanted
        lines.remove(found)
    return None


def _plain(line: str) -> str:
    return " ".join(line.split())


class Terminal:
    """A bash in `folder`; variables and files live on from command to command."""

    def __init__(self, folder: Path, environment: Mapping[str, str], address: str = SHOWN_ADDRESS) -> None:
        self.folder = folder
        self._environment = dict(environment)
        self.address = address
        self._shell = _Process(["bash", "--norc"], folder, self._environment)
        self._others: list[_Process] = []
        self.wrong: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for process in (self._shell, *self._others):
            process.end()

    def play(self, page: str) -> int:
        """Types everything that a page asks for; answers the number of commands, raises with all that went wrong."""
        count = 0
        for block in blocks(page):
            if block.language in {"yaml", "json", "toml"} and block.words:
                path = self.folder / block.words[0]
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(self._here(block.text), encoding="utf-8")
            elif block.language == "console":
                count += self._block(block)
        assert not self.wrong, "\n\n".join(self.wrong)
        return count

    def _block(self, block: Block) -> int:
        typed = list(commands(block))
        assert typed, f"line {block.line}: a console block without a command"
        following = [command.typed for command in typed[1:]] + [""]
        for command, after in zip(typed, following, strict=True):
            if "background" in block.words:
                self._start(command)
            else:
                self._run(command, may_fail=after == ASKS_FOR_CODE)
        return len(typed)

    def _start(self, command: Command) -> None:
        process = _Process(["bash", "-c", self._here(command.typed)], self.folder, self._environment)
        self._others.append(process)
        output = process.until(lambda text: missing(command.expected, self._shown(text)) is None)
        self._compare(command, output, f"line {command.line}: {command.typed}\n{output}")

    def _run(self, command: Command, *, may_fail: bool) -> None:
        mark = f"--- {uuid4().hex}"
        script = self.folder / ".typed"
        script.write_text(self._here(command.typed) + "\n", encoding="utf-8")
        self._shell.send(f". ./{script.name} </dev/null; code=$?; printf '\\n{mark} %d\\n' $code; (exit $code)\n")
        answer = self._shell.until(lambda text: re.search(f"{mark} \\d+\n", text) is not None)
        assert mark in answer, f"line {command.line}: {command.typed}\ndid not end; so far:\n{answer}"
        output, _, code = answer.partition(mark)
        told = f"line {command.line}: {command.typed}\nexit code {code.strip()}, output:\n{output}"
        if code.strip() == "0" or may_fail:
            self._compare(command, output, told)
        else:
            self.wrong.append(told)

    def _compare(self, command: Command, output: str, told: str) -> None:
        lacking = missing(command.expected, self._shown(output))
        if lacking is not None:
            self.wrong.append(f"lacks: {lacking}\n{told}")

    def _here(self, text: str) -> str:
        return text.replace(SHOWN_ADDRESS, self.address)

    def _shown(self, text: str) -> str:
        return text.replace(self.address, SHOWN_ADDRESS)


class _Process:
    """A child process whose output is read as it comes."""

    def __init__(self, arguments: list[str], folder: Path, environment: Mapping[str, str]) -> None:
        self._child = subprocess.Popen(
            arguments, cwd=folder, env=dict(environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, bufsize=1, start_new_session=True,
        )  # fmt: skip
        self._lines: Queue[str] = Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._child.stdout is not None
        for line in self._child.stdout:
            self._lines.put(line)

    def send(self, text: str) -> None:
        assert self._child.stdin is not None
        self._child.stdin.write(text)
        self._child.stdin.flush()

    def until(self, enough: object) -> str:
        """The output up to where `enough(output)` holds, or all that came in time."""
        assert callable(enough)
        text, deadline = "", monotonic() + SECONDS_A_COMMAND
        while not enough(text) and (left := deadline - monotonic()) > 0:
            try:
                text += self._lines.get(timeout=min(left, 1.0))
            except Empty:
                if self._child.poll() is not None and self._lines.empty():
                    return text
        return text

    def end(self) -> None:
        """The process and all that it started, as their service would be stopped; then the hard way."""
        assert self._child.stdin is not None
        self._child.stdin.close()
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(self._child.pid, number)
            with suppress(subprocess.TimeoutExpired):
                self._child.wait(SECONDS_TO_STOP)
                self._reader.join(SECONDS_TO_STOP)
                if not self._reader.is_alive():
                    break
        assert self._child.stdout is not None
        self._child.stdout.close()
