"""The same system under two names: pairs that may be one, each with the signs that speak for it.

    for pair in find(systems):
        pair.score, pair.reasons     # 92, (Reason("name", {"percent": 95}), Reason("department", {}), ...)

A name counts for 60 points at most, the signs of WEIGHTS for theirs; from LEAST on a pair is offered, and a person
decides. So a pair needs a sign besides its names: the 99 office systems of 99 departments are not one. That makes the
search near linear too: only systems that share a sign are compared, and of one department's only those whose names
share a rare pair of characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from urllib.parse import urlsplit

from rapidfuzz import fuzz

from cloudctl.messages import mark

NAME_POINTS = 60
WEIGHTS: Mapping[str, int] = {"check_url": 45, "contract_number": 25, "project_document": 20, "department": 15}
LEAST = 70
MOST_SHARING = 5
"""A sign that more systems have in common is a shared entrance or a collective contract, and says nothing of two."""
MOST_COMPARED = 120
NEIGHBOURS = 12
OTHER_DIGITS = 0.6
"""What a name is worth beside another one that has other digits: 12345 and 12333 are two hotlines."""
SENTENCES: Mapping[str, str] = {
    "same-name": mark("Without their common endings the names are the same: {core}."),
    "name": mark("The names are alike to {percent} %."),
    "check_url": mark("Both answer at {value}."),
    "contract_number": mark("Both stand in the contract {value}."),
    "project_document": mark("Both were approved by {value}."),
    "department": mark("Both belong to the same department."),
}

_ENDINGS = re.compile(
    r"(?:综合|信息化?|业务|网上|电子|智能|一体化|管理|服务|应用|办公自动化|政务)*"
    r"(?:信息系统|管理系统|系统|平台|软件|网站|门户|子系统|项目|工程|app|小程序)\Z"
)
_STAGE = re.compile(
    r"[（(\[【][^）)\]】]*[）)\]】]|第?[一二三四五六七八九十\d]+期|v?\d+(?:\.\d+)+|v\d+|20\d\d年?版?|新版|新一代|升级改造|升级|改造"
)
_NOT_A_WORD = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What is compared of a system: its names, and the signs that two records of one system have in common."""

    code: str
    name: str
    department: str
    check_url: str | None = None
    contract_number: str | None = None
    project_document: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One sign: which, with the params of its sentence, and the points that it gives."""

    sign: str
    points: int
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The id of its sentence."""
        return SENTENCES[self.sign]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two systems, by their codes in order, that may be one; `score` is at most 100."""

    first: str
    second: str
    score: int
    reasons: tuple[Reason, ...]


def find(systems: Iterable[Described], *, least: int = LEAST) -> list[Pair]:
    """The pairs of at least `least` points, the surest first."""
    looked = _Looked(sorted(systems, key=lambda system: system.code))
    pairs = (looked.judged(first, second) for first, second in looked.candidates())
    return sorted(
        (pair for pair in pairs if pair.score >= least), key=lambda pair: (-pair.score, pair.first, pair.second)
    )


def core(name: str) -> str:
    """What tells a name from others: without punctuation, stages, and the endings that every system's name has.

    >>> core("投资项目在线审批监管平台（二期）")
    '投资项目在线审批监管'
    """
    plain = _STAGE.sub("", unicodedata.normalize("NFKC", name).casefold())
    plain = _NOT_A_WORD.sub("", plain)
    return _ENDINGS.sub("", plain) or plain


def likeness(one: str, other: str) -> float:
    """How alike two cores are, 0 to 1."""
    if one == other:
        return 1.0
    found = fuzz.ratio(one, other) / 100
    return found if _DIGITS.findall(one) == _DIGITS.findall(other) else found * OTHER_DIGITS


class _Looked:
    """The systems with what comparing needs of them; indices stand for systems."""

    def __init__(self, systems: Sequence[Described]) -> None:
        self.systems = systems
        self.cores = [core(system.name) for system in systems]
        self.signs = [_signs(system) for system in systems]
        self.shared = Counter(sign for signs in self.signs for sign in signs.items())

    def candidates(self) -> Iterator[tuple[int, int]]:
        """Each pair that can reach the least score, once, the lower index first."""
        seen: set[tuple[int, int]] = set()
        for block in self._blocks():
            for pair in combinations(block, 2) if len(block) <= MOST_COMPARED else self._neighbours(block):
                if pair not in seen:
                    seen.add(pair)
                    yield pair

    def judged(self, first: int, second: int) -> Pair:
        """The score of a pair, and what it consists of."""
        one, other = self.systems[first], self.systems[second]
        reasons = [self._by_name(first, second)]
        if one.department == other.department:
            reasons.append(Reason(sign="department", points=WEIGHTS["department"]))
        for sign, value in self.signs[first].items():
            if self.signs[second].get(sign) == value and self.shared[sign, value] <= MOST_SHARING:
                reasons.append(Reason(sign=sign, points=WEIGHTS[sign], params={"value": value}))
        score = min(100, sum(reason.points for reason in reasons))
        kept = tuple(sorted((r for r in reasons if r.points), key=lambda reason: -reason.points))
        return Pair(first=one.code, second=other.code, score=score, reasons=kept)

    def _by_name(self, first: int, second: int) -> Reason:
        found = likeness(self.cores[first], self.cores[second])
        if found == 1.0:
            return Reason(sign="same-name", points=NAME_POINTS, params={"core": self.cores[first]})
        return Reason(sign="name", points=int(NAME_POINTS * found), params={"percent": int(100 * found)})

    def _blocks(self) -> Iterator[list[int]]:
        """Systems that share a sign, and those of one department whose names share something rare."""
        by_sign: dict[object, list[int]] = defaultdict(list)
        for place, signs in enumerate(self.signs):
            for sign in signs.items():
                if self.shared[sign] <= MOST_SHARING:
                    by_sign[sign].append(place)
        of_department: dict[str, list[int]] = defaultdict(list)
        for place, system in enumerate(self.systems):
            of_department[system.department].append(place)
        yield from by_sign.values()
        for places in of_department.values():
            if len(places) <= MOST_COMPARED:
                yield places
            else:
                yield from self._by_rare_grams(places)

    def _by_rare_grams(self, places: Sequence[int]) -> Iterator[list[int]]:
        grams = {place: _grams(self.cores[place]) for place in places}
        known = Counter(gram for found in grams.values() for gram in found)
        blocks: dict[str, list[int]] = defaultdict(list)
        for place, found in grams.items():
            rarest = sorted(found, key=lambda gram: (known[gram], gram))
            for gram in rarest[: len(rarest) // 3 + 2]:
                blocks[gram].append(place)
        yield from blocks.values()

    def _neighbours(self, block: list[int]) -> Iterator[tuple[int, int]]:
        """Of a block that is too large, those whose names stand near each other in the alphabet."""
        ordered = sorted(block, key=lambda place: self.cores[place])
        for at, place in enumerate(ordered):
            for other in ordered[at + 1 : at + 1 + NEIGHBOURS]:
                yield min(place, other), max(place, other)


def _signs(system: Described) -> dict[str, str]:
    found = {
        "check_url": _address(system.check_url),
        "contract_number": _narrow(system.contract_number),
        "project_document": _narrow(system.project_document),
    }
    return {sign: value for sign, value in found.items() if value}


def _address(url: str | None) -> str:
    """Host, port and path, without what does not tell services apart."""
    if not url:
        return ""
    try:
        parts = urlsplit(url.strip().casefold())
        port = f":{parts.port}" if parts.port and parts.port not in (80, 443) else ""
    except ValueError:
        return ""
    return f"{(parts.hostname or '').removeprefix('www.')}{port}{parts.path.rstrip('/')}"


def _narrow(value: str | None) -> str:
    return _NOT_A_WORD.sub("", unicodedata.normalize("NFKC", value).casefold()) if value else ""


def _grams(name: str) -> set[str]:
    return {name[at : at + 2] for at in range(len(name) - 1)} or {name}
