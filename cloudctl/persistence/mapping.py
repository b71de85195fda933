"""The domain classes are what is mapped: no second set of row classes.

    map_domain()    # once, by bootstrap; further calls do nothing

A noun with a `version` column is guarded by it: a change that was overtaken raises StaleDataError, which the unit of
work turns into `Stale`.
"""

from __future__ import annotations

from functools import cache

from sqlalchemy import Table
from sqlalchemy.orm import registry

from cloudctl.domain.accounts import Account, Token
from cloudctl.domain.addresses import Address, Prefix, Supernet
from cloudctl.domain.audit import AuditEvent
from cloudctl.domain.catalogue import Classification, Image, Specification, VolumeType, Zone
from cloudctl.domain.clouds import Cloud
from cloudctl.domain.departments import Department
from cloudctl.domain.exemptions import Exemption
from cloudctl.domain.networks import Network
from cloudctl.domain.notices import Notice
from cloudctl.domain.orders import Order
from cloudctl.domain.progress import ProgressLine
from cloudctl.domain.quotas import Entry, Quota
from cloudctl.domain.resources import Tenant
from cloudctl.domain.servers import Server
from cloudctl.domain.systems import System
from cloudctl.domain.volumes import Volume
from cloudctl.persistence import tables

TABLES: dict[type, Table] = {
    Department: tables.departments,
    Tenant: tables.tenants,
    Account: tables.accounts,
    Token: tables.tokens,
    System: tables.systems,
    Specification: tables.specifications,
    Image: tables.images,
    VolumeType: tables.volume_types,
    Zone: tables.zones,
    Classification: tables.classifications,
    Cloud: tables.clouds,
    Order: tables.orders,
    ProgressLine: tables.progress_lines,
    Server: tables.servers,
    Volume: tables.volumes,
    Network: tables.networks,
    Address: tables.addresses,
    Supernet: tables.supernets,
    Prefix: tables.prefixes,
    Quota: tables.quotas,
    Entry: tables.quota_entries,
    Exemption: tables.exemptions,
    Notice: tables.notices,
    AuditEvent: tables.audit_events,
}


@cache
def map_domain() -> None:
    """Maps every class of `TABLES` onto its table."""
    mappers = registry(metadata=tables.metadata)
    for noun, table in TABLES.items():
        mappers.map_imperatively(noun, table, version_id_col=table.c.get("version"))
    mappers.configure()
