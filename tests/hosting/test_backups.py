"""Backups on a real host: tried beside the site, damaged, out of reach, and forgotten when their time is over."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from tests.hosting.stage import App, Played, Stage

pytestmark = pytest.mark.timeout(1800)
NAME, BESIDE = "dskept", "dskeptt0"


@dataclass
class Kept:
    """A site that was backed up with a first and a second text, and the instance by which a backup is tried."""

    stage: Stage
    site: App
    beside: App
    first: str
    second: str

    def tried(self, playbook: str, **change: Any) -> Played:
        """The same application under the other instance's names."""
        names = {"instance": self.beside.instance, "address": self.beside.address}
        return self.stage.play(playbook, [self.site], **names, **change)

    def text(self, app: App) -> str:
        return self.stage.page(app)[1]

    def answer(self, played: Played) -> dict[str, Any]:
        return played.answer[self.site.code]


@pytest.fixture(scope="module")
def kept(stage: Stage, names: list[str]) -> Kept:
    site = App("department-site", NAME, names[0], parameters={"title": "档案"})
    stage.play("deploy_app", [site]).well()
    saved = []
    for text in ("first text", "second text"):
        page = f"/srv/apps/{NAME}/data/pages/start.txt"
        stage.sudo(stage.host(site), "sh", "-c", f"'echo {text} > {page}'")
        saved.append(stage.play("back_up_app", [site]).well().answer[site.code]["snapshot"])
    return Kept(stage, site, App("department-site", BESIDE, names[0], parameters={"title": "档案"}), *saved)


def test_a_backup_is_tried_beside_the_site_and_nothing_of_it_is_left(kept: Kept) -> None:
    assert kept.tried("deploy_app").well().changed > 0
    assert "档案" in kept.text(kept.beside)
    kept.tried("restore_app", snapshot=kept.first, verify=True).well()
    assert "first text" in kept.text(kept.beside)
    assert "second text" in kept.text(kept.site)
    host = kept.stage.host(kept.site)
    told = json.loads(kept.stage.sudo(host, "cat", f"/var/lib/cloudctl/apps/{BESIDE}.json"))
    assert told["repository"] == f"/var/backups/{NAME}", "who restored it knows its store"
    kept.tried("retire_app", retired_without_backup="a test").well()
    assert BESIDE not in kept.stage.sudo(host, "sh", "-c", "'ls /srv/apps /etc/nginx/sites-enabled; cat /etc/passwd'")
    assert "second text" in kept.text(kept.site)


def test_what_is_over_is_forgotten_and_what_is_missing_is_no_fault(kept: Kept) -> None:
    forgotten = kept.answer(kept.stage.play("forget_backups", [kept.site], forget=[kept.first]).well())
    assert (forgotten["state"], forgotten["forgotten"], forgotten["missing"]) == ("forgotten", [kept.first], [])
    again = kept.answer(kept.stage.play("forget_backups", [kept.site], forget=[kept.first]).well())
    assert (again["forgotten"], again["missing"]) == ([], [kept.first])
    assert "second text" in kept.text(kept.site)


def test_the_backup_is_blamed_for_its_own_faults_alone(kept: Kept) -> None:
    kept.tried("deploy_app").well()
    away = kept.answer(kept.tried("restore_app", snapshot=kept.second, repository=f"/nowhere/{NAME}"))
    assert (away["state"], away.get("backup")) == ("refused", None), away
    missing = kept.answer(kept.tried("restore_app", snapshot=kept.first, verify=True))
    assert (missing["state"], missing["backup"]) == ("refused", "broken"), missing
    kept.stage.sudo(kept.stage.host(kept.site), "sh", "-c", f"'rm -rf /var/backups/{NAME}/data/*'")
    damaged = kept.answer(kept.tried("restore_app", snapshot=kept.second, verify=True))
    assert (damaged["state"], damaged["backup"]) == ("refused", "broken"), damaged
    kept.tried("retire_app", retired_without_backup="a test").well()
    kept.stage.play("retire_app", [kept.site], retired_without_backup="a test").well()
