"""`cloudctl networks`: network segments."""

from __future__ import annotations

from cloudctl.cli.resources import kind_of_resource
from cloudctl.cli.words import _

networks = kind_of_resource("networks", ("cidr_v4", "cidr_v6", "vlan"), _("Network segments."))
