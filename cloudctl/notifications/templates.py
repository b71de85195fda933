"""What notices say: a subject and a body by template, Chinese first and English below it in one message.

    subject, body = render("order_returned", {"number": "2026-000017", "title": "OA", "reason": "No term."})

Texts are message ids; a notice's params fill them. `number` and `title` go with every order, `reason` where somebody
gave one; term_ending has `count`, `names` and `expires_on`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from cloudctl.messages import LOCALES, Translate, fill, mark, translator

_RULE = "-" * 40


class Template(NamedTuple):
    """One notice: message ids."""

    subject: str
    body: str


TEMPLATES: dict[str, Template] = {
    "order_submitted": Template(
        mark("Order {number} waits for your sign-off"),
        mark("Your department has handed in order {number}, “{title}”. Please sign it off or send it back."),
    ),
    "order_signed_off": Template(
        mark("Order {number} waits for review"),
        mark("The department head has signed off order {number}, “{title}”. Please review it."),
    ),
    "order_returned": Template(
        mark("Order {number} was returned for correction"),
        mark(
            "Order {number}, “{title}”, was sent back. Please supply everything named below within ten working days; "
            "after that it is cancelled and its quota is free again."
        ),
    ),
    "order_approved": Template(
        mark("Order {number} was approved"),
        mark("Order {number}, “{title}”, was approved. The build has been queued; its progress shows with the order."),
    ),
    "order_rejected": Template(
        mark("Order {number} was rejected"),
        mark("Order {number}, “{title}”, was rejected. Nothing is held for it any longer."),
    ),
    "order_delivered": Template(
        mark("Order {number} was delivered"),
        mark("Everything that order {number}, “{title}”, asked for is ready. Addresses and access are with the order."),
    ),
    "order_failed": Template(
        mark("Order {number} could not be built"),
        mark(
            "Order {number}, “{title}”, could not be built. What had been made was removed and nothing is held; "
            "the office looks into the cause."
        ),
    ),
    "order_attention": Template(
        mark("Order {number} needs an operator"),
        mark(
            "The build of order {number}, “{title}”, has stopped. Look at it with `cloudctl workflows list`, then "
            "retry it, resume it or roll it back."
        ),
    ),
    "order_cancelled": Template(
        mark("Order {number} was cancelled"),
        mark("Order {number}, “{title}”, was withdrawn or not corrected in time. Nothing is held for it any longer."),
    ),
    "term_ending": Template(
        mark("The term of {count} resources ends on {expires_on}"),
        mark("Their term ends on {expires_on}: {names}. Please renew what is still needed, and release the rest."),
    ),
}
REASON = mark("Reason: {reason}")
FOOTER = mark("Sent by the platform of the e-government office; answers to this message are not read.")


def render(template: str, params: Mapping[str, str]) -> tuple[str, str]:
    """(subject, body). The subject is one line whatever the params hold. Raises KeyError for an unknown template."""
    texts = TEMPLATES[template]
    languages = [translator(locale) for locale in LOCALES]
    subject = " / ".join(_one_line(fill(translate, texts.subject, params)) for translate in languages)
    body = f"\n{_RULE}\n".join(_body(translate, texts, params) for translate in languages)
    return subject, body


def _body(translate: Translate, texts: Template, params: Mapping[str, str]) -> str:
    parts = [texts.body, REASON, FOOTER] if params.get("reason") else [texts.body, FOOTER]
    return "\n\n".join(fill(translate, part, params) for part in parts) + "\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())
