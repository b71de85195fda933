"""A policy made ready to speak: its expressions compiled, its texts tied to its params.

A rule that cannot be evaluated denies (fail closed): an order is never let through because a rule broke.
"""

from __future__ import annotations

import logging
import string
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from cloudctl.domain.errors import ConfigurationError
from cloudctl.domain.policies import Effect, Finding
from cloudctl.messages import LOCALES, fill, translator
from cloudctl.policy.conditions import Condition, Context, Expression
from cloudctl.policy.schema import Policy, Text

log = logging.getLogger(__name__)

_LIST_SEPARATOR = {"zh_CN": "、", "en": ", "}
_BROKEN = "The policy “{title}” ({name}) could not be evaluated for this order, so the order is not let through."
_BROKEN_WAY_OUT = "Tell the e-government office the order's number; it has to look at this policy."


class Rule:
    """A compiled policy. Raises ConfigurationError for an expression that is not CEL."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.when = Condition(policy.when)
        self.params = {name: _by_locale(source) for name, source in policy.params.items()}

    def speak(self, context: Context, *, item: int | None = None, exemption: UUID | None = None) -> Finding | None:
        """What the rule says about the facts of `context` (and the item bound there); None when it is silent.

        `exemption` lifts the finding where the policy allows it.
        """
        try:
            if not self.when.holds(context):
                return None
            return self._finding(self.values(context), item, exemption)
        except ConfigurationError as error:
            log.warning("policy %s denies because it cannot be evaluated: %s", self.policy.name, error)
            return self.broken(item)

    def values(self, context: Context) -> dict[str, Text]:
        """The params' values as words, by locale; raises ConfigurationError when one cannot be evaluated."""
        return {
            name: {locale: _words(expressions[locale].value(context), locale) for locale in LOCALES}
            for name, expressions in self.params.items()
        }

    def broken(self, item: int | None = None) -> Finding:
        """The denial of a rule that cannot be evaluated; no exemption lifts it."""
        titles = self.policy.title
        return Finding(
            rule=self.policy.name,
            version=self.policy.version,
            effect=Effect.DENY,
            reason=_translated(_BROKEN, {at: {"name": self.policy.name, "title": titles[at]} for at in LOCALES}),
            way_out=_translated(_BROKEN_WAY_OUT, {}),
            item=item,
        )

    @staticmethod
    def failed(finding: Finding) -> bool:
        """Whether a finding is the denial of a rule that could not be evaluated."""
        return finding.way_out == _translated(_BROKEN_WAY_OUT, {})

    def _finding(self, values: Mapping[str, Text], item: int | None, exemption: UUID | None) -> Finding:
        return Finding(
            rule=self.policy.name,
            version=self.policy.version,
            effect=self.policy.effect,
            reason=_filled(self.policy.reason, values),
            way_out=_filled(self.policy.way_out, values),
            field=_path(self.policy.field, item),
            item=item,
            role=self.policy.role,
            specialist=self.policy.specialist,
            exemption_id=exemption if self.policy.exemptable else None,
        )


def placeholders(text: Text) -> Iterator[str]:
    """The names in braces, as written; raises ValueError for braces that do not match."""
    for template in text.values():
        for _, name, form, conversion in string.Formatter().parse(template):
            if name is not None:
                yield name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "")


def _translated(message: str, params: Mapping[str, Text]) -> Text:
    """A text of the platform itself, from its catalogue."""
    return {locale: fill(translator(locale), message, params.get(locale, {})) for locale in LOCALES}


def _by_locale(source: str | Text) -> dict[str, Expression]:
    if isinstance(source, str):
        return dict.fromkeys(LOCALES, Expression(source))
    return {locale: Expression(source[locale]) for locale in LOCALES}


def _filled(text: Text, values: Mapping[str, Text]) -> Text:
    return {
        locale: text[locale].format(**{name: words[locale] for name, words in values.items()}) for locale in LOCALES
    }


def _words(value: Any, locale: str) -> str:
    """A value for people: a list's elements with the language's separator, a number without trailing zeros."""
    if isinstance(value, list):
        return _LIST_SEPARATOR[locale].join(_words(element, locale) for element in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _path(field: str | None, item: int | None) -> str | None:
    """The JSON path into the order: `field` itself, or within the item that spoke."""
    if item is None:
        return field
    return f"items[{item}].{field}" if field else f"items[{item}]"
