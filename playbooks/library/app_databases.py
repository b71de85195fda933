"""The PostgreSQL databases of instances, many in one call: made, taken away, dumped and loaded.

Each has a role of its own name that owns it; nobody else may connect. A password is kept as a SCRAM verifier, which is
reckoned here: it goes to the server, and into its log, in no other form.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import pathlib
import shutil
import subprocess
from typing import Any

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: app_databases
short_description: The PostgreSQL databases of instances of applications
description: [A database and the role that owns it, of one name; C(load) fills another one first, then changes names.]
options:
  act: {description: "What to do.", type: str, choices: [present, absent, settings, dump, load], default: present}
  databases: {description: "name, password, connections, ... of each.", type: list, elements: dict, required: true}
author: [cloudctl]
"""
RETURN = r"""
names: {description: Databases that were changed., type: list, returned: always}
"""
ROUNDS = 4096
DUMP = ".dumps/postgresql.dump"


class Stop(Exception):
    """The server said no."""


class Broken(Stop):
    """What a backup holds is not what it should be."""


def run(*words: str, text: str | None = None) -> str:
    """A command as the server's own user."""
    done = subprocess.run(  # words of ours
        ["runuser", "-u", "postgres", "--", *words],  # the host's own
        input=text,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )
    if done.returncode:
        raise Stop(f"{words[0]}: {' '.join(done.stderr.split())[-1500:]}")
    return done.stdout


def psql(text: str, database: str = "postgres") -> list[str]:
    """What SQL answers, a line a row."""
    words = ["psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d", database]
    return run(*words, text=text).splitlines()


def name(word: str) -> str:
    """An SQL name."""
    return '"' + word.replace('"', '""') + '"'


def value(word: str) -> str:
    """An SQL text."""
    return "'" + str(word).replace("'", "''") + "'"


def verifier(password: str, salt: Any, rounds: int) -> str:
    """What the server keeps of a password (RFC 5803)."""
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, rounds)
    client = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    words = [base64.b64encode(part).decode() for part in (salt, client, server)]
    return f"SCRAM-SHA-256${rounds}:{words[0]}${words[1]}:{words[2]}"


def fits(kept: str, password: str) -> bool:
    """Whether what the server keeps is of this password."""
    try:
        _, rest = kept.split("$", 1)
        rounds, salt = rest.split("$", 1)[0].split(":")
        return kept == verifier(password, base64.b64decode(salt), int(rounds))
    except ValueError:
        return False


def there() -> tuple[dict[str, Any], dict[str, Any]]:
    """Roles with what is kept of them, databases with their extensions."""
    rows = psql(
        "SELECT json_build_object('role', rolname, 'kept', coalesce(rolpassword, ''), 'connections', rolconnlimit)"
        " FROM pg_authid; SELECT json_build_object('database', datname, 'acl', coalesce(datacl::text, ''))"
        " FROM pg_database;"
    )
    said = [json.loads(row) for row in rows]
    return (
        {row["role"]: row for row in said if "role" in row},
        {row["database"]: row for row in said if "database" in row},
    )


def present(wanted: dict[str, Any], roles: dict[str, Any], databases: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The statements that make a database as it is to be: (in postgres, in the database itself)."""
    word = wanted["name"]
    first, own = [], []
    role = roles.get(word)
    if role is None:
        first.append(f"CREATE ROLE {name(word)} LOGIN")
    if role is None or not fits(role["kept"], wanted["password"]):
        first.append(f"ALTER ROLE {name(word)} PASSWORD {value(verifier(wanted['password'], os.urandom(16), ROUNDS))}")
    if role is None or role["connections"] != wanted["connections"]:
        first.append(f"ALTER ROLE {name(word)} CONNECTION LIMIT {int(wanted['connections'])}")
    if word not in databases:
        first.append(f"CREATE DATABASE {name(word)} OWNER {name(word)} ENCODING 'UTF8' TEMPLATE template0")
        first.append(f"REVOKE ALL ON DATABASE {name(word)} FROM PUBLIC")
    known = psql("SELECT extname FROM pg_extension", word) if word in databases else []
    own.extend(f"CREATE EXTENSION {name(each)}" for each in wanted["extensions"] if each not in known)
    return first, own


def make(wanted: dict[str, Any], module: AnsibleModule) -> bool:
    """One database as it is to be; whether anything was changed."""
    roles, databases = there()
    first, own = present(wanted, roles, databases)
    if not module.check_mode:
        for statement in first:  # CREATE DATABASE stands alone
            psql(statement)
        if own:
            psql(";\n".join(own), wanted["name"])
    return bool(first or own)


def remove(wanted: dict[str, Any], module: AnsibleModule) -> bool:
    """No such database, no such role; whether there was one."""
    roles, databases = there()
    word = wanted["name"]
    if not module.check_mode:
        if word in databases:
            psql(f"DROP DATABASE {name(word)} WITH (FORCE)")
        if word in roles:
            psql(f"DROP ROLE {name(word)}")
    return word in roles or word in databases


def settings(wanted: dict[str, Any], module: AnsibleModule) -> bool:
    """What holds for the role's sessions; "" takes a setting back."""
    asked = (
        "SELECT unnest(setconfig) FROM pg_db_role_setting JOIN pg_roles ON oid = setrole"  # noqa: S608  # quoted below
        f" WHERE setdatabase = 0 AND rolname = {value(wanted['name'])}"
    )
    rows = psql(asked)
    kept = dict(row.split("=", 1) for row in rows)
    statements = [
        f"ALTER ROLE {name(wanted['name'])} " + (f"SET {key} = {value(word)}" if word else f"RESET {key}")
        for key, word in wanted["settings"].items()
        if kept.get(key, "") != word
    ]
    if not module.check_mode and statements:
        psql(";\n".join(statements))
    return bool(statements)


def dump(wanted: dict[str, Any], module: AnsibleModule) -> bool:
    """A dump beside the instance, which a backup takes along."""
    file = pathlib.Path(wanted["directory"]) / DUMP
    if not module.check_mode:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(file, "wb") as out:
            done = subprocess.run(  # as above
                ["runuser", "-u", "postgres", "--", "pg_dump", "-Fc", "-d", wanted["name"]],
                stdout=out,
                stderr=subprocess.PIPE,
                check=False,
                cwd="/",
            )
        if done.returncode:
            file.unlink()
            raise Stop(f"pg_dump of {wanted['name']}: {' '.join(done.stderr.decode().split())}")
    return True


def load(wanted: dict[str, Any], module: AnsibleModule) -> bool:
    """What the dump holds, in the place of what is there: as a whole, or not at all."""
    file = pathlib.Path(wanted["directory"]) / DUMP
    if not file.is_file():
        raise Broken(f"the snapshot holds no dump of the database {wanted['name']}")
    if module.check_mode:
        return True
    word, fresh = wanted["name"], f"{wanted['name']}_restored"
    psql(f"DROP DATABASE IF EXISTS {name(fresh)} WITH (FORCE)")
    psql(f"CREATE DATABASE {name(fresh)} OWNER {name(word)} ENCODING 'UTF8' TEMPLATE template0")
    try:
        with open(file, "rb") as held:
            done = subprocess.run(  # as above
                ["runuser", "-u", "postgres", "--", "pg_restore", "--exit-on-error", "--no-owner",
                 "--role", word, "-d", fresh],
                stdin=held,
                stderr=subprocess.PIPE,
                check=False,
                cwd="/",
            )  # fmt: skip
        if done.returncode:
            said = " ".join(done.stderr.decode().split())
            kind = Stop if "No space left" in said else Broken
            raise kind(f"pg_restore of {word}: {said}; the database is as it was")
    except Stop:
        psql(f"DROP DATABASE {name(fresh)} WITH (FORCE)")
        raise
    psql(f"REVOKE ALL ON DATABASE {name(fresh)} FROM PUBLIC")
    psql(f"DROP DATABASE IF EXISTS {name(word)} WITH (FORCE)")
    psql(f"ALTER DATABASE {name(fresh)} RENAME TO {name(word)}")
    shutil.rmtree(file.parent)
    return True


def main() -> None:
    """The module."""
    options = {
        "name": {"type": "str", "required": True},
        "password": {"type": "str", "no_log": True, "default": ""},
        "connections": {"type": "int", "default": -1},
        "extensions": {"type": "list", "elements": "str", "default": []},
        "directory": {"type": "path", "default": ""},
        "settings": {"type": "dict", "default": {}},
    }
    module = AnsibleModule(
        argument_spec={
            "act": {"choices": ["present", "absent", "settings", "dump", "load"], "default": "present"},
            "databases": {"type": "list", "elements": "dict", "options": options, "required": True},
        },
        supports_check_mode=True,
    )
    names = [wanted["name"] for wanted in module.params["databases"]]
    absent = module.params["act"] == "absent"
    if (module.check_mode or absent) and shutil.which("psql") is None:
        module.exit_json(changed=not absent, names=[] if absent else names)
    act = {"present": make, "absent": remove, "settings": settings, "dump": dump, "load": load}[module.params["act"]]
    try:
        changed = [wanted["name"] for wanted in module.params["databases"] if act(wanted, module)]
    except Stop as stop:
        module.fail_json(msg=str(stop), broken=isinstance(stop, Broken))
    module.exit_json(changed=bool(changed), names=changed)


if __name__ == "__main__":
    main()
