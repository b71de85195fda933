"""Papers as PDF on A4, through ReportLab; Chinese in the font that lies beside this module.

PdfPrinter().pdf(paper)
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table

from cloudctl.ports.printer import Fields, Paper, Part, Sheet, Signatures, Text

FONT = "WenQuanYi-Micro-Hei"
FONT_FILE = Path(__file__).parent / "fonts" / "wqy-microhei.ttf"
MARGIN = 50.0
WIDTH = A4[0] - 2 * MARGIN
LABEL_SHARE = 0.16
IDEOGRAPHS = "\u2e80"  # from here on characters stand in no words
LONG_VALUE = 22
"""Characters from which a value gets a line of its own."""
BOX_HEIGHT = 74.0


class PdfPrinter:
    """Implements ports.printer.Printer."""

    def pdf(self, paper: Paper) -> bytes:
        styles = _styles()
        story: list[Flowable] = [_said(paper.title, styles.title), _said(paper.number, styles.number), Spacer(1, 8)]
        for part in paper.parts:
            story += _part(part, styles)
        target = BytesIO()
        document = SimpleDocTemplate(
            target,
            pagesize=A4,
            leftMargin=MARGIN,
            rightMargin=MARGIN,
            topMargin=MARGIN,
            bottomMargin=MARGIN,
            title=f"{paper.title} {paper.number}",
            author="cloudctl",
            invariant=1,
        )
        document.build(story, canvasmaker=lambda *args, **options: _Numbered(paper, *args, **options))
        return target.getvalue()


def _part(part: Part, styles: Any) -> list[Flowable]:
    heading = [_said(part.heading, styles.heading)] if part.heading else []
    match part:
        case Fields():
            return [*heading, _fields(part, styles), Spacer(1, 8)]
        case Sheet(rows=()):
            return [KeepTogether([*heading, _said(part.nothing, styles.cell)]), Spacer(1, 8)]
        case Sheet():
            return [*heading, _sheet(part, styles), Spacer(1, 8)]
        case Signatures():
            return [KeepTogether([*heading, _signatures(part, styles)]), Spacer(1, 8)]
        case Text():
            body = [_said(words, styles.text) for words in part.paragraphs]
            return [*heading, *body, Spacer(1, 24), *(_said(words, styles.closing) for words in part.closing)]


def _fields(part: Fields, styles: Any) -> Flowable:
    """Pairs side by side; the cells of a long value are joined over the line."""
    lines: list[list[tuple[str, str]]] = []
    for pair in part.pairs:
        wide = len(pair[1]) > LONG_VALUE or "\n" in pair[1]
        if wide or not lines or len(lines[-1]) == 2 or len(lines[-1][0][1]) > LONG_VALUE or "\n" in lines[-1][0][1]:
            lines.append([pair])
        else:
            lines[-1].append(pair)
    label, value = WIDTH * LABEL_SHARE, WIDTH * (0.5 - LABEL_SHARE)
    cells, spans = [], []
    for number, line in enumerate(lines):
        row = [cell for name, words in line for cell in (_said(name, styles.label), _said(words, styles.cell))]
        if len(line) == 1:
            spans.append(("SPAN", (1, number), (3, number)))
            row += [_said("", styles.cell)] * 2
        cells.append(row)
    shades = [("BACKGROUND", (0, 0), (0, -1), styles.shade)]
    shades += [("BACKGROUND", (2, number), (2, number), styles.shade) for number, line in enumerate(lines) if line[1:]]
    return _table(cells, [label, value, label, value], [*shades, *spans])


def _sheet(part: Sheet, styles: Any) -> Flowable:
    whole = sum(share for _, share in part.columns)
    head = [_said(name, styles.label) for name, _ in part.columns]
    rows = [[_said(words, styles.cell) for words in row] for row in part.rows]
    widths = [WIDTH * share / whole for _, share in part.columns]
    return _table([head, *rows], widths, [("BACKGROUND", (0, 0), (-1, 0), styles.shade)], repeat=1)


def _signatures(part: Signatures, styles: Any) -> Flowable:
    cells = [[_said(name, styles.label), _said(words, styles.cell)] for name, words in part.boxes]
    label = WIDTH * LABEL_SHARE
    shade = [("BACKGROUND", (0, 0), (0, -1), styles.shade)]
    return _table(cells, [label, WIDTH - label], shade, height=BOX_HEIGHT)


def _table(
    cells: list[list[Any]], widths: list[float], more: list[Any], *, repeat: int = 0, height: float | None = None
) -> Flowable:

    all_cells = (0, 0), (-1, -1)
    grid: list[Any] = [("FONTNAME", *all_cells, FONT), ("VALIGN", *all_cells, "MIDDLE")]
    grid.append(("GRID", *all_cells, 0.5, "#444444"))
    heights = None if height is None else [height] * len(cells)
    return Table(cells, widths, heights, [*grid, *more], repeatRows=repeat, splitInRow=0)


def _said(words: str, style: Any) -> Flowable:
    """A paragraph; where nothing is Chinese, lines end between words."""
    fitting = style if any(character >= IDEOGRAPHS for character in words) else _between_words(style.name, style)
    return Paragraph(escape(words).replace("\n", "<br/>") or "—", fitting)


@cache
def _between_words(name: str, style: Any) -> ParagraphStyle:
    return ParagraphStyle(name, parent=style, wordWrap=None)


@cache
def _styles() -> Any:
    """Registers the font and answers the styles by name."""
    registerFont(TTFont(FONT, str(FONT_FILE)))

    def style(name: str, size: float, **options: Any) -> ParagraphStyle:
        return ParagraphStyle(name, fontName=FONT, fontSize=size, leading=size * 1.45, wordWrap="CJK", **options)

    return SimpleNamespace(
        title=style("title", 18, alignment=TA_CENTER, spaceAfter=4),
        number=style("number", 9.5, alignment=TA_RIGHT),
        heading=style("heading", 11.5, spaceBefore=4, spaceAfter=4),
        label=style("label", 9.5, alignment=TA_CENTER),
        cell=style("cell", 9.5),
        text=style("text", 12, firstLineIndent=24, spaceAfter=6),
        closing=style("closing", 12, alignment=TA_RIGHT, spaceAfter=6),
        shade=HexColor("#f0f2f5"),
    )


class _Numbered(Canvas):
    """A canvas that keeps its pages until the last is drawn: then it knows how many the first footer has to name."""

    def __init__(self, paper: Paper, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "initialFontName": FONT})
        self._paper = paper
        self._kept: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 - the library's name
        """Keeps the page."""
        self._kept.append(dict(self.__dict__))
        self._startPage()  # type: ignore[attr-defined]  # the library's own name for it, not in its stubs

    def save(self) -> None:
        """Writes all pages with their footers."""
        for number, page in enumerate(self._kept, start=1):
            self.__dict__.update(page)
            self.setFont(FONT, 8)
            self.drawString(MARGIN, MARGIN / 2, self._paper.footer)
            place = self._paper.page_of.format(page=number, pages=len(self._kept))
            self.drawRightString(MARGIN + WIDTH, MARGIN / 2, place)
            super().showPage()
        super().save()
