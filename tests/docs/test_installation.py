"""The files that the installing page hands out: services, the proxy's site, the settings."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cloudctl.settings import load
from tests.docs.markdown import DOCS, blocks
from tests.docs.surroundings import free_port

HOW_TO = DOCS / "how-to"
UNITS = sorted((HOW_TO / "systemd").glob("*.service"))
SITE = HOW_TO / "nginx.conf"
PROGRAM = "/opt/cloudctl/bin/cloudctl"


def read(unit: Path) -> dict[str, dict[str, list[str]]]:
    """A unit's sections; a key may come several times."""
    parser = configparser.RawConfigParser(strict=False, interpolation=None, delimiters=("=",), comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(unit.read_text(encoding="utf-8"))
    text = unit.read_text(encoding="utf-8")
    return {
        section: {key: re.findall(rf"^{key}=(.*)$", text, re.MULTILINE) for key in parser[section]}
        for section in parser.sections()
    }


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_run_without_privileges_and_stop_gracefully(unit: Path) -> None:
    service = read(unit)["Service"]
    assert service["ExecStart"] == [f"{PROGRAM} {unit.stem.removeprefix('cloudctl-')}"]
    assert service["User"] == ["cloudctl"]
    assert service["Restart"] == ["always"]
    assert int(service["TimeoutStopSec"][0]) > 30
    assert {"NoNewPrivileges", "ProtectSystem", "StateDirectory"} <= service.keys()


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    assert [unit.name for unit in UNITS] == ["cloudctl-serve.service", "cloudctl-worker.service"]
    program = Path(sys.executable).with_name("cloudctl")
    for unit in UNITS:
        (tmp_path / unit.name).write_text(unit.read_text(encoding="utf-8").replace(PROGRAM, str(program)))
    checker = shutil.which("systemd-analyze")
    if checker is None:  # a machine without systemd: what configparser reads has to do
        assert all(read(unit).keys() == {"Unit", "Service", "Install"} for unit in UNITS)
        return
    command = [checker, "verify", "--man=no", *map(str, sorted(tmp_path.glob("*.service")))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert [line for line in done.stderr.splitlines() if "cloudctl" in line] == []


def test_site_is_well_formed(tmp_path: Path) -> None:
    text = re.sub(r"#.*", "", SITE.read_text(encoding="utf-8"))
    assert text.count("{") == text.count("}")
    assert all(line.rstrip().endswith((";", "{", "}")) for line in text.splitlines() if line.strip())
    nginx = shutil.which("nginx")
    if nginx is not None:
        _certificate(tmp_path)
        (tmp_path / "nginx.conf").write_text(_whole(text, tmp_path))
        command = [nginx, "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def _whole(site: str, folder: Path) -> str:
    """A configuration around the site that anybody may test: files in `folder`, ports that are free."""
    here = site.replace("/etc/cloudctl/tls", str(folder))
    for port in ("80", "443"):
        here = here.replace(f"listen {port}", f"listen 127.0.0.1:{free_port()}")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    return f"pid {folder}/pid;\nerror_log stderr;\nevents {{ }}\nhttp {{ access_log off;\n{places}\n{here}\n}}\n"


def test_event_streams_are_not_buffered() -> None:
    text = SITE.read_text(encoding="utf-8")
    streams = text[text.index("/events$") :].partition("}")[0]
    assert "proxy_buffering off;" in streams
    assert re.search(r"proxy_read_timeout\s+1h;", streams)


def test_settings_of_the_page_are_settings(tmp_path: Path) -> None:
    (block,) = [b for b in blocks((HOW_TO / "install.md").read_text(encoding="utf-8")) if b.language == "toml"]
    path = tmp_path / "cloudctl.toml"
    path.write_text(block.text, encoding="utf-8")
    settings = load({"CLOUDCTL_CONFIG": str(path)})
    assert settings.smtp.starttls
    assert settings.data_dir == "/var/lib/cloudctl"


def _certificate(folder: Path) -> None:
    """A self-signed one: nginx looks whether it can read it."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "cloud.example.gov.cn")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
