"""Runs of the small playbooks in tests/playbooks, by real Ansible, on this machine in the place of the hosts.

with run_city(tmp_path) as city:
    hosts = hosts_of(city, 2)
    run = ask(city, "say_hello", hosts, say_hello_words="hi", say_hello_directory=str(tmp_path))
    city.run()
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec

from cloudctl.automation.runner import AnsibleAutomation
from cloudctl.domain.hosts import HostLife, Target
from cloudctl.domain.runs import Played, Run, RunBatch, RunEvent
from cloudctl.ports.automation import Job, KeptFile
from cloudctl.secrets import redact as redaction
from cloudctl.services import hosts, runs
from tests.factories import Installed, installation, ssh_key

PLAYBOOKS = Path(__file__).parent / "playbooks"
HERE = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}


@dataclass(frozen=True, kw_only=True)
class Locally(AnsibleAutomation):
    """As the platform plays, but every host is this machine, or what `others` says by its alias."""

    playbooks_dir: Path = PLAYBOOKS
    redact: Any = redaction.redact_text
    redact_data: Any = redaction.redact
    others: dict[str, dict[str, Any]] = field(default_factory=dict)

    def play(self, job: Job, **more: Any) -> Played:
        variables = {target.alias: self.others.get(target.alias, HERE) for target in job.targets}
        return super().play(msgspec.structs.replace(job, variables=variables), **more)


def target(name: str) -> Target:
    """A host of nobody's city."""
    return Target(
        id=uuid4(), name=name, address="127.0.0.1", ssh_port=22, account="root", host_key=ssh_key(), os_family=None,
        os_name=None, roles=(), shared=False, ring=None, life=HostLife.IN_SERVICE, department_id=uuid4(),
        department="fgw", system_id=None, system=None, mlps_level=2, cloud="sim", zone="extranet",
    )  # fmt: skip


@dataclass
class Heard:
    """What a playing said and left."""

    batches: list[RunBatch] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def events(self) -> list[RunEvent]:
        return [event for batch in self.batches for event in batch.events]

    @property
    def text(self) -> str:
        return "\n".join(event.text for event in self.events)

    @property
    def dropped(self) -> int:
        return sum(batch.dropped for batch in self.batches)

    def keep(self, file: KeptFile) -> None:
        self.files[file.name] = file.path.read_bytes()


def played(
    automation: AnsibleAutomation, playbook: str, *targets: Target, stop: Any = None, **fields: Any
) -> tuple[Played, Heard]:
    """One playing, and what it said; `arguments`, `secrets` and so on are the job's."""
    heard = Heard()
    values = {"run_id": uuid4(), "arguments": {}, "timeout_s": 240.0} | fields
    job = Job(playbook=playbook, targets=targets or (target("a"),), **values)
    answer = automation.play(job, seen=heard.batches.append, stop=stop or (lambda: False), keep=heard.keep)
    return answer, heard


@contextmanager
def run_city(tmp_path: Path, automation: AnsibleAutomation | None = None, **settings: Any) -> Iterator[Installed]:
    """A city whose runs are played on this machine."""
    with installation(tmp_path, automation=automation or Locally(), **settings) as city:
        yield city


def hosts_of(city: Installed, count: int = 2, name: str = "web", address: str = "127.0.0.1") -> list[UUID]:
    """Delivered servers whose keys are pinned."""
    made = city.resources(city.delivered(city.build_items(name, count=count, disks=0)))
    ids = [made[f"{name}-{number}"].id for number in range(1, count + 1)]
    for key in ids:
        hosts.enrol(city.ctx, city.people["operator"], key, host_key=ssh_key(), address=address)
    return ids


def ask(city: Installed, playbook: str, ids: Sequence[UUID], **arguments: Any) -> Run:
    """Asked for by operations."""
    return runs.ask(city.ctx, city.people["operator"], playbook=playbook, hosts=ids, arguments=arguments)


def run_of(city: Installed, run: Run) -> Run:
    """As it is now."""
    return city.read(lambda uow: uow.runs.get(run.id))
