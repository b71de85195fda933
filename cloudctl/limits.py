"""The limits of an installation, as its settings have them.

limits = of_settings(settings.load())
"""

from __future__ import annotations

from datetime import timedelta

from cloudctl.domain.app_limits import AppLimits
from cloudctl.domain.check_limits import CheckLimits
from cloudctl.domain.retention import RetentionRule
from cloudctl.domain.runs import Room
from cloudctl.domain.syncs import Rhythm
from cloudctl.ports.context import Limits
from cloudctl.settings import Settings


def of_settings(settings: Settings) -> Limits:
    """What use cases know of the settings: days, amounts and rhythms, each in its own unit."""
    return Limits(
        retention=RetentionRule(
            days=settings.retention_days,
            by_zone=settings.retention.zones,
            by_mlps={3: settings.retention.mlps_3_days, 4: settings.retention.mlps_4_days},
        ),
        protect_from_mlps=settings.protect_from_mlps,
        prefix_cool_down_days=settings.prefix_cool_down_days,
        settle_s=settings.settle_s,
        poll_s=settings.cloud_poll_s,
        step_budget_s=settings.step_budget_s,
        retry_attempts=settings.retry_attempts,
        parallel=settings.parallel_calls,
        max_token_days=settings.max_token_days,
        orphan_days=settings.drift_orphan_days,
        telemetry_days=settings.telemetry_retention_days,
        telemetry_back_days=settings.telemetry_backfill_days,
        usage_every_s=settings.telemetry.look_every_s,
        usage_days=settings.telemetry.look_retention_days,
        certificate_hours=settings.access_certificate_hours,
        first_boot=settings.first_boot_script,
        rhythm=_rhythm(settings),
        public_url=settings.public,
        apps=_app_limits(settings),
        checks=_check_limits(settings),
        runs=Room(at_once=settings.runs.at_once, per_zone=settings.runs.per_zone, zones=settings.runs.zones),
    )


def _rhythm(settings: Settings) -> Rhythm:
    return Rhythm(
        full_every=timedelta(seconds=settings.sync_full_every_s),
        incremental_every=timedelta(seconds=settings.sync_incremental_every_s),
        stale_after=timedelta(seconds=settings.sync_stale_after_s),
        missing_after=settings.sync_missing_after,
        short_percent=settings.sync_short_percent,
        keep=timedelta(days=settings.sync_retention_days),
    )


def _app_limits(settings: Settings) -> AppLimits:
    wanted = settings.apps
    return AppLimits(
        at_once=wanted.at_once, answer_within_s=wanted.answer_within_s, certificate_days=wanted.certificate_days,
        renew_days=min(wanted.renew_days, wanted.certificate_days - 1), backups=wanted.backups,
        backup_environment=wanted.backup_environment, backup_days=wanted.backup_days,
        networks=(*wanted.networks, *settings.management_networks),  # the platform's own checks knock, too
    )  # fmt: skip


def _check_limits(settings: Settings) -> CheckLimits:
    wanted = settings.checks
    return CheckLimits(
        every_s=wanted.every_s, failures=wanted.failures, successes=wanted.successes, parallel=wanted.parallel,
        keep_days=wanted.keep_days,
    )  # fmt: skip
