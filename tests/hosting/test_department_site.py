"""A department's site through everything that can be done to it, on real hosts, beside another department's."""

from __future__ import annotations

import pytest

from tests.hosting.stage import App, Stage

pytestmark = pytest.mark.timeout(1800)
TEXT = "你好 {{ 6 * 7 }}"


@pytest.fixture(scope="module")
def sites(names: list[str]) -> tuple[App, App]:
    return tuple(
        App("department-site", name, names[0], parameters={"title": title, "content": TEXT})
        for name, title in (("dsaudit", "审计局"), ("dscivil", "民政局"))
    )


def test_check_mode_tells_what_would_be_done_and_does_nothing(stage: Stage, sites: tuple[App, App]) -> None:
    told = stage.play("deploy_app", sites, "--check").well()

    assert told.changed > 0
    assert stage.page(sites[0])[0] == 0
    assert "dsaudit" not in stage.sudo(stage.host(sites[0]), "getent", "passwd")


def test_a_deployed_site_answers_with_its_text(stage: Stage, sites: tuple[App, App]) -> None:
    answer = stage.play("deploy_app", sites).well().answer

    assert {each["state"] for each in answer.values()} == {"running"}
    assert [stage.answers(site) for site in sites] == [[], []]
    status, text = stage.page(sites[0])
    assert status == 200
    assert "你好" in text
    # What a department writes is no template of ours.
    assert TEXT in stage.sudo(stage.host(sites[0]), "cat", "/srv/apps/dsaudit/data/pages/start.txt")


def test_again_changes_nothing_and_check_mode_says_so(stage: Stage, sites: tuple[App, App]) -> None:
    assert stage.play("deploy_app", sites).well().changed == 0
    assert stage.play("deploy_app", sites, "--check").well().changed == 0


def test_a_visitor_who_names_no_site_gets_no_answer(stage: Stage, sites: tuple[App, App]) -> None:
    assert stage.page(sites[0], "/", "-H", "Host: other.city.example")[0] == 0


def test_what_is_not_for_visitors_is_not_served(stage: Stage, sites: tuple[App, App]) -> None:
    for path in ("/conf/local.protected.php", "/data/pages/start.txt", "/inc/init.php", "/install.php", "/bin/"):
        assert stage.page(sites[0], path)[0] == 404, path


def test_instances_are_kept_apart(stage: Stage, sites: tuple[App, App]) -> None:
    host = stage.host(sites[0])
    for mine, other in (sites, sites[::-1]):
        as_mine = ("runuser", "-u", mine.instance, "--")
        for words in (
            ("ls", f"/srv/apps/{other.instance}"),
            ("cat", f"/srv/apps/{other.instance}/conf/users.auth.php"),
            ("bash", "-c", f"'echo > /srv/apps/{other.instance}/data/pages/start.txt'"),
            ("curl", "-s", "--unix-socket", f"/run/php/{other.instance}.sock", "http://x/"),
            ("cat", "/etc/cloudctl/tls/" + other.instance + ".key"),
        ):
            assert host.ssh("sudo", *as_mine, *words, check=False).returncode != 0, words
    # PHP itself does not leave its own instance either.
    peek = f'<?php var_dump(@file_get_contents("/srv/apps/{sites[1].instance}/conf/users.auth.php"), getmyuid());'
    page = "/srv/apps/dsaudit/conf/footer.html"
    host.ssh("sudo", "tee", page, stdin=peek)
    host.ssh("sudo", "chmod", "0644", page)
    assert "bool(false)" in stage.page(sites[0])[1]
    host.ssh("sudo", "rm", page)


def test_a_second_instance_of_a_name_is_refused(stage: Stage, sites: tuple[App, App]) -> None:
    played = stage.play("deploy_app", sites[:1], code="APP-OTHER")

    assert played.code != 0
    assert "the instance dsaudit belongs to APP-DSAUDIT" in played.message
    assert "Nothing was changed" in played.message


def test_who_is_over_the_quota_reads_but_does_not_write(stage: Stage, sites: tuple[App, App]) -> None:
    host = stage.host(sites[0])
    stage.sudo(host, "fallocate", "-l", "70M", "/srv/apps/dsaudit/data/media/large.bin")
    stage.sudo(host, "/usr/local/lib/cloudctl/app-quota")

    assert stage.page(sites[0])[0] == 200
    assert stage.page(sites[0], "/doku.php", "-d", "id=start")[0] == 507
    assert stage.page(sites[1], "/doku.php", "-d", "id=start")[0] == 200

    stage.sudo(host, "rm", "/srv/apps/dsaudit/data/media/large.bin")
    stage.sudo(host, "/usr/local/lib/cloudctl/app-quota")
    assert stage.page(sites[0], "/doku.php", "-d", "id=start")[0] == 200


def test_from_backup_to_retirement(stage: Stage, sites: tuple[App, App]) -> None:
    host = stage.host(sites[0])
    write = "/srv/apps/dsaudit/data/pages/news.txt"
    host.ssh("sudo", "-u", "dsaudit", "tee", write, stdin="====== News ======\n\nflood of 2026\n")

    saved = stage.play("back_up_app", sites).well().answer
    assert all(len(each["snapshot"]) == 64 and each["size_bytes"] > 0 for each in saved.values())
    assert saved["APP-DSAUDIT"]["snapshot"] != saved["APP-DSCIVIL"]["snapshot"]

    up = {"version": "2.0.0", "previous_version": "1.0.0"}
    stage.play("upgrade_app", sites, **up).well()
    assert "主办单位: 市审计局" in stage.page(sites[0])[1]
    assert "flood of 2026" in stage.page(sites[0], "/news")[1]
    assert stage.play("upgrade_app", sites, **up).well().changed == 0

    stage.play("roll_back_app", sites, version="1.0.0", previous_version="2.0.0").well()
    assert "主办单位" not in stage.page(sites[0])[1]
    assert "flood of 2026" in stage.page(sites[0], "/news")[1]

    # Destroyed: nothing of the instance is left, as on a host that is new; the backups lie elsewhere.
    stage.play("retire_app", sites[:1], snapshot="latest").well()
    assert host.ssh("test", "-e", "/srv/apps/dsaudit", check=False).returncode
    assert "dsaudit" not in stage.sudo(host, "getent", "passwd")
    assert stage.page(sites[0])[0] == 0
    assert stage.answers(sites[1]) == []

    stage.play("deploy_app", sites[:1]).well()
    assert "flood of 2026" not in stage.page(sites[0], "/news")[1]
    restored = stage.play("restore_app", sites[:1], snapshot=saved["APP-DSAUDIT"]["snapshot"]).well().answer
    assert restored["APP-DSAUDIT"]["state"] == "restored"
    assert "flood of 2026" in stage.page(sites[0], "/news")[1]
    assert stage.play("deploy_app", sites[:1]).well().changed == 0


def test_a_backup_of_an_older_release_is_brought_to_the_newer_one(stage: Stage, sites: tuple[App, App]) -> None:
    old = stage.play("back_up_app", sites[:1]).well().answer["APP-DSAUDIT"]["snapshot"]
    stage.play("upgrade_app", sites[:1], version="2.0.0", previous_version="1.0.0").well()
    new = stage.play("back_up_app", sites[:1], version="2.0.0").well().answer["APP-DSAUDIT"]["snapshot"]

    answer = stage.play("restore_app", sites[:1], version="2.0.0", snapshot=old).well().answer["APP-DSAUDIT"]
    assert (answer["version"], answer["restored_version"]) == ("2.0.0", "1.0.0")
    assert "主办单位" in stage.page(sites[0])[1]

    stage.play("roll_back_app", sites[:1], version="1.0.0", previous_version="2.0.0").well()
    before = stage.page(sites[0])[1]
    refused = stage.play("restore_app", sites[:1], version="1.0.0", snapshot=new)
    assert refused.code != 0
    assert "Nothing was changed" in refused.message
    assert "release 2.0.0, which release 1.0.0 cannot take" in refused.message
    assert refused.answer["APP-DSAUDIT"]["state"] == "refused"
    assert stage.page(sites[0])[1].count("审计局") == before.count("审计局")


def test_nothing_secret_is_said(stage: Stage, sites: tuple[App, App]) -> None:
    told = stage.play("deploy_app", sites, "-vvv", "--diff").well()
    assert "not-to-be-seen" not in told.text


def test_retiring_without_a_backup_needs_a_reason(stage: Stage, sites: tuple[App, App]) -> None:
    refused = stage.play("retire_app", sites[1:])
    assert "name the snapshot of its last backup" in refused.message
    assert stage.answers(sites[1]) == []

    assert stage.play("retire_app", sites, retired_without_backup="a test ends").well().changed > 0
    assert stage.play("retire_app", sites, retired_without_backup="a test ends").well().changed == 0
    left = stage.sudo(stage.host(sites[0]), "ls", "/srv/apps", "/etc/nginx/sites-enabled", "/var/lib/cloudctl/apps")
    assert "ds" not in left
