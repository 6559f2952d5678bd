"""A page as a PDF: a letter on A4 for whoever has nothing but a PDF reader. No script, no link, nothing from outside.

The same page, number and time give the same bytes.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache, partial
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapter.message.code import OSLO
from adapter.show.page import Attachment, Block, Item, Line, Page, Remark, Table
from adapter.show.text import size_text

if TYPE_CHECKING:
    from reportlab.platypus import Flowable

_REGULAR, _BOLD = "SourceSansPro-Regular", "SourceSansPro-Bold"
_MARGIN, _LINE, _INDENT = 56, 13, 10
_DEEPEST = 4
#: Shown in place of a character that the letter's font does not have.
_MISSING = "¤"


def render(page: Page, *, at: datetime) -> bytes:
    """Return the page as a PDF that was made at an aware time."""
    from reportlab.platypus import SimpleDocTemplate  # noqa: PLC0415 - heavy, and only used for a forwarded referral

    made = io.BytesIO()
    styles = _styles()
    document = SimpleDocTemplate(
        made,
        pagesize=_a4(),
        title=_shown(page.title),
        author="",
        creator="Budstikke",
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        lang="nb-NO",
        invariant=1,
    )
    footer = partial(_footer, title=_shown(page.title), at=at)
    story = list(_page(page, styles, document.width))
    document.build(story, onFirstPage=footer, onLaterPages=footer)
    return made.getvalue()


def _page(page: Page, styles: dict[str, Any], width: float) -> Iterator[Flowable]:
    from reportlab.platypus import Paragraph  # noqa: PLC0415 - as in `render`

    yield Paragraph(_marked(page.title), styles["title"])
    if page.subtitle:
        yield Paragraph(_marked(page.subtitle), styles["subtitle"])
    for notice in page.notices:
        yield Paragraph(_marked(notice.text), styles["notice"])
    for block in page.blocks:
        yield from _block(block, 0, styles, width)


def _block(block: Block, depth: int, styles: dict[str, Any], width: float) -> Iterator[Flowable]:
    from reportlab.platypus import CondPageBreak, Indenter, Paragraph  # noqa: PLC0415 - as in `render`

    # a heading never stands alone at the foot of a page
    yield CondPageBreak(4 * _LINE)
    yield Paragraph(_marked(block.title), styles["heading" if depth == 0 else "subheading"])
    indent = _INDENT if depth < _DEEPEST else 0
    yield Indenter(left=indent)
    for item in block.items:
        yield from _item(item, depth, styles, width - indent)
    yield Indenter(left=-indent)


def _item(item: Item, depth: int, styles: dict[str, Any], width: float) -> Iterator[Flowable]:
    from reportlab.platypus import Paragraph  # noqa: PLC0415 - as in `render`

    match item:
        case Line():
            label = f'<font name="{_BOLD}">{_marked(item.label)}:</font> ' if item.label else ""
            yield Paragraph(label + _marked(item.value), styles["text"])
        case Attachment():
            note = f" – {item.note}" if item.note else ""
            said = f"{item.name} ({item.mime_type}, {size_text(item.size)}){note}"
            yield Paragraph(_marked(said), styles["text"])
        case Remark():
            yield Paragraph(_marked(f"{item.severity} {item.rule}: {item.text}"), styles["remark"])
        case Table():
            yield _table(item, styles, width)
        case Block():
            yield from _block(item, depth + 1, styles, width)


def _table(table: Table, styles: dict[str, Any], width: float) -> Flowable:
    from reportlab.lib import colors  # noqa: PLC0415 - as in `render`
    from reportlab.platypus import LongTable, Paragraph  # noqa: PLC0415 - the same

    heads = [Paragraph(_marked(head), styles["head"]) for head in table.heads]
    rows = [[Paragraph(_marked(cell), styles["cell"]) for cell in row] for row in table.rows]
    made = LongTable(
        [heads, *rows],
        colWidths=[width / len(heads)] * len(heads),
        repeatRows=1,
        splitInRow=1,
        hAlign="LEFT",
        spaceBefore=4,
        spaceAfter=6,
    )
    made.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.25, colors.grey),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 6),
        ]
    )
    return made


def _footer(canvas: Any, document: Any, *, title: str, at: datetime) -> None:  # noqa: ANN401 - the library has no types
    """Write the foot of a page; the file is dated here because the library asks no sooner."""
    canvas.setDateFormatter(lambda *_: f"D:{at.astimezone(UTC):%Y%m%d%H%M%S}Z")
    canvas.setFont(_REGULAR, 8)
    canvas.drawString(_MARGIN, _MARGIN / 2, f"{title} – skrevet ut {at.astimezone(OSLO):%d.%m.%Y kl. %H.%M}")
    canvas.drawRightString(document.pagesize[0] - _MARGIN, _MARGIN / 2, f"Side {document.page}")


def _marked(text: str) -> str:
    """Return text in the library's markup: nothing of it is ever taken for markup."""
    return "<br/>".join(escape(line, quote=False) for line in _shown(text).split("\n"))


def _shown(text: str) -> str:
    """Return text in characters that the font has, composed where it was not."""
    known = _characters()
    composed = unicodedata.normalize("NFC", text).replace("\t", "    ").replace("\u2011", "-")
    return "".join(found if found == "\n" or ord(found) in known else _MISSING for found in composed)


@cache
def _characters() -> frozenset[int]:
    """Return the characters that the letter's fonts have, and make the fonts known to the library."""
    from reportlab.pdfbase.pdfmetrics import registerFont  # noqa: PLC0415 - as in `render`
    from reportlab.pdfbase.ttfonts import TTFont  # noqa: PLC0415 - the same

    fonts = [TTFont(name, _folder() / f"{name}.ttf") for name in (_REGULAR, _BOLD)]
    for font in fonts:
        registerFont(font)
    return frozenset.intersection(*(frozenset(font.face.charToGlyph) for font in fonts))


def _folder() -> Path:
    """Return where the package of the fonts keeps them; it is not imported, only found."""
    found = find_spec("font_source_sans_pro")
    places: Iterable[str] = (found.submodule_search_locations if found else None) or ()
    return Path(next(iter(places))) / "files"


def _a4() -> tuple[float, float]:
    from reportlab.lib.pagesizes import A4  # noqa: PLC0415 - as in `render`

    size: tuple[float, float] = A4
    return size


@cache
def _styles() -> dict[str, Any]:
    from reportlab.lib.colors import HexColor  # noqa: PLC0415 - as in `render`
    from reportlab.lib.styles import ParagraphStyle  # noqa: PLC0415 - the same

    _characters()
    text = ParagraphStyle("text", fontName=_REGULAR, fontSize=10, leading=_LINE, spaceAfter=2, splitLongWords=1)
    blue = HexColor("#1f3a5f")
    bold = {"parent": text, "fontName": _BOLD}
    return {
        "text": text,
        "title": ParagraphStyle("title", **bold, fontSize=17, leading=22, spaceAfter=8, textColor=blue),
        "subtitle": ParagraphStyle("subtitle", parent=text, spaceAfter=8),
        "remark": ParagraphStyle("remark", **bold, leftIndent=6, spaceAfter=4),
        "notice": ParagraphStyle("notice", **bold, backColor=HexColor("#fff3cd"), borderPadding=4, spaceAfter=8),
        "heading": ParagraphStyle("heading", **bold, fontSize=12, leading=16, spaceBefore=10, textColor=blue),
        "subheading": ParagraphStyle("subheading", **bold, spaceBefore=5),
        "cell": ParagraphStyle("cell", parent=text, fontSize=9, leading=11),
        "head": ParagraphStyle("head", **bold, fontSize=9, leading=11),
    }
