"""Ansible's callback that writes down what the plays gave back by `set_stats`, of the run and of each host."""

from __future__ import annotations

import json
import os
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: cloudctl_results
type: aggregate
short_description: Writes what set_stats was given into the file that $CLOUDCTL_RESULTS names
description:
  - Enabled by the platform for its own runs.
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]
    """Writes the file once, at the end."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "cloudctl_results"
    CALLBACK_NEEDS_ENABLED = True

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """Everything that was given, by host; `_run` is that of the run as a whole."""
        path = os.environ.get("CLOUDCTL_RESULTS")
        if path:
            with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123 - Ansible's own process
                json.dump(getattr(stats, "custom", {}) or {}, file, default=str)
