r"""Names of the Domain Name System: zone files, and what a name points at.

>>> [(one.name, one.type, one.value) for one in zone_records("$ORIGIN gov.cn.\nwww 600 IN A 10.8.0.4\n")]
[('www.gov.cn', 'A', '10.8.0.4')]
>>> names_an_address("ip-10-8-0-4.gov.cn", "10.8.0.4")
True
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_address

from cloudctl.domain.errors import Invalid
from cloudctl.domain.sweeps import DnsRecord
from cloudctl.messages import mark

POINTING = frozenset({"A", "AAAA", "CNAME"})
TYPES = POINTING | {"NS", "SOA", "MX", "TXT", "SRV", "PTR", "CAA", "DS", "DNSKEY", "RRSIG", "NSEC", "NSEC3", "SPF"}
CLASSES = frozenset({"IN", "CH", "HS"})
MOST_ALIASES = 8
BRACKETS = {"(": 1, ")": -1}
REVERSE = (".in-addr.arpa", ".ip6.arpa")

_WORD = re.compile(r'"(?:\\.|[^"\\])*"|;.*|[()]|[^\s()";]+')
_TTL = re.compile(r"\d+[smhdwSMHDW]?\Z")


def zone_records(text: str, origin: str = "") -> list[DnsRecord]:
    """What a zone file (RFC 1035, section 5) has of A, AAAA and CNAME; raises Invalid naming the line.

    `origin` is the zone's name, where the file has no $ORIGIN. Other files are not included.
    """
    return list(_records(text, origin.rstrip(".")))


def _records(text: str, origin: str) -> Iterator[DnsRecord]:
    owner = origin
    for number, starts_blank, tokens in _lines(text):
        match tokens[0].upper():
            case "$ORIGIN":
                origin = _full(tokens[1] if len(tokens) > 1 else "", origin)
                continue
            case "$TTL":
                continue
            case directive if directive.startswith("$"):
                raise _unreadable(number, directive, mark("Take the directive out, and put in what it stands for."))
        if not starts_blank:
            owner = _full(tokens[0], origin)
        told = _told(tokens if starts_blank else tokens[1:])
        kind = told[0].upper() if told else ""
        if kind not in TYPES and not kind.startswith("TYPE"):
            raise _unreadable(number, " ".join(told) or owner, mark("Correct the line: NAME TTL IN TYPE VALUE."))
        if kind in POINTING:
            if len(told) < 2:
                raise _unreadable(number, kind, mark("Correct the line: NAME TTL IN TYPE VALUE."))
            value = _full(told[1], origin) if kind == "CNAME" else told[1]
            yield DnsRecord(name=owner, type=kind, value=value)


def _told(tokens: list[str]) -> list[str]:
    """Type and value, without the time to live and the class before them."""
    while tokens and (_TTL.match(tokens[0]) or tokens[0].upper() in CLASSES):
        tokens = tokens[1:]
    return tokens


def _lines(text: str) -> Iterator[tuple[int, bool, list[str]]]:
    """Logical lines: brackets join them; comments and empty ones are left out."""
    depth, kept, began, blank = 0, list[str](), 0, False
    for number, line in enumerate(text.splitlines(), 1):
        if not depth:
            kept, began, blank = [], number, line[:1].isspace()
        for word in _WORD.findall(line):
            if word.startswith(";"):
                break
            if word in BRACKETS:
                depth += BRACKETS[word]
            else:
                kept.append(word)
        if depth <= 0 and kept:
            depth = 0
            yield began, blank, kept
            kept = []


def _full(name: str, origin: str) -> str:
    if name == "@":
        return origin
    if name.endswith("."):
        return name[:-1].casefold()
    return f"{name}.{origin}".casefold().rstrip(".") if origin else name.casefold()


def _unreadable(line: int, words: str, way_out: str) -> Invalid:
    return Invalid("Line {line} of the zone file cannot be read: {words}", field="zone_file", way_out=way_out,
                   line=line, words=words)  # fmt: skip


def pointing(records: Iterable[DnsRecord]) -> dict[str, frozenset[str]]:
    """The addresses that each name leads to, aliases followed as far as the records have them."""
    direct: dict[str, set[str]] = {}
    aliases: dict[str, str] = {}
    for record in records:
        name = plain(record.name)
        if record.type.upper() == "CNAME":
            aliases[name] = plain(record.value)
        elif record.type.upper() in POINTING:
            direct.setdefault(name, set()).add(str(ip_address(record.value)))
    return {name: frozenset(_led(name, direct, aliases)) for name in sorted({*direct, *aliases})}


def _led(name: str, direct: Mapping[str, set[str]], aliases: Mapping[str, str]) -> set[str]:
    for _ in range(MOST_ALIASES):
        if name in direct:
            return direct[name]
        if name not in aliases:
            break
        name = aliases[name]
    return set()


def plain(name: str) -> str:
    """A name as it is compared."""
    return name.strip().rstrip(".").casefold()


def names_an_address(name: str, address: str) -> bool:
    """Whether a name only spells its address out, as those do that are made for every address of a network."""
    if name.endswith(REVERSE):
        return True
    digits = re.split(r"[.:]", ip_address(address).exploded)
    spelt = [digits, [part.zfill(3) for part in digits]] if ":" not in address else [digits]
    label = name.partition(".")[0]
    return any(
        joint.join(order) in (label if joint != "." else name)
        for parts in spelt
        for order in (parts, parts[::-1])
        for joint in ("-", "_", ".", "x", "")
        if joint or len(parts) > 4 or all(len(part) == 3 for part in parts)
    )
