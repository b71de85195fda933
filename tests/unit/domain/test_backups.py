"""Backups of what is cleared, and their manifests."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from cloudctl.domain.backups import Backup, BackupObject, manifest_of
from cloudctl.domain.errors import Refused
from cloudctl.domain.resources import ResourceKind

NOW = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)


def backup() -> Backup:
    return Backup(clearing_id=UUID(int=1), system_id=UUID(int=2), department_id=UUID(int=3), created_at=NOW)


def disk(number: int, digest: str = "ab") -> BackupObject:
    made = BackupObject(
        backup_id=UUID(int=9), resource_id=UUID(int=number), kind=ResourceKind.SERVER, server_id=UUID(int=number),
        name=f"oa-{number}", cloud="city-a", disk_gib=40,
    )  # fmt: skip
    made.keep("raw", 8192, digest, NOW)
    return made


def test_a_backup_is_kept_for_the_days_of_its_policy_from_the_day_on_which_people_see_it_taken() -> None:
    made = backup()
    made.seal("cd", 8192, NOW)
    assert made.keep_until == date(2026, 11, 22) + timedelta(days=180)
    made.test(NOW)
    made.purge(NOW)
    with pytest.raises(Refused):
        made.purge(NOW)


def test_only_a_sealed_backup_is_tested() -> None:
    with pytest.raises(Refused):
        backup().test(NOW)


def test_what_was_used_since_is_taken_anew() -> None:
    made, one = backup(), disk(1)
    made.seal("cd", 8192, NOW)
    made.reopen()
    one.forget()
    assert (made.state, made.manifest, made.keep_until, one.digest) == ("taking", None, None, None)


def test_the_manifest_is_the_same_in_any_order_and_another_for_any_other_byte() -> None:
    whole = manifest_of(backup(), [disk(1), disk(2)])
    assert whole.encoded() == manifest_of(backup(), [disk(2), disk(1)]).encoded()
    assert whole.encoded() != manifest_of(backup(), [disk(1), disk(2, "ac")]).encoded()
    assert whole.size_bytes == 2 * 8192
    lines = msgspec.json.decode(whole.encoded())["objects"]
    assert [line["sha256"] for line in lines] == ["ab", "ab"]


def test_the_keys_of_a_test_follow_from_the_disk() -> None:
    one = disk(1)
    assert one.part("server") == one.part("server") != one.part("network")
    assert one.part("server") != disk(1).part("server")
