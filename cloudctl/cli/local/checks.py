"""What `cloudctl doctor` looks at: each check yields its results, and every trouble names the command that mends it."""

from __future__ import annotations

import ctypes
import shutil
import stat
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cloudctl.cli.labels import label
from cloudctl.cli.words import _
from cloudctl.messages import fill

if TYPE_CHECKING:
    from cloudctl.bootstrap import App
    from cloudctl.domain.clouds import Cloud

CLOCK_UNSYNCHRONISED = 5  # TIME_ERROR of adjtimex(2)
TIMEX_BYTES = 512  # more than struct timex takes on any Linux
AHEAD = timedelta(minutes=1)
LOW_SHARE, FULL_SHARE = 0.15, 0.05
FULL_GIB = 1.0
SILENT = timedelta(minutes=15)
DECEMBER = 12
GIB = 2**30


class Result(NamedTuple):
    """What a check saw. `mend` is the command to run; None when all is well. `grave` makes the doctor's exit code."""

    check: str
    text: str
    mend: str | None = None
    grave: bool = True


def clock(app: App) -> Iterator[Result]:
    """The machine's clock is kept right by somebody, and has not gone back behind what is on record."""
    from cloudctl.ports.queries import PageAsk  # noqa: PLC0415 - as all below: loaded when it runs

    name = _("Clock")
    newest = app.context.queries.audit.page(None, {}, PageAsk(limit=1)).items
    if newest and (latest := newest[0].at) > app.context.clock.now() + AHEAD:  # type: ignore[attr-defined]
        text = _("The newest event on record is of {latest}, later than now.").format(latest=latest)
        yield Result(name, text, "timedatectl set-ntp true")
    elif _adjtimex() == CLOCK_UNSYNCHRONISED:
        yield Result(name, _("No time server keeps this clock right."), "timedatectl set-ntp true", grave=False)
    else:
        yield Result(name, _("In order."))


def disk(app: App) -> Iterator[Result]:
    """Room where the database and the files are, and nobody else reading them."""
    directory = Path(app.settings.data_dir)
    usage = shutil.disk_usage(directory)
    share, gib = usage.free / usage.total, usage.free / GIB
    text = _("{gib} GiB ({share} %) free in {directory}.").format(
        gib=f"{gib:.1f}", share=round(share * 100), directory=directory
    )
    full = share < FULL_SHARE or gib < FULL_GIB
    mend = f"du -xh --max-depth=2 {directory} | sort -h | tail" if full or share < LOW_SHARE else None
    yield Result(_("Disk"), text, mend, grave=full)
    for path in (directory, app.settings.secret_keys):
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield Result(_("Disk"), _("Others may read {path}.").format(path=path), f"chmod go= {path}")


def database(app: App) -> Iterator[Result]:
    """It answers, and its schema is this version's."""
    app.context.queries.check()
    differences = app.differences()
    if differences:
        text = _("It is not up to date: {difference}").format(difference=differences[0])
        yield Result(_("Database"), text, "cloudctl db upgrade")
    else:
        yield Result(_("Database"), _("In order."))


def clouds(app: App) -> Iterator[Result]:
    """Every cloud in service answers with our credentials."""
    from cloudctl.ports.context import platform  # noqa: PLC0415

    with app.context.unit_of_work(platform("doctor")) as uow:
        known = [cloud for cloud in uow.clouds.all() if not cloud.retired]
    if not known:
        yield Result(_("Clouds"), _("None is registered."), "cloudctl clouds create --help", grave=False)
    for cloud in known:
        yield _cloud(app, cloud)


def inventory(app: App) -> Iterator[Result]:
    """Every cloud in service is read to its end, again and again."""
    from cloudctl.ports.queries import PageAsk  # noqa: PLC0415

    fine = True
    rows: list[Any] = app.context.queries.clouds.page(None, {}, PageAsk(limit=500)).items
    for row in rows:
        if row.retired or row.health == "fresh":
            continue
        fine = False
        text = _("Cloud {code}: its figures are {health}.").format(code=row.code, health=label(row.health))
        yield Result(_("Inventory"), text, f"cloudctl syncs run {row.code} --full", grave=False)
    if fine:
        yield Result(_("Inventory"), _("In order."))


def workflows(app: App) -> Iterator[Result]:
    """No build hangs, and none waits for an operator."""
    from cloudctl.ports.queries import PageAsk  # noqa: PLC0415

    name, fine = _("Workflows"), True
    for order in app.context.queries.orders.page(None, {"state": "attention"}, PageAsk(limit=50)).items:
        fine = False
        text = _("Order {number} waits for an operator.").format(number=order.number)  # type: ignore[attr-defined]
        yield Result(name, text, f"cloudctl workflows retry {order.id}", grave=False)  # type: ignore[attr-defined]
    for state in app.context.workflows.recent(status="PENDING", limit=200):
        if app.context.clock.now().timestamp() * 1000 - state.updated_at_ms > SILENT.total_seconds() * 1000:
            fine = False
            text = _("{id} has not moved for {minutes} minutes.").format(id=state.id, minutes=SILENT.seconds // 60)
            yield Result(name, text, f"cloudctl workflows resume {state.id}")
    if fine:
        yield Result(name, _("In order."))


def notices(app: App) -> Iterator[Result]:
    """No channel has failed for an hour, and no message to people was given up."""
    from cloudctl.domain.channels import ALARM  # noqa: PLC0415
    from cloudctl.ports.queries import PageAsk  # noqa: PLC0415

    for channel in app.context.queries.channels():
        since = channel.failing_since
        if since is not None and app.context.clock.now() - since >= ALARM:
            text = _("Nothing goes through {name} since {since}: {error}").format(
                name=channel.name, since=f"{since:%Y-%m-%d %H:%M} UTC", error=channel.last_error
            )
            yield Result(_("Notices"), text, f"cloudctl channels test {channel.name}")
    failed = app.context.queries.notices.page(None, {"state": "failed"}, PageAsk(limit=1)).items
    if failed:
        yield Result(_("Notices"), _("Some could not be sent."), "cloudctl notices list --state failed", grave=False)
    else:
        yield Result(_("Notices"), _("In order."))


def calendar(app: App) -> Iterator[Result]:
    """From December on, next year's official calendar is there."""
    from cloudctl.domain.calendars import OFFICIAL, today_for_people  # noqa: PLC0415

    today = today_for_people(app.context.clock.now())
    wanted = today.year + (today.month == DECEMBER)
    if OFFICIAL.published(wanted):
        yield Result(_("Calendar"), _("In order."))
    else:
        text = _("The holidays of {year} are not known here: limits that reach them are provisional.")
        yield Result(_("Calendar"), text.format(year=wanted), "pip install --upgrade chinesecalendar", grave=False)


CHECKS: tuple[Callable[[App], Iterator[Result]], ...] = (
    clock,
    disk,
    database,
    calendar,
    clouds,
    inventory,
    workflows,
    notices,
)


def _cloud(app: App, cloud: Cloud) -> Result:
    from cloudctl.domain.errors import BackendError, ConfigurationError  # noqa: PLC0415

    name = _("Cloud {code}").format(code=cloud.code)
    try:
        app.context.clouds.provider(cloud).check()
    except (BackendError, ConfigurationError) as error:
        mend = f"openstack --os-cloud {cloud.code} token issue" if cloud.kind == "openstack" else "cloudctl config show"
        return Result(name, fill(_, error.message, error.params), mend)
    return Result(name, _("It answers."))


def _adjtimex() -> int:
    """The kernel's word on its clock (man 2 adjtimex); 0 where it cannot be asked."""
    try:
        return int(ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(TIMEX_BYTES)))
    except (OSError, AttributeError):
        return 0
