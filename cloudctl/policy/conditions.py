"""Conditions and values in CEL, behind our own interface: the expression library has its one home here.

Turning Python dicts into CEL values costs more than evaluating, so expressions are compiled once and one `Context`
carries a request's facts over all rules.

>>> condition = Condition("totals.vcpu > 4")
>>> condition.holds(Context({"totals": {"vcpu": 8}}))
True
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import cel

from cloudctl.domain.errors import ConfigurationError

# All that the library raises for an absent field, a wrong type, an overflow, a division by zero or a bad value.
_FAILURES = (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError)


class Context:
    """The facts of one request, converted once. Raises ConfigurationError for what CEL has no type for."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        try:
            self.values = cel.Context(variables=dict(facts))
        except _FAILURES as error:
            raise ConfigurationError("The facts cannot be read: {problem}", problem=str(error)) from error

    def bind(self, name: str, value: Any) -> None:
        """Gives `name` a value from here on, in place of the one before."""
        try:
            self.values.add_variable(name, value)
        except _FAILURES as error:
            raise ConfigurationError("The facts cannot be read: {problem}", problem=str(error)) from error


class Expression:
    """A compiled CEL expression. Raises ConfigurationError when `source` is not CEL."""

    def __init__(self, source: str) -> None:
        self.source = source
        try:
            self._program = cel.compile(source)
        except _FAILURES as error:
            raise ConfigurationError("This is not a CEL expression: {problem}", problem=str(error)) from error

    def value(self, context: Context) -> Any:
        """Its value; raises ConfigurationError for an absent field, a wrong type or a failed computation."""
        try:
            return self._program.execute(context.values)
        except _FAILURES as error:
            raise ConfigurationError(
                "{source} cannot be evaluated: {problem}", source=self.source, problem=str(error)
            ) from error


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
