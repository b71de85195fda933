"""Keeps names on a name server by dynamic updates (RFC 2136), signed with a TSIG key; implements ports.names.Names.

Every write is read back from the same server: a name is only said to lead somewhere once the server says so itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TypeVar

import dns.exception
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.tsig
import dns.tsigkeyring
import dns.update

from cloudctl.domain.errors import Invalid, Rejected, Unreachable

T = TypeVar("T")
TYPES = ("A", "AAAA")


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatedNames:
    """On the name server at `server`:`port`, for `zone`; `key_name` and `key` (base64) are the TSIG key's."""

    zone: str
    server: str
    port: int = 53
    key_name: str = ""
    key: str = field(default="", repr=False)
    algorithm: str = "hmac-sha256"
    ttl_s: int = 300
    timeout_s: float = 10.0

    def point(self, name: str, addresses: Sequence[str]) -> None:
        """Replaces what the name leads to, in one update."""
        wanted = tuple(sorted(addresses))
        if self.addresses(name) == wanted:
            return
        change = self._change()
        label = self._label(name)
        for kind in TYPES:
            change.delete(label, kind)
        for address in wanted:
            change.add(label, self.ttl_s, "A" if ip_address(address).version == 4 else "AAAA", address)
        self._send(change, name)
        if self.addresses(name) != wanted:
            raise Unreachable("The name server took {name}, and does not show it.", effect_unknown=True, name=name)

    def addresses(self, name: str) -> tuple[str, ...]:
        """As the name server itself has it, without any cache between."""
        self._label(name)
        found = []
        for kind in TYPES:
            asked = dns.message.make_query(name, kind)
            answer = self._asked(lambda asked=asked: dns.query.tcp(asked, self.server, self.timeout_s, self.port))  # type: ignore[misc]
            if answer.rcode() not in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
                raise Rejected(
                    "The name server answers {word} about {name}.", word=dns.rcode.to_text(answer.rcode()), name=name
                )
            wanted = dns.rdatatype.from_text(kind)
            found += [str(record) for part in answer.answer if part.rdtype == wanted for record in part]
        return tuple(sorted(found))

    def withdraw(self, name: str) -> None:
        """Deletes what it leads to; what else somebody has put there stays."""
        change = self._change()
        for kind in TYPES:
            change.delete(self._label(name), kind)
        self._send(change, name)

    def prove(self, name: str, text: str) -> None:
        """A record of text at `name`, in the place of what was there."""
        change = self._change()
        change.replace(self._label(name), 1, "TXT", f'"{text}"')
        self._send(change, name)

    def retract(self, name: str) -> None:
        """No text at `name` any more."""
        change = self._change()
        change.delete(self._label(name), "TXT")
        self._send(change, name)

    def _change(self) -> dns.update.UpdateMessage:
        if not self.key_name:
            return dns.update.UpdateMessage(self.zone)
        ring = dns.tsigkeyring.from_text({self.key_name: self.key})
        return dns.update.UpdateMessage(self.zone, keyring=ring, keyalgorithm=dns.name.from_text(self.algorithm))

    def _label(self, name: str) -> dns.name.Name:
        whole, zone = dns.name.from_text(name), dns.name.from_text(self.zone)
        if not whole.is_subdomain(zone) or whole == zone:
            raise Invalid(
                "{name} is no name in the zone {zone}.", field="address", way_out="Names end in the zone's.",
                name=name, zone=self.zone,
            )  # fmt: skip
        return whole.relativize(zone)

    def _send(self, change: dns.update.UpdateMessage, name: str) -> None:
        answer = self._asked(lambda: dns.query.tcp(change, self.server, self.timeout_s, self.port), write=True)
        if answer.rcode() != dns.rcode.NOERROR:
            raise Rejected(
                "The name server refuses the change of {name}: {word}.",
                name=name,
                word=dns.rcode.to_text(answer.rcode()),
            )

    def _asked(self, ask: Callable[[], T], *, write: bool = False) -> T:
        try:
            return ask()
        except (dns.tsig.PeerError, dns.tsig.BadKey, dns.tsig.BadSignature) as error:
            raise Rejected(
                "The name server does not accept the key {key}: {error}", key=self.key_name, error=str(error)
            ) from error
        except (OSError, EOFError, dns.exception.DNSException) as error:
            raise Unreachable(
                "The name server {server} does not answer: {error}", effect_unknown=write, server=self.server,
                error=str(error) or type(error).__name__,
            ) from error  # fmt: skip
