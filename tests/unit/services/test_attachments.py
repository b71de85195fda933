from __future__ import annotations

from datetime import timedelta

import pytest

from cloudctl.domain.attachments import LARGEST_BYTES, MOST_OF_AN_ORDER
from cloudctl.domain.errors import Conflict, Invalid, NotFound
from cloudctl.ports.context import platform
from cloudctl.services import attachments, decisions, orders
from tests.factories import Installed

PDF = b"%PDF-1.7\n"


def files(city: Installed) -> list[str]:
    return list(city.ctx.files.older_than(city.ctx.clock.now() + timedelta(days=3650)))


def test_a_file_is_handed_in_with_its_number_and_stamp(city: Installed) -> None:
    order = city.submitted(city.build_items())
    officer = city.people["officer"]
    made = attachments.add(
        city.ctx,
        officer,
        order.id,
        name="批复.pdf",
        content=PDF,
        document_number="青发改〔2026〕12号",
        stamped_by="市发改委",
    )
    assert (made.media_type, made.size_bytes, made.department_id) == ("application/pdf", len(PDF), order.department_id)
    assert attachments.read(city.ctx, city.people["reviewer"], made.id)[1] == PDF
    (event,) = city.audited(action="create/attachment")
    assert event["target"]["id"] == str(made.id)
    with pytest.raises(Conflict, match="this very file"):
        attachments.add(city.ctx, officer, order.id, name="again.pdf", content=PDF)


@pytest.mark.parametrize(
    ("name", "content", "stamp", "field"),
    [
        ("批复.pdf", b"MZ", "", "file"),
        ("批复.pdf", PDF, "市发改委", "document_number"),
        ("批复.pdf", PDF + bytes(LARGEST_BYTES), "", "file"),
        ("批复.pdf", b"", "", "file"),
    ],
)
def test_what_is_refused_leaves_nothing(city: Installed, name: str, content: bytes, stamp: str, field: str) -> None:
    order = city.submitted(city.build_items())
    before = (city.rows(), files(city))
    with pytest.raises(Invalid) as refusal:
        attachments.add(city.ctx, city.people["officer"], order.id, name=name, content=content, stamped_by=stamp)
    assert refusal.value.field == field
    assert (city.rows(), files(city)) == before


def test_another_department_finds_nothing(city: Installed) -> None:
    order = city.submitted(city.build_items())
    made = attachments.add(city.ctx, city.people["officer"], order.id, name="a.pdf", content=PDF)
    stranger = city.people["stranger"]
    for act in (attachments.get, attachments.read, attachments.remove):
        with pytest.raises(NotFound):
            act(city.ctx, stranger, made.id)
    with pytest.raises(NotFound):
        attachments.add(city.ctx, stranger, order.id, name="b.pdf", content=PDF + b"2")


def test_a_file_is_taken_off_only_while_the_order_is_written(city: Installed) -> None:
    officer = city.people["officer"]
    order = orders.create(city.ctx, officer, city.form(city.build_items()))
    first, second = (
        attachments.add(city.ctx, officer, order.id, name=f"{part}.pdf", content=PDF + part.encode())
        for part in ("first", "second")
    )
    attachments.remove(city.ctx, officer, first.id, "wrong page")
    with pytest.raises(NotFound):
        attachments.get(city.ctx, officer, first.id)
    orders.submit(city.ctx, officer, order.id)
    with pytest.raises(Conflict, match="stays with it"):
        attachments.remove(city.ctx, officer, second.id)
    attachments.add(city.ctx, officer, order.id, name="third.pdf", content=PDF + b"third")


def test_an_order_that_has_ended_takes_none(city: Installed) -> None:
    order = city.signed(city.build_items())
    decisions.reject(city.ctx, city.people["reviewer"], order.id, reason="重复建设")
    before = files(city)
    with pytest.raises(Conflict, match="has ended"):
        attachments.add(city.ctx, city.people["officer"], order.id, name="a.pdf", content=PDF)
    assert files(city) == before


def test_an_order_has_a_bounded_number(city: Installed) -> None:
    order = city.submitted(city.build_items())
    for number in range(MOST_OF_AN_ORDER):
        attachments.add(city.ctx, city.people["officer"], order.id, name="a.pdf", content=PDF + str(number).encode())
    with pytest.raises(Conflict, match="at most"):
        attachments.add(city.ctx, city.people["officer"], order.id, name="a.pdf", content=PDF)


def test_the_sweep_takes_only_what_no_record_names(city: Installed) -> None:
    order = city.submitted(city.build_items())
    kept = attachments.add(city.ctx, city.people["officer"], order.id, name="a.pdf", content=PDF)
    lost = city.ctx.files.put(b"a file whose record never came")
    city.clock.move(days=-4000)
    assert attachments.sweep(city.ctx, platform("test")) == 0
    city.clock.move(days=8000)
    assert attachments.sweep(city.ctx, platform("test")) >= 1
    assert city.ctx.files.get(kept.digest) == PDF
    with pytest.raises(NotFound):
        city.ctx.files.get(lost.digest)
