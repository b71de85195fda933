"""Which of the two languages a caller reads, by Accept-Language.

>>> preferred("en-GB,en;q=0.9,zh;q=0.5"), preferred("fr")
('en', None)
"""

from __future__ import annotations

from functools import lru_cache

from cloudctl.messages import known_locale

DEFAULT = "zh_CN"
_OURS = frozenset({"zh", "en"})


@lru_cache(maxsize=256)
def preferred(accept_language: str) -> str | None:
    """The locale of the highest weighted language that we speak; None when none is named."""
    weighed = [_range(part) for part in accept_language.split(",")]
    spoken = [(weight, tag) for weight, tag in weighed if weight > 0 and tag.partition("-")[0].lower() in _OURS]
    return known_locale(max(spoken, key=lambda entry: entry[0])[1]) if spoken else None


def _range(part: str) -> tuple[float, str]:
    """(weight, tag) of one language range; the weight is 0 where it cannot be read."""
    tag, _, weight = part.strip().partition(";")
    try:
        return float(weight.strip().removeprefix("q=") or 1), tag.strip()
    except ValueError:
        return 0.0, tag
