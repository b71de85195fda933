"""The regular look at systems knows of applications: their hosts count, and their checks are the platform's own."""

from __future__ import annotations

from pathlib import Path

from cloudctl.domain.evidence import EvidenceKind
from cloudctl.ports.context import platform
from cloudctl.services import evidence
from tests.unit.workflows.hosted import hosted


def test_a_hosted_systems_answer_is_asked_on_its_host(tmp_path: Path) -> None:
    with hosted(tmp_path) as stage:
        app = stage.running(code="fgw-site")
        look = next(one for one in stage.ctx.queries.standings.looks() if one.id == app.system_id)
        assert [server.name for server in look.servers] == ["host-1"]
        stage.city.clock.move(days=4)
        evidence.gather(stage.ctx, platform("job:evidence"))
        newest = stage.city.read(lambda uow: uow.evidence.newest((EvidenceKind.CHECK_ANSWERS,)))
        row = newest[app.system_id, EvidenceKind.CHECK_ANSWERS]
        assert row.value["answered"]
        assert row.value["url"] == app.url
        stage.world.fault("health", "fgw-site")
        evidence.gather(stage.ctx, platform("job:evidence"))
        newest = stage.city.read(lambda uow: uow.evidence.newest((EvidenceKind.CHECK_ANSWERS,)))
        row = newest[app.system_id, EvidenceKind.CHECK_ANSWERS]
        assert (row.value["answered"], row.holds) == (False, False)
        assert "front-page" in row.value["error"]
