"""Which texts of a source file people read, told from its syntax tree.

Not every text stands in a `_()`: the first argument of our errors, the way out beside it, the sentences of tables
and the docstrings of commands are message ids too. The tables below say where to look.

>>> [text for _, text in texts('raise Invalid("No {zone}.", way_out="Choose " "another.")')]
['No {zone}.', 'Choose another.']
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

Found = tuple[int, str | tuple[str, str]]

# Calls whose first argument is a message id, besides the errors of domain/errors.py.
FIRST_ARGUMENT = frozenset({"_", "mark", "missing"})
# Keyword arguments that are message ids in whichever call they stand.
KEYWORDS = frozenset({"way_out", "message", "noun", "what"})
# A function under one of these decorators is a command; its docstring is its help.
COMMANDS = frozenset({"command", "group"})

# Calls with message ids at these positions.
POSITIONS: dict[str, tuple[int, ...]] = {"say": (2,), "keep_backend_ids": (3,), "Kind": (1, 2), "ApiError": (1,)}
# What the values of a module's constant tables look like when people read them.
SENTENCE = re.compile(r"[A-Z{`].* .*[.?]|[A-Z]\w+\.", re.DOTALL)

_ERRORS = Path(__file__).parent.parent / "domain" / "errors.py"


@cache
def errors() -> frozenset[str]:
    """The names of all deliberate errors, read from the tree itself."""
    tree = ast.parse(_ERRORS.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.ClassDef))


def texts(source: str) -> Iterator[Found]:
    """(line, message id) of every text for people in `source`, in no particular order; a plural is a pair."""
    tree = ast.parse(source)
    for statement in tree.body:
        yield from _of_constant(statement)
    for node in ast.walk(tree):
        match node:
            case ast.Call():
                yield from _of_call(node)
            case ast.FunctionDef() if any(_name(decorator) in COMMANDS for decorator in node.decorator_list):
                if documentation := ast.get_docstring(node):
                    yield node.lineno, inspect.cleandoc(documentation)


def _of_constant(statement: ast.stmt) -> Iterator[Found]:
    """The sentences in a constant of a module: alone, or values of a table."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if name.isupper():
            pass
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if name.isupper():
            pass
        case _:
            return
    yield from ((line, text) for line, text in _constants(value) if SENTENCE.fullmatch(str(text)))


def _of_call(call: ast.Call) -> Iterator[Found]:
    name = _name(call)
    if call.args and (name in FIRST_ARGUMENT or name in errors()):
        yield from _constants(call.args[0])
    for position in POSITIONS.get(name, ()):
        if position < len(call.args):
            yield from _constants(call.args[position])
    for keyword in call.keywords:
        if keyword.arg in KEYWORDS:
            yield from _constants(keyword.value)
    if name in SHAPES:
        yield from SHAPES[name](call)


def _name(node: ast.expr) -> str:
    """The last name of what is called: `command` of `orders.command(...)`."""
    match node:
        case ast.Call(func=func):
            return _name(func)
        case ast.Attribute(attr=attr):
            return attr
        case ast.Name(id=name):
            return name
    return ""


def _constants(node: ast.expr) -> Iterator[Found]:
    """The texts that an expression can be: itself, either branch of a condition, what a table holds."""
    match node:
        case ast.Constant(value=str(text)) if text:
            yield node.lineno, text
        case ast.IfExp(body=body, orelse=orelse):
            yield from _constants(body)
            yield from _constants(orelse)
        case ast.Dict(values=values):
            for value in values:
                yield from _constants(value)
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            for element in elements:
                yield from _constants(element)


def _plural(call: ast.Call) -> Iterator[Found]:
    """A text with two forms."""
    match call.args:
        case [ast.Constant(value=str(one)), ast.Constant(value=str(many))]:
            yield call.lineno, (one, many)


def _machine(call: ast.Call) -> Iterator[Found]:
    """A life-cycle table's states: their names and their sentences."""
    for keyword in call.keywords:
        if keyword.arg == "states" and isinstance(keyword.value, ast.Dict):
            for state in keyword.value.keys:
                yield from _constants(state) if state else ()
            yield from _constants(keyword.value)


def _table(call: ast.Call) -> Iterator[Found]:
    """A life-cycle table's lines (source, event, target, meaning): the event and what it means."""
    for line in call.args:
        if isinstance(line, ast.Tuple) and len(line.elts) == 4:
            yield from _constants(line.elts[1])
            yield from _constants(line.elts[3])


SHAPES: dict[str, Callable[[ast.Call], Iterator[Found]]] = {
    "Machine": _machine,
    "table": _table,
    "mark_plural": _plural,
}
