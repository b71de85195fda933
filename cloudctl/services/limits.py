"""The clocks of an order's steps, turned with its state. `services/history.advance` calls `turn`; nobody else needs to.

    limits.keep(uow, order, Step.OPINIONS, waiting=True)    # a step that runs beside the state's own

Sent back for correction, what runs is stopped; it goes on with what was left when the order is in that step again. A
correction's clock also sets the day after which the order is cancelled.
"""

from __future__ import annotations

from datetime import datetime

from cloudctl.domain.calendars import Calendar, end_of_day
from cloudctl.domain.clocks import Clock, started
from cloudctl.domain.freezes import acts_of
from cloudctl.domain.limits import APART, FREEZABLE, STEP_OF, Step, kind_of
from cloudctl.domain.orders import CORRECTION_WORKING_DAYS, Order
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.calendars import calendar_of, working_days_from_now


def turn(uow: UnitOfWork, order: Order) -> None:
    """Ends, stops, resumes and starts what the order's state asks for, and makes its step's clock the order's."""
    step = STEP_OF.get(order.state)
    if order.open and step is None:
        return
    calendar = calendar_of(uow)
    for clock in uow.clocks.open_of(order.id):
        if clock.step in APART:
            continue
        if not order.open or (clock.running and clock.step is not step and step is not Step.CORRECTION):
            clock.end(calendar, uow.now)
        elif clock.step is not step:
            clock.stop(calendar, uow.now)
    order.clock = None if step is None else _start(uow, order, step, calendar)
    order.clock_id = None if order.clock is None else order.clock.id
    if step is Step.CORRECTION and order.clock is not None:
        order.correction_due = end_of_day(order.clock.statutory_on)


def start(uow: UnitOfWork, order: Order, step: Step) -> Clock | None:
    """The step's clock: one that runs is left alone, one that was stopped goes on; None where no limit is set."""
    return _start(uow, order, step, calendar_of(uow))


def _start(uow: UnitOfWork, order: Order, step: Step, calendar: Calendar) -> Clock | None:
    kind = kind_of(order.items, emergency=order.emergency)
    binds = acts_of(order.items) if step in FREEZABLE and not order.emergency else frozenset()
    windows = uow.freezes.ending_after(uow.now) if binds else ()
    for clock in uow.clocks.open_of(order.id):
        if clock.step is step:
            clock.resume(calendar, uow.now, windows)
            return clock
    limit = uow.timetable.of(kind, step)
    if limit is None:
        return None
    made = started(
        order_id=order.id,
        department_id=order.department_id,
        kind=kind,
        step=step,
        zone=order.zone,
        binds=binds,
        promised=limit.promised,
        statutory=limit.statutory,
        calendar=calendar,
        now=uow.now,
        freezes=windows,
    )
    uow.clocks.add(made)
    return made


def keep(uow: UnitOfWork, order: Order, step: Step, *, waiting: bool) -> None:
    """Has the step's clock run while somebody is waited for, and end when nobody is."""
    if waiting:
        start(uow, order, step)
    else:
        end(uow, order, step)


def correction_due(uow: UnitOfWork, order: Order) -> datetime:
    """When an order that is sent back now is cancelled, unless it is corrected."""
    limit = uow.timetable.of(kind_of(order.items, emergency=order.emergency), Step.CORRECTION)
    days = CORRECTION_WORKING_DAYS if limit is None else limit.statutory
    return end_of_day(working_days_from_now(uow, days).day)


def end(uow: UnitOfWork, order: Order, step: Step) -> None:
    """Ends the step's clock, if there is one."""
    for clock in uow.clocks.open_of(order.id):
        if clock.step is step:
            clock.end(calendar_of(uow), uow.now)
