"""The tables, one module a noun; `metadata` holds them all: `from cloudctl.persistence.tables import orders`."""

from cloudctl.persistence.tables.access_grants import access_grants
from cloudctl.persistence.tables.accesses import accesses, accesses_versions
from cloudctl.persistence.tables.accounts import accounts, tokens
from cloudctl.persistence.tables.addresses import addresses, prefixes, supernets
from cloudctl.persistence.tables.adoptions import adoption_rules, adoptions, takings
from cloudctl.persistence.tables.apps import app_acts, app_backups, app_places, apps
from cloudctl.persistence.tables.assessments import assessments
from cloudctl.persistence.tables.attachments import attachments
from cloudctl.persistence.tables.audit import audit_events
from cloudctl.persistence.tables.authorities import authorities, certificates
from cloudctl.persistence.tables.backups import backup_objects, backups
from cloudctl.persistence.tables.base import metadata
from cloudctl.persistence.tables.calendars import calendar_days, freezes
from cloudctl.persistence.tables.campaigns import campaigns, stops
from cloudctl.persistence.tables.capacity import capacity_samples, capacity_sightings
from cloudctl.persistence.tables.cases import cases
from cloudctl.persistence.tables.catalogue import (
    classifications,
    images,
    security_packages,
    specifications,
    volume_types,
    zones,
)
from cloudctl.persistence.tables.channels import channels, preferences
from cloudctl.persistence.tables.checks import check_results, checks, incidents, maintenance
from cloudctl.persistence.tables.clearings import answer_links, clearings, close_lines
from cloudctl.persistence.tables.clocks import cards, clocks
from cloudctl.persistence.tables.clouds import clouds
from cloudctl.persistence.tables.colocations import colocations, colocations_versions
from cloudctl.persistence.tables.departments import departments, departments_versions, tenants
from cloudctl.persistence.tables.dependencies import dependencies, dependencies_versions
from cloudctl.persistence.tables.deputies import deputies
from cloudctl.persistence.tables.devices import devices, devices_versions
from cloudctl.persistence.tables.drift import drift_findings
from cloudctl.persistence.tables.emergencies import emergencies
from cloudctl.persistence.tables.evidence import evidence
from cloudctl.persistence.tables.exemptions import exemptions
from cloudctl.persistence.tables.hosts import hosts
from cloudctl.persistence.tables.idempotency import idempotency_keys
from cloudctl.persistence.tables.imports import imports
from cloudctl.persistence.tables.indicators import indicator_snapshots
from cloudctl.persistence.tables.inventory import inventory_changes, inventory_objects
from cloudctl.persistence.tables.letters import letters
from cloudctl.persistence.tables.networks import networks
from cloudctl.persistence.tables.notices import notice_attempts, notices
from cloudctl.persistence.tables.opinions import opinions
from cloudctl.persistence.tables.orders import counters, orders
from cloudctl.persistence.tables.progress import progress_lines
from cloudctl.persistence.tables.purposes import purposes
from cloudctl.persistence.tables.quotas import quota_entries, quotas
from cloudctl.persistence.tables.racks import racks, racks_versions
from cloudctl.persistence.tables.ratings import ratings
from cloudctl.persistence.tables.reminders import reminders
from cloudctl.persistence.tables.returns import returns
from cloudctl.persistence.tables.rooms import rooms, rooms_versions
from cloudctl.persistence.tables.runs import run_artifacts, run_events, run_hosts, runs
from cloudctl.persistence.tables.secrets import secrets
from cloudctl.persistence.tables.servers import servers
from cloudctl.persistence.tables.shadows import shadow_turns, shadows, sweeps
from cloudctl.persistence.tables.syncs import syncs
from cloudctl.persistence.tables.systems import systems, systems_versions
from cloudctl.persistence.tables.telemetry import telemetry_dates, telemetry_parts, telemetry_reads, telemetry_rosters
from cloudctl.persistence.tables.transfers import transfers
from cloudctl.persistence.tables.usage import usage_samples
from cloudctl.persistence.tables.verdicts import verdicts, zombie_policies, zombie_scans
from cloudctl.persistence.tables.versions import VERSIONED
from cloudctl.persistence.tables.volumes import volumes
from cloudctl.persistence.tables.waste import waste_proposals
from cloudctl.persistence.tables.waves import move_steps, moves, readiness, slips, waves
from cloudctl.persistence.tables.zombie_exemptions import zombie_exemptions

__all__ = [
    "VERSIONED",
    "access_grants",
    "accesses",
    "accesses_versions",
    "accounts",
    "addresses",
    "adoption_rules",
    "adoptions",
    "answer_links",
    "app_acts",
    "app_backups",
    "app_places",
    "apps",
    "assessments",
    "attachments",
    "audit_events",
    "authorities",
    "backup_objects",
    "backups",
    "calendar_days",
    "campaigns",
    "capacity_samples",
    "capacity_sightings",
    "cards",
    "cases",
    "certificates",
    "channels",
    "check_results",
    "checks",
    "classifications",
    "clearings",
    "clocks",
    "close_lines",
    "clouds",
    "colocations",
    "colocations_versions",
    "counters",
    "departments",
    "departments_versions",
    "dependencies",
    "dependencies_versions",
    "deputies",
    "devices",
    "devices_versions",
    "drift_findings",
    "emergencies",
    "evidence",
    "exemptions",
    "freezes",
    "hosts",
    "idempotency_keys",
    "images",
    "imports",
    "incidents",
    "indicator_snapshots",
    "inventory_changes",
    "inventory_objects",
    "letters",
    "maintenance",
    "metadata",
    "move_steps",
    "moves",
    "networks",
    "notice_attempts",
    "notices",
    "opinions",
    "orders",
    "preferences",
    "prefixes",
    "progress_lines",
    "purposes",
    "quota_entries",
    "quotas",
    "racks",
    "racks_versions",
    "ratings",
    "readiness",
    "reminders",
    "returns",
    "rooms",
    "rooms_versions",
    "run_artifacts",
    "run_events",
    "run_hosts",
    "runs",
    "secrets",
    "security_packages",
    "servers",
    "shadow_turns",
    "shadows",
    "slips",
    "specifications",
    "stops",
    "supernets",
    "sweeps",
    "syncs",
    "systems",
    "systems_versions",
    "takings",
    "telemetry_dates",
    "telemetry_parts",
    "telemetry_reads",
    "telemetry_rosters",
    "tenants",
    "tokens",
    "transfers",
    "usage_samples",
    "verdicts",
    "volume_types",
    "volumes",
    "waste_proposals",
    "waves",
    "zombie_exemptions",
    "zombie_policies",
    "zombie_scans",
    "zones",
]
