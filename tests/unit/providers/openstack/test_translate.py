from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from cloudctl.domain.servers import ServerStatus
from cloudctl.domain.volumes import VolumeStatus
from cloudctl.providers.openstack.translate import (
    FAULT_GRACE,
    FloatingEntry,
    ServerEntry,
    VolumeEntry,
    address_fact,
    as_key,
    by_key,
    server_fact,
    volume_fact,
    volume_status,
)

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
KEY = UUID("0190e1f2-0000-7000-8000-00000000000a")

# As Nova 34 listed it at microversion 2.79, shortened by fields that are not read.
SERVER: dict[str, Any] = {
    "id": "5a8f3b0e-4c33-4a53-9f7e-0d8f9f8f2f11",
    "name": "web-1",
    "status": "ACTIVE",
    "tenant_id": "a" * 32,
    "metadata": {"cloudctl_key": str(KEY), "system": "oa"},
    "updated": "2026-03-01T07:59:58Z",
    "addresses": {
        "seg": [
            {
                "version": 4,
                "addr": "10.8.1.7",
                "OS-EXT-IPS:type": "fixed",
                "OS-EXT-IPS-MAC:mac_addr": "fa:16:3e:00:00:01",
            },
            {"version": 6, "addr": "fd00:8:1::7", "OS-EXT-IPS:type": "fixed"},
            {"version": 4, "addr": "198.18.0.9", "OS-EXT-IPS:type": "floating"},
        ]
    },
    "OS-EXT-STS:task_state": None,
    "OS-EXT-STS:vm_state": "active",
    "os-extended-volumes:volumes_attached": [{"id": "v1", "delete_on_termination": False}],
    "flavor": {"vcpus": 2, "ram": 4096, "disk": 40, "ephemeral": 0, "swap": 0, "original_name": "x", "extra_specs": {}},
}


def server(**changes: Any) -> ServerEntry:
    return msgspec.convert(SERVER | changes, ServerEntry)


def test_a_server_is_read_from_novas_bytes():
    fact = server_fact(msgspec.json.decode(msgspec.json.encode(SERVER), type=ServerEntry), NOW)
    assert (fact.key, fact.name, fact.status) == (KEY, "web-1", ServerStatus.ACTIVE)
    assert (fact.vcpu, fact.memory_mib, fact.volumes, fact.fault) == (2, 4096, ("v1",), None)
    assert fact.addresses == ("10.8.1.7", "fd00:8:1::7")


@pytest.mark.parametrize(
    ("status", "task", "expected"),
    [
        ("ACTIVE", None, ServerStatus.ACTIVE),
        ("ACTIVE", "image_snapshot", ServerStatus.CHANGING),
        ("ACTIVE", "deleting", ServerStatus.DELETING),
        ("BUILD", None, ServerStatus.BUILDING),
        ("BUILD", "spawning", ServerStatus.BUILDING),
        ("SHUTOFF", None, ServerStatus.STOPPED),
        ("SHUTOFF", "powering-on", ServerStatus.CHANGING),
        ("SHELVED_OFFLOADED", None, ServerStatus.STOPPED),
        ("VERIFY_RESIZE", None, ServerStatus.RESIZED),
        ("VERIFY_RESIZE", "resize_confirming", ServerStatus.CHANGING),
        ("RESIZE", "resize_prep", ServerStatus.CHANGING),
        ("HARD_REBOOT", "reboot_started_hard", ServerStatus.CHANGING),
        ("SOFT_DELETED", None, ServerStatus.DELETING),
        ("ERROR", "deleting", ServerStatus.DELETING),
        ("A_WORD_OF_NEXT_YEAR", None, ServerStatus.CHANGING),
    ],
)
def test_a_task_under_way_outranks_the_status(status: str, task: str | None, expected: ServerStatus):
    assert server_fact(server(status=status, **{"OS-EXT-STS:task_state": task}), NOW).status is expected


@pytest.mark.parametrize("since", [-FAULT_GRACE / 2, FAULT_GRACE / 2])
def test_an_error_without_its_reason_is_not_final_at_once(since: timedelta):
    fresh = server(status="ERROR", updated=NOW - since)
    assert server_fact(fresh, NOW).status is ServerStatus.CHANGING
    assert server_fact(fresh, NOW + 2 * FAULT_GRACE).status is ServerStatus.ERROR


def test_an_error_with_its_reason_is_final():
    fact = server_fact(server(status="ERROR", fault={"code": 500, "message": "No valid host was found."}), NOW)
    assert (fact.status, fact.fault) == (ServerStatus.ERROR, "No valid host was found.")


def test_a_server_with_no_key_of_ours_has_none():
    assert server_fact(server(metadata={"cloudctl_key": "by hand"}), NOW).key is None
    assert server_fact(server(metadata={}), NOW).key is None


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("available", VolumeStatus.AVAILABLE),
        ("in-use", VolumeStatus.IN_USE),
        ("creating", VolumeStatus.BUILDING),
        ("downloading", VolumeStatus.BUILDING),
        ("deleting", VolumeStatus.DELETING),
        ("error", VolumeStatus.ERROR),
        ("error_extending", VolumeStatus.ERROR),
        ("extending", VolumeStatus.CHANGING),
        ("reserved", VolumeStatus.CHANGING),
        ("detaching", VolumeStatus.CHANGING),
    ],
)
def test_volume_words(word: str, expected: VolumeStatus):
    assert volume_status(word) is expected


def test_a_volume_knows_its_server():
    entry = {
        "id": "v1",
        "name": None,
        "status": "in-use",
        "size": 5,
        "attachments": [{"server_id": "s1", "device": "x"}],
    }
    fact = volume_fact(msgspec.convert(entry, VolumeEntry))
    assert (fact.key, fact.name, fact.size_gib, fact.server) == (None, "", 5, "s1")


def test_a_floating_address_knows_its_server_by_the_port():
    entry: dict[str, Any] = {"id": "f1", "description": f"cloudctl:{KEY}", "floating_ip_address": "198.18.0.9"}
    alone = address_fact(msgspec.convert(entry | {"port_details": None}, FloatingEntry))
    bound = address_fact(msgspec.convert(entry | {"port_details": {"device_id": "s1", "name": ""}}, FloatingEntry))
    assert (alone.key, alone.address, alone.server) == (KEY, "198.18.0.9", None)
    assert bound.server == "s1"


@pytest.mark.parametrize("description", [None, "", "by hand", "cloudctl:", "cloudctl:1", f"x cloudctl:{KEY}"])
def test_a_description_that_is_not_ours_has_no_key(description: str | None):
    entry = {"id": "f1", "description": description, "floating_ip_address": "198.18.0.9"}
    assert msgspec.convert(entry, FloatingEntry).key is None


def test_keys_select_and_order_does_not_matter():
    other = uuid4()
    facts = [server_fact(server(metadata={"cloudctl_key": str(key)}), NOW) for key in (KEY, other)]
    unkeyed = server_fact(server(metadata={}), NOW)
    assert set(by_key([*facts, unkeyed], None)) == {KEY, other}
    assert set(by_key(facts, [other, uuid4()])) == {other}
    assert by_key(facts, []) == {}


@pytest.mark.parametrize("turn", [1, -1])
def test_of_two_with_one_key_the_one_that_stays_is_told(turn: int):
    facts = [server_fact(server(id="old", status="DELETED"), NOW), server_fact(server(id="new"), NOW)]
    assert by_key(facts[::turn], None)[KEY].backend_id == "new"


def test_keys_are_uuids():
    assert as_key(str(KEY)) == KEY
    assert as_key("nonsense") is as_key(None) is None
