"""Forgetting old workflows: the engine keeps every finished one until it is told otherwise.

Their summary stays in the audit trail. One whose body broke (ERROR) is kept: its order still waits for an operator.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from dbos import DBOSClient

ENDED = ["SUCCESS", "CANCELLED"]
BATCH = 200


def forget_finished(client: DBOSClient, now: datetime, keep_days: int) -> int:
    """Deletes workflows that ended more than `keep_days` before `now`; answers how many."""
    before = (now - timedelta(days=keep_days)).isoformat()
    forgotten = 0
    while True:
        rows = client.list_workflows(
            status=ENDED, completed_before=before, limit=BATCH, load_input=False, load_output=False
        )
        if not rows:
            return forgotten
        client.delete_workflows([row.workflow_id for row in rows])
        forgotten += len(rows)
