"""`cloudctl supernets`: blocks of addresses of the zones, from which segments are cut."""

from __future__ import annotations

from cloudctl.cli.nouns import Noun
from cloudctl.cli.words import _

SUPERNETS = Noun("supernets", columns=("zone", "cidr", "id"), required=("zone", "cidr"), single=False)

supernets = SUPERNETS.group(_("Blocks of addresses of the zones."))
