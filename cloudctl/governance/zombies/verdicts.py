"""The verdict on a system: what a policy makes of all that was seen of its servers and stands on record of it.

    judged = judge(candidate, policy, day)
    judged.state, judged.headline.words["zh_CN"], [signal.sentence.words for signal in judged.signals]

Pure and deterministic: one candidate, policy and day give one verdict, bit for bit. The order of the rules:

in use        a server was in use within the window: active, or watch where that was rare and nobody's
not seen      a server is young, hardly measured or in no inventory: no data, which is never idle
register only nothing of it stands on the platform: what the register says can make it suspect, no more
powered off   all that stands has been off for long
idle          the policy's rule would ask about every server; a zombie when it would switch them off, another official
              sign speaks with it, and nothing weighty against
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec.structs import replace

from cloudctl.domain.purposes import Purpose
from cloudctl.domain.signals import Sentence, Sign, Signal
from cloudctl.domain.standings import Side
from cloudctl.domain.verdicts import SUSPICIOUS, Judged, Rule, VerdictState
from cloudctl.domain.zombies import ZombiePolicy
from cloudctl.governance.zombies.candidates import Candidate
from cloudctl.governance.zombies.purposes import judged_by, of_system
from cloudctl.governance.zombies.register_signals import register_signals
from cloudctl.governance.zombies.use import profile_for
from cloudctl.governance.zombies.use_signals import activity_signals, idle_signals
from cloudctl.governance.zombies.verdict_words import LEAST_SIGNS, Grounds, changes, headline
from cloudctl.governance.zombies.views import Seen, clears, look, standing

RARE_DAYS = 2
"""So few days of use in the window, none of them with people, are watched: a job may run, and nobody need it."""
WEIGHTY = 0.8
"""A signal against of this worth keeps a system from being called a zombie."""
BUSINESS = frozenset({Sign.DETACHED, Sign.UNMAINTAINED})


def judge(candidate: Candidate, policy: ZombiePolicy, day: date) -> Judged:
    """The verdict on `day` by the people's calendar, by what was seen until `candidate.last`."""
    seen = [look(server, candidate, policy, day) for server in candidate.servers]
    drawn = _drawn(candidate, policy, day, seen)
    rule, state = _ruled(seen, policy, day, drawn)
    if state in SUSPICIOUS and standing(seen) and not drawn.cleared and not drawn.flagged:
        state = VerdictState.WATCH  # what stands by is idle because it has to be
    grounds = Grounds(rule, state, seen, policy, drawn, candidate.last)
    return replace(
        drawn,
        rule=rule,
        state=state,
        confidence=_confidence(state, seen, drawn.signals, drawn.signs),
        headline=headline(grounds),
        changes=list(changes(grounds)),
    )


def _drawn(candidate: Candidate, policy: ZombiePolicy, day: date, seen: Sequence[Seen]) -> Judged:
    """All but the verdict itself."""
    upright = standing(seen)
    purpose, recognised, flagged = Purpose.ORDINARY, True, False
    known = of_system([one.known for one in upright])
    if known is not None:
        purpose, recognised, flagged = known.purpose, known.recognised, known.flagged
    elif candidate.declared is not None:
        purpose, recognised = candidate.declared.purpose, False
    return Judged(
        state=VerdictState.NO_DATA,
        rule=Rule.NOT_SEEN,
        confidence=0,
        purpose=purpose,
        recognised=recognised,
        cleared=bool(upright) and all(clears(policy, one.known) for one in upright),
        flagged=flagged,
        exempt_until=candidate.exempt_until,
        headline=Sentence(""),
        signals=[
            *activity_signals(seen, policy, candidate.last),
            *idle_signals(seen, policy, day),
            *register_signals(candidate, policy, day),
        ],
        servers=[one.view for one in seen],
        changes=[],
    )


def _ruled(seen: Sequence[Seen], policy: ZombiePolicy, day: date, drawn: Judged) -> tuple[Rule, VerdictState]:
    """Which rule speaks, and what it says."""
    upright, window = standing(seen), policy.windows.window_days
    used = {when for one in seen for when in one.used_within(window)}
    if used:
        people = any(one.people_within(window) for one in seen)
        plain = people or len(used) > RARE_DAYS
        return (Rule.IN_USE, VerdictState.ACTIVE) if plain else (Rule.SELDOM_USED, VerdictState.WATCH)
    if not upright:
        told = len(drawn.signs) >= LEAST_SIGNS or Sign.DETACHED in drawn.signs
        return Rule.REGISTER_ONLY, VerdictState.SUSPECT if told else VerdictState.NO_DATA
    if any(one.view.state == "unseen" for one in upright):
        return Rule.NOT_SEEN, VerdictState.NO_DATA
    off, running = _parted(upright)
    long_off = all(one.off_days(day) >= _off_needed(one, policy) for one in off)
    rule = Rule.IDLE if running else Rule.POWERED_OFF
    if not long_off or any(one.view.state != "idle" for one in running):
        return rule, VerdictState.WATCH
    return rule, _weighed(drawn, long=all(one.idle_long for one in running))


def _parted(upright: Sequence[Seen]) -> tuple[list[Seen], list[Seen]]:
    """What is powered off, and what runs."""
    off = [one for one in upright if one.view.state == "off"]
    return off, [one for one in upright if one.view.state != "off"]


def _off_needed(seen: Seen, policy: ZombiePolicy) -> int:
    """For how many days something has to be off: what is used by the season may be off until the next one."""
    own = profile_for(policy, judged_by(seen.known)).off_after_idle_days
    return max(policy.windows.powered_off_days, own or 0)


def _weighed(drawn: Judged, *, long: bool) -> VerdictState:
    """A zombie when it was idle for long, by two signs or more, with nothing weighty against; else suspect."""
    against = any(
        one.side is Side.AGAINST and one.confidence >= WEIGHTY and one.sign in BUSINESS for one in drawn.signals
    )
    enough = len(drawn.signs) >= LEAST_SIGNS and Sign.IDLE in drawn.signs
    return VerdictState.ZOMBIE if long and enough and not against else VerdictState.SUSPECT


def _confidence(state: VerdictState, seen: Sequence[Seen], signals: Sequence[Signal], signs: Sequence[Sign]) -> int:
    """In percent: what speaks the verdict's way against what does not, by coverage and breadth; nothing is sure."""
    covered = min((one.view.covered for one in standing(seen) if one.view.state != "off"), default=1.0)
    if state is VerdictState.NO_DATA:
        return 0
    if state is VerdictState.WATCH:
        return max(5, min(60, round(60 * covered)))
    way = Side.FOR if state in SUSPICIOUS else Side.AGAINST
    weight = {side: sum(one.confidence for one in signals if one.side is side) for side in (Side.FOR, Side.AGAINST)}
    total = sum(weight.values())
    share = weight[way] / total if total else 0.5
    if state is VerdictState.ACTIVE:
        return max(60, min(99, round(60 + 39 * share)))
    breadth = min(1.0, 0.6 + 0.1 * len(signs))
    return max(5, min(99, round(100 * share * breadth * max(covered, 0.5))))
