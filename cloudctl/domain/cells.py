"""What stands in a cell of a form, read as what it must mean: lenient in how it is typed, strict in what it says.

A reader takes the cell's value and the lists of the form, and answers with the value that an order has. It raises
Invalid, without a field: who calls it knows the place.

>>> whole(1, 50)("　２ ", {})
2
>>> day("2027年1月15日", {})
datetime.date(2027, 1, 15)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from ipaddress import ip_network

from cloudctl.domain.errors import Invalid
from cloudctl.domain.materials import check_ssh_key

Value = str | int | float | bool | date | datetime | None
Spellings = Mapping[str, Mapping[str, str]]
"""Of each list: every accepted spelling, as `plain` leaves it, and the code that it means."""
Reader = Callable[[Value, Spellings], object]

MOST_DISKS = 16
MOST_KEYS = 32
LONGEST_KEY = 16384
LARGEST_GIB = 65536
PREFIX_LENGTHS = range(8, 31)
FIRST_YEAR = 1960

_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff]+")
_WHOLE = re.compile(r"\+?([0-9]{1,15})(?:\.0+)?")
_FIGURE = re.compile(r"[+-]?(?:[0-9]{1,13}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.[0-9]+)?")
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?|([0-9]{4})([0-9]{2})([0-9]{2})")
_SEVERAL = re.compile(r"[+,;、\n]")
_APART = re.compile(r"[,;、\n]")
YES = frozenset({"是", "yes", "y", "true", "1", "√"})
NO = frozenset({"否", "no", "n", "false", "0", "×"})


def empty(value: Value) -> bool:
    """Nothing is written there; blanks of any kind are nothing."""
    return value is None or (isinstance(value, str) and not value[:1].isalnum() and not written(value))


def written(value: Value) -> str:
    """The cell as text, without invisible characters and blanks around it; punctuation stays as it was typed."""
    if isinstance(value, str):
        return _INVISIBLE.sub("", value).replace("\r\n", "\n").strip()
    match value:
        case datetime() | date():
            return value.isoformat()[:10]
        case float() if value.is_integer():
            return str(int(value))
    return str(value)


def plain(value: Value) -> str:
    """The cell as text of the narrow form: full-width letters and digits become plain ones."""
    return unicodedata.normalize("NFKC", written(value)).strip()


def text(most: int) -> Reader:
    """Free words of at most `most` characters."""

    def read(value: Value, _: Spellings) -> str:
        return _bounded(written(value), most)

    return read


def word(most: int) -> Reader:
    """A name or code of at most `most` characters, in its narrow form."""

    def read(value: Value, _: Spellings) -> str:
        return _bounded(plain(value), most)

    return read


def whole(least: int, most: int) -> Reader:
    """A whole number of `least` to `most`; the unit stands in the header."""

    def read(value: Value, _: Spellings) -> int:
        found = None if isinstance(value, bool | date) else _WHOLE.fullmatch(plain(value))
        if found is None:
            raise Invalid(
                "{value} is not a whole number.",
                way_out="Write digits only; the unit stands in the header.",
                value=_short(value),
            )
        if not least <= int(found[1]) <= most:
            raise Invalid(
                "{value} is not between {least} and {most}.", way_out="Correct the number.", value=found[1],
                least=least, most=most,
            )  # fmt: skip
        return int(found[1])

    return read


def figure(least: float, most: float, places: int) -> Reader:
    """A number of `least` to `most` with at most so many decimals; thousands may be set apart by commas."""

    def read(value: Value, _: Spellings) -> float:
        typed = "" if isinstance(value, bool | date) else _told(value, places)
        if not _FIGURE.fullmatch(typed):
            raise Invalid(
                "{value} is not a number.", way_out="Write digits only; the unit stands in the header.",
                value=_short(value),
            )  # fmt: skip
        if len(typed.partition(".")[2].rstrip("0")) > places:
            raise Invalid(
                "{value} has more than {places} decimals.", way_out="Round it.", value=_short(value), places=places
            )
        found = float(typed.replace(",", ""))
        if found < least:
            raise Invalid(
                "{value} is too small: it is at least {least}.", way_out="Correct the number.", value=_short(value),
                least=f"{least:g}",
            )  # fmt: skip
        if found > most:
            raise Invalid(
                "{value} is too large: it is at most {most}.", way_out="Correct the number.", value=_short(value),
                most=f"{most:.15g}",
            )  # fmt: skip
        return found

    return read


def yuan(most_fen: int) -> Reader:
    """An amount in yuan with at most two decimals, as fen."""
    amount = figure(0, most_fen / 100, 2)

    def read(value: Value, spellings: Spellings) -> int:
        return round(float(str(amount(value, spellings))) * 100)

    return read


def several(value: Value, _: Spellings) -> list[str]:
    """Short texts, set apart by 、, comma, semicolon or a new line."""
    return list(dict.fromkeys(part.strip() for part in _APART.split(plain(value)) if part.strip()))


def day(value: Value, _: Spellings) -> date:
    """A date: a date cell, or text as 2027-01-15, 2027/1/15, 2027.1.15, 2027年1月15日 or 20270115."""
    if isinstance(value, datetime):
        return _plausible(value.date())
    if isinstance(value, date):
        return _plausible(value)
    found = _DAY.fullmatch(plain(value))
    try:
        return _plausible(date(*(int(part) for part in found.groups() if part))) if found else _no_day(value)
    except ValueError:
        return _no_day(value)


def one_of(options: str) -> Reader:
    """The code of an entry of the list `options`: chosen, or typed as its code or name."""

    def read(value: Value, spellings: Spellings) -> str:
        known = spellings[options]
        if isinstance(value, str) and value in known:
            return known[value]
        typed = plain(value).casefold()
        code = known.get(typed) or known.get(typed.partition(" ")[0])
        if code is None:
            raise Invalid(
                "{value} is not on the list.",
                way_out="Choose from the drop-down. If the catalogue has changed since, fetch the form anew.",
                value=_short(value),
            )
        return code

    return read


def yes(value: Value, _: Spellings) -> bool:
    """Yes or no: 是 or 否."""
    typed = plain(value).casefold()
    if typed not in YES | NO:
        raise Invalid("{value} is neither 是 nor 否.", way_out="Write 是 or 否.", value=_short(value))
    return typed in YES


def disks(value: Value, spellings: Spellings) -> tuple[int, ...]:
    """The sizes of the data disks that every server gets, in GiB: `100`, or `100+200`."""
    parts = [part for part in _SEVERAL.split(plain(value)) if part.strip()]
    if not 1 <= len(parts) <= MOST_DISKS:
        raise Invalid("These are no {most} sizes of disks or fewer.", way_out="Write them as 100+200.", most=MOST_DISKS)
    one = whole(1, LARGEST_GIB)
    return tuple(int(str(one(part, spellings))) for part in parts)


def segment(value: Value, spellings: Spellings) -> int | str:
    """The size of a segment as 26 or /26, or exactly which one as 10.8.1.0/26."""
    typed = plain(value)
    if "." not in typed and ":" not in typed:
        return int(str(whole(PREFIX_LENGTHS[0], PREFIX_LENGTHS[-1])(typed.removeprefix("/"), spellings)))
    try:
        network = ip_network(typed)
    except ValueError:
        network = None
    if network is None or network.version != 4 or network.prefixlen not in PREFIX_LENGTHS:
        raise Invalid(
            "{value} is not an IPv4 segment with host bits zero.", way_out="Write 26, or 10.8.1.0/26.",
            value=_short(value),
        )  # fmt: skip
    return str(network)


def keys(value: Value, _: Spellings) -> tuple[str, ...]:
    """SSH public keys, one a line."""
    lines = [line.strip() for line in written(value).splitlines() if line.strip()]
    if len(lines) > MOST_KEYS or any(len(line) > LONGEST_KEY for line in lines):
        raise Invalid("At most {most} keys.", way_out="Keep one key a person.", most=MOST_KEYS)
    for line in lines:
        check_ssh_key(line, "ssh_keys")
    return tuple(lines)


def _told(value: Value, places: int) -> str:
    """A number as people write it; a binary fraction is told to the decimals that can be meant."""
    if isinstance(value, float) and abs(value) < 1e13:
        exact = round(value, places)
        return f"{exact:.{places}f}" if abs(exact - value) < 10 ** -(places + 3) else repr(value)
    return plain(value)


def _bounded(found: str, most: int) -> str:
    if len(found) > most:
        raise Invalid(
            "At most {most} characters; these are {count}.", way_out="Shorten it.", most=most, count=len(found)
        )
    return found


def _plausible(found: date) -> date:
    """Raises Invalid for a day before there were such systems: a small number in a cell of dates looks like one."""
    if found.year < FIRST_YEAR:
        raise Invalid(
            "{value} is before {first}; a number in a cell of dates may have become it.",
            way_out="Write the whole date as 2027-01-15.", value=found.isoformat(), first=FIRST_YEAR,
        )  # fmt: skip
    return found


def _no_day(value: Value) -> date:
    raise Invalid("{value} is not a date.", way_out="Write it as 2027-01-15.", value=_short(value))


def _short(value: Value) -> str:
    """What a message repeats of a cell."""
    shown = written(value)
    return shown if len(shown) <= 40 else f"{shown[:40]}…"
