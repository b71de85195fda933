"""Shadow systems of a simulated city: what is found, what is not, and what becomes of each."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cloudctl.domain.drift import DriftAct
from cloudctl.domain.errors import Conflict, Forbidden, Invalid, NotFound
from cloudctl.domain.register import standing_at
from cloudctl.domain.shadows import Shadow, ShadowKind, ShadowSubject
from cloudctl.domain.sweeps import SweepKind
from cloudctl.ports.context import platform
from cloudctl.providers.simulated import Fault, FaultKind
from cloudctl.providers.simulated.backend.objects import Kind
from cloudctl.services import shadow_looks, shadows, sweeps, syncs, systems
from tests.seeds import CLOUD
from tests.unit.services.outside import Outside


def scan(outside: Outside) -> Any:
    return shadow_looks.scan(outside.city.ctx, platform("test"))


def found(outside: Outside, *states: str) -> list[Shadow]:
    known = outside.city.read(lambda uow: uow.shadows.known()).values()
    return sorted((one for one in known if one.state in (states or ("open",))), key=lambda one: one.name)


def only(outside: Outside, *states: str) -> Shadow:
    (one,) = found(outside, *states)
    return one


def later(outside: Outside, hours: int = 25) -> None:
    """Two clean full rounds, so that what was seen is no longer new."""
    outside.sync()
    outside.city.clock.move(hours=hours)
    outside.sync()


@pytest.fixture
def stranger(outside: Outside) -> Outside:
    """A city in whose cloud there is a server that no record has."""
    outside.strange_server("caiwu-old")
    later(outside)
    return outside


def admin(outside: Outside) -> Any:
    return outside.city.people["office-admin"]


def test_a_city_whose_servers_have_systems_has_no_shadows(outside: Outside) -> None:
    later(outside)
    scan(outside)
    assert found(outside) == []


def test_a_server_on_no_record_is_one_shadow_however_often_it_is_looked_for(stranger: Outside) -> None:
    assert scan(stranger).opened == 1
    one = only(stranger)
    assert (one.kind, one.subject, one.name) == (ShadowKind.UNREGISTERED, ShadowSubject.SERVER, "sim-caiwu-old")
    assert "caiwu-old" in one.words["en"]
    assert one.evidence["addresses"]
    again = scan(stranger)
    assert (again.opened, again.renewed, again.ended) == (0, 0, 0)
    assert only(stranger).version == one.version


def test_renamed_moved_and_without_a_card_a_server_on_record_is_no_shadow(outside: Outside) -> None:
    later(outside)
    with outside.city.cloud.unrecorded() as call:
        for thing in call.things(Kind.SERVER):
            thing.name = f"renamed-{thing.name}"
            call.save(thing)
    later(outside)
    scan(outside)
    assert found(outside) == []


def test_half_a_list_neither_opens_nor_ends_a_shadow(stranger: Outside) -> None:
    scan(stranger)
    before = only(stranger)
    stranger.strange_server("another")
    stranger.city.cloud.inject(Fault(operation="inventory.full", kind=FaultKind.HANG, match="server"))
    stranger.city.clock.move(hours=26)
    done = syncs.run_due(stranger.city.ctx, platform("test"), CLOUD)
    assert done is not None
    assert done.state in {"partial", "failed"}
    scan(stranger)
    assert [(one.id, one.version) for one in found(stranger)] == [(before.id, before.version)]


def test_registered_it_is_adopted_by_the_system_and_stays_settled(stranger: Outside) -> None:
    scan(stranger)
    done = shadows.register(
        stranger.city.ctx, admin(stranger), only(stranger).id, system="oa", reason="经核实为办公系统"
    )
    assert (done.state, done.target_id, done.department_id) == (
        "registered", stranger.city.ids["oa"], stranger.city.ids["fgw"],
    )  # fmt: skip
    stranger.city.run()
    later(stranger)
    scan(stranger)
    assert found(stranger) == []
    adopted = stranger.city.read(lambda uow: uow.inventory.get(done.object_id)).resource_id
    assert stranger.city.resource(adopted).system_id == stranger.city.ids["oa"]
    turns = shadows.explain(stranger.city.ctx, admin(stranger), done.id).turns
    assert [turn.state for turn in turns] == ["open", "registered"]


def test_cleared_it_is_put_by_restorable_and_only_then_cleared(stranger: Outside) -> None:
    scan(stranger)
    key = only(stranger).id
    done = shadows.clear(stranger.city.ctx, admin(stranger), key, reason="无人认领")
    assert done.state == "clearing"
    scan(stranger)
    assert only(stranger, "clearing").id == key
    stranger.city.run()
    later(stranger)
    scan(stranger)
    assert only(stranger, "cleared").id == key


def test_a_cloud_that_refuses_the_release_gives_the_shadow_back(stranger: Outside) -> None:
    scan(stranger)
    key = only(stranger).id
    shadows.clear(stranger.city.ctx, admin(stranger), key, reason="无人认领", department="fgw")
    for _ in range(20):
        stranger.city.cloud.inject(Fault(operation="servers.stop", kind=FaultKind.SERVER_ERROR_5XX))
    stranger.city.run()
    stranger.city.cloud.clear_faults()
    if stranger.city.read(lambda uow: uow.drift.get(only(stranger, "clearing").finding_id)).state == "open":
        later(stranger)
        scan(stranger)
        assert only(stranger).id == key
        turns = shadows.explain(stranger.city.ctx, admin(stranger), key).turns
        assert [turn.state for turn in turns] == ["open", "clearing", "open"]
    else:
        pytest.fail("the release did not fail")


def test_whoever_settles_the_finding_of_drift_settles_the_shadow(stranger: Outside) -> None:
    scan(stranger)
    finding = stranger.city.read(lambda uow: uow.drift.get(only(stranger).finding_id))
    stranger.resolve(DriftAct.ACCEPT, finding)
    scan(stranger)
    done = only(stranger, "dismissed")
    assert (done.reason, done.settled_by) == ("查明", stranger.city.ids["operator"])


def test_dismissed_up_to_a_day_it_comes_back_the_day_after(stranger: Outside) -> None:
    scan(stranger)
    key = only(stranger).id
    today = stranger.city.clock.now().date()
    with pytest.raises(Invalid):
        shadows.dismiss(stranger.city.ctx, admin(stranger), key, reason="平台组件", until=today - timedelta(days=2))
    shadows.dismiss(stranger.city.ctx, admin(stranger), key, reason="平台组件", until=today + timedelta(days=9))
    later(stranger)
    scan(stranger)
    assert found(stranger) == []
    later(stranger, hours=24 * 10)
    scan(stranger)
    assert only(stranger).id == key


def test_gone_by_itself_it_vanishes_and_comes_back_as_the_same(stranger: Outside) -> None:
    scan(stranger)
    one = only(stranger)
    backend_id = one.evidence["native_id"]
    stranger.provider.servers.delete(stranger.tenant, backend_id)
    stranger.city.clock.move(minutes=5)
    stranger.sync(4)
    scan(stranger)
    assert only(stranger, "vanished").id == one.id


def test_a_server_on_record_without_a_system_gets_one_of_its_own_department(outside: Outside) -> None:
    with outside.city.ctx.unit_of_work(platform("test")) as uow:
        uow.resources.lock(outside.server.id).system_id = None
    later(outside)
    scan(outside)
    one = only(outside)
    assert (one.resource_id, one.department_id) == (outside.server.id, outside.city.ids["fgw"])
    with pytest.raises(Conflict):
        shadows.clear(outside.city.ctx, admin(outside), one.id, reason="x")
    with pytest.raises(Conflict, match="another department"):
        shadows.register(outside.city.ctx, admin(outside), one.id, system="ys", reason="x")
    shadows.register(outside.city.ctx, admin(outside), one.id, system="oa", reason="补登")
    assert outside.server.system_id == outside.city.ids["oa"]
    scan(outside)
    assert found(outside) == []


@pytest.fixture
def pair(outside: Outside) -> Outside:
    for code in ("caiji-1", "caiji-2"):
        systems.create(
            outside.city.ctx, outside.city.people["officer"], code=code, name="数据采集管理系统", mlps_level=2,
            no_state_secrets=True, check_url="https://caiji.fgw.gov.cn",
        )  # fmt: skip
    return outside


def test_a_pair_is_a_duplicate_and_merged_with_lineage(pair: Outside) -> None:
    scan(pair)
    one = only(pair)
    assert (one.kind, one.subject) == (ShadowKind.DUPLICATE, ShadowSubject.SYSTEM)
    with pytest.raises(Conflict):
        shadows.register(pair.city.ctx, admin(pair), one.id, system="oa", reason="x")
    with pytest.raises(Conflict):
        shadows.clear(pair.city.ctx, admin(pair), one.id, reason="x")
    with pytest.raises(Invalid):
        shadows.merge(pair.city.ctx, admin(pair), one.id, reason="x", into="oa")
    done = shadows.merge(pair.city.ctx, admin(pair), one.id, reason="同一系统", into="caiji-1")
    assert done.state == "merged"
    gone = pair.city.read(lambda uow: uow.systems.by_code("caiji-2"))
    assert (gone.status, gone.merged_into_id) == ("merged", done.target_id)
    scan(pair)
    assert found(pair) == []
    assert only(pair, "merged").id == one.id


def test_a_merger_by_the_register_merges_the_shadow_too(pair: Outside) -> None:
    scan(pair)
    from cloudctl.services import successions

    key = pair.city.read(lambda uow: uow.systems.by_code("caiji-2")).id
    successions.merge(pair.city.ctx, admin(pair), key, into="caiji-1", reason="整合")
    scan(pair)
    assert only(pair, "merged").system_id == key


def test_counts_are_told_for_any_past_day_and_kinds_are_never_added_up(stranger: Outside) -> None:
    scan(stranger)
    day = stranger.city.clock.now()
    stranger.city.clock.move(days=2)
    shadows.dismiss(stranger.city.ctx, admin(stranger), only(stranger).id, reason="平台组件")

    def counted(moment: Any) -> Counter[tuple[str, str]]:
        rows = stranger.city.ctx.queries.shadow_counts(None, moment)
        return Counter({(row.kind, row.state): row.count for row in rows})

    assert counted(standing_at(day.date() - timedelta(days=30))) == {}
    assert counted(day) == {("unregistered", "open"): 1}
    assert counted(stranger.city.clock.now()) == {("unregistered", "dismissed"): 1}


def test_who_may_do_what(stranger: Outside) -> None:
    scan(stranger)
    key = only(stranger).id
    for who in ("officer", "head", "stranger", "reviewer", "auditor"):
        with pytest.raises(Forbidden):
            shadows.dismiss(stranger.city.ctx, stranger.city.people[who], key, reason="x")
        with pytest.raises(Forbidden):
            shadow_looks.scan(stranger.city.ctx, stranger.city.people[who])
    with pytest.raises(NotFound):  # it stands in another department's project
        shadows.get(stranger.city.ctx, stranger.city.people["stranger"], key)
    assert shadows.get(stranger.city.ctx, stranger.city.people["officer"], key).id == key
    assert shadows.get(stranger.city.ctx, stranger.city.people["auditor"], key).id == key
    with pytest.raises(Invalid):
        shadows.dismiss(stranger.city.ctx, admin(stranger), key, reason=" ")
    assert only(stranger).state == "open"


def handed_in(outside: Outside, kind: SweepKind, entries: list[dict[str, Any]] | None = None, **more: Any) -> Any:
    values: dict[str, Any] = {"source": "city.gov.cn", "taken_at": outside.city.clock.now()}
    return sweeps.import_sweep(
        outside.city.ctx, outside.city.people["operator"], kind=kind, entries=entries, **values | more
    )


ZONE_FILE = """$ORIGIN city.gov.cn.
$TTL 600
@    IN SOA ns1 admin ( 1 2 3
       4 5 )
     IN NS ns1
oa   600 IN A {oa}   ; the office system
pay  IN A {free}
www.pay CNAME pay
ip-{dashed} A {free}
"""


def test_a_zone_file_shows_names_that_lead_to_us_and_to_no_system(outside: Outside) -> None:
    later(outside)
    address = outside.server.fixed_addresses[0]
    free = address.rsplit(".", 1)[0] + ".251"
    text = ZONE_FILE.format(oa=address, free=free, dashed=free.replace(".", "-"))
    sweep = handed_in(outside, SweepKind.DNS, zone_file=text)
    assert sweep.count == 4
    scan(outside)
    assert [one.name for one in found(outside)] == ["pay.city.gov.cn", "www.pay.city.gov.cn"]
    pay = found(outside)[0]
    done = shadows.register(outside.city.ctx, admin(outside), pay.id, system="oa", reason="缴费入口")
    assert done.target_id == outside.city.ids["oa"]
    www = found(outside)[0]
    shadows.clear(outside.city.ctx, admin(outside), www.id, reason="解析已停用")
    outside.city.clock.move(days=1)
    scan(outside)
    assert [one.name for one in found(outside, "clearing")] == ["www.pay.city.gov.cn"]
    handed_in(outside, SweepKind.DNS, zone_file=text)  # it is there all the same
    scan(outside)
    assert [one.name for one in found(outside)] == ["www.pay.city.gov.cn"]
    shadows.clear(outside.city.ctx, admin(outside), www.id, reason="解析已停用")
    outside.city.clock.move(days=1)
    handed_in(outside, SweepKind.DNS, zone_file=text.replace("www.pay CNAME pay", ""))
    scan(outside)
    assert [one.name for one in found(outside, "cleared")] == ["www.pay.city.gov.cn"]
    assert [one.name for one in found(outside, "registered")] == ["pay.city.gov.cn"]


def test_a_sweep_that_broke_off_or_came_from_the_future_is_refused_and_changes_nothing(outside: Outside) -> None:
    records = [{"name": f"n{n}.city.gov.cn", "type": "A", "value": "10.8.0.9"} for n in range(10)]
    handed_in(outside, SweepKind.DNS, records)
    with pytest.raises(Conflict):
        handed_in(outside, SweepKind.DNS, records[:4])
    with pytest.raises(Invalid):
        handed_in(outside, SweepKind.DNS, records, taken_at=outside.city.clock.now() + timedelta(days=1))
    for wrong in (
        [{"name": "x", "type": "A", "value": "not-an-address"}],
        [{"name": "x"}],
        [{"name": "x", "type": "A", "value": "10.8.0.9", "more": 1}],
    ):
        with pytest.raises(Invalid):
            handed_in(outside, SweepKind.DNS, wrong, source="other")
    with pytest.raises(Invalid):
        handed_in(outside, SweepKind.DNS, zone_file="$INCLUDE other.zone", source="other")
    with pytest.raises(Invalid):
        handed_in(outside, SweepKind.CERTIFICATES, zone_file="x A 10.8.0.9", source="other")
    assert [one.count for one in outside.city.read(lambda uow: uow.sweeps.newest())] == [10]
    assert handed_in(outside, SweepKind.DNS, records[:4], confirmed=True).count == 4
    with pytest.raises(Forbidden):
        sweeps.import_sweep(
            outside.city.ctx, outside.city.people["officer"], kind=SweepKind.DNS, source="s",
            taken_at=outside.city.clock.now(), entries=records,
        )  # fmt: skip


def test_sweeps_and_turns_are_never_changed(stranger: Outside) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import IntegrityError

    scan(stranger)
    handed_in(stranger, SweepKind.DNS, [])
    for table in ("sweeps", "shadow_turns"):
        for act in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
            with pytest.raises(IntegrityError, match="append-only"), stranger.city.app.engines.write.begin() as it:
                it.execute(text(act))


def test_what_waits_is_one_row_for_each_kind(stranger: Outside) -> None:
    scan(stranger)
    todo = stranger.city.ctx.queries.todo

    def waiting(who: str) -> list[tuple[str, int | None]]:
        rows = todo([stranger.city.people[who].actor], 100)
        return [(row.number, row.count) for row in rows if row.source == "shadow"]

    assert waiting("operator") == waiting("office-admin") == [("unregistered", 1)]
    assert waiting("officer") == []


def test_a_system_is_founded_for_it_with_the_declaration_that_every_system_needs(stranger: Outside) -> None:
    scan(stranger)
    key, ctx, office = only(stranger).id, stranger.city.ctx, admin(stranger)
    founding = shadows.Founding(name="财务系统", mlps_level=2)
    with pytest.raises(Invalid):
        shadows.register(ctx, office, key, system="caiwu", reason="补登", founding=founding)
    with pytest.raises(Forbidden):  # operations put no system on the register
        shadows.register(
            ctx, stranger.city.people["operator"], key, system="caiwu", reason="补登",
            founding=replace(founding, no_state_secrets=True),
        )  # fmt: skip
    with pytest.raises(Conflict):  # the code is taken
        shadows.register(
            ctx, office, key, system="oa", reason="补登", founding=replace(founding, no_state_secrets=True)
        )
    assert only(stranger).state == "open"
    done = shadows.register(
        ctx, office, key, system="caiwu", reason="补登", founding=replace(founding, no_state_secrets=True)
    )
    made = stranger.city.read(lambda uow: uow.systems.by_code("caiwu"))
    assert (made.department_id, made.status, done.target_id) == (stranger.city.ids["fgw"], "on_platform", made.id)
