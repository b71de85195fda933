"""A database, a directory and the emergency stack, from deployment through backup and restoration to their end."""

from __future__ import annotations

import pytest

from tests.hosting.stage import App, Stage

pytestmark = pytest.mark.timeout(1800)


def test_a_database_through_its_life(stage: Stage, names: list[str]) -> None:
    mine = App("database", "dbaudit", names[1], parameters={"connections": 7, "extensions": ["hstore"]})
    other = App("database", "dbcivil", names[1])
    stage.play("deploy_app", [mine, other]).well()
    assert stage.play("deploy_app", [mine, other]).well().changed == 0
    assert stage.play("deploy_app", [mine, other], "--check").well().changed == 0
    assert stage.answers(mine) == stage.answers(other) == []

    # Each reaches its own database, as it was ordered, and no other.
    assert stage.sql(mine, "SELECT 'a=>1'::hstore -> 'a'") == "1"
    assert stage.sql(mine, "SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user") == "7"
    assert stage.sql(mine, "SELECT 1", database="dbcivil", check=False) == ""
    assert stage.sql(mine, "SELECT 1", database="postgres", check=False) == ""

    stage.sql(mine, "CREATE TABLE floods (year int); INSERT INTO floods VALUES (2026)")
    old = stage.play("back_up_app", [mine]).well().answer[mine.code]["snapshot"]
    stage.play("upgrade_app", [mine], version="1.1.0", previous_version="1.0.0").well()
    assert stage.sql(mine, "SHOW statement_timeout") == "10min"
    stage.play("roll_back_app", [mine], version="1.0.0", previous_version="1.1.0").well()
    assert stage.sql(mine, "SHOW statement_timeout") == "0"

    stage.sql(mine, "UPDATE floods SET year = 1")
    stage.play("retire_app", [mine], snapshot=old).well()
    assert stage.sql(mine, "SELECT 1", check=False) == ""
    assert stage.answers(other) == []
    stage.play("deploy_app", [mine]).well()
    stage.play("restore_app", [mine], snapshot=old).well()
    assert stage.sql(mine, "SELECT year FROM floods") == "2026"
    assert stage.sql(mine, "SELECT tableowner FROM pg_tables WHERE tablename = 'floods'") == "dbaudit"

    # Over its quota it is read, and no longer written.
    stage.sql(mine, "CREATE TABLE large AS SELECT repeat(md5(i::text), 60) AS t FROM generate_series(1, 40000) AS i")
    stage.sudo(stage.host(mine), "/usr/local/lib/cloudctl/app-quota")
    assert stage.sql(mine, "SELECT year FROM floods") == "2026"
    assert stage.sql(mine, "INSERT INTO floods VALUES (1) RETURNING 1", check=False) == ""

    stage.play("retire_app", [mine, other], retired_without_backup="a test ends").well()


def test_a_directory_through_its_life(stage: Stage, names: list[str]) -> None:
    app = App(
        "directory", "dircity", names[1], parameters={"organisation": "电子政务办", "suffix": "dc=city,dc=example"}
    )
    host = stage.host(app)
    password = app.secrets(stage.catalogue)["admin_password"]
    bind = ("-x", "-H", "ldap://127.0.0.1", "-D", "cn=admin,dc=city,dc=example", "-w", password)
    person = "dn: uid=wang,ou=people,dc=city,dc=example\nobjectClass: inetOrgPerson\nuid: wang\ncn: Wang\nsn: Wang\n"

    def found(name: str) -> bool:
        words = ("ldapsearch", "-LLL", *bind, "-b", "dc=city,dc=example", f"uid={name}", "cn")
        return "cn: Wang" in host.ssh(*words, check=False).stdout

    stage.play("deploy_app", [app]).well()
    assert stage.play("deploy_app", [app]).well().changed == 0
    assert stage.answers(app) == []
    host.ssh("ldapadd", *bind, stdin=person)
    assert found("wang")
    nobody = ("ldapsearch", "-LLL", "-x", "-H", "ldap://127.0.0.1", "-b", "dc=city,dc=example")
    assert host.ssh(*nobody, check=False).returncode != 0

    old = stage.play("back_up_app", [app]).well().answer[app.code]["snapshot"]
    stage.play("upgrade_app", [app], version="1.1.0", previous_version="1.0.0").well()
    assert "sizelimit 500" in stage.sudo(host, "cat", "/etc/ldap/slapd.conf")
    stage.play("roll_back_app", [app], version="1.0.0", previous_version="1.1.0").well()

    stage.play("retire_app", [app], snapshot=old).well()
    assert stage.page(app)[0] == 0
    stage.play("deploy_app", [app]).well()
    assert not found("wang")
    stage.play("restore_app", [app], snapshot=old).well()
    assert found("wang")
    assert stage.answers(app) == []
    stage.play("retire_app", [app], retired_without_backup="a test ends").well()


def test_the_emergency_stack_through_its_life(stage: Stage, names: list[str]) -> None:
    parameters = {"title": "地震救灾", "content": "请到体育馆", "depots": ["一号库"]}
    app = App("emergency", "emquake", names[1], parameters=parameters)
    password = app.secrets(stage.catalogue)["admin_password"]
    stage.play("deploy_app", [app]).well()
    assert stage.play("deploy_app", [app]).well().changed == 0
    assert stage.answers(app) == []

    given = ("-d", "depot=一号库", "-d", "item=帐篷", "-d", "quantity=120")
    assert stage.page(app, "/", *given, "-d", "password=wrong")[0] == 403
    assert stage.page(app, "/", *given, "-d", f"password={password}")[0] == 303
    assert "帐篷" in stage.page(app)[1]

    saved = stage.play("back_up_app", [app]).well().answer[app.code]["snapshot"]
    stage.play("retire_app", [app], snapshot=saved).well()
    stage.play("deploy_app", [app]).well()
    assert "帐篷" not in stage.page(app)[1]
    stage.play("restore_app", [app], snapshot=saved).well()
    assert "帐篷" in stage.page(app)[1]
    stage.play("retire_app", [app], retired_without_backup="a test ends").well()
