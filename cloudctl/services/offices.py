"""Which office decides on an order: that of its district, or the city's.

The nearest district at or above the applicant that has reviewers is responsible, from the first submission on.
Emergencies, and what policies reserve for a role of the city's office, lie with the city; so does what it takes over
(`services/takeovers.py`).
"""

from __future__ import annotations

from cloudctl.domain.accounts import Role
from cloudctl.domain.departments import Department, Level
from cloudctl.domain.orders import Order
from cloudctl.ports.unit_of_work import UnitOfWork


def responsible(uow: UnitOfWork, order: Order) -> Department | None:
    """The district whose office decides on a judged order; None: the city's."""
    if order.emergency or order.ruling.roles:
        return None
    for department in uow.departments.line(uow.departments.get(order.department_id)):
        if department.level is Level.DISTRICT and uow.accounts.with_role(Role.DISTRICT_REVIEWER, department.id):
            return department
    return None
