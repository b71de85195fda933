"""A disaster: from nothing to a page that answers with one command, on a bare server of the real Nova; then the paper.

The tests are the chapters of one story and run in this order.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cloudctl.cli.exits import Exit
from cloudctl.domain.calendars import PEOPLE_ZONE, end_of_day, today_for_people, working_days_after
from cloudctl.domain.emergencies import PAPER_WORKING_DAYS
from tests.e2e.hosting import Story, settled
from tests.e2e.openstack import QUIET
from tests.e2e.people import application, network_item, server_item

pytestmark = [QUIET, pytest.mark.timeout(3600)]

TITLE, NOTICE = "台风救灾", "请到市体育馆避险"
CODE = "fgw-relief"
DOCUMENT = "应急〔2026〕3号"
OWED = "Hand the signed form of the emergency in"


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with settled(tmp_path_factory.mktemp("emergency"), "emergency", bare=True) as story:
        yield story


def test_one_command_ends_in_a_page_that_answers(story: Story, tmp_path: Path) -> None:
    crew, file = story.crew, tmp_path / "relief.json"
    server = server_item("relief", count=1, disks=[], specification="s2", user_data="")
    file.write_text(json.dumps(application(crew, items=[network_item("relief"), server])), "utf-8")
    assert crew.officer.rows("/servers") == crew.officer.rows("/apps") == []
    called = datetime.now(PEOPLE_ZONE) - timedelta(minutes=10)
    crew.reviewer.run(
        "emergencies", "create", "--from", str(file), "--approved-by", "王副市长", "--by-phone", "汛情紧急，先行建设",
        "--approved-at", f"{called:%F %H:%M}", "--deploy", "emergency", "--code", CODE, "--set", f"title={TITLE}",
        "--set", f"content={NOTICE}", "--set", "depots=一号库,二号库", "--follow", within_s=1200,
    )  # fmt: skip
    story.server, story.app = crew.officer.only("/servers"), crew.officer.only("/apps")
    assert (story.app["state"], story.app["code"]) == ("running", CODE)
    page = story.page()
    assert TITLE in page
    assert NOTICE in page
    assert "一号库" in page
    assert story.page("/?health") == "ok", "its database answers too"


def test_the_paper_is_owed_until_another_person_has_closed_it(story: Story) -> None:
    crew = story.crew
    (listed,) = crew.head.rows("/emergencies", state="open")
    owed = crew.head.get(f"/emergencies/{listed['id']}")
    entered, due = (datetime.fromisoformat(owed[name]) for name in ("created_at", "due_at"))
    assert due == end_of_day(working_days_after(today_for_people(entered), PAPER_WORKING_DAYS).day)
    assert (owed["approver"], owed["note"], owed["late"]) == ("王副市长", "汛情紧急，先行建设", False)
    number = owed["number"]
    assert OWED in crew.head.run("todo")

    assert "open" in crew.admin.run("emergencies", "close", number, code=Exit.CONFLICT)
    crew.head.run("emergencies", "complete", number, "--document-number", DOCUMENT)
    crew.reviewer.run("emergencies", "close", number, code=Exit.FORBIDDEN)
    crew.admin.run("emergencies", "close", number)
    closed = crew.auditor.only("/emergencies", number=number)
    assert (closed["state"], closed["document_number"]) == ("closed", DOCUMENT)
    assert OWED not in crew.head.run("todo")
    assert TITLE in story.page()
