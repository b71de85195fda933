#!/usr/bin/python
"""Writes files and makes folders, all in one call: a file is replaced whole, once its own program has taken it."""

from __future__ import annotations

import os
import tempfile
from typing import Any

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: write_files
short_description: Writes files and makes folders, all in one call
description:
  - Of what lies in a folder that is not there yet, check mode says that it would be written.
  - A file that its C(validate) refuses stays as it was, and the call fails; what was written before it stays written.
author: cloudctl
options:
  files:
    description: What is to be there, folders before what lies in them.
    type: list
    elements: dict
    required: true
    suboptions:
      path: {description: Where., type: path, required: true}
      content: {description: A file's text; without it the path is a folder., type: str}
      mode: {description: Its mode; 0755 for a folder and 0644 for a file., type: str}
      validate: {description: "A command that has to succeed with the new text, which it finds at %s.", type: str}
"""

EXAMPLES = r"""
- name: Have a folder and a file in it
  write_files:
    files:
      - {path: /etc/cloudctl/nftables, mode: "0750"}
      - {path: /etc/cloudctl/nftables/a.nft, content: "table inet a {}\n", mode: "0600", validate: nft -c -f %s}
"""

RETURN = r"""
paths:
  description: What was written or changed.
  returned: always
  type: list
"""


def text_of(path: str) -> str | None:
    """A file's text; None where there is no such file."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except OSError:
        return None


def write(module: AnsibleModule, one: dict[str, Any]) -> None:
    """Puts a text in a file's place, once it was taken."""
    handle, new = tempfile.mkstemp(dir=module.tmpdir)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(one["content"])
    if one["validate"]:
        code, out, error = module.run_command(one["validate"].replace("%s", new))
        if code:
            module.fail_json(msg=f"{one['path']} stays as it was: {(error or out).strip()[-2000:]}", paths=[])
    module.atomic_move(new, one["path"])


def put(module: AnsibleModule, one: dict[str, Any]) -> dict[str, Any] | None:
    """Makes one path as it is to be; what was different, None where nothing was."""
    path, folder = one["path"], one["content"] is None
    before = text_of(path)
    differs = not os.path.isdir(path) if folder else before != one["content"]
    if differs and folder and os.path.lexists(path):
        module.fail_json(msg=f"{path} is no folder: it was left as it is", paths=[])
    if differs and not module.check_mode:
        if folder:
            os.makedirs(path)
        else:
            write(module, one)
    if os.path.lexists(path):
        mode = one["mode"] or ("0755" if folder else "0644")
        wanted = module.load_file_common_arguments({"owner": "root", "group": "root", "mode": mode}, path=path)
        differs = module.set_fs_attributes_if_different(wanted, differs)
    headers = {"before_header": path, "after_header": path}
    return {**headers, "before": before or "", "after": one["content"] or ""} if differs else None


def main() -> None:
    """Ansible's entry."""
    entry = {
        "path": {"type": "path", "required": True},
        "content": {"type": "str"},
        "mode": {"type": "str"},
        "validate": {"type": "str"},
    }
    module = AnsibleModule(
        argument_spec={"files": {"type": "list", "elements": "dict", "required": True, "options": entry}},
        supports_check_mode=True,
    )
    changes = [change for one in module.params["files"] if (change := put(module, one))]
    module.exit_json(changed=bool(changes), paths=[change["before_header"] for change in changes], diff=changes)


if __name__ == "__main__":
    main()
