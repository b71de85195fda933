"""Backups of instances with restic, many in one call: saved, told, brought beside an instance, put in its place."""

from __future__ import annotations

import json
import os
import pathlib
import pwd
import shutil
import subprocess
from typing import Any

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: app_backups
short_description: Backups of instances of applications with restic
description:
  - C(save) backs the paths of each instance up and checks the repository; C(fetch) brings a snapshot beside the
    instance, without touching it; C(place) puts what was fetched in place; C(prove) says whether a snapshot is there;
    C(forget) takes snapshots out of the store, and says which were not there.
options:
  act: {description: "What to do.", type: str, choices: [save, fetch, place, prove, forget], required: true}
  apps: {description: "The instances.", type: list, elements: dict, required: true}
author: [cloudctl]
"""
RETURN = r"""
apps: {description: "What came of each, by its instance.", type: dict, returned: success}
broken: {description: "It is the fault of the backup, not of the host or the store.", type: bool, returned: failure}
"""
STATIC = 100  # below it numbers of accounts are Debian's own
ANSWER_S = 60  # a store that says nothing for so long is taken for gone
STAGE, DUMPS, ASIDE = ".restore", ".dumps", ".before-restore"


class Stop(Exception):
    """It cannot go on; said as it stands."""


class Broken(Stop):
    """The store answers, and what it has of the backup is not what it should be."""


class Repository:
    """A restic repository of one instance."""

    def __init__(self, app: dict[str, Any]) -> None:
        self.app = app
        self.place = app["repository"]
        given = {key: str(value) for key, value in (app["environment"] or {}).items()}
        self.environment = {
            **os.environ,
            "HOME": "/root",
            "RESTIC_REPOSITORY": self.place,
            "RESTIC_PASSWORD": app["password"],
            "RESTIC_CACHE_DIR": "/var/cache/restic",
            **given,
        }

    def run(self, *words: str, cwd: Any = None, patience: float | None = None) -> str:
        """A restic command's standard output; raises Stop with what it said."""
        try:
            done = subprocess.run(  # restic, with words of ours
                ["restic", *words],  # the host's own
                env=self.environment,
                cwd=cwd,
                capture_output=True,
                text=True,
                check=False,
                timeout=patience,
            )
        except subprocess.TimeoutExpired as error:
            raise Stop(f"{self.app['code']}: the backup store {self.place} does not answer") from error
        except FileNotFoundError as error:
            raise Stop(f"{self.app['code']}: restic is not installed on this host") from error
        if done.returncode:
            said = " ".join((done.stderr or done.stdout).split())[-1500:]
            raise Stop(f"{self.app['code']}: restic {words[0]} in {self.place}: {said}")
        return done.stdout

    def open(self, *, first: bool) -> None:
        """Sees that the repository is there; makes it where this is the instance's `first` backup."""
        local = self.place.startswith("/")
        if local and not os.path.isdir(os.path.dirname(self.place)):
            raise Stop(f"{self.app['code']}: the backup store {os.path.dirname(self.place)} is not there")
        try:
            self.run("cat", "config", "--no-lock", patience=ANSWER_S)
        except Stop as stop:
            absent = any(words in str(stop) for words in ("does not exist", "no such file or directory"))
            if not absent:
                raise
            if not first:
                raise Broken(
                    f"{self.app['code']}: the repository {self.place} has gone, with the backups that were in it"
                ) from stop
            self.run("init", patience=ANSWER_S)

    def snapshot(self, name: str) -> dict[str, Any]:
        """A snapshot of this instance: its id, and what its tags say; raises Stop where there is none."""
        words = [name] if name != "latest" else ["--latest", "1"]
        found = json.loads(
            self.run("snapshots", "--json", "--no-lock", "--tag", f"code:{self.app['code']}", *words, patience=ANSWER_S)
        )
        if not found:
            raise Broken(f"{self.app['code']}: {self.place} has no snapshot {name} of it")
        tags = dict(tag.split(":", 1) for tag in found[-1]["tags"])
        return {"snapshot": found[-1]["id"], "made_at": found[-1]["time"], **tags}


def save(app: dict[str, Any]) -> dict[str, Any]:
    """Backs up, checks, forgets what is to be forgotten."""
    repository = Repository(app)
    repository.open(first=app["first"])
    top = pathlib.Path(app["directory"])
    paths = [path for path in (*app["paths"], DUMPS) if (top / path).exists()]
    tags = {"code": app["code"], "blueprint": app["blueprint"], "version": app["version"]}
    words = [word for key, value in tags.items() for word in ("--tag", f"{key}:{value}")]
    lines = repository.run("backup", "--json", "--host", app["instance"], *words, *paths, cwd=top).splitlines()
    summary = next(line for line in map(json.loads, reversed(lines)) if line["message_type"] == "summary")
    repository.run("check")
    if app["forget"]:
        repository.run("forget", "--prune", *app["forget"])
    shutil.rmtree(top / DUMPS, ignore_errors=True)
    return {
        "snapshot": repository.snapshot(summary["snapshot_id"])["snapshot"],
        "repository": app["repository"],
        "size_bytes": summary["total_bytes_processed"],
        "files": summary["total_files_processed"],
    }


def prove(app: dict[str, Any]) -> dict[str, Any]:
    """The snapshot, if it is there."""
    repository = Repository(app)
    repository.open(first=False)
    return repository.snapshot(app["snapshot"])


def forget(app: dict[str, Any]) -> dict[str, Any]:
    """Takes snapshots out of the store, with what only they held."""
    repository = Repository(app)
    repository.open(first=False)
    tag = f"code:{app['code']}"
    there = {each["id"] for each in json.loads(repository.run("snapshots", "--json", "--no-lock", "--tag", tag))}
    found = [snapshot for snapshot in app["forget"] if snapshot in there]
    if found:
        repository.run("forget", "--prune", *found)
    return {"forgotten": found, "missing": [snapshot for snapshot in app["forget"] if snapshot not in there]}


def fetch(app: dict[str, Any]) -> dict[str, Any]:
    """Brings the snapshot beside the instance; the instance stays as it is."""
    found = prove(app)
    if found["blueprint"] != app["blueprint"]:
        raise Stop(f"{app['code']}: the snapshot is of {found['blueprint']}, not of {app['blueprint']}")
    if found["version"] not in (app["version"], *app["restores"]):
        raise Stop(
            f"{app['code']}: the snapshot is of release {found['version']}, which release {app['version']} cannot take:"
            f" restore it into {found['version']}, then upgrade"
        )
    stage = pathlib.Path(app["directory"]) / STAGE
    shutil.rmtree(stage, ignore_errors=True)
    try:
        words = ["--verify"] if app["verify"] else []
        Repository(app).run("restore", found["snapshot"], "--target", str(stage), *words)
    except Stop as stop:
        left = os.statvfs(app["directory"])
        shutil.rmtree(stage, ignore_errors=True)
        if not left.f_bavail:
            raise Stop(f"{app['code']}: no space left in {app['directory']} for what is to be restored") from None
        Repository(app).open(first=False)  # a store that has gone meanwhile says so
        raise Broken(str(stop)) from None
    return found


def owner(instance: str) -> tuple[int, int]:
    """Whose files an instance's are: its own account's, or root's where its server has one account for all."""
    try:
        account = pwd.getpwnam(instance)
    except KeyError:
        return 0, 0
    return account.pw_uid, account.pw_gid


def whose(there: Any, uid: int, gid: int) -> tuple[int, int]:
    """Numbers of accounts differ from host to host; those of Debian itself (root, www-data) are the same on all."""
    return (there.st_uid if there.st_uid < STATIC else uid), (there.st_gid if there.st_gid < STATIC else gid)


def place(app: dict[str, Any]) -> dict[str, Any]:
    """Puts what was fetched in the place of what is there, which lies aside until the next restore."""
    top = pathlib.Path(app["directory"])
    stage, aside = top / STAGE, top / ASIDE
    if not stage.is_dir():
        raise Stop(f"{app['code']}: nothing was fetched")
    uid, gid = owner(app["instance"])
    for folder, folders, files in os.walk(stage):
        for name in (*folders, *files):
            path = os.path.join(folder, name)
            os.chown(path, *whose(os.lstat(path), uid, gid), follow_symlinks=False)
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o700)
    for path in (*app["paths"], DUMPS):
        if (top / path).exists():
            (aside / path).parent.mkdir(parents=True, exist_ok=True)
            os.rename(top / path, aside / path)
        if (stage / path).exists():
            os.rename(stage / path, top / path)
    shutil.rmtree(stage)
    return {}


def main() -> None:
    """The module."""
    options = {
        "code": {"type": "str", "required": True},
        "instance": {"type": "str", "required": True},
        "blueprint": {"type": "str", "required": True},
        "version": {"type": "str", "required": True},
        "directory": {"type": "path", "required": True},
        "paths": {"type": "list", "elements": "str", "default": []},
        "restores": {"type": "list", "elements": "str", "default": []},
        "forget": {"type": "list", "elements": "str", "default": []},
        "first": {"type": "bool", "default": False},
        "verify": {"type": "bool", "default": False},
        "snapshot": {"type": "str", "default": ""},
        "repository": {"type": "str", "default": ""},
        "password": {"type": "str", "no_log": True, "default": ""},
        "environment": {"type": "dict", "no_log": True, "default": {}},
    }
    module = AnsibleModule(
        argument_spec={
            "act": {"choices": ["save", "fetch", "place", "prove", "forget"], "required": True},
            "apps": {"type": "list", "elements": "dict", "options": options, "required": True},
        },
        supports_check_mode=True,
    )
    acts = {"save": save, "fetch": fetch, "place": place, "prove": prove, "forget": forget}
    act = acts[module.params["act"]]
    if module.check_mode and act in (save, fetch, place, forget):
        module.exit_json(changed=True, apps={})
    try:
        came = {app["instance"]: act(app) for app in module.params["apps"]}
    except (Stop, OSError) as error:
        module.fail_json(msg=str(error), broken=isinstance(error, Broken))
    module.exit_json(changed=act in (save, place, forget), apps=came)


if __name__ == "__main__":
    main()
