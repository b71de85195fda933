"""The outbox: due notices are sent outside of any transaction, and the outcome is put on record."""

from __future__ import annotations

from datetime import timedelta

from cloudctl.domain.notices import Notice
from cloudctl.ports.context import Context, Request

BATCH = 20
# A sender that dies between claim and record leaves the notice to the next one, after this pause.
CLAIM = timedelta(minutes=5)


def send_due(ctx: Context, request: Request) -> int:
    """Sends what is due; answers how many the mail server took. The same notice always has the same message id."""
    sent = 0
    for notice in _claim(ctx, request):
        error = _send(ctx, notice)
        with ctx.unit_of_work(request) as uow:
            kept = uow.notices.get(notice.id)
            if error is None:
                kept.sent(uow.now)
                sent += 1
            else:
                kept.refused(uow.now, error)
    return sent


def _claim(ctx: Context, request: Request) -> list[Notice]:
    with ctx.unit_of_work(request) as uow:
        due = list(uow.notices.due(uow.now, BATCH))
        for notice in due:
            notice.due_at = uow.now + CLAIM
    return due


def _send(ctx: Context, notice: Notice) -> str | None:
    """None when it was taken, else the channel's words."""
    try:
        ctx.notifier.deliver(notice)
    except OSError as error:
        return f"{type(error).__name__}: {error}"[:500]
    return None
