"""`make demo` as the first thing that somebody does with a clone: no environment, no data, no root needed."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(900)


def test_make_demo_from_a_fresh_clone(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    clone = tmp_path / "cloudctl"
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(clone)], check=True)
    ours = ("CLOUDCTL_", "VIRTUAL_ENV", "MAKE", "MFLAGS")  # under make, another make would name its directories
    bare = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environment = bare | {"CLOUDCTL_LANG": "en"}
    installed = _timed("make venv", clone, environment)
    played = _timed("make demo", clone, environment)
    record_property("figure", f"installation {installed:.0f} s, demonstration {played:.0f} s")
    again = _timed("make demo", clone, environment)  # a fresh database each time
    record_property("figure", f"again {again:.0f} s")
    changed = subprocess.run(["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True)
    assert changed.stdout == "", "the clone is dirty afterwards"


def _timed(command: str, clone: Path, environment: dict[str, str]) -> float:
    began = time.monotonic()
    done = subprocess.run(
        command.split(), cwd=clone, env=environment, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    if command == "make demo":
        assert "Try next:" in "".join(done.stdout.splitlines()[-8:])
        assert "delivered" in done.stdout
    return time.monotonic() - began
