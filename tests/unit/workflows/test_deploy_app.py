"""deploy_app: from the form to a page that answers, and what is left where it does not come about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cloudctl.domain.errors import Conflict, Invalid, NotFound, PolicyDenied, Rejected
from cloudctl.ports.authority import IssuedTls
from cloudctl.ports.context import platform
from cloudctl.services import apps, decisions, hosts
from tests.factories import Clock, ssh_key
from tests.unit.workflows.hosted import Hosted, hosted, shared_hosts


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Hosted]:
    with hosted(tmp_path) as made:
        yield made


def test_a_site_is_deployed_under_its_name_with_a_certificate(stage: Hosted) -> None:
    app = stage.running(code="fgw-site")
    assert (app.release, app.previous_release, app.address) == ("2.0.0", None, "fgw-site.apps.test")
    ((standing,),) = stage.world.instances().values()
    assert standing["version"] == "2.0.0"
    assert standing["certificate"].startswith("-----BEGIN CERTIFICATE-----")
    assert standing["port"] == 443
    assert stage.world.led() == {"fgw-site.apps.test": ["10.9.0.1"]}
    assert app.certificate_until is not None
    assert stage.act(app).state == "done"
    assert "app_running" in stage.told()


class Outside:
    """An authority outside of the platform, which refuses the names that it does not like."""

    issuer = "https://ca.city.example/acme"
    roots = "-----BEGIN CERTIFICATE-----"

    def __init__(self, clock: Clock, *, refuses: str = "") -> None:
        self.clock, self.refuses = clock, refuses

    def issue(self, name: str) -> IssuedTls:
        if self.refuses:
            raise Rejected(
                "{issuer} does not certify {name}: {words}", issuer=self.issuer, name=name, words=self.refuses
            )
        until = self.clock.now() + timedelta(days=47)
        return IssuedTls(cert_pem="C", key_pem="K", chain_pem=f"for {name}", serial=9, ends_at=until)


def test_where_there_is_another_authority_it_certifies(tmp_path: Path) -> None:
    clock = Clock()
    with hosted(tmp_path, clock=clock, certifier=Outside(clock)) as stage:
        app = stage.running(code="fgw-site")
        ((standing,),) = stage.world.instances().values()
        assert standing["certificate"] == "for fgw-site.apps.test"
        assert app.certificate_until == clock.now() + timedelta(days=47)
        noted = [one["after"] for one in stage.city.audited(action="create/certificate")]
        assert [(one["issuer"], one["names"]) for one in noted if "issuer" in one] == [(Outside.issuer, [app.address])]


def test_a_name_that_it_refuses_is_not_deployed(tmp_path: Path) -> None:
    clock = Clock()
    with hosted(tmp_path, clock=clock, certifier=Outside(clock, refuses="no such account")) as stage:
        app = stage.deployed(code="fgw-site")
        assert app.state == "failed"
        assert "no such account" in app.reason["en"]
        assert stage.world.instances() == {}
        assert stage.world.led() == {}


def test_the_register_and_the_evidence_know_of_it(stage: Hosted) -> None:
    app = stage.running(code="fgw-site")
    system = stage.city.read(lambda uow: uow.systems.get(app.system_id))
    assert (system.code, system.status, system.check_url) == ("fgw-site", "on_platform", "https://fgw-site.apps.test/")
    assert system.virtualised
    (evidence,) = stage.city.read(lambda uow: list(uow.evidence.newest(("check_answers",)).values()))
    assert evidence.holds
    assert evidence.value["app"] == "fgw-site"


def test_the_form_is_checked_before_anything_is_on_record(stage: Hosted) -> None:
    before = stage.city.rows()
    for changes, field in (
        ({"blueprint": "nothing"}, "blueprint"),
        ({"code": "Not A Name"}, "code"),
        ({"release": "9.9.9"}, "release"),
        ({"parameters": {"colour": "red"}}, "parameters.colour"),
        ({"no_state_secrets": None}, "no_state_secrets"),
        ({"name": "机密★10年"}, "name"),
        ({"zone": "nowhere"}, "zone"),
    ):
        with pytest.raises((Invalid, NotFound)) as refused:
            stage.asked(**changes)
        assert refused.value.field == field
        assert refused.value.way_out
    assert stage.city.rows() == before


def test_a_code_is_given_once(stage: Hosted) -> None:
    stage.running(code="fgw-site")
    with pytest.raises(Conflict) as refused:
        stage.asked(code="fgw-site")
    assert refused.value.field == "code"


def test_a_foreign_one_is_not_there(stage: Hosted) -> None:
    app = stage.running(code="fgw-site")
    stranger = stage.city.people["stranger"]
    for act in (apps.get, apps.status):
        with pytest.raises(NotFound):
            act(stage.ctx, stranger, app.id)


def test_exposure_needs_report_filings_and_the_offices_leave(stage: Hosted) -> None:
    with pytest.raises(PolicyDenied) as refused:
        stage.asked(code="fgw-site", exposed=True)
    spoke = {finding["rule"] for finding in refused.value.findings}
    assert {"app-exposure-report", "app-exposure-filings", "app-exposure-owner"} <= spoke


def test_one_that_never_answers_is_taken_down_again(stage: Hosted) -> None:
    stage.world.fault("health", "fgw-site")
    app = stage.deployed(code="fgw-site")
    assert app.state == "failed"
    assert "front-page" in app.reason["en"]
    assert app.stands["en"] == "Nothing of it stands."
    assert stage.world.instances() == {}
    assert stage.world.led() == {}
    assert stage.places(app) == []
    assert stage.act(app).state == "undone"
    assert stage.told().count("app_failed") > 0


def test_what_can_neither_be_deployed_nor_undone_says_what_stands(stage: Hosted) -> None:
    stage.world.fault("deploy_app", "fgw-site", "half")
    stage.world.fault("retire_app", "fgw-site", "unreachable")
    app = stage.deployed(code="fgw-site")
    assert app.state == "attention"
    assert "«deploy_app» failed for fgw-site" in app.reason["en"]
    assert "host-1" in app.stands["en"]
    assert "cloudctl apps retry fgw-site" in app.stands["en"]
    stage.world.mend()
    apps.try_again(stage.ctx, stage.city.people["officer"], app.id)
    stage.city.run()
    assert stage.now(app).state == "running"


def test_servers_that_are_not_shared_are_not_counted_as_such(tmp_path: Path) -> None:
    with hosted(tmp_path, count=1) as stage:
        hosts.update(stage.ctx, stage.city.people["operator"], stage.hosts[0], {"shared": False})
        app = stage.deployed(code="fgw-site")
        assert app.state == "waiting"
        assert "None of the 0 shared hosts" in app.reason["en"]


def test_without_a_host_it_waits_and_goes_on_by_itself(tmp_path: Path) -> None:
    with hosted(tmp_path, count=0) as stage:
        app = stage.deployed(code="fgw-site")
        assert app.state == "waiting"
        assert "None of the 0 shared hosts" in app.reason["en"]
        assert apps.place_waiting(stage.ctx, platform("job:apps")) == 0
        shared_hosts(stage.city, 1)
        assert apps.place_waiting(stage.ctx, platform("job:apps")) == 1
        stage.city.run()
        assert stage.now(app).state == "running"


def test_a_name_server_that_is_away_undoes_it(stage: Hosted) -> None:
    stage.world.fault("names", "fgw-site", "reject")
    app = stage.deployed(code="fgw-site")
    assert "refuses the change" in app.reason["en"]
    assert stage.world.instances() == {}


def test_one_with_servers_of_its_own_waits_for_their_order(tmp_path: Path) -> None:
    with hosted(tmp_path, count=0) as stage:
        city = stage.city
        order = city.submitted(city.build_items("own", count=1, disks=0))
        app = stage.deployed(code="fgw-own", system_id=city.ids["oa"], order_id=order.id)
        assert app.state == "waiting"
        assert order.number in app.reason["en"]
        if decisions.sign_off(stage.ctx, city.people["head"], order.id).state == "signed_off":
            decisions.approve(stage.ctx, city.people["office-admin"], order.id)
        city.run()
        server = city.resources(city.order(order.id))["own-1"]
        assert apps.place_waiting(stage.ctx, platform("job:apps")) == 0, "its key is pinned by nobody yet"
        hosts.enrol(stage.ctx, city.people["operator"], server.id, host_key=ssh_key(), address="10.9.0.7")
        assert apps.place_waiting(stage.ctx, platform("job:apps")) == 1
        city.run()
        assert stage.now(app).state == "running"
        assert [place.host_id for place in stage.places(app)] == [server.id]
