"""A playbook run by hand, with real ansible-playbook, is reported to a real server by the callback plugin."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from api.main import create_app
from cloudctl.bootstrap import SystemClock
from cloudctl.domain.runs import Origin
from cloudctl.ports.context import platform
from cloudctl.ports.queries import PageAsk
from cloudctl.services import tokens
from tests.factories import Installed
from tests.locally import HERE, PLAYBOOKS, hosts_of, run_city
from tests.waiting import until

pytestmark = pytest.mark.timeout(900)
PLUGINS = PLAYBOOKS.parents[1] / "playbooks" / "callback_plugins"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    with run_city(
        tmp_path_factory.mktemp("report"), clock=SystemClock()
    ) as made:  # the plugin tells the machine's time
        yield made


def token(city: Installed, login: str) -> str:
    return tokens.issue(city.ctx, platform("test"), city.ids[login], name="by hand")[1]


@pytest.fixture(scope="module")
def url(city: Installed) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(create_app(city.ctx), host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    until(lambda: server.started)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def by_hand(home: Path, hosts: dict[str, dict[str, Any]], *words: str, **env: str) -> str:
    inventory = {"all": {"children": {"targets": {"hosts": {name: HERE | known for name, known in hosts.items()}}}}}
    (home / "hosts.yml").write_text(json.dumps(inventory))
    (home / "ansible.cfg").write_text(
        f"[defaults]\ncallback_plugins = {PLUGINS}\ncallbacks_enabled = cloudctl_report\nhome = {home}\n"
    )
    extra = {"say_hello_words": "hi", "say_hello_directory": str(home), "report_directory": str(home)}
    done = subprocess.run(
        [
            Path(sys.executable).parent / "ansible-playbook", "-i", home / "hosts.yml", PLAYBOOKS / "say_hello.yml",
            "-e", json.dumps(extra), *words,
        ],
        env={"PATH": os.environ["PATH"], "ANSIBLE_CONFIG": str(home / "ansible.cfg"), "LANG": "C.UTF-8", **env},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


def reports(city: Installed) -> list[Any]:
    return list(city.ctx.queries.runs.page(None, {"origin": "hand"}, PageAsk()).items)


def test_a_run_by_hand_is_on_record(city: Installed, url: str, tmp_path: Path) -> None:
    (key,) = hosts_of(city, 1)
    operator = token(city, "operator")
    hosts = {"web-1": {"cloudctl_id": str(key)}, "notebook": {}}
    said = by_hand(tmp_path, hosts, CLOUDCTL_URL=url, CLOUDCTL_TOKEN=operator)
    assert "Reported to the platform: run" in said, said
    (row,) = reports(city)
    run = city.read(lambda uow: uow.runs.get(row.id))
    assert (run.playbook, run.state, run.origin) == ("say_hello", "succeeded", Origin.HAND)
    assert run.hosts == [key]
    assert run.stats[run.names[str(key)]].changed == 2
    assert "1" in run.words["en"]  # the notebook
    assert run.asked_by == city.ids["operator"]
    nowhere = '{"say_hello_directory": "/nowhere"}'
    failed = by_hand(tmp_path, hosts, "-e", nowhere, "--tags", "all", CLOUDCTL_URL=url, CLOUDCTL_TOKEN=operator)
    assert "Reported to the platform: run" in failed, failed
    last = reports(city)[0]
    assert (last.state, last.failed_task, last.check) == ("failed", "Write a file", False)


def test_nothing_of_it_stops_a_run(city: Installed, url: str, tmp_path: Path) -> None:
    before = len(reports(city))
    known = {"web-1": {"cloudctl_id": "018f3b2c-52aa-7d9b-8f0e-9a530c2f5f0f"}}
    refused = by_hand(tmp_path, known, CLOUDCTL_URL=url, CLOUDCTL_TOKEN=token(city, "auditor"))
    assert "refused the report (403)" in refused, refused
    silent = by_hand(tmp_path, known, CLOUDCTL_URL="http://127.0.0.1:9", CLOUDCTL_TOKEN="cctl_x")
    assert "could not be told" in silent, silent
    unset = by_hand(tmp_path, {"notebook": {}})
    assert "Not reported" in unset, unset
    for said in (refused, silent, unset):
        assert "failed=0" in said
    assert len(reports(city)) == before
