"""`cloudctl prefixes`: what was cut from the blocks, and for which network."""

from __future__ import annotations

from cloudctl.cli.nouns import Noun
from cloudctl.cli.words import _

PREFIXES = Noun(
    "prefixes",
    columns=("zone", "cidr", "state", "supernet", "network_id", "order_id", "cooling_until"),
    filters=("zone", "state"),
    single=False,
)

prefixes = PREFIXES.group(_("Prefixes that were cut from the blocks."))
