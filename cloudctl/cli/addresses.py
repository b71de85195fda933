"""`cloudctl addresses`: floating addresses."""

from __future__ import annotations

from cloudctl.cli.resources import resources
from cloudctl.cli.words import _

addresses = resources("addresses", ("address", "server_id"), _("Floating addresses."))
