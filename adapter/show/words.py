"""Small values as a reader should see them: codes, moments, numbers, addresses, free text, foreign XML."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time

from lxml import etree

from adapter.errors import FormError
from adapter.message import Address, Code, FreeText, Identifier, Moment, Opaque, Quantity, Telecom
from adapter.message.code import OSLO
from adapter.message.henvisning import Diagnosis
from adapter.show.labels import IDENTIFIERS
from adapter.show.page import Block, Item, block, line
from adapter.wire.namespaces import XSI
from adapter.wire.parse import parse

_MAX_TREE_DEPTH = 40
#: Attributes of codes: what a reader sees of one, and which list it is from.
_CODE_PARTS, _LIST = frozenset({"DN", "OT", "V"}), "S"
#: XHTML elements that end a line.
_LINES = frozenset({"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "table", "pre", "ul", "ol", "li", "hr"})
#: XHTML elements whose content is not text for a reader.
_SILENT = frozenset({"script", "style", "head", "title"})


def code_text(code: Code) -> str:
    """Return name and free text of a code; the bare code where it has neither."""
    parts = [part for part in (code.name, code.text) if part and part.strip()]
    return " – ".join(dict.fromkeys(parts)) or (f"(kode {code.value})" if code.value else "")


def full_code(code: Code) -> str:
    """Return the code itself before its name and free text, as diagnoses and error codes are read."""
    shown = code_text(Code(None, code.name, None, code.text))
    return " ".join(part for part in (code.value, shown) if part)


def diagnosis_text(diagnosis: Diagnosis) -> str:
    """Return a diagnosis with its code, and what modifies it."""
    concept = full_code(diagnosis.concept) if diagnosis.concept else ""
    modifiers = (
        f"{code_text(modifier.name) if modifier.name else ''}: {', '.join(map(code_text, modifier.values))}"
        for modifier in diagnosis.modifiers
    )
    return "; ".join(part for part in (concept, *modifiers) if part)


def moment_text(moment: Moment) -> str:
    """Return a moment in Norwegian local time as Norwegians write it; a text that is none as it stands.

    Midnight is left out: it is how standards that know no dates write one.
    """
    instant = moment.instant
    if instant is None:
        return moment.text.strip()
    local = instant.astimezone(OSLO)
    return f"{local:%d.%m.%Y}" if local.time() == time() else f"{local:%d.%m.%Y kl. %H.%M}"


def quantity_text(quantity: Quantity) -> str:
    """Return number and unit."""
    return " ".join(part for part in (quantity.value, quantity.unit) if part)


def identifier_lines(identifiers: Iterable[Identifier]) -> tuple[Item, ...]:
    """Return one line per number."""
    lines: list[Item] = []
    for identifier in identifiers:
        kind = identifier.kind
        name = IDENTIFIERS.get(kind.value or "") if kind else None
        lines += line(name or (code_text(kind) if kind else "") or "Nummer", identifier.value)
    return tuple(lines)


def telecom_text(telecom: Telecom) -> str:
    """Return a phone number or address, with its kind where that is known."""
    shown = (telecom.address or "").strip().removeprefix("tel:").removeprefix("mailto:")
    kind = code_text(telecom.kind) if telecom.kind else ""
    return _with_kind(shown, kind)


def address_lines(label: str, address: Address) -> tuple[Item, ...]:
    """Return the address in one line, and the phone numbers that it holds."""
    place = " ".join(part for part in (address.postal_code, address.city) if part)
    postbox = f"Postboks {address.postbox}" if address.postbox else None
    codes = (code_text(code) for code in (address.district, address.county, address.country) if code)
    whole = ", ".join(part for part in (address.street, postbox, place, *codes) if part)
    kind = code_text(address.kind) if address.kind else ""
    return (*line(label, _with_kind(whole, kind)), *line("Telefon", "\n".join(map(telecom_text, address.telecoms))))


def _with_kind(value: str, kind: str) -> str:
    """Return a value and in parentheses its kind; a bare code has its own."""
    if not value or not kind:
        return value
    return f"{value} {kind}" if kind.startswith("(") else f"{value} ({kind})"


def free_text(text: FreeText) -> str:
    """Return the words; XHTML is flattened, and nothing of it is ever shown as markup."""
    return "\n".join(part for part in (text.text.strip(), *map(_flattened, text.markup)) if part)


def _flattened(markup: bytes) -> str:
    try:
        root = parse(b"<any>%b</any>" % markup)  # words may stand behind the element
    except FormError:
        return ""
    pieces: list[str] = []
    _collect(root, pieces)
    lines = ("".join(pieces)).split("\n")
    return "\n".join(stripped for stripped in (" ".join(text.split()) for text in lines) if stripped)


def _collect(element: etree._Element, pieces: list[str]) -> None:
    name = etree.QName(element).localname.lower()
    if name in _SILENT:
        return
    if name == "br" or name in _LINES:
        pieces.append("\n")
    keep_lines = name == "pre"
    pieces.append(_words(element.text, keep_lines=keep_lines))
    for child in element:
        _collect(child, pieces)
        pieces.append(_words(child.tail, keep_lines=keep_lines))
    if name in _LINES:
        pieces.append("\n")
    elif name in {"td", "th"}:
        pieces.append("  ")


def _words(text: str | None, *, keep_lines: bool) -> str:
    if not text:
        return ""
    return text if keep_lines else text.replace("\n", " ").replace("\r", " ")


def opaque_block(opaque: Opaque) -> tuple[Block, ...]:
    """Return foreign XML as headings and lines, as deep as anyone reads."""
    title = f"{opaque.name} (leses ikke av dette programmet)"
    try:
        root = parse(opaque.xml)
    except FormError:
        return (Block(title, line("Størrelse", f"{len(opaque.xml)} byte")),)
    return (Block(title, (*line("Navnerom", opaque.namespace), *_children(root, 0))),)


def _children(element: etree._Element, depth: int) -> tuple[Item, ...]:
    items: list[Item] = list(line("", _own_words(element)))
    for child in element:
        name = etree.QName(child).localname
        if len(child) and depth < _MAX_TREE_DEPTH:
            items += block(name, *_children(child, depth + 1))
        else:
            items += line(name, _own_words(child) or ("…" if len(child) else ""))
    return tuple(items)


def _own_words(element: etree._Element) -> str:
    """Return what an element itself says: its code and text, then what some standards keep in attributes."""
    codes, facts = [], []
    for name, value in element.attrib.items():
        if name in _CODE_PARTS:
            codes.append(str(value))
        elif name != _LIST and etree.QName(name).namespace != XSI:
            facts.append(f"{etree.QName(name).localname} = {value!s}")
    pieces = ((piece or "").strip() for piece in (element.text, *(child.tail for child in element)))
    words = " ".join(part for part in (*reversed(codes), *pieces) if part)
    return "; ".join(part for part in (words, *facts) if part)
