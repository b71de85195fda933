"""Documents that people write by hand: JSON by the standard library, YAML by a library imported only for it."""

from __future__ import annotations

import json
from typing import IO, Any

from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.words import _


def read_document(file: IO[str]) -> dict[str, Any]:
    """The object in a file or on the standard input; raises Failure with the place of the mistake."""
    text = file.read()
    try:
        content = json.loads(text) if text.lstrip().startswith("{") else _yaml(text)
    except ValueError as error:
        raise Failure(_("{file} cannot be read: {reason}").format(file=file.name, reason=error), Exit.USAGE) from None
    if not isinstance(content, dict):
        raise Failure(_("{file} does not hold an object.").format(file=file.name), Exit.USAGE)
    return content


def _yaml(text: str) -> Any:
    """YAML as plain JSON data: dates stand as text. Raises ValueError for what is not YAML."""
    import yaml  # noqa: PLC0415 - only who writes YAML waits for it

    class Loader(yaml.SafeLoader):
        """YAML without its own dates: the API takes them as text."""

    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    try:
        return yaml.load(text, Loader)  # noqa: S506 - a safe loader, less its dates
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None
