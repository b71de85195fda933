"""The engine seen from outside: what an API process, the operator and retention use. It runs no saga.

How it is put together:

    client = connect(open_database(url))
    workflows = WorkflowClient(client, alive=leases.liveness(database))
    workflows.recent(saga="provision_order", status="PENDING")
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer, StepInfo, WorkflowStatus
from sqlalchemy import Engine as Database

from cloudctl.domain.errors import Conflict, NotFound
from cloudctl.domain.workflows import StepState, WorkflowState
from cloudctl.engine.queues import QUEUE

APPLICATION = "cloudctl"
SCHEMA = "dbos"


def migrate(database: Database) -> None:
    """Brings the engine's own tables up to date; does nothing when they are. Safe from several processes at once."""
    DBOS.migrate(database.url.render_as_string(hide_password=False), schema=SCHEMA)


def connect(database: Database) -> DBOSClient:
    """A client over `database`, whose pool it shares; connects when first used."""
    return DBOSClient(
        system_database_engine=database,
        dbos_system_schema=SCHEMA,
        serializer=DBOSPortableJSONSerializer(),
        application_name=APPLICATION,
        lazy=True,
    )


class WorkflowClient:
    """`ports.engine.Workflows` over the engine's tables. `alive` says whether an executor's process still runs."""

    def __init__(self, client: DBOSClient, alive: Callable[[str], bool]) -> None:
        self._client = client
        self._alive = alive

    def recent(self, *, saga: str | None = None, status: str | None = None, limit: int = 50) -> list[WorkflowState]:
        """Newest first."""
        rows = self._client.list_workflows(name=saga, status=status, limit=limit, sort_desc=True)
        return [_workflow_state(row) for row in rows]

    def get(self, workflow_id: str) -> WorkflowState | None:
        """One workflow."""
        row = self._row(workflow_id)
        return None if row is None else _workflow_state(row)

    def steps(self, workflow_id: str) -> list[StepState]:
        """The finished steps of a workflow, in order."""
        return [_step_state(row) for row in self._client.list_workflow_steps(workflow_id)]

    def resume(self, workflow_id: str) -> None:
        """Lets a stopped or stranded workflow go on after its last finished step.

        Raises NotFound, and Conflict for one that has ended well or that a live worker is running.
        """
        row = self._row(workflow_id)
        if row is None:
            raise NotFound(
                "There is no {what} {key}.",
                way_out="Check the id, or list what you can see.",
                what="workflow",
                key=workflow_id,
            )
        if row.status == "SUCCESS":
            raise Conflict("The workflow {id} has ended.", way_out="Retry its order instead.", id=workflow_id)
        if row.status == "PENDING" and self._alive(row.executor_id or ""):
            raise Conflict(
                "A live worker is running the workflow {id}.",
                way_out="Wait for it, or stop that worker.",
                id=workflow_id,
            )
        self._requeue(row)

    def _row(self, workflow_id: str) -> WorkflowStatus | None:
        return next(iter(self._client.list_workflows(workflow_ids=[workflow_id])), None)

    def _requeue(self, row: WorkflowStatus) -> None:
        """An ended one (ERROR: its body broke) is rewound to behind its last step; any other is simply queued again."""
        if row.status != "ERROR":
            self._client.resume_workflow(row.workflow_id, queue_name=QUEUE)
            return
        done = self._client.list_workflow_steps(row.workflow_id, load_output=False)
        self._client.rewind_workflow(
            row.workflow_id,
            start_step=max((step["function_id"] for step in done), default=0) + 1,
            queue_name=QUEUE,
            queue_partition_key=row.queue_partition_key,
        )


def _workflow_state(row: WorkflowStatus) -> WorkflowState:
    return WorkflowState(
        id=row.workflow_id,
        saga=row.name,
        status=row.status,
        created_at_ms=row.created_at or 0,
        updated_at_ms=row.updated_at or 0,
        executor=row.executor_id,
        attempts=row.recovery_attempts or 0,
        input=tuple(row.input["args"]) if row.input else (),
        output=row.output,
        error=_words(row.error),
    )


def _step_state(row: StepInfo) -> StepState:
    return StepState(
        index=row["function_id"],
        name=row["function_name"],
        output=row["output"],
        error=_words(row["error"]),
        started_at_ms=row["started_at_epoch_ms"],
        completed_at_ms=row["completed_at_epoch_ms"],
    )


def _words(error: Any) -> str | None:
    """An error as the engine kept it, in one line."""
    return None if error is None else f"{getattr(error, 'name', type(error).__name__)}: {error}"
