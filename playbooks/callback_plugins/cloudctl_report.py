"""Reports a run by hand to the platform: which playbook, on which of its hosts, and how many tasks ended how."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible import context
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: cloudctl_report
type: aggregate
short_description: Reports a run by hand to the platform
description:
  - Sends one report when the play ends, successful or not. Nothing but counts and the name of the task that failed is
    sent, and nothing of it stops a run when the platform cannot be reached.
  - Only hosts that the inventory plugin gave an id (O(ignore:cloudctl_id)) are reported by name; of others how many.
options:
  url:
    description: Where the platform is, as https://cloud.example.org.
    env:
      - name: CLOUDCTL_URL
    ini:
      - section: cloudctl
        key: url
  token:
    description: An API token with the scope runs:write.
    env:
      - name: CLOUDCTL_TOKEN
  token_file:
    description: A file that holds the token.
    env:
      - name: CLOUDCTL_TOKEN_FILE
    ini:
      - section: cloudctl
        key: token_file
  ca_file:
    description: The certificates by which the platform is known, as PEM.
    env:
      - name: CLOUDCTL_CA_FILE
    ini:
      - section: cloudctl
        key: ca_file
"""

TIMEOUT_S = 15
MOST_HOSTS = 500
COUNTS = ("ok", "changed", "failures", "unreachable", "skipped", "rescued", "ignored")
SENT = {"failures": "failed"}


class CallbackModule(CallbackBase):
    """Keeps what is needed for the report, and sends it at the end."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "cloudctl_report"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._started_at = datetime.now(UTC)
        self._playbook = ""
        self._failed_task: str | None = None
        self._ids: dict[str, str] = {}

    def v2_playbook_on_start(self, playbook: Any) -> None:
        """Which playbook it is."""
        self._playbook = Path(str(playbook._file_name)).stem  # noqa: SLF001 - Ansible gives no other way

    def v2_playbook_on_play_start(self, play: Any) -> None:
        """Which of its hosts the platform has."""
        variables = play.get_variable_manager()
        if variables is None:
            return
        inventory = variables._inventory  # noqa: SLF001 - Ansible gives no other way
        for host in inventory.get_hosts(play.hosts) if inventory else ():
            known = host.get_vars().get("cloudctl_id")
            if known:
                self._ids[host.get_name()] = str(known)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """The first task that failed."""
        if not ignore_errors and self._failed_task is None:
            task = result._task  # noqa: SLF001 - as above
            self._failed_task = str(task.name or task.get_name())[:200]

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """A host that could not be reached failed at this task."""
        self.v2_runner_on_failed(result)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """Sends the report; says what kept it from being sent."""
        url, token = self.get_option("url"), self._token()
        counted = {host: stats.summarize(host) for host in stats.processed}
        hosts = {self._ids[host]: self._counts(summary) for host, summary in counted.items() if host in self._ids}
        if not url or not token:
            self._display.display("Not reported to the platform: CLOUDCTL_URL and CLOUDCTL_TOKEN are not set.")
        elif not hosts:
            self._display.display("Not reported to the platform: none of the hosts is one of its own.")
        else:
            self._send(str(url).rstrip("/"), token, self._report(hosts, len(counted) - len(hosts)))

    def _report(self, hosts: dict[str, dict[str, int]], strangers: int) -> dict[str, Any]:
        arguments = context.CLIARGS
        tags = [str(tag) for tag in arguments.get("tags") or () if tag != "all"]
        return {
            "playbook": self._playbook,
            "hosts": dict(list(hosts.items())[:MOST_HOSTS]),
            "strangers": strangers + max(0, len(hosts) - MOST_HOSTS),
            "started_at": self._started_at.isoformat(),
            "ended_at": datetime.now(UTC).isoformat(),
            "check": bool(arguments.get("check")),
            "tags": tags[:20],
            "failed_task": self._failed_task,
        }

    def _send(self, url: str, token: str, report: dict[str, Any]) -> None:
        request = urllib.request.Request(  # noqa: S310 - the address is the operator's own
            f"{url}/v1/runs/reports",
            json.dumps(report).encode(),
            {
                "Authorization": f"Bearer {token}",
                "Content-Type": "application/json",
                "Idempotency-Key": str(uuid.uuid4()),
            },
        )
        ca_file = self.get_option("ca_file")
        trust = ssl.create_default_context(cafile=ca_file) if url.startswith("https:") else None
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S, context=trust) as answer:  # noqa: S310
                made = json.load(answer)
        except urllib.error.HTTPError as error:
            self._display.warning(f"The platform refused the report ({error.code}): {_detail(error)}")
        except (OSError, ValueError) as error:
            self._display.warning(f"The platform could not be told of this run: {error}")
        else:
            self._display.display(f"Reported to the platform: run {made['id']}.")

    def _token(self) -> str:
        token = self.get_option("token")
        path = self.get_option("token_file")
        if token or not path:
            return str(token or "")
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            self._display.warning(f"The token cannot be read: {error}")
            return ""

    @staticmethod
    def _counts(summary: dict[str, int]) -> dict[str, int]:
        return {SENT.get(count, count): int(summary.get(count, 0)) for count in COUNTS}


def _detail(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error).get("detail", ""))
    except ValueError:
        return str(error.reason)
