"""A marker planted as a secret of a host and of a system, and the key of a run: nowhere in clear (invariant 9)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.main import create_app
from cloudctl.domain.identifiers import new_id
from cloudctl.ports.context import platform
from cloudctl.services import authorities, hosts, secrets
from tests.factories import Installed, installation
from tests.faults.test_no_secret_in_clear import spellings
from tests.unit.api.client import Client
from tests.unit.services.enrolling import enrolled, servers

MARKER = "m4rker-swordfish-of-a-host"
NAME = "c0ntrol_name_that_is_everywhere"


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Installed]:
    with installation(tmp_path) as made:
        yield made


def test_neither_a_secret_nor_a_run_s_key_is_anywhere_in_clear(
    city: Installed, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    (key,) = servers(city, count=1)
    enrolled(city, key)
    shown: list[bytes] = []
    with Client(create_app(city.ctx)) as door:
        operator = door.using(city.secrets["operator"])

        def say(method: str, path: str, payload: object = None) -> None:
            answer = operator.request(method, path, payload=payload)
            shown.append(answer.body + repr(answer.headers).encode())

        for kind, owner in (("host", key), ("system", city.ids["oa"])):
            body = {"owner_kind": kind, "owner_id": str(owner), "name": NAME, "value": MARKER}
            say("PUT", "/v1/secrets", body)
            say("PUT", "/v1/secrets", body | {"name": "Not A Name"})
            say("PUT", "/v1/secrets", body | {"owner_kind": "planet"})
            say("PUT", "/v1/secrets", body | {"owner_id": "nobody"})
            say("PUT", "/v1/secrets", body | {"value": MARKER * 9000})
        for path in ("/v1/secrets", "/v1/hosts", "/v1/hosts/inventory", f"/v1/hosts/{key}", "/v1/audit"):
            say("GET", path)
        run = new_id()
        handed = secrets.for_run(city.ctx, platform("run"), run_id=run, owners=[key, city.ids["oa"]])
        targets = hosts.targets(city.ctx, platform("run"), [key])
        given = hosts.run_key(city.ctx, platform("run"), run_id=run, hosts=targets, valid_s=60)
        issued = authorities.issue_tls(city.ctx, platform("run"), names=["a.city.gov.cn"], days=9, subject_id=new_id())
        shown.append(door.using(city.secrets["auditor"]).get("/v1/audit/export").body)
    assert [one[NAME] for one in handed.values()] == [MARKER, MARKER]
    city.app.stop()
    files = b"".join(path.read_bytes() for path in sorted(city.directory.rglob("*")) if path.is_file())
    places = {
        "files": files,
        "answers": b"".join(shown),
        "logs": caplog.text.encode(),
        "terminal": "".join(capfd.readouterr()).encode(),
    }
    for name in ("files", "answers"):
        assert NAME.encode() in places[name], f"nothing would be found in {name}"
    private = given.files[given.file_of[key]].splitlines()[2]
    planted = {"a secret": MARKER, "a run's key": private, "a server's key": issued.key_pem.splitlines()[1]}
    leaks = [
        f"{what} in {name}"
        for what, secret in planted.items()
        for name, place in places.items()
        if any(spelling in place for spelling in spellings(secret))
    ]
    assert leaks == []
