"""The demonstration's last scenes: a system that nobody uses any more, and one beside it that only looks so.

Planted in the applicant's department: one system sleeps, the other works for one hour a month. Their telemetry is
handed in as a file; then the scan, the evidence, and a campaign that asks the owner. Nothing is switched off here: that
takes the days of the policy's clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from cloudctl.cli.findings import in_my_language
from cloudctl.cli.local.city import APPLICANT, CLOUD
from cloudctl.cli.local.stage import Stage
from cloudctl.cli.words import _
from cloudctl.ports.context import Context, platform
from cloudctl.services import clearing_rounds

ZOMBIE, ALIKE = f"{APPLICANT}-s6", f"{APPLICANT}-s5"
DAYS = 100
JOB_HOURS = 1  # on the first of each month
USES = {ZOMBIE: "idle", ALIKE: "monthly"}
"""As what the simulated cloud plays their servers, so that it says the same as the file."""
CONTRACT_OVER_DAYS = 200
SHOWN = "system,name,state,confidence,signs,purpose"
Point = tuple[str, datetime, float, float, float]


def play(stage: Stage, desk: Path, ctx: Context) -> None:
    """The scenes. `desk` is where files lie."""
    from cloudctl.telemetry.exports import write_points  # noqa: PLC0415 - plays the monitoring's export

    stage.scene(_("What does nobody use any more? One system sleeps, another works for one hour a month"))
    systems = {code: stage.get("officer", "/systems", code=code)["items"][0]["id"] for code in (ZOMBIE, ALIKE)}
    over = ctx.clock.now().date() - timedelta(days=CONTRACT_OVER_DAYS)
    stage.patch("officer", f"/systems/{systems[ZOMBIE]}", {"contract_ends_on": over.isoformat()})
    servers = {
        code: [row["id"] for row in stage.get("officer", "/servers", system_id=key)["items"]]
        for code, key in systems.items()
    }
    names = {
        code: [stage.get("operator", f"/servers/{key}")["backend_id"] for key in keys] for code, keys in servers.items()
    }
    points = desk / "telemetry.parquet"
    write_points(points, _points(ctx.clock.now(), names[ZOMBIE], names[ALIKE]))
    stage.command("operator", "telemetry", "ingest", str(points), "--cloud", CLOUD)
    stage.command("office", "zombies", "scan", "--department", APPLICANT)
    stage.command("office", "zombies", "list", "--department", APPLICANT, "--columns", SHOWN)
    stage.command("office", "zombies", "explain", ZOMBIE)
    stage.say(_("And {system}, which looks like it on most days:").format(system=ALIKE))
    stage.say(in_my_language(stage.get("office", f"/systems/{systems[ALIKE]}/verdict")["words"]))
    stage.scene(_("A campaign takes on what is a zombie, and nothing else: its owner is asked"))
    scope = ("--department", APPLICANT)
    stage.command("reviewer", "zombies", "campaign", "start", *scope, "--dry-run")
    stage.command("reviewer", "zombies", "campaign", "start", *scope, "--title", "僵尸系统清理")
    clearing_rounds.advance(ctx, platform("job:clearings"))  # what the worker does every few minutes
    stage.command("officer", "zombies", "case", "list", "--columns", "number,system,name,state,due_on")


def _points(now: datetime, asleep: Sequence[str], monthly: Sequence[str]) -> Iterator[Point]:
    """An hour of each server a row, until the end of yesterday: CPU in percent, KiB/s in and out."""
    today = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    for ago in range(DAYS, 0, -1):
        for hour in range(24):
            at = today - timedelta(days=ago) + timedelta(hours=hour)
            works = at.day == 1 and hour < JOB_HOURS
            yield from ((name, at, 0.8, 0.004, 0.003) for name in asleep)
            yield from ((name, at, 90.0 if works else 0.8, 0.004, 0.003) for name in monthly)
