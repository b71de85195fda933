"""The inventory of 20,000 hosts: two statements, and Ansible takes it as it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import event

from tests.factories import installation
from tests.fleets import DEPARTMENTS, SYSTEMS, spread
from tests.inventory.conftest import Served, serving

HOSTS = 20_000


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with installation(tmp_path_factory.mktemp("many")) as city:
        spread(city.app, HOSTS)
        with serving(city) as (url, _server):
            yield Served(city, url, tmp_path_factory.mktemp("home"), city.secrets["operator"])


def test_all_of_them_are_two_statements(many: Served) -> None:
    seen: list[str] = []
    engine = many.city.app.engines.read

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    found = many.city.ctx.queries.host_inventory(None)
    event.remove(engine, "before_cursor_execute", note)
    assert len(seen) == 2
    assert len(found.hosts) == HOSTS
    assert len(found.groups["targets"]) == HOSTS
    assert sum(len(places) for name, places in found.groups.items() if name.startswith("department_")) == HOSTS
    assert len([name for name in found.groups if name.startswith("system_")]) == SYSTEMS
    assert len([name for name in found.groups if name.startswith("department_")]) == DEPARTMENTS


def test_ansible_reads_them_and_the_graph_has_each_in_its_groups(many: Served) -> None:
    shown = many.ansible("ansible-inventory", "--graph", "system_sys007")
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.count("|--server-") == HOSTS // SYSTEMS + (HOSTS % SYSTEMS > 7)
    listed = many.ansible("ansible", "targets", "--list-hosts")
    assert f"hosts ({HOSTS})" in listed.stdout
