"""`cloudctl hosts|secrets|grants|authorities`: what is sent and written; no secret stands in an argument."""

from __future__ import annotations

from pathlib import Path

from tests.unit.cli.fakes import Cloudctl, FakeApi

KEY = "01a1ff5c-8e74-517d-b9f5-571091dd581c"
HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
ROW = {
    "id": KEY, "name": "oa-1", "life": "in_service", "address": None, "fixed_addresses": ["10.8.0.4"],
    "department": "fgw", "system": "oa", "zone": "extranet", "os_name": None, "roles": ["web"], "ring": "canary",
}  # fmt: skip
SIGNED = {
    "certificate": "ssh-ed25519-cert-v01@openssh.com AAAA", "serial": 7, "ends_at": "2027-01-01T09:00:00+00:00",
    "networks": ["10.8.0.0/24"], "left_out": ["oa-2"],
    "hosts": [
        {"name": "oa-1-01a1ff5c", "address": "10.8.0.4", "ssh_port": 22, "account": "cloudctl-user",
         "host_key": HOST_KEY},
        {"name": "oa-3-01a1ff5d", "address": "10.8.0.5", "ssh_port": 2222, "account": "cloudctl-user",
         "host_key": HOST_KEY},
    ],
}  # fmt: skip


def test_the_list_shows_what_playbooks_may_play_on(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/hosts", {"items": [ROW], "next": None})
    out = logged_in("hosts", "list", "--life", "in_service", "--shared").out
    assert api.asked[-1].query["life"] == "in_service"
    assert api.asked[-1].query["shared"] in {"True", "true"}
    assert "in service" in out
    assert "10.8.0.4" in out


def test_enrol_sends_what_was_said_under_the_api_s_names(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("POST", f"/v1/hosts/{KEY}/enrol", ROW)
    fingerprint = f"SHA256:{'A' * 43}"
    said = ("--fingerprint", fingerprint, "--host-role", "web", "--host-account", "ops")
    ended = logged_in("hosts", "enrol", KEY, *said)
    assert ended.code == 0, ended
    assert api.asked[-1].body == {"fingerprint": fingerprint, "roles": ["web"], "account": "ops"}
    api.on("GET", f"/v1/hosts/{KEY}/script", {"script": "#!/bin/sh\n"})
    assert logged_in("hosts", "script", KEY).out == "#!/bin/sh\n"
    assert logged_in("hosts", "edit", KEY).code == 2


def test_a_secret_s_value_comes_from_a_file_and_never_from_an_argument(
    logged_in: Cloudctl, api: FakeApi, tmp_path: Path
) -> None:
    api.on("PUT", "/v1/secrets", {"id": KEY, "name": "smtp_password", "generation": 1})
    (tmp_path / "value").write_text("swordfish\n")
    ended = logged_in("secrets", "set", "smtp_password", "--system", KEY, "--from-file", str(tmp_path / "value"))
    assert ended.code == 0, ended
    assert api.asked[-1].body == {
        "owner_kind": "system", "owner_id": KEY, "name": "smtp_password", "value": "swordfish\n",
    }  # fmt: skip
    assert "swordfish" not in ended.out
    assert logged_in("secrets", "set", "a", "--from-file", str(tmp_path / "value")).code == 2
    assert logged_in("secrets", "set", "a", "--system", KEY, "--host", KEY).code == 2


def test_a_grant_is_asked_for_with_everything_that_was_said(logged_in: Cloudctl, api: FakeApi, tmp_path: Path) -> None:
    api.on("POST", "/v1/access-grants", {"id": KEY})
    (tmp_path / "w.pub").write_text(f"{HOST_KEY} wang\n")
    ended = logged_in(
        "grants", "ask", "--system", KEY, "--server", KEY, "--from", "10.8.0.0/24", "--until", "2027-01-31",
        "--reason", "r", "--admin", "--contractor", "c", "--contract", "n", "--contract-until", "2027-06-30",
        "--holder", "王工", "--key", str(tmp_path / "w.pub"),
    )  # fmt: skip
    assert ended.code == 0, ended
    assert api.asked[-1].body == {
        "system_id": KEY, "servers": [KEY], "networks": ["10.8.0.0/24"], "ends_on": "2027-01-31", "reason": "r",
        "level": "admin", "organisation": "c", "contract_number": "n", "contract_ends_on": "2027-06-30",
        "holder": "王工", "public_key": f"{HOST_KEY} wang",
    }  # fmt: skip
    assert logged_in("grants", "refuse", KEY).code == 2


def test_sign_writes_the_certificate_beside_the_key_and_adds_known_hosts_once(
    logged_in: Cloudctl, api: FakeApi, tmp_path: Path
) -> None:
    api.on("POST", f"/v1/access-grants/{KEY}/sign", SIGNED)
    (tmp_path / "id.pub").write_text(f"{HOST_KEY} li\n")
    known = tmp_path / "known_hosts"
    for _ in range(2):
        ended = logged_in("grants", "sign", KEY, "--key", str(tmp_path / "id.pub"), "--known-hosts", str(known))
        assert ended.code == 0, ended
    assert (tmp_path / "id-cert.pub").read_text() == f"{SIGNED['certificate']}\n"
    assert known.read_text() == f"10.8.0.4 {HOST_KEY}\n[10.8.0.5]:2222 {HOST_KEY}\n"
    assert "oa-1-01a1ff5c" in ended.out
    assert "Not open just now: oa-2." in ended.out
    (tmp_path / "id").write_text("-----BEGIN OPENSSH PRIVATE KEY-----\n")
    sent = len(api.asked)
    assert logged_in("grants", "sign", KEY, "--key", str(tmp_path / "id")).code == 2
    assert len(api.asked) == sent  # a private key goes nowhere


def test_what_is_to_be_trusted_is_printed_as_it_is(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/authorities/ssh/trusted", {"trusted": f"{HOST_KEY} ca\n"})
    assert logged_in("authorities", "trusted", "ssh").out == f"{HOST_KEY} ca\n"
