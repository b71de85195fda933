"""The reference's first page: what there is."""

from __future__ import annotations

from tests.docs.reference.tables import page, table

CONTENTS = (
    ("api", "every route of the HTTP API: permission, parameters, problems"),
    ("cli", "every command of `cloudctl`, as its help says it"),
    ("policies", "the shipped policies: effect, condition, reasons, basis"),
    ("states", "the life cycles of orders, resources, prefixes and notices"),
    ("errors", "every deliberate error, with its code and HTTP status"),
    ("metrics", "what the metrics page shows"),
    ("settings", "every setting, its default and its variable"),
    ("sagas", "the workflows and their steps"),
    ("audit", "the actions on the audit trail"),
    ("roles", "who may do what: every role and its permissions"),
)


def render() -> str:
    """Links to all pages."""
    rows = [(f"[{name}]({name}.md)", text) for name, text in CONTENTS]
    rows.append(("[problems](../problems/README.md)", "what each refusal means and what to do"))
    return page(
        "Reference",
        "These pages are written from the code, and a test compares them with it.",
        table(("page", "holds"), rows),
    )
