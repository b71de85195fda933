"""Departments' sites in one run: twenty on two hosts, then a hundred on the same two; again: nothing is changed."""

from __future__ import annotations

import time

import pytest

from tests.hosting.stage import App, Played, Stage

pytestmark = pytest.mark.timeout(3600)
FIRST, ALL = 20, 100


def deployed(stage: Stage, sites: list[App]) -> Played:
    """Brings them there; says how long that took."""
    began = time.monotonic()
    played = stage.play("deploy_app", sites).well()
    print(f"{len(sites)} sites: {time.monotonic() - began:.0f} s, changed={played.changed}")
    return played


def written(stage: Stage, site: App) -> str:
    """When its state on its host was written last, and what runs it."""
    files = (f"/var/lib/cloudctl/apps/{site.instance}.json", f"/etc/nginx/sites-enabled/{site.instance}.conf")
    return stage.sudo(stage.host(site), "stat", "-c", "%n:%Y:%i", *files)


def test_twenty_departments_then_a_hundred(stage: Stage, names: list[str]) -> None:
    sites = [
        App("department-site", f"dsmany{number:02}", names[number % 2], parameters={"title": f"部门{number}"})
        for number in range(ALL)
    ]
    answer = deployed(stage, sites[:FIRST]).answer
    assert [answer[site.code]["state"] for site in sites[:FIRST]] == ["running"] * FIRST
    assert [stage.answers(site) for site in sites[:FIRST]] == [[]] * FIRST
    assert deployed(stage, sites[:FIRST]).changed == 0

    # The list grows: those that were there are not touched.
    before = [written(stage, site) for site in sites[:2]]
    answer = deployed(stage, sites).answer
    assert [answer[site.code]["state"] for site in sites] == ["running"] * ALL
    assert [stage.answers(site) for site in sites] == [[]] * ALL
    assert [written(stage, site) for site in sites[:2]] == before
    assert deployed(stage, sites).changed == 0
    assert stage.play("retire_app", sites, retired_without_backup="a test ends").well().changed > 0
