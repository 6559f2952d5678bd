"""XML that is carried: out and in again, unchanged."""

from __future__ import annotations

import pytest
from lxml import etree

from adapter.errors import SpecError
from adapter.message import Base64Data, Dialogmelding, Message, Opaque
from adapter.wire.content import CARRIED, CONTENT, root_for
from adapter.wire.namespaces import BASE64, DIALOG_10
from adapter.wire.opaque import OPAQUE, canonical, read_opaque


def test_a_default_namespace_around_it_does_not_creep_in() -> None:
    """An element without a namespace stays without one, and one with a prefix takes its namespace along."""
    root = etree.fromstring('<a xmlns="urn:a" xmlns:x="urn:x" xmlns:y="urn:y"><x:b><c xmlns=""/></x:b></a>')

    assert canonical(root[0]) == b'<x:b xmlns:x="urn:x"><c></c></x:b>'


def test_a_namespace_that_only_a_type_names_is_taken_along() -> None:
    """xsi:type holds a prefix in its value."""
    root = etree.fromstring(
        '<a xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:t="urn:t" xmlns:u="urn:u">'
        '<b xsi:type="t:string"><c xsi:type="plain"/></b></a>'
    )

    taken = etree.fromstring(read_opaque(root[0]).xml)

    assert taken.nsmap["t"] == "urn:t"
    assert "u" not in taken.nsmap


def test_it_is_put_back_as_it_was() -> None:
    """Its place is kept too."""
    root = etree.fromstring('<a xmlns="urn:a"><first/><x:b xmlns:x="urn:x" k="v">t</x:b></a>')
    value = read_opaque(root[1])
    target = etree.fromstring('<a xmlns="urn:a"><first/><b/></a>')

    OPAQUE.fill(target[1], value)

    assert value == Opaque("urn:x", "b", b'<x:b xmlns:x="urn:x" k="v">t</x:b>')
    assert read_opaque(target[1]) == value
    assert len(target) == 2


def test_a_root_cannot_be_replaced() -> None:
    """There is nothing to put it into."""
    root = etree.Element("a")
    OPAQUE.fill(root, Opaque("", "b", b"<b/>"))

    assert root.tag == "a"


@pytest.mark.parametrize("xml", [b"", b"<b>", b"words"])
def test_what_is_no_element_is_refused(xml: bytes) -> None:
    """A part of an element cannot stand anywhere."""
    with pytest.raises(SpecError, match="xml"):
        CONTENT.fill(etree.Element("c"), (Opaque("", "b", xml),))


def test_content_holds_payloads_bytes_and_foreign_elements() -> None:
    """In the order they came."""
    items = (Dialogmelding(version="1.0"), Base64Data("QQ=="), Base64Data(""), Opaque("", "b", b"<b></b>"))
    element = etree.Element("c")

    CONTENT.fill(element, items)

    assert [child.tag for child in element] == [
        f"{{{DIALOG_10}}}Dialogmelding",
        *[f"{{{BASE64}}}Base64Container"] * 2,
        "b",
    ]
    assert CONTENT.read(element) == items


def test_a_referral_of_1_1_carries_no_payload_in_its_documents() -> None:
    """Its Content is for attachments."""
    element = etree.Element("c")
    CARRIED.fill(element, (Base64Data("QQ=="), Opaque("", "b", b"<b></b>")))

    assert CARRIED.read(element) == (Base64Data("QQ=="), Opaque("", "b", b"<b></b>"))
    with pytest.raises(SpecError, match="Dialogmelding"):
        CARRIED.fill(element, (Dialogmelding(),))


@pytest.mark.parametrize("value", [Dialogmelding(version="9"), Message(envelope="message", version="9")])  # type: ignore[arg-type]  # as a specification gives it
def test_a_version_without_a_root_is_refused(value: Message | Dialogmelding) -> None:
    """There is nothing to write it as."""
    with pytest.raises(SpecError, match="version"):
        root_for(value)
