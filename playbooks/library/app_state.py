"""What a host says of its instances: state, release and since when, in /var/lib/cloudctl/apps/<instance>.json."""

from __future__ import annotations

import json
import os
import pathlib
from datetime import datetime, timezone
from typing import Any

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: app_state
short_description: Writes down what state instances of applications are in
description: [One file an instance; an instance that is absent has none. The time is written when the state changes.]
options:
  entries: {description: "instance, and what is to be written of it.", type: list, elements: dict, required: true}
author: [cloudctl]
"""
RETURN = r"""
names: {description: Instances of which something else is written now., type: list, returned: always}
"""
HOME = pathlib.Path("/var/lib/cloudctl/apps")


def written(file: pathlib.Path) -> dict[str, Any]:
    """What stands there; {} where nothing does."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}


def put(file: pathlib.Path, said: dict[str, Any]) -> None:
    """Writes it, whole or not at all."""
    HOME.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".fresh")
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")  # hosts may have Python 3.9
    fresh.write_text(json.dumps({**said, "since": now}, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(fresh, file)


def main() -> None:
    """The module."""
    module = AnsibleModule(
        argument_spec={"entries": {"type": "list", "elements": "dict", "required": True}}, supports_check_mode=True
    )
    changed = []
    for entry in module.params["entries"]:
        file = HOME / f"{entry['instance']}.json"
        said = {key: value for key, value in entry.items() if key != "instance"}
        before = {key: value for key, value in written(file).items() if key != "since"}
        absent = entry.get("state") == "absent"
        if (not file.exists()) if absent else before == said:
            continue
        changed.append(entry["instance"])
        if module.check_mode:
            continue
        try:
            file.unlink() if absent else put(file, said)
        except OSError as error:
            module.fail_json(msg=f"{file} cannot be written: {error.strerror}", names=changed)
    module.exit_json(changed=bool(changed), names=changed)


if __name__ == "__main__":
    main()
