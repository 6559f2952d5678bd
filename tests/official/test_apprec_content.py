"""The national test cases for AppRec, unit tests: what stands in a receipt."""

from __future__ import annotations

import pytest
from installed import Installation, fixture, said
from lxml import etree
from receipted import OLD_REFERRAL, REFERRAL, only, original, roles, several_faults

from adapter.check.codelists import CodeLists
from adapter.check.schema import SchemaSet
from adapter.message import Code
from adapter.wire import read

BOTH = pytest.mark.parametrize("name", [REFERRAL, OLD_REFERRAL])


@pytest.mark.parametrize(
    "name",
    [
        REFERRAL,
        OLD_REFERRAL,
        "henvisning-1.1-utilstrekkelig-pasient.xml",
        "henvisning-1.0-uten-pasientopplysninger.xml",
    ],
)
def test_unit_1_a_receipt_is_valid_by_its_schema(house: Installation, name: str) -> None:
    house.send(fixture(name))

    (data,) = house.held_by("referrer")
    assert SchemaSet.load().validate(etree.fromstring(data)) == ()


@BOTH
def test_unit_2_a_receipt_names_the_message_as_its_sender_did(house: Installation, name: str) -> None:
    """AppRec 1.0 knows Henvisning 1.0 by its document id (AppRec 1.0 6.5)."""
    house.send(fixture(name))

    sent = read(fixture(name))
    assert original(only(house.receipts())).id == (sent.document_id if name == OLD_REFERRAL else sent.msg_id)


@BOTH
def test_unit_3_a_receipt_names_the_type_of_the_message_by_list_8279(house: Installation, name: str) -> None:
    house.send(fixture(name))

    kind = original(only(house.receipts())).kind
    assert kind == Code("HENVISNING", "Henvisning")
    assert CodeLists.load().name_of("8279", "HENVISNING")


@BOTH
def test_unit_4_a_receipt_repeats_the_time_the_message_was_made(house: Installation, name: str) -> None:
    house.send(fixture(name))

    issued = original(only(house.receipts())).issued
    assert issued is not None
    assert issued == read(fixture(name)).generated
    assert "T" in issued.text


@BOTH
def test_unit_5_a_right_message_has_status_1_of_list_8258(house: Installation, name: str) -> None:
    house.send(fixture(name))

    content = only(house.receipts()).receipt
    assert content is not None
    assert (content.status, content.errors) == (Code("1", "OK"), ())


def test_unit_6_a_wrong_message_has_status_2_and_an_error_of_list_8221(house: Installation) -> None:
    house.send(fixture("henvisning-1.1-utilstrekkelig-pasient.xml"))

    content = only(house.receipts()).receipt
    assert content is not None
    (error,) = content.errors
    assert content.status == Code("2", "Avvist")
    assert (error.value, error.list_number, error.name) == ("E36", "8221", "Pasientopplysninger er utilstrekkelige")


def test_unit_7_a_message_with_several_faults_has_an_error_for_each(house: Installation) -> None:
    house.send(several_faults())

    assert said(only(house.receipts())) == ("2", ["E10", "E21"])


def test_unit_8_an_error_is_told_in_words_besides_its_code(house: Installation) -> None:
    house.send(fixture("henvisning-1.1-utilstrekkelig-pasient.xml"))

    content = only(house.receipts()).receipt
    assert content is not None
    assert content.errors[0].text == (
        "Navn sammen med fødselsnummer, D-nummer, FH-nummer eller fødselsdato og kjønn mangler."
    )


@pytest.mark.parametrize(
    ("name", "by", "expected"),
    [
        (REFERRAL, "referrer", ("PRIM", "AVS")),
        (OLD_REFERRAL, "referrer", ("SPR", "RECEIVER")),
        ("epikrise-1.1-komplett.xml", "clinic", ("REQ", "RECEIVER")),
    ],
)
def test_unit_9_both_sides_of_a_receipt_have_the_role_that_its_version_knows(
    house: Installation, name: str, by: str, expected: tuple[str, str]
) -> None:
    house.send(fixture(name), by)

    assert roles(house.receipts(by)[0]) == expected
