"""Schema faults become words without any value of the document."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lxml import etree

from adapter.check.fault import Fault, FaultKind, line_of, locate, read_fault, readable_path
from adapter.check.schema import SchemaFault, SchemaSet
from adapter.message import Message
from adapter.wire import parse, write

Build = Callable[..., Message]
#: What must never come out again: a name and a number.
PERSONAL = "Blomst 14838400052"


def _faults(schemas: SchemaSet, message: Message, *changes: tuple[str, str]) -> list[Fault]:
    text = write(message).decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    root = parse(text.encode())
    return [read_fault(fault, root) for fault in schemas.validate(root)]


@pytest.mark.parametrize(
    ("change", "kind", "path", "said"),
    [
        (
            ('<DateOfBirth V="1984-03-14"/>', f'<DateOfBirth V="{PERSONAL}"/>'),
            FaultKind.BAD_VALUE,
            "/Message/ServReq/Patient/DateOfBirth",
            "DateOfBirth/@V has a value that is not allowed.",
        ),
        (
            ("<MsgId>", f"<MsgIdX>{PERSONAL}</MsgIdX><MsgId>"),
            FaultKind.UNEXPECTED_ELEMENT,
            "/Message/MsgIdX",
            "MsgIdX is not expected here; expected MsgId.",
        ),
        (
            ('<Sex V="2"', f'<Sex X="{PERSONAL}" V="2"'),
            FaultKind.UNEXPECTED_ATTRIBUTE,
            "/Message/ServReq/Patient/Sex",
            "Sex has the attribute X, which is not allowed.",
        ),
        (
            ("<ServReq>", f"<ServReq>{PERSONAL}"),
            FaultKind.TEXT_NOT_ALLOWED,
            "/Message/ServReq",
            "ServReq holds text where none is allowed.",
        ),
        (
            ("<MsgId>", "<MsgId><a/>"),
            FaultKind.ELEMENT_NOT_ALLOWED,
            "/Message/MsgId",
            "MsgId holds an element where only text is allowed.",
        ),
        (
            ("<PatRelHCP>", "<PatRelHCP/><PatRelHCP>"),
            FaultKind.MISSING_ELEMENT,
            "/Message/ServReq/Patient/PatRelHCP[1]",
            "PatRelHCP lacks an element; expected Relation.",
        ),
    ],
)
def test_each_kind_of_fault_is_told_without_its_value(
    *, referral: Build, schemas: SchemaSet, change: tuple[str, str], kind: FaultKind, path: str, said: str
) -> None:
    found = _faults(schemas, referral(), change)
    fault = found[0]

    assert (fault.kind, fault.path) == (kind, path)
    assert fault.text.startswith(said)
    assert fault.norwegian
    assert all(part not in repr(found) + fault.text + fault.norwegian for part in PERSONAL.split())


def test_content_of_an_unknown_standard_is_told(dialogue: Build, schemas: SchemaSet) -> None:
    (fault,) = _faults(schemas, dialogue(), ("<Content>", '<Content><foo xmlns="urn:x"/>'))

    assert (fault.kind, fault.path) == (FaultKind.UNKNOWN_CONTENT, "/MsgHead/Document/RefDoc/Content/foo")


def test_a_missing_attribute_is_told() -> None:
    root = etree.fromstring("<a/>")
    fault = read_fault(SchemaFault(1, "/a", "Element 'a': The attribute 'V' is required but missing."), root)

    assert fault.kind is FaultKind.MISSING_ATTRIBUTE
    assert fault.text == "a lacks the attribute V."
    assert fault.norwegian == "attributtet V mangler"


def test_a_prefixed_element_is_found_by_its_path(referral: Build, schemas: SchemaSet) -> None:
    message = referral("2.0")
    text = write(message).replace(b"StillingRolle", b"Stillingrolle")
    root = parse(text)
    (fault, *_) = schemas.validate(root)

    node = locate(fault, root)

    assert node is not None
    assert etree.QName(node).localname == "Stillingrolle"
    assert readable_path(node, root).endswith("/PasientrelatertKontaktperson/Stillingrolle")


@pytest.mark.parametrize("path", ["", "/*", "/a/b", "/*/*[99]", "/*/[", "/*/x:y[1]"])
def test_a_path_that_leads_nowhere_gives_the_root_or_nothing(path: str) -> None:
    root = etree.fromstring("<a><c/></a>")

    assert locate(SchemaFault(1, path, ""), root) in {root, None}


def test_a_message_of_an_unknown_form_is_told_in_general() -> None:
    root = etree.fromstring("<a/>")
    fault = read_fault(SchemaFault(3, "/a", f"Something about '{PERSONAL}' went wrong."), root)

    assert (fault.kind, fault.text) == (FaultKind.OTHER, "a does not follow the schema.")


def test_a_name_that_is_no_element_name_is_not_repeated() -> None:
    root = etree.fromstring(f"<a><{'x' * 60}/></a>")
    fault = read_fault(SchemaFault(1, "/a/*[1]", f"Element '{'x' * 60}': This element is not expected."), root)

    assert "xxx" not in fault.text + fault.path


def test_an_enumeration_is_told_with_its_values() -> None:
    root = etree.fromstring("<a/>")
    message = "Element 'a': [facet 'enumeration'] The value '…' is not an element of the set {'J', 'N'}."

    assert read_fault(SchemaFault(1, "/a", message), root).text == (
        "a has a value that is not allowed; expected J or N."
    )


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            r"[facet 'pattern'] The value '…' is not accepted by the pattern '\d+(\.\d+)*'.",
            r"expected a value of \d+(\.\d+)*.",
        ),
        (
            "The actual value '…' does not match the fixed value constraint 'v1.2 2006-05-24'.",
            "expected v1.2 2006-05-24.",
        ),
    ],
)
def test_a_pattern_and_a_fixed_value_are_told(message: str, said: str) -> None:
    fault = read_fault(SchemaFault(1, "/a", f"Element 'a': {message}"), etree.fromstring("<a/>"))

    assert fault.text == f"a has a value that is not allowed; {said}"


def test_lines_are_found_by_readable_path() -> None:
    root = etree.fromstring("<a>\n<b/>\n<b>\n<c/></b></a>")

    assert [line_of(path, root) for path in ("/a", "/a/b", "/a/b[2]/c", "/a/b[2]/d", "/a/x/y")] == [1, 2, 4, 3, 1]
