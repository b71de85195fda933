"""A real bind9 on loopback with one zone that takes signed updates."""

from __future__ import annotations

import socket
import subprocess
from base64 import b64encode
from pathlib import Path

from cloudctl.domain.errors import Rejected, Unreachable
from cloudctl.names.updates import UpdatedNames
from tests.waiting import until

ZONE = "apps.test"
KEY = b64encode(b"a key for tests only, 32 bytes!!").decode()
CONFIG = """
options {{
  directory "{home}"; pid-file "{home}/named.pid"; session-keyfile "{home}/session.key";
  listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; recursion no; dnssec-validation no;
  allow-query {{ 127.0.0.1; }}; allow-transfer {{ none; }};
}};
controls {{ }};
key "cloudctl" {{ algorithm hmac-sha256; secret "{key}"; }};
zone "{zone}" {{ type primary; file "{home}/zone"; allow-update {{ key "cloudctl"; }}; }};
"""
RECORDS = """$TTL 60
@ IN SOA ns.{zone}. admin.{zone}. (1 60 60 60 60)
@ IN NS ns.{zone}.
ns IN A 127.0.0.1
"""


class NameServer:
    """Started in a folder of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        config = home / "named.conf"
        config.write_text(CONFIG.format(home=home, port=self.port, key=KEY, zone=ZONE))
        (home / "zone").write_text(RECORDS.format(zone=ZONE))
        self._log = (home / "log").open("wb")
        self._process = subprocess.Popen(["named", "-g", "-c", str(config)], stdout=self._log, stderr=self._log)
        try:
            self._await()
        except BaseException:
            self.stop()
            raise

    def _await(self) -> None:
        asked = UpdatedNames(zone=ZONE, server="127.0.0.1", port=self.port, timeout_s=5)

        def answers() -> bool:
            assert self._process.poll() is None, (self.home / "log").read_text()
            try:
                return asked.addresses(f"ns.{ZONE}") == ("127.0.0.1",)
            except (Unreachable, Rejected):
                return False

        until(answers, what=(self.home / "log").read_text)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(20)
        self._log.close()
