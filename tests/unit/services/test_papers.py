"""The application form on paper, read back from the PDF itself."""

from __future__ import annotations

from io import BytesIO
from uuid import uuid4

import pytest
from pypdf import PdfReader

from cloudctl.domain.errors import NotFound
from cloudctl.services import attachments, decisions, papers
from tests.factories import Installed


def read(content: bytes) -> tuple[str, PdfReader]:
    reader = PdfReader(BytesIO(content))
    return "".join("".join(page.extract_text() for page in reader.pages).split()), reader


@pytest.mark.parametrize(("locale", "title"), [("zh_CN", "政务云资源申请表"), ("en", "Applicationforresources")])
def test_the_form_shows_what_is_on_record(city: Installed, locale: str, title: str) -> None:
    order = city.signed(city.build_items(address=True))
    attachments.add(
        city.ctx, city.people["officer"], order.id, name="批复.pdf", content=b"%PDF-1.7",
        document_number="青发改〔2026〕12号", stamped_by="市发改委",
    )  # fmt: skip
    order = decisions.reject(city.ctx, city.people["reviewer"], order.id, reason="与已建系统重复，请先整合。")
    number, content = papers.of_order(city.ctx, city.people["reviewer"], order.id, locale)
    text, _ = read(content)
    assert number == order.number
    for expected in (
        title,
        order.number,
        "OA上云",
        "oa-net",
        "openeuler",
        "批复.pdf",
        "青发改〔2026〕12号",
        "与已建系统重复",
    ):
        assert expected in text, expected
    for finding in order.ruling.findings:
        assert finding.rule in text


def test_its_font_is_embedded_and_its_pages_are_a4(city: Installed) -> None:
    order = city.submitted(city.build_items())
    _, reader = read(papers.of_order(city.ctx, city.people["officer"], order.id, "zh_CN")[1])
    for page in reader.pages:
        assert (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842)
        for font in page["/Resources"]["/Font"].values():
            assert "/FontFile2" in font.get_object()["/FontDescriptor"], font
    assert reader.metadata is not None
    assert order.number in str(reader.metadata.title)


def test_foreign_and_absent_orders_are_the_same(city: Installed) -> None:
    order = city.submitted(city.build_items())
    for who, key in (("stranger", order.id), ("officer", uuid4())):
        with pytest.raises(NotFound):
            papers.of_order(city.ctx, city.people[who], key, "zh_CN")
