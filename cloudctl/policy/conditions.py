"""Conditions and values in CEL, behind our own interface: the expression library has its one home here.

Turning Python dicts into CEL values costs more than evaluating. So expressions are compiled once, are given what they
read of the facts alone (`reads`), and are not asked again what they have answered: most facts are those of many orders.

>>> condition = Condition("totals.vcpu > 4")
>>> condition.holds(Context({"totals": {"vcpu": 8}}))
True
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import cel
import msgspec

from cloudctl.domain.errors import ConfigurationError
from cloudctl.policy.reads import Read, part, reads, seen

# All that the library raises for an absent field, a wrong type, an overflow, a division by zero or a bad value.
_FAILURES = (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError)
_ENCODE = msgspec.json.Encoder().encode
_UNKNOWN = object()
REMEMBERED = 256  # answers of an expression


class Context:
    """The facts of one request: plain data. Raises ConfigurationError for what CEL has no type for."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        _refuse_strange(facts)
        self.values = dict(facts)
        self._words: dict[str, dict[Read, bytes]] = {}

    def bind(self, name: str, value: Any) -> None:
        """Gives `name` a value from here on, in place of the one before."""
        _refuse_strange(value)
        self.values[name] = value
        self._words.pop(name, None)

    def words(self, read: Read) -> bytes:
        """What is read of a variable, in writing: the same for the same; none for one that is not there."""
        known = self._words.setdefault(read[0], {})
        if read not in known:
            known[read] = _ENCODE(part(self.values[read[0]], read[1])) if read[0] in self.values else b""
        return known[read]


def _refuse_strange(facts: object) -> None:
    try:
        _ENCODE(facts)
    except _FAILURES as error:
        raise ConfigurationError("The facts cannot be read: {problem}", problem=str(error)) from error


class Expression:
    """A compiled CEL expression. Raises ConfigurationError when `source` is not CEL.

    It sees of the facts what it reads, and remembers what it answered to that: the same again is not computed.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self._answers: dict[tuple[bytes, ...], Any] = {}
        try:
            self._program = cel.compile(source)
        except _FAILURES as error:
            raise ConfigurationError("This is not a CEL expression: {problem}", problem=str(error)) from error
        self.reads = reads(source, self._program.variables())

    def value(self, context: Context) -> Any:
        """Its value; raises ConfigurationError for an absent field, a wrong type or a failed computation."""
        try:
            asked = tuple(map(context.words, self.reads))
            answer = self._answers.get(asked, _UNKNOWN)  # one look: another thread may forget it meanwhile
            if answer is not _UNKNOWN:
                return answer
            answer = self._program.execute(cel.Context(variables=seen(self.reads, context.values)))
        except _FAILURES as error:
            raise ConfigurationError(
                "{source} cannot be evaluated: {problem}", source=self.source, problem=str(error)
            ) from error
        if len(self._answers) >= REMEMBERED:
            self._answers.clear()
        self._answers[asked] = answer
        return answer


class Condition(Expression):
    """An expression that answers yes or no."""

    def holds(self, context: Context) -> bool:
        """Its answer; raises ConfigurationError as `value` does, and when the value is neither true nor false."""
        answer = self.value(context)
        if not isinstance(answer, bool):
            raise ConfigurationError(
                "{source} gives {kind} where true or false is needed.",
                source=self.source,
                kind=type(answer).__name__,
            )
        return answer
