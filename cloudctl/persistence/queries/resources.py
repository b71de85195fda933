"""The lists of servers, volumes, networks and addresses: the same scope, filters and order."""

from __future__ import annotations

from sqlalchemy import Table

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import addresses, networks, servers, volumes
from cloudctl.ports.queries.rows import AddressRow, NetworkRow, ResourceRow, ServerRow, VolumeRow


def _resources(row: type[ResourceRow], table: Table) -> Listed:
    return Listed(row=row, table=table, scope=table.c.department_id, by_time=True)


SERVERS = _resources(ServerRow, servers)
VOLUMES = _resources(VolumeRow, volumes)
NETWORKS = _resources(NetworkRow, networks)
ADDRESSES = _resources(AddressRow, addresses)
