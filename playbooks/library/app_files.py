"""Writes all files of an act in one call, and puts everything back where a check of them fails.

What is written comes from the action plugin of the same name, rendered; blueprints say it as docs/how-to/blueprints.md
shows. A file of `once` is written where there is none, and never again: it is the department's from then on.
"""

from __future__ import annotations

import base64
import contextlib
import errno
import grp
import json
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import zlib
from typing import Any

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: app_files
short_description: Writes all files of an act in one call, or none of them
description:
  - Files, directories, links and their absence, with owner, group and mode.
  - Where C(validate) fails, or a file cannot be written, everything is put back as it was.
options:
  payload: {description: "What the action plugin rendered.", type: str, required: true}
  validate: {description: "A command that has to succeed with the new files.", type: list, elements: str, default: []}
author: [cloudctl]
"""
RETURN = r"""
paths: {description: What was changed., type: list, returned: always}
"""


class Stop(Exception):
    """It cannot go on: everything is put back, and this is said."""


class Entry:
    """One path as it is to be."""

    def __init__(self, wanted: dict[str, Any]) -> None:
        self.path = wanted["path"]
        self.kind = wanted["kind"]
        self.content = wanted.get("content", "").encode()
        self.target = wanted.get("target", "")
        self.once = wanted.get("once", False)
        self.secret = wanted.get("secret", False)
        self.mode = int(wanted.get("mode") or ("0755" if self.kind == "directory" else "0644"), 8)
        self.owner = wanted.get("owner") or "root"
        self.group = wanted.get("group") or self.owner

    def ids(self) -> tuple[int | None, ...]:
        """Numbers of owner and group; None for one that is not there yet."""
        ids = []
        for look in (lambda: pwd.getpwnam(self.owner).pw_uid, lambda: grp.getgrnam(self.group).gr_gid):
            try:
                ids.append(look())
            except KeyError:
                ids.append(None)
        return tuple(ids)

    def differs(self) -> bool:
        """Whether the path is otherwise."""
        try:
            there = os.lstat(self.path)
        except (FileNotFoundError, NotADirectoryError):
            return self.kind != "absent"
        if self.kind == "absent":
            return True
        if self.kind == "link":
            return not stat.S_ISLNK(there.st_mode) or os.readlink(self.path) != self.target
        if self.kind == "directory":
            return not stat.S_ISDIR(there.st_mode) or self._rights_differ(there)
        if not stat.S_ISREG(there.st_mode) or self.once:
            return not stat.S_ISREG(there.st_mode)
        return self._rights_differ(there) or self.read() != self.content

    def _rights_differ(self, there: Any) -> bool:
        return (there.st_uid, there.st_gid) != self.ids() or stat.S_IMODE(there.st_mode) != self.mode

    def read(self) -> bytes | None:
        """What the file holds now; None where there is none."""
        try:
            with open(self.path, "rb") as file:
                return file.read()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return None

    def write(self) -> None:
        """Makes the path as it is to be."""
        uid, gid = self.ids()
        if None in (uid, gid):
            raise Stop(f"{self.path}: there is no user {self.owner} or no group {self.group} on this host")
        if self.kind == "directory":
            os.makedirs(self.path, exist_ok=True)
            os.chown(self.path, uid, gid)
            os.chmod(self.path, self.mode)
            return
        if self.kind == "absent":
            if os.path.isdir(self.path) and not os.path.islink(self.path):
                shutil.rmtree(self.path)
            else:
                os.unlink(self.path)
            return
        descriptor, fresh = tempfile.mkstemp(dir=os.path.dirname(self.path), prefix=".cloudctl-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(self.content)
            if self.kind == "link":
                os.unlink(fresh)
                os.symlink(self.target, fresh)
            else:
                os.chown(fresh, uid, gid)
                os.chmod(fresh, self.mode)
            os.replace(fresh, self.path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(fresh)
            raise


class Undo:
    """How a path was before; directories that are taken away come back by their name aside."""

    def __init__(self, entry: Any) -> None:
        self.path = entry.path
        self.aside = None
        self.there = os.lstat(self.path) if os.path.lexists(self.path) else None
        self.target = os.readlink(self.path) if os.path.islink(self.path) else None
        self.content = entry.read() if self.there and stat.S_ISREG(self.there.st_mode) else None
        if entry.kind == "absent" and self.there and stat.S_ISDIR(self.there.st_mode):
            self.aside = f"{self.path}.cloudctl-aside"
            os.rename(self.path, self.aside)

    def run(self) -> Any:
        """Puts it back."""
        if self.aside:
            os.rename(self.aside, self.path)
        elif self.there is None:
            if os.path.isdir(self.path) and not os.path.islink(self.path):
                shutil.rmtree(self.path, ignore_errors=True)
            else:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(self.path)
        elif self.target is not None:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.path)
            os.symlink(self.target, self.path)
        else:
            if self.content is not None:
                with open(self.path, "wb") as file:
                    file.write(self.content)
            os.chown(self.path, self.there.st_uid, self.there.st_gid)
            os.chmod(self.path, stat.S_IMODE(self.there.st_mode))

    def forget(self) -> None:
        """What was put aside goes for good."""
        if self.aside:
            shutil.rmtree(self.aside)


def room(path: str) -> int:
    """What is left of the file system that a path is on, in MiB."""
    while not os.path.exists(path):
        path = os.path.dirname(path)
    left = os.statvfs(path)
    return left.f_bavail * left.f_frsize // (1 << 20)


def checked(command: list[str]) -> None:
    """Runs the check of the new files."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # the blueprint's own
    if done.returncode:
        raise Stop(f"{' '.join(command)} refuses the new files: {(done.stderr or done.stdout).strip()[-2000:]}")


def carry_out(entries: list[Any], validate: list[str]) -> None:
    """Writes what differs, or nothing."""
    undos = []
    path = ""
    try:
        for entry in entries:
            path = entry.path
            if entry.kind == "absent" and not entry.differs():
                continue
            undos.append(Undo(entry))
            if entry.kind != "absent" or undos[-1].aside is None:
                entry.write()
        if validate:
            checked(validate)
    except (OSError, Stop) as error:
        lost = []
        for undo in reversed(undos):
            try:
                undo.run()
            except OSError as trouble:
                lost.append(f"{undo.path} ({trouble.strerror})")
        raise Stop(_words(error, path, lost)) from error
    for undo in undos:
        undo.forget()


def _words(error: Exception, path: str, lost: list[str]) -> str:
    words = str(error)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        words = f"No space left for {path}: {room(path)} MiB are free there"
    if lost:
        return f"{words}. These could not be put back: {', '.join(lost)}"
    return f"{words}. Every file is as it was before"


def shown(entry: Any) -> dict[str, str]:
    """The difference, for --diff; nothing of a secret."""
    before = (entry.read() or b"").decode(errors="replace") if entry.kind == "file" else ""
    after = entry.content.decode(errors="replace") if entry.kind == "file" else entry.kind + "\n"
    if entry.secret:
        before, after = "", "a secret\n"
    return {"before_header": entry.path, "after_header": entry.path, "before": before, "after": after}


def main() -> None:
    """The module."""
    module = AnsibleModule(
        argument_spec={
            "payload": {"type": "str", "required": True, "no_log": True},
            "validate": {"type": "list", "elements": "str", "default": []},
        },
        supports_check_mode=True,
    )
    wanted = json.loads(zlib.decompress(base64.b64decode(module.params["payload"])))
    differing = [entry for entry in map(Entry, wanted) if entry.differs()]
    answer = {"changed": bool(differing), "paths": [entry.path for entry in differing]}
    if module._diff:  # noqa: SLF001  # where Ansible keeps the flag
        answer["diff"] = [shown(entry) for entry in differing]
    if differing and not module.check_mode:
        try:
            carry_out(differing, module.params["validate"])
        except Stop as error:
            module.fail_json(msg=str(error), paths=[])
    module.exit_json(**answer)


if __name__ == "__main__":
    main()
