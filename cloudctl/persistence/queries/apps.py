"""The lists of applications, of what is done to them, and of their backups."""

from __future__ import annotations

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import app_acts, app_backups, apps
from cloudctl.ports.queries.rows import AppActRow, AppBackupRow, AppRow

APPS = Listed(row=AppRow, table=apps, scope=apps.c.department_id)
APP_ACTS = Listed(
    row=AppActRow,
    table=app_acts,
    source=app_acts.join(apps, apps.c.id == app_acts.c.app_id),
    scope=app_acts.c.department_id,
    others={"app": apps.c.code},
)
APP_BACKUPS = Listed(
    row=AppBackupRow,
    table=app_backups,
    source=app_backups.join(apps, apps.c.id == app_backups.c.app_id),
    scope=app_backups.c.department_id,
    others={"app": apps.c.code},
)
