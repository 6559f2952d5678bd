"""The writing style of the standards, for what is made here."""

from __future__ import annotations

import pytest

from adapter.message import (
    Address,
    Base64Data,
    Code,
    Dialogmelding,
    Document,
    FreeText,
    Identifier,
    Kind,
    Message,
    Moment,
    Notat,
    Opaque,
    Organisation,
    Party,
    Patient,
    Quantity,
    Telecom,
)
from adapter.wire.style import tidy, with_scheme


@pytest.mark.parametrize(
    ("text", "tidied"),
    [(" ord \n", "ord"), ("en\nto\r\ntre\rfire", "en\r\nto\r\ntre\r\nfire"), ("en\n\nto", "en\r\n\r\nto")],
)
def test_text_has_no_blanks_around_it_and_cr_lf_between_lines(text: str, tidied: str) -> None:
    """HISD 1165."""
    assert tidy(Patient(full_name=text)) == Patient(full_name=tidied)
    assert tidy(FreeText(text=text)) == FreeText(text=tidied)


def test_what_is_empty_is_left_out() -> None:
    """An element without content says nothing."""
    untidy = Patient(
        family_name="  ",
        sex=Code(),
        date_of_birth=Moment(" "),
        address=Address(kind=Code("", ""), telecoms=(Telecom(),)),
        identifiers=(Identifier(), Identifier("1")),
        telecoms=(Telecom(Code()),),
    )

    assert tidy(untidy) == Patient(identifiers=(Identifier("1"),))
    assert tidy(Notat(text=FreeText(text="\n"))) == Notat()
    assert tidy((Quantity("", ""), Quantity("1"))) == (Quantity("1"),)


def test_a_party_that_says_nothing_is_kept() -> None:
    """An empty organisation is a way to say that there is one."""
    assert tidy(Party(organisation=Organisation())) == Party(organisation=Organisation())


@pytest.mark.parametrize(
    ("address", "tidied"),
    [
        ("77 00 00 00", "tel:77 00 00 00"),
        ("+47 77000000", "tel:+47 77000000"),
        ("tel:77000000", "tel:77000000"),
        ("post@example.org", "mailto:post@example.org"),
        ("mailto:post@example.org", "mailto:post@example.org"),
        ("ring sentralbordet", "ring sentralbordet"),
        ("", ""),
    ],
)
def test_a_telecom_address_says_its_scheme(address: str, tidied: str) -> None:
    """Numbers and mail addresses alone are known by their look."""
    assert with_scheme(address) == tidied


def test_telecoms_inside_a_message_are_tidied() -> None:
    """With blanks and without a scheme."""
    assert tidy(Patient(telecoms=(Telecom(address=" 77000000 "),))).telecoms == (Telecom(address="tel:77000000"),)


def test_what_is_carried_is_never_touched() -> None:
    """Bytes are somebody else's."""
    document = Document(content=(Base64Data(" QQ==\n"), Opaque("", "b", b" <b/> ")))

    assert tidy(document) is document


def test_a_tidy_message_is_returned_itself() -> None:
    """Nothing is made anew without need."""
    message = Message(
        kind=Kind.DIALOGMELDING,
        msg_id="x",
        patient=Patient(telecoms=(Telecom(address="tel:1"),)),
        documents=(Document(content=(Dialogmelding(notater=(Notat(subject="Tema"),)),)),),
    )

    assert tidy(message) is message
