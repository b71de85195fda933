"""The page behind a signed link: what is asked, and a form to answer it, in both languages.

Nothing on it acts by being opened; no script, no picture, nothing from elsewhere.
"""

from __future__ import annotations

from datetime import date
from html import escape

from cloudctl.domain.clearings import Answer
from cloudctl.messages import Translate, fill, mark, translator
from cloudctl.services.clearing_answers import Asked

TITLE = mark("Is this system still needed?")
CHOICES: dict[Answer, str] = {
    Answer.KEEP: mark("It is still needed, until the day below, for the reason below"),
    Answer.RELEASE: mark("It is needed no longer: release it"),
    Answer.SNOOZE: mark("We need time, until the day below, for the reason below"),
    Answer.TRANSFER: mark("It belongs to another department, whose code stands below"),
}
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
}
_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>body{{font:16px/1.6 sans-serif;max-width:40em;margin:2em auto;padding:0 1em}}label{{display:block;margin:.5em 0}}
dt{{font-weight:bold}}.said{{border:1px solid #888;padding:.5em 1em}}</style></head>
<body><h1>{title}</h1>
{body}</body></html>
"""
_FORM = """<form method="post"><fieldset><legend>{legend}</legend>
{choices}
<label>{until} <input type="date" name="until"></label>
<label>{reason} <input name="reason" size="50" maxlength="1000"></label>
<label>{department} <input name="department" size="20" maxlength="64"></label>
<button type="submit">{send}</button></fieldset></form>
"""


def page_of(asked: Asked, locale: str, said: str = "") -> str:
    """The page in one language; `said` is what came of the answer, or why it was not taken."""
    _ = translator(locale)
    body = [*_facts(asked, locale, _)]
    if said:
        body.insert(0, f'<p class="said">{escape(said)}</p>')
    if asked.usable and not asked.clearing.ended:
        body.append(_form(_))
    else:
        body.append(f"<p>{escape(_('There is nothing to answer by this link.'))}</p>")
    language = "zh-CN" if locale == "zh_CN" else "en"
    return _PAGE.format(language=language, title=escape(_(TITLE)), body="\n".join(body))


def thanks(number: str, locale: str) -> str:
    """The page after an answer."""
    _ = translator(locale)
    said = fill(_, mark("Thank you. Your answer to case {number} is on record."), {"number": number})
    language = "zh-CN" if locale == "zh_CN" else "en"
    return _PAGE.format(language=language, title=escape(_(TITLE)), body=f'<p class="said">{escape(said)}</p>')


def refusal(said: str, locale: str) -> str:
    """The page for a link that is none."""
    _ = translator(locale)
    language = "zh-CN" if locale == "zh_CN" else "en"
    return _PAGE.format(language=language, title=escape(_(TITLE)), body=f'<p class="said">{escape(said)}</p>')


def _facts(asked: Asked, locale: str, _: Translate) -> list[str]:
    clearing = asked.clearing
    pairs: tuple[tuple[str, object], ...] = (
        (_("System"), f"{asked.system.name} ({asked.system.code})"),
        (_("Clearing case"), clearing.number),
        (_("Why"), clearing.words.get(locale, "")),
        (_("Answer until"), clearing.due_on or ""),
        (_("For"), asked.account.name),
    )
    shown = "".join(f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in pairs)
    return [f"<dl>{shown}</dl>"]


def _form(_: Translate) -> str:
    choices = "\n".join(
        f'<label><input type="radio" name="answer" value="{answer.value}" required> {escape(_(words))}</label>'
        for answer, words in CHOICES.items()
    )
    return _FORM.format(
        legend=escape(_("Your answer")),
        choices=choices,
        until=escape(_("Until")),
        reason=escape(_("Reason")),
        department=escape(_("Code of the department")),
        send=escape(_("Send")),
    )


def day_of(text: str) -> date | None:
    """A day as a browser sends it; None where none was given. Raises ValueError for what is no day."""
    return date.fromisoformat(text) if text else None
