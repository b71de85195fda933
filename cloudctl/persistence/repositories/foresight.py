"""What a unit of work that decides on many orders reads once, instead of once an order.

    foresee(session)                                       # from here on
    remembered(session, ("clouds",), read)                 # the same answer for every order
    foreseen(session, ("claims", order.id), read)          # read for all at once, given out once

Without `foresee` both simply read: a unit of work that decides on one order looks each time. What is remembered must
not be changed by the same unit of work, and what is foreseen only by who holds the order's lock.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.orm import Session

from cloudctl.persistence.repositories.outgoing import write_out

N = TypeVar("N")

Found = Callable[[], Iterable[tuple[UUID, Any]]]
"""Reads for many orders at once: an order's id with each thing found for it."""

_MEMO, _TOGETHER = "cloudctl.foresight", "cloudctl.together"


def foresee(session: Session) -> None:
    """Starts to remember. What was loaded is kept alive, so that it is not read again by its id either."""
    memo: dict[Any, Any] = {}
    kept: list[object] = []
    session.info[_MEMO] = memo
    event.listen(session, "loaded_as_persistent", lambda _session, entity: kept.append(entity))


@contextmanager
def together(session: Session) -> Iterator[None]:
    """What is put on record in the block is written at its end, many rows a statement; or before it is looked for."""
    session.info[_TOGETHER] = {}
    try:
        yield
    finally:
        del session.info[_TOGETHER]
    session.flush()
    write_out(session)


def is_together(session: Session) -> bool:
    """Whether writes wait for the end of a block."""
    return _TOGETHER in session.info


def latest(session: Session) -> dict[str, int]:
    """The numbers that counters have reached within the block; outside of one nothing is kept."""
    counted: dict[str, int] = session.info.get(_TOGETHER, {})
    return counted


def sort_out(session: Session, what: str, keys: Collection[UUID], read: Found) -> None:
    """Has `read` asked for all of `keys` when one of them is looked for first; those it says nothing of have none."""
    session.info[_MEMO][what] = (keys, read)


def remembered(session: Session, key: tuple[Any, ...], read: Callable[[], N]) -> N:
    """What `read` answers, asked at most once while things are remembered."""
    memo = session.info.get(_MEMO)
    if memo is None:
        return read()
    if key not in memo:
        memo[key] = read()
    found: N = memo[key]
    return found


def foreseen(session: Session, key: tuple[str, UUID], read: Callable[[], N]) -> N:
    """What was sorted out for `key`, the first time; from then on, and otherwise, what `read` answers."""
    memo = session.info.get(_MEMO)
    if memo is None:
        return read()
    if key[0] in memo:
        _sort(session, key[0], *memo.pop(key[0]))
    if key not in memo:
        return read()
    found: N = memo.pop(key)
    return found


def _sort(session: Session, what: str, keys: Collection[UUID], read: Found) -> None:
    groups: dict[UUID, list[Any]] = {key: [] for key in keys}
    with session.no_autoflush:  # what was decided before has its own order, and waits for the end
        for key, entity in read():
            groups[key].append(entity)
    session.info[_MEMO].update({(what, key): group for key, group in groups.items()})
