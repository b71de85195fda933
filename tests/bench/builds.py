"""20 servers, each with a volume, on one segment: ordered through cloudctl, and made by a plain openstacksdk script.

The script makes the same objects on the same OpenStack with 10 threads and waits for each as the SDK's documentation
shows. Both go through counting proxies, so the calls of each are counted in the same way. Rounds are interleaved; what
was made is removed between them, outside of the measured time. cloudctl's CPU is that of serve with its worker.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench.installations import Installation, on_openstack
from tests.bench.measures import Clock, Goal, Measure, cpu_seconds
from tests.lab import openstack as lab_cloud
from tests.lab.faultproxy import FaultProxy, write_clouds
from tests.lab.openstack import Lab

SERVERS, ROUNDS = 20, 3
SERVICES = ("compute", "network", "block-storage")  # where what is built is built


def measure() -> list[Measure]:
    """The build's ratios."""
    lab = lab_cloud.ensure_up()
    ours, plain = [], []
    with _counting(lab) as (clouds_file, proxies), on_openstack(lab, {"CLOUDCTL_CLOUDS_FILE": str(clouds_file)}) as our:
        for _ in range(ROUNDS):
            plain.append(_plain(clouds_file, lab, proxies))
            ours.append(_ours(our, proxies))
    wall = {"cloudctl": median(c.wall_s for c, _ in ours), "script": median(c.wall_s for c, _ in plain)}
    cpu = {"cloudctl": median(c.cpu_s for c, _ in ours), "script": median(c.cpu_s for c, _ in plain)}
    calls = {"cloudctl": median(n for _, n in ours) / SERVERS, "script": median(n for _, n in plain) / SERVERS}
    raw = ", ".join(
        f"{name} {wall[name]:.1f} s, {cpu[name] / SERVERS:.3f} s CPU and {calls[name]:.1f} calls a server"
        for name in wall
    )
    peer = "openstacksdk script, 10 threads"
    return [
        Measure("20 servers delivered: wall", peer, wall["cloudctl"] / wall["script"], Goal("<=", 1.25), raw),
        Measure("20 servers delivered: our CPU a server", "-", cpu["cloudctl"] / SERVERS, Goal("<=", 0.5), raw, " s"),
        Measure("20 servers delivered: calls a server, less the script's", peer, calls["cloudctl"] - calls["script"],
                Goal("<=", 2), raw),
    ]  # fmt: skip


@contextmanager
def _counting(lab: Lab) -> Iterator[tuple[Path, list[FaultProxy]]]:
    """Proxies before the services that build, and a clouds.yaml that leads through them."""
    with ExitStack() as stack, TemporaryDirectory() as directory:
        proxies = {name: stack.enter_context(FaultProxy(lab.endpoints[name])) for name in SERVICES}
        target = Path(directory, "clouds.yaml")
        write_clouds(lab.clouds_yaml, target, {name: proxy.url for name, proxy in proxies.items()})
        yield target, list(proxies.values())


def _ours(installation: Installation, proxies: list[FaultProxy]) -> tuple[Clock, int]:
    """From the approval to delivery; then released, with no retention, and purged."""
    order = installation.call("officer", "POST", "/orders?submit=true", installation.form(SERVERS, 1))
    installation.call("head", "POST", f"/orders/{order['id']}/sign-off", {})
    _forget(proxies)
    began, cpu = time.monotonic(), cpu_seconds([installation.pid])
    installation.approve(order["id"])
    installation.await_delivery(order["id"])
    clock = Clock(wall_s=time.monotonic() - began, cpu_s=cpu_seconds([installation.pid]) - cpu)
    calls = _calls(proxies)
    _clean(installation, order["id"])
    return clock, calls


def _clean(installation: Installation, order_id: str) -> None:
    """Gives the servers back; their objects stay switched off until the lab ends, which disturbs nobody."""
    rows = installation.call("officer", "GET", f"/servers?order_id={order_id}&limit=100")["items"]
    form = installation.form(1, 1) | {"items": [{"kind": "release", "resource": row["id"]} for row in rows]}
    order = installation.call("officer", "POST", "/orders?submit=true", form)
    installation.call("head", "POST", f"/orders/{order['id']}/sign-off", {})
    installation.approve(order["id"])
    installation.await_delivery(order["id"])


def _plain(clouds_file: Path, lab: Lab, proxies: list[FaultProxy]) -> tuple[Clock, int]:
    """The script as a process; it prints when it begins, its wall and CPU seconds, and cleans up after itself."""
    command = [sys.executable, "-m", "tests.bench.plain_script", str(clouds_file), lab.cloud, str(SERVERS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as script:
        assert script.stdout is not None
        assert script.stdin is not None
        _expect(script.stdout.readline(), "ready")
        _forget(proxies)
        print("go", file=script.stdin, flush=True)
        wall, cpu = _expect(script.stdout.readline(), "done")
        calls = _calls(proxies)
        print("clean", file=script.stdin, flush=True)
        script.wait(600)
    return Clock(wall_s=float(wall), cpu_s=float(cpu)), calls


def _expect(line: str, word: str) -> list[str]:
    found, *rest = line.split() or [""]
    if found != word:
        raise RuntimeError(f"the script said {line!r} instead of {word}")
    return rest


def _forget(proxies: list[FaultProxy]) -> None:
    for proxy in proxies:
        proxy.clear()


def _calls(proxies: list[FaultProxy]) -> int:
    return sum(sum(proxy.calls.values()) for proxy in proxies)
