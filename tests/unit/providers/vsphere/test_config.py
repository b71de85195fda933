"""What clouds.yaml says of a vCenter, and what is said when it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloudctl.domain.clouds import Cloud, CloudKind
from cloudctl.domain.errors import ConfigurationError
from cloudctl.providers.registry import ProviderRegistry, Simulation
from cloudctl.providers.vsphere.config import configured
from tests.contract.clocks import MovableClock

GOOD = """\
clouds:
  city-v:
    vsphere:
      host: vcenter.example.test
      username: cloudctl@vsphere.local
      password: s3cret-words
      datacenter: City
      cluster: C1
      datastore: vsan-1
      template_folder: templates
      switch: dvs-1
  other:
    auth: {auth_url: "http://127.0.0.1"}
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "clouds.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_entry_is_read_and_does_not_show_its_password(tmp_path: Path) -> None:
    found = configured("city-v", written(tmp_path, GOOD))
    assert (found.host, found.port, found.verify, found.tasks, found.trash_days) == (
        "vcenter.example.test", 443, True, 8, 7,
    )  # fmt: skip
    assert "s3cret" not in repr(found)


def test_the_usual_file_is_found_by_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(written(tmp_path, GOOD)))
    assert configured("city-v").switch == "dvs-1"
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "none.yaml"))
    with pytest.raises(ConfigurationError, match="No vSphere credentials for the cloud city-v"):
        configured("city-v")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD.replace("city-v", "another"), "No vSphere credentials for the cloud city-v"),
        ("clouds: {city-v: {auth: {}}}", "No vSphere credentials"),
        ("", "No vSphere credentials"),
        ("clouds: {city-v: 3}", "No vSphere credentials"),
        (GOOD.replace("      switch: dvs-1\n", ""), "missing required field `switch`"),
        (GOOD.replace("switch: dvs-1", "switch: dvs-1\n      swich: x"), "unknown field `swich`"),
        (GOOD.replace("datacenter: City", "port: many"), "port"),
        (GOOD.replace("password: s3cret-words", "password: 's3cret-words"), "cannot be read"),
    ],
)
def test_what_is_wrong_is_told_without_the_password(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigurationError) as told:
        configured("city-v", written(tmp_path, text))
    assert words in str(told.value)
    assert "s3cret" not in str(told.value)


def test_the_registry_serves_the_kind_without_a_call(tmp_path: Path) -> None:
    cloud = Cloud(code="city-v", name="v", kind=CloudKind.VSPHERE, zones=frozenset(), capacity={})
    registry = ProviderRegistry(
        simulation=Simulation(data=tmp_path), clock=MovableClock(), clouds_file=written(tmp_path, GOOD)
    )
    provider = registry.provider(cloud)
    assert registry.provider(cloud) is provider
