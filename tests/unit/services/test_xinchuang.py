"""Architectures, domestic platforms (信创) and dual-stack segments, from the order to its facts and its refusal."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address, ip_network
from typing import Any

import msgspec
import pytest

from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.errors import Invalid, PolicyDenied
from cloudctl.domain.items import Item, NetworkItem
from cloudctl.domain.orders import Order
from cloudctl.domain.servers import Server
from cloudctl.ports.context import platform
from cloudctl.services import catalogue, clouds, decisions, exemptions, orders, systems
from tests.factories import Installed
from tests.seeds import ZONE

RULE = "xinchuang-required"
KYLIN = {"os_family": "Kylin", "os_name": "银河麒麟", "os_version": "V10 SP3", "architecture": "aarch64"}
SIZE = {"name": "鲲鹏 2C4G", "vcpu": 2, "memory_mib": 4096, "root_disk_gib": 40, "architecture": "aarch64"}


@pytest.fixture
def domestic(city: Installed) -> Installed:
    """A city that also has Kylin on aarch64."""
    disk = {"min_disk_gib": 20, "login_user": "kylin", "names": {}}
    seed = platform("test")
    catalogue.put(city.ctx, seed, "images", "kylin", {"name": "银河麒麟", **KYLIN, **disk, "xinchuang": True})
    catalogue.put(city.ctx, seed, "specifications", "k2", {**SIZE, "xinchuang": True})
    return city


def server_items(city: Installed, **changes: Any) -> list[Item]:
    network, server = city.build_items("x", count=1)
    return [network, msgspec.structs.replace(server, **changes)]


def demand_xinchuang(city: Installed) -> None:
    systems.update(city.ctx, city.people["officer"], city.ids["oa"], {"xinchuang": True})


def exempt(city: Installed, days: int) -> None:
    end = today_for_people(city.clock.now()) + timedelta(days=days)
    exemptions.grant(
        city.ctx,
        city.people["office-admin"],
        rule=RULE,
        department_id=city.ids["fgw"],
        system_id=city.ids["oa"],
        reason="适配改造中",
        ends_on=end,
    )


def test_an_image_that_does_not_fit_is_refused_with_those_that_do(domestic: Installed) -> None:
    before = domestic.rows()
    with pytest.raises(Invalid) as caught:
        domestic.submitted(server_items(domestic, specification="k2", image="openeuler"))
    assert (caught.value.field, caught.value.params["images"]) == ("items[1].image", "kylin")
    assert domestic.rows() == before


def test_a_cloud_without_the_processors_is_passed_over(domestic: Installed) -> None:
    office, record = domestic.people["office-admin"], domestic.record
    clouds.update(domestic.ctx, office, record.id, {"architectures": frozenset({"x86_64"})})
    try:
        with pytest.raises(Invalid) as caught:
            domestic.submitted(server_items(domestic, specification="k2", image="kylin"))
        assert (caught.value.field, caught.value.params["architectures"]) == ("items", "aarch64")
    finally:
        clouds.update(domestic.ctx, office, record.id, {"architectures": frozenset()})
    assert domestic.submitted(server_items(domestic, specification="k2", image="kylin")).cloud == record.code


def test_policies_are_told_processor_system_and_flag(domestic: Installed, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    judge = domestic.ctx.rules.judge

    def listen(facts: Any) -> Any:
        told.append(facts)
        return judge(facts)

    monkeypatch.setattr(domestic.ctx.rules, "judge", listen)
    form = domestic.form(server_items(domestic, specification="k2", image="kylin"))
    orders.check(domestic.ctx, domestic.people["officer"], form)
    orders.check(domestic.ctx, domestic.people["officer"], domestic.form(server_items(domestic)))
    seen = [
        {key: item[key] for key in ("architecture", "os", "xinchuang")} for facts in told for item in facts["items"]
    ]
    nothing = {"architecture": "", "os": "", "xinchuang": False}
    assert seen == [
        nothing,
        {"architecture": "aarch64", "os": "Kylin", "xinchuang": True},
        nothing,
        {"architecture": "x86_64", "os": "openEuler", "xinchuang": False},
    ]
    assert told[0]["system"]["xinchuang"] is False
    assert told[0]["zone"]["xinchuang"] is False


def test_where_it_is_asked_for_only_domestic_servers_pass(domestic: Installed) -> None:
    demand_xinchuang(domestic)
    with pytest.raises(PolicyDenied) as caught:
        domestic.submitted(server_items(domestic))
    assert [finding["rule"] for finding in caught.value.findings if finding["effect"] == "deny"] == [RULE]
    passed = domestic.submitted(server_items(domestic, specification="k2", image="kylin"))
    assert passed.state == "submitted"


def exempted(city: Installed, days: int) -> Order:
    demand_xinchuang(city)
    exempt(city, days)
    order = city.signed(server_items(city, user_data=b"#cloud-config\n"), bandwidth_mbps=10)
    lifted = [finding for finding in order.ruling.findings if finding.rule == RULE]
    assert [finding.in_force for finding in lifted] == [False]
    assert order.state == "signed_off"
    return order


def test_an_exemption_that_stands_lets_it_be_approved(city: Installed) -> None:
    order = exempted(city, days=3)
    assert decisions.approve(city.ctx, city.people["office-admin"], order.id).state == "approved"


def test_an_exemption_that_ends_before_the_decision_denies_it(city: Installed) -> None:
    order = exempted(city, days=3)
    city.clock.move(days=4)
    before = city.rows()
    with pytest.raises(PolicyDenied) as caught:
        decisions.approve(city.ctx, city.people["office-admin"], order.id)
    assert RULE in {finding["rule"] for finding in caught.value.findings if finding["exemption_id"] is None}
    kept = city.order(order.id)
    assert (kept.state, kept.held, kept.attempt) == ("signed_off", True, 0)
    assert city.rows() == before


def test_segments_are_dual_stack_and_servers_get_an_address_of_each(city: Installed) -> None:
    order = city.delivered([NetworkItem(name="x-net", prefix_length=26, term_months=12), *server_items(city)[1:]])
    made = city.resources(order)
    network = made["x-net"]
    assert ip_network(network.cidr_v6).prefixlen == 64
    (server,) = [resource for resource in made.values() if isinstance(resource, Server)]
    blocks = [ip_network(network.cidr_v4), ip_network(network.cidr_v6)]
    assert len(server.fixed_addresses) == len(blocks)
    assert all(any(ip_address(address) in block for address in server.fixed_addresses) for block in blocks)


def test_one_family_is_possible_where_it_is_asked_for(city: Installed) -> None:
    order = city.submitted([NetworkItem(name="n", prefix_length=28, ipv6=False, term_months=6)])
    assert [":" in prefix.cidr for prefix in city.prefixes(order)] == [False]
    assert "ipv6-missing" in {finding.rule for finding in order.ruling.findings}


def test_a_zone_without_ipv6_says_so_at_the_check_already(city: Installed) -> None:
    narrow = f"narrow-{city.ids['fgw']}"[:30]
    seed = platform("test")
    catalogue.put(city.ctx, seed, "zones", narrow, {"name": "专网区", "name_en": "Narrow", "max_mlps_level": 3})
    clouds.update(city.ctx, city.people["office-admin"], city.record.id, {"zones": frozenset({ZONE, narrow})})
    items: list[Item] = [NetworkItem(name="n", prefix_length=28, term_months=6)]
    form = city.form(items, zone=narrow)
    for act in (orders.check, orders.create):
        before = city.rows()
        with pytest.raises(Invalid) as caught:
            act(city.ctx, city.people["officer"], form, **({"submit": True} if act is orders.create else {}))
        assert (caught.value.field, city.rows()) == ("items[0].ipv6", before)
