"""A real OpenStack control plane on this machine, with a fake hypervisor, for the tests.

lab = ensure_up()
connection = openstack.connect(cloud=lab.cloud)   # with OS_CLIENT_CONFIG_FILE=lab.clouds_yaml
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.lab.hosts.routed import Routed
from tests.lab.processes import LabError, Processes, answers

from . import config, hosts, seed, vms
from .boot import Boot, Say
from .hosts import RealHosts
from .install import install
from .layout import COMPUTE_HOSTS, ENDPOINT_PATHS, Layout, default_cache, load_settings, template_key, write_private
from .vms import RealVms

__all__ = ["Lab", "LabError", "RealHosts", "RealVms", "down", "ensure_up", "processes", "running"]


@dataclass(frozen=True)
class Lab:
    """A running cloud."""

    cache: Path
    clouds_yaml: Path
    auth_url: str
    endpoints: dict[str, str]
    external_network: str
    images: list[str]
    flavors: list[str]
    availability_zones: list[str]
    hosts: list[str]
    #: What the running cloud was made from.
    key: str
    #: How it was started, "first boot" or "template", and how long that took.
    origin: str
    seconds: float
    cloud: str = "lab"

    @property
    def openstack(self) -> Path:
        """The command-line client that fits this cloud."""
        return Layout(self.cache).bin / "openstack"

    def environment(self) -> dict[str, str]:
        """Variables by which the client and openstacksdk find the cloud."""
        return {"OS_CLIENT_CONFIG_FILE": str(self.clouds_yaml), "OS_CLOUD": self.cloud}

    def ensure_hosts(self) -> RealHosts:
        """Have the availability zone whose servers are real ones; root is needed, and half a minute the first time."""
        return hosts.ensure(Layout(self.cache))

    def host_image(self, *packages: str) -> str:
        """The name of an image for that zone with these Debian packages installed; a minute the first time."""
        return hosts.prepare(Layout(self.cache), packages)

    def ensure_vms(self, *packages: str) -> RealVms:
        """Have the availability zone whose servers are VMs, and its image with these Debian packages installed."""
        return vms.ensure(Layout(self.cache), packages)

    def down(self) -> None:
        """Stop every process; what the cloud held is gone with the next start."""
        _down(Layout(self.cache))


def ensure_up(say: Say | None = None) -> Lab:
    """Return the running cloud, starting it when there is none, or none made from these sources."""
    tell: Say = say or (lambda text: print(text, file=sys.stderr, flush=True))
    layout = Layout(default_cache())
    with layout.locked():
        lab = _running(layout)
        if lab is not None and lab.key == template_key():
            return lab
        if lab is not None:
            tell("the running lab was made from other sources: replacing it")
        return _start(layout, tell)


def running() -> Lab | None:
    """The running cloud, if it is whole and answers."""
    return _running(Layout(default_cache()))


def down() -> None:
    """Stop the cloud, also one that is only half there."""
    _down(Layout(default_cache()))


def processes() -> dict[str, int | None]:
    """The cloud's processes with their pids, None for one that died."""
    return _pids(Layout(default_cache()))


def _down(layout: Layout) -> None:
    with layout.locked():
        _stop(layout)


def _pids(layout: Layout) -> dict[str, int | None]:
    table = _processes(layout)
    return {name: table.pid(name) for name in table.names()}


def _running(layout: Layout) -> Lab | None:
    try:
        saved = json.loads(layout.record.read_text("utf-8"))
        lab = Lab(**saved | {"cache": Path(saved["cache"]), "clouds_yaml": Path(saved["clouds_yaml"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
    if None in _pids(layout).values():
        return None
    # A busy machine may take long to answer: only a dead service is worth a restart.
    return lab if all(answers(_root(url), timeout=60) for url in lab.endpoints.values()) else None


def _root(url: str) -> str:
    return "/".join(url.split("/", 3)[:3]) + "/"


def _start(layout: Layout, say: Say) -> Lab:
    began = time.monotonic()
    _stop(layout)
    install(layout, say)
    shutil.rmtree(layout.run, ignore_errors=True)
    layout.run.mkdir(parents=True, mode=0o700)
    settings = load_settings(layout, check_free=True)
    key = template_key()
    template = layout.template(key)
    boot = Boot(layout, settings, _processes(layout), say)
    try:
        if template.is_dir():
            origin = "template"
            say("starting the OpenStack lab from its template (about a minute)")
            boot.restored(template)
        else:
            origin = "first boot"
            say("starting the OpenStack lab for the first time (three to four minutes)")
            boot.first(template)
    except BaseException:
        # Never leave half a cloud running; its logs stay for a look.
        _stop(layout)
        raise
    _write_clouds(layout, settings.endpoint("identity"), settings.password)
    lab = Lab(
        cache=layout.cache,
        clouds_yaml=layout.clouds_yaml,
        auth_url=settings.endpoint("identity"),
        endpoints={name: settings.endpoint(name) for name in ENDPOINT_PATHS},
        external_network=config.EXTERNAL_NETWORK,
        images=list(seed.IMAGES),
        flavors=list(seed.FLAVORS),
        availability_zones=[config.AVAILABILITY_ZONE],
        hosts=list(COMPUTE_HOSTS),
        key=key,
        origin=origin,
        seconds=round(time.monotonic() - began, 1),
    )
    record = {name: str(value) if isinstance(value, Path) else value for name, value in asdict(lab).items()}
    write_private(layout.record, json.dumps(record, indent=1))
    return lab


def _stop(layout: Layout) -> None:
    layout.record.unlink(missing_ok=True)
    table = _processes(layout)
    # Nothing of the run folder is read again, so nobody needs time for a clean end.
    table.stop(table.names(), graceful=False)
    vms.end(layout)
    Routed(layout.cache).down()


def _processes(layout: Layout) -> Processes:
    return Processes(layout.pids, layout.logs)


def _write_clouds(layout: Layout, auth_url: str, password: str) -> None:
    account = {
        "auth": {
            "auth_url": auth_url,
            "username": "admin",
            "password": password,
            "project_name": "admin",
            "user_domain_name": "Default",
            "project_domain_name": "Default",
        },
        "region_name": config.REGION,
        "interface": "public",
        "identity_api_version": "3",
    }
    # JSON is YAML too, and the standard library writes it.
    text = json.dumps({"clouds": {"lab": account, "lab-admin": account}}, indent=1)
    write_private(layout.clouds_yaml, text + "\n")
