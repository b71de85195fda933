"""Renders the files of all instances on the platform, and hands them to the host in one call.

    - name: Pages and pools
      app_files:
        apps: "{{ app_instances }}"
        files:
          - {path: "/etc/nginx/sites-enabled/{instance}.conf", template: vhost.conf.j2}
          - {path: "{directory}/data/pages/start.txt", template: start.txt.j2, owner: "{instance}", once: true}
          - {path: /etc/nginx/conf.d/limits.conf, content: "...", host: true}
        validate: [nginx, -t]

A template sees `app` and `secrets` (those of its instance). `{instance}`, `{directory}`, `{code}`, `{address}` are
filled into paths, owners and groups. `since` and `until` name releases, `if` a key of the instance that is not empty:
where they do not hold the path is taken away. `host` is written once for the host.
"""

from __future__ import annotations

import base64
import json
import os
import zlib
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.template import trust_as_template

KEYS = frozenset(
    [
        "path",
        "template",
        "content",
        "directory",
        "link",
        "absent",
        "owner",
        "group",
        "mode",
        "once",
        "secret",
        "host",
        "since",
        "until",
        "if",
        "vars",
    ]
)


class ActionModule(ActionBase):
    """The controller's half of `app_files`."""

    _requires_connection = True

    def run(self, tmp: Any = None, task_vars: Any = None) -> Any:
        """Renders, sends, and tells what the module did."""
        super().run(tmp, task_vars)
        arguments = self._task.args
        apps = arguments.get("apps", [])
        entries = []
        for wanted in arguments.get("files", []):
            strange = set(wanted) - KEYS
            if strange:
                raise AnsibleActionFail(f"app_files: {', '.join(sorted(strange))} of {wanted['path']} is not known")
            entries.extend(self._entry(wanted, app, task_vars) for app in ([{}] if wanted.get("host") else apps))
        payload = base64.b64encode(zlib.compress(json.dumps(entries).encode())).decode()
        return self._execute_module(
            module_name="app_files",
            module_args={"payload": payload, "validate": arguments.get("validate", [])},
            task_vars=task_vars,
        )

    def _entry(self, wanted: dict[str, Any], app: dict[str, Any], task_vars: Any) -> dict[str, Any]:
        names = {key: app.get(key, "") for key in ("instance", "directory", "code", "address", "department")}
        entry = {"path": str(wanted["path"]).format(**names), "kind": "file"}
        for key in ("owner", "group"):
            entry[key] = str(wanted.get(key, "")).format(**names)
        entry |= {key: wanted[key] for key in ("mode", "once", "secret") if key in wanted}
        if wanted.get("absent") or not _holds(wanted, app):
            entry["kind"] = "absent"
        elif wanted.get("directory"):
            entry["kind"] = "directory"
        elif "link" in wanted:
            entry |= {"kind": "link", "target": str(wanted["link"]).format(**names)}
        elif "template" in wanted:
            entry["content"] = self._rendered(wanted["template"], app, wanted.get("vars", {}), task_vars)
        else:
            entry["content"] = str(wanted.get("content", "")).format(**names)
        return entry

    def _rendered(self, name: str, app: dict[str, Any], more: dict[str, Any] | None, task_vars: Any) -> str:
        source = self._source(name, task_vars)
        places = [os.path.dirname(source), self._web(task_vars)]
        secrets = task_vars.get("app_secrets", {})
        known = {**task_vars, **more, "app": app, "secrets": secrets.get(app.get("code"), {})}
        templar = self._templar.copy_with_new_env(searchpath=places, available_variables=known)
        text = trust_as_template(self._loader.get_text_file_contents(source))
        overrides = {"trim_blocks": True, "lstrip_blocks": True, "keep_trailing_newline": True}
        return templar.template(text, escape_backslashes=False, overrides=overrides) or ""

    def _source(self, name: str, task_vars: Any) -> str:
        shared = os.path.join(self._web(task_vars), name)
        try:
            return self._find_needle("templates", name)
        except Exception:
            if os.path.exists(shared):
                return shared
            raise

    def _web(self, task_vars: Any) -> str:
        return os.path.join(task_vars["playbook_dir"], "roles", "app_web", "templates")


def _holds(wanted: dict[str, Any], app: dict[str, Any]) -> bool:
    """Whether the path is one of this release and this instance."""
    version = _numbers(app.get("version", "0.0.0"))
    if "since" in wanted and version < _numbers(wanted["since"]):
        return False
    if "until" in wanted and version > _numbers(wanted["until"]):
        return False
    return "if" not in wanted or bool(app.get(wanted["if"]))


def _numbers(version: str) -> list[int]:
    return [int(part) for part in str(version).split(".")]
