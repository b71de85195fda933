"""`cloudctl addresses`: floating addresses."""

from __future__ import annotations

from cloudctl.cli.resources import kind_of_resource
from cloudctl.cli.words import _

addresses = kind_of_resource("addresses", ("address", "server_id"), _("Floating addresses."))
