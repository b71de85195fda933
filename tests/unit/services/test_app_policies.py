"""What may be reached from the Internet, and who says so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cloudctl.domain.errors import Forbidden, PolicyDenied
from cloudctl.domain.evidence import EvidenceKind, Subject
from cloudctl.services import apps, evidence, systems
from tests.unit.workflows.hosted import Hosted, hosted


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosted]:
    with hosted(tmp_path_factory.mktemp("policies")) as made:
        yield made


def rules(stage: Hosted, **changes: object) -> set[str]:
    with pytest.raises(PolicyDenied) as refused:
        stage.asked(**changes)
    return {str(finding["rule"]) for finding in refused.value.findings if finding["effect"] == "deny"}


def test_exposure_needs_report_filings_and_owner_then_the_office(stage: Hosted) -> None:
    system, officer = stage.city.ids["oa"], stage.city.people["officer"]
    asked = {"code": "fgw-open", "system_id": system, "exposed": True}
    needed = {"app-exposure-report", "app-exposure-filings", "app-exposure-owner"}
    assert rules(stage, **asked) == needed
    assert rules(stage, **asked, owner="王海") == needed - {"app-exposure-owner"}
    systems.update(stage.ctx, officer, system, {"icp_number": "鲁ICP备1号", "mlps_filing_number": "3702-1"})
    assert rules(stage, **asked, owner="王海") == {"app-exposure-report"}
    evidence.hand_in(
        stage.ctx, officer, subject_kind=Subject.SYSTEM, subject_id=system, kind=EvidenceKind.LAUNCH_REPORT,
        name="上线检测报告.pdf", content=b"%PDF-1.7 report",
    )  # fmt: skip
    app = stage.asked(**asked, owner="王海")
    assert app.state == "asked"
    assert stage.city.queued() == []
    with pytest.raises(Forbidden):
        apps.approve(stage.ctx, officer, app.id)
    approved = apps.approve(stage.ctx, stage.city.people["office-admin"], app.id)
    assert approved.state == "planned"
    stage.city.run()
    assert stage.now(app).state == "running"


def test_a_report_that_has_expired_counts_no_longer(stage: Hosted) -> None:
    stage.city.clock.move(days=366)
    asked = {"code": "fgw-later", "system_id": stage.city.ids["oa"], "exposed": True, "owner": "王海"}
    assert rules(stage, **asked) == {"app-exposure-report"}


def test_a_level_above_the_blueprints_is_refused(stage: Hosted) -> None:
    assert "app-mlps" in rules(stage, code="fgw-four", mlps_level=4)
