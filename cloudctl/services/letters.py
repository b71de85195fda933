"""Official letters: written and numbered in the transaction of the act that they tell of.

`services/history.advance` calls `issue` for every step of an order, so an act has its letter whichever way it comes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.calendars import PEOPLE_ZONE
from cloudctl.domain.letters import Letter, LetterKind, numbered
from cloudctl.domain.opinions import Opinion, Specialist
from cloudctl.domain.orders import Order
from cloudctl.domain.returns import GROUNDS, Defect
from cloudctl.messages import LOCALES, letters, translator
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork


class Issue(NamedTuple):
    """Which letter an act has, and its template."""

    kind: LetterKind
    template: str


# By the state that an act leaves and its event.
ISSUED: dict[tuple[str, str], Issue] = {
    ("signed_off", "accept"): Issue(LetterKind.ACCEPTANCE, "acceptance"),
    ("signed_off", "refuse"): Issue(LetterKind.REFUSAL, "refusal"),
    ("signed_off", "return"): Issue(LetterKind.SUPPLEMENT, "supplement"),
    ("in_review", "return"): Issue(LetterKind.SUPPLEMENT, "supplement"),
    ("in_review", "approve"): Issue(LetterKind.DECISION, "approval"),
    ("signed_off", "auto_approve"): Issue(LetterKind.DECISION, "approval"),
    ("in_review", "reject"): Issue(LetterKind.DECISION, "rejection"),
}
_DATES = {"zh_CN": "{0.year}年{0.month}月{0.day}日", "en": "{0:%Y-%m-%d}"}
_COMMAS = {"zh_CN": "、", "en": ", "}
_TICK = timedelta(microseconds=1)


def get(ctx: Context, request: Request, letter_id: UUID) -> Letter:
    """One letter of what the actor sees."""
    request.actor.require(Permission.ORDERS_READ)
    with ctx.unit_of_work(request) as uow:
        letter = uow.letters.get(letter_id)
    request.actor.require_sight(letter.department_id, "letter", letter_id)
    return letter


def issue(uow: UnitOfWork, order: Order, before: str, event: str, reason: str | None) -> None:
    """Writes the letter of an act, if it has one: number, text in both languages, audit event."""
    found = ISSUED.get((before, event))
    if found is None:
        return
    at = uow.now.astimezone(PEOPLE_ZONE)
    number = numbered(found.kind, at.year, uow.letters.next_number(found.kind, at.year))
    same = {"number": number, **_same_in_all(uow, order, reason)}
    texts = {
        locale: letters.written(found.template, locale, same | _values(uow, order, found, locale)) for locale in LOCALES
    }
    letter = Letter(
        number=number,
        kind=found.kind,
        order_id=order.id,
        department_id=order.department_id,
        template=f"{found.template}.{letters.VERSIONS[found.template]}",
        title={locale: title for locale, (title, _) in texts.items()},
        content={locale: content for locale, (_, content) in texts.items()},
        issued_by=uow.actor.account_id,
        issued_at=uow.now,
    )
    uow.letters.add(letter)
    uow.audit(
        "create/letter",
        "letter",
        letter.id,
        department_id=order.department_id,
        after={"number": number, "template": letter.template, "order": order.number, "sha256": letter.digest},
    )


def _same_in_all(uow: UnitOfWork, order: Order, reason: str | None) -> dict[str, str]:
    """What fills the placeholders of any template in any language; "" for what there is nothing to say about."""
    return {
        "department": uow.departments.get(order.department_id).name,
        "order": order.number,
        "title": order.title,
        "reason": (reason or "").strip(),
        "specialists": "",
        "due": "",
        "defects": "",
        "conditions": "",
    }


def _values(uow: UnitOfWork, order: Order, found: Issue, locale: str) -> dict[str, str]:
    """What a template says in a language besides."""
    values = {"date": _date(uow.now, locale)}
    match found.template:
        case "acceptance":
            asked = [opinion for opinion in uow.opinions.of_order(order.id) if opinion.state == "asked"]
            values |= _asked(asked, locale)
        case "supplement":
            last = uow.returns.of_order(order.id)[-1]
            values |= {
                "defects": _defects(last.defects, locale),
                "reason": last.reason or "",
                "due": _date(last.due_at, locale, last_moment=True),
            }
        case "approval":
            values["conditions"] = _conditions(order.conditions, locale)
    return values


def _asked(opinions: list[Opinion], locale: str) -> dict[str, str]:
    if not opinions:
        return {}
    translate = translator(locale)
    names = [translate(opinion.specialist.speaker) for opinion in opinions]
    return {"specialists": _COMMAS[locale].join(names), "due": _date(opinions[0].due_at, locale, last_moment=True)}


def _defects(defects: list[Defect], locale: str) -> str:
    """A numbered line each: ground, words, and the field where there is one."""
    translate = translator(locale)
    lines = []
    for position, defect in enumerate(defects, start=1):
        where = f" ({defect.field})" if defect.field else ""
        lines.append(f"{position}. [{translate(GROUNDS[defect.ground])}] {defect.words}{where}")
    return "\n".join(lines)


def _conditions(conditions: list[dict[str, str]], locale: str) -> str:
    translate = translator(locale)
    return "\n".join(
        f"{position}. [{translate(Specialist(entry['specialist']).speaker)}] {entry['words']}"
        for position, entry in enumerate(conditions, start=1)
    )


def _date(moment: datetime, locale: str, *, last_moment: bool = False) -> str:
    """The day on the wall in Asia/Shanghai; a deadline at midnight belongs to the day that it ends."""
    shown = (moment - _TICK if last_moment else moment).astimezone(PEOPLE_ZONE)
    return _DATES[locale].format(shown)
