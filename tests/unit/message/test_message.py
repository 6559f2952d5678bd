"""A message as a whole: what it holds and what it is known by."""

from __future__ import annotations

import pytest

from adapter.message import (
    Base64Data,
    Code,
    Dialogmelding,
    Document,
    Envelope,
    Epikrise,
    Foresporsel,
    Henvisning,
    Kind,
    Message,
    Notat,
    Opaque,
    Party,
    Receipt,
)

REFERRAL = Henvisning(document_id="doc")
DIALOGUE = Dialogmelding(notater=(Notat(document_id="n"), Notat(document_id="m")))


def holding(*items: object, **more: object) -> Message:
    return Message(documents=(Document(content=items),), **more)  # type: ignore[arg-type]  # the tests say which


def test_the_payload_is_the_first_content_that_is_read_here() -> None:
    """Attachments and foreign elements are passed by."""
    message = holding(Base64Data("QQ=="), Opaque("", "b", b"<b/>"), DIALOGUE, REFERRAL)

    assert message.payload is DIALOGUE
    assert message.dialogmelding is DIALOGUE
    assert message.henvisning is None


def test_a_receipt_is_its_own_payload() -> None:
    """It has no documents."""
    message = Message(envelope=Envelope.APPREC, receipt=Receipt())

    assert message.payload == Receipt()
    assert message.document_id is None


def test_the_payload_of_a_message_inside_counts_only_if_there_is_no_other() -> None:
    """A message inside a message is known from a real system."""
    inner = holding(REFERRAL)

    assert holding(holding(Base64Data("")), inner).henvisning is REFERRAL
    assert holding(inner, DIALOGUE).payload is DIALOGUE
    assert holding(holding(Base64Data(""))).payload is None


def test_a_message_without_documents_has_no_payload() -> None:
    """Stubs exist."""
    message = Message(documents=(Document(),))

    assert (message.payload, message.henvisning, message.dialogmelding, message.document_id) == (None, None, None, None)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (Message(type=Code("DIALOG_NOTAT")), "DIALOG_NOTAT"),
        (Message(), None),
        (holding(REFERRAL, envelope=Envelope.MESSAGE, type=Code("H")), "HENVISNING"),
        (holding(REFERRAL, type=Code("HENVISNING_NYTILSTAND")), "HENVISNING_NYTILSTAND"),
    ],
)
def test_the_type_is_a_code_of_list_8279(message: Message, code: str | None) -> None:
    """Version 1.0 of the referral has a list of its own."""
    assert message.type_code == code


@pytest.mark.parametrize(
    ("message", "document_id"),
    [
        (holding(REFERRAL), "doc"),
        (holding(DIALOGUE), "n"),
        (holding(Dialogmelding(foresporsler=(Foresporsel(document_id="f"),))), "f"),
        (holding(Dialogmelding()), None),
        (holding(Epikrise(document_id="e")), "e"),
        (Message(kind=Kind.EPIKRISE), None),
        (Message(documents=(Document(id="attachment"),)), None),
    ],
)
def test_the_document_id_is_where_the_standard_keeps_it(message: Message, document_id: str | None) -> None:
    """It stays the same through changes and cancellations."""
    assert message.document_id == document_id


def test_receivers_are_the_receiver_and_all_others() -> None:
    """The main one first."""
    first, second = Party(role=Code("PRIM")), Party(role=Code("COP"))

    assert Message(receiver=first, other_receivers=(second,)).receivers == (first, second)
    assert Message(other_receivers=(second,)).receivers == (second,)


@pytest.mark.parametrize(
    ("document", "is_attachment"),
    [
        (Document(content=(Base64Data("QQ=="),)), True),
        (Document(kind=Code("A")), True),
        (Document(kind=Code("XML"), content=(REFERRAL,)), False),
        (Document(), False),
    ],
)
def test_an_attachment_is_known_by_what_it_holds_or_says(document: Document, *, is_attachment: bool) -> None:
    """Systems mix up the types."""
    message = Message(documents=(document,))

    assert document.is_attachment is is_attachment
    assert message.attachments == ((document,) if is_attachment else ())


@pytest.mark.parametrize(
    ("encoded", "data"),
    [("QUJD", b"ABC"), (" QU\r\n\tJD ", b"ABC"), ("", b""), ("QUJ", None), ("QU*D", None), ("blåbær", None)],
)
def test_base64_is_decoded_or_is_none(encoded: str, data: bytes | None) -> None:
    """Line breaks and indentation are common; so is base64 that is none."""
    assert Base64Data(encoded).decode() == data


def test_bytes_are_encoded_as_they_will_be_decoded() -> None:
    """Whatever they are."""
    assert Base64Data.of(bytes(range(256))).decode() == bytes(range(256))


@pytest.mark.parametrize(
    ("status", "is_positive"), [("1", True), ("3", True), ("2", False), ("9", False), (None, False)]
)
def test_a_receipt_is_positive_if_the_message_was_taken(status: str | None, *, is_positive: bool) -> None:
    """Status 3 means taken, with an error in a part."""
    assert Receipt(status=Code(status)).is_positive is is_positive
    assert Receipt().is_positive is False
