"""The domain classes are what is mapped: no second set of row classes.

    map_domain()    # once, by bootstrap; further calls do nothing

A noun with a `version` column is guarded by it: a change that was overtaken raises StaleDataError, which the unit of
work turns into `Stale`. What is only ever added (audit events, letters, returns, ledger and progress lines) is not
mapped: it is a plain class whose fields are its table's columns (`repositories/outgoing.py`).
"""

from __future__ import annotations

from functools import cache

from sqlalchemy import Table
from sqlalchemy.orm import registry

from cloudctl.domain.access_grants import AccessGrant
from cloudctl.domain.accesses import Access
from cloudctl.domain.accounts import Account, Token
from cloudctl.domain.addresses import Address, Prefix, Supernet
from cloudctl.domain.adoptions import Adoption, AdoptionRule, Taking
from cloudctl.domain.answer_links import AnswerLink
from cloudctl.domain.app_acts import AppAct
from cloudctl.domain.app_backups import AppBackup
from cloudctl.domain.apps import App, AppPlace
from cloudctl.domain.assessments import Assessment
from cloudctl.domain.attachments import Attachment
from cloudctl.domain.authorities import CertificateAuthority
from cloudctl.domain.backups import Backup, BackupObject
from cloudctl.domain.calendars import CalendarDay
from cloudctl.domain.campaigns import Campaign, Stop
from cloudctl.domain.cards import Card
from cloudctl.domain.cases import Case
from cloudctl.domain.catalogue import Classification, Image, SecurityPackage, Specification, VolumeType, Zone
from cloudctl.domain.channels import Channel, Preferences
from cloudctl.domain.checks import Check, CheckResult, Incident
from cloudctl.domain.clearings import Clearing
from cloudctl.domain.clocks import Clock
from cloudctl.domain.close_lines import CloseLine
from cloudctl.domain.clouds import Cloud
from cloudctl.domain.colocations import Colocation
from cloudctl.domain.departments import Department
from cloudctl.domain.dependencies import Dependency
from cloudctl.domain.deputies import Deputy
from cloudctl.domain.devices import Device
from cloudctl.domain.drift import Finding
from cloudctl.domain.emergencies import Emergency
from cloudctl.domain.exemptions import Exemption
from cloudctl.domain.freezes import Freeze
from cloudctl.domain.hosts import Host
from cloudctl.domain.imports import Import
from cloudctl.domain.maintenance import MaintenanceWindow
from cloudctl.domain.networks import Network
from cloudctl.domain.notices import Attempt, Notice
from cloudctl.domain.opinions import Opinion
from cloudctl.domain.orders import Order
from cloudctl.domain.quotas import Quota
from cloudctl.domain.racks import Rack
from cloudctl.domain.ratings import Rating
from cloudctl.domain.resources import Tenant
from cloudctl.domain.rooms import Room
from cloudctl.domain.runs import Run
from cloudctl.domain.secrets import Secret
from cloudctl.domain.servers import Server
from cloudctl.domain.shadows import Shadow
from cloudctl.domain.syncs import Sync
from cloudctl.domain.systems import System
from cloudctl.domain.transfers import Transfer
from cloudctl.domain.volumes import Volume
from cloudctl.domain.waste import Proposal
from cloudctl.domain.waves import Move, MoveStep, Readiness, Slip, Wave
from cloudctl.domain.zombie_exemptions import ZombieExemption
from cloudctl.persistence import tables

TABLES: dict[type, Table] = {
    Department: tables.departments,
    Tenant: tables.tenants,
    Account: tables.accounts,
    Token: tables.tokens,
    System: tables.systems,
    Dependency: tables.dependencies,
    Specification: tables.specifications,
    Image: tables.images,
    VolumeType: tables.volume_types,
    Zone: tables.zones,
    Classification: tables.classifications,
    SecurityPackage: tables.security_packages,
    Cloud: tables.clouds,
    Order: tables.orders,
    Opinion: tables.opinions,
    Server: tables.servers,
    Volume: tables.volumes,
    Network: tables.networks,
    Address: tables.addresses,
    Host: tables.hosts,
    Run: tables.runs,
    Secret: tables.secrets,
    CertificateAuthority: tables.authorities,
    AccessGrant: tables.access_grants,
    Room: tables.rooms,
    Rack: tables.racks,
    Device: tables.devices,
    Colocation: tables.colocations,
    Access: tables.accesses,
    Supernet: tables.supernets,
    Prefix: tables.prefixes,
    Quota: tables.quotas,
    Exemption: tables.exemptions,
    Emergency: tables.emergencies,
    Transfer: tables.transfers,
    Rating: tables.ratings,
    Case: tables.cases,
    Finding: tables.drift_findings,
    Campaign: tables.campaigns,
    Stop: tables.stops,
    Clearing: tables.clearings,
    CloseLine: tables.close_lines,
    AnswerLink: tables.answer_links,
    Backup: tables.backups,
    BackupObject: tables.backup_objects,
    App: tables.apps,
    AppPlace: tables.app_places,
    AppAct: tables.app_acts,
    AppBackup: tables.app_backups,
    Check: tables.checks,
    CheckResult: tables.check_results,
    Incident: tables.incidents,
    MaintenanceWindow: tables.maintenance,
    Shadow: tables.shadows,
    Proposal: tables.waste_proposals,
    Deputy: tables.deputies,
    Notice: tables.notices,
    Attempt: tables.notice_attempts,
    Channel: tables.channels,
    Preferences: tables.preferences,
    Import: tables.imports,
    AdoptionRule: tables.adoption_rules,
    Adoption: tables.adoptions,
    Taking: tables.takings,
    Attachment: tables.attachments,
    CalendarDay: tables.calendar_days,
    Freeze: tables.freezes,
    Clock: tables.clocks,
    Card: tables.cards,
    Sync: tables.syncs,
    Assessment: tables.assessments,
    Wave: tables.waves,
    Move: tables.moves,
    MoveStep: tables.move_steps,
    Slip: tables.slips,
    Readiness: tables.readiness,
    ZombieExemption: tables.zombie_exemptions,
}


@cache
def map_domain() -> None:
    """Maps every class of `TABLES` onto its table."""
    mappers = registry(metadata=tables.metadata)
    for noun, table in TABLES.items():
        mappers.map_imperatively(noun, table, version_id_col=table.c.get("version"))
    mappers.configure()
