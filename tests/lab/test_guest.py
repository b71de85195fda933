"""What a VM of the lab makes of the drive that Nova gives it, without a VM."""

from __future__ import annotations

import gzip
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path

import pytest

from tests.lab.hosts import guest


def test_scripts_are_carried_out_in_order_and_nothing_else_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guest, "OUTPUT", tmp_path / "output")
    message = MIMEMultipart()
    for text in ("#!/bin/sh\necho one", "#cloud-config\npackages: [nginx]\n", "#!/bin/sh\necho two; exit 3"):
        message.attach(MIMEText(text))
    for document in (message.as_bytes(), gzip.compress(message.as_bytes())):
        (tmp_path / "output").unlink(missing_ok=True)
        for number, part in enumerate(guest.parts(document)):
            guest.carry_out(tmp_path / f"part-{number}", part)
        assert (tmp_path / "output").read_text("utf-8") == "one\ntwo\n"
    assert list(guest.parts(b"#!/bin/sh\ntrue")) == [b"#!/bin/sh\ntrue"]


def test_each_device_gets_the_addresses_of_its_port(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(guest, "run", lambda *words: said.append(" ".join(words)))
    default = {"network": "0.0.0.0", "netmask": "0.0.0.0", "gateway": "10.9.0.1"}
    first = {"type": "ipv4", "ip_address": "10.9.0.7", "netmask": "255.255.255.224", "routes": [default]}
    second = {"type": "ipv6", "ip_address": "fd00::7", "netmask": "ffff:ffff:ffff:ffff::", "routes": []}
    # The loopback is the device whose hardware address is known.
    link = {"id": "tap1", "ethernet_mac_address": "00:00:00:00:00:00", "mtu": 1450}
    networks = [{"link": "tap1", **one} for one in (first, second, {"type": "ipv4_dhcp"})]
    guest.wired({"links": [link], "networks": networks})
    assert said == [
        "ip link set lo up mtu 1450",
        "ip address replace 10.9.0.7/27 dev lo",
        "ip route replace 0.0.0.0/0 via 10.9.0.1 dev lo",
        "ip address replace fd00::7/64 dev lo",
    ]
