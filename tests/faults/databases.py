"""An installation on either database, for faults that are a database's own.

with installed_on(None, tmp_path) as city: ...              # SQLite, in the city's directory
with installed_on(server.create_database(), tmp_path) as city: ...
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cloudctl.bootstrap import App, build
from tests.factories import Installed, installation
from tests.seeds import Clock, populated, settings_for

BOTH = ("sqlite", "postgresql")


@contextmanager
def installed_on(url: str | None, tmp_path: Path) -> Iterator[Installed]:
    """The city on the database of this address, which is empty; None is SQLite."""
    if url is None:
        with installation(tmp_path) as city:
            yield city
        return
    directory, clock = tmp_path / "city", Clock()
    directory.mkdir()
    app = build(settings_for(directory, database_url=url), clock=clock)
    try:
        yield Installed(app=app, clock=clock, directory=directory, seed=populated(app, directory))
    finally:
        app.stop()


def another(city: Installed, url: str | None) -> App:
    """Another program on the same database, with connections of its own."""
    changes = {} if url is None else {"database_url": url}
    return build(settings_for(city.directory, **changes), clock=city.clock)
