"""`cloudctl networks`: network segments."""

from __future__ import annotations

from cloudctl.cli.resources import resources
from cloudctl.cli.words import _

networks = resources("networks", ("cidr_v4", "cidr_v6"), _("Network segments."))
