"""A department's site on a real host behind the real Nova: who and what is in the story, and its beginning.

    with settled(tmp_path) as story:
        story.order()
        story.run("baseline_host")

The page is read as a citizen reads it, the host as its administrator does, never through cloudctl.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from dataclasses import replace as changed
from http import HTTPStatus
from pathlib import Path
from typing import Any

from cloudctl.domain.lifecycle_apps import APPS, BUSY
from cloudctl.hosting.catalogue import load, shipped
from tests.e2e.installation import Installation, Person, Process
from tests.e2e.openstack import Cloud, Project
from tests.e2e.people import ZONE, Crew, application, deliver, network_item, server_item, settle
from tests.lab.hosts import Host, fetch, needs, network
from tests.lab.openstack import RealHosts, ensure_up
from tests.visits import visited
from tests.waiting import until

BROKEN = "3.0.0"
ENDED = ("succeeded", "failed", "cancelled", "attention")


@dataclass
class Story:
    """Who and what is in it; `server` is the host on record, `app` the site."""

    town: Installation
    serve: Process
    crew: Crew
    project: Project
    real: RealHosts
    order_id: str = ""
    server: dict[str, Any] = field(default_factory=dict)
    app: dict[str, Any] = field(default_factory=dict)

    @property
    def host(self) -> Host:
        """The host as its administrator reaches it, with the image's own key."""
        (found,) = [server for server in self.project.servers if server.metadata["cloudctl_key"] == self.server["id"]]
        key = self.real.host_key(found.id)
        return Host(found.name, self.address, self.real.user, str(self.real.key_file), key)

    @property
    def address(self) -> str:
        return next(address for address in self.server["fixed_addresses"] if ":" not in address)

    def order(self, specification: str = "s2", *, within_s: float = 240) -> None:
        """A server is ordered and delivered; it is known by the key that it showed, and nobody typed anything."""
        crew = self.crew
        script = "#!/bin/sh\ntouch /etc/of-the-department\n"
        server = server_item("web", count=1, disks=[], specification=specification, user_data=script)
        self.order_id = deliver(crew, application(crew, "web", items=[network_item("web"), server]))["id"]
        self.server = crew.officer.only("/servers")
        path = f"/hosts/{self.server['id']}"
        until(lambda: crew.operator.get(path)["host_key"], within_s=within_s, what=lambda: crew.operator.get(path))

    def run(self, playbook: str, **arguments: Any) -> dict[str, Any]:
        """One playbook on the host, to its end; fails with what it said when it does not succeed."""
        operator = self.crew.operator
        wanted = {"playbook": playbook, "hosts": [self.server["id"]], "arguments": arguments, "reason": "验收"}
        run = operator.post("/runs", wanted)
        if run["state"] == "asked":
            self.crew.reviewer.post(f"/runs/{run['id']}/approve", {"reason": "同意"})
        ended = self._ended(operator, f"/runs/{run['id']}", *ENDED)
        assert ended["state"] == "succeeded", (ended["words"], self.log(run["id"]))
        return ended

    def report(self, run: dict[str, Any], kind: str) -> dict[str, Any]:
        """What a playbook found out about the host, from the file that its run left."""
        path = f"/runs/{run['id']}/artifacts"
        (name,) = [row["name"] for row in self.crew.operator.get(path) if row["name"].startswith(f"{kind}-")]
        with self.crew.operator.api() as api:
            found: dict[str, Any] = json.loads(api.download(f"{path}/content", query={"name": name}))
        return found

    def log(self, run_id: str) -> str:
        rows = self.crew.operator.get(f"/runs/{run_id}/log")
        return json.dumps(rows, ensure_ascii=False)[-4000:]

    def deploy(
        self, blueprint: str, release: str, *, own: bool = False, code: str | None = None, **parameters: Any
    ) -> dict[str, Any]:
        """An application for the department's system on the host, as one of many or as its `own`, until it runs."""
        crew = self.crew
        wanted = {"blueprint": blueprint, "zone": ZONE, "release": release, "system_id": crew.system, "code": code}
        if own:
            wanted |= {"own": True, "order_id": self.order_id}
        self.app = crew.officer.post("/apps", wanted | {"parameters": parameters})
        if self.app["state"] == "asked":
            crew.reviewer.post(f"/apps/{self.app['id']}/approve", {"reason": "同意"})
        return self.settled("running")

    def quarantine(self) -> None:
        """The host is cut off and on record as such: no other playbook reaches it."""
        crew, path = self.crew, f"/hosts/{self.server['id']}"
        self.run("quarantine_host", quarantine_host_case="CASE-1")
        crew.operator.post(f"{path}/quarantine", {"reason": "疑似被入侵，隔离排查"})
        assert crew.operator.only("/hosts")["life"] == "quarantined"
        wanted = {"playbook": "patch_hosts", "hosts": [self.server["id"]]}
        assert self.server["name"] in str(crew.operator.refused(lambda: crew.operator.post("/runs", wanted)))

    def release(self) -> None:
        """What was running before it was cut off runs again."""
        self.run("release_host", release_host_case="CASE-1")
        self.crew.operator.post(f"/hosts/{self.server['id']}/release", {"reason": "排查完毕"})

    def act(self, verb: str, *states: str, **body: Any) -> dict[str, Any]:
        """One act on the site, to its end; fails with what is on record where it did not end in one of `states`."""
        self.crew.officer.post(f"/apps/{self.app['id']}/{verb}", body)
        return self.settled(*states)

    def settled(self, *states: str) -> dict[str, Any]:
        path = f"/apps/{self.app['id']}"
        self.app = self._ended(self.crew.officer, path, *(set(APPS.states) - {*BUSY, "asked", "planned", "waiting"}))
        acts = self.crew.officer.get(f"{path}/status")["acts"]
        assert self.app["state"] in states, (self.app["reason"], self.app["stands"], acts, self.runs())
        return self.app

    @staticmethod
    def _ended(person: Person, path: str, *states: str) -> dict[str, Any]:
        """Asked once a second: a playbook takes its time, and this machine is what it takes it from."""

        def ended() -> dict[str, Any] | None:
            found = dict(person.get(path))
            return found if found["state"] in states else None

        return until(ended, within_s=1200, every_s=1, what=lambda: person.get(path))

    def runs(self) -> list[Any]:
        rows = self.crew.operator.rows("/runs")
        return [(row["playbook"], row["state"], self.crew.operator.get(f"/runs/{row['id']}")["words"]) for row in rows]

    def page(self, path: str = "/") -> str:
        """A page of the site as a reader gets it who trusts the platform's authority; empty where nothing answers."""
        trusted = self.crew.operator.get("/authorities/tls/trusted")["trusted"]
        status, text = visited(self.address, self.app["address"], trusted, path)
        return text if status in {0, HTTPStatus.OK} else f"({status})"


@contextmanager
def settled(home: Path, *blueprints: str, vms: bool = False, bare: bool = False) -> Iterator[Story]:
    """An installation over the lab with its people; nothing of it is left in the cloud at the end.

    Each of these blueprints has one more release, which does not come to serve. `bare`: as they are shipped, and on
    servers with nothing of what they need.
    """
    lab = ensure_up()
    fetch(*needs.baseline(), *needs.blueprints(*blueprints))
    # A city keeps an image with what it installs most often.
    if vms:
        real: RealHosts = lab.ensure_vms(*needs.baseline(), *needs.blueprints(*blueprints))
        image = real.image
    else:
        real = lab.ensure_hosts()
        image = real.image if bare else lab.host_image(*needs.blueprints(*blueprints))
    real.routed.store.start()
    number = real.routed.number
    assert number is not None
    with Cloud(lab) as cloud:
        config = home / "cloudctl.toml"
        config.write_text(f'management_networks = ["{network.address(number, 1)}/32"]\n', "utf-8")
        if not bare:
            for name in blueprints:
                with_broken_release(home / "blueprints" / name)
        town = Installation(
            home,
            environment={"OS_CLIENT_CONFIG_FILE": str(lab.clouds_yaml), "CLOUDCTL_CONFIG": str(config)},
            engine_poll_s=0.1,
            cloud_poll_s=0.5,
            settle_s=2,
            apps__backups=real.routed.store.url,
            apps__blueprints_dir="" if bare else home / "blueprints",
            apps__answer_within_s=30,
        )
        serve = town.start("serve")
        crew = settle(town, cloud=changed(cloud.entry, image=image))
        story = Story(town, serve, crew, cloud.project(crew.department["id"]), real)
        try:
            yield story
            story.serve.stop()
        finally:
            story.serve.kill()
            story.project.scrub()


def with_broken_release(blueprint: Path) -> None:
    """A copy of a shipped blueprint with a release that is a mistake: a site answers nobody, others stop half-way."""
    shutil.copytree(shipped() / blueprint.name, blueprint)
    described = blueprint / "blueprint.yaml"
    known = [release.version for release in load(shipped()).named(blueprint.name).releases]
    release = f"""\
  - version: {BROKEN}
    released_on: "2026-11-20"
    notes: {{en: A mistake., zh_CN: 一个错误。}}
    upgrades_from: [{", ".join(known)}]
sizes:
"""
    described.write_text(described.read_text("utf-8").replace("sizes:\n", release, 1), "utf-8")
    page = blueprint / "templates/site.conf.j2"
    if blueprint.name == "department-site":
        broken = f"{{% if app.version == '{BROKEN}' %}}    return 503;\n{{% endif %}}\n    root "
        page.write_text(page.read_text("utf-8").replace("    root ", broken, 1), "utf-8")
        return
    with (blueprint / "tasks/upgrade.yml").open("a", encoding="utf-8") as tasks:
        tasks.write(f"""
- name: Do what the release does
  ansible.builtin.assert:
    that: app_instances | selectattr('version', 'eq', '{BROKEN}') | length == 0
    fail_msg: This release is a mistake
""")
