from __future__ import annotations

import json
from pathlib import Path

import pytest

from cloudctl.domain.clouds import Capability
from cloudctl.domain.errors import ConfigurationError
from cloudctl.providers.openstack.provider import OpenStackProvider, connect
from tests.unit.providers.openstack.conftest import entry, record
from tests.unit.providers.openstack.recorded import FixedClock, RecordedCloud


def test_it_checks_with_a_token_and_one_list(cloud: RecordedCloud, provider: OpenStackProvider):
    cloud.on("GET", "/compute/v2.1/servers", {"servers": []})
    provider.check()
    assert cloud.lines == ["GET /compute/v2.1/servers"]
    assert cloud.calls[0].query == {"limit": ["1"]}


def test_it_declares_what_it_can(provider: OpenStackProvider):
    assert provider.capabilities == frozenset(Capability) - {Capability.METRICS}


def test_no_credentials_are_a_configuration_error(clouds_yaml: Path, clock: FixedClock):
    clouds_yaml.write_text(json.dumps({"clouds": {"another": entry("http://127.0.0.1:1")}}))
    with pytest.raises(ConfigurationError, match=r"city.*clouds\.yaml"):
        connect(record(), clock)


def test_unusable_credentials_are_a_configuration_error(clouds_yaml: Path, clock: FixedClock):
    clouds_yaml.write_text(json.dumps({"clouds": {"city": {"auth_type": "no-such-type", "auth": {}}}}))
    with pytest.raises(ConfigurationError):
        connect(record(), clock)


def test_credentials_may_come_from_the_environment(
    cloud: RecordedCloud, clouds_yaml: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
):
    for name, value in entry(cloud.url)["auth"].items():  # type: ignore[attr-defined]
        monkeypatch.setenv(f"OS_{name.upper()}", value)
    cloud.on("GET", "/compute/v2.1/servers", {"servers": []})
    connect(record(), clock).check()
    assert len(cloud.tokens) == 1
