"""What goes wrong while applications are deployed: the state is clear, and what is half done says so."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from cloudctl.hosting.catalogue import load, shipped
from tests.hosting.stage import App, Stage

pytestmark = pytest.mark.timeout(1800)


def said(stage: Stage, app: App) -> dict[str, str]:
    """What the host says of an instance."""
    return dict(json.loads(stage.sudo(stage.host(app), "cat", f"/var/lib/cloudctl/apps/{app.instance}.json")))


def test_no_package_mirror(stage: Stage, names: list[str]) -> None:
    app = App("maps", "mpmirror", names[1], parameters={"title": "x"})
    stage.sudo(stage.host(app), "apt-get", "purge", "-qy", "cgi-mapserver", check=False)
    stage.sudo(stage.host(app), "sh", "-c", "'rm -rf /var/cache/apt/archives/*.deb /var/lib/apt/lists/mirror*'")
    stage.hosts.mirror.stop()
    try:
        played = stage.play("deploy_app", [app])
    finally:
        stage.hosts.mirror.start()

    assert played.code != 0
    assert "No application was changed" in played.message
    assert played.answer[app.code]["state"] == "refused"
    assert not stage.sudo(stage.host(app), "sh", "-c", "'ls /srv/apps | grep mpmirror'", check=False)
    stage.play("deploy_app", [app]).well()
    assert stage.answers(app) == []
    stage.play("retire_app", [app], retired_without_backup="a test ends").well()


@pytest.fixture
def full(stage: Stage, names: list[str]) -> Iterator[str]:
    """A host with a small file system where instances lie, and something on it already."""
    host = stage.hosts[names[1]]
    stage.sudo(host, "mkdir", "-p", "/srv/apps")
    stage.sudo(host, "mount", "-t", "tmpfs", "-o", "size=52m,mode=0755", "tmpfs", "/srv/apps")
    yield names[1]
    stage.sudo(host, "umount", "-l", "/srv/apps")


def test_a_full_disk_is_seen_before_anything_is_begun(stage: Stage, full: str) -> None:
    app = App("department-site", "dsfull", full, parameters={"title": "x"})
    stage.sudo(stage.host(app), "fallocate", "-l", "40M", "/srv/apps/ballast")
    played = stage.play("deploy_app", [app])

    assert "Nothing was changed" in played.message
    assert "12 MiB are free below /srv/apps" in played.message
    assert played.answer[app.code]["state"] == "refused"
    assert "dsfull" not in stage.sudo(stage.host(app), "getent", "passwd")


def test_a_disk_that_fills_up_in_the_middle(stage: Stage, full: str) -> None:
    app = App("department-site", "dsfull", full, parameters={"title": "x", "content": "y" * 4000})
    host = stage.host(app)
    stage.play("deploy_app", [app]).well()
    # What is there fills the disk: the release that comes has no room for what it writes.
    stage.sudo(host, "sh", "-c", "'cat /dev/zero > /srv/apps/dsfull/data/ballast'", check=False)
    before = stage.sudo(host, "cat", "/srv/apps/dsfull/conf/local.protected.php")
    up = {"version": "2.0.0", "previous_version": "1.0.0"}
    played = stage.play("upgrade_app", [app], **up)

    assert played.code != 0
    assert "No space left for /srv/apps/dsfull/conf/" in played.message
    assert "Half done: APP-DSFULL. Repeat upgrade_app" in played.message
    assert played.answer[app.code]["state"] == "failed"
    assert (said(stage, app)["state"], said(stage, app)["version"]) == ("failed", "1.0.0")
    assert stage.sudo(host, "cat", "/srv/apps/dsfull/conf/local.protected.php") == before
    assert stage.page(app)[0] == 200

    stage.sudo(host, "rm", "/srv/apps/dsfull/data/ballast")
    stage.play("upgrade_app", [app], **up).well()
    assert said(stage, app)["state"] == "running"
    stage.play("retire_app", [app], retired_without_backup="a test ends").well()


def test_a_release_that_its_server_refuses_is_taken_back_whole(stage: Stage, names: list[str], tmp_path: Path) -> None:
    folder = tmp_path / "blueprints" / "department-site"
    shutil.copytree(shipped(), folder.parent)
    document = yaml.safe_load((folder / "blueprint.yaml").read_text("utf-8"))
    document["releases"].append(document["releases"][1] | {"version": "3.0.0", "upgrades_from": ["1.0.0"]})
    (folder / "blueprint.yaml").write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")
    site = folder / "templates" / "site.conf.j2"
    broken = "{% if app.version == '3.0.0' %}\n    no_such_word on;\n{% endif %}\n{% endblock %}"
    site.write_text(site.read_text("utf-8").replace("{% endblock %}", broken), "utf-8")

    app = App("department-site", "dsbroken", names[1], parameters={"title": "审计局"})
    stage.play("deploy_app", [app]).well()
    own = Stage(stage.hosts, tmp_path, load(folder.parent))
    own.blueprints = folder.parent
    played = own.play("upgrade_app", [app], version="3.0.0", previous_version="1.0.0")

    assert 'unknown directive "no_such_word"' in played.message
    assert "Every file is as it was before" in played.message
    assert said(stage, app)["state"] == "failed"
    assert stage.page(app)[0] == 200
    own.play("roll_back_app", [app], version="1.0.0", previous_version="3.0.0").well()
    assert said(stage, app)["state"] == "running"

    # A backup store that has gone is not made anew without a word.
    stage.play("back_up_app", [app]).well()
    stage.sudo(stage.host(app), "mv", "/var/backups/dsbroken", "/var/backups/away")
    lost = stage.play("back_up_app", [app])
    assert "the repository /var/backups/dsbroken has gone" in lost.message
    assert "There is no new backup; these run as before" in lost.message
    assert said(stage, app)["state"] == "running"
    stage.play("retire_app", [app], retired_without_backup="a test ends").well()


def test_what_never_came_to_a_host_is_taken_away_without_a_word(stage: Stage) -> None:
    """As after a first deployment that failed before it had written anything."""
    bare = stage.hosts.add(f"{stage.hosts.name}-4").name
    own = Stage(stage.hosts, stage.folder, stage.catalogue)
    apps = [
        App(
            name,
            f"nv{number}x",
            bare,
            parameters={
                key: "dc=city,dc=example" if key == "suffix" else "x"
                for key in blueprint.parameters.get("required", ())
            },
        )
        for number, (name, blueprint) in enumerate(stage.catalogue.blueprints.items())
    ]
    own.play("retire_app", apps, retired_without_backup="it never came").well()
    again = own.play("retire_app", apps, retired_without_backup="it never came").well()
    assert again.changed == 0
    stage.hosts.remove(bare)
