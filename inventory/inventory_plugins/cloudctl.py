"""The hosts of the platform as an Ansible inventory: one request, kept, and good for a while without the platform."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.error import HTTPError, URLError

from ansible.errors import AnsibleParserError
from ansible.module_utils.urls import ConnectionError as UrlsConnectionError
from ansible.module_utils.urls import open_url
from ansible.plugins.inventory import BaseInventoryPlugin, Constructable

DOCUMENTATION = r"""
name: cloudctl
short_description: Hosts of the city's shared cloud, from the API of cloudctl
description:
  - Reads every host that the token's account sees and puts it into groups by department, system, zone, cloud, MLPS
    level, role and life state.
  - The group C(targets) and the groups C(department_*), C(system_*), C(zone_*), C(cloud_*), C(mlps_*) and C(role_*)
    have hosts that are in service, and no others. What is in quarantine, on no record, gone or not enrolled is in
    C(life_quarantined), C(life_foreign), C(life_ended) or C(life_unmanaged) alone.
  - The answer is kept in a file that only its owner reads. It is asked for again after O(keep_s), and used for
    O(without_server_s) when the platform does not answer.
extends_documentation_fragment:
  - constructed
options:
  plugin:
    description: Has to be C(cloudctl).
    required: true
    choices: [cloudctl]
  url:
    description: Where the platform is, as https://cloud.example.org.
    required: true
    env:
      - name: CLOUDCTL_URL
  token:
    description: An API token with the scope hosts:read. Better in the environment or in O(token_file) than here.
    env:
      - name: CLOUDCTL_TOKEN
  token_file:
    description: A file with the token.
    type: path
    env:
      - name: CLOUDCTL_TOKEN_FILE
  ca_file:
    description: The certificates that the platform's own is checked by, in PEM.
    type: path
    env:
      - name: CLOUDCTL_CA_FILE
  timeout_s:
    description: How long an answer is waited for.
    type: int
    default: 30
  reach:
    description:
      - Which life states are in C(targets). With C(quarantined) a play for just that, as C(release_host), reaches
        them; they are in no other group all the same. What is foreign or has ended is never a target.
    type: list
    elements: str
    choices: [in_service, quarantined, unmanaged]
    default: [in_service]
    env:
      - name: CLOUDCTL_REACH
  keep_s:
    description: For how long a kept answer is used without asking. C(0) asks each time; --flush-cache asks now.
    type: int
    default: 60
  without_server_s:
    description: For how long a kept answer is used, with a warning, when the platform does not answer.
    type: int
    default: 86400
  keep_dir:
    description: Where answers are kept.
    type: path
    default: ~/.cache/cloudctl
    env:
      - name: CLOUDCTL_INVENTORY_DIR
"""

EXAMPLES = r"""
# inventory/cloudctl.yml
plugin: cloudctl
# url and token come from CLOUDCTL_URL and CLOUDCTL_TOKEN

# for release_host by hand: CLOUDCTL_REACH=quarantined ansible-playbook playbooks/release_host.yml --limit web-3f2a1b9c
"""

PATH = "/v1/hosts/inventory"
NOT_MODIFIED = 304
BUSY = (429, 500, 502, 503, 504)
AWAY = (URLError, UrlsConnectionError, OSError)


class InventoryModule(BaseInventoryPlugin, Constructable):
    """Reads the inventory; its values are no templates: names are what departments wrote."""

    NAME = "cloudctl"

    def verify_file(self, path: str) -> bool:
        """Only files that are meant for it: cloudctl.yml, or anything that ends so."""
        return bool(super().verify_file(path)) and path.endswith(("cloudctl.yml", "cloudctl.yaml"))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Fills the inventory from the platform's answer."""
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        self._fill(self._answer(fresh=not cache))

    def _fill(self, answer: dict[str, Any]) -> None:
        names, reach = list(answer["hosts"]), set(self.get_option("reach"))
        for name, variables in answer["hosts"].items():
            self.inventory.add_host(name)
            for key, value in variables.items():
                self.inventory.set_variable(name, key, value)
        self.inventory.add_group("targets")
        for key, value in answer.get("variables", {}).items():
            self.inventory.set_variable("all", key, value)
        for group, places in answer["groups"].items():
            if group != "targets" or "in_service" in reach:
                self._members(group, [names[place] for place in places])
        for life in sorted(reach - {"in_service"}):
            self._members("targets", [names[place] for place in answer["groups"].get("life_" + life, ())])
        self._construct(answer["hosts"])

    def _members(self, group: str, names: Iterable[str]) -> None:
        group = self.inventory.add_group(group)
        for name in names:
            self.inventory.add_child(group, name)

    def _construct(self, hosts: dict[str, Any]) -> None:
        """What the file itself adds: compose, groups, keyed_groups."""
        compose, groups, keyed = (self.get_option(name) for name in ("compose", "groups", "keyed_groups"))
        if not (compose or groups or keyed):
            return
        strict = self.get_option("strict")
        for name, variables in hosts.items():
            self._set_composite_vars(compose, variables, name, strict=strict)
            self._add_host_to_composed_groups(groups, variables, name, strict=strict)
            self._add_host_to_keyed_groups(keyed, variables, name, strict=strict)

    def _answer(self, *, fresh: bool) -> dict[str, Any]:
        """The platform's answer: kept, asked for, or kept for when nobody answers."""
        url, token = self.get_option("url").rstrip("/"), self._token()
        kept = Kept(self.get_option("keep_dir"), url, token)
        if not fresh and kept.age_s() < self.get_option("keep_s"):
            return kept.read()
        try:
            return self._ask(url, token, kept)
        except HTTPError as error:
            if error.code not in BUSY:
                raise AnsibleParserError(_refusal(url, error)) from error
            return self._without_server(kept, url, f"answers {error.code}")
        except AWAY as error:
            return self._without_server(kept, url, f"does not answer ({error})")

    def _ask(self, url: str, token: str, kept: Kept) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        if kept.etag():
            headers["If-None-Match"] = kept.etag()
        try:
            with open_url(
                url + PATH,
                headers=headers,
                timeout=self.get_option("timeout_s"),
                ca_path=self.get_option("ca_file"),
                http_agent="cloudctl-inventory",
            ) as response:
                body = response.read()
                answer = json.loads(body)
                kept.write(body, response.headers.get("ETag", ""))
                return answer
        except HTTPError as error:
            if error.code != NOT_MODIFIED:
                raise
            kept.touch()
            return kept.read()
        except ValueError as error:
            raise AnsibleParserError(f"{url} is no platform of cloudctl: its answer is no JSON.") from error

    def _without_server(self, kept: Kept, url: str, problem: str) -> dict[str, Any]:
        age_s = kept.age_s()
        if age_s >= self.get_option("without_server_s"):
            raise AnsibleParserError(f"{url} {problem}, and no answer of it is kept that is young enough.")
        self.display.warning(f"{url} {problem}: the inventory is that of {int(age_s // 60)} minutes ago.")
        return kept.read()

    def _token(self) -> str:
        path = self.get_option("token_file")
        if self.get_option("token") or not path:
            token = self.get_option("token") or ""
        else:
            token = Path(path).read_text(encoding="utf-8").strip()
        if not token:
            raise AnsibleParserError("There is no token: set CLOUDCTL_TOKEN, or token_file in the inventory's file.")
        return token


class Kept:
    """An answer in a file of its own for each platform and account: a line with its ETag, then the answer."""

    def __init__(self, directory: str, url: str, token: str) -> None:
        self.directory = Path(directory)
        self.path = self.directory / sha256(f"{url} {token}".encode()).hexdigest()[:32]

    def age_s(self) -> float:
        """How long ago the platform last said that it is so; endless without a kept answer."""
        try:
            return max(time.time() - self.path.stat().st_mtime, 0)
        except OSError:
            return float("inf")

    def etag(self) -> str:
        """The tag of the kept answer, empty without one."""
        try:
            with self.path.open("rb") as file:
                return file.readline().decode().strip()
        except OSError:
            return ""

    def read(self) -> dict[str, Any]:
        """The kept answer."""
        with self.path.open("rb") as file:
            file.readline()
            answer: dict[str, Any] = json.load(file)
            return answer

    def touch(self) -> None:
        """It is still so."""
        self.path.touch()

    def write(self, body: bytes, etag: str) -> None:
        """Appears complete or not at all. Where it cannot be kept the next run asks again."""
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            with NamedTemporaryFile("wb", dir=self.directory, delete=False) as draft:  # 0600 from its making
                draft.write(etag.encode() + b"\n" + body)
            Path(draft.name).replace(self.path)
        except OSError:
            return


def _refusal(url: str, error: HTTPError) -> str:
    """What the platform says, in its own words."""
    try:
        told = json.loads(error.read())
        words = " ".join(str(told[name]) for name in ("title", "detail") if told.get(name))
    except ValueError:
        words = ""
    return f"{url} refuses the inventory ({error.code}). {words}".strip()
