"""The close-out: each line a number, a file or a reason; then the certificate, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cloudctl.bootstrap import platform
from cloudctl.domain.close_lines import CloseLineKind, Outcome
from cloudctl.domain.errors import Conflict, Invalid, NotFound
from cloudctl.services import attachments, certificates, close_lines
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
    closed = close_lines.close(ctx, people["reviewer"], case.id)
    assert (closed.state, closed.claim) == ("closed", None)
    assert closed.close_out is not None
    assert closed.close_out.startswith("销号〔")
    assert town.city.read(lambda uow: uow.systems.get(case.system_id).status) == "retired"
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


def _delete(town: Town) -> None:
    from cloudctl.services import clearing_decisions

    (case,) = town.standing()
    clearing_decisions.propose(town.city.ctx, town.city.people["operator"], case.id, reason="隔离期满")
    clearing_decisions.confirm(town.city.ctx, town.city.people["security"], case.id, reason="同意")
    town.machine.delete(case)
