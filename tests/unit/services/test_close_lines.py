"""The close-out: each line a number, a file or a reason; then the certificate, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from cloudctl.domain.clearings import Clearing
from cloudctl.domain.close_lines import CloseLineKind, Outcome
from cloudctl.domain.errors import Conflict, Invalid, NotFound, Refused
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.shadows import Shadow, ShadowAct, ShadowKind, ShadowSubject
from cloudctl.ports.context import platform
from cloudctl.ports.queries import PageAsk
from cloudctl.services import attachments, certificates, clearing_decisions, close_lines, indicators, systems
from tests.unit.services.clearing_city import DIGEST, Town, cleared

PDF = b"%PDF-1.7 scanned"


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    with cleared(tmp_path, monkeypatch) as made:
        yield made


def test_a_case_closes_with_every_line_filled_and_its_certificate_says_all(town: Town) -> None:
    case = town.started()
    ctx, people = town.city.ctx, town.city.people
    with pytest.raises(Conflict):
        close_lines.fill(
            ctx, people["officer"], case.id, kind=CloseLineKind.DNS_REMOVED, outcome=Outcome.NUMBER, words="1"
        )
    town.round()
    town.days(31)
    town.machine.quarantine(case)
    town.machine.back_up(case)
    town.days(31)
    _delete(town)
    with pytest.raises(Conflict) as refused:
        close_lines.close(ctx, people["reviewer"], case.id)
    assert refused.value.field == "lines"
    with pytest.raises(Invalid) as wrong:
        close_lines.fill(
            ctx,
            people["officer"],
            case.id,
            kind=CloseLineKind.ICP_CANCELLED,
            outcome=Outcome.NOT_APPLICABLE,
            words="无",
        )
    assert wrong.value.field == "words"
    with pytest.raises(Invalid):
        close_lines.hand_in(
            ctx, people["officer"], case.id, kind=CloseLineKind.DATA_ARCHIVED, name="x.exe", content=b"MZ"
        )
    with pytest.raises(NotFound):
        close_lines.of(ctx, people["stranger"], case.id)
    made = close_lines.hand_in(
        ctx, people["officer"], case.id, kind=CloseLineKind.DATA_ARCHIVED, name="移交清单.pdf", content=PDF
    )
    for kind in CloseLineKind:
        if kind is not CloseLineKind.DATA_ARCHIVED:
            outcome = Outcome.NOT_APPLICABLE if kind is CloseLineKind.ICP_CANCELLED else Outcome.NUMBER
            words = "仅内网使用，未做备案" if outcome is Outcome.NOT_APPLICABLE else f"文〔2027〕{len(kind)}号"
            close_lines.fill(ctx, people["officer"], case.id, kind=kind, outcome=outcome, words=words)
    with pytest.raises(Conflict):
        certificates.of_clearing(ctx, people["officer"], case.id, "zh_CN")
    shadow, other = _duplicate(town, case, case.id), _duplicate(town, case, new_id())
    figure = _retired(town)
    closed = close_lines.close(ctx, people["reviewer"], case.id)
    assert (closed.state, closed.claim) == ("closed", None)
    assert closed.close_out is not None
    assert closed.close_out.startswith("销号〔")
    system = town.city.read(lambda uow: uow.systems.get(case.system_id))
    assert (system.status, system.status_on) == ("retired", town.today)
    newest = systems.history(ctx, people["officer"], case.system_id, PageAsk(limit=1)).items[0]
    assert case.number in str(newest)
    (event,) = [one for one in town.city.audited(action="update/system") if one["target"]["id"] == str(system.id)]
    assert (event["before"]["status"], event["after"]["status"]) == ("in_use", "retired")
    states = town.city.read(lambda uow: {key: uow.shadows.get(key).state for key in (shadow, other)})
    assert states == {shadow: "cleared", other: "clearing"}
    assert [turn.state for turn in town.city.read(lambda uow: uow.shadows.turns_of(shadow))] == ["cleared"]
    assert [one["target"]["id"] for one in town.city.audited(action="stop/shadow-clear")] == [str(shadow)]
    assert _retired(town) == (figure or 0) + 1
    town.city.clock.move(days=3)
    assert attachments.sweep(ctx, platform("sweep")) == 0
    assert close_lines.read(ctx, people["officer"], case.id, made.id)[1] == PDF
    for locale in ("zh_CN", "en"):
        number, content = certificates.of_clearing(ctx, people["officer"], case.id, locale)
        assert number == closed.close_out
        assert content.startswith(b"%PDF-")
        assert content == certificates.of_clearing(ctx, people["auditor"], case.id, locale)[1]
    with pytest.raises(NotFound):
        certificates.of_clearing(ctx, people["stranger"], case.id, "en")
    assert town.case(case).digest == DIGEST
    with pytest.raises(Conflict):
        close_lines.fill(
            ctx, people["officer"], case.id, kind=CloseLineKind.DNS_REMOVED, outcome=Outcome.NUMBER, words="2"
        )


def test_a_case_that_ends_otherwise_changes_neither_register_nor_shadow(town: Town) -> None:
    case = town.off()
    shadow = _duplicate(town, case, case.id)
    before = town.city.read(lambda uow: uow.systems.get(case.system_id).version)
    clearing_decisions.restore(town.city.ctx, town.city.people["officer"], case.id, reason="业务要用")
    town.machine.restore(case)
    with pytest.raises(Refused):
        close_lines.close(town.city.ctx, town.city.people["reviewer"], case.id)
    system = town.city.read(lambda uow: uow.systems.get(case.system_id))
    assert (system.status, system.version) == ("in_use", before)
    assert town.city.read(lambda uow: uow.shadows.get(shadow).state) == "clearing"


def _duplicate(town: Town, case: Clearing, through: UUID) -> UUID:
    """A pair of which the system is one, being cleared through a case."""
    key, now, words = new_id(), town.city.clock.now(), {"zh_CN": "x", "en": "x"}
    made = Shadow(
        id=key, kind=ShadowKind.DUPLICATE, subject=ShadowSubject.SYSTEM, subject_key=str(key), name="oa",
        department_id=case.department_id, system_id=case.system_id, other_id=town.city.ids["ys"], facts={},
        evidence={}, mark="x", words=words, next_step=words, state="clearing", found_at=now, settled_at=now,
        act=ShadowAct.CLEAR, reason="x", target_id=through, created_at=now,
    )  # fmt: skip
    with town.city.ctx.unit_of_work(platform("scan")) as uow:
        uow.shadows.add(made)
    return key


def _retired(town: Town) -> float | None:
    """What the indicator counts as claimed."""
    (line,) = indicators.figures(town.city.ctx, town.city.people["auditor"], name="systems-retired")
    return line.figure.claimed


def _delete(town: Town) -> None:
    (case,) = town.standing()
    clearing_decisions.propose(town.city.ctx, town.city.people["operator"], case.id, reason="隔离期满")
    clearing_decisions.confirm(town.city.ctx, town.city.people["security"], case.id, reason="同意")
    town.machine.delete(case)
