"""Bodies that may be larger than others: files, by the paths that take them."""

from __future__ import annotations

import re

from cloudctl.domain.attachments import LARGEST_BYTES

LARGEST_BODY = 1024 * 1024
LARGEST_WORKBOOK = 10 * 1024 * 1024
LARGEST_SWEEP = 16 * 1024 * 1024
LARGEST_POINTS = 64 * 1024 * 1024

_LARGER = (
    (re.compile(r"/v1/orders/[0-9a-fA-F-]{36}/attachments\Z"), LARGEST_BYTES),
    (re.compile(r"/v1/(orders|adoptions|register-forms/[a-z]+)/import(/marked)?\Z"), LARGEST_WORKBOOK),
    (re.compile(r"/v1/clearings/[0-9a-fA-F-]{36}/lines/files\Z"), LARGEST_BYTES),
    (re.compile(r"/v1/shadows/sweeps\Z"), LARGEST_SWEEP),
    (re.compile(r"/v1/telemetry/files\Z"), LARGEST_POINTS),
)


def largest(path: str, usual: int = LARGEST_BODY) -> int:
    """How many bytes a body at `path` may have."""
    return next((most for pattern, most in _LARGER if pattern.match(path)), usual)
