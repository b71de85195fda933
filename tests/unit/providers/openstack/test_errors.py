from __future__ import annotations

import json
import socket

import pytest

from cloudctl.domain.errors import (
    Absent,
    BackendError,
    Busy,
    CapacityExhausted,
    Rejected,
    Unreachable,
)
from cloudctl.providers.openstack.errors import LONGEST_WORDS, refusal, words_of
from cloudctl.providers.openstack.provider import OpenStackProvider
from tests.unit.providers.openstack.recorded import PROJECT, RecordedCloud

NOVA_QUOTA = {"forbidden": {"code": 403, "message": "Quota exceeded for cores: Requested 4, but already used 20 of 20"}}
NOVA_POLICY = {"forbidden": {"code": 403, "message": "Policy doesn't allow os_compute_api:servers:create"}}
NOVA_STATE = {
    "conflictingRequest": {"code": 409, "message": "Cannot 'stop' instance x while it is in vm_state building"}
}
NOVA_NO_HOST = {"badRequest": {"code": 400, "message": "No valid host was found. No valid host found for resize"}}
CINDER_QUOTA = {
    "overLimit": {
        "code": 413,
        "message": "VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed gigabytes quota.",
        "retryAfter": "0",
    }
}
NEUTRON_QUOTA = {
    "NeutronError": {"type": "OverQuota", "message": "Quota exceeded for resources: ['network'].", "detail": ""}
}
NEUTRON_IN_USE = {
    "NeutronError": {"type": "NetworkInUse", "message": "There are one or more ports still in use.", "detail": ""}
}
NEUTRON_NO_ADDRESS = {
    "NeutronError": {
        "type": "IpAddressGenerationFailure",
        "message": "No more IP addresses available on network 1.",
        "detail": "",
    }
}
KEYSTONE_401 = {"error": {"code": 401, "message": "The request requires authentication.", "title": "Unauthorized"}}
RATE = {"overLimit": {"code": 429, "message": "This request was rate-limited."}}
FAULT = {"computeFault": {"code": 500, "message": "Unexpected API Error."}}
MICROVERSION = {"errors": [{"status": 406, "title": "Requested microversion is unsupported", "detail": "2.79"}]}


@pytest.mark.parametrize(
    ("status", "body", "write", "expected"),
    [
        (400, {"badRequest": {"message": "Invalid name"}}, True, Rejected),
        (400, NOVA_NO_HOST, True, CapacityExhausted),
        (401, KEYSTONE_401, False, Rejected),
        (403, NOVA_QUOTA, True, Rejected),
        (403, NOVA_POLICY, True, Rejected),
        (404, {"itemNotFound": {"message": "Instance x could not be found."}}, False, Absent),
        (406, MICROVERSION, False, Rejected),
        (409, NOVA_STATE, True, Busy),
        (409, NEUTRON_QUOTA, True, Rejected),
        (409, NEUTRON_IN_USE, True, Busy),
        (409, NEUTRON_NO_ADDRESS, True, CapacityExhausted),
        (413, CINDER_QUOTA, True, Rejected),
        (413, RATE, True, Busy),
        (429, RATE, True, Busy),
        (500, FAULT, False, Busy),
        (500, FAULT, True, Unreachable),
        (502, "<html>Bad gateway</html>", True, Unreachable),
        (503, "<html>Service unavailable</html>", False, Busy),
        (503, "<html>Service unavailable</html>", True, Unreachable),
    ],
)
def test_each_answer_has_one_meaning(status: int, body: object, write: bool, expected: type[BackendError]):
    error = refusal(status, json.dumps(body).encode(), {}, write=write)
    assert type(error) is expected
    assert str(status) in str(error)


def test_a_failed_write_may_have_had_its_effect():
    error = refusal(500, b"", {}, write=True)
    assert isinstance(error, Unreachable)
    assert error.effect_unknown


def test_a_time_to_come_back_is_passed_on_and_means_that_nothing_happened():
    error = refusal(503, b"", {"Retry-After": "7"}, write=True)
    assert isinstance(error, Busy)
    assert error.retry_after_s == 7.0


def test_a_date_to_come_back_is_no_number_and_is_left_out():
    error = refusal(429, b"", {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, write=True)
    assert error.retry_after_s is None


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (NEUTRON_QUOTA, "409 OverQuota Quota exceeded for resources: ['network']."),
        (KEYSTONE_401, "409 The request requires authentication."),
        (MICROVERSION, "409 2.79"),
        ({"message": "Failed.<br /><br />\n\n", "code": "404"}, "409 Failed."),
        ("<html><h1>Gone</h1>\n</html>", "409 Gone"),
        ([1], "409"),
    ],
)
def test_the_words_are_the_services_own(body: object, words: str):
    assert words_of(409, json.dumps(body).encode()) == words


def test_words_are_cut():
    assert len(words_of(500, b"x" * 10_000)) == LONGEST_WORDS


MARKER = "MARKER-that-stands-for-user-data"


@pytest.mark.parametrize(
    "echo",
    [
        f"Invalid input for field/attribute user_data. Value: {MARKER}. '{MARKER}' is too long",
        f"field/attribute user_data is wrong\n\nFailed validating 'x' in schema:\n  On instance: {MARKER}",
        f"field/attribute user_data is wrong On instance: ['{MARKER}']",
    ],
)
def test_a_value_that_a_service_repeats_is_left_out(echo: str):
    error = refusal(400, json.dumps({"badRequest": {"message": echo}}).encode(), {}, write=True)
    assert MARKER not in f"{error} {error.params} {error.args}"
    assert "field/attribute user_data" in str(error)


def test_a_lost_connection_after_a_write_leaves_the_effect_unknown(cloud: RecordedCloud, provider: OpenStackProvider):
    cloud.on("DELETE", "/compute/v2.1/servers/s1", lost=True)
    with pytest.raises(Unreachable) as caught:
        provider.servers.delete(PROJECT, "s1")
    assert caught.value.effect_unknown
    assert cloud.lines == ["DELETE /compute/v2.1/servers/s1"]


def test_a_write_that_is_not_answered_in_time_leaves_the_effect_unknown(
    cloud: RecordedCloud, provider: OpenStackProvider
):
    cloud.on("DELETE", "/compute/v2.1/servers/s1", late=True)
    cloud.on("GET", "/compute/v2.1/servers", {"servers": []})
    provider.check()
    provider._client._session.timeout = 0.3
    with pytest.raises(Unreachable) as caught:
        provider.servers.delete(PROJECT, "s1")
    assert caught.value.effect_unknown
    assert len(cloud.asked("DELETE", "/compute/v2.1/servers/s1")) == 1


def test_a_lost_connection_after_a_read_has_no_effect(cloud: RecordedCloud, provider: OpenStackProvider):
    cloud.on("GET", "/compute/v2.1/servers/detail", lost=True)
    with pytest.raises(Unreachable) as caught:
        provider.servers.find(PROJECT)
    assert not caught.value.effect_unknown


@pytest.mark.parametrize("reason", [ConnectionRefusedError(111, "Connection refused"), TimeoutError("timed out")])
def test_a_write_that_never_left_has_no_effect(
    cloud: RecordedCloud, provider: OpenStackProvider, monkeypatch: pytest.MonkeyPatch, reason: OSError
):
    cloud.on("DELETE", "/compute/v2.1/servers/s1", status=204)
    provider.servers.delete(PROJECT, "s1")

    def refuse(*_: object, **__: object) -> socket.socket:
        raise reason

    monkeypatch.setattr("urllib3.util.connection.create_connection", refuse)
    with pytest.raises(Unreachable) as caught:
        provider.servers.delete(PROJECT, "s1")
    assert not caught.value.effect_unknown
    assert "0x" not in str(caught.value)


def test_refused_credentials_are_rejected(cloud: RecordedCloud, provider: OpenStackProvider):
    cloud.on("POST", "/v3/auth/tokens", KEYSTONE_401, 401)
    with pytest.raises(Rejected):
        provider.check()


def test_a_failing_keystone_means_that_nothing_was_written(cloud: RecordedCloud, provider: OpenStackProvider):
    cloud.on("POST", "/v3/auth/tokens", {}, 503)
    with pytest.raises(Unreachable) as caught:
        provider.servers.delete(PROJECT, "s1")
    assert not caught.value.effect_unknown


def test_a_read_that_cannot_be_understood_is_tried_again(cloud: RecordedCloud, provider: OpenStackProvider):
    cloud.on("GET", "/compute/v2.1/servers/detail", b"<html>")
    with pytest.raises(Busy):
        provider.servers.find(PROJECT)
