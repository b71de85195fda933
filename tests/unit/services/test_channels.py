"""What people want of their notices, and the test of a channel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cloudctl.domain.channels import Digest, Preferences
from cloudctl.domain.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.notices import Message
from cloudctl.ports.context import platform
from cloudctl.ports.notifier import ChannelDown
from cloudctl.services import channels
from tests.factories import Installed, installation


class Post:
    channels = {"mail": "mail", "duty": "dingtalk"}  # noqa: RUF012 - nobody changes it

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.down = False

    def deliver(self, message: Message) -> None:
        if self.down:
            raise ChannelDown("The server answered 310000: no keyword")
        self.taken.append(message)


@pytest.fixture(scope="module")
def post() -> Post:
    return Post()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, post: Post) -> Iterator[Installed]:
    path: Path = tmp_path_factory.mktemp("channels")
    with installation(path, notifier=post) as made:
        yield made


@pytest.fixture
def city(installed: Installed, post: Post) -> Installed:
    post.taken.clear()
    post.down = False
    return installed.apart()


def prefer(city: Installed, who: str, whose: str, expected_version: int | None = None, **wanted: Any) -> Preferences:
    plain: dict[str, Any] = {
        "channels": ["mail"],
        "addresses": {},
        "quiet_from": None,
        "quiet_to": None,
        "digest": Digest.NONE,
        "digest_at": "08:30",
        "muted": [],
    }
    given = plain | wanted
    return channels.prefer(city.ctx, city.people[who], city.ids[whose], **given, expected_version=expected_version)


def test_who_said_nothing_gets_all_by_mail_at_once(city: Installed) -> None:
    found = channels.preferences(city.ctx, city.people["officer"], city.ids["officer"])
    assert (found.channels, found.digest, found.quiet_from, found.muted, found.version) == (
        ["mail"],
        "none",
        None,
        [],
        0,
    )


def test_what_one_wants_is_kept_and_its_changes_are_on_the_audit_trail_without_addresses(city: Installed) -> None:
    first = prefer(city, "officer", "officer", channels=["mail", "duty"], addresses={"duty": "13800000000"})
    assert (first.version, first.addressed) == (1, ["duty"])
    second = prefer(
        city, "officer", "officer", 1, channels=["duty"], quiet_from="22:00", quiet_to="07:00", digest=Digest.DAILY
    )
    assert (second.version, second.addressed) == (2, ["duty"])
    kept = channels.preferences(city.ctx, city.people["office-admin"], city.ids["officer"])
    assert (kept.channels, kept.quiet_from, kept.quiet_to, kept.digest) == (["duty"], "22:00", "07:00", Digest.DAILY)
    assert kept.addresses is not None
    assert b"13800000000" not in kept.addresses
    events = city.audited(action="update/notifications")[-2:]
    assert events[1]["before"]["channels"] == ["mail", "duty"]
    assert events[1]["after"]["quiet"] == "22:00-07:00"
    assert "13800000000" not in str(events)
    with pytest.raises(Stale):
        prefer(city, "officer", "officer", 1)


def test_an_address_is_forgotten_when_it_is_taken_back_or_its_channel_goes(city: Installed) -> None:
    prefer(city, "officer", "officer", channels=["mail", "duty"], addresses={"duty": "1"})
    assert prefer(city, "officer", "officer", channels=["mail", "duty"], addresses={"duty": None}).addresses is None
    prefer(city, "officer", "officer", channels=["mail", "duty"], addresses={"duty": "1"})
    assert prefer(city, "officer", "officer", channels=["mail"]).addressed == []


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"channels": []}, "channels"),
        ({"channels": ["mail"] * 6}, "channels"),
        ({"channels": ["pigeon"]}, "channels"),
        ({"addresses": {"pigeon": "1"}}, "addresses"),
        ({"quiet_from": "22:00"}, "quiet_to"),
        ({"quiet_to": "22:00"}, "quiet_to"),
        ({"quiet_from": "22:00", "quiet_to": "22:00"}, "quiet_to"),
        ({"quiet_from": "24:00", "quiet_to": "07:00"}, "quiet_from"),
        ({"quiet_from": "22:00", "quiet_to": "7:00"}, "quiet_to"),
        ({"digest_at": "noon"}, "digest_at"),
        ({"muted": ["order_rejected"]}, "muted"),
        ({"muted": ["nothing"]}, "muted"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field(city: Installed, wanted: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        prefer(city, "officer", "officer", **wanted)
    assert caught.value.field == field
    assert caught.value.way_out
    assert channels.preferences(city.ctx, city.people["officer"], city.ids["officer"]).version == 0


def test_others_are_the_admins_to_set_and_the_offices_to_see(city: Installed) -> None:
    with pytest.raises(Forbidden):
        prefer(city, "head", "officer")
    with pytest.raises(Forbidden):
        channels.preferences(city.ctx, city.people["head"], city.ids["officer"])
    assert prefer(city, "office-admin", "officer", muted=["order_delivered"]).version == 1
    with pytest.raises(NotFound):
        channels.preferences(city.ctx, city.people["auditor"], new_id())


def test_a_test_goes_out_at_once_to_who_asks_for_it(city: Installed, post: Post) -> None:
    with pytest.raises(Forbidden):
        channels.test(city.ctx, city.people["officer"], "duty")
    assert channels.test(city.ctx, city.people["operator"], "duty").name == "duty"
    (message,) = post.taken
    assert (message.template, message.recipient, message.channel) == ("channel_test", "operator", "duty")
    with pytest.raises(NotFound):
        channels.test(city.ctx, city.people["operator"], "pigeon")
    with pytest.raises(Invalid, match="to a person"):
        channels.test(city.ctx, platform("job"), "duty")
    post.down = True
    with pytest.raises(Conflict, match="no keyword"):
        channels.test(city.ctx, city.people["operator"], "duty")


def test_everybody_sees_the_channels_and_the_office_what_they_say(city: Installed) -> None:
    with city.ctx.unit_of_work(platform("test")) as uow:
        uow.channels.lock("duty").down(uow.now, "The server answered 500.")
    seen = {who: channels.all_of_them(city.ctx, city.people[who]) for who in ("officer", "auditor")}
    assert [(channel.name, channel.kind) for channel in seen["officer"]] == [("duty", "dingtalk"), ("mail", "mail")]
    assert [channel.last_error for channel in seen["officer"]] == [None, None]
    assert [channel.last_error for channel in seen["auditor"]] == ["The server answered 500.", None]
    assert seen["officer"][0].failing_since == city.clock.now()
