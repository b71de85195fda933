"""Histograms and slots as bytes: small, and quick to add up.

Of a count is kept the low byte, in a plane of one byte a bin, which is compressed; and in a list beside it the few that
a byte does not hold, by place. Everything little-endian.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cloudctl.domain.histograms import BINS, SLOTS

_CODEC = pa.Codec("lz4_raw")
_HEAD = np.dtype("<u4")

Bytes = NDArray[np.uint8]
Counts = NDArray[np.uint32]


def packed_counts(counts: Counts) -> bytes:
    """Rows of histograms."""
    flat = counts.reshape(-1)
    places = np.flatnonzero(flat > 0xFF)
    more = np.stack((places, flat[places] >> 8)).astype(_HEAD)
    plane = _CODEC.compress(flat.astype(np.uint8).tobytes(), asbytes=True)
    return b"".join((len(places).to_bytes(4, "little"), more.tobytes(), plane))


def planes(content: bytes, rows: int) -> tuple[Bytes, Counts, Counts]:
    """What `packed_counts` made: the low bytes, and places with what is to be added there."""
    known = int.from_bytes(content[:4], "little")
    more = np.frombuffer(content, _HEAD, 2 * known, 4)
    plane = _CODEC.decompress(memoryview(content)[4 + 8 * known :], rows * BINS)
    return np.frombuffer(plane, np.uint8), more[:known], more[known:] << np.uint32(8)


def unpacked_counts(content: bytes, rows: int) -> Counts:
    """Rows of histograms again."""
    low, places, more = planes(content, rows)
    counts = low.astype(np.uint32)
    counts[places] += more
    return counts.reshape(rows, BINS)


def packed_seen(seen: NDArray[np.bool_]) -> bytes:
    """Rows of slots."""
    return bytes(_CODEC.compress(np.packbits(seen, axis=1).tobytes(), asbytes=True))


def unpacked_seen(content: bytes, rows: int) -> NDArray[np.bool_]:
    """Rows of slots again."""
    bits = np.frombuffer(_CODEC.decompress(content, rows * SLOTS // 8), np.uint8)
    return np.unpackbits(bits.reshape(rows, SLOTS // 8), axis=1).astype(bool)
