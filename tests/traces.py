"""Where the public traces of real machines are: beside the checkout, or where TRACES says. They are never committed.

`TRACES=none` does without them, and says so; traces that are missing otherwise are an error.
"""

from __future__ import annotations

import os
from pathlib import Path

BESIDE = Path(__file__).parents[2] / "shared" / "data" / "traces"
BITBRAINS = "bitbrains_rnd_300vm_2013-07_09.parquet"


def bitbrains() -> Path | None:
    """300 machines over 92 days; None when they are not wanted."""
    named = os.environ.get("TRACES", "")
    if named == "none":
        print("TRACES=none: nothing is measured on traces of real machines")
        return None
    path = Path(named or BESIDE) / BITBRAINS
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: set TRACES to its directory, or to none to do without")
    return path
