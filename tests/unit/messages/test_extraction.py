from __future__ import annotations

import pytest

from cloudctl.domain.errors import BackendError, CloudctlError, UserError
from cloudctl.messages.extraction import errors, texts


def found(source: str) -> list[str | tuple[str, str]]:
    return sorted((text for _line, text in texts(source)), key=str)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('_("Hand in.")', ["Hand in."]),
        ('x = mark("Hand " "in.")', ["Hand in."]),
        ('_("Yes." if well else "No.")', ["No.", "Yes."]),
        ("_(variable)", []),
        ('f("Hand in.")', []),
        ('raise Invalid("No {zone}.", field="zone", way_out="Choose another.")', ["Choose another.", "No {zone}."]),
        ('raise errors.Unreachable("Silent.", effect_unknown=True)', ["Silent."]),
        ('super().__init__(message, way_out="Change it.")', ["Change it."]),
        ('raise missing("department", key)', ["department"]),
        ('ProgressLine(message="Built.", state="x")', ["Built."]),
        ('say(uow, order, "Servers: {count}.", count=2)', ["Servers: {count}."]),
        ('Kind(404, "Not found", "Absent.")', ["Absent.", "Not found"]),
        ('mark_plural("{n} row", "{n} rows")', [("{n} row", "{n} rows")]),
        ('SAID = {"submit": ("update/submit", "Handed in.")}', ["Handed in."]),
        ('AGAIN: str = "Try again later."', ["Try again later."]),
        ('PATH = "/v1/orders"\nNAME = "Some words without an end"', []),
        ('said = "Lower case names are no tables."', []),
        ('@click.command("x")\ndef f():\n    """Do it.\n\n    Well.\n    """', ["Do it.\n\nWell."]),
        ('@orders.command("x")\n@key\ndef f():\n    """Do it."""', ["Do it."]),
        ('@fixture\ndef f():\n    """Do it."""', []),
    ],
)
def test_where_texts_stand(source: str, expected: list[str]) -> None:
    assert found(source) == expected


def test_life_cycles_are_read_from_their_tables() -> None:
    source = (
        'ORDERS = Machine(noun="order", states={"draft": "Being written."}, '
        'table=table(("draft", "submit", "submitted", "handed in")))'
    )
    assert found(source) == ["Being written.", "draft", "handed in", "order", "submit"]


def test_every_error_of_the_tree_is_known() -> None:
    def tree(kind: type[CloudctlError]) -> set[str]:
        return {kind.__name__}.union(*(tree(child) for child in kind.__subclasses__()))

    own = {
        name
        for name in tree(UserError) | tree(BackendError)
        if hasattr(__import__("cloudctl.domain.errors", fromlist=["x"]), name)
    }
    assert own <= errors()
    assert "ConfigurationError" in errors()


def test_lines_are_told() -> None:
    assert list(texts('\n\n_("Third.")')) == [(3, "Third.")]
