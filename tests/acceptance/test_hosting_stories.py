"""A database and a directory through the platform on a real host behind the real Nova, from deployment to their end.

What of a blueprint is written, read and destroyed here is done on the host, as its administrator does it; the platform
shows nobody a password. The story of a department's site is told by tests/e2e/test_hosting.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.e2e.hosting import BROKEN, Story, settled
from tests.e2e.openstack import QUIET

pytestmark = [QUIET, pytest.mark.timeout(3600)]
SUFFIX = "dc=fgw,dc=city"
PERSON = f"""dn: uid=wang,ou=people,{SUFFIX}
objectClass: inetOrgPerson
uid: wang
cn: Wang
sn: Wang
"""
TABLE = "CREATE TABLE floods (year int, depth numeric); INSERT INTO floods VALUES (2026, 1.7);"


def root(story: Story, script: str) -> str:
    """What a script of the administrator says; fails where it fails."""
    return story.host.ssh("sudo", "sh", "-es", stdin=script).stdout


def as_postgres(story: Story, sql: str) -> str:
    return root(story, f'runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -d {story.app["instance"]} -c "{sql}"\n')


def entries(story: Story) -> str:
    """Everything in the directory, as it would be written into another one."""
    return root(story, f"slapcat -o ldif-wrap=no -f /etc/ldap/slapd.conf -b {SUFFIX}\n")


def fill(story: Story) -> None:
    add = f"runuser -u openldap -- slapadd -f /etc/ldap/slapd.conf -b {SUFFIX}"
    root(story, f"systemctl stop slapd\n{add} <<'END'\n{PERSON}END\nsystemctl start slapd\n")


@dataclass(frozen=True)
class Life:
    """What differs between blueprints: how content gets in, how it is read, and how it is destroyed."""

    blueprint: str
    fill: Callable[[Story], object]
    read: Callable[[Story], str]
    destroy: str
    own: bool = False
    parameters: dict[str, Any] = field(default_factory=dict)


LIVES = (
    Life(
        "database",
        fill=lambda story: as_postgres(story, TABLE),
        read=lambda story: as_postgres(story, "TABLE floods"),
        destroy="runuser -u postgres -- dropdb --force {instance}\n",
    ),
    Life(
        "directory",
        fill=fill,
        read=entries,
        own=True,
        destroy="systemctl stop slapd\nrm -rf /srv/apps/{instance}/ldap\n",
        parameters={"organisation": "市发展改革委", "suffix": SUFFIX},
    ),
)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with settled(tmp_path_factory.mktemp("stories"), *(life.blueprint for life in LIVES)) as story:
        story.order("s4")
        story.run("baseline_host")
        yield story


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.blueprint)
def test_it_goes_through_all_of_it_and_comes_back_in_another(story: Story, life: Life) -> None:
    story.crew.operator.patch(f"/hosts/{story.server['id']}", {"shared": not life.own})
    story.deploy(life.blueprint, "1.0.0", own=life.own, **life.parameters)
    life.fill(story)
    before = life.read(story)
    assert before

    story.act("upgrade", "running", release=BROKEN)
    (act, *_) = story.crew.officer.get(f"/apps/{story.app['id']}/status")["acts"]
    assert (act["kind"], act["state"], story.app["release"]) == ("upgrade", "rolled_back", "1.0.0")
    assert "This release is a mistake" in act["reason"]["en"]
    assert life.read(story) == before

    story.act("upgrade", "running", release="1.1.0")
    assert (story.app["release"], story.app["previous_release"]) == ("1.1.0", "1.0.0")
    assert life.read(story) == before

    story.act("backup", "running")
    root(story, life.destroy.format(instance=story.app["instance"]))
    story.act("restore", "running")
    assert life.read(story) == before

    story.quarantine()
    story.release()
    assert life.read(story) == before

    story.act("retire", "retired", reason="系统合并")
    left = root(story, "ls /srv/apps; runuser -u postgres -- psql -XAtqc '\\l' 2>/dev/null || true\n")
    assert story.app["instance"] not in left

    (last, *_) = story.crew.officer.get(f"/apps/{story.app['id']}/status")["backups"]
    assert last["cause"] == "retire"
    code = f"{story.app['code']}-again"
    story.deploy(life.blueprint, "1.1.0", own=life.own, code=code, **life.parameters)
    story.act("restore", "running", backup_id=last["id"])
    assert life.read(story) == before
    story.act("retire", "retired", reason="系统合并")
