"""The rows of the lists: one struct a noun, its fields in the order of the columns.

`FILTERS` of a row names the columns that a list can be filtered by (equality), in the API, the CLI and the database.
"""

from __future__ import annotations

from cloudctl.ports.queries.rows.accounts import AccountRow, TokenRow
from cloudctl.ports.queries.rows.adoptions import AdoptionRow, AdoptionRuleRow, TakingRow
from cloudctl.ports.queries.rows.apps import AppActRow, AppBackupRow, AppRow
from cloudctl.ports.queries.rows.assessments import AssessmentRow
from cloudctl.ports.queries.rows.attachments import AttachmentRow
from cloudctl.ports.queries.rows.audit import AuditRow
from cloudctl.ports.queries.rows.base import Row
from cloudctl.ports.queries.rows.campaigns import CampaignRow
from cloudctl.ports.queries.rows.cases import CaseRow
from cloudctl.ports.queries.rows.channels import ChannelRow
from cloudctl.ports.queries.rows.checks import CheckResultRow, CheckRow, IncidentRow, MaintenanceRow
from cloudctl.ports.queries.rows.clearings import ClearingRow
from cloudctl.ports.queries.rows.clouds import CloudRow
from cloudctl.ports.queries.rows.departments import DepartmentRow
from cloudctl.ports.queries.rows.deputies import DeputyRow
from cloudctl.ports.queries.rows.devices import DeviceRow
from cloudctl.ports.queries.rows.drift import DriftRow
from cloudctl.ports.queries.rows.emergencies import EmergencyRow
from cloudctl.ports.queries.rows.evidence import EvidenceRow
from cloudctl.ports.queries.rows.exemptions import ExemptionRow
from cloudctl.ports.queries.rows.fittings import AccessRow, ColocationRow
from cloudctl.ports.queries.rows.freezes import FreezeRow
from cloudctl.ports.queries.rows.hosts import AccessGrantRow, AuthorityRow, CertificateRow, HostRow, SecretRow
from cloudctl.ports.queries.rows.inventory import InventoryChangeRow, InventoryRow
from cloudctl.ports.queries.rows.letters import LetterRow
from cloudctl.ports.queries.rows.notices import NoticeRow
from cloudctl.ports.queries.rows.opinions import OpinionRow
from cloudctl.ports.queries.rows.orders import OrderRow
from cloudctl.ports.queries.rows.prefixes import PrefixRow
from cloudctl.ports.queries.rows.progress import ProgressRow
from cloudctl.ports.queries.rows.quotas import QuotaRow
from cloudctl.ports.queries.rows.racks import RackRow
from cloudctl.ports.queries.rows.ratings import RatingRow, RatingSummary
from cloudctl.ports.queries.rows.resources import AddressRow, NetworkRow, ResourceRow, ServerRow, VolumeRow
from cloudctl.ports.queries.rows.rooms import RoomRow
from cloudctl.ports.queries.rows.runs import RunEventsRow, RunRow
from cloudctl.ports.queries.rows.shadows import ShadowCount, ShadowRow, SweepRow
from cloudctl.ports.queries.rows.supervision import CardRow, DueRow
from cloudctl.ports.queries.rows.syncs import SyncRow
from cloudctl.ports.queries.rows.systems import DependencyRow, SystemDueRow, SystemRow
from cloudctl.ports.queries.rows.todo import TodoRow
from cloudctl.ports.queries.rows.transfers import TransferRow
from cloudctl.ports.queries.rows.waste import WasteRow
from cloudctl.ports.queries.rows.waves import MoveRow, ReadinessRow, SlipRow, StepRow, WaveRow
from cloudctl.ports.queries.rows.zombies import PurposeRow, VerdictRow, ZombieExemptionRow

__all__ = [
    "AccessGrantRow",
    "AccessRow",
    "AccountRow",
    "AddressRow",
    "AdoptionRow",
    "AdoptionRuleRow",
    "AppActRow",
    "AppBackupRow",
    "AppRow",
    "AssessmentRow",
    "AttachmentRow",
    "AuditRow",
    "AuthorityRow",
    "CampaignRow",
    "CardRow",
    "CaseRow",
    "CertificateRow",
    "ChannelRow",
    "CheckResultRow",
    "CheckRow",
    "ClearingRow",
    "CloudRow",
    "ColocationRow",
    "DepartmentRow",
    "DependencyRow",
    "DeputyRow",
    "DeviceRow",
    "DriftRow",
    "DueRow",
    "EmergencyRow",
    "EvidenceRow",
    "ExemptionRow",
    "FreezeRow",
    "HostRow",
    "IncidentRow",
    "InventoryChangeRow",
    "InventoryRow",
    "LetterRow",
    "MaintenanceRow",
    "MoveRow",
    "NetworkRow",
    "NoticeRow",
    "OpinionRow",
    "OrderRow",
    "PrefixRow",
    "ProgressRow",
    "PurposeRow",
    "QuotaRow",
    "RackRow",
    "RatingRow",
    "RatingSummary",
    "ReadinessRow",
    "ResourceRow",
    "RoomRow",
    "Row",
    "RunEventsRow",
    "RunRow",
    "SecretRow",
    "ServerRow",
    "ShadowCount",
    "ShadowRow",
    "SlipRow",
    "StepRow",
    "SweepRow",
    "SyncRow",
    "SystemDueRow",
    "SystemRow",
    "TakingRow",
    "TodoRow",
    "TokenRow",
    "TransferRow",
    "VerdictRow",
    "VolumeRow",
    "WasteRow",
    "WaveRow",
    "ZombieExemptionRow",
]
