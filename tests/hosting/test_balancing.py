"""One application on several hosts behind a balancer: who asks is led to those that are well."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from cloudctl.hosting.catalogue import load, shipped
from cloudctl.secrets.authority import CryptographyAuthority
from tests.hosting.stage import App, Played, Stage
from tests.visits import visiting

pytestmark = pytest.mark.timeout(1800)
ADDRESS = "odscale.city.example"


@dataclass
class Spread:
    """An instance on two hosts, its balancer, and the platform's authority."""

    stage: Stage
    app: App
    balancer: str
    root: str
    key: str
    chain: str
    folder: Path

    def play(self, playbook: str, hosts: list[str], *words: str, **change: Any) -> Played:
        """An act on some of its hosts."""
        variables: dict[str, Any] = {
            "apps": [self.app.variables(self.stage.catalogue, hosts=hosts, certificate=self.chain, port=443, **change)],
            "app_secrets": {self.app.code: self.app.secrets(self.stage.catalogue) | {"certificate_key": self.key}},
        }
        if self.stage.blueprints is not None:
            variables["app_blueprints"] = str(self.stage.blueprints)
        return self.stage.play_with(playbook, variables, *words)

    def balance(self, *hosts: str, drained: str = "", words: tuple[str, ...] = ()) -> Played:
        """These are behind the balancer from now on."""
        backends = [
            {"name": name, "address": self.stage.hosts[name].address, "port": 443, "drained": name == drained}
            for name in hosts
        ]
        mine = {
            "code": self.app.code, "instance": self.app.instance, "address": ADDRESS, "hosts": [self.balancer],
            "backends": backends, "check_path": "/catalog.jsonld", "certificate": self.chain,
            "root_certificate": self.root,
        }  # fmt: skip
        secrets = {self.app.code: {"certificate_key": self.key}}
        return self.stage.play_with("balance_app", {"apps": [mine], "app_secrets": secrets}, *words)

    def rotation(self, played: Played) -> dict[str, str]:
        """What each host is, as the platform was told."""
        return dict(played.well().answer[self.app.code]["backends"])

    def ask(self, path: str = "/catalog.jsonld", *, name: str = ADDRESS, scheme: str = "https") -> tuple[int, str]:
        """What the balancer answers, with the platform's root alone believed."""
        (self.folder / "root.pem").write_text(self.root, "utf-8")
        at = self.stage.hosts[self.balancer].address
        resolve = [word for port in (80, 443) for word in ("--resolve", f"{name}:{port}:{at}")]
        argv = ["curl", "-sg", "-m", "20", "--cacert", self.folder / "root.pem", "-w", "\n%{http_code}", *resolve]
        done = subprocess.run([*argv, f"{scheme}://{name}{path}"], capture_output=True, text=True, check=False)
        text, _, status = done.stdout.rpartition("\n")
        return int(status or 0), text

    def asked_of(self, name: str) -> int:
        """How often a host was asked by visitors, not by the balancer's own look."""
        log = self.stage.sudo(self.stage.hosts[name], "cat", f"/var/log/nginx/{self.app.instance}.access.log")
        return sum("curl/" in line for line in log.splitlines())


@pytest.fixture(scope="module")
def spread(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spread]:
    folder = tmp_path_factory.mktemp("spread")
    stage.hosts.fetch("haproxy")
    balancer = stage.hosts.add(f"{stage.hosts.name}-3").name
    stage.hosts.store.start()
    blueprints = folder / "blueprints"
    shutil.copytree(shipped(), blueprints)
    file = blueprints / "open-data" / "blueprint.yaml"
    document = yaml.safe_load(file.read_text("utf-8"))
    document["releases"].append(document["releases"][0] | {"version": "1.1.0", "upgrades_from": ["1.0.0"]})
    file.write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")
    own = Stage(stage.hosts, folder, load(blueprints))
    own.blueprints = blueprints

    authority, now = CryptographyAuthority(), datetime.now(UTC)
    made = authority.new_tls("a test's root", now - timedelta(days=1), now + timedelta(days=30))
    issued = authority.issue_tls(
        made.private_key, made.public, serial=7, names=[ADDRESS],
        starts_at=now - timedelta(hours=1), ends_at=now + timedelta(days=10),
    )  # fmt: skip
    app = App("open-data", "odscale", "", parameters={"title": "数据开放"})
    app.more["repository"] = f"{stage.hosts.store.url}/odscale"
    yield Spread(own, app, balancer, made.public, issued.key_pem, issued.chain_pem, folder)
    stage.hosts.remove(balancer)


def test_two_hosts_serve_what_one_did(spread: Spread, names: list[str]) -> None:
    first, second = names
    host = spread.stage.hosts[first]
    spread.play("deploy_app", [first]).well()
    host.ssh("sudo", "-u", "odscale", "tee", "/srv/apps/odscale/datasets/rain.csv", stdin="day,mm\n1,9\n")
    saved = spread.play("back_up_app", [first]).well().answer[spread.app.code]["snapshot"]
    assert spread.rotation(spread.balance(first)) == {first: "well"}
    assert spread.ask("/datasets/rain.csv") == (200, "day,mm\n1,9\n")

    spread.play("deploy_app", [second]).well()
    spread.play("restore_app", [second], snapshot=saved).well()
    assert spread.rotation(spread.balance(first, second)) == {first: "well", second: "well"}
    assert spread.balance(first, second).well().changed == 0
    assert spread.balance(first, second, words=("--check",)).well().changed == 0
    assert spread.play("deploy_app", [first, second]).well().changed == 0

    before = {name: spread.asked_of(name) for name in names}
    assert {spread.ask("/datasets/rain.csv") for _ in range(10)} == {(200, "day,mm\n1,9\n")}
    assert all(spread.asked_of(name) - before[name] == 5 for name in names)


def test_visitors_are_led_to_tls_and_strangers_nowhere(spread: Spread) -> None:
    assert spread.ask(scheme="http")[0] == 301
    assert spread.ask(name="other.city.example", scheme="http")[0] == 0
    assert spread.ask(name="other.city.example")[0] == 0


def test_a_host_that_does_not_answer_gets_nothing_until_it_does(spread: Spread, names: list[str]) -> None:
    first, second = names
    with visiting(lambda: spread.ask()[0], lambda status: status == 200, every_s=0.05) as visitor:
        spread.stage.sudo(spread.stage.hosts[second], "systemctl", "stop", "nginx")
        told = spread.rotation(spread.balance(first, second))
        spread.stage.sudo(spread.stage.hosts[second], "systemctl", "start", "nginx")
        again = spread.rotation(spread.balance(first, second))
    assert told[first] == "well"
    assert told[second].startswith("does not answer its check")
    assert again[first] == "well"
    assert visitor.count > 10
    assert visitor.bad == []

    # It answers, but not as its check wants: the same.
    page = "/srv/apps/odscale/site/catalog.jsonld"
    spread.stage.sudo(spread.stage.hosts[second], "mv", page, f"{page}.away")
    told = spread.rotation(spread.balance(first, second))
    assert told[second].startswith("does not answer its check")
    assert "404" in told[second]
    spread.stage.sudo(spread.stage.hosts[second], "mv", f"{page}.away", page)


def test_without_any_host_that_is_well_it_says_so(spread: Spread, names: list[str]) -> None:
    for name in names:
        spread.stage.sudo(spread.stage.hosts[name], "systemctl", "stop", "nginx")
    played = spread.balance(*names)
    for name in names:
        spread.stage.sudo(spread.stage.hosts[name], "systemctl", "start", "nginx")
    assert played.code != 0
    assert f"{spread.app.code} has no host in rotation" in played.message
    assert played.answer[spread.app.code]["state"] == "failed"
    assert set(spread.rotation(spread.balance(*names)).values()) == {"well"}


def test_one_host_after_the_other_is_upgraded_and_nobody_notices(spread: Spread, names: list[str]) -> None:
    with visiting(lambda: spread.ask()[0], lambda status: status == 200, every_s=0.05) as visitor:
        for name in names:
            visitor.sees = f"{name} is drained"
            assert spread.rotation(spread.balance(*names, drained=name))[name] == "drained"
            at_rest = spread.asked_of(name)
            visitor.sees = f"{name} is upgraded"
            spread.play("upgrade_app", [name], version="1.1.0", previous_version="1.0.0").well()
            assert spread.asked_of(name) == at_rest
        visitor.sees = "all are taken back"
        assert set(spread.rotation(spread.balance(*names)).values()) == {"well"}
    assert visitor.count > 10
    assert visitor.bad == []
    assert spread.balance(*names).well().changed == 0


def test_a_host_with_another_authoritys_certificate_is_not_believed(spread: Spread, names: list[str]) -> None:
    authority, now = CryptographyAuthority(), datetime.now(UTC)
    spread_root, spread.root = spread.root, authority.new_tls("x", now, now + timedelta(days=1)).public
    played = spread.balance(*names)
    spread.root = spread_root
    assert "has no host in rotation" in played.message
    spread.balance(*names).well()


def test_taken_off_it_answers_no_more(spread: Spread, names: list[str]) -> None:
    assert spread.balance().well().changed > 0
    assert spread.ask()[0] == 0
    assert spread.balance().well().changed == 0
    balancer = spread.stage.hosts[spread.balancer]
    assert "odscale" not in spread.stage.sudo(balancer, "ls", "/etc/haproxy/apps", "/etc/haproxy/tls")
    spread.play("retire_app", names, version="1.1.0", retired_without_backup="a test ends").well()
