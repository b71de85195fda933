"""Problem documents of the server (RFC 9457) as people read them, and the exit code of each.

409 {"title": "A quota is used up", "detail": "...", "field": "items[0]", "way_out": "..."}  ->  Failure, exit 4

Everything that the document says is shown: nobody has to ask twice.
"""

from __future__ import annotations

from typing import Any

from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.findings import finding_lines
from cloudctl.cli.words import _

SHOWN_MISTAKES = 20  # a file can have hundreds, and it comes back with all of them marked

BY_CODE = {"policy-denied": Exit.DENIED}
BY_STATUS = {
    400: Exit.USAGE,
    401: Exit.FORBIDDEN,
    403: Exit.FORBIDDEN,
    404: Exit.NOT_FOUND,
    409: Exit.CONFLICT,
    412: Exit.CONFLICT,
    413: Exit.USAGE,
    415: Exit.USAGE,
    422: Exit.USAGE,
    428: Exit.CONFLICT,
}


def failure_of(status: int, document: Any) -> Failure:
    """The failure that an answer of `status` stands for; an answer that is no problem document shows its start."""
    if not isinstance(document, dict):
        words = " ".join(str(document or "").split())[:200]
        return Failure(_("The server answered {status}: {words}").format(status=status, words=words), _code(status, ""))
    return Failure("\n".join(_lines(document)), _code(status, str(document.get("type", "")).rpartition("/")[2]))


def _code(status: int, problem: str) -> Exit:
    return BY_CODE.get(problem) or BY_STATUS.get(status, Exit.SERVER if status >= 500 else Exit.UNEXPECTED)


def _lines(problem: dict[str, Any]) -> list[str]:
    """Title and detail, every field that is wrong, every finding, the way out, the request's id."""
    lines = [_("{title}: {detail}").format(title=problem.get("title", ""), detail=problem.get("detail", ""))]
    several = problem.get("errors", ())
    if several:
        lines += [_mistake(error) for error in several[:SHOWN_MISTAKES]]
        if len(several) > SHOWN_MISTAKES:
            lines.append(_("  … and {count} more.").format(count=len(several) - SHOWN_MISTAKES))
    elif problem.get("field"):
        lines.append(_("  Field: {field}").format(field=problem["field"]))
    lines += [f"  {line}" for line in finding_lines(problem.get("findings", ()))]
    if problem.get("way_out"):
        lines.append(_("  Way out: {way_out}").format(way_out=problem["way_out"]))
    if problem.get("request_id"):
        lines.append(_("  Request: {request_id}").format(request_id=problem["request_id"]))
    return lines


def _mistake(error: dict[str, Any]) -> str:
    """One line: the field, what is wrong with it, and what to do, where that is said."""
    return " ".join(["  " + f"{error.get('field')}: {error.get('detail')}", *filter(None, [error.get("way_out")])])
