"""What a server is for: as declared for it, as declared for its system, as its use or the register shows, or ordinary.

    known = purpose_of(server, candidate, past)
    known.purpose, known.recognised, known.flagged

A declaration stands, whatever the use looks like. One that was made when the system was suspected already, and that its
use does not show, is flagged: a person looks at it.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from cloudctl.domain.purposes import PURPOSES, Purpose
from cloudctl.domain.signals import Sentence
from cloudctl.governance.zombies.candidates import Candidate, Declaration, ServerFacts
from cloudctl.governance.zombies.inference import NOTHING, infer
from cloudctl.governance.zombies.use import Past
from cloudctl.messages import mark

LEAST_CONFIDENCE = 0.4
SELDOM = frozenset({"quarterly", "yearly"})


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A purpose, how it is known, and in words why.

    `recognised` is that it was not declared, but seen from use or the register; `told` that somebody says so, in a
    declaration or on the register.
    """

    purpose: Purpose
    recognised: bool
    told: bool
    flagged: bool
    sentence: Sentence


def purpose_of(server: ServerFacts, candidate: Candidate, past: Past) -> Known:
    """What a server is for; `past` are its days, as an ordinary server is judged."""
    seen = _recognised(candidate, past)
    declared = server.declared or candidate.declared
    if declared is None:
        return seen
    return Known(
        purpose=declared.purpose,
        recognised=False,
        told=True,
        flagged=declared.suspected and declared.purpose not in {Purpose.ORDINARY, seen.purpose},
        sentence=declared_in_words(declared),
    )


def of_system(known: Sequence[Known]) -> Known | None:
    """What the system is for: ordinary as soon as one of its servers is, else what most are; None without servers.

    It is flagged as soon as one of them is.
    """
    if not known:
        return None
    counts = {one.purpose: sum(other.purpose is one.purpose for other in known) for one in known}
    order = list(Purpose)
    chief = (
        Purpose.ORDINARY
        if Purpose.ORDINARY in counts
        else max(counts, key=lambda purpose: (counts[purpose], -order.index(purpose)))
    )
    first = next(one for one in known if one.purpose is chief)
    return msgspec.structs.replace(first, flagged=any(one.flagged for one in known))


def declared_in_words(declared: Declaration) -> Sentence:
    """Who said so, and why."""
    return Sentence(
        mark("Declared as {noun} on {day}: {reason}"),
        {
            "noun": PURPOSES[declared.purpose],
            "day": f"{declared.declared_at:%Y-%m-%d}",
            "reason": declared.reason,
        },
    )


def judged_by(known: Known) -> Purpose | None:
    """The purpose that the policy's rule is asked with: what was declared or stands on the register, and not flagged.

    What use shows the rule tells by itself.
    """
    return known.purpose if known.told and not known.flagged else None


def _recognised(candidate: Candidate, past: Past) -> Known:
    frequency = candidate.register.get("use_frequency")
    if frequency in SELDOM:
        told = Sentence(mark("The register says that it is used {kind}."), {"kind": frequency})
        return Known(purpose=Purpose.SEASONAL, recognised=True, told=True, flagged=False, sentence=told)
    seen = infer(past)
    if seen.confidence >= LEAST_CONFIDENCE:
        return Known(purpose=seen.purpose, recognised=True, told=False, flagged=False, sentence=seen.sentence)
    return Known(purpose=Purpose.ORDINARY, recognised=True, told=False, flagged=False, sentence=NOTHING.sentence)
