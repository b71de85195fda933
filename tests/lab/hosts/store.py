"""A store of backups: what restic calls a REST server, in the namespace of a set of hosts, its files in one folder.

Run as a program it serves until it is ended: python store.py ADDRESS PORT FOLDER
"""

from __future__ import annotations

import json
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

PORT = 8000
_KINDS = "data|keys|locks|snapshots|index"
_FILE = re.compile(rf"^/([a-z0-9_/-]+)/(?:(config)|({_KINDS})/([0-9a-f]{{64}}))$")
_LIST = re.compile(rf"^/([a-z0-9_/-]+)/({_KINDS})/$")
_LISTING = "application/vnd.x.restic.rest.v2"


class Handler(BaseHTTPRequestHandler):
    """The protocol, version 2; whoever reaches it may do everything, for restic seals what it sends."""

    folder: ClassVar[Path]
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        path = self._file()
        if path is None or not path.exists():
            self._answer(404)
        else:
            self._answer(200, length=path.stat().st_size)

    def do_GET(self) -> None:
        listed = _LIST.match(self.path)
        path = self._file()
        if listed:
            kept = sorted((self.folder / listed[1] / listed[2]).glob("*"))
            rows = [{"name": entry.name, "size": entry.stat().st_size} for entry in kept]
            self._answer(200, json.dumps(rows).encode(), kind=_LISTING)
        elif path is None or not path.exists():
            self._answer(404)
        else:
            content = path.read_bytes()
            wanted = re.match(r"bytes=(\d+)-(\d*)$", self.headers.get("Range", ""))
            if wanted:
                first, last = int(wanted[1]), int(wanted[2] or len(content) - 1)
                self._answer(206, content[first : last + 1])
            else:
                self._answer(200, content)

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = self._file()
        if self.path.partition("?")[2] == "create=true":
            self._answer(200)
        elif path is None:
            self._answer(404)
        elif path.exists() and path.name != "config":
            self._answer(403)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            self._answer(200)

    def do_DELETE(self) -> None:
        path = self._file()
        if path is not None and path.exists():
            path.unlink()
            self._answer(200)
        else:
            self._answer(404)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""

    def _file(self) -> Path | None:
        found = _FILE.match(self.path)
        return self.folder.joinpath(found[1], found[2] or f"{found[3]}/{found[4]}") if found else None

    def _answer(self, status: int, content: bytes = b"", *, length: int | None = None, kind: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        if kind:
            self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(content)


def main() -> None:
    """Serve until ended."""
    address, port, folder = sys.argv[1:]
    Handler.folder = Path(folder)
    ThreadingHTTPServer((address, int(port)), Handler).serve_forever()


if __name__ == "__main__":
    main()
