"""What the playbooks of applications reckon on the platform: whose instances a host carries, and what is refused.

Plain functions of plain data: `tests/unit/hosting/test_app_filters.py` asks them without a host.
"""

from __future__ import annotations

import base64
import hashlib
import pathlib
from collections.abc import Iterator
from typing import Any

import yaml

HOME = "/srv/apps"
TRIED = ("debian-12",)
FREE_MIB = 48
"""What has to be free for each instance that is new to a host."""
PACKAGES = "Install the packages"
"""The task that may leave something behind before an act has begun."""
DEFAULTS = {
    "previous_version": "",
    "department": "",
    "department_title": "",
    "parameters": {},
    "quota_mib": 1024,
    "memory_mib": 96,
    "certificate": "",
    "networks": [],
    "snapshot": "",
    "repository": "",
    "retired_without_backup": "",
    "hosts": [],
    "forget": [],
    "verify": False,
}
DOING = {
    "deploy_app": "deploying",
    "upgrade_app": "upgrading",
    "roll_back_app": "rolling_back",
    "back_up_app": "backing_up",
    "restore_app": "restoring",
    "forget_backups": "forgetting",
    "retire_app": "retiring",
}


def app_blueprint(path: str) -> dict[str, Any]:
    """A blueprint's document; raises ValueError where there is none."""
    file = pathlib.Path(path)
    if not file.is_file():
        raise ValueError(f"there is no blueprint {file.parent.name} in {file.parent.parent}")
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    packages = [package for component in document["components"] for package in component["packages"]]
    return {
        "name": document["name"],
        "packages": packages,
        "needs": document.get("needs", []),
        "apt_environment": document.get("apt_environment", {}),
        "backup": {"databases": [], **document["backup"]},
        "releases": {each["version"]: each.get("upgrades_from", []) for each in document["releases"]},
    }


def app_backup_entries(
    apps: list[dict[str, Any]],
    documents: list[dict[str, Any]],
    secrets: dict[str, Any] | None = None,
    look: dict[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """The instances as the module app_backups takes them; a first backup is one that the host knows no other of."""
    known = {document["name"]: document for document in documents}
    entries = []
    for app in apps:
        own = (secrets or {}).get(app["code"], {})
        document = known[app["blueprint"]]
        entries.append(
            {
                key: app[key]
                for key in ("code", "instance", "blueprint", "version", "directory", "repository", "snapshot")
            }
            | {
                "paths": document["backup"]["paths"],
                "restores": document["releases"].get(app["version"], []),
                "forget": app.get("forget", []),
                "verify": app.get("verify", False),
                "first": (look or {}).get("apps", {}).get(app["instance"], {}).get("repository") != app["repository"],
                "password": own.get("restic_password", ""),
                "environment": own.get("restic_environment", {}),
            }
        )
    return entries


def app_with_database(apps: list[dict[str, Any]], documents: list[dict[str, Any]], engine: str) -> list[dict[str, Any]]:
    """The instances whose backups hold a dump of a database of this engine."""
    holders = {document["name"] for document in documents if engine in document["backup"]["databases"]}
    return [app for app in apps if app["blueprint"] in holders]


def app_restored(apps: list[dict[str, Any]], fetched: dict[str, Any]) -> list[dict[str, Any]]:
    """The instances as they come back: with the release of their snapshot as the one before."""
    return [
        app | {"previous_version": fetched[app["instance"]]["version"]} for app in apps if app["instance"] in fetched
    ]


def app_reason(result: dict[str, Any]) -> str:
    """What a failed task said, in one line; of a loop, what its failed turns said."""
    turns = [turn for turn in result.get("results", []) if turn.get("failed")]
    if turns:
        return "; ".join(dict.fromkeys(app_reason(turn) for turn in turns))
    words = [result.get("msg", ""), result.get("stderr", "") if result.get("rc") else ""]
    return ": ".join(word.strip() for word in words if word.strip()) or "it gave no reason"


def app_instances(apps: list[dict[str, Any]], host: str, secrets: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """The instances that a host carries, with every key; raises ValueError for a name that cannot be one."""
    mine = [dict(DEFAULTS, **app) for app in apps if not app.get("hosts") or host in app["hosts"]]
    for app in mine:
        app.setdefault("directory", f"{HOME}/{app['instance']}")
        app["certificate_key"] = bool((secrets or {}).get(app["code"], {}).get("certificate_key"))
        if app["certificate"] and not app["certificate_key"]:
            raise ValueError(f"{app['code']}: there is a certificate, but no certificate_key in app_secrets")
    return mine


def app_balanced(apps: list[dict[str, Any]], host: str, secrets: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """The instances that a balancer serves; `encrypted` by TLS, and `verified` the hosts behind it."""
    known = {"check_path": "/", "check_status": 200, "root_certificate": ""}
    mine = app_instances([known | app for app in apps], host, secrets)
    for app in mine:
        app["encrypted"] = bool(app["certificate"] and app["backends"])
        app["verified"] = bool(app["root_certificate"] and app["encrypted"])
    return mine


def app_refusals(
    apps: list[dict[str, Any]], act: str, look: dict[str, Any], secrets: dict[str, Any] | None = None
) -> list[str]:
    """Why nothing can be begun: one sentence each; [] when everything is in order."""
    found = []
    if look["system"] not in TRIED:
        found.append(f"blueprints are for {', '.join(TRIED)}, and this is {look['system']}")
    fresh = [app for app in apps if app["instance"] not in look["apps"]]
    if act == "deploy_app" and fresh and look["free_mib"] < FREE_MIB * len(fresh):
        found.append(
            f"{look['free_mib']} MiB are free below {HOME}, and {len(fresh)} new instances need"
            f" {FREE_MIB * len(fresh)} MiB: make room or take another host"
        )
    for app in apps:
        found.extend(_refusals(app, act, look["apps"].get(app["instance"]), (secrets or {}).get(app["code"], {})))
    return found


def _refusals(
    app: dict[str, Any], act: str, known: dict[str, Any] | None, secrets: dict[str, Any] | None
) -> Iterator[str]:
    code, instance = app["code"], app["instance"]
    if known and known["code"] != code:
        yield f"{code}: the instance {instance} belongs to {known['code']}: choose another name"
        return
    if not known:
        if act not in ("deploy_app", "retire_app", "forget_backups"):
            yield f"{code}: it is not on this host: deploy_app first"
        return
    has, wants, before = known["version"], app["version"], app["previous_version"]
    if act == "deploy_app" and has not in (wants, before):
        yield f"{code}: it has release {has}, not {wants}: upgrade_app changes it"
    if act in ("upgrade_app", "roll_back_app") and has not in (wants, before):
        yield f"{code}: it has release {has}, not {before}: name what it has as previous_version"
    if act in ("back_up_app", "restore_app") and not (app["repository"] and secrets.get("restic_password")):
        yield f"{code}: name the repository and its restic_password"
    if act == "restore_app" and not app["snapshot"]:
        yield f"{code}: name the snapshot to restore, or latest"
    if act == "retire_app" and not (app["snapshot"] or app["retired_without_backup"]):
        yield f"{code}: name the snapshot of its last backup, or why it goes without one"


def app_entries(
    apps: list[dict[str, Any]], state: str, act: str = "", look: dict[str, Any] | None = None, message: str = ""
) -> list[dict[str, Any]]:
    """What the host is to say of its instances: running ones stay so while they are deployed again."""
    entries = []
    for app in apps:
        known = (look or {}).get("apps", {}).get(app["instance"], {})
        version = app["version"] if state == "running" or not known else known["version"]
        entries.append(
            {
                "instance": app["instance"],
                "code": app["code"],
                "blueprint": app["blueprint"],
                "version": version,
                "quota_mib": app["quota_mib"],
                "repository": app["repository"]
                if act in ("back_up_app", "restore_app") and state == "running"
                else known.get("repository", ""),
                "directory": app["directory"],
                "state": "running" if (state, act) == ("failed", "back_up_app") else state,
                "act": act if state != "running" else "",
                "message": message,
            }
        )
    return entries


def app_doing(apps: list[dict[str, Any]], act: str, look: dict[str, Any]) -> list[dict[str, Any]]:
    """What is written before an act: nothing for what runs already as it is to be."""
    steady = ("deploy_app", "upgrade_app", "roll_back_app")
    begun = [app for app in apps if act not in steady or not _stands(app, look)]
    if act == "retire_app":
        begun = [app for app in begun if app["instance"] in look["apps"]]
    return app_entries(begun, DOING[act], act, look=look)


def _stands(app: dict[str, Any], look: dict[str, Any]) -> bool:
    known = look["apps"].get(app["instance"], {})
    return (known.get("state"), known.get("version")) == ("running", app["version"])


def app_answer(
    apps: list[dict[str, Any]],
    state: str,
    more: dict[str, Any] | None = None,
    message: str = "",
    *,
    broken: bool = False,
    stopped: dict[str, str] | None = None,
) -> dict[str, Any]:
    """What the platform is told, by the code of each application; `broken`: it is the fault of the backup.

    `stopped` is the message in its parts, which the platform says in its people's languages.
    """
    said = {}
    for app in apps:
        extra = dict((more or {}).get(app["instance"], {}))
        if "version" in extra:
            extra["restored_version"] = extra.pop("version")
        said[app["code"]] = {**extra, "state": state, "version": app.get("version", ""), "address": app["address"]}
        if message:
            said[app["code"]]["message"] = message
        if stopped:
            said[app["code"]]["stopped"] = stopped
        if broken:
            said[app["code"]]["backup"] = "broken"
    return {"apps": said}


STOPPED = {
    "untouched": "Nothing was changed: {reason}. ({act}, {codes})",
    "packages": "No application was changed; packages may be there in part: {reason}. ({act}, {codes})",
    "as_before": "{act} stopped at «{task}»: {reason}. There is no new backup; these run as before: {codes}.",
    "half_done": "{act} stopped at «{task}»: {reason}. Half done: {codes}. Repeat {act} when the cause is mended.",
}
"""The one message of a run that failed; the platform has the same sentences by the same names."""


def app_stop(act: str, apps: list[dict[str, Any]], task: str, reason: Any, begun: Any) -> dict[str, str]:
    """How a run that failed stopped, where and why."""
    how = "half_done" if begun else "packages" if task == PACKAGES else "untouched"
    if begun and act == "back_up_app":
        how = "as_before"
    reason = " ".join(str(reason).split()).rstrip(".")
    return {"how": how, "act": act, "task": task, "reason": reason, "codes": ", ".join(app["code"] for app in apps)}


def app_stopped(stop: dict[str, str]) -> str:
    """That in one message."""
    return STOPPED[stop["how"]].format(**stop)


def app_accounts(apps: list[dict[str, Any]]) -> list[dict[str, str]]:
    """The unix accounts of instances, as `app_accounts` takes them."""
    return [{"name": app["instance"], "home": app["directory"]} for app in apps]


def app_databases(apps: list[dict[str, Any]], secrets: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """The PostgreSQL databases of instances, as `app_databases` takes them."""
    return [
        {
            "name": app["instance"],
            "password": (secrets or {}).get(app["code"], {}).get("database_password", ""),
            "connections": app["parameters"].get("connections", 20),
            "extensions": app["parameters"].get("extensions", []),
            "directory": app["directory"],
        }
        for app in apps
    ]


def app_database_settings(apps: list[dict[str, Any]], settings: dict[str, Any]) -> list[dict[str, Any]]:
    """What a release sets for the roles of its instances: of all that is known what it has, the rest is taken back."""
    known = {key: "" for each in settings.values() for key in each}
    said = []
    for app in apps:
        mine = [each for since, each in settings.items() if _numbers(app["version"]) >= _numbers(since)]
        said.append(
            {
                "name": app["instance"],
                "settings": {key: value for each in [known, *mine] for key, value in each.items()},
            }
        )
    return said


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def php(text: str) -> str:
    """A text as PHP reads it between single quotes."""
    escaped = str(text).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def pbkdf2(password: str, salt: Any) -> str:
    """A password as DokuWiki and Django keep it; the salt is twelve characters of a digest of `salt`."""
    short = hashlib.sha256(f"salt {salt}".encode()).hexdigest()[:12]
    digest = hashlib.pbkdf2_hmac("sha256", str(password).encode(), short.encode(), 24000)
    return f"pbkdf2_sha256$24000${short}${base64.b64encode(digest).decode()}"


def ssha(password: str, salt: Any) -> str:
    """A password as OpenLDAP keeps it; the salt is eight bytes of a digest of `salt` and the password."""
    short = hashlib.sha256(f"salt {salt} {password}".encode()).digest()[:8]
    digest = hashlib.sha1(str(password).encode() + short).digest()  # noqa: S324  # what slapd knows without a module
    return "{SSHA}" + base64.b64encode(digest + short).decode()


class FilterModule:
    """Ansible's way in."""

    def filters(self) -> dict[str, Any]:
        """By name."""
        return {
            "app_backup_entries": app_backup_entries,
            "app_balanced": app_balanced,
            "app_blueprint": app_blueprint,
            "app_instances": app_instances,
            "app_reason": app_reason,
            "app_refusals": app_refusals,
            "app_entries": app_entries,
            "app_database_settings": app_database_settings,
            "app_databases": app_databases,
            "app_doing": app_doing,
            "app_accounts": app_accounts,
            "app_answer": app_answer,
            "app_stop": app_stop,
            "app_stopped": app_stopped,
            "app_with_database": app_with_database,
            "app_restored": app_restored,
            "pbkdf2": pbkdf2,
            "php": php,
            "ssha": ssha,
        }
