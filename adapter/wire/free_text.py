"""The text of an element that may hold anything (xs:anyType): words, XHTML, or both."""

from __future__ import annotations

from html import escape

from lxml import etree

from adapter.errors import SpecError
from adapter.message.dialogmelding import FreeText
from adapter.wire.bind import Simple
from adapter.wire.namespaces import XSD, XSI
from adapter.wire.opaque import canonical, exchange, revived

_TYPE = f"{{{XSI}}}type"
_TYPED = {"xsi": XSI, "xsd": XSD}


def _read_free_text(element: etree._Element) -> FreeText:
    markup = tuple(canonical(child) + _escaped(child.tail or "") for child in element)
    return FreeText(
        text=element.text or "",
        markup=markup,
        is_typed=(element.get(_TYPE) or "").rpartition(":")[2] == "string",
    )


def _escaped(text: str) -> bytes:
    return escape(text, quote=False).replace("\r", "&#13;").encode()


def _fill_free_text(element: etree._Element, value: FreeText) -> None:
    if value.is_typed:
        element = _typed(element)
    element.text = value.text or None
    if value.markup:
        for child in revived(b"<any>%b</any>" % b"".join(value.markup)):
            element.append(child)


def _typed(element: etree._Element) -> etree._Element:
    """Replace an element by one that says its type; a prefix used in a value must be declared at birth."""
    typed = etree.Element(element.tag, nsmap=_TYPED)
    typed.set(_TYPE, "xsd:string")
    exchange(element, typed)
    return typed


def _fill_plain(element: etree._Element, value: FreeText) -> None:
    if value.markup:
        raise SpecError("question: Dialogmelding 1.0 takes plain text only")
    _fill_free_text(element, value)


#: Text, or XHTML.
FREE_TEXT = Simple(_read_free_text, _fill_free_text)
#: Text alone.
PLAIN_TEXT = Simple(_read_free_text, _fill_plain)
