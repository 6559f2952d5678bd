"""Henvisning 1.0 and 1.1 with every element: read and written, in any order, in part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from henvisning1 import ELEMENTS_10, ELEMENTS_11, VERSIONS, complete, written
from lxml import etree

from adapter.message.attachment import Document
from adapter.message.henvisning import Henvisning
from adapter.message.message import Envelope, Kind, Message
from adapter.wire.bind import Record
from adapter.wire.henvisning1 import MESSAGE_10, MESSAGE_11
from adapter.wire.namespaces import BASE64


@pytest.mark.parametrize(("record", "message"), VERSIONS)
def test_a_complete_document_is_read_as_the_message_it_says(record: Record[Message], message: Message) -> None:
    assert message == record.read(complete(message.version))


@pytest.mark.parametrize(("record", "message"), VERSIONS)
def test_a_complete_message_is_written_as_the_document_that_says_it(
    record: Record[Message], message: Message, canonical: Callable[[etree._Element], tuple[Any, ...]]
) -> None:
    assert canonical(complete(message.version)) == canonical(written(record, message))


@pytest.mark.parametrize(("record", "message"), VERSIONS)
def test_a_complete_message_is_valid_by_the_official_schema(
    record: Record[Message], message: Message, official: etree.XMLSchema
) -> None:
    official.assertValid(written(record, message))


@pytest.mark.parametrize(
    ("record", "elements"),
    [pytest.param(MESSAGE_10, ELEMENTS_10, id="1.0"), pytest.param(MESSAGE_11, ELEMENTS_11, id="1.1")],
)
def test_every_element_of_the_standard_is_bound_in_schema_order(
    record: Record[Message], elements: dict[str, str], declared: Callable[[Record[Any], str], dict[str, str]]
) -> None:
    found = declared(record, "Message")

    assert elements == {name: children for name, children in found.items() if name in elements}


@pytest.mark.parametrize(("record", "message"), VERSIONS)
def test_a_complete_message_has_every_element(record: Record[Message], message: Message) -> None:
    """Else the two tests above would not try them all."""
    elements = ELEMENTS_10 if record is MESSAGE_10 else ELEMENTS_11
    names = {etree.QName(element).localname for element in written(record, message).iter()}

    assert set() == {child for children in elements.values() for child in children.split()} - names


@pytest.mark.parametrize(("record", "message"), VERSIONS)
def test_children_are_read_in_any_order(record: Record[Message], message: Message) -> None:
    root = written(record, message)
    for element in (root, *root.iter(f"{{{record.namespace}}}ServReq"), *root.iter(f"{{{record.namespace}}}Patient")):
        # Repeated elements keep their order among themselves.
        element[:] = sorted(element, key=lambda child: child.tag, reverse=True)

    assert message == record.read(root)


@pytest.mark.parametrize(("record", "message"), VERSIONS)
def test_elements_in_a_wrong_namespace_are_found_by_their_name(record: Record[Message], message: Message) -> None:
    root = written(record, message)
    for element in root.iter():
        if element.tag != f"{{{BASE64}}}Base64Container":
            element.tag = f"{{urn:wrong}}{etree.QName(element).localname}"

    assert message == record.read(root)


@pytest.mark.parametrize(("record", "message"), VERSIONS)
def test_any_part_may_be_missing(record: Record[Message], message: Message) -> None:
    tags = sorted({element.tag for element in written(record, message).iter()} - {f"{{{record.namespace}}}Message"})
    for tag in tags:
        root = written(record, message)
        for element in list(root.iter(tag)):
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)

        read = record.read(root)

        assert read != message
        again = record.read(written(record, read))
        # Only the version's own name is added where it is missing.
        assert read == replace(again, mig_version=read.mig_version)


@pytest.mark.parametrize(("record", "version"), [(MESSAGE_10, "1.0"), (MESSAGE_11, "1.1")])
def test_an_empty_message_is_a_referral_of_its_version_without_content(record: Record[Message], version: str) -> None:
    message = record.read(etree.Element(f"{{{record.namespace}}}Message"))

    assert message == Message(
        envelope=Envelope.MESSAGE,
        kind=Kind.HENVISNING,
        version=version,
        documents=(Document(content=(Henvisning(version=version),)),),
    )
    assert [child.tag for child in written(record, message)] == [f"{{{record.namespace}}}MIGversion"]
