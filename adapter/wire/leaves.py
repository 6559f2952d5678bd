"""The shapes of elements without children: texts, codes, times, quantities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lxml import etree

from adapter.errors import SpecError
from adapter.message.address import Telecom
from adapter.message.code import Code, Moment, Quantity
from adapter.values import value_class


@value_class(kw_only=False)
class Simple:
    """A shape made of two functions."""

    read: Callable[[etree._Element], Any]
    fill: Callable[[etree._Element, Any], None]


def _set(element: etree._Element, name: str, value: str | None) -> None:
    if value is not None:
        element.set(name, value)


def _set_text(element: etree._Element, value: str) -> None:
    element.text = value or None


def _fill_cs(element: etree._Element, code: Code) -> None:
    if code.text:
        raise SpecError("text (OT): a code without a list of its own has no place for free text")
    _set(element, "V", code.value)
    _set(element, "DN", code.name)


def _fill_cv(element: etree._Element, code: Code) -> None:
    _set(element, "V", code.value)
    _set(element, "S", code.system)
    _set(element, "DN", code.name)
    _set(element, "OT", code.text)


def _fill_quantity(element: etree._Element, quantity: Quantity) -> None:
    _set(element, "V", quantity.value)
    _set(element, "U", quantity.unit)


def _fill_tele_address(element: etree._Element, telecom: Telecom) -> None:
    if telecom.kind is not None:
        raise SpecError("kind: this version of the standard has no place for it in a Telecom")
    _set(element, "V", telecom.address)


#: Codes by the attributes they are written with: messages repeat a few hundred of them.
_codes: dict[tuple[tuple[str | bytes, str | bytes], ...], Code] = {}
_MOST_CODES = 2_048


def _read_code(element: etree._Element) -> Code:
    attributes = tuple(element.items())
    code = _codes.get(attributes)
    if code is None:
        get = element.get
        text = get("OT")
        code = Code(get("V"), get("DN"), get("S"), text)
        if text is None:  # words of the sender's own are not kept for nothing
            if len(_codes) >= _MOST_CODES:
                _codes.clear()
            _codes[attributes] = code
    return code


#: Element text.
TEXT = Simple(lambda element: element.text or "", _set_text)
#: Attribute V.
VALUE = Simple(lambda element: element.get("V", ""), lambda element, value: _set(element, "V", value or None))
#: A date or time as element text.
MOMENT = Simple(lambda element: Moment(element.text or ""), lambda element, value: _set_text(element, value.text))
#: A date or time in attribute V (type TS).
MOMENT_VALUE = Simple(
    lambda element: Moment(element.get("V", "")), lambda element, value: _set(element, "V", value.text or None)
)
#: A coded value whose list the standard fixes (type CS): the list is not written.
CS = Simple(_read_code, _fill_cs)
#: A coded value with its list (type CV).
CV = Simple(_read_code, _fill_cv)
QUANTITY = Simple(lambda element: Quantity(element.get("V"), element.get("U")), _fill_quantity)
#: A telecom address of Henvisning 1.x and AppRec: the address alone, in attribute V.
TELE_ADDRESS = Simple(lambda element: Telecom(address=element.get("V")), _fill_tele_address)
