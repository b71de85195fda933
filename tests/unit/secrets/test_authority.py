"""What the authority signs, judged by others: OpenSSH's server and client, and openssl."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cloudctl.domain.errors import Invalid
from cloudctl.ports.authority import Authority, KeyPair, MadeAuthority
from cloudctl.secrets.authority import CryptographyAuthority
from tests.sshd import ME, Door, sshd

SIGNS: Authority = CryptographyAuthority()
HOST = "host-3f2a1b9c"
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def ca() -> MadeAuthority:
    return SIGNS.new_ssh("cloudctl ssh 1")


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory, ca: MadeAuthority) -> Iterator[Door]:
    with sshd(tmp_path_factory.mktemp("sshd"), authorities=f"{ca.public}\n", principals={ME: HOST}) as made:
        yield made


def written(directory: Path, pair: KeyPair, certificate: str) -> Path:
    """A key file with its certificate beside it."""
    key = directory / "key"
    key.touch(mode=0o600)
    key.write_text(pair.private_key)
    (directory / "key-cert.pub").write_text(f"{certificate}\n")
    return key


def signed(ca: MadeAuthority, pair: KeyPair, **changes: Any) -> str:
    given: dict[str, Any] = {
        "serial": 7,
        "key_id": "grant/1/li",
        "principals": [HOST],
        "starts_at": NOW - timedelta(minutes=5),
        "ends_at": NOW + timedelta(hours=1),
        "source_addresses": ["127.0.0.1/32"],
    }
    return SIGNS.sign_ssh(ca.private_key, pair.public_key, **(given | changes))


def test_sshd_lets_in_who_has_the_certificate_and_says_who_it_was(
    tmp_path: Path, ca: MadeAuthority, door: Door
) -> None:
    pair = SIGNS.key_pair("li")
    entered = door.enter(written(tmp_path, pair, signed(ca, pair)))
    assert (entered.returncode, entered.stdout.strip()) == (0, ME), entered.stderr + door.log.read_text()
    assert "grant/1/li (serial 7)" in door.log.read_text()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"starts_at": NOW - timedelta(hours=2), "ends_at": NOW - timedelta(seconds=1)}, "expired"),
        ({"starts_at": NOW + timedelta(hours=1), "ends_at": NOW + timedelta(hours=2)}, "not yet valid"),
        ({"source_addresses": ["10.8.0.0/24"]}, "not from a permitted source address"),
        ({"principals": ["host-another"]}, "does not contain"),
    ],
)
def test_sshd_refuses_it_after_its_end_from_elsewhere_and_for_another_host(
    tmp_path: Path, ca: MadeAuthority, door: Door, changes: dict[str, Any], words: str
) -> None:
    pair = SIGNS.key_pair("li")
    before = len(door.log.read_text())
    refused = door.enter(written(tmp_path, pair, signed(ca, pair, **changes)))
    assert refused.returncode == 255, refused
    assert words in door.log.read_text()[before:]


def test_sshd_refuses_what_another_authority_signed_and_the_bare_key(
    tmp_path: Path, ca: MadeAuthority, door: Door
) -> None:
    pair, other = SIGNS.key_pair("li"), SIGNS.new_ssh("somebody else")
    assert door.enter(written(tmp_path, pair, signed(other, pair))).returncode == 255
    (tmp_path / "key-cert.pub").unlink()
    assert door.enter(tmp_path / "key").returncode == 255


def test_a_certificate_allows_a_terminal_to_people_alone_and_forwards_nothing(
    tmp_path: Path, ca: MadeAuthority
) -> None:
    pair = SIGNS.key_pair("li")
    for interactive, extensions in ((False, set()), (True, {"permit-pty"})):
        written(tmp_path, pair, signed(ca, pair, interactive=interactive))
        told = subprocess.run(
            ["ssh-keygen", "-L", "-f", str(tmp_path / "key-cert.pub")], capture_output=True, text=True, check=True
        ).stdout
        shown = told.split("Extensions:")[1].split()
        assert {word for word in shown if word != "(none)"} == extensions
        assert "source-address 127.0.0.1/32" in told


@pytest.mark.parametrize("key", ["", "ssh-ed25519", "ssh-ed25519 AAAA", "ssh-dss AAAAB3NzaC1kc3MAAACBAP", "x" * 5000])
def test_what_is_no_public_key_is_refused_by_its_field(ca: MadeAuthority, key: str) -> None:
    with pytest.raises(Invalid) as caught:
        signed(ca, KeyPair(private_key="", public_key=key))
    assert caught.value.field == "public_key"


def test_a_short_rsa_key_and_a_certificate_for_everybody_are_refused(tmp_path: Path, ca: MadeAuthority) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", str(tmp_path / "weak")], check=True)
    weak = KeyPair(private_key="", public_key=(tmp_path / "weak.pub").read_text())
    with pytest.raises(Invalid, match="can be signed"):
        signed(ca, weak)
    with pytest.raises(Invalid, match="names whom"):
        signed(ca, SIGNS.key_pair("li"), principals=[])


def issued(tmp_path: Path, names: list[str]) -> tuple[Path, Path]:
    root = SIGNS.new_tls("cloudctl tls 1", NOW - timedelta(minutes=5), NOW + timedelta(days=3650))
    made = SIGNS.issue_tls(
        root.private_key, root.public, serial=12, names=names, starts_at=NOW - timedelta(minutes=5),
        ends_at=NOW + timedelta(days=90),
    )  # fmt: skip
    (tmp_path / "root.pem").write_text(root.public)
    (tmp_path / "chain.pem").write_text(made.chain_pem)
    (tmp_path / "cert.pem").write_text(made.cert_pem)
    (tmp_path / "key.pem").write_text(made.key_pem)
    return tmp_path / "root.pem", tmp_path / "cert.pem"


def openssl(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["openssl", *map(str, arguments)], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


def test_openssl_verifies_the_chain_for_the_name_and_for_no_other(tmp_path: Path) -> None:
    root, certificate = issued(tmp_path, ["site.fgw.city.gov.cn", "10.8.0.4"])
    for more in (["-verify_hostname", "site.fgw.city.gov.cn"], ["-verify_ip", "10.8.0.4"], ["-purpose", "sslserver"]):
        checked = openssl("verify", "-x509_strict", "-CAfile", root, *more, certificate)
        assert checked.returncode == 0, checked
    for more in (["-verify_hostname", "other.city.gov.cn"], ["-purpose", "sslclient"]):
        assert openssl("verify", "-CAfile", root, *more, certificate).returncode != 0
    assert openssl("verify", "-CAfile", tmp_path / "cert.pem", certificate).returncode != 0
    late = int((NOW + timedelta(days=91)).timestamp())
    assert "expired" in openssl("verify", "-CAfile", root, "-attime", str(late), certificate).stderr
    pair = [
        openssl("x509", "-in", certificate, "-noout", "-pubkey"),
        openssl("pkey", "-in", tmp_path / "key.pem", "-pubout"),
    ]
    assert pair[0].stdout == pair[1].stdout != ""


def test_a_server_s_certificate_signs_no_other(tmp_path: Path) -> None:
    root, certificate = issued(tmp_path, ["a.city.gov.cn"])
    (tmp_path / "ext").write_text("subjectAltName=DNS:b.city.gov.cn\n")
    request, forged = tmp_path / "b.csr", tmp_path / "b.pem"
    openssl(
        "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", tmp_path / "b.key", "-subj", "/CN=b", "-out", request
    )
    openssl("x509", "-req", "-in", request, "-CA", certificate, "-CAkey", tmp_path / "key.pem", "-set_serial", "9",
            "-days", "30", "-out", forged, "-extfile", tmp_path / "ext")  # fmt: skip
    assert forged.exists()
    assert openssl("verify", "-CAfile", root, "-untrusted", certificate, forged).returncode != 0


@pytest.mark.parametrize("names", [[], ["has space"], ["-a.b"], ["a..b"], ["中文.cn"], ["a" * 64 + ".cn"], ["*"]])
def test_what_is_no_name_is_refused_by_its_field(tmp_path: Path, names: list[str]) -> None:
    with pytest.raises(Invalid) as caught:
        issued(tmp_path, names)
    assert caught.value.field == "names"


def test_a_long_name_stands_among_the_alternatives_alone(tmp_path: Path) -> None:
    name = ".".join(["abcdefghij"] * 7) + ".gov.cn"
    root, certificate = issued(tmp_path, [name])
    assert openssl("verify", "-x509_strict", "-CAfile", root, "-verify_hostname", name, certificate).returncode == 0
