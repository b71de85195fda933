"""The demonstration's end: where the city's consolidation stands, what is true of it, and what it saves.

Claimed against verified with the burn-down, two closures that are not what they are claimed to be, the plan of the
waves, the ranking, the savings and the month's report.
"""

from __future__ import annotations

from pathlib import Path

from cloudctl.cli.local import past
from cloudctl.cli.local.stage import Stage
from cloudctl.cli.tables import rows_table
from cloudctl.cli.words import _
from cloudctl.domain.calendars import PEOPLE_ZONE
from cloudctl.ports.clock import Clock

CITY = "city_departments"
FIRST = 10  # places of the ranking


def play(stage: Stage, desk: Path, clock: Clock) -> None:
    """The scenes. `desk` is where files lie."""
    stage.scene(_("The office looks at the consolidation: claimed against verified, and what is left week by week"))
    stage.command("office", "consolidation", "status", "--scope", CITY)
    stage.scene(_("Who says so? A room with its power on, one signature twice, a photo used again, an old address"))
    for code in (past.POWER_ON, past.SIGNED_TWICE, past.SAME_PHOTO, past.ANSWERS_FROM_OLD):
        stage.command("auditor", "consolidation", "explain", code)
    stage.scene(_("What is still to move is planned in waves"))
    stage.command("office", "consolidation", "plan")
    stage.scene(_("The departments, ranked by an open formula"))
    rows = stage.get("office", "/consolidation/ranking", scope=CITY)
    places = [{name: row[name] for name in ("rank", "code", "department", "score")} for row in rows[:FIRST]]
    for line in rows_table(places, ("rank", "code", "department", "score")).splitlines():
        stage.say(line)
    stage.say(_("All {count} places: `cloudctl consolidation ranking`.").format(count=len(rows)))
    stage.scene(_("What it saves, and the month's report as workbook and PDF"))
    stage.command("office", "savings", "show")
    month = clock.now().astimezone(PEOPLE_ZONE).strftime("%Y-%m")
    for kind in ("xlsx", "pdf"):
        target = str(desk / f"monthly-{month}.{kind}")
        stage.command("office", "reports", "monthly", "--month", month, "--format", kind, "-o", target)
