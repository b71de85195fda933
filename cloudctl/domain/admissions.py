"""Admissions: which clouds may take a group of items at all, whatever room they have, and why the others may not.

    clouds, reasons = admitted(group, known, ground)      # raises Invalid where none may

Looked at are zone, pin, MLPS level, processors, images, and what a cloud has to offer: floating addresses, resizing,
different hosts. What is lacking is told at submission; nothing of it is left for the build to find out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cloudctl.domain.clouds import Capability, Cloud
from cloudctl.domain.errors import Invalid
from cloudctl.domain.quotas import Demand, Dimension
from cloudctl.messages import LOCALES, fill, mark, translator

Reason = dict[str, str]
"""A sentence by locale: it is kept with the order."""

Amounts = Mapping[tuple[str, Dimension], int]
"""Amounts by cloud and dimension."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Items that have to stand together, and what they need.

    `stands` are the clouds of what exists and is changed or built upon; `new` says that something new is built. `apart`
    names the pairs (anti-affinity) of which a member is here, `united` those of which several are. `images` names, by
    code, the clouds that are known to have an image; an image of which that is not known is not among them. `insisted`
    are those of the pairs here whose servers have to be on hosts of their own. `needs` is what a cloud has to offer,
    with the position of the first item that needs it.
    """

    items: tuple[int, ...]
    growth: Demand
    new: bool = True
    architectures: frozenset[str] = frozenset()
    images: Mapping[str, frozenset[str]] = field(default_factory=dict)
    stands: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()
    united: frozenset[str] = frozenset()
    insisted: frozenset[str] = frozenset()
    needs: Mapping[Capability, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What an order is placed by.

    `used` is held and committed by cloud and dimension, `quota` what the department's quota leaves (empty: not looked
    at), `pinned` the clouds that the office has pinned the department to (empty: any).
    """

    zone: str
    mlps_level: int
    used: Amounts
    quota: Amounts = field(default_factory=dict)
    pinned: frozenset[str] = frozenset()
    emergency: bool = False


_Refusal = Callable[[Cloud, Group], Reason]
_Failure = Callable[[Group, Ground, Sequence[Cloud]], Invalid]
_Test = tuple[Callable[[Cloud], bool], _Refusal, _Failure]


def admitted(group: Group, clouds: Sequence[Cloud], ground: Ground) -> tuple[list[Cloud], list[Reason]]:
    """The clouds that may take a group, and why the others of the zone may not; raises Invalid where none may."""
    if len(group.stands) > 1:
        raise Invalid(
            "The order touches resources on several clouds: {clouds}.",
            field=f"items[{group.items[0]}]",
            way_out="Write one order for each cloud.",
            clouds=", ".join(sorted(group.stands)),
        )
    here = [cloud for cloud in clouds if not group.stands or cloud.code in group.stands]
    if not group.new:
        return _sifted(group, ground, here, _capabilities(group))
    serving = [cloud for cloud in here if ground.zone in cloud.zones and not cloud.retired]
    if not serving:
        raise Invalid(
            "No cloud serves the zone {zone}.",
            field="zone",
            way_out="Choose a zone that a cloud serves.",
            zone=ground.zone,
        )
    pinned = frozenset[str]() if group.stands else ground.pinned
    tests: list[_Test] = [
        (lambda cloud: not pinned or cloud.code in pinned, _off_the_pin, _pinned_elsewhere),
        (lambda cloud: ground.mlps_level <= cloud.max_mlps_level, _rated_lower, _rated_too_low),
        (lambda cloud: cloud.runs(group.architectures), _lacks_processors, _no_processors),
        (lambda cloud: not _images_lacking(group, cloud), _lacks_images, _no_images),
    ]
    return _sifted(group, ground, serving, tests + _capabilities(group))


def _sifted(
    group: Group, ground: Ground, serving: list[Cloud], tests: Iterable[_Test]
) -> tuple[list[Cloud], list[Reason]]:
    """The clouds that pass every test, and why the others do not; raises the failure of a test that none passes."""
    refused: list[Reason] = []
    for admits, refusal, failure in tests:
        left = [cloud for cloud in serving if admits(cloud)]
        refused += [refusal(cloud, group) for cloud in serving if cloud not in left]
        if not left:
            raise failure(group, ground, serving)
        serving = left
    return serving, refused


def _capabilities(group: Group) -> list[_Test]:
    """One test for each thing that a cloud has to offer."""

    def offers(capability: Capability) -> Callable[[Cloud], bool]:
        return lambda cloud: cloud.offers(capability)

    return [(offers(needed), _lacks(needed), _unoffered(needed)) for needed in sorted(group.needs)]


def _off_the_pin(cloud: Cloud, _: Group) -> Reason:
    return said(mark("{cloud}: the department is pinned elsewhere"), cloud=cloud.code)


def _rated_lower(cloud: Cloud, _: Group) -> Reason:
    return said(mark("{cloud}: rated for MLPS {level} only"), cloud=cloud.code, level=cloud.max_mlps_level)


def _lacks_processors(cloud: Cloud, group: Group) -> Reason:
    lacking = ", ".join(sorted(group.architectures - cloud.architectures))
    return said(mark("{cloud}: has no {architectures}"), cloud=cloud.code, architectures=lacking)


def _lacks_images(cloud: Cloud, group: Group) -> Reason:
    images = ", ".join(_images_lacking(group, cloud))
    return said(mark("{cloud}: has no image {images}"), cloud=cloud.code, images=images)


def _pinned_elsewhere(_: Group, ground: Ground, __: Sequence[Cloud]) -> Invalid:
    return Invalid(
        "The department is pinned to {clouds}; none of them serves the zone {zone}.",
        field="zone",
        way_out="Choose another zone, or ask the office to pin the department to a cloud of this one.",
        clouds=", ".join(sorted(ground.pinned)),
        zone=ground.zone,
    )


def _rated_too_low(_: Group, ground: Ground, serving: Sequence[Cloud]) -> Invalid:
    return Invalid(
        "MLPS level {level} is above what any cloud of the zone {zone} is rated for ({highest}).",
        field="system_id",
        way_out="Ask the office for a cloud rated for this level.",
        level=ground.mlps_level,
        zone=ground.zone,
        highest=max(cloud.max_mlps_level for cloud in serving),
    )


def _no_processors(group: Group, ground: Ground, _: Sequence[Cloud]) -> Invalid:
    return Invalid(
        "No cloud of the zone {zone} has processors of {architectures}.",
        field="items",
        way_out="Choose specifications of another architecture, or write one order for each architecture.",
        zone=ground.zone,
        architectures=", ".join(sorted(group.architectures)),
    )


def _no_images(group: Group, ground: Ground, _: Sequence[Cloud]) -> Invalid:
    return Invalid(
        "No cloud of the zone {zone} that could take these servers has the images {images}.",
        field=f"items[{group.items[0]}]",
        way_out="Choose other images, or put servers of different images on segments of their own.",
        zone=ground.zone,
        images=", ".join(sorted(group.images)),
    )


def _lacks(capability: Capability) -> _Refusal:
    return lambda cloud, _: said(_LACKING[capability], cloud=cloud.code)


def _unoffered(capability: Capability) -> _Failure:
    words, field_name, way_out = _REFUSED[capability]
    return lambda group, _, serving: Invalid(
        words,
        field=f"items[{group.needs[capability]}].{field_name}",
        way_out=way_out,
        clouds=", ".join(cloud.code for cloud in serving),
    )


_LACKING = {
    Capability.FLOATING_ADDRESS: mark("{cloud}: has no floating addresses"),
    Capability.RESIZE: mark("{cloud}: cannot resize servers"),
    Capability.ANTI_AFFINITY: mark("{cloud}: cannot keep servers on different hosts"),
}
_REFUSED = {
    Capability.FLOATING_ADDRESS: (
        mark("No cloud that may take this server has floating addresses ({clouds})."),
        "server",
        mark("Leave the address out, or order the server anew on a segment of its own."),
    ),
    Capability.RESIZE: (
        mark("Servers cannot be resized on {clouds}."),
        "server",
        mark("Order a server of the size that is needed, and release this one."),
    ),
    Capability.ANTI_AFFINITY: (
        mark("No cloud that may take this server keeps servers on different hosts ({clouds})."),
        "separation",
        mark("Set `separation: preferred`, or ask the office for a cloud that can."),
    ),
}


def _images_lacking(group: Group, cloud: Cloud) -> list[str]:
    return sorted(image for image, clouds in group.images.items() if cloud.code not in clouds)


def said(message: str, **params: object) -> Reason:
    """A reason in every language of ours."""
    return {locale: fill(translator(locale), message, params) for locale in LOCALES}
