"""`cloudctl clouds`: where is built. Credentials are never given here: they stay in clouds.yaml on the server."""

from __future__ import annotations

from cloudctl.cli.nouns import Noun
from cloudctl.cli.words import _

CLOUDS = Noun(
    "clouds",
    columns=("code", "name", "kind", "zones", "capacity", "max_mlps_level", "retired"),
    filters=("code", "kind"),
    required=("code", "name", "kind", "zones", "capacity"),
    optional=("overcommit", "max_mlps_level", "external_network"),
    editable=("name", "zones", "capacity", "overcommit", "max_mlps_level", "external_network", "retired"),
)

clouds = CLOUDS.group(_("The clouds on which is built."))
