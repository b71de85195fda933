"""A vCenter on this machine, for the tests: govmomi's simulator with a model and faults of our own.

with VcenterServer(vms=10) as vcenter:
    client = Client(configured("lab", vcenter.write_clouds(tmp_path / "clouds.yaml")))
    rule = vcenter.add(Rule("CloneVM", fault("NoDiskSpace", datastore="LocalDS_0"), name="^full-"))
    vcenter.expire_sessions()
    vcenter.restart()
vcenter = ensure_up()           # the one that `python -m tests.lab vcenter up` keeps running
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.lab.processes import LabError, Processes
from tests.lab.vcenter import build

__all__ = ["Rule", "Vcenter", "VcenterServer", "down", "ensure_up", "fault", "running"]

USERNAME = "administrator@vsphere.local"
TEMPLATES = ("openeuler-24.03", "debian-12")
CLOUD = "lab-vcenter"
#: The simulator makes a VM in 3 to 6 ms, and slower the more there are.
START_S = 60
START_S_PER_THOUSAND = 30


@dataclass(frozen=True)
class Rule:
    """What happens to calls of these methods (a pattern of the whole SOAP name, without `_Task`) that mention the name.

    `name` is searched in the names of the object called, of its note (annotation) and of what is to be made.
    """

    method: str
    action: dict[str, Any]
    name: str = ""
    skip: int = 0
    times: int | None = None


def fault(kind: str, message: str = "", *, direct: bool = False, **fields: Any) -> dict[str, Any]:
    """The task ends with this fault, or the call itself where it is `direct` or starts no task.

    `kind` is the vSphere class (NoDiskSpace, InsufficientResourcesFault, DuplicateName, ...), `fields` are its own.
    """
    capital = {name[:1].upper() + name[1:]: value for name, value in fields.items()}
    return {"kind": "fault", "fault": kind, "message": message, "direct": direct, "fields": capital or None}


def slow(seconds: float) -> dict[str, Any]:
    """The task runs for so long before anything happens; it can be cancelled meanwhile."""
    return {"kind": "slow", "seconds": seconds}


def hang(seconds: float) -> dict[str, Any]:
    """Silence, then the connection closes; nothing was done."""
    return {"kind": "hang", "seconds": seconds}


def drop() -> dict[str, Any]:
    """The call is carried out, and the connection closes without an answer."""
    return {"kind": "drop"}


def respond(status: int) -> dict[str, Any]:
    """An HTTP status instead of an answer."""
    return {"kind": "respond", "status": status}


@dataclass(frozen=True)
class Vcenter:
    """A running vCenter."""

    host: str
    port: int
    username: str
    password: str
    cacert: str
    control: str
    datacenter: str = "DC0"
    clusters: tuple[str, ...] = ("DC0_C0",)
    datastore: str = "LocalDS_0"
    switch: str = "DVS0"
    portgroup: str = "DC0_DVPG0"
    template_folder: str = "templates"
    templates: tuple[str, ...] = TEMPLATES
    pid: int = field(default=0, compare=False)

    def entry(self) -> dict[str, Any]:
        """What stands below the cloud's name in clouds.yaml."""
        return {
            "vsphere": {
                "host": self.host,
                "port": self.port,
                "username": self.username,
                "password": self.password,
                "cacert": self.cacert,
                "datacenter": self.datacenter,
                "cluster": self.clusters[0],
                "datastore": self.datastore,
                "template_folder": self.template_folder,
                "switch": self.switch,
            }
        }

    def write_clouds(self, path: Path, *names: str, beside: Path | None = None) -> Path:
        """A clouds.yaml with this vCenter under the names, and with the entries of another file `beside`."""
        clouds = json.loads(beside.read_text("utf-8"))["clouds"] if beside else {}
        clouds |= {name: self.entry() for name in names or (CLOUD,)}
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as handle:
            # JSON is YAML too, and the standard library writes it.
            handle.write(json.dumps({"clouds": clouds}, indent=1) + "\n")
        return path

    def add(self, rule: Rule) -> int:
        """Puts a fault into the vCenter; gives its number in `rules`."""
        body = {name.capitalize(): value for name, value in asdict(rule).items()}
        return int(self._post("rules", body))

    @property
    def rules(self) -> list[dict[str, Any]]:
        """The rules with how often each `Matched` and `Fired`."""
        return list(self._post("rules") or [])

    @property
    def calls(self) -> dict[str, int]:
        """How often each method was called, by its SOAP name without `_Task`, since the last `clear`."""
        return dict(self._post("calls"))

    def clear(self) -> None:
        """No more rules, and counts from nought."""
        self._send("rules", None, "DELETE")

    def expire_sessions(self) -> None:
        """Every session ends, with its views, filters and feeds."""
        self._post("expire")

    def stop(self) -> None:
        """The vCenter is not there: connections are refused, sessions end; what it holds stays."""
        self._post("stop")

    def start(self) -> None:
        """It is there again, at the same address."""
        self._post("start")

    def restart(self, seconds: float = 0.0) -> None:
        """Gone for so long and back."""
        self.stop()
        time.sleep(seconds)
        self.start()

    def rename_all(self, prefix: str) -> int:
        """Every VM but the templates gets a new name at once; gives how many."""
        return int(self._post("rename", {"prefix": prefix}))

    def say_left(self, name: str) -> int:
        """The update feeds say that living VMs have left whose names match; gives how many."""
        return int(self._post("leave", {"name": name}))

    def plant(self, table: dict[str, dict[str, dict[str, Any]]]) -> int:
        """What the counters of machines tell from now on; gives how many machines.

        {"DC0_C0_RP0_VM0": {"cpu.usage.average": {"start": epoch_s, "step": 300, "values": [percent, ...]}}}: percent or
        KiB/s, a negative value is a hole. It is kept as long as a vCenter keeps it, in ever coarser intervals.
        """
        return int(self._post("metrics", table))

    def lose_feeds(self) -> int:
        """Every update feed's next answer is that it lost track; gives how many there were."""
        return int(self._post("gap"))

    def _post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        return self._send(path, body, "POST")

    def _send(self, path: str, body: dict[str, Any] | None, method: str) -> Any:
        data = b"" if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.control}/{path}", data=data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            raise LabError(f"the vCenter's control: {error.read().decode()}") from error


class VcenterServer:
    """A vCenter from `start` to `stop`; also a context manager. It ends when this process does, however it ends.

    `vms` run from the start, over `clusters` with `hosts` each and `folders`; every `snapshot_every`th has a snapshot.
    """

    def __init__(
        self,
        *,
        vms: int = 0,
        clusters: int = 1,
        hosts: int = 2,
        datastores: int = 1,
        folders: int = 0,
        snapshot_every: int = 0,
        delay_ms: int = 0,
        task_ms: int = 0,
    ) -> None:
        self.flags = {
            "vms": vms,
            "clusters": clusters,
            "hosts": hosts,
            "datastores": datastores,
            "folders": folders,
            "snapshot-every": snapshot_every,
            "delay-ms": delay_ms,
            "task-ms": task_ms,
        }
        self.directory = Path(tempfile.mkdtemp(prefix="cloudctl-vcenter-"))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Vcenter:
        """Starts it and waits until it listens; raises LabError with its words."""
        password = secrets.token_hex(12)
        with self._log.open("wb") as log, (self.directory / "address").open("wb") as address:
            self._process = subprocess.Popen(
                [*_command(self.directory, self.flags), "-watch-stdin"],
                stdin=subprocess.PIPE,
                stdout=address,
                stderr=log,
                env=_environment(self.directory, password),
            )
        process = self._process
        return _await(self.directory, self.flags, password, process.pid, lambda: process.poll() is None, self._log)

    def stop(self) -> None:
        """Ends it and removes what it kept."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            assert self._process.stdin is not None
            self._process.stdin.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self) -> Vcenter:
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def _log(self) -> Path:
        return self.directory / "server.log"


def ensure_up() -> Vcenter:
    """The vCenter that outlives this process, started when there is none or none made from these sources."""
    program = build.binary(_tell)
    vcenter = running()
    if vcenter is not None and _record().get("program") == str(program):
        return vcenter
    down()
    run, flags = _run(), {"vms": 8, "clusters": 2, "folders": 2, "snapshot-every": 4}
    run.mkdir(parents=True, mode=0o700)
    password = secrets.token_hex(12)
    processes = _processes()
    # The process writes its address where its log goes.
    processes.start("vcenter", _command(run, flags), _environment(run, password), run)
    (run / "address").symlink_to(processes.log("vcenter"))
    pid = processes.pid("vcenter") or 0
    try:
        vcenter = _await(run, flags, password, pid, lambda: processes.pid("vcenter") is not None, run / "address")
    except LabError:
        down()
        raise
    record = run / "vcenter.json"
    record.write_text(json.dumps(asdict(vcenter) | {"program": str(program)}, indent=1), "utf-8")
    record.chmod(0o600)
    return vcenter


def running() -> Vcenter | None:
    """The vCenter that `ensure_up` started, if it answers."""
    saved = _record()
    if not saved or _processes().pid("vcenter") is None:
        return None
    saved.pop("program")
    vcenter = Vcenter(**saved | {"clusters": tuple(saved["clusters"]), "templates": tuple(saved["templates"])})
    try:
        _ = vcenter.calls
    except (OSError, LabError):
        return None
    return vcenter


def down() -> None:
    """Stops it; what it held is gone."""
    _processes().stop(["vcenter"], graceful=False)
    shutil.rmtree(_run(), ignore_errors=True)


def clouds_yaml() -> Path:
    """Where `up` writes its clouds.yaml."""
    return _run() / "clouds.yaml"


def _run() -> Path:
    return build.cache() / "run"


def _record() -> dict[str, Any]:
    try:
        return dict(json.loads((_run() / "vcenter.json").read_text("utf-8")))
    except (OSError, ValueError):
        return {}


def _processes() -> Processes:
    return Processes(_run() / "pids", _run() / "logs")


def _command(directory: Path, flags: dict[str, int]) -> list[str]:
    options = [f"-{name}={value}" for name, value in flags.items()]
    return [str(build.binary(_tell)), f"-ca={directory / 'ca.pem'}", f"-user={USERNAME}", *options]


def _environment(directory: Path, password: str) -> dict[str, str]:
    # Every VM is a folder below TMPDIR.
    files = directory / "datastores"
    files.mkdir(exist_ok=True)
    return os.environ | {"TMPDIR": str(files), "LAB_VCENTER_PASSWORD": password}


def _await(
    directory: Path, flags: dict[str, int], password: str, pid: int, lives: Callable[[], bool], log: Path
) -> Vcenter:
    deadline = time.monotonic() + START_S + START_S_PER_THOUSAND * flags.get("vms", 0) / 1000
    while not (told := (directory / "address").read_text("utf-8")).endswith("}\n"):
        if not lives() or time.monotonic() > deadline:
            raise LabError(f"the vCenter simulator did not start: {log.read_text('utf-8', 'replace')[-2000:]}")
        time.sleep(0.02)
    where = json.loads(told)
    host, _, port = where["address"].rpartition(":")
    return Vcenter(
        host=host,
        port=int(port),
        username=USERNAME,
        password=password,
        cacert=str(directory / "ca.pem"),
        control=where["control"],
        clusters=tuple(f"DC0_C{number}" for number in range(flags.get("clusters", 1))),
        pid=pid,
    )


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
