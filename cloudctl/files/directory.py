"""The file store in a directory: `ab/abcdef...` for each digest, written beside and renamed when whole."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

from cloudctl.domain.accounts import missing
from cloudctl.domain.errors import Unavailable
from cloudctl.ports.files import Kept

PIECE_BYTES = 1 << 20
INCOMING = "incoming"
STRAY_AFTER = timedelta(days=1)


class Directory:
    """Implements ports.files.Files under `root`, which is made with the first file."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, content: bytes) -> Kept:
        digest = sha256(content).hexdigest()
        target = self._place(digest)
        try:
            if target.exists():
                target.touch()
            else:
                self._write(target, content)
        except OSError as error:
            raise Unavailable("The file store cannot be written: {words}.", words=error.strerror or "?") from error
        return Kept(digest, len(content))

    def get(self, digest: str) -> bytes:
        try:
            return checked(digest, self._place(digest).read_bytes())
        except FileNotFoundError as error:
            raise missing("file", digest) from error
        except OSError as error:
            raise Unavailable("The file store cannot be read: {words}.", words=error.strerror or "?") from error

    def put_pieces(self, pieces: Iterable[bytes]) -> Kept:
        """The name is known only at the end, so the bytes wait beside; what a dead process left there goes in a day."""
        whole, size_bytes = sha256(), 0
        try:
            with NamedTemporaryFile(dir=self._incoming(), delete=False) as file:
                try:
                    for piece in pieces:
                        whole.update(piece)
                        size_bytes += file.write(piece)
                    file.flush()
                    os.fsync(file.fileno())
                    target = self._place(whole.hexdigest())
                    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                    Path(file.name).rename(target)
                except BaseException:
                    Path(file.name).unlink(missing_ok=True)
                    raise
        except OSError as error:
            raise Unavailable("The file store cannot be written: {words}.", words=error.strerror or "?") from error
        return Kept(whole.hexdigest(), size_bytes)

    def pieces(self, digest: str) -> Iterator[bytes]:
        whole = sha256()
        try:
            with self._place(digest).open("rb") as file:
                while piece := file.read(PIECE_BYTES):
                    whole.update(piece)
                    yield piece
        except FileNotFoundError as error:
            raise missing("file", digest) from error
        except OSError as error:
            raise Unavailable("The file store cannot be read: {words}.", words=error.strerror or "?") from error
        if whole.hexdigest() != digest:
            raise damaged(digest)

    def is_sound(self, digest: str) -> bool:
        whole = sha256()
        try:
            with self._place(digest).open("rb") as file:
                while piece := file.read(PIECE_BYTES):
                    whole.update(piece)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise Unavailable("The file store cannot be read: {words}.", words=error.strerror or "?") from error
        return whole.hexdigest() == digest

    def delete(self, digest: str) -> None:
        self._place(digest).unlink(missing_ok=True)

    def older_than(self, moment: datetime) -> Iterator[str]:
        for path in sorted(self._root.glob("??/*")):
            if datetime.fromtimestamp(path.stat().st_mtime, UTC) < moment and len(path.name) == 64:
                yield path.name

    def _incoming(self) -> Path:
        incoming = self._root / INCOMING
        incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
        for stray in incoming.iterdir():
            with suppress(FileNotFoundError):
                if datetime.fromtimestamp(stray.stat().st_mtime, UTC) < datetime.now(UTC) - STRAY_AFTER:
                    stray.unlink()
        return incoming

    def _place(self, digest: str) -> Path:
        if len(digest) != 64 or not digest.isalnum():
            raise missing("file", digest)
        return self._root / digest[:2] / digest

    def _write(self, target: Path, content: bytes) -> None:
        """Whole or not at all, and on the disk before anybody is told of it."""
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=target.parent, prefix=".", delete=False) as file:
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).rename(target)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise


def checked(digest: str, content: bytes) -> bytes:
    """`content`, if it is what the digest was made of; raises Unavailable for a damaged one."""
    if sha256(content).hexdigest() != digest:
        raise damaged(digest)
    return content


def damaged(digest: str) -> Unavailable:
    """The bytes are not those that were kept."""
    return Unavailable("The file {digest} is damaged; restore it from the backup.", digest=digest)
