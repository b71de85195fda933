from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from cloudctl.domain.errors import Absent, Busy, CapacityExhausted, Failed, Rejected
from cloudctl.domain.servers import ServerRequest, ServerStatus
from cloudctl.providers.openstack.provider import OpenStackProvider
from tests.unit.providers.openstack.recorded import PROJECT, FixedClock, RecordedCloud

NOVA = "/compute/v2.1"
ACTION = f"{NOVA}/servers/s1/action"
ATTACH = f"{NOVA}/servers/s1/os-volume_attachments"
CONFLICT = {"conflictingRequest": {"code": 409, "message": "Cannot 'os-start' instance s1 while it is in vm_state x"}}
KEY = uuid4()


def server(status: str = "ACTIVE", task: str | None = None, vcpus: int = 2, **more: Any) -> dict[str, Any]:
    return {
        "id": "s1", "name": "web-1", "status": status, "updated": "2026-03-01T07:00:00Z", "addresses": {},
        "metadata": {"cloudctl_key": str(KEY)}, "flavor": {"vcpus": vcpus, "ram": 4096, "disk": 40},
        "OS-EXT-STS:task_state": task, **more,
    }  # fmt: skip


def request(key: UUID = KEY, **more: Any) -> ServerRequest:
    return ServerRequest(
        key=key, tenant=PROJECT, name="web-1", vcpu=2, memory_mib=4096, root_disk_gib=40, image="debian-12",
        network="n1", labels={"system": "oa", "cloudctl_key": "forged"}, **more,
    )  # fmt: skip


@pytest.fixture
def known(cloud: RecordedCloud) -> RecordedCloud:
    """A cloud that has the flavour and the image."""
    cloud.on("GET", f"{NOVA}/flavors", {"flavors": [{"id": "f1", "name": "cloudctl-2c-4096m-40g"}]})
    cloud.on("GET", "/image/v2/images", {"images": [{"id": "i1", "name": "debian-12"}]})
    return cloud


def test_a_build_is_one_call_a_server_and_two_look_ups_for_all(known: RecordedCloud, provider: OpenStackProvider):
    known.on("POST", f"{NOVA}/servers", {"server": {"id": "s1", "adminPass": "x", "links": []}}, 202)
    facts = [provider.servers.create(request(uuid4())) for _ in range(20)]
    assert {fact.status for fact in facts} == {ServerStatus.BUILDING}
    assert len(known.asked("POST", f"{NOVA}/servers")) == 20
    assert len(known.calls) == 22


def test_what_is_sent(known: RecordedCloud, provider: OpenStackProvider):
    known.on("POST", f"{NOVA}/servers", {"server": {"id": "s1"}}, 202)
    provider.servers.create(request())
    assert known.calls[-1].body == {
        "server": {
            "name": "web-1",
            "flavorRef": "f1",
            "imageRef": "i1",
            "networks": [{"uuid": "n1"}],
            "metadata": {"system": "oa", "cloudctl_key": str(KEY)},
        }
    }


def test_after_a_refusal_names_are_looked_up_again(known: RecordedCloud, provider: OpenStackProvider):
    known.on("POST", f"{NOVA}/servers", {"badRequest": {"message": "Can not find requested image"}}, 400)
    known.on("POST", f"{NOVA}/servers", {"server": {"id": "s1"}}, 202)
    with pytest.raises(Rejected):
        provider.servers.create(request())
    provider.servers.create(request())
    assert len(known.asked("GET", "/image/v2/images")) == 2


def test_all_servers_are_found_by_one_call(cloud: RecordedCloud, provider: OpenStackProvider):
    others = [server() | {"id": f"s{n}", "metadata": {"cloudctl_key": str(uuid4())}} for n in range(2, 30)]
    cloud.on("GET", f"{NOVA}/servers/detail", {"servers": [server(), *others]})
    assert list(provider.servers.find(PROJECT, [KEY])) == [KEY]
    assert cloud.lines == [f"GET {NOVA}/servers/detail"]


def test_an_error_shows_its_reason_or_waits_for_it(
    cloud: RecordedCloud, provider: OpenStackProvider, clock: FixedClock
):
    broken = server("ERROR") | {"updated": clock.now().isoformat()}
    cloud.on("GET", f"{NOVA}/servers/detail", {"servers": [broken]})
    assert provider.servers.find(PROJECT)[KEY].status is ServerStatus.CHANGING
    clock.instant += timedelta(minutes=1)
    assert provider.servers.find(PROJECT)[KEY].status is ServerStatus.ERROR


# act, the body that is sent, and the states (status, task, vcpus) in which a refusal means that it is done already
ACTS: dict[str, tuple[Any, dict[str, Any], list[tuple[str, str | None, int]]]] = {
    "start": (lambda s: s.start(PROJECT, "s1"), {"os-start": None}, [("ACTIVE", None, 2)]),
    "stop": (lambda s: s.stop(PROJECT, "s1"), {"os-stop": None}, [("SHUTOFF", None, 2)]),
    "resize": (
        lambda s: s.resize(PROJECT, "s1", 2, 4096, 40),
        {"resize": {"flavorRef": "f1"}},
        [("ACTIVE", None, 2), ("SHUTOFF", None, 2), ("VERIFY_RESIZE", None, 2)],
    ),
    "confirm_resize": (
        lambda s: s.confirm_resize(PROJECT, "s1"),
        {"confirmResize": None},
        [("ACTIVE", None, 2), ("SHUTOFF", None, 2), ("VERIFY_RESIZE", None, 2)],
    ),
}


@pytest.mark.parametrize("name", ACTS)
def test_an_act_is_one_call(known: RecordedCloud, provider: OpenStackProvider, name: str):
    act, body, _ = ACTS[name]
    known.on("POST", ACTION, b"", 202)
    act(provider.servers)
    assert [call.body for call in known.asked("POST", ACTION)] == [body]
    assert not known.asked("GET", f"{NOVA}/servers/s1")


@pytest.mark.parametrize(("name", "state"), [(name, state) for name, (_, _, done) in ACTS.items() for state in done])
def test_an_act_on_what_is_so_already_is_done(known: RecordedCloud, provider: OpenStackProvider, name: str, state):
    known.on("POST", ACTION, CONFLICT, 409)
    known.on("GET", f"{NOVA}/servers/s1", {"server": server(*state)})
    ACTS[name][0](provider.servers)
    assert len(known.asked("GET", f"{NOVA}/servers/s1")) == 1


@pytest.mark.parametrize("name", ACTS)
def test_an_act_on_a_server_with_a_task_is_busy(known: RecordedCloud, provider: OpenStackProvider, name: str):
    known.on("POST", ACTION, CONFLICT, 409)
    known.on("GET", f"{NOVA}/servers/s1", {"server": server("ACTIVE", "powering-off", 4)})
    with pytest.raises(Busy):
        ACTS[name][0](provider.servers)


@pytest.mark.parametrize("name", ACTS)
def test_an_act_on_a_server_in_error_failed_for_good(known: RecordedCloud, provider: OpenStackProvider, name: str):
    known.on("POST", ACTION, CONFLICT, 409)
    broken = server("ERROR", fault={"message": "lab spawn abort"})
    known.on("GET", f"{NOVA}/servers/s1", {"server": broken})
    with pytest.raises(Failed, match="lab spawn abort"):
        ACTS[name][0](provider.servers)


@pytest.mark.parametrize("name", ACTS)
def test_an_act_on_an_absent_server_says_so(known: RecordedCloud, provider: OpenStackProvider, name: str):
    known.on("POST", ACTION, {"itemNotFound": {"message": "Instance s1 could not be found."}}, 404)
    with pytest.raises(Absent):
        ACTS[name][0](provider.servers)


def test_a_resize_to_another_size_that_fits_nowhere(known: RecordedCloud, provider: OpenStackProvider):
    known.on("POST", ACTION, {"badRequest": {"message": "No valid host was found."}}, 400)
    with pytest.raises(CapacityExhausted):
        provider.servers.resize(PROJECT, "s1", 2, 4096, 40)


def volume(status: str) -> dict[str, Any]:
    return {"volume": {"id": "v1", "name": "data", "status": status, "size": 5}}


@pytest.mark.parametrize(
    ("attached", "status", "expected"),
    [
        (True, "in-use", None),
        (False, "creating", Busy),
        (False, "detaching", Busy),
        (False, "in-use", Rejected),
        (False, "error", Failed),
    ],
)
def test_a_refused_attachment_is_looked_at(
    cloud: RecordedCloud, provider: OpenStackProvider, attached: bool, status: str, expected
):
    cloud.on("POST", ATTACH, {"badRequest": {"message": "Invalid volume: status must be available."}}, 400)
    volumes = [{"id": "v1"}] if attached else []
    cloud.on("GET", f"{NOVA}/servers/s1", {"server": server(**{"os-extended-volumes:volumes_attached": volumes})})
    cloud.on("GET", "/volume/v3/volumes/v1", volume(status))
    if expected is None:
        provider.servers.attach(PROJECT, "s1", "v1")
    else:
        with pytest.raises(expected):
            provider.servers.attach(PROJECT, "s1", "v1")


def test_attaching_is_one_call(cloud: RecordedCloud, provider: OpenStackProvider):
    cloud.on("POST", ATTACH, {"volumeAttachment": {}})
    provider.servers.attach(PROJECT, "s1", "v1")
    assert [call.body for call in cloud.calls] == [{"volumeAttachment": {"volumeId": "v1"}}]


@pytest.mark.parametrize(("status", "expected"), [("available", None), ("detaching", Busy), ("in-use", Rejected)])
def test_a_refused_detachment_is_looked_at(cloud: RecordedCloud, provider: OpenStackProvider, status: str, expected):
    cloud.on("DELETE", f"{ATTACH}/v1", {"badRequest": {"message": "Invalid volume"}}, 400)
    cloud.on("GET", "/volume/v3/volumes/v1", volume(status))
    if expected is None:
        provider.servers.detach(PROJECT, "s1", "v1")
    else:
        with pytest.raises(expected):
            provider.servers.detach(PROJECT, "s1", "v1")


def test_detaching_and_deleting_what_is_absent_are_done(cloud: RecordedCloud, provider: OpenStackProvider):
    provider.servers.detach(PROJECT, "s1", "v1")
    provider.servers.delete(PROJECT, "s1")
    assert cloud.lines == [f"DELETE {ATTACH}/v1", f"DELETE {NOVA}/servers/s1"]


def test_a_snapshot_is_looked_for_and_then_made(cloud: RecordedCloud, provider: OpenStackProvider):
    cloud.on("GET", "/image/v2/images", {"images": []})
    cloud.on("GET", "/image/v2/images", {"images": [{"id": "i9", "name": "before"}]})
    cloud.on("POST", ACTION, {"image_id": "i9"}, 202)
    made = [provider.servers.snapshot(PROJECT, "s1", KEY, "before") for _ in range(2)]
    assert made == ["i9", "i9"]
    sent = cloud.asked("POST", ACTION)
    assert [call.body for call in sent] == [{"createImage": {"name": "before", "metadata": {"cloudctl_key": str(KEY)}}}]
    assert cloud.calls[0].query == {"cloudctl_key": [str(KEY)], "owner": [PROJECT]}


def test_a_console_is_asked_for_by_its_kind(cloud: RecordedCloud, provider: OpenStackProvider):
    url = "http://127.0.0.1:6080/vnc_lite.html?path=x"
    cloud.on("POST", f"{NOVA}/servers/s1/remote-consoles", {"remote_console": {"type": "novnc", "url": url}})
    assert provider.servers.console_url(PROJECT, "s1") == url


PORTS = "/network/v2.0/ports"


def port(key: str, *, up: bool) -> dict[str, Any]:
    return {"id": key, "device_id": "s1", "admin_state_up": up, "fixed_ips": []}


@pytest.mark.parametrize(("act", "up"), [("isolate", False), ("rejoin", True)])
def test_only_ports_that_stand_otherwise_are_turned(
    cloud: RecordedCloud, provider: OpenStackProvider, act: str, up: bool
):
    cloud.on("GET", PORTS, {"ports": [port("p1", up=not up), port("p2", up=up)]})
    cloud.on("PUT", f"{PORTS}/p1", {"port": port("p1", up=up)})
    getattr(provider.servers, act)(PROJECT, "s1")
    assert cloud.lines == [f"GET {PORTS}", f"PUT {PORTS}/p1"]
    assert cloud.calls[0].query["device_id"] == ["s1"]
    assert cloud.calls[1].body == {"port": {"admin_state_up": up}}


@pytest.mark.parametrize(("ups", "isolated"), [((False, False), True), ((False, True), False)])
def test_a_server_is_cut_off_when_no_port_is_up(
    cloud: RecordedCloud, provider: OpenStackProvider, ups: tuple[bool, ...], isolated: bool
):
    cloud.on("GET", PORTS, {"ports": [port(f"p{number}", up=up) for number, up in enumerate(ups)]})
    assert provider.servers.isolated(PROJECT, "s1") is isolated


def test_a_server_without_ports_is_looked_for(cloud: RecordedCloud, provider: OpenStackProvider):
    cloud.on("GET", PORTS, {"ports": []})
    with pytest.raises(Absent):
        provider.servers.isolate(PROJECT, "s1")
    assert cloud.lines == [f"GET {PORTS}", f"GET {NOVA}/servers/s1"]
