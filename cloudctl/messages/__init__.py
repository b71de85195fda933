"""People's texts: English message ids in the code, Chinese in the catalogue (gettext).

    translate = translator("zh_CN")
    fill(translate, "There is no {what} {key}.", {"what": "department", "key": "d-1"})

The standard library reads the compiled catalogue; `build_catalogues.py` at the repository root compiles and extracts.
A text that the catalogue does not have stays English.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Callable, Mapping
from functools import cache

Translate = Callable[[str], str]

DOMAIN = "cloudctl"
LOCALES = ("zh_CN", "en")
LOCALE_DIR = os.path.join(os.path.dirname(__file__), "locale")  # noqa: PTH118, PTH120 - a plain command imports no pathlib

_ENVIRONMENT = ("CLOUDCTL_LANG", "LC_ALL", "LC_MESSAGES", "LANG")

# Parameters whose values are words of ours, not of the caller: they are translated with the sentence.
_OUR_WORDS = frozenset(
    {
        "what",
        "noun",
        "kind",
        "state",
        "event",
        "action",
        "step",
        "dimension",
        "level",
        "upper",
        "specialist",
        "specialists",
        "verdict",
    }
)


def known_locale(tag: str) -> str:
    """The locale of ours that serves a language tag in any spelling (`zh-Hans-CN`, `zh_CN.UTF-8`, `en`, `C`)."""
    return "zh_CN" if tag.lower().startswith("zh") else "en"


@cache
def translator(locale: str) -> Translate:
    """The function that turns a message id into the text of `locale`; what is not in the catalogue comes back as is."""
    catalogue = gettext.translation(DOMAIN, LOCALE_DIR, [known_locale(locale)], fallback=True)

    def translate(text: str) -> str:
        return catalogue.gettext(text) if text else text  # the empty id is the catalogue's header

    return translate


def mark(text: str) -> str:
    """Marks a text for extraction where it is translated later; gives it back unchanged."""
    return text


def mark_plural(one: str, many: str) -> tuple[str, str]:
    """As `mark`, for a text with a form for one and a form for many."""
    return one, many


def fill(translate: Translate, message: str, params: Mapping[str, object]) -> str:
    """The sentence in the reader's language, its `{placeholders}` filled; those that hold our own words translated."""
    words = {
        name: _translated(translate, name, value) if name in _OUR_WORDS and isinstance(value, str) else value
        for name, value in params.items()
    }
    try:
        return translate(message).format(**words) if words else translate(message)
    except (LookupError, ValueError, AttributeError):  # a message of another version than its parameters
        return translate(message)


# The fields of specialists: their code words have another meaning elsewhere (a network is a segment).
_FIELDS = {
    "network": mark("network matters"),
    "security": mark("security matters"),
    "capacity": mark("capacity matters"),
    "budget": mark("budget matters"),
}


def _translated(translate: Translate, name: str, words: str) -> str:
    """A word of ours, or several with commas between."""
    fields = _FIELDS if name in {"specialist", "specialists"} else {}
    ids = [fields.get(word, word) for word in words.split(", ")]
    return ", ".join(translate(text) for text in ids)


def acting(translate: Translate, name: str) -> str:
    """An actor's name as people read it: a deputy's is kept as "B for A" (logins have no blanks)."""
    deputy, for_whom, principal = name.partition(" for ")
    if not for_whom:
        return name
    return translate("{deputy} for {principal}").format(deputy=deputy, principal=principal)


def locale_from_environment(environ: Mapping[str, str] = os.environ) -> str:
    """The locale that a process's environment asks for; CLOUDCTL_LANG goes before POSIX's own variables."""
    return known_locale(next((environ[name] for name in _ENVIRONMENT if environ.get(name)), "en"))
