"""What a VM of the lab does at every start, before its sshd greets: a small part of cloud-init, run in the VM itself.

The drive that Nova gives it says its name, its addresses and who may enter; user data that begins with `#!` runs once.
The key by which it is known is shown on the console, which its administrator reads through Nova.
"""

from __future__ import annotations

import email
import gzip
import json
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DRIVE = Path("/dev/disk/by-label/config-2")
LATEST = Path("/run/config-drive/openstack/latest")
#: There once the user data has run.
DONE = Path("/var/lib/lab-guest/done")
OUTPUT = Path("/var/log/cloud-init-output.log")
CONSOLE = Path("/dev/ttyS0")
HOST_KEY = Path("/etc/ssh/ssh_host_ed25519_key.pub")
USER = "debian"


def main() -> None:
    """Everything in order; a part that fails is seen on the console, and sshd starts all the same."""
    mount()
    about = read("meta_data.json")
    named(about["hostname"], read("vendor_data.json").get("hosts", {}))
    wired(read("network_data.json"))
    if not HOST_KEY.exists():
        run("ssh-keygen", "-A")
    if not DONE.exists():
        open_for(about.get("public_keys", {}).values())
        for number, part in enumerate(parts(content("user_data"))):
            carry_out(DONE.parent / f"part-{number:02}", part)
        DONE.parent.mkdir(parents=True, exist_ok=True)
        DONE.touch()
    CONSOLE.write_text(f"\nlab-host-key: {HOST_KEY.read_text('utf-8')}", "utf-8")


def mount() -> None:
    """The drive comes some time after the first programs."""
    while not DRIVE.exists():
        time.sleep(0.5)
    folder = LATEST.parents[1]
    folder.mkdir(exist_ok=True)
    run("mount", "-o", "ro", str(DRIVE), str(folder))


def read(name: str) -> Any:
    """One of the drive's documents; an empty one where it is not there."""
    return json.loads(content(name) or b"{}")


def content(name: str) -> bytes:
    try:
        return (LATEST / name).read_bytes()
    except FileNotFoundError:
        return b""


def named(hostname: str, others: dict[str, str]) -> None:
    """Its own name, and those that nobody else would tell it."""
    name = hostname.partition(".")[0]
    socket.sethostname(name)
    Path("/etc/hostname").write_text(f"{name}\n", "utf-8")
    names = {"localhost": "127.0.0.1", name: "127.0.1.1", **others}
    Path("/etc/hosts").write_text("".join(f"{address} {known}\n" for known, address in names.items()), "utf-8")


def wired(network: Any) -> None:
    """The addresses that Neutron gave its ports, each on the device with the port's hardware address."""
    addresses = Path("/sys/class/net").glob("*/address")
    devices = {path.read_text("utf-8").strip(): path.parent.name for path in addresses}
    links = {link["id"]: devices[link["ethernet_mac_address"]] for link in network["links"]}
    for link in network["links"]:
        run("ip", "link", "set", links[link["id"]], "up", "mtu", str(link["mtu"] or 1500))
    for one in network["networks"]:
        device = links[one["link"]]
        if one["type"] not in ("ipv4", "ipv6"):
            continue
        run("ip", "address", "replace", f"{one['ip_address']}/{bits(one['netmask'])}", "dev", device)
        for route in one["routes"]:
            target = f"{route['network']}/{bits(route['netmask'])}"
            run("ip", "route", "replace", target, "via", route["gateway"], "dev", device)


def bits(mask: str) -> int:
    """The length of a prefix: 255.255.255.0 is 24."""
    family = socket.AF_INET6 if ":" in mask else socket.AF_INET
    return int.from_bytes(socket.inet_pton(family, mask), "big").bit_count()


def open_for(keys: Any) -> None:
    """Let in who holds one of these keys, as the image's user."""
    allowed = Path("/home", USER, ".ssh/authorized_keys")
    with allowed.open("a", encoding="utf-8") as file:
        file.writelines(f"{key.strip()}\n" for key in keys)


def parts(document: bytes) -> Iterator[bytes]:
    """What user data consists of."""
    if document.startswith(b"\x1f\x8b"):
        document = gzip.decompress(document)
    if not document[:200].lower().lstrip().startswith((b"content-type:", b"mime-version:")):
        yield document
        return
    for part in email.message_from_bytes(document).walk():
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            yield payload


def carry_out(file: Path, part: bytes) -> None:
    if not part.startswith(b"#!"):
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(part)
    file.chmod(0o700)
    with OUTPUT.open("ab") as output:
        subprocess.run([str(file)], stdout=output, stderr=subprocess.STDOUT, check=False)


def run(*words: str) -> None:
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        CONSOLE.write_text(f"\nlab-guest: {' '.join(words)}: {done.stdout}\n", "utf-8")


if __name__ == "__main__":
    main()
