from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cloudctl.domain.clouds import Cloud, CloudKind
from cloudctl.providers.openstack.provider import OpenStackProvider, connect
from tests.unit.providers.openstack.recorded import FixedClock, RecordedCloud, serving


@pytest.fixture
def cloud() -> Iterator[RecordedCloud]:
    with serving(RecordedCloud()) as recorded:
        yield recorded


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def clouds_yaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clouds.yaml that is the only one, and an environment without OpenStack's variables."""
    for name in [name for name in os.environ if name.startswith("OS_")]:
        monkeypatch.delenv(name)
    path = tmp_path / "clouds.yaml"
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(path))
    monkeypatch.chdir(tmp_path)
    return path


def entry(url: str, **more: object) -> dict[str, object]:
    auth = {
        "auth_url": f"{url}/v3",
        "username": "admin",
        "password": "not-a-secret",
        "project_name": "admin",
        "user_domain_id": "default",
        "project_domain_id": "default",
    }
    return {"auth": auth, "region_name": "R", **more}


def record(code: str = "city") -> Cloud:
    return Cloud(code=code, name=code, kind=CloudKind.OPENSTACK, zones=frozenset(), capacity={})


@pytest.fixture
def provider(cloud: RecordedCloud, clouds_yaml: Path, clock: FixedClock) -> OpenStackProvider:
    clouds_yaml.write_text(json.dumps({"clouds": {"city": entry(cloud.url, api_timeout=30)}}))
    return connect(record(), clock)
