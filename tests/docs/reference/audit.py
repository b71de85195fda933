"""The actions on the audit trail, found in the code of the use cases."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from cloudctl.domain.audit import TAXONOMY
from cloudctl.services.history import SAID
from tests.docs.markdown import ROOT
from tests.docs.reference.tables import code, page, table

INTRODUCTION = """\
An event is written in the transaction of the change that it tells of. Its action begins with a word of the CADF
taxonomy. The shape of an event is in [the auditor's guide](../how-to/auditor.md)."""

# What f-strings in the code come to.
SPELLED: dict[str, tuple[str, ...]] = {
    "update/{item_kind(change.item)}": ("update/resize", "update/extend", "update/renew", "update/release"),
    "update/power-{power}": ("update/power-on", "update/power-off"),
}

MEANINGS: dict[str, tuple[str, str]] = {
    "create/account": ("account", "An account was made."),
    "update/account": ("account", "Name, roles, language or activity changed."),
    "create/token": ("token", "A token was issued; its secret is not on record."),
    "update/token-revoke": ("token", "A token was ended."),
    "create/department": ("department", "A department was put on record."),
    "update/department": ("department", "Its name, level or upper unit changed."),
    "create/system": ("system", "An information system was registered."),
    "update/system": ("system", "Its name, MLPS level or classification changed."),
    "create/catalogue": ("the entry's kind", "An entry was put into the catalogue."),
    "update/catalogue": ("the entry's kind", "An entry changed or was retired."),
    "create/cloud": ("cloud", "A cloud was registered."),
    "update/cloud": ("cloud", "Capacity, zones, rating or service changed."),
    "create/supernet": ("supernet", "A block of addresses was given to a zone."),
    "update/quota": ("quota", "The office set a limit."),
    "allow/exemption": ("exemption", "A rule was lifted for a department or system."),
    "deny/exemption": ("exemption", "An exemption was revoked."),
    "create/order": ("order", "A draft was written."),
    "update/order": ("order", "Fields of a draft or returned order were rewritten."),
    "stop/cancel-request": ("order", "The applicant withdrew it during the build."),
    "start/resume": ("workflow", "An operator put a workflow back into its queue."),
    "read/console": ("server", "Somebody asked for a console."),
    "create/snapshot": ("server", "An image of it was made."),
    "update/power-on": ("server", "It was switched on."),
    "update/power-off": ("server", "It was switched off."),
    "update/resize": ("server", "It got another specification."),
    "update/extend": ("volume", "It was made larger."),
    "update/renew": ("the resource's kind", "Its term was renewed."),
    "update/release": ("the resource's kind", "It was given back; its retention runs."),
    "start/restore": ("the resource's kind", "Its restoring was queued."),
    "update/restore": ("the resource's kind", "It is active again."),
    "delete/purge": ("the resource's kind", "Its retention is over; its deletion was queued."),
    "delete/vanish": ("the resource's kind", "The cloud confirmed that it is gone; quota and prefixes were freed."),
    "create/city": ("city", "A whole city was loaded at once."),
    "create/adopt": ("city", "Servers that already ran were put on record."),
}


def actions() -> frozenset[str]:
    """Every action that the use cases may put on record."""
    return frozenset(
        action
        for path in sorted((ROOT / "cloudctl").glob("services/*.py"))
        for action in _in(path.read_text(encoding="utf-8"))
    )


def render() -> str:
    """Orders first, then everything else; raises KeyError for an action that has no meaning here yet."""
    rows = [(code(action), "order", line) for action, line in SAID.values()]
    told = {action for action, _ in SAID.values()}
    rows += [(code(action), *MEANINGS[action]) for action in sorted(actions() - told)]
    return page("Audit actions", INTRODUCTION, table(("action", "target", "meaning"), rows))


def _in(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            yield from SPELLED.get(ast.unparse(node)[2:-1], ())
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_action(node.value):
            yield node.value


def _is_action(text: str) -> bool:
    word, slash, rest = text.partition("/")
    return bool(slash) and word in TAXONOMY and rest.replace("-", "").isalpha() and not rest.endswith("-")
