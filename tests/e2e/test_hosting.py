"""From an order to a page that answers, and to its end: a department's site on a real host behind the real Nova.

The tests are the chapters of one story and run in this order; where one fails, those after it say little. The same is
told of a database and a directory by tests/acceptance/test_hosting_stories.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.e2e.hosting import BROKEN, Story, settled
from tests.e2e.openstack import QUIET

pytestmark = [QUIET, pytest.mark.timeout(1800)]

TITLE = "发展改革委"
KEPT = "处室电话一览"


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with settled(tmp_path_factory.mktemp("hosting"), "department-site") as story:
        yield story


def test_an_order_ends_in_a_host_that_trusts_the_platform(story: Story) -> None:
    story.order()
    known = story.crew.operator.get(f"/hosts/{story.server['id']}")
    assert known["host_key"].split()[-1] in story.host.host_key
    assert story.host.ssh("ls", "/etc/of-the-department", "/etc/cloudctl/user_ca.pub").returncode == 0


def test_it_gets_the_baseline(story: Story) -> None:
    run = story.run("baseline_host")
    assert run["stats"]
    firewall = story.host.ssh("sudo", "nft", "list", "table", "inet", "cloudctl").stdout
    assert "policy drop" in firewall
    assert "443" not in firewall


def test_a_site_is_deployed_and_its_page_answers(story: Story) -> None:
    story.crew.operator.patch(f"/hosts/{story.server['id']}", {"shared": True})
    story.deploy("department-site", "1.0.0", title=TITLE, content="第一页")
    assert TITLE in story.page()
    assert "第一页" in story.page()
    assert "443" in story.host.ssh("sudo", "nft", "list", "table", "inet", "cloudctl").stdout


def test_a_release_that_does_not_answer_is_rolled_back_by_itself(story: Story) -> None:
    story.host.ssh(f"sudo sh -c 'echo {KEPT} >> /srv/apps/{story.app['instance']}/data/pages/start.txt'")
    assert KEPT in story.page()
    story.act("upgrade", "running", release=BROKEN)
    assert story.app["release"] == "1.0.0"
    # The site itself is well again and says nothing; what was tried, and what it answered, stays on record.
    (act, *_) = story.crew.officer.get(f"/apps/{story.app['id']}/status")["acts"]
    assert (act["kind"], act["state"], act["to_release"]) == ("upgrade", "rolled_back", BROKEN)
    assert "503" in act["reason"]["en"], act["reason"]
    assert TITLE in story.page()
    assert KEPT in story.page()


def test_it_is_upgraded(story: Story) -> None:
    story.act("upgrade", "running", release="2.0.0")
    assert (story.app["release"], story.app["previous_release"]) == ("2.0.0", "1.0.0")
    assert KEPT in story.page()


def test_what_was_destroyed_comes_back_from_the_backup_with_the_same_content(story: Story) -> None:
    story.act("backup", "running")
    folder = f"/srv/apps/{story.app['instance']}"
    before = story.page(), files_of(story, folder)
    story.host.ssh(f"sudo rm -rf {folder} && sudo systemctl restart nginx 'php*-fpm'", check=False)
    assert KEPT not in story.page()
    story.act("restore", "running")
    assert KEPT in story.page()
    assert text_of(story.page()) == text_of(before[0])
    assert files_of(story, folder) == before[1]


def test_in_quarantine_nobody_reads_it_and_released_it_is_as_before(story: Story) -> None:
    story.quarantine()
    assert not story.page()
    story.release()
    assert KEPT in story.page()


def test_it_is_retired_and_nothing_answers(story: Story) -> None:
    story.act("retire", "retired", reason="网站合并")
    assert TITLE not in story.page()
    assert story.host.ssh(f"sudo ls /srv/apps/{story.app['instance']}/data", check=False).returncode


def files_of(story: Story, folder: str) -> str:
    """Digests, owners and modes of what was written and uploaded."""
    listing = (
        f"find {folder}/data/pages {folder}/data/media -type f -printf '%p %u %m ' -exec sha256sum {{}} ';' | sort"
    )
    return story.host.ssh("sudo", "sh", "-s", stdin=listing).stdout


def text_of(page: str) -> str:
    """What people wrote on it: around it stand times, and links that differ at each reading."""
    (text,) = re.findall("<!-- wikipage start -->(.*)<!-- wikipage stop -->", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", text)
