"""Certificates over ACME: a real Pebble asks a real bind9 for the proof."""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import dns.message
import dns.query
import pytest
from cryptography import x509
from cryptography.x509 import DNSName, SubjectAlternativeName

from cloudctl.domain.errors import Rejected, Unreachable
from cloudctl.names.acme import AcmeCertifier
from cloudctl.names.updates import UpdatedNames
from cloudctl.secrets.authority import CryptographyAuthority
from tests.factories import Clock
from tests.unit.names.name_server import KEY, ZONE, NameServer
from tests.waiting import until

ACCOUNT, ACCOUNT_KEY = "city-1", "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W"


class Pebble:
    """An ACME server of its own on loopback; it forgets all at its end."""

    def __init__(self, home: Path, name_server: int, *, closed: bool = False) -> None:
        home.mkdir()
        self.home, (self.port, self.management) = home, _free_ports()
        authority, clock = CryptographyAuthority(), Clock()
        day = clock.now()
        root = authority.new_tls("test", day.replace(year=day.year - 9), day.replace(year=day.year + 9))
        own = authority.issue_tls(
            root.private_key, root.public, serial=7, names=["127.0.0.1"], starts_at=day.replace(year=day.year - 9),
            ends_at=day.replace(year=day.year + 9),
        )  # fmt: skip
        (home / "cert.pem").write_text(own.cert_pem)
        (home / "key.pem").write_text(own.key_pem)
        self.roots = home / "roots.pem"
        self.roots.write_text(root.public)
        written = {
            "listenAddress": f"127.0.0.1:{self.port}", "managementListenAddress": f"127.0.0.1:{self.management}",
            "certificate": str(home / "cert.pem"), "privateKey": str(home / "key.pem"), "httpPort": 5002,
            "tlsPort": 5001, "externalAccountBindingRequired": closed,
            "externalAccountMACKeys": {ACCOUNT: ACCOUNT_KEY} if closed else {},
        }  # fmt: skip
        (home / "config.json").write_text(json.dumps({"pebble": written}))
        self.log = (home / "log").open("wb")
        words = ["pebble", "-config", str(home / "config.json"), "-dnsserver", f"127.0.0.1:{name_server}", "-strict"]
        environment = os.environ | {"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0"}
        self.process = subprocess.Popen(words, stdout=self.log, stderr=self.log, env=environment)
        self._await()

    def _await(self) -> None:
        trusted = ssl.create_default_context(cafile=str(self.roots))

        def root() -> str:
            assert self.process.poll() is None, (self.home / "log").read_text()
            try:
                with urlopen(f"https://127.0.0.1:{self.management}/roots/0", context=trusted) as answer:
                    return str(answer.read().decode())
            except OSError:
                return ""

        self.roots.write_text(self.roots.read_text() + until(root, what=(self.home / "log").read_text))

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)
        self.log.close()


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1]), int(other.getsockname()[1])


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UpdatedNames]:
    server = NameServer(tmp_path_factory.mktemp("named"))
    try:
        yield UpdatedNames(zone=ZONE, server="127.0.0.1", port=server.port, key_name="cloudctl", key=KEY)
    finally:
        server.stop()


@pytest.fixture(scope="module")
def pebble(names: UpdatedNames, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pebble]:
    server = Pebble(tmp_path_factory.mktemp("acme") / "open", names.port)
    yield server
    server.stop()


def certifier(pebble: Pebble, names: UpdatedNames, home: Path, **more: object) -> AcmeCertifier:
    return AcmeCertifier(
        issuer=f"https://127.0.0.1:{pebble.port}/dir", zone=names, account_file=home / "account.pem",
        roots_file=str(pebble.roots), settle_s=0, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_name_is_certified_once_its_zone_has_proven_it(pebble: Pebble, names: UpdatedNames, tmp_path: Path) -> None:
    asked = certifier(pebble, names, tmp_path, contact="office@city.example")
    issued = asked.issue(f"fgw-site.{ZONE}")
    shown = x509.load_pem_x509_certificate(issued.cert_pem.encode())
    assert shown.extensions.get_extension_for_class(SubjectAlternativeName).value.get_values_for_type(DNSName) == [
        f"fgw-site.{ZONE}"
    ]
    assert (issued.serial, issued.ends_at) == (shown.serial_number, shown.not_valid_after_utc)
    assert issued.chain_pem.startswith(issued.cert_pem)
    assert "PRIVATE KEY" in issued.key_pem
    ssl.create_default_context(cadata=asked.roots)
    assert (tmp_path / "account.pem").stat().st_mode & 0o777 == 0o600
    # The account is the same the next time, and the proof does not stay in the zone.
    assert asked.issue(f"fgw-site.{ZONE}").serial != issued.serial
    assert texts(names, f"_acme-challenge.fgw-site.{ZONE}") == []


def test_a_name_that_the_zone_does_not_prove_is_refused(pebble: Pebble, names: UpdatedNames, tmp_path: Path) -> None:
    class Forgetful(UpdatedNames):
        def prove(self, name: str, text: str) -> None:
            super().prove(name, f"not {text[:9]}")

    wrong = Forgetful(zone=ZONE, server="127.0.0.1", port=names.port, key_name="cloudctl", key=KEY)
    with pytest.raises(Rejected, match=f"does not certify oa.{ZONE}: .+"):
        certifier(pebble, wrong, tmp_path).issue(f"oa.{ZONE}")
    assert texts(names, f"_acme-challenge.oa.{ZONE}") == []


def test_an_authority_that_is_away_or_not_trusted_is_said_to_be(
    pebble: Pebble, names: UpdatedNames, tmp_path: Path
) -> None:
    (closed, _) = _free_ports()
    away = AcmeCertifier(issuer=f"https://127.0.0.1:{closed}/dir", zone=names, account_file=tmp_path / "a.pem")
    with pytest.raises(Unreachable, match="does not answer"):
        away.issue(f"oa.{ZONE}")
    stranger = AcmeCertifier(
        issuer=f"https://127.0.0.1:{pebble.port}/dir", zone=names, account_file=tmp_path / "b.pem", settle_s=0
    )
    with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
        stranger.issue(f"oa.{ZONE}")


def test_one_that_serves_only_whom_it_knows_is_shown_the_account(names: UpdatedNames, tmp_path: Path) -> None:
    server = Pebble(tmp_path / "closed", names.port, closed=True)
    try:
        with pytest.raises(Rejected, match="external account binding"):
            certifier(server, names, tmp_path).issue(f"oa.{ZONE}")
        known = certifier(server, names, tmp_path, binding=(ACCOUNT, ACCOUNT_KEY))
        assert known.issue(f"oa.{ZONE}").chain_pem
    finally:
        server.stop()


def texts(names: UpdatedNames, name: str) -> list[str]:
    answer = dns.query.tcp(dns.message.make_query(name, "TXT"), names.server, 5, names.port)
    return [str(record) for part in answer.answer for record in part]
