"""The baseline on a real host: what is set is read back by other means, a planted violation is told and mended."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.lab.hosts import Host, HostSet
from tests.playbooks.plays import Played, digest, play
from tests.unit.playbooks.trees import items, module

pytestmark = pytest.mark.timeout(7200)
READING = module("hardening", "read_items")
WATCHED = ("/etc", "/usr/share/pam-configs", "/root", "/var/lib/systemd")
# What somebody might do to a host, and the item that has to tell.
PLANTED = {
    "ssh_root_login": "sed -i 's/^PermitRootLogin .*/PermitRootLogin yes/' /etc/ssh/sshd_config.d/00-cloudctl.conf",
    "ssh_tries": "sed -i 's/^MaxAuthTries .*/MaxAuthTries 20/' /etc/ssh/sshd_config.d/00-cloudctl.conf",
    "password_longest_days": "sed -i 's/^PASS_MAX_DAYS.*/PASS_MAX_DAYS 99999/' /etc/login.defs",
    "password_length": "sed -i 's/^minlen.*/minlen = 4/' /etc/security/pwquality.conf",
    "lockout_tries": "sed -i 's/^deny.*/deny = 0/' /etc/security/faillock.conf",
    "lockout_used": "sed -i '/pam_faillock/d' /etc/pam.d/common-auth",
    "becoming_root": "sed -i '/pam_wheel/d' /etc/pam.d/su",
    "no_empty_password": "useradd -m guest && passwd -d guest",
    "no_second_root": "useradd -o -u 0 -M shadowroot",
    "default_accounts": "usermod -s /bin/bash games",
    "accounts_file": "chmod 0666 /etc/passwd",
    "passwords_file": "chmod 0644 /etc/shadow",
    "schedule_users": "rm /etc/cron.allow",
    "settings_not_open": "touch /etc/open && chmod 0666 /etc/open",
    "session_timeout": "rm /etc/profile.d/cloudctl.sh",
    "no_key_restart": "systemctl unmask ctrl-alt-del.target",
    "no_debug_shell": "systemctl enable debug-shell.service",
    "firewall_policy": "nft 'add chain inet cloudctl input { policy accept; }'",
    "journal_kept": "rm /etc/systemd/journald.conf.d/90-cloudctl.conf",
    "sudo_log": "sed -i '/logfile/d' /etc/sudoers.d/50-cloudctl-duties",
}
# What is wrong besides, because one act hits both: the file had two settings.
WITH_IT = {"journal_days"}
BY_HAND = {"no_second_root", "no_shared_number"}


@pytest.fixture(scope="module")
def host(hosts: HostSet) -> Host:
    return next(iter(hosts.values()))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SSH authority, and a person's key that it has signed for the principal `ops`."""
    folder = tmp_path_factory.mktemp("authority")
    for name in ("ca", "person"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    sign = [
        "ssh-keygen",
        "-q",
        "-s",
        str(folder / "ca"),
        "-I",
        "t",
        "-n",
        "ops",
        "-V",
        "+1h",
        str(folder / "person.pub"),
    ]
    subprocess.run(sign, check=True)
    return folder


@pytest.fixture(scope="module")
def given(authority: Path) -> dict[str, Any]:
    return {
        "baseline_host_mlps_level": 3,
        "baseline_host_user_ca_keys": [(authority / "ca.pub").read_text().strip()],
        "baseline_host_principals": {"li": ["ops"], "wang": ["others"]},
        "baseline_host_users": [{"name": "li", "duty": "system"}, {"name": "wang", "duty": "audit"}],
        "baseline_host_allow": [{"port": 8080, "protocol": "tcp", "from": ["0.0.0.0/0"]}],
        "baseline_host_exempt": [{"item": "ssh_tunnels", "reason": "the vendor's agent needs one"}],
    }


@pytest.fixture(scope="module")
def looked(host: Host, given: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> tuple[Played, bool]:
    """A look at the bare host, and whether it changed anything."""
    before = digest(host, *WATCHED)
    played = play("baseline_host", [host], tmp_path_factory.mktemp("look"), check=True, **given)
    return played, digest(host, *WATCHED) == before


@pytest.fixture(scope="module")
def done(
    looked: tuple[Played, bool], host: Host, given: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Played:
    assert looked[0].code == 0, looked[0].said
    return play("baseline_host", [host], tmp_path_factory.mktemp("first"), **given)


def report(played: Played, host: Host) -> dict[str, Any]:
    told: dict[str, Any] = played.reports[f"baseline-{host.name}"]
    return told


def test_a_look_tells_what_is_wrong_and_changes_nothing(looked: tuple[Played, bool], host: Host) -> None:
    played, untouched = looked
    assert untouched
    assert {"firewall_policy", "files_not_open", "ssh_password_login"} <= set(report(played, host)["wrong"])
    assert played.changed[host.name] > 0


def test_everything_that_applies_is_as_wanted(done: Played, host: Host) -> None:
    assert done.code == 0, done.said
    told = report(done, host)
    assert told["wrong"] == []
    assert told["applicable"] >= 40
    assert {one["id"] for one in told["items"]} == {one["id"] for one in items() if 3 in one["clause"]}
    by_id = {one["id"]: one for one in told["items"]}
    assert by_id["ssh_tunnels"]["why"] == "exempt: the vendor's agent needs one"
    assert by_id["audit_running"]["why"] == "not applicable here: container"
    assert all({"id", "clause", "wanted", "found", "ok"} <= one.keys() for one in told["items"])


def test_every_item_of_sshd_and_of_files_is_so_by_other_means(done: Played, host: Host) -> None:
    assert done.code == 0, done.said
    told = {one["id"]: one for one in report(done, host)["items"] if one["applicable"]}
    sshd = dict(line.split(" ", 1) for line in host.ssh("sudo", "sshd", "-T").stdout.splitlines() if " " in line)
    for item in items():
        check = item["check"]
        if item["id"] in told and check["by"] == "sshd":
            assert READING.fits(sshd[check["name"]], item["wanted"]), item["id"]
        if item["id"] in told and check["by"] == "mode" and isinstance(check["files"], list):
            script = f"stat -L -c '%a %n' {' '.join(check['files'])} 2>/dev/null || true\n"
            most = "0640" if "{{" in check["most"] else check["most"]
            for line in host.ssh("sudo", "sh", "-s", stdin=script).stdout.splitlines():
                assert not int(line.split()[0], 8) & ~int(most, 8), (item["id"], line)
    table = host.ssh("sudo", "nft", "list", "table", "inet", "cloudctl").stdout
    assert "policy drop" in table
    assert "tcp dport 8080 accept" in table


def test_a_certificate_opens_the_account_that_names_it(done: Played, host: Host, authority: Path) -> None:
    assert done.code == 0, done.said
    known = authority / "known_hosts"
    known.write_text(f"{host.address} {host.host_key}\n")
    options = ["-F", "none", "-o", "BatchMode=yes", "-o", f"UserKnownHostsFile={known}", "-o", "IdentitiesOnly=yes"]
    for account, opened in (("li", True), ("wang", False)):
        words = ["ssh", *options, "-i", str(authority / "person"), f"{account}@{host.address}", "id", "-un"]
        told = subprocess.run(words, capture_output=True, text=True, check=False)
        assert (told.stdout.strip() == account) is opened, told.stderr


def test_once_more_changes_nothing(done: Played, host: Host, given: dict[str, Any], tmp_path: Path) -> None:
    assert done.code == 0, done.said
    again = play("baseline_host", [host], tmp_path, **given)
    assert (again.code, again.changed[host.name]) == (0, 0), again.said


def test_what_is_planted_is_told_and_mended(done: Played, host: Host, given: dict[str, Any], tmp_path: Path) -> None:
    assert done.code == 0, done.said
    acts = "".join(f"{{ {act}; }} >/dev/null 2>&1 || echo {item}\n" for item, act in PLANTED.items())
    assert host.ssh("sudo", "sh", "-s", stdin=acts).stdout == ""  # each could be done
    before = digest(host, *WATCHED)
    seen = play("baseline_host", [host], tmp_path, check=True, **given)
    assert seen.code == 0, seen.said
    assert digest(host, *WATCHED) == before
    assert set(report(seen, host)["wrong"]) == PLANTED.keys() | BY_HAND | WITH_IT

    mended = play("baseline_host", [host], tmp_path, **given)
    assert mended.code == 0, mended.said
    assert set(report(mended, host)["wrong"]) == BY_HAND
