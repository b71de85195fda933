"""`/problems/{code}`: a page for people about each kind of problem, in both languages, out of `problems.KINDS`."""

from __future__ import annotations

from html import escape

from api.problems import KINDS, ApiError
from cloudctl.messages import translator

_LANGUAGES = (("zh_CN", "zh-CN"), ("en", "en"))
_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{code}</title></head>
<body><h1><code>{code}</code> · {status}</h1>
{sections}</body></html>
"""
_SECTION = '<section lang="{language}"><h2>{title}</h2><p>{meaning}</p></section>\n'


def page_of(code: str) -> str:
    """The page; raises the problem `not-found` for a code that there is not."""
    kind = KINDS.get(code)
    if kind is None:
        raise ApiError(
            "not-found",
            message="There is no problem of the kind {given}.",
            way_out="One of: {known}.",
            given=code[:80],
            known=", ".join(KINDS),
        )
    sections = "".join(
        _SECTION.format(
            language=language,
            title=escape(translator(locale)(kind.title)),
            meaning=escape(translator(locale)(kind.meaning)),
        )
        for locale, language in _LANGUAGES
    )
    return _PAGE.format(language=_LANGUAGES[0][1], code=code, status=kind.status, sections=sections)
