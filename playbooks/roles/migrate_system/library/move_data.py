#!/usr/bin/python
"""Copies folders and PostgreSQL databases from an old server to this one, and compares both by count and checksum."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import subprocess
import tempfile
from typing import Any

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: move_data
short_description: Copies folders and databases from an old server, and compares
description:
  - Everything runs on the new server, which pulls over ssh with a key made for the time.
  - Data that are the same on both sides already are not copied again.
author: cloudctl
options:
  remote:
    description: The ssh command that reaches the old server as its administrator, in words.
    type: list
    elements: str
    required: true
  as_root:
    description: The words before a command on the old server that make it root's, C(sudo -n) or none.
    type: list
    elements: str
    default: []
  files:
    description: C(path) on the old server, C(to) here, C(exclude).
    type: list
    elements: dict
    default: []
  databases:
    description: C(name) on the old server, C(to) here.
    type: list
    elements: dict
    default: []
  scratch:
    description: The copies are for comparison; databases come without owners and rights.
    type: bool
    default: true
"""

EXAMPLES = r"""
- name: Rehearse
  move_data:
    remote: [ssh, -F, /run/key/config, source]
    files: [{path: /srv/site, to: /var/lib/cloudctl/rehearsals/site/files/srv/site}]
"""

RETURN = r"""
copies:
  description: By folder and database, what both sides count, and whether they agree.
  returned: always
  type: list
"""

# Which files there are, with size, mode, owner and checksum; times are no content.
LISTING = r"""
import hashlib, json, os, stat, pwd, grp, fnmatch, sys
top, exclude = sys.argv[1], sys.argv[2:]
count = size = 0
total = hashlib.sha256()
def name(table, number):
    try:
        return table(number)[0]
    except KeyError:
        return str(number)
if not os.path.isdir(top):
    sys.exit("there is no folder " + top)
for folder, folders, names in os.walk(top):
    folders[:] = sorted(one for one in folders if not any(fnmatch.fnmatch(one, rule) for rule in exclude))
    for one in sorted(folders) + sorted(names):
        if any(fnmatch.fnmatch(one, rule) for rule in exclude):
            continue
        path = os.path.join(folder, one)
        told = os.lstat(path)
        if stat.S_ISLNK(told.st_mode):
            content = os.readlink(path)
        elif stat.S_ISREG(told.st_mode):
            digest = hashlib.sha256()
            with open(path, "rb") as file:
                for part in iter(lambda: file.read(1 << 20), b""):
                    digest.update(part)
            content = digest.hexdigest()
            count, size = count + 1, size + told.st_size
        else:
            content = ""
        owner, group = name(pwd.getpwuid, told.st_uid), name(grp.getgrgid, told.st_gid)
        line = [os.path.relpath(path, top), oct(told.st_mode), owner, group, content]
        total.update((json.dumps(line) + "\n").encode())
print(json.dumps({"count": count, "bytes": size, "checksum": total.hexdigest()}))
"""
# Of each table its rows and a checksum over them in an order of its own; of each sequence where it stands.
TABLES = """
SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET extra_float_digits = 3;
SELECT format('%s.%s', table_schema, table_name), (xpath('//c/text()', query_to_xml(format(
  'SELECT count(*) || '':'' || md5(coalesce(string_agg(h, '''' ORDER BY h COLLATE "C"), '''')) AS c
   FROM (SELECT md5(t::text) AS h FROM %I.%I AS t) AS rows', table_schema, table_name), false, true, '')))[1]::text
FROM information_schema.tables
WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
UNION ALL SELECT format('%s.%s', schemaname, sequencename), coalesce(last_value::text, '-') FROM pg_sequences
ORDER BY 1;
"""
SIZE = "SELECT pg_database_size(current_database());"


class Failed(Exception):
    """A command went wrong; its text is the command's own words."""


class Sides:
    """Both servers."""

    def __init__(self, remote: list[str], as_root: list[str]) -> None:
        self.remote, self._as_root = remote, as_root

    def there(self, *words: str, stdin: str | None = None) -> str:
        """What a command on the old server prints."""
        return said(*self.remote, shlex.join([*self._as_root, *words]), stdin=stdin)

    def psql(self, database: str, sql: str, *, old: bool) -> str:
        """The answer of a database, columns apart by a bar."""
        words = ["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-d", database]
        if old:
            return said(*self.remote, shlex.join(self.as_postgres(words)), stdin=sql)
        return said("runuser", "-u", "postgres", "--", *words, stdin=sql)

    def as_postgres(self, words: list[str]) -> list[str]:
        """The words of a command on the old server as its database's administrator."""
        return [*self._as_root, "runuser", "-u", "postgres", "--", *words]

    def pipe(self, words: list[str], sink: list[str]) -> None:
        """Runs a command on the old server, and feeds what it prints to one here."""
        with tempfile.TemporaryFile() as words_of_sink:
            source = subprocess.Popen([*self.remote, shlex.join(words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            done = subprocess.run(
                sink, stdin=source.stdout, stdout=subprocess.DEVNULL, stderr=words_of_sink, check=False
            )
            if source.stdout:
                source.stdout.close()
            error = source.stderr.read().decode(errors="replace") if source.stderr else ""
            words_of_sink.seek(0)
            if source.wait() or done.returncode:
                raise Failed((error + words_of_sink.read().decode(errors="replace")).strip()[-2000:])

    def rsync(self, path: str, to: str, exclude: list[str]) -> bool:
        """Makes a folder here like the one there; whether anything was different."""
        os.makedirs(to, exist_ok=True)
        own = ["-e", shlex.join(self.remote[:-1]), "--rsync-path", shlex.join([*self._as_root, "rsync"])]
        rules = [f"--exclude={rule}" for rule in exclude]
        return bool(
            said("rsync", "-aH", "--delete", "-i", *own, *rules, f"{self.remote[-1]}:{path}/", f"{to}/").strip()
        )


def said(*command: str, stdin: str | None = None) -> str:
    """What a command prints; raises Failed with its own words."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, input=stdin, cwd="/")
    except FileNotFoundError as error:
        raise Failed(f"there is no program {command[0]}") from error
    if done.returncode:
        raise Failed(f"{command[0]}: {(done.stderr or done.stdout).strip()[-2000:]}")
    return done.stdout


def listed(sides: Sides | None, path: str, exclude: list[str]) -> dict[str, Any]:
    """A folder in figures, here (no sides) or on the old server."""
    words = ["python3", "-", path, *exclude]
    return json.loads(sides.there(*words, stdin=LISTING) if sides else said(*words, stdin=LISTING))


def counted(text: str) -> dict[str, Any]:
    r"""A database in figures.

    >>> counted("public.a|2:x\\npublic.a_id_seq|7\\n")["count"], counted("")["tables"]
    (2, 0)
    """
    rows = dict(line.split("|", 1) for line in text.splitlines() if "|" in line)
    return {
        "tables": sum(":" in value for value in rows.values()),
        "count": sum(int(value.split(":")[0]) for value in rows.values() if ":" in value),
        "checksum": hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest(),
    }


def copy_files(sides: Sides, one: dict[str, Any], *, check: bool) -> dict[str, Any]:
    """One folder."""
    exclude = one.get("exclude") or []
    there = listed(sides, one["path"], exclude)
    if check:
        return {"what": one["path"], "to": one["to"], "there": there, "changed": True, "agrees": None}
    changed = sides.rsync(one["path"], one["to"], exclude)
    here = listed(None, one["to"], exclude)
    return {
        "what": one["path"],
        "to": one["to"],
        "there": there,
        "here": here,
        "changed": changed,
        "agrees": here == there,
    }


def copy_database(sides: Sides, one: dict[str, Any], *, check: bool, scratch: bool) -> dict[str, Any]:
    """One database; what is here under the name already is replaced, unless it is the same."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_$]*", one["to"]):
        raise Failed(f"{one['to']} is no name of a database")
    told = {"what": f"database {one['name']}", "to": one["to"]}
    there = counted(sides.psql(one["name"], TABLES, old=True))
    if check:
        size = int(sides.psql(one["name"], SIZE, old=True))
        return {**told, "there": {**there, "bytes": size}, "changed": True, "agrees": None}
    known = one["to"] in sides.psql("postgres", "SELECT datname FROM pg_database;", old=False).split()
    if known and counted(sides.psql(one["to"], TABLES, old=False)) == there:
        return {**told, "there": there, "here": there, "changed": False, "agrees": True}
    owner = sides.psql(
        one["name"], "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database();", old=True
    ).strip()  # fmt: skip
    if not scratch:
        copy_owner(sides, owner)
    if known:
        sides.psql("postgres", f'DROP DATABASE "{one["to"]}" WITH (FORCE);', old=False)
    owned = "" if scratch else f' OWNER "{owner}"'
    sides.psql("postgres", f'CREATE DATABASE "{one["to"]}"{owned} TEMPLATE template0;', old=False)
    bare = ["--no-owner", "--no-privileges"] if scratch else []
    sink = ["runuser", "-u", "postgres", "--", "pg_restore", "--exit-on-error", *bare, "-d", one["to"]]
    sides.pipe(sides.as_postgres(["pg_dump", "-Fc", one["name"]]), sink)
    here = counted(sides.psql(one["to"], TABLES, old=False))
    return {**told, "there": there, "here": here, "changed": True, "agrees": here == there}


def copy_owner(sides: Sides, owner: str) -> None:
    """The role that owns a database, with its password's hash, where there is none of the name here."""
    if owner in sides.psql("postgres", "SELECT rolname FROM pg_roles;", old=False).split():
        return
    roles = said(*sides.remote, shlex.join(sides.as_postgres(["pg_dumpall", "--roles-only"])))
    rule = re.compile(rf'^(CREATE|ALTER) ROLE "?{re.escape(owner)}"?[ ;].*$', re.MULTILINE)
    sides.psql("postgres", "\n".join(found[0] for found in rule.finditer(roles)), old=False)


def main() -> None:
    """Ansible's entry."""
    module = AnsibleModule(
        argument_spec={
            "remote": {"type": "list", "elements": "str", "required": True},
            "as_root": {"type": "list", "elements": "str", "default": []},
            "files": {"type": "list", "elements": "dict", "default": []},
            "databases": {"type": "list", "elements": "dict", "default": []},
            "scratch": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    given, check = module.params, module.check_mode
    sides, copies = Sides(given["remote"], given["as_root"]), []
    try:
        copies += [copy_files(sides, one, check=check) for one in given["files"]]
        copies += [copy_database(sides, one, check=check, scratch=given["scratch"]) for one in given["databases"]]
    except Failed as error:
        module.fail_json(msg=str(error), copies=copies)
    module.exit_json(changed=any(one["changed"] for one in copies), copies=copies)


if __name__ == "__main__":
    main()
