"""What takes too long for the gate: see `python -m tests.acceptance`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from json import dumps, loads
from typing import Any

import pytest

from tests.acceptance.outcomes import one_of_each
from tests.e2e.installation import Installation
from tests.e2e.openstack import Cloud, Project
from tests.e2e.people import Crew, apart, approve, settle
from tests.lab.faultproxy import Action, FaultProxy, Rule, write_clouds
from tests.lab.openstack import ensure_up

PROXIED = ("identity", "compute", "network", "block-storage")
ANSWER_WITHIN_S = 8


@dataclass(frozen=True)
class Region:
    """An installation whose way to OpenStack leads through fault proxies, one a service."""

    town: Installation
    crew: Crew
    cloud: Cloud
    proxies: dict[str, FaultProxy]


@dataclass(frozen=True)
class Site:
    """A department of its own in the region, and its project in the cloud."""

    crew: Crew
    project: Project
    proxies: dict[str, FaultProxy]

    def strike(
        self, service: str, method: str, path: str, action: Action, *, times: int | None = 1, skip: int = 0
    ) -> Rule:
        """The next request that matches meets the action."""
        return self.proxies[service].add(Rule(method, path, action, times=times, skip=skip))

    def mend(self) -> None:
        """No more faults."""
        for proxy in self.proxies.values():
            proxy.clear()

    def ordered(self, specification: str = "s1") -> dict[str, Any]:
        """One of each, approved: its build is queued."""
        return approve(self.crew, one_of_each(self.crew, specification))


@pytest.fixture(scope="session")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Region]:
    home = tmp_path_factory.mktemp("region")
    with ExitStack() as stack:
        cloud = stack.enter_context(Cloud(ensure_up()))
        proxies = {name: stack.enter_context(FaultProxy(cloud.lab.endpoints[name])) for name in PROXIED}
        clouds = write_clouds(
            cloud.lab.clouds_yaml, home / "clouds.yaml", {name: proxy.url for name, proxy in proxies.items()}
        )
        content = loads(clouds.read_text())
        for entry in content["clouds"].values():
            entry["api_timeout"] = ANSWER_WITHIN_S
        clouds.write_text(dumps(content))
        town = Installation(
            home,
            environment={"OS_CLIENT_CONFIG_FILE": str(clouds)},
            engine_poll_s=0.1,
            cloud_poll_s=0.5,
            settle_s=8,
            step_budget_s=120,
        )
        stack.enter_context(town.process("serve"))
        yield Region(town, settle(town, cloud=cloud.entry), cloud, proxies)


@pytest.fixture
def site(region: Region) -> Iterator[Site]:
    crew = apart(region.crew)
    site = Site(crew, region.cloud.project(crew.department["id"]), region.proxies)
    yield site
    site.mend()
    site.project.scrub()
