"""What the playbooks of applications do to hosts that are not there: to the state that tests.stand_in keeps of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def done(state: dict[str, Any], standing: dict[str, Any], playbook: str, app: dict[str, Any]) -> dict[str, Any]:
    """To one host, and what `standing` there; answers what the playbook says of that."""
    name, repository = app["instance"], app.get("repository", "")
    if playbook == "balance_app":
        standing.pop(name, None)
        if app["backends"]:
            assert not standing or all("backends" in one for one in standing.values()), "the ports are taken"
            assert app["root_certificate"] or not app["certificate"]
            drained = [backend["name"] for backend in app["backends"] if backend.get("drained")]
            names = [backend["name"] for backend in app["backends"]]
            told = {"code": app["code"], "address": app["address"], "backends": names, "drained": drained}
            standing[name] = told
            return {"backends": {one: _rotation(state, told, one) for one in names}}
        return {}
    if playbook == "forget_backups":
        gone = [state["store"].pop(snapshot, None) for snapshot in app["forget"]]
        assert all(kept is None or kept["repository"] == repository for kept in gone)
        return {"forgotten": app["forget"]}
    if playbook == "retire_app":
        assert app.get("snapshot") or app.get("retired_without_backup"), "nothing is taken down without saying why"
        standing.pop(name, None)
        return {}
    if playbook == "back_up_app":
        state["saved"] = state.get("saved", 0) + 1
        snapshot = f"snap-{state['saved']}"
        state["store"][snapshot] = {"repository": repository, "opens": app["opens"], **standing[name]}
        return {"snapshot": snapshot, "size_bytes": 4096}
    if playbook == "restore_app":
        kept = state["store"][app["snapshot"]]
        assert (kept["repository"], kept["opens"]) == (repository, app["opens"])
        standing[name]["content"] = kept["content"]
        return {"snapshot": app["snapshot"]}
    instance = standing.setdefault(name, {"content": "first"})
    instance |= {key: app[key] for key in ("code", "address", "version", "certificate", "port")}
    instance["title"] = app["parameters"].get("title", "")
    return {}


def refused(state: dict[str, Any], playbook: str, app: dict[str, Any], there: Sequence[Any]) -> bool:
    """Whether a host has a release that the playbook is not told of, as playbooks/filter_plugins/apps.py has it."""
    known = [state["hosts"].get(target.alias, {}).get(app["instance"]) for target in there]
    has = {one["version"] for one in known if one is not None and "version" in one}
    changes = playbook in {"deploy_app", "upgrade_app", "roll_back_app"}
    return changes and not has <= {app["version"], app["previous_version"]}


def leads_to(state: dict[str, Any], code: str) -> list[str]:
    """The hosts that the balancers of an application pass on to."""
    all_ = [one for standing in state["hosts"].values() for one in standing.values()]
    mine = [one for one in all_ if one["code"] == code and "backends" in one]
    return sorted({host for one in mine for host in one["backends"] if host not in one["drained"]})


def _rotation(state: dict[str, Any], balancer: dict[str, Any], host: str) -> str:
    """What a balancer says of a host behind it."""
    if host in balancer["drained"]:
        return "drained"
    mine = (one for one in state["hosts"].get(host, {}).values() if one["code"] == balancer["code"])
    versions = [one.get("version") for one in mine]
    faults = {f"rotation/{name}" for name in (f"{balancer['code']}@{host}", *versions)} & state["faults"].keys()
    return "does not answer its check" if faults else "well"
