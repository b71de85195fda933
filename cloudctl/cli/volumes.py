"""`cloudctl volumes`: data volumes."""

from __future__ import annotations

from cloudctl.cli.resources import kind_of_resource
from cloudctl.cli.words import _

volumes = kind_of_resource("volumes", ("size_gib", "volume_type", "server_id"), _("Volumes."))
