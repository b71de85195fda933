"""A page for every problem code, in both languages.

The head comes from `api.problems.KINDS`, the example is a problem document of a real error of the code; what to do
about it is written by hand in the page itself, between the two, and stays when the page is written anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import msgspec

from api.problems import FAILED, KINDS, ApiError, FieldsInvalid, problem_of
from cloudctl.domain import errors
from cloudctl.domain.forms import Fault
from cloudctl.messages import translator
from tests.docs.markdown import CHINESE, DOCS
from tests.docs.reference.tables import code, page, table

ID = "019ab3c0-7a10-7c31-9d5e-3f6f0c1d2e01"
REQUEST = "019ab3c0-8c20-7d43-b1f0-5c2d8e9a4b03"


class Language(NamedTuple):
    """A language's words around the texts."""

    locale: str
    folder: Path
    title: str
    introduction: str
    columns: tuple[str, str, str]
    advice: str
    example: str
    note: str
    full_stop: str


ENGLISH = Language(
    "en",
    DOCS / "problems",
    "Problems",
    "Every refusal is a problem document (RFC 9457). Its `type` is `/problems/<code>`, `detail` says what is wrong, "
    "`field` where, and `way_out` what to do; `request_id` finds it in log and audit trail. `/problems/<code>` on a "
    "running server says the same in short.",
    ("code", "status", "meaning"),
    "What to do",
    "Example",
    "<!-- Head and example are written by `python -m tests.docs.reference`; what to do is written here. -->",
    ".",
)
MANDARIN = Language(
    "zh_CN",
    CHINESE / "problems",
    "问题说明",
    "平台的每一次拒绝都以问题文档（RFC 9457）答复：`type` 为 `/problems/<代码>`，`detail` 说明原因，`field` 指明位置，"
    "`way_out` 给出办法；凭 `request_id` 可在日志和审计记录中查到该次请求。"
    "服务器的 `/problems/<代码>` 页面给出同样内容的摘要。",
    ("代码", "状态码", "含义"),
    "怎么办",
    "示例",
    "<!-- 开头和示例由 `python -m tests.docs.reference` 生成；“怎么办”一节手工编写。 -->",
    "。",
)
LANGUAGES = (ENGLISH, MANDARIN)

FINDING: dict[str, object] = {
    "rule": "server-naming",
    "version": 1,
    "effect": "deny",
    "reason": {
        "zh_CN": "云主机名称“FGW-OA”不符合命名规范。",
        "en": "The server name “FGW-OA” is not in the agreed form.",
    },
    "field": "items[0].name",
    "item": 0,
}

EXAMPLES: dict[str, BaseException] = {
    "invalid": FieldsInvalid(
        [
            ("items[0].count", "This must be at most {le}.", "less_than_equal", {"le": 50}),
            ("title", "This is required.", "missing", {}),
        ]
    ),
    "malformed": ApiError(
        "malformed",
        message="The body is not JSON.",
        way_out="Check quotes, commas and brackets; the body must be UTF-8.",
    ),
    "unauthenticated": errors.Unauthenticated(
        "The token is unknown, expired or revoked.", way_out="Log in with a current token, or ask for a new one."
    ),
    "forbidden": errors.Forbidden(
        "This needs the permission {permission}.",
        way_out="Use a token whose account and scopes include it.",
        permission="orders:review",
    ),
    "not-found": errors.NotFound(
        "There is no {what} {key}.", way_out="Check the id, or list what you can see.", what="order", key=ID
    ),
    "method-not-allowed": ApiError(
        "method-not-allowed",
        message="This path does not take this method.",
        way_out="These it takes: {allowed}.",
        allowed="GET, PATCH",
    ),
    "conflict": errors.Conflict(
        "{name} is {state}, not active.", way_out="Wait until it is active.", name="fgw-oa-1", state="changing"
    ),
    "transition-refused": errors.Refused(
        "{noun} in state {state} cannot {event}.",
        way_out="Possible now: {possible}.",
        noun="order",
        state="delivered",
        event="approve",
        possible="close",
    ),
    "quota-exceeded": errors.QuotaExceeded(
        "The quota leaves {left} {dimension} of {limit}; the order asks for {asked}.",
        field="items",
        way_out="Ask for less, release what is not needed, or ask the office for a higher quota.",
        dimension="vcpu",
        asked=40,
        left=12,
        limit=64,
    ),
    "pool-exhausted": errors.PoolExhausted(
        "The zone {zone} has no free IPv{version} prefix of length {length}.",
        field="items",
        way_out="Ask for a smaller segment, or ask the office to add a supernet to the zone.",
        zone="extranet",
        version=4,
        length=24,
    ),
    "resource-claimed": errors.Claimed(
        "{kind} {name} is being changed by another order.",
        field="items[0].server",
        way_out="Wait for that order to end, or withdraw it.",
        kind="server",
        name="fgw-oa-1",
    ),
    "frozen": errors.Frozen(
        "The freeze window {name} forbids this until {until}.",
        way_out="The next open window begins on {opens}; only an emergency goes on before.",
        name="高考",
        until="2027-06-11 00:00",
        opens="2027-06-11 00:00",
        opens_at="2027-06-11T00:00:00+08:00",
    ),
    "contended": errors.Contended("The record is being changed by somebody else.", way_out="Send the request again."),
    "already-issued": errors.AlreadyIssued(
        "A token named {name} was already issued; its secret was shown then and is kept nowhere.",
        field="name",
        way_out="Revoke it and issue another, or choose another name.",
        name="laptop",
    ),
    "stale": errors.Stale(
        "The record was changed in the meantime.", field="If-Match", way_out="Read it again, then send the change anew."
    ),
    "body-too-large": ApiError(
        "body-too-large",
        message="The body is larger than {most_kib} KiB.",
        way_out="Send less, or send it in parts.",
        most_kib=1024,
    ),
    "form-invalid": errors.FormInvalid(
        [
            Fault(
                sheet="资源清单",
                cell="D7",
                message="{value} is not a whole number.",
                way_out="Write digits only; the unit stands in the header.",
                params={"value": "两台"},
            )
        ]
    ),
    "unsupported-media-type": ApiError(
        "unsupported-media-type",
        message="The body must be a JSON object.",
        way_out="Send it with `Content-Type: application/json`.",
    ),
    "idempotency-mismatch": errors.IdempotencyMismatch(
        "The key was used for another request.", field="Idempotency-Key", way_out="Use a new key for a new request."
    ),
    "policy-denied": errors.PolicyDenied(
        "Policies deny this order: {rules}.", field="items[0].name", findings=[FINDING], rules="server-naming"
    ),
    "user-error": errors.UserError("The request cannot be carried out"),
    "internal": RuntimeError(FAILED),
    "unavailable": errors.Unavailable("The platform's database does not answer."),
    "backend-failed": errors.Failed("The object went into error: {words}", words="No valid host was found."),
    "backend-rejected": errors.Rejected("The cloud refuses the request: {words}", words="Quota exceeded for cores"),
    "backend-error": errors.BackendError("The cloud did not do what it was asked."),
    "backend-absent": errors.Absent("The cloud has no such object: {words}", words="Instance could not be found."),
    "backend-unsupported": errors.Unsupported("This kind of cloud does not offer the operation."),
    "backend-busy": errors.Busy(
        "The cloud is busy: {words}", words="Cannot 'stop' instance while it is in task_state powering-off"
    ),
    "backend-not-ready": errors.NotReady("The server {server} has no address yet.", server="fgw-oa-1"),
    "backend-capacity-exhausted": errors.CapacityExhausted(
        "The cloud has no room: {words}", words="No valid host was found."
    ),
    "backend-unreachable": errors.Unreachable(
        "The cloud did not answer: {words}", effect_unknown=True, words="connection reset"
    ),
}


def pages() -> dict[Path, str]:
    """All pages and both indexes."""
    made = {language.folder / f"{name}.md": _page(name, language) for language in LANGUAGES for name in KINDS}
    return made | {language.folder / "README.md": _index(language) for language in LANGUAGES}


def advice(path: Path, language: Language) -> str:
    """The part of a page that is written by hand; raises AssertionError naming the page that has none."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    _, _, rest = text.partition(f"## {language.advice}\n")
    words = rest.partition(f"## {language.example}\n")[0].strip()
    assert words, f"{path} says nothing under “## {language.advice}”"
    return words


def _page(name: str, language: Language) -> str:
    say = translator(language.locale)
    kind = KINDS[name]
    document = msgspec.to_builtins(problem_of(EXAMPLES[name], locale=language.locale, request_id=REQUEST))
    shown = json.dumps(document, ensure_ascii=False, indent=2)
    return "\n\n".join(
        [
            f"# {name}",
            language.note,
            f"**{kind.status} {say(kind.title)}{language.full_stop}** {say(kind.meaning)}",
            f"## {language.advice}",
            advice(language.folder / f"{name}.md", language),
            f"## {language.example}",
            f"```json\n{shown}\n```\n",
        ]
    )


def _index(language: Language) -> str:
    say = translator(language.locale)
    rows = ((f"[{code(name)}]({name}.md)", kind.status, say(kind.meaning)) for name, kind in KINDS.items())
    return page(language.title, language.introduction, table(language.columns, rows))
