"""Claimed and proven: what each lie looks like to who asks for an explanation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cloudctl.domain.errors import Invalid, NotFound
from cloudctl.domain.evidence import EvidenceKind, Subject
from cloudctl.domain.rooms import RoomKind, RoomStatus
from cloudctl.domain.standings import Explanation, Lie, Side
from cloudctl.ports.probes import Answer
from cloudctl.services import attachments, evidence
from cloudctl.services.explanations import explain_room, explain_system
from tests.unit.services.proving import URL, Proof, photo, proven


@pytest.fixture
def proof(tmp_path: Path) -> Iterator[Proof]:
    with proven(tmp_path) as made:
        yield made


def system(proof: Proof, **when: Any) -> Explanation:
    return explain_system(proof.city.ctx, proof.city.people["auditor"], proof.system, **when)


def room(proof: Proof, key: Any, **when: Any) -> Explanation:
    return explain_room(proof.city.ctx, proof.city.people["auditor"], key, **when)


def sentences(told: Explanation, side: Side) -> list[str]:
    return [point.words["en"] for point in told.points if point.side is side]


def test_a_system_is_on_the_platform_when_servers_check_and_old_devices_say_so(proof: Proof) -> None:
    told = system(proof)
    assert (told.claimed, told.verified, told.lies) == ("on_platform", "on_platform", [])
    assert sentences(told, Side.FOR) == [
        "Its servers run in a synced cloud: oa-1 (sim-1).",
        f"Its check {URL} answers, from {proof.address} on the platform.",
        "Its old devices are off or gone: srv-old-1.",
    ]
    assert all(point.words["zh_CN"] for point in told.points)


def test_evidence_expires_and_a_new_round_renews_it(proof: Proof) -> None:
    proof.city.clock.move(days=8)
    told = system(proof)
    assert told.verified == "unproven"
    assert len(sentences(told, Side.EXPIRED)) == 2
    proof.sync()
    assert proof.gather() == 4  # three of it, and that the other system has no device
    assert system(proof).verified == "on_platform"


def test_a_round_that_sees_nothing_new_adds_nothing_until_it_is_due(proof: Proof) -> None:
    proof.city.clock.move(hours=1)
    proof.sync()
    assert proof.gather() == 0


def test_a_server_that_was_delivered_after_the_last_sync_is_not_held_against_its_system(proof: Proof) -> None:
    proof.city.clock.move(hours=1)
    proof.city.delivered(proof.city.build_items(count=1))
    proof.city.clock.move(minutes=5)
    assert proof.gather() == 0
    assert system(proof).verified == "on_platform"
    proof.sync()
    proof.gather()
    assert sentences(system(proof), Side.FOR)[0].startswith("Its servers run in a synced cloud: ")
    assert system(proof).verified == "on_platform"


def test_a_server_that_a_later_sync_did_not_see_is_held_against_it(proof: Proof) -> None:
    proof.city.clock.move(hours=1)
    order = proof.city.delivered(proof.city.build_items(count=1))
    proof.lose(order)
    proof.city.clock.move(minutes=5)
    proof.sync()
    proof.gather()
    assert system(proof).verified == "contradicted"


def test_lie_1_an_old_server_still_draws_traffic(proof: Proof) -> None:
    proof.reading("srv-old-1", 48_000_000_000)
    told = system(proof)
    assert told.verified == "contradicted"
    assert told.lies == [Lie.OLD_SERVER_RUNS]
    (against,) = sentences(told, Side.AGAINST)
    assert "srv-old-1 is said to be off, and drew 48000000000 bytes" in against


def test_lie_2_a_server_on_record_is_off(proof: Proof) -> None:
    proof.switch_off()
    proof.city.clock.move(hours=1)
    proof.sync()
    proof.gather()
    told = system(proof)
    assert told.verified == "contradicted"
    assert Lie.SERVER_OFF in told.lies
    assert "The server oa-1 is on record as in use, and stands switched off in sim-1." in sentences(told, Side.AGAINST)


def test_lie_3_the_check_answers_from_the_old_address(proof: Proof) -> None:
    proof.network.answers[URL] = Answer(answered=True, peer="192.168.7.9", status=200)
    proof.city.clock.move(hours=1)
    proof.gather()
    told = system(proof)
    assert told.lies == [Lie.OLD_ADDRESS]
    assert f"Its check {URL} answers from 192.168.7.9: the address of the old device srv-old-1." in sentences(
        told, Side.AGAINST
    )


def test_a_check_that_answers_from_elsewhere_proves_nothing(proof: Proof) -> None:
    proof.network.answers[URL] = Answer(answered=True, peer="203.0.113.9", status=200)
    proof.city.clock.move(hours=1)
    proof.gather()
    told = system(proof)
    assert (told.verified, told.lies) == ("contradicted", [])


def test_a_device_that_runs_again_contradicts_at_once(proof: Proof) -> None:
    proof.change("devices", proof.device, status="running", off_on=None)
    assert system(proof).verified == "contradicted"


def test_a_past_date_knows_nothing_of_what_came_later(proof: Proof) -> None:
    yesterday = proof.today
    proof.city.clock.move(days=1)
    proof.reading("srv-old-1", 48_000_000_000)
    assert system(proof).verified == "contradicted"
    assert system(proof, day=yesterday).verified == "on_platform"
    with pytest.raises(NotFound):
        system(proof, day=yesterday - timedelta(days=400))
    with pytest.raises(Invalid):
        system(proof, day=yesterday + timedelta(days=400))


def test_a_room_is_closed_when_dead_cut_signed_by_two_and_photographed(proof: Proof) -> None:
    key = proof.room("r-1")
    assert room(proof, key).verified == "unproven"
    proof.close(key)
    told = room(proof, key)
    assert (told.verified, told.lies) == ("closed", [])
    assert len(sentences(told, Side.FOR)) == 5


def test_lie_4_a_closed_room_with_power_on(proof: Proof) -> None:
    key = proof.room("r-1")
    proof.close(key)
    proof.city.clock.move(days=1)
    proof.observe(EvidenceKind.POWER_READING, key, "operator", it_power_w=4200)
    told = room(proof, key)
    assert (told.verified, told.lies) == ("contradicted", [Lie.POWER_ON])
    assert "its servers drew 4200 W" in sentences(told, Side.AGAINST)[0]


def test_lie_5_one_person_signed_twice(proof: Proof) -> None:
    key = proof.room("r-1")
    proof.change("rooms", key, status=RoomStatus.CLOSED, closed_on=proof.today)
    proof.observe(EvidenceKind.POWER_READING, key, it_power_w=0)
    proof.observe(EvidenceKind.CIRCUITS_CUT, key, circuits_left=0)
    proof.observe(EvidenceKind.SIGN_OFF, key, "officer")
    proof.observe(EvidenceKind.SIGN_OFF, key, "officer")
    proof.picture(EvidenceKind.PHOTO, key, "room")
    proof.picture(EvidenceKind.METER_PHOTO, key, "meter")
    told = room(proof, key)
    assert (told.verified, told.lies) == ("unproven", [Lie.SAME_PERSON])
    assert sentences(told, Side.VOID) == ["officer has signed twice: the second signature does not count."]
    assert sentences(told, Side.MISSING) == ["1 of 2 persons have signed it off."]
    proof.observe(EvidenceKind.SIGN_OFF, key, "head")
    assert room(proof, key).verified == "closed"


def test_lie_6_a_photo_of_another_room(proof: Proof) -> None:
    first, second = proof.room("r-1"), proof.room("r-2")
    proof.close(first, "same")
    proof.city.clock.move(hours=1)
    proof.close(second, "same")
    told = room(proof, second)
    assert (told.verified, told.lies) == ("unproven", [Lie.PHOTO_REUSED])
    assert "is the very file that was handed in for r-1" in sentences(told, Side.VOID)[0]
    assert room(proof, first).verified == "closed"


def test_lie_6_a_photo_of_an_earlier_closure(proof: Proof) -> None:
    key = proof.room("r-1")
    proof.close(key, "first")
    proof.city.clock.move(days=1)
    proof.change("rooms", key, status=RoomStatus.REOPENED, closed_on=None)
    assert "is in use again since" in sentences(room(proof, key), Side.AGAINST)[0]
    assert room(proof, key).verified == "contradicted"
    proof.city.clock.move(days=1)
    proof.close(key, "first")
    told = room(proof, key)
    assert (told.verified, told.lies) == ("unproven", [Lie.PHOTO_REUSED])
    assert "is the very file of an earlier closure of this room" in sentences(told, Side.VOID)[0]


def test_lie_7_a_class_changed_to_leave_the_count(proof: Proof) -> None:
    key = proof.room("r-1")
    proof.city.clock.move(days=1)
    proof.change("rooms", key, kind=RoomKind.CARRIER)
    told = room(proof, key)
    assert told.lies == [Lie.CLASS_CHANGED]
    assert "Kind of room was changed from own to carrier's" in sentences(told, Side.AGAINST)[0]
    assert "Machine rooms centralised (centralisation-rooms)" in sentences(told, Side.AGAINST)[0]
    (against,) = [point.words["zh_CN"] for point in told.points if point.side is Side.AGAINST]
    assert all(words in against for words in ("机房性质", "自有", "运营商", "机房集中率（centralisation-rooms）"))


def test_what_cannot_be_observed_is_refused_and_nothing_is_kept(proof: Proof) -> None:
    key = proof.room("r-1")
    rows = proof.city.rows()["evidence"]
    for kind, value, field in (
        (EvidenceKind.POWER_READING, {}, "value.it_power_w"),
        (EvidenceKind.POWER_READING, {"it_power_w": -1}, "value.it_power_w"),
        (EvidenceKind.POWER_READING, {"it_power_w": True}, "value.it_power_w"),
        (EvidenceKind.CHECK_ANSWERS, {}, "kind"),
        (EvidenceKind.PHOTO, {}, "kind"),
    ):
        with pytest.raises(Invalid) as refused:
            proof.observe(kind, key, **value)
        assert refused.value.field == field
        assert refused.value.way_out
    with pytest.raises(Invalid) as refused:
        proof.reading("no-such-device", 1)
    assert refused.value.field == "about"
    with pytest.raises(Invalid):
        evidence.hand_in(
            proof.city.ctx, proof.city.people["officer"], subject_kind=Subject.ROOM, subject_id=key,
            kind=EvidenceKind.PHOTO, name="x.jpg", content=b"MZ no picture",
        )  # fmt: skip
    with pytest.raises(Invalid):
        evidence.add(
            proof.city.ctx, proof.city.people["officer"], subject_kind=Subject.ROOM, subject_id=key,
            kind=EvidenceKind.SIGN_OFF, observed_at=proof.city.clock.now() + timedelta(days=1),
        )  # fmt: skip
    assert proof.city.rows()["evidence"] == rows


def test_a_stranger_neither_sees_nor_adds(proof: Proof) -> None:
    key = proof.room("r-1")
    with pytest.raises(NotFound):
        proof.observe(EvidenceKind.SIGN_OFF, key, "stranger")
    with pytest.raises(NotFound):
        explain_room(proof.city.ctx, proof.city.people["stranger"], key)


def test_a_photo_stays_in_the_store_when_it_is_swept(proof: Proof) -> None:
    key = proof.room("r-1")
    kept = proof.picture(EvidenceKind.PHOTO, key, "room")
    proof.city.clock.move(days=3)
    attachments.sweep(proof.city.ctx, proof.city.people["office-admin"])
    found, content = evidence.read(proof.city.ctx, proof.city.people["officer"], kept.id)
    assert (found.digest, content) == (kept.digest, photo("room"))
