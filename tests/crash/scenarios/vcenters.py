"""An order on a vCenter: delivered, and undone because one of its servers cannot be cloned."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from cloudctl.bootstrap import App
from tests.crash import checks, city
from tests.crash.scenarios.orders import undone
from tests.crash.scenarios.scenario import Scenario, ends
from tests.crash.stages import Stage, Stages
from tests.lab.vcenter import Rule, VcenterServer, fault


def order_on_a_vcenter(app: App) -> None:
    assert city.approved(app.context, city.plain_items("oa")).clouds == [city.CLOUD]


def delivered_on_a_vcenter(app: App) -> None:
    ends(app, "delivered", {"network": 1, "server": 2, "volume": 2})
    statuses = {(item.kind, item.status) for item in checks.objects(app)}
    assert statuses == {("network", "ACTIVE"), ("server", "ACTIVE"), ("volume", "IN_USE")}


DELIVERED = Scenario(
    name="vcenter-delivered", saga="provision_order", prepare=order_on_a_vcenter, ended=delivered_on_a_vcenter
)
FAILED = Scenario(name="vcenter-failed", saga="provision_order", prepare=order_on_a_vcenter, ended=undone)


@contextmanager
def staged(stages: Stages, scenario: Scenario) -> Iterator[Stage]:
    """A city whose first cloud is a vCenter of its own, which outlives every worker."""
    with VcenterServer(clusters=1, hosts=2) as vcenter:
        if scenario is FAILED:
            vcenter.add(Rule("CloneVM", fault("NoDiskSpace", datastore="LocalDS_0"), name="oa-2"))
        settings = stages.stage(scenario).settings
        clouds_file = vcenter.write_clouds(Path(settings.data_dir) / "clouds.yaml", city.CLOUD)
        yield Stage(msgspec.structs.replace(settings, clouds_file=str(clouds_file)))
