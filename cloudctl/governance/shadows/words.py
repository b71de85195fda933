"""What is said of a shadow, and its one next step, in every language of ours: they are kept with the shadow."""

from __future__ import annotations

from typing import Any, NamedTuple

from cloudctl.domain.shadows import ShadowSubject
from cloudctl.governance.shadows.planner import Line
from cloudctl.messages import LOCALES, fill, mark, translator

REGISTER = mark(
    "Find out whose it is and put it on the register: `cloudctl shadows register {id} --system CODE`; "
    "or have it go: `cloudctl shadows clear {id}`."
)
SENTENCES: dict[tuple[ShadowSubject, str], tuple[str, str]] = {
    (ShadowSubject.SERVER, "cloud"): (
        mark("The server {name} runs on {cloud}; no record has it, and no system of the register answers for it."),
        REGISTER,
    ),
    (ShadowSubject.SERVER, "record"): (
        mark("The server {name} on {cloud} is its department's, and belongs to no system of the register."),
        mark("Say which system uses it: `cloudctl shadows register {id} --system CODE`."),
    ),
    (ShadowSubject.SERVICE, "nowhere"): (
        mark("On {name} something listens on {ports}, at an address of the platform that no server of a cloud has."),
        REGISTER,
    ),
    (ShadowSubject.SERVICE, "undeclared"): (
        mark("On {name} something listens on {ports}, which nobody declared for its system."),
        REGISTER,
    ),
    (ShadowSubject.DNS_NAME, "nowhere"): (
        mark("The name {name} leads to {addresses}, which is the platform's; no server and no system answers for it."),
        REGISTER,
    ),
    (ShadowSubject.CERTIFICATE, "nowhere"): (
        mark("The certificate for {name} is in use at {addresses}, which is the platform's; no system answers for it."),
        REGISTER,
    ),
    (ShadowSubject.SYSTEM, "pair"): (
        mark("{name} ({code}) and {other_name} ({other}) may be one system under two names: {score} points."),
        mark("Merge one into the other: `cloudctl shadows merge {id}`; or say why they are two: dismiss it."),
    ),
}


class Words(NamedTuple):
    """By locale."""

    said: dict[str, str]
    next_step: dict[str, str]


def worded(line: Line) -> Words:
    """A line in every language."""
    sentence, step = SENTENCES[line.subject, line.why]
    params: dict[str, Any] = {
        name: ", ".join(map(str, value)) if isinstance(value, list) else value for name, value in line.facts.items()
    }
    params |= {"name": line.name, "cloud": line.cloud}
    said, next_step = {}, {}
    for locale in LOCALES:
        translate = translator(locale)
        said[locale] = fill(translate, sentence, params)
        next_step[locale] = fill(translate, step, {"id": str(line.id)})
    return Words(said, next_step)
