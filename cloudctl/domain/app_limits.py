"""The installation's own figures for applications (settings.py)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class AppLimits:
    """`at_once` applications are brought to their hosts by one run of a playbook.

    `answer_within_s` is how long an application may take until its checks answer, looked at again at once, then ever
    more seldom, at last every `look_every_s`. Certificates live `certificate_days` and are renewed `renew_days` before
    their end. `backups` is what the address of every backup begins with (a directory that all hosts share, or
    s3:https://...), `backup_environment` what restic needs for it (a secret); backups are kept `backup_days`.
    `networks` may reach databases and directories.
    """

    at_once: int = 25
    answer_within_s: float = 120.0
    look_every_s: float = 2.0
    certificate_days: int = 90
    renew_days: int = 30
    backups: str = ""
    backup_environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    backup_days: int = 180
    networks: tuple[str, ...] = ()
