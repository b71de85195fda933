"""Findings of policies as people read them, in their language.

[deny] zone-mlps v3: MLPS 3 systems belong into the government extranet.
       Way out: choose the zone gov-extranet.

One line a rule that spoke, one for its way out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cloudctl.cli.labels import label
from cloudctl.cli.words import LOCALE, _


def finding_lines(findings: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """A line for each rule that spoke, and one for its way out; an exempted one says so."""
    for finding in findings:
        effect = label(str(finding.get("effect", "")))
        exempted = _(" (exempted)") if finding.get("exemption_id") else ""
        reason = in_my_language(finding.get("reason"))
        yield f"[{effect}{exempted}] {finding.get('rule')} v{finding.get('version')}: {reason}"
        if way_out := in_my_language(finding.get("way_out")):
            yield _("    Way out: {way_out}").format(way_out=way_out)


def in_my_language(texts: Any) -> str:
    """The reader's text out of `{locale: text}`; any other where theirs is missing. Plain text stays."""
    if not isinstance(texts, Mapping):
        return str(texts or "")
    return str(texts.get(LOCALE) or next(iter(texts.values()), ""))
