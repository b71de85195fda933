"""What notices say: a subject and a body by template, in the given languages, one below the other in one message.

    subject, body = render("order_returned", {"number": "2026-000017", "title": "OA", "reason": "No term."})

Texts are message ids; a notice's params fill them. `number` and `title` go with every order, `reason` where somebody
gave one, `deputy_of` for whose deputy the reader is; term_ending has `count`, `names` and `expires_on`. A new template
is one entry of TEMPLATES; whether it is urgent, or may be done without, is said in domain/notices.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from cloudctl.messages import LOCALES, Translate, fill, mark, translator
from cloudctl.notifications.apps import APPS
from cloudctl.notifications.clearings import CLEARINGS
from cloudctl.notifications.incidents import INCIDENTS

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
    "order_accepted": Template(
        mark("Order {number} was accepted"),
        mark(
            "The office has accepted order {number}, “{title}”. The letter is with the order: `cloudctl letters list`."
        ),
    ),
    "order_refused": Template(
        mark("Order {number} was not accepted"),
        mark("The office has not accepted order {number}, “{title}”. Nothing is held for it any longer."),
    ),
    "opinion_asked": Template(
        mark("Your opinion on order {number} is asked for"),
        mark("Order {number}, “{title}”, waits for the opinion of your field: `cloudctl opinions list --state asked`."),
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
    "order_recalled": Template(
        mark("The approval of order {number} was taken back"),
        mark(
            "The office has taken back its approval of order {number}, “{title}”, before anything was built. It is "
            "under review again; what is held for it stays held."
        ),
    ),
    "order_taken_over": Template(
        mark("Order {number} was taken over by the city's office"),
        mark(
            "The city's office has taken order {number}, “{title}”, over from the office of {office} and decides on it "
            "from now on. There is nothing left to do for you."
        ),
    ),
    "order_emergency": Template(
        mark("Order {number} is an emergency and was approved by telephone"),
        mark(
            "Order {number}, “{title}”, was approved by telephone as an emergency and is being built. The form, signed "
            "by the department head, is owed within the working days that the record of the emergency names."
        ),
    ),
    "emergency_overdue": Template(
        mark("The signed form of emergency {number} is overdue"),
        mark(
            "The signed form of emergency {number}, “{title}”, was not handed in in time. Please hand it in now: "
            "`cloudctl emergencies complete`."
        ),
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
    "fitting_assigned": Template(
        mark("{number} {name} is to be installed or connected"),
        mark(
            "Order {number} was granted “{name}”. Please install or connect it, then say so with "
            "`cloudctl colocations install` or `cloudctl accesses connect`."
        ),
    ),
    "fitting_completed": Template(
        mark("{number} {name} is in place"),
        mark("“{name}” ({number}) was installed or connected. Where it stands is on record with it."),
    ),
    "fitting_released": Template(
        mark("{number} {name} is to be taken out"),
        mark(
            "The department gives “{name}” ({number}) back. Please take it out, then say so with "
            "`cloudctl colocations remove` or `cloudctl accesses disconnect`."
        ),
    ),
    "fitting_taken_out": Template(
        mark("{number} {name} was taken out"),
        mark("“{name}” ({number}) was taken out; its place is free again."),
    ),
    "room_exemption_over": Template(
        mark("The exemption of the machine room {code} is over"),
        mark(
            "The machine room {code} {name} stands under an exemption that ended on {ends_on}. Please move what runs "
            "there to the shared platform and close it, or ask for a new exemption."
        ),
    ),
    "rating_bad": Template(
        mark("Order {number} was rated badly: an answer is owed"),
        mark(
            "The applicant of order {number}, “{title}”, is not content. Please find out why and answer with "
            "`cloudctl ratings answer` within five working days."
        ),
    ),
    "rating_answered": Template(
        mark("Your rating of order {number} was answered"),
        mark("The office has answered your rating of order {number}, “{title}”. The answer stands below."),
    ),
    "limit_warning": Template(
        mark("Order {number}: the limit of {step} ends on {day}"),
        mark("The promised limit of the step {step} of order {number}, “{title}”, ends on {day}. Please see to it."),
    ),
    "card_yellow": Template(
        mark("Yellow card: order {number}, {step}"),
        mark(
            "The promised limit of the step {step} of order {number}, “{title}”, ended on {day}. Please see to it now."
        ),
    ),
    "card_red": Template(
        mark("Red card: order {number}, {step}"),
        mark(
            "The statutory limit of the step {step} of order {number}, “{title}”, ended on {day}. Please see to it now."
        ),
    ),
    "case_opened": Template(
        mark("Case {number}: {title}"),
        mark(
            "Your department is under listed supervision: {number}, “{title}”. Put it right until {day}, then hand "
            "the proof in with `cloudctl cases prove`. The reason stands below."
        ),
    ),
    "case_proved": Template(
        mark("Case {number}: the proof is in"),
        mark("The department has handed its proof in for case {number}, “{title}”. Please close it, or return it."),
    ),
    "case_returned": Template(
        mark("Case {number} was returned"),
        mark("The proof for case {number}, “{title}”, does not do. Please hand a better one in until {day}."),
    ),
    "case_closed": Template(
        mark("Case {number} is closed"),
        mark("Case {number}, “{title}”, was closed on record."),
    ),
    "case_warning": Template(
        mark("Case {number} is due on {day}"),
        mark("The proof for case {number}, “{title}”, is due on {day}. Please see to it."),
    ),
    "case_yellow": Template(
        mark("Yellow card: case {number} is overdue"),
        mark("The proof for case {number}, “{title}”, was due on {day}. Please see to it now."),
    ),
    "case_red": Template(
        mark("Red card: case {number} is long overdue"),
        mark("The proof for case {number}, “{title}”, was due on {day}, and is long overdue. Please see to it now."),
    ),
    "term_ending": Template(
        mark("The term of {count} resources ends on {expires_on}"),
        mark("Their term ends on {expires_on}: {names}. Please renew what is still needed, and release the rest."),
    ),
    "systems_due": Template(
        mark("{count} dates of your systems fall due within {days} days"),
        mark(
            "Assessments, filings, contracts or maintenance of these systems run out: {names}. Please have them "
            "renewed in time and put the new days on record: `cloudctl systems due`."
        ),
    ),
    "systems_overdue": Template(
        mark("{count} dates of your systems have come or are past"),
        mark(
            "Assessments, filings, contracts or maintenance of these systems have run out: {names}. Please see to it "
            "now and put the new days on record: `cloudctl systems due`."
        ),
    ),
    "wave_begins": Template(
        mark("Wave {number} of the migration begins: {names}"),
        mark(
            "Wave {number} is under way and ends on {day}. Your department moves in it: {names}. What is to be done "
            "until when: `cloudctl waves steps --wave {number}`."
        ),
    ),
    "step_overdue": Template(
        mark("{system}: a step of its migration is overdue"),
        mark(
            "The step “{name}” of the migration of {system} was due on {day}. Complete it, or say what is in the way: "
            "`cloudctl waves complete-step`, `cloudctl waves hold-step`."
        ),
    ),
    "postponement_ended": Template(
        mark("The postponement of {system} has ended"),
        mark(
            "The system {system} {title} was postponed up to {day}. It is to be decided anew what becomes of it: "
            "`cloudctl assessments decide {system}`."
        ),
    ),
    "system_merged": Template(
        mark("{system} was merged into {successor}"),
        mark(
            "The system {system} {title} was merged into {successor}, which has taken over what was on record for it. "
            "See `cloudctl systems lineage {system}`."
        ),
    ),
    "drift_found": Template(
        mark("{count} resources on {cloud} were changed past the platform or are gone"),
        mark(
            "The cloud {cloud} has these otherwise than they are on record, or no longer: {names}. If that was you, "
            "tell the office; nothing is changed by itself. See `cloudctl drift list`."
        ),
    ),
    "waste_proposed": Template(
        mark("{count} proposals for what your department has and does not use"),
        mark(
            "It looks as if these were not used, or larger than what they do: {names}. Nothing is taken: agree, or say "
            "what they are needed for. See `cloudctl waste list`."
        ),
    ),
    "adopted": Template(
        mark("{count} running resources are now on your department's record"),
        mark(
            "The office has put what already ran on your department's record, with a term and in its quota: {names}. "
            "What is not yours or no longer needed, tell the office or release. The adoption's number is {number}."
        ),
    ),
    "adoption_undone": Template(
        mark("{count} resources are no longer on your department's record"),
        mark(
            "The office has taken the adoption {number} back. These are off your department's record and its quota, "
            "and run on as before: {names}."
        ),
    ),
    "adoption_attention": Template(
        mark("Adoption {number} waits for an operator"),
        mark(
            "Not all objects of the adoption {number} could be dealt with in their clouds. See `cloudctl adoptions "
            "show {number}`, then `cloudctl adoptions retry {number}`."
        ),
    ),
    "digest": Template(
        mark("{count} messages from the platform"),
        mark("Since the last time {count} messages have come together for you:"),
    ),
    "channel_test": Template(
        mark("A test of the channel {channel}"),
        mark("This is a test message to {name} through the channel {channel}. There is nothing to do."),
    ),
    **{name: Template(*texts) for name, texts in CLEARINGS.items()},
    **{name: Template(*texts) for name, texts in APPS.items()},
    **{name: Template(*texts) for name, texts in INCIDENTS.items()},
}
REASON = mark("Reason: {reason}")
DEPUTY = mark("You get this as the deputy of {deputy_of}.")
FOOTER = mark("Sent by the platform of the e-government office; answers to this message are not read.")


def render(
    template: str,
    params: Mapping[str, str],
    locales: Sequence[str] = LOCALES,
    parts: Iterable[tuple[str, Mapping[str, str]]] = (),
) -> tuple[str, str]:
    """(subject, body), with the parts of a digest below its body. Raises KeyError for an unknown template.

    The subject is one line whatever the params hold.
    """
    texts = TEMPLATES[template]
    languages = [translator(locale) for locale in locales]
    told = [(TEMPLATES[name], filling) for name, filling in parts]
    subject = " / ".join(_one_line(fill(translate, texts.subject, params)) for translate in languages)
    body = f"\n{_RULE}\n".join(_body(translate, texts, params, told) for translate in languages)
    return subject, body


def own_first(locale: str) -> tuple[str, ...]:
    """Every language, the reader's own before the others."""
    return tuple(sorted(LOCALES, key=lambda other: other != locale))


def _body(
    translate: Translate,
    texts: Template,
    params: Mapping[str, str],
    told: Iterable[tuple[Template, Mapping[str, str]]],
) -> str:
    paragraphs = list(_paragraphs(translate, texts.body, params))
    for part, filling in told:
        paragraphs.append(f"* {_one_line(fill(translate, part.subject, filling))}")
        paragraphs += _paragraphs(translate, part.body, filling)
    return "\n\n".join([*paragraphs, translate(FOOTER)]) + "\n"


def _paragraphs(translate: Translate, body: str, params: Mapping[str, str]) -> Iterable[str]:
    yield fill(translate, body, params)
    if params.get("reason"):
        yield fill(translate, REASON, params)
    if params.get("deputy_of"):
        yield fill(translate, DEPUTY, params)


def _one_line(text: str) -> str:
    return " ".join(text.split())
