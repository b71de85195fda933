"""Whose a series is: from the labels of an exporter to a server of the inventory.

    matcher = Matcher(series_set.servers, targets)
    matcher.find({"uuid": "8f0c...", "domain": "web-1"})      # -> (Target, Match.NATIVE), or None

The first label that is there and has the right form decides, also where it names a server that nobody knows: a name
must not lend a stranger's series to the server that now goes by it. What fits several servers fits none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import urlsplit

from cloudctl.policy.series import By, ServerLabel
from cloudctl.ports.metrics import Match, Target

MATCHES = {By.KEY: Match.UUID, By.NATIVE: Match.NATIVE, By.ADDRESS: Match.ADDRESS, By.NAME: Match.NAME}
WEAK = frozenset({Match.ADDRESS, Match.NAME})
"""What may have been another machine's before: what is older than the server is then not its own."""


class Matcher:
    """The servers of one reading, by what their labels may say."""

    def __init__(self, labels: Sequence[ServerLabel], targets: Iterable[Target]) -> None:
        self._labels = labels
        self._known: dict[By, dict[str, list[Target]]] = {by: defaultdict(list) for by in By}
        for target in targets:
            self._known[By.KEY][str(target.id)].append(target)
            self._known[By.NATIVE][target.native_id.lower()].append(target)
            self._known[By.NAME][target.name.lower()].append(target)
            for address in target.addresses:
                self._known[By.ADDRESS][_plain(address) or address].append(target)

    def find(self, labels: Mapping[str, str]) -> tuple[Target, Match] | None:
        """Whose it is, and by what; None where nobody's, or where several servers answer to it."""
        for each in self._labels:
            value = labels.get(each.label, "").strip()
            wanted = _form(value, each.by) if value else None
            if wanted is not None:
                found = self._known[each.by].get(wanted, [])
                return (found[0], MATCHES[each.by]) if len(found) == 1 else None
        return None


def _form(value: str, by: By) -> str | None:
    """What is looked up; None where a value is not of this form."""
    if by is By.ADDRESS:
        return _plain(value)
    if by is By.NAME:
        return None if _plain(value) else _host(value).lower()
    return value.lower()


def _plain(value: str) -> str | None:
    """The address in `10.0.0.1`, `10.0.0.1:9100`, `[fd00::1]:9100` or `https://10.0.0.1/`, written the one way."""
    for text in (value, _host(value)):
        with suppress(ValueError):
            return str(ip_address(text))
    return None


def _host(value: str) -> str:
    with suppress(ValueError):
        host = urlsplit(value if "://" in value else f"//{value}").hostname
        if host:
            return host
    return value
