"""An offline installation in one file: every wheel, data folders, unit files, checksums, and a script that installs.

    python .ci/make_bundle.py [TARGET_DIRECTORY]      # -> dist/cloudctl-<version>.tar.gz

The machine that installs it needs Python 3.11 with venv, and no network.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
DATA = ("playbooks", "inventory", "policies", "docs/how-to", "docs/zh-CN/how-to")
FILES = ("LICENSE", "README.md", "README.zh-CN.md", "CHANGELOG.md", "constraints.txt")
INSTALL = """#!/bin/sh
# Installs cloudctl from this folder alone: ./install.sh [PREFIX], by default /opt/cloudctl. No network is used.
set -eu
cd "$(dirname "$0")"
prefix=${1:-/opt/cloudctl}
sha256sum --check --quiet SHA256SUMS || { echo "the bundle is damaged: copy it again" >&2; exit 1; }
${PYTHON:-python3} -m venv "$prefix"
"$prefix/bin/python" -m pip install --quiet --no-index --find-links wheels --constraint constraints.txt cloudctl
mkdir -p "$prefix/share"
cp -r playbooks inventory policies docs "$prefix/share/"
echo "installed: $prefix/bin/cloudctl"
"$prefix/bin/cloudctl" --version
"""


def main(target: Path) -> Path:
    """Builds the wheels, gathers the files, writes checksums and the archive."""
    sys.path.insert(0, str(ROOT))
    from cloudctl import __version__

    name = f"cloudctl-{__version__}"
    with TemporaryDirectory() as directory:
        bundle = Path(directory, name)
        wheels = bundle / "wheels"
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--wheel-dir", str(wheels)]
        subprocess.run([*command, "--constraint", str(ROOT / "constraints.txt"), str(ROOT)], check=True)
        for folder in DATA:
            shutil.copytree(ROOT / folder, bundle / folder)
        for file in FILES:
            shutil.copy(ROOT / file, bundle / file)
        script = bundle / "install.sh"
        script.write_text(INSTALL, encoding="utf-8")
        script.chmod(0o755)
        _checksums(bundle)
        target.mkdir(parents=True, exist_ok=True)
        archive = target / f"{name}.tar.gz"
        with tarfile.open(archive, "w:gz") as tar:
            tar.add(bundle, arcname=name)
    print(archive)
    return archive


def _checksums(bundle: Path) -> None:
    """Every file of the bundle, as `sha256sum --check` reads it."""
    files = sorted(path for path in bundle.rglob("*") if path.is_file())
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(bundle)}" for path in files]
    (bundle / "SHA256SUMS").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "dist")
