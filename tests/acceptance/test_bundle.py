"""The offline bundle, installed and used in a network namespace in which there is no network, not even a loopback."""

from __future__ import annotations

import os
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def namespace() -> Iterator[str]:
    """A namespace with nothing but its own loopback, which is up: `serve` listens there."""
    name = f"cloudctl-{uuid4().hex[:8]}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
        yield name
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`make bundle` of a clone, unpacked."""
    home = tmp_path_factory.mktemp("bundle")
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(home / "clone")], check=True)
    _ran(["make", "bundle"], home / "clone")
    (archive,) = (home / "clone" / "dist").glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(home, filter="data")
    return home / archive.name.removesuffix(".tar.gz")


def test_the_namespace_has_no_network(namespace: str) -> None:
    links = subprocess.run(["ip", "-n", namespace, "-brief", "link"], capture_output=True, text=True, check=True)
    assert [line.split()[0] for line in links.stdout.splitlines()] == ["lo"]
    routes = subprocess.run(["ip", "-n", namespace, "route"], capture_output=True, text=True, check=True)
    assert routes.stdout == ""


def test_it_installs_and_plays_the_demonstration_without_a_network(
    namespace: str, folder: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    wheels = sorted(path.name for path in (folder / "wheels").iterdir())
    assert any(name.startswith("cloudctl-") for name in wheels)
    inside = ["ip", "netns", "exec", namespace]
    prefix = tmp_path / "opt"
    assert "installed:" in _ran([*inside, "./install.sh", str(prefix)], folder)
    program = str(prefix / "bin" / "cloudctl")
    assert _ran([*inside, program, "--version"], tmp_path).startswith("cloudctl ")
    assert (prefix / "share" / "playbooks").is_dir()
    told = _ran([*inside, program, "demo"], tmp_path, CLOUDCTL_DATA_DIR=str(tmp_path / "data"))
    assert "Try next:" in told
    size = sum(path.stat().st_size for path in (folder / "wheels").iterdir()) / 1e6
    record_property("figure", f"{len(wheels)} wheels, {size:.0f} MB")


def test_a_damaged_bundle_is_refused(namespace: str, folder: Path, tmp_path: Path) -> None:
    wheel = next((folder / "wheels").glob("cloudctl-*.whl"))
    content = wheel.read_bytes()
    wheel.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    try:
        done = subprocess.run(["./install.sh", str(tmp_path / "opt")], cwd=folder, capture_output=True, check=False)
    finally:
        wheel.write_bytes(content)
    assert done.returncode != 0
    assert b"damaged" in done.stderr
    assert not (tmp_path / "opt").exists()


def _ran(command: list[str], where: Path, **environment: str) -> str:
    """As somebody without any of our environment."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("CLOUDCTL_", "VIRTUAL_ENV"))}
    done = subprocess.run(
        command, cwd=where, env=bare | {"CLOUDCTL_LANG": "en"} | environment, capture_output=True, text=True,
        check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout
