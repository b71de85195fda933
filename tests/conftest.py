"""For all tests: statements are compiled once a process, and not once a test.

Nearly every test has a city, and so an engine, of its own. An engine compiles each statement when it is first asked,
which was two fifths of the processor time of such a test.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

STATEMENTS = 5_000


_made = Engine.__init__
_first: list[Engine] = []


def _share(engine: Engine, pool: Any, dialect: Any, *of: Any, **given: Any) -> None:
    """In place of `Engine.__init__`: compiled statements are kept by dialect, so engines on SQLite share theirs."""
    if type(dialect) is not SQLiteDialect_pysqlite:
        _made(engine, pool, dialect, *of, **given)
    elif not _first:
        _made(engine, pool, dialect, *of, **given | {"query_cache_size": STATEMENTS})
        _first.append(engine)
    else:
        _made(engine, pool, _first[0].dialect, *of, **given)
        engine._compiled_cache = _first[0]._compiled_cache


Engine.__init__ = _share  # type: ignore[method-assign]
