"""The reference is what the code says now, and says it about everything."""

from __future__ import annotations

import re

import pytest

from cloudctl.domain.lifecycle import MACHINES
from cloudctl.domain.machines import Machine
from cloudctl.services.history import SAID
from cloudctl.workflows import SAGAS
from tests.docs import reference
from tests.docs.markdown import DOCS, ROOT, blocks
from tests.docs.reference import audit, settings
from tests.docs.reference.api import document

FOLDER = DOCS / "reference"


def test_pages_are_up_to_date() -> None:
    stale = [str(path.relative_to(ROOT)) for path in reference.stale()]
    assert not stale, f"run `python -m tests.docs.reference`: {stale}"


def test_no_page_is_orphaned() -> None:
    assert {path.stem for path in FOLDER.glob("*.md")} == set(reference.PAGES)


def test_every_route_is_there() -> None:
    page = (FOLDER / "api.md").read_text(encoding="utf-8")
    routes = [f"### {method.upper()} {path}\n" for path, methods in document()["paths"].items() for method in methods]
    assert len(routes) > 60
    assert [route for route in routes if route not in page] == []


def test_every_setting_has_a_sentence() -> None:
    assert set(settings.names()) == set(settings.SENTENCES)


def test_every_action_has_a_meaning() -> None:
    told = {action for action, _ in SAID.values()}
    assert audit.actions() - told == set(audit.MEANINGS)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.noun)
def test_diagrams_have_every_arrow(machine: Machine) -> None:
    page = (FOLDER / "states.md").read_text(encoding="utf-8")
    diagrams = [block.text for block in blocks(page) if block.language == "mermaid"]
    arrows = {f"{line.source} --> {line.target}: {line.event}" for line in machine.table}
    assert any(arrows <= {line.strip() for line in diagram.splitlines()} for diagram in diagrams)


def test_sagas_are_the_registered_ones() -> None:
    registered = (ROOT / "cloudctl" / "workflows" / "registered.txt").read_text(encoding="utf-8")
    page = (FOLDER / "sagas.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\w+)", page, re.MULTILINE) == [saga.name for saga in SAGAS]
    assert set(re.findall(r"^\| \d+ \| `(\w+)`", page, re.MULTILINE)) == set(re.findall(r"\.(\w+)", registered))


def test_metrics_page_names_every_family_of_a_process() -> None:
    page = (FOLDER / "metrics.md").read_text(encoding="utf-8")
    counted = re.findall(r'"(cloudctl_\w+)"', (ROOT / "api" / "metrics.py").read_text(encoding="utf-8"))
    assert len(counted) >= 4
    assert [name for name in counted if name not in page] == []
