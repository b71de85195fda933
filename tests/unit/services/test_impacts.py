"""Impact from what is on record: an application's host and its department's draft in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloudctl.domain.errors import Forbidden, NotFound
from cloudctl.domain.impacts import ImpactKind
from cloudctl.ports.context import platform
from cloudctl.services import impacts, syncs
from tests.seeds import CLOUD
from tests.unit.workflows.hosted import hosted


def test_a_cloud_names_the_application_its_department_and_drafts(tmp_path: Path) -> None:
    with hosted(tmp_path) as stage:
        app = stage.running(code="fgw-site", name="门户")
        syncs.run_due(stage.ctx, platform("job:sync"), CLOUD)
        told = impacts.of(stage.ctx, stage.city.people["office-admin"], ImpactKind.CLOUD, CLOUD)
        assert [(one.code, one.direct) for one in told.apps] == [(app.code, True)]
        assert app.code in {one.code for one in told.systems} or told.systems
        (department,) = [one for one in told.departments if one.code == "fgw"]
        assert "门户" in department.draft["zh_CN"]
        assert department.draft["en"].startswith("To ")
        assert CLOUD in department.draft["en"]
        with pytest.raises(NotFound) as unknown:
            impacts.of(stage.ctx, stage.city.people["office-admin"], ImpactKind.HOST, "nowhere")
        assert unknown.value.field == "name"
        with pytest.raises(Forbidden):
            impacts.of(stage.ctx, stage.city.people["officer"], ImpactKind.CLOUD, CLOUD)
