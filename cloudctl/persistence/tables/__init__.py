"""The tables, one module a noun; `metadata` holds them all: `from cloudctl.persistence.tables import orders`."""

from cloudctl.persistence.tables.accounts import accounts, tokens
from cloudctl.persistence.tables.addresses import addresses, prefixes, supernets
from cloudctl.persistence.tables.audit import audit_events
from cloudctl.persistence.tables.base import metadata
from cloudctl.persistence.tables.catalogue import classifications, images, specifications, volume_types, zones
from cloudctl.persistence.tables.clouds import clouds
from cloudctl.persistence.tables.departments import departments, tenants
from cloudctl.persistence.tables.exemptions import exemptions
from cloudctl.persistence.tables.idempotency import idempotency_keys
from cloudctl.persistence.tables.networks import networks
from cloudctl.persistence.tables.notices import notices
from cloudctl.persistence.tables.orders import counters, orders
from cloudctl.persistence.tables.progress import progress_lines
from cloudctl.persistence.tables.quotas import quota_entries, quotas
from cloudctl.persistence.tables.servers import servers
from cloudctl.persistence.tables.systems import systems
from cloudctl.persistence.tables.volumes import volumes

__all__ = [
    "accounts",
    "addresses",
    "audit_events",
    "classifications",
    "clouds",
    "counters",
    "departments",
    "exemptions",
    "idempotency_keys",
    "images",
    "metadata",
    "networks",
    "notices",
    "orders",
    "prefixes",
    "progress_lines",
    "quota_entries",
    "quotas",
    "servers",
    "specifications",
    "supernets",
    "systems",
    "tenants",
    "tokens",
    "volume_types",
    "volumes",
    "zones",
]
