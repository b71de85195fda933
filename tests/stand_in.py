"""Hosts, a store of backups and a name server that are not there, in one file that outlives whoever works on them.

    world = World(tmp_path / "world.sqlite3")
    world.fault("deploy_app", "fgw-site", "fail")             # until `world.mend()`
    installation(tmp_path, automation=world.automation, names=world.names, doors=world.doors)
    world.instances()["fgw-site"]                             # where it stands, in which release, with which content

What a playbook would do to a host is done to this file; arguments are checked by the real catalogue of playbooks. Used
where the order of things and what is left after a death is the question, not what Ansible does.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from cloudctl.automation.catalogue import Catalogue
from cloudctl.automation.runner import shipped
from cloudctl.domain.errors import Rejected, Unreachable
from cloudctl.domain.playbooks import Playbook
from cloudctl.domain.runs import HostStats, Played, RunBatch
from cloudctl.ports.automation import Job, KeptFile
from cloudctl.ports.doors import Knock, Seen
from tests.stand_in_plays import done, leads_to, refused

ZONE = "apps.test"
MARKS = "dcat:Catalog WMS_Capabilities"
"""What software shows by itself, whatever it holds."""
STATES = {
    "deploy_app": "running", "upgrade_app": "running", "roll_back_app": "running", "back_up_app": "backed_up",
    "restore_app": "restored", "retire_app": "retired", "forget_backups": "forgotten",
    "balance_app": "balanced",
}  # fmt: skip


@cache
def _catalogue() -> Mapping[str, Playbook]:
    return Catalogue(shipped("playbooks"), ()).playbooks()


class Act(NamedTuple):
    """What a playbook did to one host for an application; `led` are the hosts that balancers led to just then."""

    playbook: str
    code: str
    host: str
    led: list[str]


@dataclass(frozen=True)
class World:
    """What there is outside of the platform."""

    path: Path

    @property
    def automation(self) -> Hands:
        return Hands(self)

    @property
    def names(self) -> NameServer:
        return NameServer(self)

    @property
    def doors(self) -> Visitor:
        return Visitor(self)

    def fault(self, what: str, code: str = "*", kind: str = "fail") -> None:
        """From now on: a playbook, `names` or `health` goes wrong for an application, by its code or instance.

        `kind`: fail; half (and leaves its work); refuse; unreachable; broken (it is the backup's fault); together
        (whatever is in the same run on the same host fails with it, as Ansible has it). A playbook may also go wrong
        `code`@host: on a host alone. `rotation` goes by code@host or release: the balancer does not find it well.
        """
        self.change(lambda all_: all_.setdefault("faults", {}).update({f"{what}/{code}": kind}))

    def mend(self) -> None:
        self.change(lambda all_: all_.update({"faults": {}}))

    def instances(self) -> dict[str, list[dict[str, Any]]]:
        """By application: where it stands."""
        found: dict[str, list[dict[str, Any]]] = {}
        for host, standing in self.read().get("hosts", {}).items():
            for name, instance in standing.items():
                if "backends" not in instance:
                    found.setdefault(instance["code"], []).append({**instance, "host": host, "instance": name})
        return found

    def balancers(self) -> dict[str, dict[str, list[str]]]:
        """By application and balancer: to which hosts it passes on."""
        found: dict[str, dict[str, list[str]]] = {}
        for host, standing in self.read().get("hosts", {}).items():
            for one in standing.values():
                if "backends" in one:
                    found.setdefault(one["code"], {})[host] = one["backends"]
        return found

    def drained(self, code: str) -> list[str]:
        """The hosts to which an application's balancers pass on nothing new."""
        there = [one for standing in self.read()["hosts"].values() for one in standing.values() if one["code"] == code]
        return [host for one in there for host in one.get("drained", ())]

    def acts(self, *playbooks: str) -> list[Act]:
        """What these playbooks did to hosts, in order."""
        found = [Act(**told) for told in self.read().get("acts", [])]
        return [act for act in found if act.playbook in playbooks]

    def snapshots(self) -> dict[str, dict[str, Any]]:
        return dict(self.read().get("store", {}))

    def led(self) -> dict[str, list[str]]:
        return dict(self.read().get("names", {}))

    def played(self) -> list[str]:
        """The playbooks that were played, in order."""
        return list(self.read().get("played", []))

    def write_content(self, code: str, content: str) -> None:
        """Somebody edits it."""

        def act(all_: dict[str, Any]) -> None:
            for standing in all_["hosts"].values():
                for instance in standing.values():
                    if instance["code"] == code:
                        instance["content"] = content

        self.change(act)

    def lose_host(self, code: str) -> None:
        """Where it stands is gone with all that was on it."""

        def act(all_: dict[str, Any]) -> None:
            all_["hosts"] = {
                host: standing
                for host, standing in all_["hosts"].items()
                if code not in {instance["code"] for instance in standing.values()}
            }

        self.change(act)

    def fault_of(self, what: str, code: str) -> str | None:
        faults = self.read().get("faults", {})
        found: str | None = faults.get(f"{what}/{code}") or faults.get(f"{what}/*")
        return found

    def read(self) -> dict[str, Any]:
        with self._open() as opened:
            return _state(opened)

    def change(self, act: Callable[[dict[str, Any]], object]) -> None:
        """One effect, kept at once."""
        with self._open() as opened:
            opened.execute("BEGIN IMMEDIATE")
            state = _state(opened)
            act(state)
            opened.execute("UPDATE world SET state = ?", (json.dumps(state),))
            opened.execute("COMMIT")

    @contextmanager
    def _open(self) -> Any:
        opened = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        try:
            opened.execute("CREATE TABLE IF NOT EXISTS world (id INTEGER PRIMARY KEY, state TEXT)")
            opened.execute("INSERT OR IGNORE INTO world VALUES (1, '{}')")
            yield opened
        finally:
            opened.close()


def _state(opened: sqlite3.Connection) -> dict[str, Any]:
    (text,) = opened.execute("SELECT state FROM world").fetchone()
    state: dict[str, Any] = json.loads(text)
    for name in ("hosts", "addresses", "store", "names", "faults"):
        state.setdefault(name, {})
    state.setdefault("played", [])
    state.setdefault("acts", [])
    return state


class Hands:
    """Plays by the book alone; implements ports.automation.Automation."""

    def __init__(self, world: World) -> None:
        self.world = world

    def playbooks(self) -> Mapping[str, Playbook]:
        return _catalogue()

    def play(
        self,
        job: Job,
        *,
        seen: Callable[[RunBatch], None],
        stop: Callable[[], bool],
        keep: Callable[[KeptFile], None],
    ) -> Played:
        given = job.secrets.get("app_secrets", {})
        answers: dict[str, dict[str, Any]] = {}
        unreachable: set[str] = set()
        apps = [{**app, "opens": given[app["code"]]["restic_password"]} for app in job.arguments["apps"]]
        for app in apps:
            assert app["opens"], "every application has a password of its own"
            fault = self._shared_fault(job.playbook, app, apps)
            told = fault or self._one(job, app, unreachable)
            if told is not None:
                answers[app["code"]] = told
        bad = [code for code, told in answers.items() if told["state"] in {"failed", "refused"}]
        stats = {
            target.alias: HostStats(ok=1, unreachable=int(target.alias in unreachable), failed=int(bool(bad)))
            for target in job.targets
        }
        self.world.change(lambda state: state["played"].append(job.playbook))
        return Played(
            outcome="failed" if bad or unreachable else "succeeded",
            reason=f"{job.playbook} stopped: {', '.join([*bad, *sorted(unreachable)])}" if bad or unreachable else "",
            stats=stats,
            results={"answer": {"apps": answers}},
        )

    def end(self, run_id: UUID) -> bool:
        return False

    def _shared_fault(
        self, playbook: str, app: dict[str, Any], apps: Sequence[dict[str, Any]]
    ) -> dict[str, Any] | None:
        """A task that works on all instances of a host ends for all of them where it fails for one."""
        near = [one for one in apps if set(one["hosts"]) & set(app["hosts"])]
        bad = [one["code"] for one in near if self.world.fault_of(playbook, one["code"]) == "together"]
        return {"state": "failed", "message": f"«{playbook}» failed for {', '.join(bad)}"} if bad else None

    def _one(self, job: Job, app: dict[str, Any], unreachable: set[str]) -> dict[str, Any] | None:
        """What the playbook answers of one; nothing where its host is out of reach."""
        code = app["code"]
        there = [target for target in job.targets if target.alias in app["hosts"]]
        names = (app["instance"], code, *(f"{code}@{target.alias}" for target in there))
        kind = next((found for found in (self.world.fault_of(job.playbook, name) for name in names) if found), None)
        if kind == "unreachable":
            unreachable |= {target.alias for target in there}
            return None
        if kind == "refuse" or refused(self.world.read(), job.playbook, app, there):
            return {"state": "refused", "message": f"Nothing was changed: {code}"}
        if kind == "half":
            self._touch(job.playbook, app, there)
        if kind is not None:
            said = {"state": "failed", "message": f"«{job.playbook}» failed for {code}"}
            return said | ({"backup": "broken"} if kind == "broken" else {})
        told = self._touch(job.playbook, app, there)
        if told.get("backends") and "well" not in told["backends"].values():
            return {"state": "failed", "message": f"{code} has no host in rotation", **told}
        return {"state": STATES[job.playbook], "version": app.get("version", ""), **told}

    def _touch(self, playbook: str, app: dict[str, Any], there: Sequence[Any]) -> dict[str, Any]:
        told: dict[str, Any] = {}

        def act(state: dict[str, Any]) -> None:
            for target in there:
                state["addresses"][target.alias] = target.address
                standing = state["hosts"].setdefault(target.alias, {})
                if playbook != "balance_app":
                    led = leads_to(state, app["code"])
                    state["acts"].append(Act(playbook, app["code"], target.alias, led)._asdict())
                told.update(done(state, standing, playbook, app))

        self.world.change(act)
        return told


def _behind(state: dict[str, Any], instance: dict[str, Any]) -> dict[str, Any] | None:
    """What answers for it: itself, or one of those to which it passes on."""
    for host in set(instance.get("backends", ())) - set(instance.get("drained", ())):
        for one in state["hosts"].get(host, {}).values():
            if one["address"] == instance["address"]:
                return dict(one)
    return None if "backends" in instance else instance


class NameServer:
    """Implements ports.names.Names."""

    zone = ZONE

    def __init__(self, world: World) -> None:
        self.world = world

    def point(self, name: str, addresses: Sequence[str]) -> None:
        self._refuse(name)
        self.world.change(lambda state: state["names"].update({name: sorted(addresses)}))

    def addresses(self, name: str) -> tuple[str, ...]:
        return tuple(self.world.read()["names"].get(name, ()))

    def withdraw(self, name: str) -> None:
        self._refuse(name)
        self.world.change(lambda state: state["names"].pop(name, None))

    def _refuse(self, name: str) -> None:
        kind = self.world.fault_of("names", name.partition(".")[0])
        if kind == "explode":
            raise RuntimeError("nobody had foreseen it")
        if kind == "unreachable":
            raise Unreachable("The name server does not answer.", effect_unknown=True)
        if kind is not None:
            raise Rejected("The name server refuses the change of {name}: {word}.", name=name, word="REFUSED")


class Visitor:
    """Implements ports.doors.Doors: answers where the instance stands; `health` faults go by code, release, content.

    A test instance has its own code: `test`.
    """

    def __init__(self, world: World) -> None:
        self.world = world

    def http(self, knock: Knock, path: str, *, most_bytes: int = 65_536) -> Seen:
        state, code = self.world.read(), knock.name.partition(".")[0]
        for host, address in state["addresses"].items():
            there = state["hosts"].get(host, {}).values()
            instance = next((one for one in there if one["address"] == knock.name), None)
            if instance is None or (address != knock.address and knock.address):
                continue
            instance = _behind(state, instance)
            if instance is None:
                return Seen(answered=True, status=503, text="")
            if any(self.world.fault_of("health", one) for one in (code, instance["version"], instance["content"])):
                return Seen(answered=True, status=500, text="")
            return Seen(answered=True, status=200, text=f"{instance['title']}: {instance['content']} {MARKS}")
        return Seen(answered=False, error="connection refused")

    def tcp(self, knock: Knock) -> Seen:
        return Seen(answered=True)

    def certificate(self, knock: Knock) -> Seen:
        if self.world.fault_of("certificate", knock.name.partition(".")[0]):
            return Seen(answered=False, error="certificate has expired", expired=True)
        return Seen(answered=True, certificate_until=datetime.now(UTC) + timedelta(days=800))
