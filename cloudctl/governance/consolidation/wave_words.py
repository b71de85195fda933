"""What a line of the wave plan rests on, in every language of ours: the sentences are kept with the line."""

from __future__ import annotations

from collections.abc import Iterable

from cloudctl.governance.consolidation.waves import Reason, Why
from cloudctl.messages import LOCALES, fill, mark, translator

Words = dict[str, str]  # by locale

SENTENCES: dict[Why, str] = {
    Why.FREE: mark("Nothing holds it back: the first wave with room takes it."),
    Why.NEEDS: mark("It needs {needed}, which moves in wave {wave}."),
    Why.TOGETHER: mark("It moves together with {systems}: they need each other."),
    Why.READY: mark("Its department is ready on {day}."),
    Why.FULL: mark("The waves from {first} to {last} have no room left for it."),
    Why.FROZEN: mark("A freeze window bars the zone {zones} in the waves before, up to {until}."),
    Why.WINDOW: mark("Its days pass over the freeze windows: {windows}."),
    Why.PROVISIONAL: mark("The calendar of {year} is not published yet: its days are provisional."),
    Why.REACHES_BACK: mark("It goes on needing {needed}, which stays where it is."),
    Why.UNDECIDED: mark(
        "{system} needs {needed}, on which nobody has decided: `cloudctl assessments decide {needed}`."
    ),
    Why.POSTPONED: mark("{system} needs {needed}, which is postponed."),
    Why.RETIRING: mark("{system} needs {needed}, which is to be retired: what replaces it for {system}?"),
    Why.BLOCKED: mark("It needs {needed}, which has no wave itself."),
    Why.TOO_LARGE: mark(
        "What has to move together takes {systems} systems, {vcpu} vCPU and {memory_mib} MiB; a wave takes "
        "{systems_at_most}, {vcpu_at_most} and {memory_mib_at_most}. Cut a dependency, or give the waves more room."
    ),
}


def worded(reason: Reason) -> Words:
    """A reason in every language."""
    names = dict(reason.names)
    return {locale: fill(translator(locale), SENTENCES[reason.why], names) for locale in LOCALES}


def all_worded(reasons: Iterable[Reason]) -> list[Words]:
    """The reasons of a line."""
    return [worded(reason) for reason in reasons]
