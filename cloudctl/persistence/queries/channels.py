"""How channels do."""

from __future__ import annotations

from sqlalchemy import Engine, select

from cloudctl.persistence.tables import channels
from cloudctl.ports.queries.rows import ChannelRow

_CHANNELS = select(*(channels.c[name] for name in ChannelRow.__struct_fields__)).order_by(channels.c.name)


def all_of_them(engine: Engine) -> list[ChannelRow]:
    """By name."""
    with engine.connect() as connection:
        return [ChannelRow(*row) for row in connection.execute(_CHANNELS)]
