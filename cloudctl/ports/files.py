"""The file store: bytes by their own digest, so the same file is kept once and a changed one is noticed.

    kept = ctx.files.put(content)              # -> Kept(digest="9f86d0...", size_bytes=4)
    content = ctx.files.get(kept.digest)
    kept = ctx.files.put_pieces(pieces)        # for what does not fit into memory
    for piece in ctx.files.pieces(kept.digest): ...

Nothing is written within a transaction: a file goes in before the record that names it, and one that no record names
is swept away later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple, Protocol


class Kept(NamedTuple):
    """A file in the store: `digest` is its SHA-256 in hexadecimal digits."""

    digest: str
    size_bytes: int


class Files(Protocol):
    """Raises Unavailable when the store cannot be reached, and for bytes that are not their digest's."""

    def put(self, content: bytes) -> Kept:
        """Keeps a file; one that is there already stays, and counts as new for `older_than`."""
        ...

    def get(self, digest: str) -> bytes:
        """A file's bytes, checked against the digest; raises NotFound."""
        ...

    def put_pieces(self, pieces: Iterable[bytes]) -> Kept:
        """Keeps a file that comes piece by piece: whole, or not at all."""
        ...

    def pieces(self, digest: str) -> Iterator[bytes]:
        """A file's bytes piece by piece; for other bytes than the digest's it raises after the last one."""
        ...

    def is_sound(self, digest: str) -> bool:
        """Whether the file is there and its bytes are the digest's; reads all of them."""
        ...

    def delete(self, digest: str) -> None:
        """Removes a file; one that is gone is no error."""
        ...

    def older_than(self, moment: datetime) -> Iterator[str]:
        """The digests of what was last put before `moment`."""
        ...
