"""Keys written onto objects that already run, and taken off again: batch by batch, side by side, each put on record."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import UUID

from cloudctl.domain.errors import Absent
from cloudctl.domain.inventory import ObjectKind
from cloudctl.domain.workflows import DONE, Verdict
from cloudctl.ports.clouds import Networks, Provider, Servers, Volumes
from cloudctl.ports.context import Context
from cloudctl.services import adopting
from cloudctl.services.adopting import Mark
from cloudctl.workflows.attempts import FINAL, gravest, insist, quietly_absent
from cloudctl.workflows.building import side_by_side

BATCH = 100
UNMARKED = "Some objects could not be marked; `cloudctl adoptions takings` says why."

Act = Callable[[Mark], str]


def mark_all(ctx: Context, adoption_id: UUID) -> None:
    """Writes every key that is not written yet; raises what a cloud that does not answer leads to."""
    entered: set[tuple[str, str]] = set()

    def write(mark: Mark) -> str:
        provider, project = ctx.clouds.provider(mark.cloud), (mark.cloud.code, mark.project)
        try:
            if project not in entered:
                provider.tenants.enter(mark.project)
                entered.add(project)
            _port(provider, mark).adopt(mark.project, mark.native_id, mark.key)
        except Absent:
            return "lose"
        return "mark"

    _each(ctx, adoption_id, "recorded", write)


def unmark_all(ctx: Context, adoption_id: UUID) -> None:
    """Takes every key off that is to be; raises what a cloud that does not answer leads to."""

    def erase(mark: Mark) -> str:
        port = _port(ctx.clouds.provider(mark.cloud), mark)
        quietly_absent(lambda: port.disown(mark.project, mark.native_id, mark.key))
        return "give_back"

    _each(ctx, adoption_id, "withdrawn", erase)


def parked(step: str) -> Verdict:
    """The verdict of a step that leaves something for an operator."""
    return {"outcome": "park", "reason": UNMARKED, "step": step}


def in_turn(acts: Iterable[Callable[[str], Verdict]], park: Callable[[str, str], object], adoption_id: str) -> Verdict:
    """The acts one after the other; at the first that cannot go on it is parked. Answers the last verdict."""
    verdict = DONE
    for act in acts:
        verdict = act(adoption_id)
        if verdict["outcome"] != "done":
            park(adoption_id, verdict.get("reason", ""))
            return {**verdict, "outcome": "park"}
    return verdict


def _each(ctx: Context, adoption_id: UUID, state: str, act: Act) -> None:
    """Acts on all marks in a state, and puts after each batch on record what came of it."""
    after = -1
    while batch := adopting.marks(ctx, adoption_id, state, after=after, limit=BATCH):
        refused: dict[UUID, str] = {}

        def attempt(mark: Mark, refused: dict[UUID, str] = refused) -> str:
            try:
                return insist(ctx, lambda: act(mark))
            except FINAL as error:
                refused[mark.key] = str(error)
                return "refused"

        answered, errors = side_by_side(ctx, attempt, batch)
        for event in {event for _, event in answered} - {"refused"}:
            adopting.keep_marks(ctx, adoption_id, event, [mark.key for mark, said in answered if said == event])
        if refused:
            adopting.keep_refusals(ctx, adoption_id, refused)
        if errors:
            raise gravest(errors)
        after = batch[-1].position


def _port(provider: Provider, mark: Mark) -> Servers | Volumes | Networks:
    match mark.kind:
        case ObjectKind.SERVER:
            return provider.servers
        case ObjectKind.VOLUME:
            return provider.volumes
    return provider.networks
