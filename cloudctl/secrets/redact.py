"""Masking: what looks like a secret never reaches a log line, an error text or an export.

>>> redact_text("Authorization: Bearer cctl_0123456789abcdefghij")
'Authorization: ***'
>>> redact({"user": "li", "password": "pw", "nested": [{"api_token": "t"}]})
{'user': 'li', 'password': '***', 'nested': [{'api_token': '***'}]}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

MASK = "***"

# Field names whose whole value is secret, in any spelling (`api_token`, `X-Auth-Token`, `userData`).
_NAME = (
    r"[\w-]*(?:password|passwd|passphrase|secret|token|credential|authorization|cookie"
    r"|api[_-]?key|private[_-]?key|sealing[_-]?keys?|user[_-]?data)s?"
)
_SECRET_NAME = re.compile(_NAME, re.IGNORECASE)

# What gives itself away wherever it stands; each pattern's group 1, where it has one, stays.
_SECRETS: tuple[re.Pattern[str], ...] = (
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL),
    re.compile(r"(?i)\b((?:proxy-)?authorization[\"']?\s*[:=]\s*)[\"']?(?:[a-z]+\s+)?[^\s\"',;]+[\"']?"),
    re.compile(r"(?i)\b(bearer\s+|basic\s+)[\w.~+/=-]{8,}"),
    re.compile(r"()\bcctl_[\w-]+"),  # our own API tokens
    re.compile(r"()\bgAAAAA[\w=-]{20,}"),  # Fernet: sealed values, Keystone's tokens
    re.compile(r"()\beyJ[\w-]+\.[\w-]+\.[\w-]*"),  # JSON web tokens
    re.compile(r"(\w://[^\s:/@]*:)[^\s/@]+(?=@)"),  # URLs with a password
    re.compile(r"(?i)\b((?:dingtalk|wecombot|feishu|jsons?)://)[^\s\"']+"),  # channels of notices
    re.compile(rf"(?i)(?<![\w-])({_NAME}[\"']?\s*[:=]\s*)(?:\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|[^\s\"',;&}}\])]+)"),
)


def redact_text(text: str) -> str:
    """`text` with every secret that shows in it masked."""
    for pattern in _SECRETS:
        text = pattern.sub(_masked, text)
    return text


def redact(value: Any) -> Any:
    """A copy of plain data: fields with secret names are masked whole, texts as `redact_text` does it."""
    match value:
        case str():
            return redact_text(value)
        case Mapping():
            return {key: MASK if _secret(key) and field else redact(field) for key, field in value.items()}
        case list() | tuple():
            return [redact(element) for element in value]
        case bytes() | bytearray():
            return MASK
    return value


def _secret(key: object) -> bool:
    """Whether a field of this name is secret as a whole; `token_id` and `tokens_used` are not."""
    return isinstance(key, str) and _SECRET_NAME.fullmatch(key) is not None


def _masked(found: re.Match[str]) -> str:
    return (found.group(1) if found.re.groups else "") + MASK
