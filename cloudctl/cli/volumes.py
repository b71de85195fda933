"""`cloudctl volumes`: data volumes."""

from __future__ import annotations

from cloudctl.cli.resources import resources
from cloudctl.cli.words import _

volumes = resources("volumes", ("size_gib", "volume_type", "server_id"), _("Volumes."))
